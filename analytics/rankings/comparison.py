"""Two configurations over the same history: who enters, who leaves, and how calm either list is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from msgspec import Struct

from analytics.errors import NoInputError
from analytics.instants import HOUR, format_instant
from analytics.rankings.job import make_slate
from analytics.rankings.metrics import narrow_list
from analytics.rankings.scopes import Scope
from analytics.rankings.slate import Slate
from analytics.settings import ListSettings
from analytics.warehouse import Warehouse


class Moved(Struct, frozen=True):
    """An article of either list, with its rank in both; null where it is not in it."""

    article_id: str
    title: str
    rank: int | None
    other_rank: int | None


class Pair(Struct, frozen=True):
    """One figure of both lists; null where there is no list to measure."""

    now: float | None
    other: float | None


class ListComparison(Struct, frozen=True):
    """One list of one scope under two configurations.

    Attributes
    ----------
    enters, leaves, moves : tuple of Moved
        In the order of the other list; who leaves in the order of this one.
    rank_correlation : float or None
        Kendall's tau-b over the articles of both, those that are absent tied below the last; null where either is
        empty or has no order.
    median_age_hours : Pair
        Of the articles at the moment described.
    churn : Pair
        Share of the list that is new since an hour before, in the mean of the hours before the moment.
    """

    list: str
    scope: str
    is_same: bool
    enters: tuple[Moved, ...]
    leaves: tuple[Moved, ...]
    moves: tuple[Moved, ...]
    rank_correlation: float | None
    median_age_hours: Pair
    churn: Pair


class Comparison(Struct, frozen=True, tag_field="schema", tag="readership/comparison/1"):
    """Every list that two configurations make differently, for some scopes, at one moment.

    Attributes
    ----------
    lists_unchanged : tuple of str
        Lists with the same settings in both.
    lists_only_now, lists_only_other : tuple of str
        Lists that stand in one of them alone.
    """

    as_of: str
    hours: int
    lists: tuple[ListComparison, ...]
    lists_unchanged: tuple[str, ...]
    lists_only_now: tuple[str, ...]
    lists_only_other: tuple[str, ...]


def compare_lists(  # noqa: PLR0913 - what two configurations are compared by
    warehouse: Warehouse,
    now: Mapping[str, ListSettings],
    other: Mapping[str, ListSettings],
    *,
    scopes: Sequence[Scope],
    as_of: datetime,
    hours: int,
) -> Comparison:
    """Compare the lists that stand in both configurations.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    now, other : mapping of str to ListSettings
        The lists by name.
    scopes : sequence of Scope
        The parts of the site.
    as_of : datetime
        The moment (naive UTC).
    hours : int
        Hours before it whose lists tell the churn; 0 for none.
    """
    moments = [as_of - HOUR * n for n in range(hours, -1, -1)]
    found: list[ListComparison] = []
    both = sorted(now.keys() & other.keys())
    for name in both:
        if now[name] != other[name]:
            sides = [_list_sides(warehouse, name, side[name], scopes, moments) for side in (now, other)]
            found += [_compare(warehouse, name, scope, as_of, [side[scope] for side in sides]) for scope in scopes]
    return Comparison(
        as_of=format_instant(as_of),
        hours=hours,
        lists=tuple(found),
        lists_unchanged=tuple(name for name in both if now[name] == other[name]),
        lists_only_now=tuple(sorted(now.keys() - other.keys())),
        lists_only_other=tuple(sorted(other.keys() - now.keys())),
    )


def correlate_ranks(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Give Kendall's tau-b of two lists, over the articles of both; those absent from one are tied below its last.

    Examples
    --------
    >>> correlate_ranks(["a", "b", "c"], ["a", "b", "c"]), correlate_ranks(["a", "b"], ["b", "a"])
    (1.0, -1.0)
    >>> correlate_ranks(["a"], []) is None
    True
    """
    from scipy.stats import kendalltau  # noqa: PLC0415 - half a second that only a comparison needs

    both = list(dict.fromkeys([*one, *other]))
    ranks = [[side.index(name) if name in side else len(side) for name in both] for side in (one, other)]
    tau = float(kendalltau(*ranks).statistic) if len(both) > 1 else math.nan
    if len(both) == 1 and one and other:
        return 1.0
    return None if math.isnan(tau) or not one or not other else tau


def measure_churn(lists: Sequence[Sequence[str]]) -> float | None:
    """Give the share of a list that was not in the one before, in the mean.

    Examples
    --------
    >>> measure_churn([["a", "b"], ["a", "c"], ["a", "c"]]), measure_churn([["a"]])
    (0.25, None)
    """
    shares = [len(set(after) - set(before)) / len(after) for before, after in pairwise(lists) if after]
    return math.fsum(shares) / len(shares) if shares else None


def _list_sides(
    warehouse: Warehouse, name: str, settings: ListSettings, scopes: Sequence[Scope], moments: Sequence[datetime]
) -> dict[Scope, list[list[str]]]:
    """List the articles of each scope at each moment; articles are scored once for all scopes of the same readers."""
    found: dict[Scope, list[list[str]]] = {scope: [] for scope in scopes}
    for moment in moments:
        slates: dict[str, Slate] = {}
        for scope in scopes:
            narrowed = narrow_list(settings, scope)
            slate = slates.setdefault(narrowed.config_hash, make_slate(warehouse, name, narrowed, moment))
            found[scope].append(_list_articles(slate, scope))
    return found


def _list_articles(slate: Slate, scope: Scope) -> list[str]:
    try:
        return slate.fill(scope).ruled.items["article_id"].to_list()
    except NoInputError:  # what the list is made of is not there: a run withholds it
        return []


def _compare(
    warehouse: Warehouse, name: str, scope: Scope, as_of: datetime, sides: Sequence[Sequence[list[str]]]
) -> ListComparison:
    one, other = (side[-1] for side in sides)
    articles = warehouse.frame("explain/title", article_ids=[*one, *other])
    titles = dict(articles.select("article_id", "title").rows())
    ages = {row[0]: (as_of - row[1]) / HOUR for row in articles.select("article_id", "published_at").rows()}

    def name_moved(article_id: str) -> Moved:
        ranks = (side.index(article_id) + 1 if article_id in side else None for side in (one, other))
        return Moved(article_id, titles[article_id], *ranks)

    moved = [name_moved(article_id) for article_id in dict.fromkeys([*other, *one])]
    return ListComparison(
        list=name,
        scope=str(scope),
        is_same=one == other,
        enters=tuple(each for each in moved if each.rank is None),
        leaves=tuple(each for each in moved if each.other_rank is None),
        moves=tuple(
            each for each in moved if None not in {each.rank, each.other_rank} and each.rank != each.other_rank
        ),
        rank_correlation=correlate_ranks(one, other),
        median_age_hours=Pair(*(median(ages[each] for each in side) if side else None for side in (one, other))),
        churn=Pair(*(measure_churn(side) for side in sides)),
    )
