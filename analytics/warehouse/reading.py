"""Reads a database file to its end and changes nothing.

It is done in a process of its own: whatever a damaged file does to the engine, it does to that process alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from analytics.statements import list_statements, read_statement
from analytics.warehouse.tables import LAYOUT_VERSION, Warehouse

Kind = Literal["", "held", "newer", "wal", "damaged"]
_LEDGER = "loads.file"
_CLUES: tuple[tuple[str, Kind], ...] = (
    ("could not set lock", "held"),
    ("version number", "newer"),
    ("storage version", "newer"),
    ("wal file", "wal"),
)


@dataclass
class Reading:
    """What a database file holds, as far as it can be read.

    Parameters
    ----------
    layout : int or None
        Version of the layout; nothing where the file could not be opened, or has none.
    storage : str
        The oldest DuckDB that reads the file.
    tables : dict of str to tuple
        Rows and a hash of all their values, by table.
    checks : dict of str to tuple
        Rows that break a check of `sql/checks` and the first of them, by check.
    waiting_hours : int
        Touched hours that wait for their sums.
    last_run : int or None
        Number of the newest run that was done.
    ledger : dict of str to tuple
        Name and status of a loaded file, by content hash.
    error : str
        Why it could not be read to its end; empty where it could.
    """

    layout: int | None = None
    storage: str = ""
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    checks: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    waiting_hours: int = 0
    last_run: int | None = None
    ledger: dict[str, tuple[str, str]] = field(default_factory=dict)
    error: str = "the file was not opened"

    @property
    def kind(self) -> Kind:
        """What is wrong with the file: held by another program, of a newer DuckDB, or damaged."""
        if not self.error:
            return ""
        return next((kind for clue, kind in _CLUES if clue in self.error.lower()), "damaged")


def read_to_end(path: Path, *, memory_limit: str = "2GB") -> Reading:
    """Read every table of a database file to its end, and hold it to the checks.

    Parameters
    ----------
    path : Path
        The warehouse or its snapshot.
    memory_limit : str
        What DuckDB may use.
    """
    root = str(Path(__file__).parents[2])
    places = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", __name__, str(path), memory_limit],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    reading = Reading()
    for line in done.stdout.splitlines():
        for name, value in json.loads(line).items():
            if isinstance(held := getattr(reading, name), dict):
                held.update({key: tuple(row) for key, row in value.items()})
            else:
                setattr(reading, name, value)
    if done.returncode:
        end = f"signal {signal.Signals(-done.returncode).name}" if done.returncode < 0 else f"code {done.returncode}"
        reading.error = f"reading it ended with {end} after {len(reading.tables)} tables"
    return reading


def _read(path: str, memory_limit: str) -> Iterator[dict[str, Any]]:
    config: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": str(Path(path).with_name("spill"))}
    with (
        duckdb.connect(path, read_only=True, config=config) as connection,
        Warehouse(connection, is_read_only=True) as warehouse,
    ):
        layout = warehouse.layout
        tags = warehouse.query("select tags['storage_version'] from duckdb_databases() where not internal")
        yield {"layout": layout, "storage": str(tags.item()).partition(" ")[0]}
        tables = list(warehouse.count_tables())
        for table in tables:
            # The hash of a row needs every one of its values.
            text = f"select count(*), coalesce(bit_xor(hash(whole)), 0)::varchar from {table} as whole"  # noqa: S608
            yield {"tables": {table: warehouse.query(text).row(0)}}
        if _LEDGER in tables:
            rows = warehouse.query(f"select content_hash, name, status from {_LEDGER}").rows()  # noqa: S608
            yield {"ledger": {content_hash: rest for content_hash, *rest in rows}}
        if layout == LAYOUT_VERSION:
            yield from _judge(warehouse)
        yield {"error": ""}


def _judge(warehouse: Warehouse) -> Iterator[dict[str, Any]]:
    for name in list_statements("checks"):
        broken = warehouse.query(read_statement(name).text)
        example = str(broken.row(0, named=True)) if len(broken) else None
        yield {"checks": {name.removeprefix("checks/"): (len(broken), example)}}
    last_run = warehouse.query("select max(run_number) from runs.run where status = 'done'").item()
    yield {"waiting_hours": warehouse.count("rollups.touched_hour"), "last_run": last_run}


def main(path: str, memory_limit: str) -> None:
    """Print what a file holds, one JSON document a line."""
    try:
        for found in _read(path, memory_limit):
            print(json.dumps(found), flush=True)  # noqa: T201 - the answer
    except (duckdb.Error, UnicodeDecodeError) as error:
        print(json.dumps({"error": str(error).splitlines()[0]}), flush=True)  # noqa: T201 - as above
    sys.stdout.flush()
    os._exit(0)  # without the teardown of an engine that may be broken


if __name__ == "__main__":
    main(*sys.argv[1:])
