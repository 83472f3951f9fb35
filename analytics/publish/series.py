"""What readers did hour by hour, as the pages' charts and figures take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from analytics.instants import HOUR, floor_hour
from analytics.publish.charts import Column, ColumnChart, draw_columns

HOURS_SHOWN = 48
DAY_HOURS = 24
_TICK_HOURS = 6
_LAST_TICK = 44  # a label further right would be cut off
MEASURES = ("pageviews", "reads", "readers", "shares")


@dataclass(frozen=True)
class Series:
    """The measures of the last whole hours, the oldest hour first.

    Attributes
    ----------
    hours
        Start of each hour (naive UTC).
    values
        One count an hour, by measure.
    """

    hours: tuple[datetime, ...]
    values: Mapping[str, tuple[int, ...]]

    def sum_day(self, measure: str, *, days_ago: int = 0) -> int:
        """Add up 24 hours: the last ones, or those a day before."""
        end = len(self.hours) - days_ago * DAY_HOURS
        return sum(self.values[measure][end - DAY_HOURS : end])

    def find_peak(self) -> int:
        """Find the place of the hour with most reads, the newest of equals."""
        reads = self.values["reads"]
        return max(range(len(reads)), key=lambda place: (reads[place], place))


@dataclass(frozen=True)
class ChartView:
    """Reads per hour: columns with their hours and values, and the marks on the time axis."""

    chart: ColumnChart
    columns: tuple[tuple[Column, datetime, int, bool], ...]
    ticks: tuple[tuple[float, datetime], ...]
    peak: int


def list_hours(as_of: datetime) -> tuple[datetime, ...]:
    """List the whole hours before a moment, the oldest first.

    Examples
    --------
    >>> list_hours(datetime(2026, 3, 14, 12, 34))[-1]
    datetime.datetime(2026, 3, 14, 11, 0)
    """
    end = floor_hour(as_of)
    return tuple(end - timedelta(hours=ago) for ago in range(HOURS_SHOWN, 0, -1))


def build_series(hourly: pl.DataFrame, as_of: datetime) -> Series:
    """Build the series of one edition; an hour without a row is an hour without a reader.

    Parameters
    ----------
    hourly
        The columns of ``sql/publish/edition_hourly.sql``, for that edition.
    as_of
        Naive, in UTC.
    """
    hours = list_hours(as_of)
    found = {row["hour_start"]: row for row in hourly.iter_rows(named=True)}
    values = {measure: tuple(found[hour][measure] if hour in found else 0 for hour in hours) for measure in MEASURES}
    return Series(hours, values)


def add_series(parts: Iterable[Series], as_of: datetime) -> Series:
    """Add up the series of several editions."""
    each = list(parts)
    hours = list_hours(as_of)
    values = {
        measure: tuple(sum(one.values[measure][place] for one in each) for place in range(len(hours)))
        for measure in MEASURES
    }
    return Series(hours, values)


def spread_reads(item_hourly: pl.DataFrame, as_of: datetime) -> dict[str, tuple[int, ...]]:
    """Give every listed article's reads of each hour, the oldest first.

    Parameters
    ----------
    item_hourly
        The columns of ``sql/publish/item_hourly.sql``.
    as_of
        Naive, in UTC.

    Examples
    --------
    >>> row = {"article_id": ["en-1"], "hour_start": [datetime(2026, 3, 14, 11)], "reads": [5]}
    >>> spread_reads(pl.DataFrame(row), datetime(2026, 3, 14, 12))["en-1"][-2:]
    (0, 5)
    """
    first = list_hours(as_of)[0]
    spread: dict[str, list[int]] = {}
    for article_id, hour, reads in item_hourly.select("article_id", "hour_start", "reads").iter_rows():
        spread.setdefault(article_id, [0] * HOURS_SHOWN)[(hour - first) // HOUR] = reads
    return {article_id: tuple(reads) for article_id, reads in spread.items()}


def build_chart(series: Series, *, height: int) -> ChartView:
    """Lay out reads per hour; the last day is told apart from the one before."""
    reads = series.values["reads"]
    chart = draw_columns(reads, height=height)
    split = len(reads) - DAY_HOURS
    places = range(len(reads))
    columns = zip(chart.columns, series.hours, reads, (place >= split for place in places), strict=True)
    ticks = tuple(
        (round(100 * place / len(reads), 3), hour)
        for place, hour in enumerate(series.hours)
        if hour.hour % _TICK_HOURS == 0 and place <= _LAST_TICK
    )
    return ChartView(chart, tuple(columns), ticks, series.find_peak())
