"""Replays lists over one period and scope, and sums what trials of settings need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from analytics.context import Progress
from analytics.evaluation.calibrate import TESTING, TUNING, name_settings, split_days
from analytics.evaluation.metrics import Worth, average_moments, judge_moments
from analytics.evaluation.past import Past
from analytics.evaluation.period import Period
from analytics.evaluation.replay import replay_list
from analytics.evaluation.trials import Contest, Sum
from analytics.instants import parse_duration
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings
from analytics.warehouse import Warehouse

_MEMORIES: tuple[Sum, ...] = ((600, 60_000), (3600, 172_800), (86_400, 172_800))
_KINDS = ("read_sum", "share_sum", "engaged_sum")
_FEWEST = 60


@dataclass(frozen=True)
class Measured:
    """A list that was replayed.

    Attributes
    ----------
    settings : ListSettings
        The list.
    all_days, tuning_days, testing_days : Worth
        What it was worth on all days, on the days it was tuned on, and on the others.
    tested : DataFrame
        Each moment of the testing days, as `metrics.judge_moments` says.
    lists : DataFrame
        The lists, as `replay.Replay` has them.
    """

    settings: ListSettings
    all_days: Worth
    tuning_days: Worth
    testing_days: Worth
    tested: pl.DataFrame
    lists: pl.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Give settings and figures."""
        figures = {name: asdict(getattr(self, name)) for name in ("all_days", "tuning_days", "testing_days")}
        return {"settings": name_settings(self.settings)} | figures


class Bench:
    """One period and scope.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    period : Period
        The moments.
    progress : callable
        Told the name of each step.
    """

    def __init__(self, warehouse: Warehouse, name: str, scope: Scope, period: Period, progress: Progress) -> None:
        self.period = period
        self._warehouse, self._name, self._scope, self._progress = warehouse, name, scope, progress
        self._past = Past(warehouse, period.moments)
        self._groups = split_days(period.moments)

    @property
    def longest_window(self) -> str:
        """A window that holds every event before the last moment."""
        return f"{(self._past.moments[-1] - self._past.first_at).days + 1}d"

    def measure(self, settings: ListSettings) -> Measured:
        """Replay a list, and measure it on all days and by group."""
        memory = " and ".join(filter(None, (settings.half_life, settings.half_life_2)))
        self._progress(f"replaying the list with a half-life of {memory}")
        replay = replay_list(self._warehouse, self._name, settings, scope=self._scope, moments=self._past.moments)
        judged = judge_moments(replay.lists, replay.following)
        tested = self._keep(judged, TESTING)
        parts = (judged, self._keep(judged, TUNING), tested)
        everywhere, tuning, testing = (average_moments(part, self.period.step) for part in parts)
        return Measured(settings, everywhere, tuning, testing, tested, replay.lists)

    def open_contest(self, base: ListSettings) -> Contest:
        """Find who competes: the best by short, middling and long memory and of all time, by any kind of event."""
        self._progress("finding who competes")
        eligible = self._past.find_eligible(self._name, base, self._scope)
        memories = [*_MEMORIES, (0, round(parse_duration(self.longest_window).total_seconds()))]
        items, pool = max(_FEWEST, 4 * base.length), []
        for block in self._past.blocks:
            sums = [self._past.sum_articles(block, *name).partition_by("as_of", as_dict=True) for name in memories]
            for as_of in block:
                found = [parts[as_of,] for parts in sums if (as_of,) in parts]
                pool.append(_choose_best(next(eligible), found, items))
        return Contest(pl.concat(pool), self._past.find_following(self._scope), self._groups, length=base.length)

    def sum_pool(self, name: Sum, pool: pl.DataFrame) -> pl.DataFrame:
        """Sum the events of those who compete."""
        self._progress(f"summing with a half-life of {name[0] / 3600:.3g} hours")
        wanted = pool.select("article_id").unique()
        blocks = (self._past.sum_articles(block, *name, wanted=wanted) for block in self._past.blocks)
        return pl.concat([sums.join(pool, on=["as_of", "article_id"], how="semi") for sums in blocks])

    def _keep(self, judged: pl.DataFrame, group: int) -> pl.DataFrame:
        inside = self._groups.filter(pl.col("group") == group)
        return judged.join(inside, left_on="list_at", right_on="as_of", how="semi", maintain_order="left")


def _choose_best(eligible: pl.DataFrame, sums: Sequence[pl.DataFrame], items: int) -> pl.DataFrame:
    found = [eligible.clear()]
    for one in sums:
        inside = eligible.join(one, on="article_id", maintain_order="left")
        found += [inside.filter(pl.col(kind) > 0).top_k(items, by=kind).select(eligible.columns) for kind in _KINDS]
    return pl.concat(found).unique()
