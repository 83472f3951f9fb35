"""What would have stood in another order, had everything been known."""

from __future__ import annotations

import polars as pl

_SLOT = ["scope", "rank"]


def compare_ranks(published: pl.DataFrame, corrected: pl.DataFrame) -> pl.DataFrame:
    """Find the slots that hold another article.

    Parameters
    ----------
    published, corrected : DataFrame
        `scope`, `rank`, `article_id` and `score` of one list at one moment: as published, and as made again.

    Returns
    -------
    DataFrame
        `scope`, `rank`, and article and score on both sides; empty on the side that has no such slot.

    Examples
    --------
    >>> slots = {"scope": ["site"] * 2, "rank": [1, 2]}
    >>> then = pl.DataFrame(slots | {"article_id": ["a", "b"], "score": [2.0, 1.0]})
    >>> now = pl.DataFrame(slots | {"article_id": ["a", "c"], "score": [2.5, 1.5]})
    >>> compare_ranks(then, now).rows()
    [('site', 2, 'b', 'c', 1.0, 1.5)]
    """
    named = [
        frame.select(*_SLOT, pl.col("article_id").alias(f"{name}_article_id"), pl.col("score").alias(f"{name}_score"))
        for name, frame in (("published", published), ("corrected", corrected))
    ]
    slots = named[0].join(named[1], on=_SLOT, how="full", coalesce=True)
    before, after = pl.col("published_article_id"), pl.col("corrected_article_id")
    columns = (before, after, "published_score", "corrected_score")
    return slots.filter(before.ne_missing(after)).select(*_SLOT, *columns).sort(_SLOT)
