"""What is asked of the warehouse about many past moments at once.

Sums are not made moment by moment: time is cut into segments at every hour's end and wherever a window begins or ends,
each event is weighed once, and one statement brings the sums of all segments to all moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from analytics.instants import HOUR, floor_hour
from analytics.rankings.decay import tabulate_hours, tabulate_weights
from analytics.rankings.edits import Edits
from analytics.rankings.metrics import filter_articles
from analytics.rankings.rules import bar_articles
from analytics.rankings.scopes import Scope
from analytics.rankings.slate import read_rules
from analytics.settings import ListSettings
from analytics.warehouse import Warehouse

_INSTANT = timedelta(microseconds=1)
_MOMENTS_AT_ONCE = 200
_MOMENT = {"as_of": pl.Datetime("us")}
_EDGE = {"segment_until_at": pl.Datetime("us")}
SCORE = {
    "article_id": pl.String,
    "score": pl.Float64,
    "reads": pl.Int64,
    "readers": pl.Int64,
    "shares": pl.Int64,
}
"""What is known of an article's score."""


class Past:
    """What is asked of the warehouse about some moments.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    moments : sequence of datetime
        Ascending (naive UTC).
    box_discount : float
        Share of its weight that a read loses where it came from a box.
    """

    def __init__(self, warehouse: Warehouse, moments: Sequence[datetime], *, box_discount: float = 0.0) -> None:
        self.warehouse, self.moments = warehouse, list(moments)
        self._box_discount = box_discount
        self.edits = warehouse.frame("rankings/edit")

    def sum_articles(
        self,
        moments: Sequence[datetime],
        half_life_seconds: int,
        window_seconds: int,
        *,
        wanted: pl.DataFrame | None = None,
    ) -> pl.DataFrame:
        """Sum the decayed events of every article, or of those that are wanted, at some of the moments.

        Returns
        -------
        DataFrame
            As `evaluation/moment_sum` says.
        """
        window = timedelta(seconds=window_seconds)
        # Before the first event there is nothing to cut.
        starts = {as_of: max(as_of - window, self.first_at - _INSTANT) for as_of in moments}
        from_at, until_at = min(starts.values()), moments[-1]
        edges = list_edges(from_at, until_at, [*moments, *starts.values()])
        warehouse = self.warehouse
        warehouse.stage_frame("stage.segment", pl.DataFrame({"segment_until_at": edges}, schema=_EDGE))
        warehouse.stage_frame("stage.decay_weight", tabulate_weights(half_life_seconds))
        warehouse.stage_frame("stage.wanted_article", self._articles if wanted is None else wanted)
        warehouse.stage("evaluation/segment_mass", from_at=from_at, until_at=until_at)
        warehouse.stage_frame("stage.segment_factor", _tabulate_segments(edges, starts, half_life_seconds))
        return warehouse.frame("evaluation/moment_sum", box_discount=self._box_discount)

    @property
    def blocks(self) -> list[list[datetime]]:
        """The moments, so many at a time as are summed at once."""
        size = _MOMENTS_AT_ONCE
        return [self.moments[start : start + size] for start in range(0, len(self.moments), size)]

    @cached_property
    def _articles(self) -> pl.DataFrame:
        return pl.DataFrame({"article_id": self.warehouse.distinct("articles.article", "article_id")})

    @cached_property
    def first_at(self) -> datetime:
        """When the first event happened; the first moment where there is none."""
        first = self.warehouse.frame("evaluation/first_event").item()
        return first if isinstance(first, datetime) else self.moments[0]

    def find_following(self, scope: Scope) -> pl.DataFrame:
        """Find what was read in the hour after each moment: `list_at`, `article_id`, `reads`."""
        self.warehouse.stage_frame("stage.moment", pl.DataFrame({"as_of": self.moments}, schema=_MOMENT))
        following = self.warehouse.frame(
            "evaluation/following_read", from_at=self.moments[0], until_at=self.moments[-1] + HOUR
        )
        return scope.select(following).select(pl.col("as_of").alias("list_at"), "article_id", "reads")

    def find_eligible(self, name: str, settings: ListSettings, scope: Scope) -> Iterator[pl.DataFrame]:
        """Find who could stand in a list, as far as no score decides it, moment by moment.

        Yields
        ------
        DataFrame
            `as_of`, `article_id`, `published_at`.
        """
        rules = read_rules(settings.rules)
        self.warehouse.stage_frame("stage.score", pl.DataFrame(schema=SCORE))
        for as_of in self.moments:
            inside = scope.select(self.warehouse.frame("rankings/candidate", as_of=as_of))
            bans = Edits.read(self.edits, as_of).list_bans(name, str(scope))
            barred = bar_articles(filter_articles(inside, settings.filter), rules, bans=bans, as_of=as_of).items
            yield barred.select(pl.lit(as_of).dt.cast_time_unit("us").alias("as_of"), "article_id", "published_at")


def list_edges(from_at: datetime, until_at: datetime, cuts: Sequence[datetime]) -> list[datetime]:
    """List the ends of segments: every cut, and the last instant of every hour.

    Examples
    --------
    >>> [str(at.time()) for at in list_edges(datetime(2026, 3, 14, 10), datetime(2026, 3, 14, 11, 30), [])]
    ['10:59:59.999999', '11:59:59.999999']
    """
    start = floor_hour(from_at)
    hours = (floor_hour(until_at) - start) // HOUR + 1
    return sorted({*cuts, *(start + HOUR * (n + 1) - _INSTANT for n in range(hours))})


def _tabulate_segments(
    edges: list[datetime], starts: Mapping[datetime, datetime], half_life_seconds: int
) -> pl.DataFrame:
    """Give the number that brings each segment of each moment's window to that moment."""
    segments = pl.DataFrame({"segment_until_at": edges}, schema=_EDGE)
    segments = segments.with_columns(hour_start=pl.col("segment_until_at").dt.truncate("1h"))
    parts = []
    for as_of, start in starts.items():
        hours = tabulate_hours((start, as_of), half_life_seconds)
        inside = segments.filter(pl.col("segment_until_at") > start, pl.col("segment_until_at") <= as_of)
        parts.append(inside.join(hours, on="hour_start").with_columns(as_of=pl.lit(as_of).dt.cast_time_unit("us")))
    return pl.concat(parts).drop("hour_start")
