r"""A half-life that fits the audience: the shortest whose list stands well above chance.

With reads as a Poisson process the variance of a decayed sum :math:`\sum w \cdot 2^{-a/H}` is
:math:`\sum w^2 \cdot 2^{-2a/H}`: the same sum with squared weights and half the half-life, exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from analytics.settings import HALF_LIFE_PRESETS_SECONDS

_STANDARD_ERRORS = 2.0


def choose_half_life(score: Callable[[int], pl.DataFrame], *, length: int) -> int:
    """Choose the shortest preset whose list stands above chance; the longest where none does.

    Parameters
    ----------
    score : callable
        Gives `score` and `variance` of each article of the scope for a half-life in seconds.
    length : int
        Slots of the list.

    Examples
    --------
    >>> frames = {900: pl.DataFrame({"score": [3.0, 1.0], "variance": [3.0, 1.0]})}
    >>> choose_half_life(lambda seconds: frames[900] * (seconds // 900), length=1)
    3600
    """
    return next(
        (seconds for seconds in HALF_LIFE_PRESETS_SECONDS if stands(score(seconds), length)),
        HALF_LIFE_PRESETS_SECONDS[-1],
    )


def stands(scored: pl.DataFrame, length: int) -> bool:
    """Tell whether the scores of a list are two standard errors or more, taken together.

    A list is as good as what it knows of its items: their scores summed, against their standard errors summed. The
    lead of one slot over the next says less, since two articles may draw level however well both are known.

    Parameters
    ----------
    scored : polars.DataFrame
        `score` and `variance` of each article.
    length : int
        Slots.

    Examples
    --------
    >>> stands(pl.DataFrame({"score": [9.0, 4.0], "variance": [9.0, 4.0]}), 2)
    True
    >>> stands(pl.DataFrame({"score": [5.0, 1.0], "variance": [5.0, 1.0]}), 2)
    False
    >>> stands(pl.DataFrame(schema={"score": pl.Float64, "variance": pl.Float64}), 2)
    False
    """
    best = scored.filter(pl.col("score") > 0).sort("score", "variance", descending=[True, False]).head(length)
    known, unsure = best.select(pl.col("score").sum(), pl.col("variance").sqrt().sum()).row(0)
    return bool(known > 0 and known >= _STANDARD_ERRORS * unsure)
