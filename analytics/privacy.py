"""Takes rows out of the warehouse: one reader's on request, everybody's by age. First a plan, then the act."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analytics.errors import ReadershipError
from analytics.instants import format_instant
from analytics.keys import VisitorKeys
from analytics.mentions import match_words
from analytics.settings import Retention
from analytics.warehouse import Warehouse

EVENT, REJECT = "events.counted", "loads.reject"
ROLLUPS = (
    "rollups.article_hourly",
    "rollups.removed_hourly",
    "rollups.decay_hourly",
    "rollups.sequence_hourly",
    "rollups.next_read",
    "rollups.closed_hour",
)
"""Tables of sums by `hour_start`; a new rollup belongs here too."""


@dataclass(frozen=True)
class Visitor:
    """A reader who is to be forgotten.

    Parameters
    ----------
    keys : tuple of int
        Every key the reader has.
    visitor_id : str or None
        The id as the source gives it, where it is known.
    """

    keys: tuple[int, ...]
    visitor_id: str | None = None

    @property
    def pattern(self) -> str:
        """Regular expression for the id or a key as a word of a JSON text."""
        return match_words(*map(str, self.keys), *([self.visitor_id] if self.visitor_id else []))

    @property
    def params(self) -> dict[str, Any]:
        """What the statements bind."""
        return {"visitor_keys": list(self.keys), "pattern": self.pattern}


@dataclass(frozen=True)
class Footprint:
    """What the tables hold of a reader.

    Parameters
    ----------
    events, rejects : int
        Events, and rejects whose fields name the reader.
    first_occurred_at, last_occurred_at : datetime or None
        Span of the events (naive UTC).
    """

    events: int
    rejects: int
    first_occurred_at: datetime | None
    last_occurred_at: datetime | None


@dataclass(frozen=True)
class PurgePlan:
    """What is too old to be kept.

    Parameters
    ----------
    events_from, rollups_from, rejects_from : datetime or None
        Raw events, sums and rejects before these moments go; nothing where there is no event.
    events, rollup_hours, rejects : int
        How many there are.
    """

    events_from: datetime | None = None
    rollups_from: datetime | None = None
    rejects_from: datetime | None = None
    events: int = 0
    rollup_hours: int = 0
    rejects: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due."""
        return not (self.events or self.rollup_hours or self.rejects)


def find_visitor(warehouse: Warehouse, keys: VisitorKeys, visitor_id: str) -> Visitor:
    """Give a reader by the id as the source gives it, with every key that can still be made of it."""
    stable = warehouse.frame("privacy/visitor_key", visitor_salt=keys.visitor_salt, visitor_id=visitor_id).item()
    return Visitor((stable, *keys.find_daily_keys(visitor_id)), visitor_id)


def find_footprint(warehouse: Warehouse, visitor: Visitor) -> Footprint:
    """Count what the tables hold of a reader."""
    events = warehouse.frame("privacy/visitor_event", **visitor.params)
    rejects = warehouse.frame("privacy/visitor_reject", pattern=visitor.pattern)
    first, last = events.select(pl.col("occurred_at").min(), pl.col("occurred_at").max().alias("last")).row(0)
    return Footprint(len(events), len(rejects), first, last)


def erase_visitor(warehouse: Warehouse, visitor: Visitor, now: datetime) -> int:
    """Delete a reader's events and empty their rejects, in one transaction.

    The hours of the events are noted to be rolled up anew, except those whose other raw events are purged already.

    Returns
    -------
    int
        Events deleted.
    """
    events = warehouse.frame("privacy/visitor_event", **visitor.params)
    rejects = warehouse.frame("privacy/visitor_reject", pattern=visitor.pattern)
    touched = warehouse.query("from rollups.touched_hour")
    hours = events.filter(~pl.col("is_closed")).select("hour_start").unique().join(touched, on="hour_start", how="anti")
    warehouse.stage_frame("stage.leaving_event", events.select("event_key", "occurred_at"))
    warehouse.stage_frame("stage.leaving_reject", rejects)
    with warehouse.transaction():
        warehouse.delete_within(EVENT, key="event_key", time="occurred_at", within="stage.leaving_event")
        warehouse.delete(REJECT, key="(content_hash, line)", within="stage.leaving_reject")
        warehouse.append_frame(REJECT, rejects)
        warehouse.append_frame("rollups.touched_hour", hours)
        _record(warehouse, "forget", now, events=len(events), rejects=len(rejects))
    warehouse.drop_stage()
    return len(events)


def plan_purge(warehouse: Warehouse, retention: Retention) -> PurgePlan:
    """Count what is too old to be kept."""
    newest = warehouse.frame("privacy/newest_event").item()
    if newest is None:
        return PurgePlan()
    events_from, rollups_from, rejects_from = find_limits(newest, retention)
    hours = warehouse.frame("privacy/due_hour", events_from=events_from)
    rejects = warehouse.frame("privacy/due_reject", rejects_from=rejects_from)
    return PurgePlan(
        events_from,
        rollups_from,
        rejects_from,
        events=int(hours["events"].sum()),
        rollup_hours=len(warehouse.frame("privacy/due_rollup", rollups_from=rollups_from)),
        rejects=int(rejects["rejects"].sum()),
    )


def purge_due(warehouse: Warehouse, retention: Retention, now: datetime) -> PurgePlan:
    """Delete what is too old to be kept, in one transaction.

    The hours of the events are closed: their sums stay as they are. Days go whole, so that nothing goes twice a day.

    Parameters
    ----------
    warehouse : Warehouse
        Open, with every touched hour rolled up.
    retention : Retention
        How long what is kept.
    now : datetime
        The clock (naive UTC).

    Returns
    -------
    PurgePlan
        What was deleted.

    Raises
    ------
    ReadershipError
        Where hours still wait for their sums.
    """
    plan = plan_purge(warehouse, retention)
    if plan.is_empty:
        return plan
    if warehouse.count("rollups.touched_hour"):
        raise ReadershipError("hours wait for their sums; give `readership run` first, then purge")
    hours = warehouse.frame("privacy/due_hour", events_from=plan.events_from)
    days = hours.select(pl.col("hour_start").dt.date().alias("occurred_at")).unique()
    warehouse.stage_frame("stage.leaving_day", days)
    warehouse.stage_frame("stage.leaving_hour", warehouse.frame("privacy/due_rollup", rollups_from=plan.rollups_from))
    warehouse.stage_frame("stage.leaving_file", warehouse.frame("privacy/due_reject", rejects_from=plan.rejects_from))
    with warehouse.transaction():
        warehouse.append_frame("rollups.closed_hour", hours.filter(~pl.col("is_closed")).select("hour_start"))
        warehouse.delete(EVENT, key="occurred_at::date", within="stage.leaving_day")
        warehouse.delete(REJECT, key="content_hash", within="stage.leaving_file")
        for table in ROLLUPS:
            warehouse.delete(table, key="hour_start", within="stage.leaving_hour")
        _record(warehouse, "purge", now, events=plan.events, rejects=plan.rejects, events_until=plan.events_from)
    warehouse.drop_stage()
    return plan


def find_limits(newest: datetime, retention: Retention) -> tuple[datetime, datetime, datetime]:
    """Give the moments before which raw events, sums and rejects are too old.

    Sums are never younger than the raw events they are made of.

    Examples
    --------
    >>> for limit in find_limits(datetime(2026, 3, 14, 11, 40), Retention()): print(limit)
    2025-12-14 00:00:00
    2024-02-01 00:00:00
    2026-02-12 11:40:00
    """
    day = newest.replace(hour=0, minute=0, second=0, microsecond=0)
    events_from = day - timedelta(days=retention.events_days)
    months = newest.year * 12 + newest.month - 1 - retention.rollups_months
    rollups_from = day.replace(year=months // 12, month=months % 12 + 1, day=1)
    return events_from, min(rollups_from, events_from), newest - timedelta(days=retention.rejects_days)


def describe_plan(plan: object) -> dict[str, Any]:
    """Give a plan as it is printed and signed."""
    content = asdict(plan)  # type: ignore[call-overload] # every plan is a dataclass
    return {name: format_instant(one) if isinstance(one, datetime) else one for name, one in content.items()}


def _record(warehouse: Warehouse, cause: str, now: datetime, **counts: object) -> None:
    numbers = warehouse.query("select coalesce(max(removal_number), 0) + 1 as removal_number from loads.removal")
    row = {"cause": cause, "removed_at": now, "events_until": None, **counts}
    moments = {"removed_at": pl.Datetime("us"), "events_until": pl.Datetime("us")}
    warehouse.append_frame("loads.removal", numbers.hstack(pl.DataFrame([row], schema_overrides=moments)))
