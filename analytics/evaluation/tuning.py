"""Calibrates a list: tries settings on what happened, and gives the best of those that are calm enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import msgspec

from analytics.answers import resolve_scope
from analytics.context import Context
from analytics.errors import UsageError
from analytics.evaluation.bench import Bench, Measured
from analytics.evaluation.calibrate import (
    HALF_LIVES,
    ROUNDING,
    TESTING,
    TUNING,
    Gain,
    compare_moments,
    find_equal,
    list_frontier,
    make_plain,
    name_settings,
)
from analytics.evaluation.chart import Frontier, Point, draw_frontier
from analytics.evaluation.job import find_list
from analytics.evaluation.metrics import ENOUGH_READS
from analytics.evaluation.period import Period
from analytics.evaluation.search import Search
from analytics.evaluation.trials import Outcome
from analytics.instants import hours_of
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings, Weights

_PEERS = {
    "Guardian: 3 h window": ("none", "3h"),
    "WordPress Popular Posts: 24 h window": ("none", "24h"),
    "Radioactivity: half-life 6 h": ("6h", ""),
    "all time": ("none", ""),
}
"""Half-life and window; empty: all that is loaded."""
_REPLAYS = 4
_FEWEST_TESTED = 2
_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True)
class Calibration:
    """What calibrating came to.

    Attributes
    ----------
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    period : Period
        The moments.
    churn_at_most : float
        What was allowed, an hour.
    tuned : Measured
        The best list that is calm enough.
    plain : Measured
        The plain half-life whose churn on the testing days equals the tuned list's.
    gain : Gain
        The first over the second, on the testing days.
    trials : int
        Settings tried.
    frontier : Frontier
        What foresight costs in churn, on all days.
    """

    name: str
    scope: Scope
    period: Period
    churn_at_most: float
    tuned: Measured
    plain: Measured
    gain: Gain
    trials: int
    frontier: Frontier

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads; docs/evaluation.md says what each field means."""
        return {
            "list": self.name,
            "scope": str(self.scope),
            **self.period.to_json(),
            "length": self.tuned.settings.length,
            "churn_at_most": self.churn_at_most,
            "tuned": self.tuned.to_json(),
            "plain": self.plain.to_json(),
            "gain": asdict(self.gain),
            "trials": self.trials,
            **self.frontier.to_json(),
        }

    def to_svg(self) -> str:
        """Draw churn against foresight."""
        told = self.period.to_json()
        title = f"{self.name}, {self.scope}: what foresight costs in churn"
        note = (
            f"{told['from']} to {told['until']}, every {told['step_hours']:g} h, "
            f"length {self.tuned.settings.length}; {self.trials:,} settings tried"
        )
        return draw_frontier(self.frontier, title=title, note=note)

    def to_toml(self) -> str:
        """Give the list's settings alone, as `--config` takes them."""
        told, worth, length = self.period.to_json(), self.tuned.all_days, self.tuned.settings.length
        span = f"{told['from']} to {told['until']}, every {told['step_hours']:g} h"
        lines = [
            "# Made by `readership calibrate most-read`; docs/evaluation.md says how.",
            f"# {self.scope}, {span}, length {length}; churn of {self.churn_at_most:g} an hour allowed:",
            f"# foresight {worth.foresight:.4f} at a churn of {worth.churn:.4f} an hour.",
            "",
            f'[lists."{self.name}"]',
        ]
        settings = name_settings(self.tuned.settings).items()
        return "\n".join([*lines, *(f"{name} = {_write(value)}" for name, value in settings), ""])


def _write(value: object) -> str:
    """Write a value as TOML: a duration, a number, or numbers by name.

    Examples
    --------
    >>> _write({"read": 1.0, "share": 3.0}), _write("10m")
    ('{ read = 1.0, share = 3.0 }', '"10m"')
    """
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_write(one)}" for name, one in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)


def calibrate_list(  # noqa: PLR0913 - what a calibration hangs on
    context: Context, name: str, scope: Scope, period: Period, *, churn_at_most: float, length: int | None = None
) -> Calibration:
    """Find the settings of a list with the best foresight at a churn.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    period : Period
        The moments.
    churn_at_most : float
        Largest share of the list that may be new each hour.
    length : int, optional
        Items, instead of the list's own number.

    Raises
    ------
    UsageError
        Where there is no such list, no article in the scope, too short a period, too few reads, or no list so calm.
    """
    base = find_list(context, name, length)
    if base.metric != "events" or base.calendar or base.filter.is_of_events or base.box_click_weight != 1:
        raise UsageError(f"calibrate tunes lists of weighed events in a rolling window; {name} is none")
    if period.until_at - period.from_at < _TWO_DAYS:
        raise UsageError("calibrate needs two days at least: it tunes and tests on days in turn")
    with context.hold(), context.open(is_reader=True) as warehouse:
        scope = resolve_scope(context, warehouse, scope)
        bench = Bench(warehouse, name, scope, period, context.progress)
        contest = bench.open_contest(base)
        if contest.count_moments(TESTING) < _FEWEST_TESTED or not contest.count_moments(TUNING):
            raise UsageError(f"too few hours of this period have {ENOUGH_READS} reads of {scope}; name a longer one")
        search = Search(contest, bench.sum_pool, churn_at_most * hours_of(period.step), context.progress)
        search.explore(base)
        tuned = _find_best(bench, search, churn_at_most)
        plain = _find_plain(bench, search, base, tuned)
        frontier = _find_frontier(bench, search, base, tuned)
    gain = compare_moments(tuned.tested, plain.tested)
    return Calibration(name, scope, period, churn_at_most, tuned, plain, gain, len(search.trials), frontier)


def _find_best(bench: Bench, search: Search, churn_at_most: float) -> Measured:
    """Replay the best trial; where rules that trials know nothing of make it flicker more, the next calmer one."""
    limit = search.churn_at_most
    for _ in range(_REPLAYS):
        (best,) = search.list_best(limit, 1)
        measured = bench.measure(best)
        excess = measured.all_days.churn - churn_at_most
        if excess <= ROUNDING:
            return measured
        limit -= excess * hours_of(bench.period.step)
    raise UsageError("the rules of this list make it flicker more than is allowed; allow more with --churn-at-most")


def _find_plain(bench: Bench, search: Search, base: ListSettings, tuned: Measured) -> Measured:
    plains = [make_plain(base, half_life) for half_life in HALF_LIVES]
    churns = search.play(plains).churn(TESTING) / hours_of(bench.period.step)
    return bench.measure(plains[find_equal(churns.tolist(), tuned.testing_days.churn)])


def _find_frontier(bench: Bench, search: Search, base: ListSettings, tuned: Measured) -> Frontier:
    hours = hours_of(bench.period.step)

    def locate(named: Mapping[str, ListSettings]) -> list[Point]:
        return name_points(search.play([*named.values()]), hours, named)

    points = name_points(search.outcome, hours, {str(place): one for place, one in enumerate(search.trials)})
    reads = msgspec.structs.replace(base, weights=Weights())
    longest = bench.longest_window
    peers = {name: make_plain(reads, half_life, window or longest) for name, (half_life, window) in _PEERS.items()}
    return Frontier(
        frontier=[points[place] for place in list_frontier([(one.churn, one.foresight) for one in points])],
        half_lives=locate({half_life: make_plain(base, half_life) for half_life in HALF_LIVES}),
        peers=locate(peers),
        tuned=Point("tuned", tuned.all_days.churn, tuned.all_days.foresight, name_settings(tuned.settings)),
    )


def name_points(outcome: Outcome, step_hours: float, named: Mapping[str, ListSettings]) -> list[Point]:
    """Give what trials came to on all days, by name."""
    figures = zip(outcome.churn() / step_hours, outcome.foresight(), named.items(), strict=True)
    return [
        Point(name, float(churn), float(foresight), name_settings(settings))
        for churn, foresight, (name, settings) in figures
    ]
