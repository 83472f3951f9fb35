"""Loads a file of events: staged, judged line by line, deduplicated and counted, in one transaction."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from analytics.errors import InputError
from analytics.events.agents import classify_referrer, is_declared_robot
from analytics.events.sources.native import FIELDS, choose_extra_fields, find_extra_fields
from analytics.keys import VisitorKeys
from analytics.ledger import FileReport, make_rejects
from analytics.lines import Caps, Copy, copy_lines, read_object
from analytics.settings import Load
from analytics.urls import UrlRules, canonicalise_url
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
    with tempfile.TemporaryDirectory(prefix="readership-") as folder:
        try:
            copy = copy_lines(path, Path(folder), _caps(rules.load))
            _stage_lines(warehouse, copy, rules.load)
        except InputError as error:
            report = replace(report, status="set_aside", reason=error.message)
            _record(warehouse, report, _no_rejects(), rules)
            return report
        _stage_events(warehouse, rules)
        rejects = _name_malformed(warehouse.frame("stage/reject"), copy)
    report = _tally(warehouse, replace(report, format=f"native-{copy.format}"))
    if report.rejected > max(rules.load.reject_limit_share * report.lines, rules.load.reject_limit_lines):
        share = report.rejected / report.lines
        report = report.set_aside(
            f"{share:.1%} of its lines are bad; see loads.reject for the reason of each"
        )
        _record(warehouse, report, rejects, rules)
    else:
        count_arrivals(warehouse, lambda: _record_rows(warehouse, report, rejects, rules))
    warehouse.drop_stage()
    return report


def count_arrivals(warehouse: Warehouse, record: object = None) -> int:
    """Give the verdict of counting to `stage.arrival` and to what it touches, in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        With `stage.arrival` and `stage.known_event` filled.
    record : callable, optional
        Writes that belong to the same transaction.

    Returns
    -------
    int
        Events that are new or have a new verdict.
    """
    for name in ("stage/touched_day", "stage/counted", "stage/changed"):
        warehouse.stage(name)
    with warehouse.transaction():
        warehouse.append("rollups/touched_hour")
        rows = warehouse.replace("events/counted", key="event_key", within="stage.changed")
        if callable(record):
            record()
    return rows


def attribute_waiting(warehouse: Warehouse) -> int:
    """Give the events that waited for an article, or that now lead to another one, their article.

    Returns
    -------
    int
        Events that count for another article than before.
    """
    warehouse.stage("stage/reattributed")
    warehouse.stage("stage/reattributed_event")
    rows = count_arrivals(warehouse) if warehouse.count("stage.arrival") else 0
    warehouse.drop_stage()
    return rows


def _caps(load: Load) -> Caps:
    return Caps(load.line_bytes, load.file_bytes, load.expansion_ratio)


def _stage_lines(warehouse: Warehouse, copy: Copy, load: Load) -> None:
    if copy.format == "parquet":
        native = pl.DataFrame(schema={"line": pl.Int64, **dict.fromkeys(FIELDS, pl.String)})
        warehouse.stage_frame("stage.native_line", native)
        warehouse.stage_file("stage/line_parquet", path=str(copy.path))
        extra = choose_extra_fields(set(warehouse.columns("stage.line")))
    else:
        extra = find_extra_fields(copy.path)
        columns = dict.fromkeys([*FIELDS, *extra], "VARCHAR")
        warehouse.stage_file(
            "stage/line_ndjson",
            path=str(copy.path),
            columns=columns,
            first_line=copy.first_line,
            line_bytes=load.line_bytes + 1024,
        )
    if extra:
        warehouse.stage("stage/extra")
    else:
        warehouse.stage_frame("stage.extra", pl.DataFrame(schema={"line": pl.Int64, "extra": pl.String}))


def _stage_events(warehouse: Warehouse, rules: EventRules) -> None:
    _stage_lookup(warehouse, "url", "address", lambda text: (canonicalise_url(text, rules.urls),))
    warehouse.stage(
        "stage/typed",
        received_until=rules.loaded_at,
        skew_seconds=rules.load.future_skew_minutes * 60,
    )
    hosts = frozenset(host.lower().removeprefix("www.") for host in rules.urls.hosts)
    _stage_lookup(warehouse, "referrer", "referrer", lambda text: classify_referrer(text, hosts))
    _stage_lookup(warehouse, "user_agent", "agent", lambda text: (is_declared_robot(text),))
    _stage_visitors(warehouse, rules.keys)
    warehouse.stage("stage/event", session_salt=rules.keys.session_salt)
    for name in ("stage/known_event", "stage/arrival", "stage/conflict"):
        warehouse.stage(name)


_LOOKUPS = {
    "address": ("raw_url", {"url": pl.String}),
    "referrer": ("referrer", {"referrer_class": pl.String, "referrer_host": pl.String}),
    "agent": ("user_agent", {"is_declared_robot": pl.Boolean}),
}


def _stage_lookup(warehouse: Warehouse, column: str, table: str, look_up: object) -> None:
    """Look up each distinct text of a column once."""
    key, schema = _LOOKUPS[table]
    texts = warehouse.distinct("stage.line", column)
    found = [look_up(text.strip()) for text in texts] if callable(look_up) else []
    frame = pl.DataFrame(found, schema=schema, orient="row").with_columns(
        pl.Series(key, [text.strip() if column != "user_agent" else text for text in texts], dtype=pl.String),
    )
    warehouse.stage_frame(f"stage.{table}", frame.unique(key, maintain_order=True))


def _stage_visitors(warehouse: Warehouse, keys: VisitorKeys) -> None:
    visitors = warehouse.frame("stage/visitor_text")
    pairs: Iterable[tuple[str, str]] = zip(visitors["visitor_text"], visitors["salted_on"], strict=True)
    hashed = pl.Series("visitor_key", keys.hash_visitors(pairs), dtype=pl.UInt64)
    warehouse.stage_frame("stage.visitor", visitors.with_columns(hashed))


def _tally(warehouse: Warehouse, report: FileReport) -> FileReport:
    (row,) = warehouse.frame("stage/tally").iter_rows(named=True)
    return replace(report, **row)


def _name_malformed(rejects: pl.DataFrame, copy: Copy) -> pl.DataFrame:
    """Tell lines without a single known field from lines that are no JSON object."""
    wanted = set(rejects.filter(reason="malformed_line")["line"])
    if not wanted or copy.format == "parquet":
        return rejects
    with copy.path.open("rb") as file:
        objects = {n for n, line in enumerate(file, copy.first_line) if n in wanted and read_object(line)}
    return rejects.with_columns(
        reason=pl.when(pl.col("line").is_in(objects)).then(pl.lit("missing_kind")).otherwise("reason"),
    )


def _no_rejects() -> pl.DataFrame:
    return pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String, "fields": pl.String})


def _record(warehouse: Warehouse, report: FileReport, rejects: pl.DataFrame, rules: EventRules) -> None:
    with warehouse.transaction():
        _record_rows(warehouse, report, rejects, rules)


def _record_rows(warehouse: Warehouse, report: FileReport, rejects: pl.DataFrame, rules: EventRules) -> None:
    warehouse.replace_frame("loads.file", report.to_row(rules.loaded_at), content_hash=report.content_hash)
    warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)
