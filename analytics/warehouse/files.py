"""The warehouse's file: its lock, opening it, the snapshot that analysts query."""

from __future__ import annotations

import glob
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from analytics.errors import ReadershipError, UsageError, WarehouseBusy
from analytics.statements import list_migrations
from analytics.warehouse.tables import LAYOUT_VERSION, Warehouse

STORAGE_VERSION = "v1.5.0"
"""Oldest DuckDB that can read the warehouse and its snapshot."""
_DAMAGE = ("corrupt database file", "could not read enough bytes")


@contextmanager
def lock_warehouse(path: Path, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the warehouse's lock, so that one process writes at a time.

    Parameters
    ----------
    path : Path
        The warehouse file.
    wait_seconds : float
        How long to wait for another holder; negative waits for ever.

    Raises
    ------
    WarehouseBusy
        Where another process holds it; the sentence names that process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_name("warehouse.holder")
    lock = FileLock(path.with_name("warehouse.lock"))
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        with suppress(OSError):
            message = f"process {holder.read_text().strip()} holds the warehouse; try again later, or wait with --wait"
            raise WarehouseBusy(message) from None
        message = "another process holds the warehouse; try again later, or wait with --wait"
        raise WarehouseBusy(message) from None
    try:
        holder.write_text(f"{os.getpid()}\n")
        yield
    finally:
        lock.release()


@contextmanager
def open_warehouse(
    path: Path,
    *,
    memory_limit: str = "2GB",
    threads: int | None = None,
    is_reader: bool = False,
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Warehouse]:
    """Open the warehouse, whose lock the caller holds, with its tables in place.

    One of an older layout is brought to the one this program knows first.

    Parameters
    ----------
    path : Path
        The warehouse file; made where missing.
    memory_limit : str
        What DuckDB may use, such as ``2GB``; beyond, it spills to disk beside the warehouse.
    threads : int, optional
        All cores where none is given.
    is_reader : bool
        Whether it is opened for an answer: an older layout is refused then.
    warn : callable
        Told that the layout was changed.

    Raises
    ------
    WarehouseBusy
        Where another process holds it.
    ReadershipError
        Where the file is no warehouse, cannot be opened, or has a layout that cannot be brought to this one.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(path.with_name("spill")),
        # Analysts open the snapshot with older clients too.
        "storage_compatibility_version": STORAGE_VERSION,
    }
    if threads:
        config["threads"] = threads
    warehouse = Warehouse(_connect(path, config))
    layout = warehouse.layout
    steps = list_migrations(layout, LAYOUT_VERSION) if layout and not is_reader else None
    if layout and steps:
        warehouse.checkpoint()
        warehouse.close()  # the copy is of a file that nobody holds
        kept = keep_layout(path, layout)
        warehouse = Warehouse(_connect(path, config))
        warehouse.migrate(steps)
        message = f"the warehouse is brought from layout {layout} to {LAYOUT_VERSION}"
        warn(f"{message}; {kept.name} keeps it as it was until the next run is done")
    with warehouse, _naming_damage(path):
        warehouse.create_tables()
        yield warehouse


@contextmanager
def _naming_damage(path: Path) -> Iterator[None]:
    """Say that a file is damaged where DuckDB finds it so."""
    try:
        yield
    except duckdb.Error as error:
        if any(sign in str(error).lower() for sign in _DAMAGE):
            message = f"{path} is damaged ({str(error).splitlines()[0]}); `readership doctor` says more"
            raise ReadershipError(message) from error
        raise


def keep_layout(path: Path, layout: int) -> Path:
    """Keep a copy of the closed warehouse beside it, before its layout is changed.

    Parameters
    ----------
    path : Path
        The warehouse, its lock held by the caller.
    layout : int
        Version of its layout.

    Returns
    -------
    Path
        The copy, such as ``warehouse.duckdb.layout-2``.

    Raises
    ------
    ReadershipError
        Where there is no room for the copy and for what the change writes; nothing is changed then.
    """
    require_room(path, 2 * path.stat().st_size)
    kept = path.with_name(f"{path.name}.layout-{layout}")
    fresh = path.with_name(f".{kept.name}.next")
    shutil.copyfile(path, fresh)
    put_in_place(fresh, kept)
    return kept


def settle_warehouse(path: Path) -> None:
    """Write what a process that was cut off left in the warehouse's log into its file; a damaged one stays as it is.

    Raises
    ------
    WarehouseBusy
        Where another process holds it.
    """
    try:
        with _connect(path, {}) as connection:
            connection.execute("checkpoint")
    except WarehouseBusy:
        raise
    except (ReadershipError, duckdb.Error):
        return


def put_aside(path: Path, fresh: Path, kept: Path) -> None:
    """Let a fresh warehouse take the place of another, which is kept under a name of its own.

    Parameters
    ----------
    path : Path
        The warehouse, closed and settled, its lock held by the caller.
    fresh : Path
        The new one, closed.
    kept : Path
        Where the old one goes.
    """
    log, kept_log = (one.with_name(f"{one.name}.wal") for one in (path, kept))
    for old in (kept, kept_log):
        old.unlink(missing_ok=True)
    if path.exists():
        kept.hardlink_to(path)
    if log.exists():
        # It cannot be read, else it would be gone. Beside the fresh file it would be taken for that one's.
        log.rename(kept_log)
    put_in_place(fresh, path)


def require_room(path: Path, needed: int) -> None:
    """Refuse to begin what the disk has no room for.

    Parameters
    ----------
    path : Path
        The warehouse.
    needed : int
        Bytes that must be free beside it.

    Raises
    ------
    ReadershipError
        Where fewer are.
    """
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        message = f"this takes {needed:,} bytes beside {path.name} and {free:,} are free"
        raise ReadershipError(f"{message}; free some and give the command again, the warehouse stays as it is")


def list_kept(path: Path) -> list[Path]:
    """List the copies of older layouts that are kept beside a warehouse until the next run is done."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.layout-*"))


def list_aside(path: Path) -> list[Path]:
    """List the other warehouses beside one: put aside by a forced rebuild, or half made by a killed one."""
    name = glob.escape(path.name)
    return sorted([*path.parent.glob(f"{name}.aside*"), *path.parent.glob(f".{name}.rebuilt*")])


def remove_kept(path: Path, *, is_all: bool = False) -> None:
    """Remove the copies of older layouts that are kept beside a warehouse.

    Parameters
    ----------
    path : Path
        The warehouse.
    is_all : bool
        Whether what was put aside goes too.
    """
    for kept in list_kept(path) + (list_aside(path) if is_all else []):
        kept.unlink()


def put_in_place(fresh: Path, target: Path) -> None:
    """Let a fresh file take another one's place; when this returns, the disk has it."""
    for path, flags in ((fresh, os.O_RDWR), (target.parent, os.O_RDONLY)):
        if path == target.parent:
            fresh.replace(target)
        handle = os.open(path, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _connect(path: Path, config: dict[str, str | bool | int | float | list[str]]) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        if "could not set lock" in str(error).lower():
            message = f"another program holds {path.name}; analysts open data/published/readership.duckdb instead"
            raise WarehouseBusy(message) from error
        message = f"{path} cannot be opened ({str(error).splitlines()[0]}); `readership doctor` says more"
        raise ReadershipError(message) from error


def publish_snapshot(source: Path, target: Path, *, expected: dict[str, int]) -> None:
    """Copy the closed warehouse to where analysts open it, whole or not at all.

    Parameters
    ----------
    source : Path
        The warehouse, checkpointed and closed, its lock held by the caller.
    target : Path
        The snapshot; open readers keep the old file.
    expected : dict of str to int
        Rows by table, as counted before closing.

    Raises
    ------
    ReadershipError
        Where the copy does not hold these rows; the old snapshot stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.next")
    shutil.copyfile(source, fresh)
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    with (
        duckdb.connect(str(fresh), read_only=True) as connection,
        Warehouse(connection, is_read_only=True) as copy,
    ):
        found = copy.count_tables()
    if found != expected:
        message = f"the copy {fresh} does not hold the warehouse's rows; the old snapshot stays, run again"
        raise ReadershipError(message)
    fresh.replace(target)


def query_snapshot(path: Path, text: str, *, seconds: float = 60) -> pl.DataFrame:
    """Run an analyst's query on a database file, without a way out of it.

    Parameters
    ----------
    path : Path
        The snapshot.
    text : str
        One query.
    seconds : float
        After this long it is stopped.

    Raises
    ------
    UsageError
        Where it is no query, or names what is not there.
    ReadershipError
        Where DuckDB refuses it for another reason.
    """
    with duckdb.connect(str(path), read_only=True, config={"enable_external_access": False}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set lock_configuration = true")
        timer = threading.Timer(seconds, connection.interrupt)
        timer.start()
        try:
            return pl.DataFrame(connection.sql(text))
        except duckdb.Error as error:
            message = f"DuckDB refuses the query: {str(error).splitlines()[0]}"
            is_mistyped = isinstance(error, (duckdb.ParserException, duckdb.CatalogException, duckdb.BinderException))
            raise (UsageError if is_mistyped else ReadershipError)(message) from error
        finally:
            timer.cancel()
