r"""A second half-life beside the first: a blend of both memories, and more weight for what is rising.

With :math:`a` the sum decayed with :math:`H` and :math:`b` the one with :math:`H_2`, the score is
:math:`(1-s)\,a + s\,b + r \max(0, a - 2\,(H/H_2)\,b)`. Steady reading at any pace has :math:`a/b = H/H_2`, so the last
term is what exceeds twice the pace that the longer memory holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.settings import ListSettings

Scores = TypeVar("Scores", pl.Expr, NDArray[np.float64])
USUAL = 2.0
"""How many times the pace of the second half-life is still usual."""


def score_by_pace(
    settings: ListSettings, half_life_seconds: int | None, score: Callable[[int], pl.DataFrame]
) -> pl.DataFrame:
    """Score by a list's half-life, or by its two.

    Parameters
    ----------
    settings : ListSettings
        The list.
    half_life_seconds : int or None
        Taken instead of the list's own.
    score : callable
        Gives every candidate, with `article_id`, `score` and `is_scored`, for a half-life in seconds; 0 for none. By
        the second half-life those that have a score are enough.
    """
    first = half_life_seconds if half_life_seconds is not None else settings.half_life_seconds or 0
    second = settings.half_life_2_seconds
    if second is None:
        return score(first)
    own = score(first)
    other = score(second).select("article_id", score_2="score")
    joined = own.join(other, on="article_id", how="left", maintain_order="left")
    blended = blend_scores(settings, first / second, pl.col("score"), pl.col("score_2").fill_null(0))
    return joined.with_columns(score=blended, is_scored=blended > 0).drop("score_2")


def blend_scores(settings: ListSettings, ratio: float, own: Scores, other: Scores) -> Scores:
    """Blend the scores by both half-lives.

    Parameters
    ----------
    settings : ListSettings
        The list.
    ratio : float
        The first half-life by the second.
    own, other : Expr or array
        The scores by the first half-life and by the second.

    Examples
    --------
    >>> one = ListSettings("10m", "48h", 10, half_life_2="20m", half_life_2_share=0.25, rising=2.0)
    >>> [float(score) for score in blend_scores(one, 0.5, np.array([4.0, 4.0]), np.array([8.0, 3.0]))]
    [5.0, 5.75]
    """
    excess = own - USUAL * ratio * other
    rise = (excess + abs(excess)) / 2  # what is under the usual counts nothing
    share = settings.half_life_2_share
    return (1 - share) * own + share * other + settings.rising * rise
