"""Whether the articles of one tag fall into groups that have nothing in common: two people may share a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log, sqrt

import polars as pl

from analytics.tags.sections import unite_sections

_LEAST_ARTICLES, _LEAST_SHARE, _HOME_SHARE = 2, 0.2, 0.5
_ALIKE, _SHOWN = 0.5, 3


@dataclass(frozen=True)
class Group:
    """Articles of a tag that belong together.

    Attributes
    ----------
    sections : tuple of str
        What they are about, by the sections in which the tags beside it are at home.
    articles : int
        So many.
    tags : tuple of str
        Keys of the tags that tell them from others.
    """

    sections: tuple[str, ...]
    articles: int
    tags: tuple[str, ...]


_Part = tuple[tuple[str, ...], list[list[str]]]


class Company:
    """The tags beside tags: where each is at home, and how rare it is.

    Parameters
    ----------
    carried : DataFrame
        `article_id`, `tag_key`, `section`, `edition`, `translation_group`: a row an article and tag, of all articles.
    """

    def __init__(self, carried: pl.DataFrame) -> None:
        carried = unite_sections(carried)
        self._total = max(carried["article_id"].n_unique(), 1)
        places = (
            carried.group_by("tag_key", "section")
            .agg(pl.len().alias("times"))
            .sort(["times", "section"], descending=[True, False], nulls_last=True)
        )
        first = places.group_by("tag_key", maintain_order=True).agg(
            pl.col("section").first(), pl.col("times").first(), spread=pl.col("times").sum()
        )
        self._spread: Mapping[str, int] = dict(first.select("tag_key", "spread").iter_rows())
        at_home = first.filter(pl.col("times") > _HOME_SHARE * pl.col("spread"), pl.col("section").is_not_null())
        self._home: Mapping[str, str] = dict(at_home.select("tag_key", "section").iter_rows())
        self._carried = carried

    def divide(self, keys: Collection[str]) -> list[Group]:
        """Divide the articles that carry any of these tags, the largest group first; small remainders are left out.

        Two groups that share much of their company are one: a minister is in Politics and in Economy, beside the same
        names. Where there is one group alone, there is nothing to say.
        """
        articles = self._list_beside(keys)
        parts: dict[str, list[list[str]]] = defaultdict(list)
        for section, beside in articles:
            parts[self._find_subject(beside, section)].append(beside)
        least = max(_LEAST_ARTICLES, _LEAST_SHARE * len(articles))
        merged = self._merge([((name,), found) for name, found in sorted(parts.items())])
        groups = [Group(names, len(found), self._name(found)) for names, found in merged if len(found) >= least]
        return sorted(groups, key=lambda group: (-group.articles, group.sections))

    def _list_beside(self, keys: Collection[str]) -> list[tuple[str | None, list[str]]]:
        """List the articles that carry any of these tags: the section of each, and its other tags."""
        own = self._carried.filter(pl.col("tag_key").is_in([*keys])).select("article_id").unique()
        rows = self._carried.join(own, on="article_id", how="semi").sort("article_id", "tag_key")
        grouped = rows.group_by("article_id", maintain_order=True).agg(pl.col("section").first(), "tag_key")
        return [
            (section, [key for key in tags if key not in keys])
            for section, tags in grouped.select("section", "tag_key").iter_rows()
        ]

    def _find_subject(self, beside: Iterable[str], section: str | None) -> str:
        homes = Counter(self._home[key] for key in beside if key in self._home)
        return min(homes, key=lambda name: (-homes[name], name != section, name)) if homes else section or ""

    def _merge(self, parts: Sequence[_Part]) -> list[_Part]:
        """Put the most alike parts together until none are alike."""
        left = list(parts)
        while len(left) > 1:
            places = combinations(range(len(left)), 2)
            likeness, i, j = max(
                ((self._compare(left[i][1], left[j][1]), i, j) for i, j in places),
                key=lambda pair: (pair[0], -pair[1], -pair[2]),
            )
            if likeness < _ALIKE:
                break
            joined = (left[i][0] + left[j][0], left[i][1] + left[j][1])
            left = [part for place, part in enumerate(left) if place not in {i, j}] + [joined]
        return left

    def _weigh(self, articles: Iterable[list[str]]) -> dict[str, float]:
        counts = Counter(key for beside in articles for key in beside)
        return {key: times * log(1 + self._total / self._spread[key]) for key, times in counts.items()}

    def _compare(self, one: Iterable[list[str]], other: Iterable[list[str]]) -> float:
        first, second = self._weigh(one), self._weigh(other)
        norm = sqrt(sum(value**2 for value in first.values()) * sum(value**2 for value in second.values()))
        return sum(value * second.get(key, 0.0) for key, value in first.items()) / norm if norm else 0.0

    def _name(self, articles: Iterable[list[str]]) -> tuple[str, ...]:
        weights = self._weigh(articles)
        return tuple(sorted(weights, key=lambda key: (-weights[key], key))[:_SHOWN])


def warn_of_two(groups: Sequence[Group], labels: Mapping[str, str]) -> str | None:
    """Say that a tag may stand for two people; nothing where its articles belong together.

    Examples
    --------
    >>> warn_of_two([Group(("Economy",), 9, ("inflation",)), Group(("Sports",), 7, ("cup",))], {"cup": "Cup"})
    'may be two people: 9 articles on Economy (inflation) and 7 on Sports (Cup) have little in common'
    """
    if len(groups) < _LEAST_ARTICLES:
        return None
    told = [
        f"{group.articles}{'' if place else ' articles'} on {', '.join(filter(None, group.sections)) or 'no section'}"
        f" ({', '.join(labels.get(key, key) for key in group.tags) or 'no tags'})"
        for place, group in enumerate(groups)
    ]
    return f"may be two people: {', '.join(told[:-1])} and {told[-1]} have little in common"
