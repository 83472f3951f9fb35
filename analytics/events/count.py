"""Gives events their verdict: the ones that arrive, and the ones that these touch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from analytics.events.staging import empty_stage
from analytics.reference_data import read_reference
from analytics.settings import Counting
from analytics.warehouse import Warehouse

_MOST_EVENTS = 1_000_000
_DAY = timedelta(days=1)
_RULE_TYPES: dict[str, type[pl.DataType]] = {
    "version": pl.Int64,
    "position": pl.Int64,
    "rule": pl.String,
    "actor": pl.String,
    "verdict": pl.String,
    "views_from": pl.Int64,
    "views_until": pl.Int64,
    "minute_views_from": pl.Int64,
    "pages_share_until": pl.Float64,
    "is_odd_agent": pl.Int8,
    "active_hours_from": pl.Int64,
    "gap_spread_until": pl.Float64,
    "effective_hours_from": pl.Float64,
    "effective_pages_from": pl.Float64,
    "effective_pages_until": pl.Float64,
    "visitors_from": pl.Int64,
    "returning_share_from": pl.Float64,
}
_ROBOTS = ("stage/busy_visitor", "stage/visitor_habit", "stage/robot_visitor", "stage/robot_network")
_STANDING = ("stage/touched_day", "stage/touched_pageview", "stage/standing")
_MEETINGS = ("stage/returned_pair", "stage/meeting")


def count_arrivals(warehouse: Warehouse, rules: Counting, record: Callable[[], None] = lambda: None) -> int:
    """Give the verdict of counting to `stage.arrival` and to what it touches, in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        With `stage.arrival`, `stage.known_event` and `stage.rival` made.
    rules : Counting
        What of one visitor counts at most.
    record : callable
        Writes that belong to the same transaction.

    Returns
    -------
    int
        Events that are new or have a new verdict.
    """
    if not warehouse.is_staged("stage.subject"):
        warehouse.stage("stage/subject")
    if not warehouse.is_staged("stage.moved_event"):
        warehouse.stage("stage/no_moved_event")
    _judge(warehouse, rules)
    with warehouse.transaction():
        warehouse.append("events/page")
        warehouse.append("rollups/touched_hour")
        warehouse.delete_within("events.counted", key="event_key", time="occurred_at", within="stage.gone")
        rows = warehouse.append("events/counted")
        record()
    return rows


def attribute_waiting(warehouse: Warehouse, rules: Counting, *, most_events: int = _MOST_EVENTS) -> int:
    """Give the events that waited for an article, or that now lead to another one, their article.

    The newest days come first: a day's verdicts touch those of the next, whose own events have their article by then.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing, outside a transaction.
    rules : Counting
        What of one visitor counts at most.
    most_events : int
        How many are judged at once; a day is never cut.

    Returns
    -------
    int
        Events that count for another article than before, and those whose verdict follows.
    """
    rows = 0
    for first, last in _cut_days(_find_moved_days(warehouse), most_events):
        _stage_nothing(warehouse)
        warehouse.stage("stage/moved_event", from_at=first, until_at=last + _DAY)
        rows += count_arrivals(warehouse, rules)
        warehouse.drop_stage()
    return rows


def recount_days(
    warehouse: Warehouse, rules: Counting, from_at: datetime, until_at: datetime, *, is_dry: bool = False
) -> int:
    """Judge the events of whole days again, some days at a time, each time in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    rules : Counting
        What of one visitor counts at most.
    from_at, until_at : datetime
        Midnights (naive UTC); until is left out.
    is_dry : bool
        Count what would change, and change nothing.

    Returns
    -------
    int
        Events with a new verdict. They may lie in the day that follows, where repeats cross midnight.
    """
    days = warehouse.frame("stage/backfill_day", from_at=from_at, until_at=until_at)
    spans = _cut_days(days.reverse(), _MOST_EVENTS)
    rows = 0
    for place, (first, last) in enumerate(spans):
        end = last + _DAY
        _stage_nothing(warehouse)
        # Where nothing is written, the verdicts of the day before are made again beside it: a repeat crosses midnight.
        start = max(first - _DAY, from_at) if is_dry else first
        warehouse.stage("stage/backfill_event", from_at=start, until_at=end)
        if is_dry:
            _judge(warehouse, rules)
            until = end + _DAY if place == 0 else end
            rows += int(warehouse.frame("stage/new_verdict", from_at=first, until_at=until).item())
        else:
            rows += count_arrivals(warehouse, rules)
        warehouse.drop_stage()
    return rows


def _find_moved_days(warehouse: Warehouse) -> pl.DataFrame:
    _stage_nothing(warehouse)
    days = warehouse.frame("stage/moved_day")
    warehouse.drop_stage()
    return days


def _stage_nothing(warehouse: Warehouse) -> None:
    """Make the working tables of a load that brings no event."""
    empty_stage(warehouse)
    warehouse.stage_like("stage.known_event", "events.counted")
    warehouse.stage("stage/no_arrival")
    warehouse.stage_frame("stage.event", pl.DataFrame(schema={"page_id": pl.Int32, "reason": pl.String}))
    warehouse.stage_frame("stage.rival", pl.DataFrame(schema=_RIVAL))
    warehouse.stage("stage/subject")


def _cut_days(days: pl.DataFrame, most_events: int) -> list[tuple[datetime, datetime]]:
    """Cut days, the newest first, into spans of so many events at most: first and last day of each."""
    spans: list[tuple[datetime, datetime]] = []
    held = most_events
    for day, events in days.rows():
        at = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - naive UTC inside
        if held + events > most_events:
            spans.append((at, at))
            held = 0
        spans[-1] = (at, spans[-1][1])
        held += events
    return spans


_TOUCHED_VISITOR = {"visitor_key": pl.UInt64, "day": pl.Date}
_RIVAL = {"event_key": pl.UInt64, "is_displacing": pl.Boolean}


def _judge(warehouse: Warehouse, rules: Counting) -> None:
    """Make `stage.counted`, `stage.changed` and `stage.gone`."""
    robot_rules = pl.DataFrame(read_reference("robot_rules"), infer_schema_length=None)
    blank = pl.all().replace({"": None})
    warehouse.stage_frame("stage.robot_rule", robot_rules.with_columns(blank).cast(pl.Schema(_RULE_TYPES)))
    rule = {"reads_a_day": rules.reads_a_day, "shares_a_day": rules.shares_a_day}
    warehouse.stage_frame("stage.count_rule", pl.DataFrame([rule]))
    warehouse.stage("stage/span")
    _find_standing(warehouse)
    warehouse.stage_view("stage/context")
    for name in _ROBOTS:
        warehouse.stage(name)
    warehouse.stage_view("stage/candidate")
    for name in _MEETINGS:
        warehouse.stage(name)
    warehouse.stage("stage/credit", engaged_cap_seconds=rules.engaged_cap_minutes * 60)
    warehouse.stage_view("stage/counted")
    warehouse.stage("stage/changed")
    warehouse.stage("stage/gone")


def _find_standing(warehouse: Warehouse) -> None:
    """Find the events of the history to judge again; where the arrivals touch none, looking for them is left out."""
    has_history = warehouse.frame("stage/overlap").item()
    if has_history:
        warehouse.stage("stage/touched_visitor")
    else:
        warehouse.stage_frame("stage.touched_visitor", pl.DataFrame(schema=_TOUCHED_VISITOR))
    warehouse.stage("stage/touched_network")
    for name in _STANDING if has_history else ("stage/no_standing",):
        warehouse.stage(name)
