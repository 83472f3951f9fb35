"""Which settings a list is tried with, how one is chosen, and by how much it beats a plain half-life.

The days of the period alternate: a setting is chosen by its foresight on the tuning days alone, and what it is worth is
said of the testing days. In any two weeks, weekdays and weekends are in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import msgspec
import numpy as np
import polars as pl
from scipy import stats

from analytics.evaluation.trials import Outcome
from analytics.instants import parse_duration
from analytics.settings import ListSettings, Weights

TUNING, TESTING = 0, 1
HALF_LIVES = ("10m", "15m", "20m", "30m", "45m", "1h", "90m", "2h", "3h", "6h", "12h", "24h")
_HARD_WINDOWS = ("1h", "2h", "3h", "6h", "24h")
_WINDOWS = ("6h", "24h", "48h", "7d")
_SHARES, _RISING = (0.0, 0.15, 0.3), (0.0, 1.0, 2.0, 3.0)
_RATIOS = (2, 12)
_CALM, _CALM_OF_MEAN = (0.0, 0.1, 0.2, 0.4, 0.8), tuple(round(0.05 * step, 2) for step in range(12))
_FINE_CALM, _FINE_RISING = (-0.1, -0.05, 0.0, 0.05, 0.1), (-0.5, 0.0, 0.5)
_FINE_CALM_OF_MEAN = tuple(round(0.01 * step, 2) for step in range(-5, 6))
_EVENT_WEIGHTS = (0.0, 1.0, 3.0, 10.0)
_HIGHEST = 10.0
ROUNDING = 1e-9
"""So much over an allowed churn is none: shares are sums of tenths."""
PLAIN: dict[str, Any] = {"half_life_2": "", "half_life_2_share": 0.0, "rising": 0.0, "calm": 0.0, "calm_of_mean": 0.0}
"""What a list with nothing but a half-life or a hard window has of the rest."""
TUNED = ("half_life", "window", "weights", *PLAIN)
"""The settings that are searched."""


def split_days(moments: Sequence[datetime]) -> pl.DataFrame:
    """Give every moment's group: the days from the first moment on are for tuning and for testing in turn.

    Returns
    -------
    DataFrame
        `as_of`, `group`.

    Examples
    --------
    >>> split_days([datetime(2026, 3, day, 15) for day in (14, 15, 16)])["group"].to_list()
    [0, 1, 0]
    """
    days = [(at - moments[0]) // timedelta(days=1) for at in moments]
    groups = pl.DataFrame({"as_of": list(moments), "group": [day % 2 for day in days]})
    return groups.with_columns(pl.col("as_of").cast(pl.Datetime("us")))


def name_settings(settings: ListSettings) -> dict[str, Any]:
    """Give the settings that are searched, by name."""
    content = msgspec.to_builtins(settings)
    return {name: content[name] for name in TUNED}


def make_plain(base: ListSettings, half_life: str, window: str = "") -> ListSettings:
    """Give a list with nothing but a half-life or a hard window."""
    return msgspec.structs.replace(base, half_life=half_life, window=window or base.window, **PLAIN)


def list_shapes(base: ListSettings) -> list[ListSettings]:
    """List what scores are made of: plain half-lives, hard windows, and pairs of half-lives."""
    plain = [make_plain(base, half_life) for half_life in HALF_LIVES]
    hard = [make_plain(base, "none", window) for window in _HARD_WINDOWS]
    pairs = [
        msgspec.structs.replace(one, half_life_2=longer, half_life_2_share=share, rising=rising)
        for one, longer in product(plain, HALF_LIVES)
        if _RATIOS[0] <= parse_duration(longer) / parse_duration(one.half_life) <= _RATIOS[1]
        for share, rising in product(_SHARES, _RISING)
        if share or rising
    ]
    return plain + hard + pairs


def list_calms(shapes: Sequence[ListSettings]) -> list[ListSettings]:
    """List every shape with every calm."""
    return [
        msgspec.structs.replace(shape, calm=calm, calm_of_mean=of_mean)
        for shape, calm, of_mean in product(shapes, _CALM, _CALM_OF_MEAN)
    ]


def vary_weights(best: Sequence[ListSettings], kinds: set[str]) -> list[ListSettings]:
    """List the best with other weights of shares and engaged minutes, where there are any."""
    if not kinds:
        return []
    offered = [[0.0] if kind not in kinds else _EVENT_WEIGHTS for kind in ("share", "engaged_minute")]
    weights = [Weights(1.0, share, minute) for share, minute in product(*offered)]
    return [msgspec.structs.replace(one, weights=weight) for one, weight in product(best, weights)]


def vary_windows(best: Sequence[ListSettings]) -> list[ListSettings]:
    """List the best that fade with other windows."""
    fading = [one for one in best if one.half_life_seconds]
    return [msgspec.structs.replace(one, window=window) for one, window in product(fading, _WINDOWS)]


def refine(best: Sequence[ListSettings]) -> list[ListSettings]:
    """List the best with finer steps of calm and of what is rising."""
    return [
        msgspec.structs.replace(
            one,
            calm=_step(one.calm, calm),
            calm_of_mean=_step(one.calm_of_mean, of_mean),
            rising=_step(one.rising, rising) if one.half_life_2 else 0.0,
        )
        for one in best
        for rising in (_FINE_RISING if one.half_life_2 else (0.0,))
        for calm, of_mean in product(_FINE_CALM, _FINE_CALM_OF_MEAN)
    ]


def _step(value: float, by: float) -> float:
    return round(min(_HIGHEST, max(0.0, value + by)), 3)


def order_trials(outcome: Outcome, churn_at_most: float) -> list[int]:
    """Give the trials that are calm enough, on the tuning days and on all days, the best on the tuning days first."""
    limit = churn_at_most + ROUNDING
    allowed = (outcome.churn(TUNING) <= limit) & (outcome.churn() <= limit)
    order = np.argsort(-outcome.foresight(TUNING), kind="stable")
    return [int(place) for place in order if allowed[place]]


def find_equal(churns: Sequence[float], churn: float) -> int:
    """Find whose churn equals another's: the least that is not under it, so that no gain is one of more flicker.

    Examples
    --------
    >>> find_equal([0.2, 0.15, 0.1], 0.12), find_equal([0.2, 0.15, 0.1], 0.3)
    (1, 0)
    """
    above = [place for place, one in enumerate(churns) if one >= churn - ROUNDING]
    return min(above, key=churns.__getitem__) if above else int(np.argmax(churns))


def list_frontier(points: Sequence[tuple[float, float]]) -> list[int]:
    """Give the points that no other beats in both: less churn and more foresight; by churn.

    Examples
    --------
    >>> list_frontier([(0.2, 0.9), (0.1, 0.8), (0.15, 0.7)])
    [1, 0]
    """
    best, found = float("-inf"), []
    for place in sorted(range(len(points)), key=lambda place: (points[place][0], -points[place][1])):
        if points[place][1] > best:
            best = points[place][1]
            found.append(place)
    return found


@dataclass(frozen=True)
class Gain:
    """How much better one list is than another, in caught by oracle, with a 95 % interval.

    Attributes
    ----------
    foresight : float
        The difference.
    low, high : float
        The interval.
    moments : int
        Moments compared.
    """

    foresight: float
    low: float
    high: float
    moments: int


def compare_moments(judged: pl.DataFrame, other: pl.DataFrame) -> Gain:
    r"""Compare two lists moment by moment: a paired *t* interval.

    With :math:`d_i` the difference of what both caught in the hour after moment *i*, and :math:`o` the mean of what
    hindsight would have caught, the gain is :math:`\bar d / o` and its interval :math:`\bar d / o \pm t_{0.975, n-1}
    \, s_d / (o \sqrt n)`. Hours are taken as independent of each other; on real clicks the differences of neighbouring
    hours correlate by less than 0.1.

    Parameters
    ----------
    judged, other : DataFrame
        As `metrics.judge_moments` gives them.

    Examples
    --------
    >>> mine = pl.DataFrame({"list_at": [1, 2, 3], "caught": [0.5, 0.6, 0.7], "oracle": [0.8] * 3})
    >>> gain = compare_moments(mine, mine.with_columns(caught=pl.Series([0.4, 0.5, 0.6])))
    >>> round(gain.foresight, 3), gain.moments
    (0.125, 3)
    """
    paired = judged.join(other, on="list_at", suffix="_2")
    difference = (paired["caught"] - paired["caught_2"]).to_numpy()
    oracle, size = float(paired["oracle"].to_numpy().mean()), len(paired)
    mean = float(difference.mean()) / oracle
    error = float(difference.std(ddof=1)) / oracle / size**0.5
    reach = float(stats.t.ppf(0.975, size - 1)) * error
    return Gain(mean, mean - reach, mean + reach, size)
