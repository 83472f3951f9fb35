"""Formats of articles, one small module each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from analytics.articles.sources.feed import read_feed
from analytics.articles.sources.jsonld import read_page
from analytics.articles.sources.sitemap import read_sitemap
from analytics.urls import UrlRules

SOURCES: Mapping[str, Callable[[bytes, UrlRules], list[dict[str, Any] | str]]] = MappingProxyType(
    {"jsonld": read_page, "feed": read_feed, "sitemap": read_sitemap},
)
"""What reads each format that is one document: its items as records of native fields, or the reason there is none."""

FORMATS = ("auto", "native", *SOURCES)
"""The formats of articles by their names."""
