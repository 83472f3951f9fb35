"""The rules of a list, in their order: who may stand in it, who shares a slot, who is pinned.

1. a ban of an editor;
2. minimum and maximum age; an old article that comes back needs readers of many networks;
3. the order by score, within the rung the list is filled from; calm: an incumbent yields only to who beats it by
   so much;
4. pins: each holds its slot, and counts in what follows;
5. one slot a group, such as the editions of one article, then near-duplicates: the better one keeps it;
6. at most so many of one section, then of one author;
7. the length.

What an editor withdrew, or what the list's filter leaves out, is no candidate at all. A pin is an editor's word: it is
exempt from 2, 5 and 6, but not from a ban. A pinned article that is no candidate, or banned, does not appear.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

PINNED = "pinned"
_LEFT_OUT = {"article_id": pl.String, "rule": pl.String}


@dataclass(frozen=True)
class RuleSet:
    """The rules of one list; each is off where it is left as it is.

    Parameters
    ----------
    minimum_age, maximum_age : timedelta or None
        Age since publication at the moment described.
    per_section, per_author : int
        At most so many; 0 for no limit.
    near_duplicate_similarity : float
        From this share of common words on two articles share a slot; 0 for off.
    """

    minimum_age: timedelta | None = None
    maximum_age: timedelta | None = None
    per_section: int = 0
    per_author: int = 0
    near_duplicate_similarity: float = 0.0

    @property
    def needs_text(self) -> bool:
        """Whether authors or words are asked for."""
        return bool(self.per_author or self.near_duplicate_similarity)


@dataclass(frozen=True)
class Known:
    """Authors, words and groups of articles, as far as rules ask for them."""

    authors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ruled:
    """What the rules left, and what they left out.

    Attributes
    ----------
    items : DataFrame
        As they came, with `rules` (list of str).
    left_out : DataFrame
        `article_id` and `rule`: the first rule that kept it out.
    """

    items: pl.DataFrame
    left_out: pl.DataFrame


def read_words(text: str) -> frozenset[str]:
    """Read the distinct words of a text.

    Examples
    --------
    >>> sorted(read_words("Floods: the floods of May"))
    ['floods', 'may', 'of', 'the']
    """
    return frozenset(re.findall(r"\w+", text.casefold()))


def bar_articles(
    candidates: pl.DataFrame, rules: RuleSet, *, bans: Collection[str], pins: Collection[str] = (), as_of: datetime
) -> Ruled:
    """Keep out who may not stand in the list, whatever its score: rules 1 and 2.

    Parameters
    ----------
    candidates : DataFrame
        With `article_id` and `published_at`.
    rules : RuleSet
        The list's rules.
    bans, pins : collection of str
        Banned and pinned articles.
    as_of : datetime
        The moment described (naive UTC).

    Examples
    --------
    >>> frame = pl.DataFrame({"article_id": ["a", "b"], "published_at": [datetime(2026, 3, 14), datetime(2026, 3, 1)]})
    >>> ruled = bar_articles(frame, RuleSet(maximum_age=timedelta(days=7)), bans=[], as_of=datetime(2026, 3, 15))
    >>> ruled.items["article_id"].to_list(), ruled.left_out.rows()
    (['a'], [('b', 'maximum_age')])
    """
    if not bans and rules.minimum_age is None and rules.maximum_age is None:
        return Ruled(candidates, pl.DataFrame(schema=_LEFT_OUT))
    published = pl.col("published_at")
    is_free = ~pl.col("article_id").is_in(list(pins))
    bars = {"ban": pl.col("article_id").is_in(list(bans))}
    if rules.minimum_age is not None:
        bars["minimum_age"] = is_free & (published > as_of - rules.minimum_age)
    if rules.maximum_age is not None:
        bars["maximum_age"] = is_free & (published < as_of - rules.maximum_age)
    first = pl.coalesce(pl.when(bar).then(pl.lit(name)) for name, bar in bars.items())
    judged = candidates.with_columns(first.cast(pl.String).alias("rule"))
    left_out = judged.filter(pl.col("rule").is_not_null()).select("article_id", "rule")
    return Ruled(judged.filter(pl.col("rule").is_null()).drop("rule"), left_out)


def fill_slots(
    ranked: pl.DataFrame, rules: RuleSet, *, pins: Mapping[str, int], length: int, known: Known = Known()
) -> Ruled:
    """Fill the slots of a list: rules 4 to 7.

    Parameters
    ----------
    ranked : DataFrame
        Who may stand in the list, best first, with `article_id`, `section_slug` and `basis`.
    rules : RuleSet
        The list's rules.
    pins : mapping of str to int
        Slot by article, in order of preference; those not among the ranked are passed over.
    length : int
        Slots.
    known : Known
        Authors and words, where `rules.needs_text`; groups, where each has one slot.

    Returns
    -------
    Ruled
        Items with `rank` from 1, without gaps: in a list that is shorter than a pin's slot the pin comes last.

    Examples
    --------
    >>> rows = {"article_id": list("abc"), "section_slug": ["x", "x", "y"], "basis": ["decayed"] * 3}
    >>> fill_slots(pl.DataFrame(rows), RuleSet(per_section=1), pins={"c": 1}, length=3).items.rows()
    [(1, 'c', 'y', 'pinned', ['pin']), (2, 'a', 'x', 'decayed', [])]
    """
    places = ranked.select("article_id", "section_slug").rows()
    sections = dict(places)
    pinned = place_pins({one: slot for one, slot in pins.items() if one in sections}, length)
    chosen = _Chosen(rules, known, sections)
    for article_id in pinned.values():
        chosen.take(article_id)
    free = length - len(pinned)
    kept: list[str] = []
    left_out: list[tuple[str, str]] = []
    for article_id, _ in places:
        if len(kept) == free:
            break
        if article_id in chosen.taken:
            continue
        if rule := chosen.find_bar(article_id):
            left_out.append((article_id, rule))
            continue
        chosen.take(article_id)
        kept.append(article_id)
    order = _weave(kept, pinned)
    touched = dict.fromkeys(pinned.values(), "pin")
    rank = pl.DataFrame(
        {
            "rank": range(1, len(order) + 1),
            "article_id": order,
            "rules": [list(filter(None, [touched.get(one)])) for one in order],
        },
        schema={"rank": pl.Int32, "article_id": pl.String, "rules": pl.List(pl.String)},
    )
    items = rank.join(ranked.drop("rank", strict=False), on="article_id", how="left", maintain_order="left")
    is_pinned = pl.col("rules").list.contains("pin")
    basis = pl.when(is_pinned).then(pl.lit(PINNED)).otherwise(pl.col("basis"))
    items = items.with_columns(basis.alias("basis")).select(
        *(name for name in items.columns if name != "rules"), "rules"
    )
    return Ruled(items, pl.DataFrame(left_out, schema=_LEFT_OUT, orient="row"))


def place_pins(pins: Mapping[str, int], length: int) -> dict[int, str]:
    """Give each pin its slot; one that a better pin has displaced gets the next free one, if there is one."""
    placed: dict[int, str] = {}
    displaced: list[tuple[str, int]] = []
    for article_id, slot in pins.items():
        if slot > length or slot in placed:
            displaced.append((article_id, slot))
        else:
            placed[slot] = article_id
    for article_id, slot in displaced:
        free = next((one for one in range(slot, length + 1) if one not in placed), None)
        if free is not None:
            placed[free] = article_id
    return dict(sorted(placed.items()))


def _weave(kept: Iterable[str], pinned: Mapping[int, str]) -> list[str]:
    order = list(kept)
    for slot, article_id in pinned.items():
        order.insert(slot - 1, article_id)
    return order


class _Chosen:
    """Who has a slot already, and whom that keeps out."""

    def __init__(self, rules: RuleSet, known: Known, sections: Mapping[str, str | None]) -> None:
        self.taken: set[str] = set()
        self._rules, self._known, self._sections = rules, known, sections
        self._in_section: Counter[str] = Counter()
        self._by_author: Counter[str] = Counter()
        self._groups: set[str] = set()

    def take(self, article_id: str) -> None:
        self.taken.add(article_id)
        self._in_section.update(filter(None, [self._sections[article_id]]))
        self._by_author.update(self._known.authors.get(article_id, ()))
        self._groups.update(filter(None, [self._known.groups.get(article_id)]))

    def find_bar(self, article_id: str) -> str | None:
        rules, section = self._rules, self._sections[article_id]
        if self._known.groups.get(article_id) in self._groups:
            return "one_per"
        if rules.near_duplicate_similarity and self._has_duplicate(article_id):
            return "near_duplicate"
        if rules.per_section and section and self._in_section[section] >= rules.per_section:
            return "per_section"
        authors = self._known.authors.get(article_id, ())
        if rules.per_author and any(self._by_author[one] >= rules.per_author for one in authors):
            return "per_author"
        return None

    def _has_duplicate(self, article_id: str) -> bool:
        words = self._known.words.get(article_id, frozenset())
        return any(
            _share_words(words, self._known.words.get(one, frozenset())) >= self._rules.near_duplicate_similarity
            for one in self.taken
        )


def _share_words(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the share of the words of either that both have (Jaccard)."""
    either = len(one | other)
    return len(one & other) / either if either else 0.0
