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

PUBLISHED = ("edition", "section_slug", "region_slug")
"""The columns that the published scopes compare."""

EVENT_FILTERS = {"country": "countries", "device": "devices", "referrer": "referrer_classes"}
"""Scope key about readers to the filter of events that it narrows; for `rank` alone, they are not published."""

SHAPES = ((), ("edition",), ("section",), ("region",), ("edition", "section"), ("edition", "region"))
"""The keys of each kind of scope that is published."""

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
    places = articles.select(*PUBLISHED).unique()
    found = {Scope(())}
    for shape in SHAPES:
        values = places.select(COLUMNS[key] for key in shape).unique().drop_nulls().rows()
        found.update(Scope(tuple(zip(shape, value, strict=True))) for value in values)
    return sorted(found, key=str)


def take_by_scope(articles: pl.DataFrame, length: int) -> pl.DataFrame:
    """Take the first articles of every published scope.

    Parameters
    ----------
    articles : DataFrame
        In their order, with `edition`, `section_slug`, `region_slug`.
    length : int
        So many at most of each scope.

    Returns
    -------
    DataFrame
        The articles with their `scope` as text, those of each scope in their order.

    Examples
    --------
    >>> rows = {"edition": ["en", "ar"], "section_slug": ["politics", None], "region_slug": [None, None]}
    >>> take_by_scope(pl.DataFrame(rows), 1).select("scope", "edition").rows()
    [('site', 'en'), ('edition=en', 'en'), ('edition=ar', 'ar'), ('section=politics', 'en'), \
('edition=en/section=politics', 'en')]
    """
    found = [articles.head(length).with_columns(scope=pl.lit(str(Scope(()))))]
    for shape in filter(None, SHAPES):
        values = [COLUMNS[key] for key in shape]
        words = [pl.format(f"{key}={{}}", value) for key, value in zip(shape, values, strict=True)]
        inside = articles.drop_nulls(values).filter(pl.int_range(pl.len()).over(values) < length)
        found.append(inside.with_columns(scope=pl.concat_str(words, separator="/")))
    return pl.concat(found)
