"""Stories: articles on one event, found in one pass over time and looked at again as they grow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

MERGED, SPLIT = "merged", "split"
_MEMBERS = {"article_id": pl.String, "story_id": pl.String, "similarity": pl.Float64}
_KNOWN: dict[str, Any] = {"article_id": pl.String, "story_id": pl.String, "published_at": pl.Datetime("us")}
_CHANGES: dict[str, type[pl.DataType]] = {
    "change": pl.String,
    "from_story_id": pl.String,
    "into_story_id": pl.String,
    "article_id": pl.String,
    "articles": pl.Int64,
    "similarity": pl.Float64,
}
_NONE = -1
_DECIMALS = 6
_BLOCK = 256


@dataclass(frozen=True)
class StoryRules:
    """When articles are on one event. A similarity is the mean of the cosines of two sets of articles, pair by pair.

    Attributes
    ----------
    similarity
        An article this like the articles of a story joins it.
    merge_similarity
        Two stories this alike become one.
    split_similarity
        A story whose halves are less alike than this falls apart.
    window
        Only articles published at most so long before or after are compared.
    """

    similarity: float = 0.28
    merge_similarity: float = 0.28
    split_similarity: float = 0.22
    window: timedelta = timedelta(hours=72)


@dataclass(frozen=True)
class Stories:
    """What a pass came to.

    Attributes
    ----------
    members
        `article_id`, `story_id`, and `similarity`, the cosine to the centre of the story; null for an article alone
        or too old to be compared. An article alone has a story of its own.
    changes
        In their order: `change` (merged or split), `from_story_id`, `into_story_id`, the `article_id` whose arrival
        showed it, the number of `articles` that moved, and the `similarity` of the two parts.
    """

    members: pl.DataFrame
    changes: pl.DataFrame


def grow_stories(
    articles: pl.DataFrame, vectors: sparse.csr_array, rules: StoryRules, known: pl.DataFrame | None = None
) -> Stories:
    """Give each article its story, in the order of publication, beginning with the stories that are known.

    An article joins the story whose articles near it in time it is most like, else it founds one. Where it is also
    like another story, the two may merge; the story it joined may split. What the known articles are is never asked
    again unless one of these says so: the same articles in one pass or in several, in order, give the same stories.

    Parameters
    ----------
    articles
        `article_id` and `published_at`, each article once, in any order.
    vectors
        Their unit vectors, row by row.
    rules
        When articles are on one event.
    known
        `article_id`, `story_id`, `published_at` of articles that have a story. Those that are not among `articles`
        are too old to be compared, but follow where their story goes.

    Examples
    --------
    >>> from datetime import datetime
    >>> days = [datetime(2026, 3, day) for day in (1, 2, 3, 9)]
    >>> articles = pl.DataFrame({"article_id": ["a", "b", "c", "d"], "published_at": days})
    >>> vectors = sparse.csr_array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [1.0, 0.0]])
    >>> grow_stories(articles, vectors, StoryRules(similarity=0.7)).members["story_id"].to_list()
    ['a', 'a', 'c', 'd']
    """
    growth = _Growth(articles, vectors, rules, known)
    for row, near, cosines in growth.compare_new():
        growth.add(row, near, cosines)
    return Stories(growth.tell_members(), pl.DataFrame(growth.changes, schema=dict(_CHANGES), orient="row"))


def link_components(articles: pl.DataFrame, vectors: sparse.csr_array, rules: StoryRules) -> pl.DataFrame:
    """Put together the articles that a chain of alike pairs links: what stories are measured against.

    Parameters
    ----------
    articles, vectors, rules
        As in `grow_stories`; two articles are linked from `rules.similarity` on.

    Returns
    -------
    pl.DataFrame
        `article_id` and `story_id`, the first article of the chain.
    """
    growth = _Growth(articles, vectors, rules, None)
    links = [np.zeros((2, 0), dtype=np.int64)]
    for row, near, cosines in growth.compare_new():
        linked = np.flatnonzero(cosines >= rules.similarity) + near.start
        links.append(np.stack([np.full(len(linked), row), linked]))
    rows, columns = np.concatenate(links, axis=1)
    graph = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(growth.ids), len(growth.ids)))
    first = np.unique(labels := connected_components(graph, directed=False)[1], return_index=True)[1]
    return pl.DataFrame({"article_id": growth.ids, "story_id": [growth.ids[first[label]] for label in labels]})


class _Growth:
    """The stories while they grow: every article is a row, in the order of publication; rows without a vector last."""

    def __init__(
        self, articles: pl.DataFrame, vectors: sparse.csr_array, rules: StoryRules, known: pl.DataFrame | None
    ) -> None:
        ordered = articles.select("article_id", "published_at").with_row_index("row")
        ordered = ordered.sort("published_at", "article_id")
        self.vectors = sparse.csr_array(vectors)[ordered["row"].to_numpy()]
        self.times = ordered["published_at"].to_numpy().astype("datetime64[us]")
        self.window = np.timedelta64(rules.window)
        self.rules, self.changes = rules, list[tuple[Any, ...]]()
        known = pl.DataFrame(schema=_KNOWN) if known is None else known
        beyond = known.join(ordered, on="article_id", how="anti").sort("article_id")
        self.ids = [*ordered["article_id"], *beyond["article_id"]]
        self.published = np.concatenate([self.times, beyond["published_at"].to_numpy().astype("datetime64[us]")])
        stories = dict(known.select("article_id", "story_id").rows())
        self.names: list[str] = sorted(set(stories.values()))
        self.taken = set(self.names)
        number = {name: place for place, name in enumerate(self.names)}
        self.story = np.array([number.get(stories.get(one, ""), _NONE) for one in self.ids], dtype=np.int64)
        self.new = np.flatnonzero(self.story[: len(self.times)] == _NONE)

    def compare_new(self) -> Iterator[tuple[int, slice, NDArray[np.float64]]]:
        """Compare each new article with those near it in time, a block of them at once."""
        low = np.searchsorted(self.times, self.times - self.window)
        reach = np.searchsorted(self.times, self.times + self.window, side="right")
        # What comes later has no story yet, but for what is known.
        known = np.flatnonzero(self.story[: len(self.times)] != _NONE)
        high = np.minimum(reach, np.maximum(np.arange(len(reach)), known.max(initial=0)) + 1)
        place = 0
        while place < len(self.new):
            # A block ends where the next article is too far away in time to share its window.
            block = self.new[place : place + _BLOCK]
            block = block[block < reach[block[0]]]
            start, stop = low[block[0]], high[block].max()
            cosines = (self.vectors[block] @ self.vectors[start:stop].T).toarray().round(_DECIMALS)
            for row, line in zip(block, cosines, strict=True):
                near = slice(low[row], high[row])
                yield int(row), near, line[near.start - start : near.stop - start]
            place += len(block)

    def add(self, row: int, near: slice, cosines: NDArray[np.float64]) -> None:
        """Give an article its story, and look again at what that touches."""
        fitting = self._find_fitting(near, cosines)
        if not fitting:
            self._found([row], self.ids[row])
            return
        self.story[row] = fitting[0]
        for other in fitting[1:]:
            self._merge_alike(row, near, other)
        self._split_apart(row, near)

    def _find_fitting(self, near: slice, cosines: NDArray[np.float64]) -> list[int]:
        """List the stories whose articles near it an article is like, the likest first."""
        labels = self.story[near]
        is_known = labels != _NONE
        stories, inverse, counts = np.unique(labels[is_known], return_inverse=True, return_counts=True)
        means = (np.bincount(inverse, cosines[is_known], len(stories)) / counts).round(_DECIMALS)
        fits = np.flatnonzero(means >= self.rules.similarity)
        return [int(stories[one]) for one in sorted(fits, key=lambda one: (-means[one], self.names[stories[one]]))]

    def _found(self, rows: list[int], founder: str) -> int:
        name, again = founder, 1
        while name in self.taken:
            again += 1
            name = f"{founder}~{again}"
        self.taken.add(name)
        self.names.append(name)
        self.story[rows] = len(self.names) - 1
        return len(self.names) - 1

    def _merge_alike(self, row: int, near: slice, other: int) -> None:
        """Merge another story into an article's, or the other way round: the older one keeps its id."""
        own = int(self.story[row])
        ours, theirs = (self.vectors[self._list_near(near, story)] for story in (own, other))
        alike = round(float((ours @ theirs.T).sum()) / (ours.shape[0] * theirs.shape[0]), _DECIMALS)
        if alike < self.rules.merge_similarity:
            return
        kept, gone = sorted((own, other), key=lambda one: (self.published[self.story == one].min(), self.names[one]))
        moved = np.flatnonzero(self.story == gone)
        self.story[moved] = kept
        self._note(MERGED, gone, kept, row, len(moved), alike)

    def _split_apart(self, row: int, near: slice) -> None:
        """Split an article's story where two parts of what is near are no longer alike: the larger keeps the id."""
        own = int(self.story[row])
        rows = self._list_near(near, own)
        if len(rows) < 3:  # noqa: PLR2004 - two that joined are alike
            return
        cosines = (self.vectors[rows] @ self.vectors[rows].T).toarray()
        distances = squareform(1 - np.clip(cosines, 0, 1).round(_DECIMALS), checks=False)
        tree = linkage(distances, "average")
        if 1 - tree[-1, 2] >= self.rules.split_similarity:
            return
        parts = fcluster(tree, 2, "maxclust")
        smaller = min((rows[parts == part] for part in (1, 2)), key=lambda part: (len(part), -part[0]))
        new = self._found(list(smaller), self.ids[smaller[0]])
        self._note(SPLIT, own, new, row, len(smaller), round(1 - float(tree[-1, 2]), _DECIMALS))

    def _list_near(self, near: slice, story: int) -> NDArray[np.int64]:
        rows: NDArray[np.int64] = np.flatnonzero(self.story[near] == story) + near.start
        return rows

    def _note(self, change: str, from_story: int, into: int, row: int, articles: int, similarity: float) -> None:  # noqa: PLR0913, PLR0917 - a row
        names = (self.names[from_story], self.names[into])
        self.changes.append((change, *names, self.ids[row], articles, similarity))

    def tell_members(self) -> pl.DataFrame:
        """Tell each article's story, and how near it is to its centre."""
        count, stories = len(self.times), self.story[: len(self.times)]
        places = (np.ones(count), (stories, np.arange(count)))
        sums = sparse.csr_array(places, shape=(len(self.names), count)) @ self.vectors
        norms = np.sqrt(sums.power(2).sum(axis=1))[stories]
        cosines = (self.vectors * sums[stories]).sum(axis=1) / np.where(norms > 0, norms, 1)
        is_alone = np.bincount(self.story, minlength=len(self.names))[stories] == 1
        similarity = pl.Series(cosines).round(_DECIMALS).set(pl.Series(is_alone), None)
        beyond = pl.Series([None] * (len(self.ids) - count), dtype=pl.Float64)
        names = [self.names[story] for story in self.story]
        members = {"article_id": self.ids, "story_id": names, "similarity": similarity.append(beyond)}
        return pl.DataFrame(members, schema=_MEMBERS).sort("article_id")
