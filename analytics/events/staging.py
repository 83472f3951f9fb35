"""Stages a file of events: its lines, what their texts mean, and which of them are new."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import polars as pl

from analytics.errors import InputError
from analytics.events.agents import classify_referrer, has_odd_agent, is_declared_robot
from analytics.events.pages import judge_page
from analytics.events.reading import Chunk
from analytics.events.sources.native import FIELDS, MOST_EXTRA_FIELDS, list_extra_fields, needs_choice
from analytics.keys import VisitorKeys
from analytics.urls import UrlRules, canonicalise_url, identifying_pattern
from analytics.warehouse import Warehouse

_Types: TypeAlias = dict[str, type[pl.DataType]]
_TEXT, _LINE = pl.String, pl.Int64
_EMPTY: dict[str, _Types] = {
    "stage.page": {
        "named_text": _TEXT,
        "raw_text": _TEXT,
        "named_article_id": _TEXT,
        "url": _TEXT,
        "page_reason": _TEXT,
        "bad_url": pl.Boolean,
        "page_id": pl.Int32,
        "is_new": pl.Boolean,
    },
    "stage.referrer": {"referrer": _TEXT, "referrer_class": _TEXT, "referrer_host": _TEXT},
    "stage.agent": {"user_agent": _TEXT, "is_declared_robot": pl.Boolean, "has_odd_agent": pl.Boolean},
    "stage.visitor": {"visitor_text": _TEXT, "day": pl.Date, "visitor_key": pl.UInt64},
    "stage.network": {
        "ip": _TEXT,
        "day": pl.Date,
        "network_key": pl.UInt64,
        "is_data_centre": pl.Boolean,
        "is_staff": pl.Boolean,
    },
    "stage.extra": {"line": _LINE, "extra": _TEXT},
}


@dataclass(frozen=True)
class Lookups:
    """What the texts of a line are looked up in.

    Parameters
    ----------
    urls : UrlRules
        What the site says about its URLs.
    keys : VisitorKeys
        Keys of the visitor and network hashes.
    is_data_centre, is_staff : callable
        Whether an address lies in the ranges the site lists.
    """

    urls: UrlRules
    keys: VisitorKeys
    is_data_centre: Callable[[str], bool] = lambda _: False
    is_staff: Callable[[str], bool] = lambda _: False


@dataclass(frozen=True)
class LineRules:
    """How a line is judged.

    Parameters
    ----------
    received_until : datetime
        The clock (naive UTC): stands in for the time of receipt.
    skew_seconds : float
        How far ahead of its receipt an event's time may lie.
    zone : str, optional
        Zone of times that name none; without one they are refused.
    is_daily : bool
        Whether supplied visitor ids are keyed for their UTC day alone.
    """

    received_until: datetime
    skew_seconds: float
    zone: str | None = None
    is_daily: bool = False


def begin_stage(warehouse: Warehouse, lookups: Lookups, rules: LineRules) -> None:
    """Make the working tables of a load, with no line in them yet."""
    empty_stage(warehouse)
    rule = {
        "received_until": rules.received_until,
        "skew_seconds": rules.skew_seconds,
        "zone": rules.zone,
        "is_daily": rules.is_daily,
        "visitor_salt": lookups.keys.visitor_salt,
        "session_salt": lookups.keys.session_salt,
    }
    warehouse.set_variable("identifying_pattern", identifying_pattern(lookups.urls))
    types: _Types = {"zone": _TEXT, "received_until": pl.Datetime, "skew_seconds": pl.Float64}
    warehouse.stage_frame("stage.load_rule", pl.DataFrame([rule], schema_overrides=types))


def empty_stage(warehouse: Warehouse) -> None:
    """Make the working tables that a count needs even where no file is loaded."""
    for table, schema in _EMPTY.items():
        warehouse.stage_frame(table, pl.DataFrame(schema=schema))


def stage_parquet(warehouse: Warehouse, path: Path, lookups: Lookups) -> None:
    """Stage the rows of a Parquet file.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    names = warehouse.parquet_columns(path)
    extra = list_extra_fields(names)
    _stage_missing(warehouse, {name.lower() for name in names})
    warehouse.stage_view("stage/line_parquet", input_path=path)
    warehouse.stage_view("stage/typed")
    with warehouse.reading_input():
        if needs_choice(extra):
            warehouse.stage_view("stage/aside_parquet")
        _stage_events(warehouse, lookups, extra)


def stage_text(
    warehouse: Warehouse, chunk: Chunk, lookups: Lookups, *, line_bytes: int, has_known_fields: bool = False
) -> None:
    """Stage lines of native JSON, one object a line.

    Parameters
    ----------
    warehouse : Warehouse
        After `begin_stage`.
    chunk : Chunk
        The lines.
    lookups : Lookups
        What texts are looked up in.
    line_bytes : int
        Longest line.
    has_known_fields : bool
        Whether the fields are those of the chunk before: then the views over it stand.
    """
    present = [name for name in FIELDS if name in chunk.fields]
    extra = chunk.extra
    is_wide = needs_choice(extra)
    columns = dict.fromkeys(["kind", "url", *present, *([] if is_wide else extra)], "VARCHAR")
    source = {"path": str(chunk.path), "line_bytes": 2 * line_bytes + 1024}
    warehouse.stage_file("stage/raw_line", columns=columns, **source)
    warehouse.set_variable("first_line", chunk.first_line)
    if not has_known_fields:
        _stage_missing(warehouse, {"kind", "url", *present})
        for name in ("stage/line_text", "stage/typed"):
            warehouse.stage_view(name)
    if is_wide:
        warehouse.stage_file("stage/raw_object", **source)
        warehouse.stage_view("stage/aside_text")
    _stage_events(warehouse, lookups, extra)


def stage_archived(warehouse: Warehouse, path: Path, *, rows: int) -> None:
    """Stage the keyed rows of an archived file, as the load that archived it had them.

    Raises
    ------
    InputError
        Where the file cannot be read, or does not hold so many rows of events.
    """
    warehouse.set_variable("input_path", str(path))
    with warehouse.reading_input():
        warehouse.stage("stage/archived_page")
        warehouse.stage_append("stage/page")
        found = warehouse.stage("stage/archived_event")
    if found != rows:
        raise InputError(f"the archived file holds {found:,} rows of {rows:,}; load the original")


def keep_lines(warehouse: Warehouse, lines: pl.DataFrame) -> None:
    """Keep these lines of the staged file alone."""
    warehouse.stage_frame("stage.replayed_line", lines)
    warehouse.stage("stage/replayed_event")


def _stage_missing(warehouse: Warehouse, present: set[str]) -> None:
    missing: _Types = {"line": _LINE, **{name: _TEXT for name in FIELDS if name not in present}}
    warehouse.stage_frame("stage.missing_field", pl.DataFrame(schema=missing))


def resolve_keys(warehouse: Warehouse) -> None:
    """Decide which of the staged events are new: `stage.rival` and the view `stage.arrival`."""
    warehouse.stage("stage/shared_key")
    # Keys and times are read of all that stands, the rest of a row only where it is needed.
    if warehouse.stage("stage/known_key"):
        (span,) = warehouse.frame("stage/known_span").to_dicts()
        warehouse.stage("stage/known_event", **span)
    else:
        warehouse.stage_like("stage.known_event", "events.counted")
    for name in ("stage/body", "stage/rival"):
        warehouse.stage(name)
    warehouse.stage_view("stage/arrival")


def _stage_events(warehouse: Warehouse, lookups: Lookups, extra: list[str]) -> None:
    if needs_choice(extra):
        warehouse.stage("stage/extra_wide", names=extra, most_fields=MOST_EXTRA_FIELDS)
    elif extra:
        warehouse.stage("stage/extra")
    else:
        warehouse.stage_frame("stage.extra", pl.DataFrame(schema=_EMPTY["stage.extra"]))
    look_up(warehouse, lookups)
    warehouse.stage_append("stage/event")


def look_up(warehouse: Warehouse, lookups: Lookups) -> None:
    """Look up each distinct text of the staged lines once."""
    _look_up_pages(warehouse, lookups.urls)
    hosts = frozenset(host.lower().removeprefix("www.") for host in lookups.urls.hosts)
    _extend(
        warehouse,
        "stage/new_referrer",
        lambda rows: ((text, *classify_referrer(text.strip(), hosts)) for text, *_ in rows),
    )
    _extend(
        warehouse,
        "stage/new_agent",
        lambda rows: ((text, is_declared_robot(text), has_odd_agent(text.strip())) for text, *_ in rows),
    )
    is_daily = warehouse.frame("stage/is_daily").item()
    if not (is_daily or warehouse.frame("stage/has_address").item()):
        return
    _extend(
        warehouse,
        "stage/new_network",
        lambda rows: zip(
            *zip(*rows, strict=True),
            lookups.keys.hash_networks(rows),
            [lookups.is_data_centre(ip) for ip, _ in rows],
            [lookups.is_staff(ip) for ip, _ in rows],
            strict=True,
        ),
    )
    _extend(
        warehouse,
        "stage/new_visitor",
        lambda rows: zip(*zip(*rows, strict=True), lookups.keys.hash_visitors(rows), strict=True),
    )


def _look_up_pages(warehouse: Warehouse, urls: UrlRules) -> None:
    texts = warehouse.frame("stage/new_page")
    if texts.is_empty():
        return
    found = [
        (canonicalise_url(raw, urls) if raw else None, judge_page(raw, urls) if raw else None)
        for raw in texts["raw_text"]
    ]
    schema = {"url": _TEXT, "page_reason": _TEXT}
    warehouse.stage_frame("stage.page_text", texts.hstack(pl.DataFrame(found, schema=schema, orient="row")))
    warehouse.stage_append("stage/page")


def _extend(
    warehouse: Warehouse, name: str, look_up_rows: Callable[[list[tuple[str, date]]], Iterable[tuple[object, ...]]]
) -> None:
    """Add the texts that a statement finds new to the table it names, with what they mean."""
    rows = warehouse.frame(name).rows()
    if rows:
        table = warehouse.table_of(name)
        found = pl.DataFrame(list(look_up_rows(rows)), schema=_EMPTY[table], orient="row")
        warehouse.append_frame(table, found)
