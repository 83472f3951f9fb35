"""Judges the events of past days again, under the rules of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.context import Context
from analytics.errors import UsageError
from analytics.events.count import recount_days
from analytics.instants import format_instant
from analytics.rollups import roll_up_hours

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BackfillResult:
    """What judging again came to.

    Parameters
    ----------
    from_at, until_at : datetime
        The whole UTC days that were judged; until is left out.
    verdicts : int
        Events with a new verdict.
    is_dry : bool
        Whether nothing was changed.
    """

    from_at: datetime
    until_at: datetime
    verdicts: int
    is_dry: bool


def backfill(context: Context, from_at: datetime, until_at: datetime, *, is_dry: bool = False) -> BackfillResult:
    """Judge the events of whole UTC days again, and redo the rollups of these days.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    from_at, until_at : datetime
        The days that hold any moment between them (naive UTC).
    is_dry : bool
        Say how many verdicts would change, and change nothing.

    Raises
    ------
    UsageError
        Where until is not after from.
    """
    if until_at <= from_at:
        raise UsageError(f"--until {format_instant(until_at)} is not after --from {format_instant(from_at)}")
    first, end = widen_to_days(from_at, until_at)
    counting, half_lives = context.settings.counting, context.settings.half_lives_seconds
    with context.hold(), context.open() as warehouse:
        context.progress("judging events again")
        verdicts = recount_days(warehouse, counting, first, end, is_dry=is_dry)
        if not is_dry:
            days = warehouse.frame("stage/backfill_day", from_at=first, until_at=end)["day"]
            for day in days:
                context.progress(f"rolling up {day}")
                start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - naive UTC inside
                roll_up_hours(warehouse, half_lives, (start, start + _DAY))
    return BackfillResult(first, end, verdicts, is_dry)


def widen_to_days(from_at: datetime, until_at: datetime) -> tuple[datetime, datetime]:
    """Give the midnights around a span.

    Examples
    --------
    >>> [str(at.date()) for at in widen_to_days(datetime(2026, 3, 14, 9), datetime(2026, 3, 15, 0, 1))]
    ['2026-03-14', '2026-03-16']
    """
    first = from_at.replace(hour=0, minute=0, second=0, microsecond=0)
    last = (until_at - timedelta(microseconds=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first, last + _DAY
