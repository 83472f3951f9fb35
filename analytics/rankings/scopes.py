"""Scopes: the part of the site that a list is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from analytics.errors import UsageError, name_nearest

COLUMNS = {
    "edition": "edition",
    "section": "section_slug",
    "region": "region_slug",
    "content_type": "content_type",
}
"""Scope key to the column of `articles.article` it compares."""

NAME_KEYS = ("tag", "author")
"""Scope keys that name articles by what they carry; for `rank` alone, they are not published."""

EVENT_FILTERS = {"country": "countries", "device": "devices", "referrer": "referrer_classes"}
"""Scope key about readers to the filter of events that it narrows; for `rank` alone, they are not published."""

KEYS = (*COLUMNS, *NAME_KEYS, *EVENT_FILTERS)
"""All scope keys, in the order they stand in."""


@dataclass(frozen=True)
class Scope:
    """Pairs of key and value, in the order of `KEYS`; no pair at all is the site.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Such as ``(("edition", "en"), ("section", "politics"))``.

    Examples
    --------
    >>> str(Scope.parse("section=politics/edition=en"))
    'edition=en/section=politics'
    >>> str(Scope(()))
    'site'
    """

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, words: list[str]) -> Self:
        """Read ``key=value`` words, in any order.

        Raises
        ------
        UsageError
            Where a key is unknown, given twice, or has no value.
        """
        found: dict[str, str] = {}
        for word in words:
            key, equals, value = word.partition("=")
            if key not in KEYS:
                raise UsageError(f"there is no scope key {key!r}; {name_nearest(key, KEYS)}")
            if not equals or not value or key in found:
                raise UsageError(f"write a scope as key=value, once a key, not {word!r}")
            found[key] = slugify(value) if key in {"section", "region"} else value
        return cls(tuple((key, found[key]) for key in KEYS if key in found))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form, as the tables hold it."""
        return cls.of([] if text == "site" else text.split("/"))

    def __str__(self) -> str:
        return "/".join(f"{key}={value}" for key, value in self.pairs) or "site"

    def resolve(self, aliases: Mapping[str, Mapping[str, str]]) -> Self:
        """Replace labels outside the menu by the ones they belong to.

        Parameters
        ----------
        aliases : mapping of str to mapping
            By scope key, label outside the menu = label of the menu.
        """
        return type(self)(
            tuple(
                (key, slug_label(value, aliases.get(key, {}))) if key in aliases else (key, value)
                for key, value in self.pairs
            )
        )

    def select(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows of articles inside the scope, as far as their own columns say."""
        return articles.filter(*(pl.col(COLUMNS[key]) == value for key, value in self.pairs if key in COLUMNS))


def slug_label(label: str, aliases: Mapping[str, str]) -> str:
    """Turn a label into its slug; a label outside the menu becomes the one it belongs to.

    Examples
    --------
    >>> slug_label("West Asia", {"West Asia": "MENA"}), slug_label("Europe", {"West Asia": "MENA"})
    ('mena', 'europe')
    """
    known = {slugify(name): target for name, target in aliases.items()}
    return slugify(known.get(slugify(label), label))


def slugify(label: str) -> str:
    """Turn a label into the word that stands in paths and scopes.

    Letters and digits of any script stay; everything between them becomes one hyphen.

    Examples
    --------
    >>> slugify("Arts & Culture"), slugify("سياسة دولية"), slugify("Économie")
    ('arts-culture', 'سياسة-دولية', 'économie')
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", label).casefold())
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def list_scopes(articles: pl.DataFrame) -> list[Scope]:
    """List the scopes a run publishes: the site, the editions, and each one's sections and regions.

    Parameters
    ----------
    articles : DataFrame
        With `edition`, `section_slug`, `region_slug`.

    Examples
    --------
    >>> rows = {"edition": ["en"], "section_slug": ["politics"], "region_slug": [None]}
    >>> [str(scope) for scope in list_scopes(pl.DataFrame(rows))]
    ['edition=en', 'edition=en/section=politics', 'section=politics', 'site']
    """
    found = {Scope(())}
    for edition, section, region in articles.select("edition", "section_slug", "region_slug").unique().rows():
        for place in ((), (("edition", edition),)):
            found.add(Scope(place))
            found.update(
                Scope((*place, (key, slug))) for key, slug in (("section", section), ("region", region)) if slug
            )
    return sorted(found, key=str)
