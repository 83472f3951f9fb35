"""Loads a file of events: staged, judged line by line, deduplicated and counted, in one transaction."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from analytics.errors import InputError
from analytics.events.count import count_arrivals
from analytics.events.staging import list_rejects, stage_events, stage_lines
from analytics.keys import VisitorKeys
from analytics.ledger import FileReport, make_rejects
from analytics.lines import Caps, copy_lines
from analytics.settings import Load
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse


@dataclass(frozen=True)
class EventRules:
    """What loading events needs to know beside the file.

    Parameters
    ----------
    load : Load
        Limits and caps.
    urls : UrlRules
        What the site says about its URLs.
    keys : VisitorKeys
        Keys of the visitor hashes.
    loaded_at : datetime
        The clock (naive UTC).
    """

    load: Load
    urls: UrlRules
    keys: VisitorKeys
    loaded_at: datetime


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
        Limits, URL rules, keys and the clock.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.
    """
    try:
        report, rejects = _stage_file(warehouse, path, report, rules)
    except InputError as error:
        report = replace(report, status="set_aside", reason=error.message)
        rejects = pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String, "fields": pl.String})

    def record() -> None:
        warehouse.replace_frame("loads.file", report.to_row(rules.loaded_at), content_hash=report.content_hash)
        warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)

    if report.status == "loaded":
        count_arrivals(warehouse, record)
    else:
        with warehouse.transaction():
            record()
    warehouse.drop_stage()
    return report


def _stage_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: EventRules
) -> tuple[FileReport, pl.DataFrame]:
    load = rules.load
    with tempfile.TemporaryDirectory(prefix="readership-") as folder:
        copy = copy_lines(path, Path(folder), Caps(load.line_bytes, load.file_bytes, load.expansion_ratio))
        stage_lines(warehouse, copy, load.line_bytes)
        skew_seconds = load.future_skew_minutes * 60
        stage_events(warehouse, rules.urls, rules.keys, received_until=rules.loaded_at, skew_seconds=skew_seconds)
        rejects = list_rejects(warehouse, copy)
    (row,) = warehouse.frame("stage/tally").iter_rows(named=True)
    return replace(report, format=f"native-{copy.format}", **row).limit_rejects(load), rejects
