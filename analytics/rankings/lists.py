"""From scores to a ranked list."""

from __future__ import annotations

import polars as pl

from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings

LATEST = "latest"
RUNGS = {"24h": 86_400, "7d": 604_800}
"""The hard windows, in seconds, that stand between a list and the latest articles."""
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


def name_empty(settings: ListSettings) -> str:
    """Name how a list without a scored item is filled: with the latest, but for a list of what is new."""
    return settings.metric if settings.metric == "newest" else LATEST


def list_rungs(settings: ListSettings) -> list[str]:
    """List the rungs below a list, the best first; a window no longer than its own has no more readers, and is none.

    What is unusual, or deeply read, has no meaning in another window: those lists fall to the latest at once.

    Examples
    --------
    >>> [list_rungs(ListSettings("none", window, 10)) for window in ("3h", "48h", "30d")]
    [['24h', '7d'], ['7d'], []]
    """
    if settings.metric != "events":
        return []
    return [name for name, seconds in RUNGS.items() if seconds > settings.window_seconds]


def find_reach(settings: ListSettings) -> int:
    """Find how old an event may be, in seconds, to change a list, on whichever rung.

    Examples
    --------
    >>> [find_reach(ListSettings("none", window, 10)) for window in ("3h", "30d")]
    [604800, 2592000]
    """
    window = settings.window_seconds
    if settings.metric == "unusual":
        return window + settings.baseline_seconds
    return max([window, *(RUNGS[name] for name in list_rungs(settings))])


def sort_candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Put candidates in the order of a list: the scored ones first, then by the order of `rank_scope`."""
    return candidates.sort("is_scored", *_ORDER, descending=[True, *_DESCENDING])


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
