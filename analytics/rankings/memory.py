r"""A half-life that fits the audience: the shortest whose last slot is no accident.

With reads as a Poisson process the variance of a decayed sum :math:`\sum w \cdot 2^{-a/H}` is
:math:`\sum w^2 \cdot 2^{-2a/H}`: the same sum with squared weights and half the half-life, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import polars as pl

from analytics.settings import HALF_LIFE_PRESETS_SECONDS

_STANDARD_ERRORS = 2.0


def choose_half_life(score: Callable[[int], pl.DataFrame], *, length: int) -> int:
    """Choose the shortest preset whose last slot leads the next by two standard errors; the longest where none does.

    Parameters
    ----------
    score : callable
        Gives `score` and `variance` of each article of the scope for a half-life in seconds.
    length : int
        Slots of the list.

    Examples
    --------
    >>> frames = {900: pl.DataFrame({"score": [9.0, 8.0], "variance": [9.0, 8.0]})}
    >>> choose_half_life(lambda seconds: frames[min(seconds, 900)] * (seconds // 900) ** 2, length=1)
    10800
    """
    for seconds in HALF_LIFE_PRESETS_SECONDS:
        scored = score(seconds).sort("score", "variance", descending=[True, False])
        if leads(scored["score"].to_list(), scored["variance"].to_list(), length):
            return seconds
    return HALF_LIFE_PRESETS_SECONDS[-1]


def leads(scores: Sequence[float], variances: Sequence[float], length: int) -> bool:
    """Tell whether the last slot leads the next by two standard errors of their difference.

    Parameters
    ----------
    scores, variances : sequence of float
        Best first. In a list that is not full the last item leads what was never read.
    length : int
        Slots.

    Examples
    --------
    >>> leads([30.0, 10.0], [30.0, 10.0], 1), leads([12.0, 10.0], [12.0, 10.0], 1), leads([], [], 1)
    (True, False, False)
    """
    last = min(length, len(scores)) - 1
    if last < 0 or scores[last] <= 0:
        return False
    is_full = len(scores) > length
    next_score, next_variance = (scores[length], variances[length]) if is_full else (0.0, 0.0)
    return scores[last] - next_score >= _STANDARD_ERRORS * math.sqrt(variances[last] + next_variance)
