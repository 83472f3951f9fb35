"""Replays a list over past moments: the lists that `rank --as-of` gives, made in bulk.

The list is filled by the same slate as a run's; only the sums are made for many moments at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from analytics.evaluation.metrics import ENOUGH_READS
from analytics.evaluation.past import SCORE, Past
from analytics.instants import HOUR
from analytics.rankings.edits import Edits
from analytics.rankings.job import score_articles
from analytics.rankings.metrics import judge_articles, narrow_list
from analytics.rankings.pace import score_by_pace
from analytics.rankings.scopes import Scope
from analytics.rankings.slate import Slate
from analytics.settings import ListSettings, Weights
from analytics.warehouse import Warehouse

_INSTANT = timedelta(microseconds=1)
_UNIT = 2.0**80
_SCORE_COLUMNS = ("article_id", "score", "reads", "readers", "shares")


@dataclass(frozen=True)
class Replay:
    """A list at many moments, and what was read in the hour after each.

    Attributes
    ----------
    lists : DataFrame
        `list_at`, `rank`, `article_id`, `score`, `age_hours`; moments with too few reads after them are left out.
    following : DataFrame
        `list_at`, `article_id`, `reads`: all that was read in the scope.
    catalogue : int
        Articles of the scope that could have stood in the list at the last moment.
    """

    lists: pl.DataFrame
    following: pl.DataFrame
    catalogue: int


def replay_list(
    warehouse: Warehouse, name: str, settings: ListSettings, *, scope: Scope, moments: Sequence[datetime]
) -> Replay:
    """Replay one list for one scope.

    A list with calm looks back on the list of the moment before, as runs at these moments would; the first one on none.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    name : str
        Name of the list.
    settings : ListSettings
        The list.
    scope : Scope
        The part of the site.
    moments : sequence of datetime
        Ascending (naive UTC).
    """
    past = Past(warehouse, moments, box_discount=1 - settings.box_click_weight)
    following = past.find_following(scope)
    player = _Player(past, name, narrow_list(settings, scope), scope)
    lists = [player.fill(as_of) for block in past.blocks for as_of in player.take(block)]
    enough = following.group_by("list_at").agg(pl.sum("reads")).filter(pl.col("reads") >= ENOUGH_READS)
    kept = pl.concat(lists).join(enough.select("list_at"), on="list_at", how="semi")
    return Replay(kept, following, player.catalogue)


class _Player:
    """Fills a list moment by moment, each after the one before."""

    def __init__(self, past: Past, name: str, settings: ListSettings, scope: Scope) -> None:
        self._past, self._name, self._settings, self._scope = past, name, settings, scope
        self._block: list[datetime] = []
        self._sums: dict[int, Mapping[datetime, pl.DataFrame]] = {}
        self._standing: list[str] = []
        self.catalogue = 0

    def take(self, block: list[datetime]) -> list[datetime]:
        """Take up the next moments, and let go of what was summed for those before."""
        self._block, self._sums = block, {}
        return block

    def fill(self, as_of: datetime) -> pl.DataFrame:
        """Fill the list at one moment of the block."""
        slate = Slate(
            self._past.warehouse,
            self._name,
            self._settings,
            as_of=as_of,
            edits=Edits.read(self._past.edits, as_of),
            score=lambda settings, seconds: self._score(settings, seconds, as_of),
            incumbents=lambda _: self._standing,
        )
        items = slate.fill(self._scope).ruled.items
        self._standing = items["article_id"].to_list()
        inside = self._scope.select(slate.candidates)
        self.catalogue = len(inside)
        age = (pl.lit(as_of) - pl.col("published_at")).dt.total_microseconds() / (HOUR / _INSTANT)
        ages = inside.select("article_id", age_hours=age)
        named = items.join(ages, on="article_id", how="left", maintain_order="left")
        list_at = pl.lit(as_of).dt.cast_time_unit("us").alias("list_at")
        # What few people read is not told, here as in the list itself.
        score = pl.when(~pl.col("is_withheld")).then("score")
        return named.select(list_at, "rank", "article_id", score.alias("score"), "age_hours")

    def _score(self, settings: ListSettings, seconds: int | None, as_of: datetime) -> pl.DataFrame:
        warehouse, own = self._past.warehouse, self._settings
        is_bulk = own.metric == "events" and not own.calendar and not own.filter.is_of_events
        is_own = (settings.window, settings.weights, settings.box_click_weight) == (
            own.window,
            own.weights,
            own.box_click_weight,
        )
        if not is_bulk or not is_own:
            # A lower rung, or the variance of one, which few moments ask for; or what no sums are made of.
            return score_articles(warehouse, settings, as_of, half_life_seconds=seconds)
        scored = score_by_pace(settings, seconds, lambda half_life: self._score_half_life(half_life, as_of))
        return judge_articles(warehouse, settings, as_of, scored)

    def _score_half_life(self, half_life_seconds: int, as_of: datetime) -> pl.DataFrame:
        if half_life_seconds not in self._sums:
            sums = self._past.sum_articles(self._block, half_life_seconds, self._settings.window_seconds)
            scored = sums.with_columns(weigh_sums(sums, self._settings.weights))
            parts = scored.partition_by("as_of", as_dict=True)
            self._sums[half_life_seconds] = {moment: frame.select(_SCORE_COLUMNS) for (moment,), frame in parts.items()}
        scores = self._sums[half_life_seconds].get(as_of, pl.DataFrame(schema=SCORE))
        if half_life_seconds == self._settings.half_life_2_seconds:
            return scores
        self._past.warehouse.stage_frame("stage.score", scores)
        return self._past.warehouse.frame("rankings/candidate", as_of=as_of)


def weigh_sums(sums: pl.DataFrame, weights: Weights) -> pl.Series:
    """Weigh `read_sum`, `share_sum` and `engaged_sum` as `rankings/score` does, to the last bit.

    Polars divides by a number as it multiplies by its inverse, which is another number; NumPy and DuckDB divide.
    """
    read, share, engaged = (sums[f"{kind}_sum"].to_numpy() for kind in ("read", "share", "engaged"))
    weighed = weights.read * read + weights.share * share + weights.engaged_minute * engaged / 60_000
    return pl.Series("score", weighed / _UNIT)
