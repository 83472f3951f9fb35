"""Tells articles from events by a file's content."""

from __future__ import annotations

from pathlib import Path

from analytics.articles.sources.recognise import recognise_article_format
from analytics.inflate import read_head
from analytics.warehouse import Warehouse

ARTICLES, EVENTS = "articles", "events"


def sniff_entity(warehouse: Warehouse, path: Path) -> str:
    """Tell whether a file holds articles or events, by its format and the fields of its first records.

    A file that is neither goes to the events, whose loader sets it aside with the reason.
    """
    head = read_head(path)
    if head.startswith(b"PAR1"):
        names = set(warehouse.parquet_columns(path))
        return ARTICLES if {"title", "published_at"} & names and not {"kind", "occurred_at"} & names else EVENTS
    return EVENTS if recognise_article_format(head) is None else ARTICLES
