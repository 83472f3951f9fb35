"""From scores to a ranked list."""

from __future__ import annotations

import polars as pl

from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings

LATEST = "latest"
_ORDER = ("score", "reads", "published_at", "article_id")
_DESCENDING = (True, True, True, False)


def name_basis(settings: ListSettings) -> str:
    """Name how a list is filled where it is filled as asked.

    Examples
    --------
    >>> [name_basis(ListSettings(*one, 10)) for one in (("6h", "48h"), ("none", "24h"), ("none", "7d"))]
    ['decayed', '24h', '7d']
    """
    if settings.metric != "events":
        return settings.metric
    if settings.half_life_seconds is not None:
        return "decayed"
    if settings.calendar:
        return settings.calendar
    hours = settings.window_seconds / 3600
    return f"{hours / 24:g}d" if hours > 24 and hours % 24 == 0 else f"{hours:g}h"  # noqa: PLR2004 - hours a day


def keep_best(candidates: pl.DataFrame, group: str) -> pl.DataFrame:
    """Keep the best article of each group; an article without a group is one by itself.

    Parameters
    ----------
    candidates : DataFrame
        As for `rank_scope`, of one scope.
    group : str
        Column of the group, such as `translation_group`.

    Examples
    --------
    >>> from datetime import datetime
    >>> rows = {"article_id": ["a", "b", "c"], "score": [1.0, 2.0, 0.5], "reads": [1, 2, 1], "group": ["g", "g", None]}
    >>> frame = pl.DataFrame(rows).with_columns(is_scored=True, published_at=pl.lit(datetime(2026, 3, 14)))
    >>> keep_best(frame, "group")["article_id"].to_list()
    ['b', 'c']
    """
    best_first = candidates.sort("is_scored", *_ORDER, descending=[True, *_DESCENDING])
    is_best = pl.col(group).is_null() | pl.col(group).is_first_distinct()
    return best_first.filter(is_best)


def rank_scope(candidates: pl.DataFrame, scope: Scope, *, length: int, basis: str) -> pl.DataFrame:
    """Rank the candidates of a scope.

    The order is total: score, then reads, then the newer article, then the id. A scope in which nothing was read
    is filled with its newest articles, and every item says so: a box is never empty, and the latest is never
    dressed as the most read.

    Parameters
    ----------
    candidates : DataFrame
        One row an eligible article: the scope's columns, `article_id`, `published_at`, `score`, `reads`, `readers`,
        `shares`, `is_scored`.
    scope : Scope
        The part of the site.
    length : int
        Items at most.
    basis : str
        The basis of scored items.

    Returns
    -------
    DataFrame
        `rank`, `article_id`, `score`, `reads`, `readers`, `shares`, `basis`; best first.

    Examples
    --------
    >>> from datetime import datetime
    >>> rows = {"article_id": ["b", "a", "c"], "score": [2.0, 2.0, 3.0], "reads": [2, 2, 4], "readers": [2, 2, 4]}
    >>> frame = pl.DataFrame(rows | {"shares": [0, 0, 0], "is_scored": [True, True, True]}).with_columns(
    ...     published_at=pl.lit(datetime(2026, 3, 14)))
    >>> rank_scope(frame, Scope(()), length=2, basis="decayed")["article_id"].to_list()
    ['c', 'a']
    """
    inside = scope.select(candidates)
    scored = inside.filter("is_scored")
    if len(scored):
        rung = scored.sort(_ORDER, descending=_DESCENDING)
    else:
        rung = inside.with_columns(score=0.0).sort("published_at", "article_id", descending=[True, False])
    return (
        rung.head(length)
        .with_row_index("rank", offset=1)
        .select(
            pl.col("rank").cast(pl.Int32),
            "article_id",
            "score",
            "reads",
            "readers",
            "shares",
            pl.lit(basis if len(scored) else LATEST).alias("basis"),
        )
    )
