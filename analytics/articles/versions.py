"""What an article's versions say together: its newest content, its URLs, its tags.

A version from a page or a feed holds only the fields it carries; the others stay as they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import polars as pl

from analytics.articles.sources.items import ASSUMED_EDITION, ITEM
from analytics.articles.sources.native import FIELDS, LISTS, TIMES
from analytics.articles.tags import key_tag
from analytics.articles.text import read_language, reading_minutes
from analytics.instants import format_instant, parse_instant
from analytics.rankings.scopes import slug_label
from analytics.settings import Site

ARTICLE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **{name: pl.String for name in FIELDS if name != "aliases"},
    **dict.fromkeys(TIMES, pl.Datetime("us")),
    **dict.fromkeys(("tags", "authors"), pl.List(pl.String)),
    **dict.fromkeys(("language", "section_slug", "region_slug"), pl.String),
    "reading_minutes": pl.Int32,
}
ALIAS_SCHEMA = {"url": pl.String, "article_id": pl.String, "is_current": pl.Boolean}
TAG_SCHEMA = {"article_id": pl.String, "tag_key": pl.String, "label": pl.String}
VERSION_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "article_id": pl.String,
    "content_hash": pl.String,
    "updated_at": pl.Datetime("us"),
    "content": pl.String,
}

Content = dict[str, Any]
_UNSAID: Content = {
    **dict.fromkeys(FIELDS),
    **{name: [] for name in LISTS},
    "content_type": "article",
    "status": "live",
}


@dataclass(frozen=True)
class ArticleTables:
    """The rows that follow from the versions of some articles.

    Parameters
    ----------
    articles : DataFrame
        Rows of `articles.article`.
    aliases : DataFrame
        Rows of `articles.alias`.
    tags : DataFrame
        Rows of `articles.article_tag`.
    """

    articles: pl.DataFrame
    aliases: pl.DataFrame
    tags: pl.DataFrame


def frame_versions(articles: Sequence[Content]) -> pl.DataFrame:
    """Give the contents of a file as versions, each content once, where it stands last.

    Returns
    -------
    DataFrame
        `article_id`, `content_hash`, `updated_at`, `content`.
    """
    texts = [_write_content(article) for article in articles]
    rows = {
        "article_id": [article["article_id"] for article in articles],
        "content_hash": [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts],
        "updated_at": [article.get("updated_at") for article in articles],
        "content": texts,
    }
    frame = pl.DataFrame(rows, schema=VERSION_SCHEMA)
    return frame.unique(["article_id", "content_hash"], keep="last", maintain_order=True)


def build_tables(versions: pl.DataFrame, site: Site, tags: Mapping[str, str] = MappingProxyType({})) -> ArticleTables:
    """Give the rows that follow from all versions of some articles.

    Parameters
    ----------
    versions : DataFrame
        Rows of `articles.version`, every version of each article.
    site : Site
        Aliases of labels, and reading speeds.
    tags : mapping of str to str
        Keys of accepted spellings, each with the key it stands under.
    """
    rows: list[Content] = []
    aliases: list[tuple[str, str, bool]] = []
    for history in versions.sort("article_id", "arrival_number").partition_by("article_id", maintain_order=True):
        contents = [read_content(text) for text in history["content"]]
        newest = merge_contents(contents)
        rows.append(_build_article(newest, site))
        aliases += _list_aliases(contents, newest)
    return ArticleTables(
        pl.DataFrame(rows, schema=ARTICLE_SCHEMA),
        pl.DataFrame(aliases, schema=ALIAS_SCHEMA, orient="row"),
        frame_tags(((row["article_id"], row["tags"]) for row in rows), tags),
    )


def merge_contents(contents: Iterable[Content]) -> Content:
    """Give the article: of each field what the newest content that has it says.

    The newest has the newest update; of equals, or where none is declared, it is the last that arrived. A native
    content has every field and replaces all.

    Examples
    --------
    >>> day = datetime(2026, 3, 14)
    >>> old = {"title": "Rain", "body": "It rains.", "updated_at": day}
    >>> merged = merge_contents([{"title": "Floods", "updated_at": day.replace(hour=6)}, old])
    >>> merged["title"], merged["body"], merged["status"]
    ('Floods', 'It rains.', 'live')
    """
    updates = [(content.get("updated_at"), number, content) for number, content in enumerate(contents)]
    merged = dict(_UNSAID)
    for *_, content in sorted(updates, key=lambda update: (update[0] is not None, *update[:2])):
        merged |= content
    assumed = merged.pop(ASSUMED_EDITION, None)
    merged.pop(ITEM, None)
    return merged | {"edition": merged["edition"] or assumed}


def _build_article(content: Content, site: Site) -> Content:
    language = read_language(content["edition"])
    speeds = dict(site.words_per_minute)
    row = {name: value for name, value in content.items() if name != "aliases"}
    minutes = reading_minutes(content["body"] or content["summary"], language, speeds, speeds.get("default", 238))
    return row | {
        "language": language,
        "section_slug": _slug_label(content["section"], site.section_aliases),
        "region_slug": _slug_label(content["region"], site.region_aliases),
        "reading_minutes": max(1, minutes),
    }


def _slug_label(label: str | None, aliases: Mapping[str, str]) -> str | None:
    return (slug_label(label, aliases) or None) if label else None


def _list_aliases(contents: Iterable[Content], newest: Content) -> list[tuple[str, str, bool]]:
    """List the article's own URL and every old one: a URL that changed still leads to it."""
    old = {url for content in contents for url in (content["url"], *content.get("aliases", ()))} - {newest["url"]}
    article_id = newest["article_id"]
    return [(newest["url"], article_id, True), *((url, article_id, False) for url in sorted(old))]


def frame_tags(articles: Iterable[tuple[str, Sequence[str]]], canonical: Mapping[str, str]) -> pl.DataFrame:
    """Give rows of `articles.article_tag`: of the spellings of one tag, an article keeps the one it writes first.

    Parameters
    ----------
    articles : iterable of (str, sequence of str)
        Ids, and tags as written.
    canonical : mapping of str to str
        Keys of accepted spellings, each with the key it stands under.

    Examples
    --------
    >>> frame_tags([("a1", ["Iraq", "Irak"])], {"irak": "iraq"}).rows()
    [('a1', 'iraq', 'Iraq')]
    """
    read_key = cache(key_tag)
    tags = {
        (article_id, canonical.get(key, key)): label
        for article_id, labels in articles
        for label in reversed(labels)
        if (key := read_key(label))
    }
    rows = [(article_id, key, label) for (article_id, key), label in sorted(tags.items())]
    return pl.DataFrame(rows, schema=TAG_SCHEMA, orient="row")


def _write_content(article: Content) -> str:
    content = {name: format_instant(value) if isinstance(value, datetime) else value for name, value in article.items()}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def read_content(text: str) -> Content:
    """Read the `content` of a row of `articles.version`."""
    content: Content = json.loads(text)
    return content | {name: parse_instant(content[name]) for name in TIMES if content.get(name)}
