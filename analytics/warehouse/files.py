"""The warehouse's file: its lock, opening it, the snapshot that analysts query."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from analytics.errors import ReadershipError, WarehouseBusy
from analytics.warehouse.tables import Warehouse

STORAGE_VERSION = "v1.5.0"
"""Oldest DuckDB that can read the warehouse and its snapshot."""


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
def open_warehouse(path: Path, *, memory_limit: str = "2GB", threads: int | None = None) -> Iterator[Warehouse]:
    """Open the warehouse, whose lock the caller holds, with its tables in place.

    Parameters
    ----------
    path : Path
        The warehouse file; made where missing.
    memory_limit : str
        What DuckDB may use, such as ``2GB``; beyond, it spills to disk beside the warehouse.
    threads : int, optional
        All cores where none is given.

    Raises
    ------
    WarehouseBusy
        Where another process holds it.
    ReadershipError
        Where the file is no warehouse or cannot be opened.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(path.with_name("spill")),
        # Analysts open the snapshot with older clients too.
        "storage_compatibility_version": STORAGE_VERSION,
    }
    if threads:
        config["threads"] = threads
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            message = f"another program holds {path.name}; analysts open data/published/readership.duckdb instead"
            raise WarehouseBusy(message) from error
        message = f"{path} cannot be opened ({str(error).splitlines()[0]}); put it aside and load the files again"
        raise ReadershipError(message) from error
    with Warehouse(connection) as warehouse:
        warehouse.create_tables()
        yield warehouse


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
    ReadershipError
        Where DuckDB refuses the query.
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
            raise ReadershipError(message) from error
        finally:
            timer.cancel()
