"""Items of pages and feeds as native articles: only what an item carries, so that it cannot wipe what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from analytics.articles.sources.editions import choose_edition
from analytics.articles.sources.native import REQUIRED, parse_article
from analytics.urls import UrlRules

ASSUMED_EDITION, ITEM = "assumed_edition", "is_item"


@dataclass(frozen=True)
class ItemRules:
    """What reading an item needs to know beside it.

    Parameters
    ----------
    urls : UrlRules
        What the site says about its URLs.
    editions : tuple of str
        Tags of the site's editions that are more than a language, such as ``pt-BR``.
    default_edition : str or None
        Edition of an article whose language nothing names.
    zone : tzinfo or None
        Zone of the times that name none; without it they are refused.
    """

    urls: UrlRules = field(default_factory=UrlRules)
    editions: tuple[str, ...] = ()
    default_edition: str | None = None
    zone: tzinfo | None = None


def parse_item(record: Mapping[str, Any], rules: ItemRules) -> dict[str, Any]:
    """Read one item.

    Parameters
    ----------
    record : mapping
        Native fields, and `language` in place of `edition`.
    rules : ItemRules
        URL rules, editions and zone.

    Returns
    -------
    dict
        The fields the item has a value for, typed, and the mark `is_item`; `assumed_edition` stands for an edition
        that nothing names.

    Raises
    ------
    FieldError
        As `parse_article`.

    Examples
    --------
    >>> item = parse_item({"article_id": "1", "url": "https://a.org/1", "title": "Rain", "language": "en-GB",
    ...     "published_at": "2026-03-14T12:00:00Z", "body": None, "tags": []}, ItemRules())
    >>> sorted(item), item["edition"]
    (['article_id', 'edition', 'is_item', 'published_at', 'title', 'url'], 'en')
    """
    named = record.get("edition") or choose_edition(record.get("language"), rules.editions)
    article = parse_article({**record, "edition": named or rules.default_edition}, rules.urls, rules.zone)
    carried = {name for name, value in record.items() if value not in (None, "", [])}
    item = {name: value for name, value in article.items() if name in REQUIRED or (name in carried and value)}
    item[ITEM] = True
    if not named:
        item[ASSUMED_EDITION] = item.pop("edition")
    return item


def is_item(content: Mapping[str, Any]) -> bool:
    """Tell whether a content comes from a page or a feed, and so holds only what that carried."""
    return ITEM in content
