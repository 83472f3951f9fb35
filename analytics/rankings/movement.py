"""How a list moved since the ranking before."""

from __future__ import annotations

import polars as pl


def add_movement(items: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Add each item's previous rank and movement.

    Parameters
    ----------
    items : DataFrame
        `scope`, `article_id`, `rank`.
    previous : DataFrame
        `scope`, `article_id`, `previous_rank` of the ranking with the newest earlier as_of.

    Returns
    -------
    DataFrame
        The items in their order with `previous_rank` and `movement`: new, up, down or same.

    Examples
    --------
    >>> now = pl.DataFrame({"scope": ["site"] * 2, "article_id": ["a", "b"], "rank": [1, 2]})
    >>> then = pl.DataFrame({"scope": ["site"], "article_id": ["b"], "previous_rank": [1]})
    >>> add_movement(now, then)["movement"].to_list()
    ['new', 'down']
    """
    rank, before = pl.col("rank"), pl.col("previous_rank")
    return items.join(previous, on=["scope", "article_id"], how="left", maintain_order="left").with_columns(
        movement=pl.when(before.is_null())
        .then(pl.lit("new"))
        .when(rank < before)
        .then(pl.lit("up"))
        .when(rank > before)
        .then(pl.lit("down"))
        .otherwise(pl.lit("same")),
    )
