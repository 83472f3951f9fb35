"""How a list moved since the ranking before."""

from __future__ import annotations

import polars as pl


def add_movement(items: pl.DataFrame, previous: pl.DataFrame, history: pl.DataFrame | None = None) -> pl.DataFrame:
    """Add what a chart tells of each item: where it was before, its best rank, and for how long it has been there.

    Parameters
    ----------
    items : DataFrame
        `list_name`, `scope`, `article_id`, `rank`.
    previous : DataFrame
        `list_name`, `scope`, `article_id`, `previous_rank` of the ranking with the newest earlier as_of.
    history : DataFrame, optional
        `list_name`, `scope`, `article_id`, `best_rank` and `hours_on_list` of all earlier rankings.

    Returns
    -------
    DataFrame
        The items in their order with `previous_rank`; `movement`: new, re-entry, up, down or same; `peak_rank`, the
        best rank so far; and `hours_on_list`, the whole hours it stood in the list before.

    Examples
    --------
    >>> place = {"list_name": "most-read", "scope": "site"}
    >>> now = pl.DataFrame([place | {"article_id": "a", "rank": 1}, place | {"article_id": "b", "rank": 2}])
    >>> then = pl.DataFrame([place | {"article_id": "b", "previous_rank": 1}])
    >>> add_movement(now, then)["movement"].to_list()
    ['new', 'down']
    """
    rank, before, best = pl.col("rank"), pl.col("previous_rank"), pl.col("best_rank")
    keys = ["list_name", "scope", "article_id"]
    if history is None:
        history = previous.select(*keys, best_rank="previous_rank", hours_on_list=pl.lit(0, dtype=pl.Int64))
    joined = items.join(previous, on=keys, how="left", maintain_order="left")
    joined = joined.join(history, on=keys, how="left", maintain_order="left")
    return joined.with_columns(
        movement=pl.when(before.is_null())
        .then(pl.when(best.is_null()).then(pl.lit("new")).otherwise(pl.lit("re-entry")))
        .when(rank < before)
        .then(pl.lit("up"))
        .when(rank > before)
        .then(pl.lit("down"))
        .otherwise(pl.lit("same")),
        peak_rank=pl.min_horizontal(rank, best),
        hours_on_list=pl.col("hours_on_list").fill_null(0),
    ).drop("best_rank")
