"""Searches the settings of a list: coarse steps over all shapes, then fine ones around the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from analytics.errors import UsageError
from analytics.evaluation.calibrate import (
    list_calms,
    list_shapes,
    order_trials,
    refine,
    vary_weights,
    vary_windows,
)
from analytics.evaluation.trials import Contest, Outcome, Sum, name_ladder, name_sums
from analytics.settings import ListSettings

_BEST = 6


class Search:
    """The trials of one calibration, and what they came to.

    Parameters
    ----------
    contest : Contest
        Who competes.
    sum_pool : callable
        Gives the sums of the contest's pool by name.
    churn_at_most : float
        Largest share of the list that may be new at each step.
    progress : callable
        Told the name of each step.
    """

    def __init__(
        self,
        contest: Contest,
        sum_pool: Callable[[Sum, pl.DataFrame], pl.DataFrame],
        churn_at_most: float,
        progress: Callable[[str], None],
    ) -> None:
        self.trials: list[ListSettings] = []
        self.churn_at_most = churn_at_most
        self._contest, self._sum_pool, self._progress = contest, sum_pool, progress
        self._outcome: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        """What all trials came to so far, in their order."""
        if self._outcome is None:
            raise UsageError("nothing has been tried yet")
        return self._outcome

    def explore(self, base: ListSettings) -> None:
        """Try shapes with coarse steps of calm; of the best, other weights and windows, then finer steps."""
        self._try(list_calms(list_shapes(base)))
        self._try(vary_weights(self.list_best(self.churn_at_most), self._contest.kinds))
        self._try(vary_windows(self.list_best(self.churn_at_most)))
        self._try(refine(self.list_best(self.churn_at_most)))

    def list_best(self, churn_at_most: float, count: int = _BEST) -> list[ListSettings]:
        """List the best trials that are so calm, the best first.

        Raises
        ------
        UsageError
            Where none is.
        """
        order = order_trials(self.outcome, churn_at_most)
        if not order:
            calmest = float(self.outcome.churn().min())
            raise UsageError(f"no list is so calm: the calmest has a churn of {calmest:.4f} a step; allow more")
        return [self.trials[place] for place in order[:count]]

    def play(self, trials: Sequence[ListSettings]) -> Outcome:
        """Play trials, after summing what they need."""
        for name in dict.fromkeys(name for one in trials for name in (*name_sums(one), *name_ladder(one))):
            if name not in self._contest.sums:
                self._contest.add_sums(name, self._sum_pool(name, self._contest.pool))
        self._progress(f"trying {len(trials):,} lists")
        return self._contest.play(trials)

    def _try(self, trials: Sequence[ListSettings]) -> None:
        if not trials:
            return
        outcome = self.play(trials)
        self._outcome = self._outcome.join(outcome) if self._outcome else outcome
        self.trials += trials
