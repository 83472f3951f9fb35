"""Writes files anew, so that nothing of what was removed stays in their bytes.

DuckDB marks deleted rows and frees blocks; it overwrites neither.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import ReadershipError
from analytics.warehouse.files import STORAGE_VERSION, put_in_place
from analytics.warehouse.tables import Warehouse

MARK = "readership"
"""Name of the entry in a Parquet file's own metadata that says what the file is."""


def rewrite_warehouse(path: Path, *, expected: dict[str, int]) -> None:
    """Write the closed warehouse into a fresh file that takes its place, whole or not at all.

    Parameters
    ----------
    path : Path
        The warehouse, checkpointed and closed, its lock held by the caller.
    expected : dict of str to int
        Rows by table, as counted before closing.

    Raises
    ------
    ReadershipError
        Where it cannot be written (twice the warehouse's size must be free); the old file stays.
    """
    shutil.rmtree(path.with_name("spill"), ignore_errors=True)  # what a killed process spilled
    fresh = path.with_name(f".{path.name}.next")
    fresh.unlink(missing_ok=True)
    config: dict[str, Any] = {"temp_directory": str(path.with_name("spill"))}
    try:
        with duckdb.connect(config=config) as connection:
            for name, file, options in (("old", path, "read_only"), ("fresh", fresh, _STORAGE)):
                connection.execute(f"attach {_quote(file)} as {name} ({options})")
            connection.execute("copy from database old to fresh")
            connection.execute("detach fresh")
        with (
            duckdb.connect(str(fresh), read_only=True) as connection,
            Warehouse(connection, is_read_only=True) as copy,
        ):
            found = copy.count_tables()
    except duckdb.Error as error:
        fresh.unlink(missing_ok=True)
        message = (
            f"{path} cannot be written anew ({str(error).splitlines()[0]}); the rows are gone from its tables, but "
            "bytes of them stay in the file: free as much space as it takes, and give the command again"
        )
        raise ReadershipError(message) from error
    if found != expected:
        message = f"the copy {fresh} does not hold the warehouse's rows; the old file stays, give the command again"
        raise ReadershipError(message)
    put_in_place(fresh, path)


def write_parquet(
    warehouse: Warehouse, select: str, target: Path, *, mark: str, params: Mapping[str, object] | None = None
) -> int:
    """Write the rows of a query to a Parquet file, whole or not at all.

    Parameters
    ----------
    warehouse : Warehouse
        Open.
    select : str
        The query.
    target : Path
        The file; its folder is made.
    mark : str
        What the file's own metadata says of it, under `MARK`; letters and digits alone.
    params : mapping, optional
        Values the query binds.

    Returns
    -------
    int
        Rows written.
    """
    if not mark.isalnum():
        raise ValueError(mark)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.next")
    text = f"copy ({select}) to $target (format parquet, compression zstd, kv_metadata {{{MARK}: '{mark}'}})"
    rows = warehouse.query(text, {**(params or {}), "target": str(fresh)}).item()
    put_in_place(fresh, target)
    return int(rows)


def _quote(path: Path) -> str:
    """Write a path as a text of SQL: ATTACH binds no values."""
    return "'" + str(path).replace("'", "''") + "'"


_STORAGE = f"storage_version '{STORAGE_VERSION}'"
