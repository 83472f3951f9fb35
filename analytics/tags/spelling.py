"""Spellings weaker than a tag's key: which tags may be one word, and what kind of variant they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, product
from typing import Self

from analytics.articles.arabic import normalise_arabic
from analytics.tags.sounds import drop_one, is_arabic, sound_out, strip_vowels, tell_apart

SPACING, HAMZA, TA_MARBUTA, YA = "spacing", "hamza", "ta marbuta", "alef maqsura"
ARTICLE, ORDER, SOUND, SCRIPT, LETTERS = "definite article", "order of names", "sound", "script", "letters"
OTHER_WORDS = "other words"
#: What the kinds of variant mean, as the documentation and the command tell them.
KINDS = {
    SPACING: "the same letters with other spaces, hyphens or points",
    HAMZA: "the same word with another hamza, or none",
    TA_MARBUTA: "ta marbuta for ha",
    YA: "ya for alef maqsura",
    ARTICLE: "with and without the definite article (al-, el-, ال)",
    ORDER: "the parts of a name in another order",
    SOUND: "the same sounds in other letters of one script",
    SCRIPT: "the same sounds in Latin and in Arabic letters",
    LETTERS: "a letter more, fewer or different",
    OTHER_WORDS: "nothing alike in their letters: never proposed, but an editor may know better",
}
_SURE = {SPACING: 0.99, HAMZA: 0.98, TA_MARBUTA: 0.98, YA: 0.98, ARTICLE: 0.96, ORDER: 0.95}
_PUNCTUATION = re.compile(r"[\s\-‐-―_.'’‘ʼʿʾ`\"“”«»()/,،]+")
_LATIN_ARTICLE = re.compile(r"^(?:al|el)(?=.{4})")
# Abdel Rahman and Abdulrahman: the article stands between the two.
_SERVANT = re.compile(r"\babd[aeu]l(?!lah)[ -]?")
_ARABIC_ARTICLE = re.compile(r"^ال(?=.{3})")
_LONE_ARTICLES = frozenset({"al", "el", "ال"})
# Sounds are never as sure as letters.
_BY_SOUND = 0.97
_WITH_ARTICLE = 0.02
_SHORTEST_MISSPELT, _SHORTEST_BONES, _ENDING, _CROWD = 9, 4, 2, 300
_LEAST = ((5, 0.93), (8, 0.89), (99, 0.85))
_LEAST_WORD, _LEAST_WORD_ACROSS, _LEAST_MISSPELT = 0.81, 0.74, 0.88


@dataclass(frozen=True)
class Variant:
    """How two spellings differ.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    similarity : float
        From 0 to 1, by the letters alone.
    """

    kind: str
    similarity: float


@dataclass(frozen=True)
class Spelling:
    """A tag's key, taken apart.

    Attributes
    ----------
    key : str
        As `key_tag` gives it.
    words : tuple of str
        Its words, without a definite article that stands alone.
    bare : tuple of str
        The same without articles that are written onto a word.
    is_turned : bool
        Whether it was written with the last name first, and a comma.
    """

    key: str
    words: tuple[str, ...]
    bare: tuple[str, ...]
    is_turned: bool = False

    @classmethod
    def read(cls, key: str) -> Self:
        """Take a key apart; of "Raisi, Ebrahim" the parts change places."""
        last, comma, first = key.partition(",")
        is_turned = bool(comma) and "," not in first
        parts = f"{first} {last}" if is_turned else key
        words = tuple(word for word in _PUNCTUATION.split(_SERVANT.sub("abd ", parts)) if word)
        words = tuple(word for word in words if word not in _LONE_ARTICLES) or words
        bare = tuple(_ARABIC_ARTICLE.sub("", _LATIN_ARTICLE.sub("", word)) for word in words)
        return cls(key, words, bare, is_turned)

    @cached_property
    def is_arabic(self) -> bool:
        """Whether it is written in Arabic letters."""
        return is_arabic(self.key)

    @cached_property
    def readings(self) -> tuple[tuple[str, ...], ...]:
        """The sounds of its words, with and without the articles written onto them."""
        return tuple(dict.fromkeys(tuple(map(sound_out, words)) for words in (self.bare, self.words)))

    @cached_property
    def bones(self) -> tuple[str, ...]:
        """The consonants of each reading, and of the words in the order of the alphabet."""
        readings = ["".join(map(strip_vowels, words)) or f"={''.join(words)}" for words in self.readings]
        turned = f"~{''.join(sorted(self.word_bones))}"
        return tuple(dict.fromkeys([*readings, *([turned] if len(self.words) > 1 else [])]))

    @cached_property
    def word_bones(self) -> tuple[str, ...]:
        """The consonants of each word."""
        return tuple(map(strip_vowels, self.readings[0]))

    @cached_property
    def joined(self) -> str:
        """Its letters alone, as they are written."""
        return "".join(_PUNCTUATION.split(self.key))


def find_variants(keys: Iterable[str]) -> dict[tuple[str, str], Variant]:
    """Find the pairs of keys that may be one word.

    Only keys with the same consonants are compared, or, of longer ones, with one consonant more, fewer or other.

    Parameters
    ----------
    keys : iterable of str
        As `key_tag` gives them, in any order.

    Returns
    -------
    dict
        By pair, the smaller key first.

    Examples
    --------
    >>> found = find_variants(["ebrahim raisi", "ibrahim raisi", "إبراهيم رئيسي", "iran", "iraq"])
    >>> {pair: variant.kind for pair, variant in found.items()}[("ebrahim raisi", "ibrahim raisi")]
    'sound'
    >>> len(found)
    3
    """
    spellings = {key: Spelling.read(key) for key in sorted(set(keys))}
    pairs = set(chain.from_iterable(map(_pair, _block(spellings.values()))))
    found = {pair: compare_spellings(*(spellings[key] for key in pair)) for pair in sorted(pairs)}
    return {pair: variant for pair, variant in found.items() if variant}


def _block(spellings: Collection[Spelling]) -> Iterator[list[Spelling]]:
    blocks: dict[str, list[Spelling]] = defaultdict(list)
    for spelling in spellings:
        near = {f"-{less}" for bones in spelling.bones[:1] if len(bones) > _SHORTEST_BONES for less in drop_one(bones)}
        # What has a consonant more meets what has one fewer under the latter's own.
        own = {f"-{bones}" for bones in spelling.bones[:1] if len(bones) >= _SHORTEST_BONES}
        for name in near | own | {*spelling.bones}:
            blocks[name].append(spelling)
    for block in blocks.values():
        yield from _divide(block) if len(block) > _CROWD else [block]


def _divide(block: list[Spelling]) -> Iterable[list[Spelling]]:
    """Divide a block that is too large for pairs by the words' first sounds."""
    parts: dict[str, list[Spelling]] = defaultdict(list)
    for spelling in block:
        parts["".join(word[:2] for word in spelling.readings[0])].append(spelling)
    return [part[:_CROWD] for part in parts.values()]


def _pair(block: list[Spelling]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(block, 2):
        yield (one.key, other.key) if one.key < other.key else (other.key, one.key)


def compare_spellings(one: Spelling, other: Spelling) -> Variant | None:
    """Tell how two spellings differ; nothing where they are too far apart, or numbers differ.

    Examples
    --------
    >>> compare_spellings(Spelling.read("covid 19"), Spelling.read("covid-19")).kind
    'spacing'
    >>> compare_spellings(Spelling.read("samir haddad"), Spelling.read("samira haddad")) is None
    True
    """
    if not one.joined or _list_numbers(one.key) != _list_numbers(other.key):
        return None
    if kind := _name_sure(one, other):
        return Variant(kind, _SURE[kind])
    has_same_bones = bool(set(one.bones) & set(other.bones))
    if not has_same_bones and _count_other_words(one, other) > 1:
        return None
    is_across = one.is_arabic != other.is_arabic
    similarity = max(
        _rate(*pair, is_across=is_across) - (_WITH_ARTICLE if place else 0)
        for place, pair in enumerate(product(one.readings, other.readings))
    )
    size = min(sum(map(len, spelling.readings[0])) for spelling in (one, other))
    if has_same_bones:
        least = next(share for longest, share in _LEAST if size < longest)
        kind = SCRIPT if is_across else SOUND
        return Variant(kind, round(_BY_SOUND * similarity, 4)) if similarity >= least else None
    is_misspelt = size >= _SHORTEST_MISSPELT and similarity >= _LEAST_MISSPELT and not _differs_at_end(one, other)
    return Variant(SCRIPT if is_across else LETTERS, round(_BY_SOUND * similarity, 4)) if is_misspelt else None


def _count_other_words(one: Spelling, other: Spelling) -> int:
    """Count the words of which the consonants differ; where there are not as many words, nobody knows."""
    if len(one.word_bones) != len(other.word_bones):
        return 1
    return sum(first != second for first, second in zip(one.word_bones, other.word_bones, strict=True))


def _list_numbers(key: str) -> list[str]:
    return re.findall(r"\d+", key)


def _name_sure(one: Spelling, other: Spelling) -> str | None:
    """Name the kind of two spellings that differ in nothing but what writers are free in."""
    if one.joined == other.joined:
        return SPACING
    if one.is_arabic and other.is_arabic and normalise_arabic(one.joined) == normalise_arabic(other.joined):
        signs = set(one.joined) ^ set(other.joined)
        return TA_MARBUTA if signs & set("ةه") else YA if signs & set("ىي") else HAMZA
    first, second = (tuple(map(normalise_arabic, spelling.bare)) for spelling in (one, other))
    if "".join(first) == "".join(second):
        return ARTICLE if one.is_turned == other.is_turned else ORDER
    return ORDER if sorted(first) == sorted(second) else None


def _rate(one: tuple[str, ...], other: tuple[str, ...], *, is_across: bool) -> float:
    """Rate the likeness of two readings, word by word where they have as many."""
    if len(one) != len(other):
        one, other = ("".join(one),), ("".join(other),)
    costs = [tell_apart(*words, is_across=is_across) for words in zip(one, other, strict=True)]
    sizes = [(len(first) + len(second)) / 2 for first, second in zip(one, other, strict=True)]
    worst = min(1 - cost / max(size, 1) for cost, size in zip(costs, sizes, strict=True))
    return 1 - sum(costs) / max(sum(sizes), 1) if worst >= (_LEAST_WORD_ACROSS if is_across else _LEAST_WORD) else 0.0


def _differs_at_end(one: Spelling, other: Spelling) -> bool:
    """Tell whether a word differs in its last letters: that is grammar, not a slip."""
    first, second = one.readings[0], other.readings[0]
    if len(first) != len(second):
        return True
    return any(word[-_ENDING:] != twin[-_ENDING:] for word, twin in zip(first, second, strict=True)) and (
        one.is_arabic == other.is_arabic
    )
