"""A period of the past: moments at equal steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.errors import UsageError
from analytics.instants import format_instant, hours_of


@dataclass(frozen=True)
class Period:
    """Moments at equal steps.

    Parameters
    ----------
    from_at : datetime
        The first moment (naive UTC).
    until_at : datetime
        All moments are before it.
    step : timedelta
        Time between two.

    Raises
    ------
    UsageError
        Where it holds no moment.
    """

    from_at: datetime
    until_at: datetime
    step: timedelta

    def __post_init__(self) -> None:
        if self.until_at <= self.from_at:
            raise UsageError(
                f"--until {format_instant(self.until_at)} is not after --from {format_instant(self.from_at)}"
            )
        if self.step < timedelta(seconds=1):
            raise UsageError("--step is under a second; the time between two runs is a good one")

    @property
    def moments(self) -> list[datetime]:
        """Every moment, ascending.

        Examples
        --------
        >>> day = Period(datetime(2026, 3, 14), datetime(2026, 3, 15), timedelta(hours=10))
        >>> [at.hour for at in day.moments]
        [0, 10, 20]
        """
        count = -((self.from_at - self.until_at) // self.step)
        return [self.from_at + self.step * number for number in range(count)]

    def to_json(self) -> dict[str, object]:
        """Give what a program reads."""
        return {
            "from": format_instant(self.from_at),
            "until": format_instant(self.until_at),
            "step_hours": hours_of(self.step),
        }
