"""Judges what could be read of the warehouse and of its snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analytics.doctor.findings import Finding, note, ok, wrong
from analytics.statements import list_migrations, read_statement
from analytics.warehouse import LAYOUT_VERSION
from analytics.warehouse.reading import Reading


def judge_warehouse(path: Path, reading: Reading | None) -> Iterator[Finding]:
    """Judge the warehouse.

    Parameters
    ----------
    path : Path
        The file.
    reading : Reading or None
        What could be read of it; nothing where there is no file.
    """
    if reading is None:
        yield note("warehouse", "there is none; the next load makes it", "no-warehouse")
        return
    if reading.layout is None and not reading.error:
        yield note("warehouse", "it holds no tables; the next load makes them", "no-warehouse")
        return
    if reading.layout is not None:
        yield ok("warehouse", f"{path.stat().st_size:,} bytes, readable by DuckDB {reading.storage}")
        yield _judge_layout(reading.layout)
    yield from _judge_wal(path, reading)
    if reading.error:
        yield _judge_error("tables", reading)
        return
    rows = sum(count for count, _ in reading.tables.values())
    yield ok("tables", f"{len(reading.tables)} tables, {rows:,} rows, each read to its end")
    if reading.layout == LAYOUT_VERSION:
        yield from _judge_sums(reading)


def judge_snapshot(path: Path, snapshot: Reading | None, warehouse: Reading | None) -> Iterator[Finding]:
    """Judge the analysts' snapshot, beside the warehouse.

    Parameters
    ----------
    path : Path
        The file.
    snapshot, warehouse : Reading or None
        What could be read of each; nothing where there is no file, or where it was not read.
    """
    last_run = warehouse.last_run if warehouse and not warehouse.error else None
    if snapshot is None:
        if last_run:
            yield wrong("snapshot", f"{path.name} is missing", "snapshot")
        else:
            yield note("snapshot", "nothing has been published yet")
    elif snapshot.error:
        yield wrong("snapshot", snapshot.error, "snapshot")
    elif snapshot.layout != LAYOUT_VERSION:
        yield note("snapshot", f"layout {snapshot.layout}; the next run replaces it", "layout-older")
    elif last_run and snapshot.last_run != last_run:
        yield wrong("snapshot", f"it holds run {snapshot.last_run}, the warehouse run {last_run}", "snapshot")
    else:
        yield ok("snapshot", f"{len(snapshot.tables)} tables, each read to its end")


def _judge_layout(layout: int) -> Finding:
    if layout == LAYOUT_VERSION:
        return ok("layout", f"{layout}")
    known = f"it is {layout}, and this program knows {LAYOUT_VERSION}"
    if layout > LAYOUT_VERSION:
        return wrong("layout", known, "newer")
    if list_migrations(layout, LAYOUT_VERSION):
        return note("layout", known, "layout-older")
    return wrong("layout", known, "layout-rebuild")


def _judge_wal(path: Path, reading: Reading) -> Iterator[Finding]:
    wal = path.with_name(f"{path.name}.wal")
    if not wal.is_file() or reading.kind in ("held", "wal"):
        return
    size = f"{wal.stat().st_size:,} bytes of a process that was cut off"
    yield note("wal", f"{size}; what is whole in it counts, the rest is loaded again by the next run", "wal-left")


def _judge_error(check: str, reading: Reading) -> Finding:
    lines = {"held": "held", "newer": "newer", "wal": "wal-damaged"}
    return wrong("wal" if reading.kind == "wal" else check, reading.error, lines.get(reading.kind, "damaged"))


def _judge_sums(reading: Reading) -> Iterator[Finding]:
    is_early = reading.waiting_hours > 0
    judged = {name: found for name, found in reading.checks.items() if not (is_early and _needs_sums(name))}
    broken = {name: found for name, found in judged.items() if found[0]}
    for name, (failures, example) in broken.items():
        yield wrong("sums", f"{name} fails on {failures:,} rows, such as {example}", "sums")
    if not broken:
        yield ok("sums", f"{len(judged)} checks hold")
    if reading.waiting_hours:
        yield note("hours", f"{reading.waiting_hours:,} touched hours wait for their sums", "hours-waiting")
    else:
        yield ok("hours", "no touched hour waits for its sums")


def _needs_sums(check: str) -> bool:
    """Tell whether a check looks at the sums, which lag behind while touched hours wait."""
    return any(table.startswith("rollups.") for table in read_statement(f"checks/{check}").reads)
