"""What moved URLs do to the counts: "old URL is new URL" moves history from one article to another."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from analytics.warehouse import Warehouse

_COUNTS = ("pageviews", "reads")
_UNCOUNTED = "select distinct arrival_number from articles.alias_effect where pageviews_after is null"


def read_alias_counts(warehouse: Warehouse) -> pl.DataFrame:
    """Give the articles whose URLs moved and whose events have not followed yet, with their counts as they stand.

    Returns
    -------
    DataFrame
        `article_id`, `urls_added`, `urls_lost`, `is_known` (before the load), `pageviews`, `reads`.
    """
    return warehouse.frame("articles/alias_count")


def write_alias_effect(warehouse: Warehouse, before: pl.DataFrame, arrival_number: int, loaded_at: datetime) -> None:
    """Note what the moved URLs did, and that no event waits for an article that is known.

    Parameters
    ----------
    warehouse : Warehouse
        With the rollups up to date.
    before : DataFrame
        What `read_alias_counts` gave before the events followed.
    arrival_number : int
        Newest version of an article that the events know of.
    loaded_at : datetime
        The clock (naive UTC).
    """
    effect = compare_alias_counts(before, read_alias_counts(warehouse))
    stamped = effect.with_columns(arrival_number=pl.lit(arrival_number), loaded_at=pl.lit(loaded_at))
    with warehouse.transaction():
        warehouse.replace_keys("articles.alias_effect", stamped, keys=warehouse.query(_UNCOUNTED))
        warehouse.replace_frame("articles.attribution", pl.DataFrame({"arrival_number": [arrival_number]}))


def read_alias_effect(warehouse: Warehouse, loaded_at: datetime) -> pl.DataFrame:
    """Give what the moved URLs of one load did, the largest change of reads first.

    Returns
    -------
    DataFrame
        As `compare_alias_counts`.
    """
    return warehouse.frame("articles/newest_effect", loaded_at=loaded_at)


def compare_alias_counts(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Put the counts of articles before and after side by side; a new one to which nothing came is left out.

    Parameters
    ----------
    before, after : DataFrame
        As `read_alias_counts` gives them, of the same articles.

    Returns
    -------
    DataFrame
        `article_id`, `urls_added`, `urls_lost`, and `pageviews` and `reads`, each `_before` and `_after`.

    Examples
    --------
    >>> row = {"article_id": "a", "urls_added": ["u/0"], "urls_lost": [], "is_known": False, "pageviews": 3, "reads": 2}
    >>> before = pl.DataFrame([row])
    >>> after = before.with_columns(pageviews=pl.lit(8), reads=pl.lit(6))
    >>> compare_alias_counts(before, after).rows()
    [('a', ['u/0'], [], 3, 8, 2, 6)]
    """
    counts = [f"{name}_{when}" for name in _COUNTS for when in ("before", "after")]
    known = before.rename({name: f"{name}_before" for name in _COUNTS})
    found = after.select("article_id", *(pl.col(name).alias(f"{name}_after") for name in _COUNTS))
    joined = known.join(found, on="article_id", how="left", maintain_order="left")
    has_change = pl.any_horizontal(pl.col(f"{name}_before") != pl.col(f"{name}_after") for name in _COUNTS)
    return joined.filter(has_change | pl.col("is_known")).select("article_id", "urls_added", "urls_lost", *counts)
