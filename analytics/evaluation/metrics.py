"""How much of the next hour's reads lists caught, and how much they flickered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

import polars as pl

from analytics.instants import hours_of

ENOUGH_READS = 50
"""A moment with fewer reads in the hour after it is skipped."""


@dataclass(frozen=True)
class Worth:
    """What lists were worth at some moments.

    Attributes
    ----------
    moments : int
        Lists judged.
    caught : float
        Share of the next hour's reads that the list caught, in the mean of the moments.
    oracle : float
        The same of the best list with hindsight.
    foresight : float
        Caught by oracle.
    churn : float
        Share of the list that is new since the list before, for every hour between them.
    """

    moments: int
    caught: float
    oracle: float
    foresight: float
    churn: float


@dataclass(frozen=True)
class Figures(Worth):
    """What all lists of a period were worth.

    Attributes
    ----------
    coverage : float
        Share of the catalogue that ever stood in the list.
    median_age_hours : float or None
        Median age of the listed articles; nothing where there was no list.
    """

    coverage: float
    median_age_hours: float | None


def judge_moments(lists: pl.DataFrame, following: pl.DataFrame) -> pl.DataFrame:
    """Judge each list by what was read in the hour after it.

    Parameters
    ----------
    lists : DataFrame
        `list_at`, `rank`, `article_id`.
    following : DataFrame
        `list_at`, `article_id`, `reads` of all that was read in the scope.

    Returns
    -------
    DataFrame
        `list_at`, `caught`, `oracle`, and `new_share`: the share of the longest list that is new since the list
        before; null for the first.

    Examples
    --------
    >>> from datetime import datetime
    >>> at = {"list_at": [datetime(2026, 3, 14, 12)] * 2}
    >>> judge_moments(
    ...     pl.DataFrame(at | {"rank": [1, 2], "article_id": ["a", "b"]}),
    ...     pl.DataFrame(at | {"article_id": ["a", "c"], "reads": [40, 60]}),
    ... ).select("caught", "oracle").rows()
    [(0.4, 1.0)]
    """
    length = max(lists["rank"], default=0)
    read = pl.col("reads").cast(pl.Float64)
    totals = following.group_by("list_at").agg(total=read.sum(), best=pl.col("reads").top_k(length).sum())
    caught = lists.join(following, on=["list_at", "article_id"]).group_by("list_at").agg(reads=read.sum())
    moments = lists.select("list_at").unique().sort("list_at").with_row_index("number")
    judged = moments.join(totals, on="list_at", how="left").join(caught, on="list_at", how="left")
    return (
        judged.join(_count_new(lists, moments), on="number", how="left")
        .sort("number")
        .select(
            "list_at",
            caught=(pl.col("reads") / pl.col("total")).fill_null(0),
            oracle=(pl.col("best") / pl.col("total")).fill_null(0),
            new_share=pl.when(pl.col("number") > 0).then(pl.col("new").fill_null(0) / length),
        )
    )


def _count_new(lists: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """Count the articles of each list that were not in the one before: `number`, `new`."""
    numbered = lists.join(moments, on="list_at").select("number", "article_id")
    before = numbered.with_columns(pl.col("number") + 1)
    return numbered.join(before, on=["number", "article_id"], how="anti").group_by("number").agg(new=pl.len())


def measure_lists(lists: pl.DataFrame, following: pl.DataFrame, *, catalogue: int, step: timedelta) -> Figures:
    """Measure lists that were made at equal steps.

    Parameters
    ----------
    lists : DataFrame
        `list_at`, `rank`, `article_id`, `age_hours`.
    following : DataFrame
        `list_at`, `article_id`, `reads` of all that was read in the scope.
    catalogue : int
        Articles that could have stood in the list.
    step : timedelta
        Time between two lists.
    """
    worth = average_moments(judge_moments(lists, following), step)
    age = lists["age_hours"].median()
    return Figures(
        **asdict(worth),
        coverage=lists["article_id"].n_unique() / catalogue if catalogue else 0.0,
        median_age_hours=float(age) if isinstance(age, float) else None,
    )


def average_moments(judged: pl.DataFrame, step: timedelta) -> Worth:
    """Average what lists were worth, as `judge_moments` says of each.

    Examples
    --------
    >>> judged = pl.DataFrame({"caught": [0.4, 0.2], "oracle": [0.5, 0.5], "new_share": [None, 0.3]})
    >>> average_moments(judged, timedelta(minutes=30))
    Worth(moments=2, caught=0.3..., oracle=0.5, foresight=0.6..., churn=0.6)
    """
    means = (judged[name].cast(pl.Float64).mean() for name in ("caught", "oracle", "new_share"))
    caught, oracle, new = (float(mean) if isinstance(mean, float) else 0.0 for mean in means)
    return Worth(len(judged), caught, oracle, caught / oracle if oracle else 0.0, new / hours_of(step))
