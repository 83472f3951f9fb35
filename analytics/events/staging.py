"""Stages a file of events: its lines, their types, the lookups their texts need, and which of them are new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from analytics.events.agents import classify_referrer, is_declared_robot
from analytics.events.sources.native import FIELDS, choose_extra_fields, find_extra_fields
from analytics.keys import VisitorKeys
from analytics.lines import Copy, read_object
from analytics.urls import UrlRules, canonicalise_url
from analytics.warehouse import Warehouse


@dataclass(frozen=True)
class _Lookup:
    """A table that says what the texts of a column of `stage.line` mean."""

    column: str
    table: str
    key: str
    schema: Mapping[str, type[pl.DataType]]


_ADDRESS = _Lookup("url", "stage.address", "raw_url", {"url": pl.String})
_REFERRER = _Lookup("referrer", "stage.referrer", "referrer", {"referrer_class": pl.String, "referrer_host": pl.String})
_AGENT = _Lookup("user_agent", "stage.agent", "user_agent", {"is_declared_robot": pl.Boolean})


def stage_lines(warehouse: Warehouse, copy: Copy, line_bytes: int) -> None:
    """Fill `stage.line` with the file's lines as text, and `stage.extra` with the fields beyond the native ones.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    if copy.format == "parquet":
        native = pl.DataFrame(schema={"line": pl.Int64, **dict.fromkeys(FIELDS, pl.String)})
        warehouse.stage_frame("stage.native_line", native)
        warehouse.stage_file("stage/line_parquet", path=str(copy.path))
        extra = choose_extra_fields(set(warehouse.columns("stage.line")))
    else:
        extra = find_extra_fields(copy.path)
        warehouse.stage_file(
            "stage/line_ndjson",
            path=str(copy.path),
            columns=dict.fromkeys([*FIELDS, *extra], "VARCHAR"),
            first_line=copy.first_line,
            line_bytes=line_bytes + 1024,
        )
    if extra:
        warehouse.stage("stage/extra")
    else:
        warehouse.stage_frame("stage.extra", pl.DataFrame(schema={"line": pl.Int64, "extra": pl.String}))


def stage_events(warehouse: Warehouse, urls: UrlRules, keys: VisitorKeys, **limits: object) -> None:
    """Fill `stage.typed`, `stage.event` and what decides which events are new.

    Parameters
    ----------
    warehouse : Warehouse
        With `stage.line` and `stage.extra` filled.
    urls : UrlRules
        What the site says about its URLs.
    keys : VisitorKeys
        Keys of the visitor hashes.
    **limits : object
        Parameters of `stage/typed`.
    """
    hosts = frozenset(host.lower().removeprefix("www.") for host in urls.hosts)
    for lookup, look_up in (
        (_ADDRESS, lambda text: (canonicalise_url(text, urls),)),
        (_REFERRER, lambda text: classify_referrer(text, hosts)),
        (_AGENT, lambda text: (is_declared_robot(text),)),
    ):
        _stage_lookup(warehouse, lookup, look_up)
    warehouse.stage("stage/typed", **limits)
    _stage_visitors(warehouse, keys)
    warehouse.stage("stage/event", session_salt=keys.session_salt)
    for name in ("stage/known_event", "stage/arrival", "stage/conflict"):
        warehouse.stage(name)


def list_rejects(warehouse: Warehouse, copy: Copy) -> pl.DataFrame:
    """List the staged file's bad lines: `line`, `reason`, `fields`.

    A line without a single known field is told apart from a line that is no JSON object.
    """
    rejects = warehouse.frame("stage/reject")
    wanted = set(rejects.filter(reason="malformed_line")["line"])
    if not wanted or copy.format == "parquet":
        return rejects
    with copy.path.open("rb") as file:
        objects = {
            number for number, line in enumerate(file, copy.first_line) if number in wanted and read_object(line)
        }
    is_object = pl.col("line").is_in(objects)
    return rejects.with_columns(reason=pl.when(is_object).then(pl.lit("missing_kind")).otherwise("reason"))


def _stage_lookup(warehouse: Warehouse, lookup: _Lookup, look_up: Callable[[str], tuple[object, ...]]) -> None:
    """Look up each distinct text of a column once."""
    texts = sorted({text.strip(" ") for text in warehouse.distinct("stage.line", lookup.column)})
    found = pl.DataFrame([look_up(text) for text in texts], schema=lookup.schema, orient="row")
    warehouse.stage_frame(lookup.table, found.with_columns(pl.Series(lookup.key, texts, dtype=pl.String)))


def _stage_visitors(warehouse: Warehouse, keys: VisitorKeys) -> None:
    visitors = warehouse.frame("stage/visitor_text")
    pairs = zip(visitors["visitor_text"], visitors["salted_on"], strict=True)
    hashed = pl.Series("visitor_key", keys.hash_visitors(pairs), dtype=pl.UInt64)
    warehouse.stage_frame("stage.visitor", visitors.with_columns(hashed))
