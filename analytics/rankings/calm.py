"""Calm: a challenger must beat an incumbent by a stated share, so that a list does not flicker."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from analytics.rankings.pace import Scores


@dataclass(frozen=True)
class Margin:
    """By how much a challenger must beat an incumbent.

    Parameters
    ----------
    of_incumbent : float
        Share of the incumbent's own score.
    of_mean : float
        Share of the mean score of the list's best.
    """

    of_incumbent: float = 0.0
    of_mean: float = 0.0


def favour_incumbents(
    ranked: pl.DataFrame, incumbents: Collection[str], margin: Margin, *, length: int
) -> pl.DataFrame:
    """Put the ranked in the order in which they may take the slots of a list.

    Incumbents among themselves, and challengers among themselves, keep their order.

    Parameters
    ----------
    ranked : DataFrame
        Who may stand in the list, best first, with `article_id` and `score`.
    incumbents : collection of str
        The articles of the list before.
    margin : Margin
        By how much a challenger must beat them.
    length : int
        Slots: the best of so many give the mean.

    Examples
    --------
    >>> ranked = pl.DataFrame({"article_id": ["a", "b", "c"], "score": [13.0, 11.0, 10.0]})
    >>> favour_incumbents(ranked, ["c"], Margin(of_incumbent=0.2), length=2)["article_id"].to_list()
    ['a', 'c', 'b']
    """
    if ranked.is_empty() or margin == Margin():
        return ranked
    best = ranked["score"].head(length)
    mean = math.fsum(best) / len(best)
    favoured = favour(pl.col("score"), pl.lit(mean), pl.lit(margin.of_incumbent), pl.lit(margin.of_mean))
    is_incumbent = pl.col("article_id").is_in(list(incumbents))
    standing = pl.when(is_incumbent).then(favoured).otherwise(pl.col("score"))
    return ranked.sort(standing, descending=True, maintain_order=True)


def favour(score: Scores, mean: Scores, of_incumbent: Scores, of_mean: Scores) -> Scores:
    """Give the score that a challenger must beat.

    Parameters
    ----------
    score : Expr or array
        The incumbent's own.
    mean : Expr or array
        The mean score of the list's best.
    of_incumbent, of_mean : Expr or array
        The shares of `Margin`.
    """
    return score * (1 + of_incumbent) + mean * of_mean
