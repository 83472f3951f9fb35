"""Loads a file of events: staged, judged line by line, deduplicated and counted, in one transaction."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from analytics.errors import InputError
from analytics.events.count import CountRules, count_arrivals
from analytics.events.sources.native import find_extra_fields
from analytics.events.staging import (
    LineRules,
    Lookups,
    begin_stage,
    list_rejects,
    resolve_keys,
    stage_parquet,
    stage_text,
)
from analytics.ledger import FileReport, make_rejects
from analytics.lines import Caps, copy_lines
from analytics.settings import Load
from analytics.warehouse import Warehouse

_NEARLY_SORTED = 3
_NO_REJECTS = {"line": pl.Int64, "reason": pl.String, "fields": pl.String}


@dataclass(frozen=True)
class EventRules:
    """What loading events needs to know beside the file.

    Parameters
    ----------
    load : Load
        Limits and caps.
    lookups : Lookups
        What texts are looked up in.
    lines : LineRules
        How a line is judged; its `received_until` is the clock.
    counting : CountRules
        What of one visitor counts at most.
    """

    load: Load
    lookups: Lookups
    lines: LineRules
    counting: CountRules = field(default_factory=CountRules)


def load_event_file(warehouse: Warehouse, path: Path, report: FileReport, rules: EventRules) -> FileReport:
    """Load one file of events, all or nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    path : Path
        NDJSON, CSV or Parquet; plain, gzip or zstd.
    report : FileReport
        Names the file: hash, name, bytes.
    rules : EventRules
        Limits, lookups and the clock.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.
    """
    try:
        report, rejects = _stage_file(warehouse, path, report, rules)
    except InputError as error:
        report = replace(report, status="set_aside", reason=error.message)
        rejects = pl.DataFrame(schema=_NO_REJECTS)

    def record() -> None:
        row = report.to_row(rules.lines.received_until)
        warehouse.replace_frame("loads.file", row, content_hash=report.content_hash)
        warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)

    if report.status == "loaded":
        count_arrivals(warehouse, rules.counting, record)
    else:
        with warehouse.transaction():
            record()
    warehouse.drop_stage()
    return report


def _stage_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: EventRules
) -> tuple[FileReport, pl.DataFrame]:
    load = rules.load
    begin_stage(warehouse, rules.lookups, rules.lines)
    with tempfile.TemporaryDirectory(prefix="readership-") as folder:
        copy = copy_lines(path, Path(folder), Caps(load.line_bytes, load.file_bytes, load.expansion_ratio))
        if copy.format == "parquet":
            # A name of our own: DuckDB would take signs in the file's name for a pattern.
            alias = Path(folder) / "input.parquet"
            alias.symlink_to(copy.path.absolute())
            stage_parquet(warehouse, alias, rules.lookups)
        else:
            extra = find_extra_fields(copy.path)
            stage_text(
                warehouse,
                copy.path,
                rules.lookups,
                first_line=copy.first_line,
                line_bytes=load.line_bytes,
                extra=extra,
            )
        rejects = list_rejects(warehouse, copy)
    if warehouse.frame("stage/disorder").item() > _NEARLY_SORTED:
        warehouse.sort_stage("stage.event", "occurred_at")
    resolve_keys(warehouse)
    (row,) = warehouse.frame("stage/tally").iter_rows(named=True)
    conflicts = warehouse.frame("stage/conflict")
    report = replace(report, format=f"native-{copy.format}", **row).limit_rejects(load, known=len(conflicts))
    return report, pl.concat([rejects, conflicts])
