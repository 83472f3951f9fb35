"""What new aliases did to the counts: "old URL is new URL" moves history from one article to another."""

from __future__ import annotations

import polars as pl

from analytics.warehouse import Warehouse

_COUNTS = ("pageviews", "reads")


def read_alias_counts(warehouse: Warehouse) -> pl.DataFrame:
    """Give every article's URLs and counts as they stand, for `alias_effect` to compare with later.

    Returns
    -------
    DataFrame
        `article_id`, `urls`, `pageviews`, `reads`.
    """
    return warehouse.frame("articles/alias_effect")


def alias_effect(warehouse: Warehouse, before: pl.DataFrame) -> pl.DataFrame:
    """Compare each article's URLs and counts with those before events were given their articles anew.

    Parameters
    ----------
    warehouse : Warehouse
        With the rollups up to date.
    before : DataFrame
        What `read_alias_counts` gave.

    Returns
    -------
    DataFrame
        As `compare_alias_counts`.
    """
    return compare_alias_counts(before, read_alias_counts(warehouse))


def compare_alias_counts(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Give the articles whose counts changed, and those known before whose URLs changed.

    Parameters
    ----------
    before, after : DataFrame
        `article_id`, `urls`, `pageviews`, `reads`.

    Returns
    -------
    DataFrame
        `article_id`, `urls_added`, `urls_lost`, and `pageviews` and `reads`, each `_before` and `_after`; the largest
        change of reads first.

    Examples
    --------
    >>> before = pl.DataFrame({"article_id": ["a"], "urls": [["u/1"]], "pageviews": [3], "reads": [2]})
    >>> after = pl.DataFrame({"article_id": ["a"], "urls": [["u/0", "u/1"]], "pageviews": [8], "reads": [6]})
    >>> compare_alias_counts(before, after).rows()
    [('a', ['u/0'], [], 3, 8, 2, 6)]
    """
    joined = before.join(after, on="article_id", how="full", coalesce=True, suffix="_after")
    old, new = (pl.col(name).fill_null(pl.lit([], dtype=pl.List(pl.String))) for name in ("urls", "urls_after"))
    counts = {
        f"{name}_{when}": pl.col(name + suffix).fill_null(0)
        for name in _COUNTS
        for when, suffix in (("before", ""), ("after", "_after"))
    }
    effect = joined.select(
        "article_id",
        urls_added=new.list.set_difference(old).list.sort(),
        urls_lost=old.list.set_difference(new).list.sort(),
        was_known=pl.col("urls").is_not_null(),
        **counts,
    )
    has_moved = pl.any_horizontal(pl.col(f"{name}_before") != pl.col(f"{name}_after") for name in _COUNTS)
    has_new_urls = pl.col("was_known") & (pl.col("urls_added").list.len() + pl.col("urls_lost").list.len() > 0)
    size = (pl.col("reads_after") - pl.col("reads_before")).abs()
    return effect.filter(has_moved | has_new_urls).sort(-size, "article_id").drop("was_known")
