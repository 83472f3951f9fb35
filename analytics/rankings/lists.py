"""From scores to a ranked list."""

from __future__ import annotations

import polars as pl

from analytics.rankings.scopes import Scope

LATEST = "latest"
RUNGS = {"24h": 86_400, "7d": 604_800}
"""The hard windows, in seconds, that stand between a list and the latest articles."""
_ORDER = ("score", "reads", "published_at", "article_id")
_DESCENDING = (True, True, True, False)


def name_basis(half_life_seconds: int | None, window_seconds: int) -> str:
    """Name how a list is filled where it is filled as asked.

    Examples
    --------
    >>> name_basis(21600, 172800), name_basis(None, 86400), name_basis(None, 604800)
    ('decayed', '24h', '7d')
    """
    if half_life_seconds is not None:
        return "decayed"
    hours = window_seconds / 3600
    return f"{hours / 24:g}d" if hours > 24 and hours % 24 == 0 else f"{hours:g}h"  # noqa: PLR2004 - hours a day


def list_rungs(window_seconds: int) -> list[str]:
    """List the rungs below a list, the best first; a window no longer than its own has no more readers, and is none.

    Examples
    --------
    >>> list_rungs(10_800), list_rungs(172_800), list_rungs(2_592_000)
    (['24h', '7d'], ['7d'], [])
    """
    return [name for name, seconds in RUNGS.items() if seconds > window_seconds]


def find_longest_window(window_seconds: int) -> int:
    """Find the longest window, in seconds, that a list may be filled from.

    Examples
    --------
    >>> find_longest_window(10_800), find_longest_window(2_592_000)
    (604800, 2592000)
    """
    return max([window_seconds, *(RUNGS[name] for name in list_rungs(window_seconds))])


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
    rung = scored if len(scored) else inside
    return (
        rung.sort(_ORDER, descending=_DESCENDING)
        .head(length)
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
