"""Tells articles from events by a file's content."""

from __future__ import annotations

from pathlib import Path

from analytics.articles.sources.recognise import recognise_article_format
from analytics.errors import InputError
from analytics.events.reading import unpack_parquet
from analytics.inflate import Caps, read_head
from analytics.scratch import open_scratch
from analytics.warehouse import Warehouse

ARTICLES, EVENTS = "articles", "events"


def sniff_entity(warehouse: Warehouse, path: Path, caps: Caps, scratch: Path | None = None) -> str:
    """Tell whether a file holds articles or events, by its format and the fields of its first records.

    A file that is neither goes to the events, whose loader sets it aside with the reason.
    """
    head = read_head(path)
    if head.startswith(b"PAR1"):
        names = _read_columns(warehouse, path, caps, scratch)
        return ARTICLES if {"title", "published_at"} & names and not {"kind", "occurred_at"} & names else EVENTS
    return EVENTS if recognise_article_format(head) is None else ARTICLES


def _read_columns(warehouse: Warehouse, path: Path, caps: Caps, scratch: Path | None) -> set[str]:
    """Name the columns of a Parquet file, packed or not, whatever signs are in its name; none where it is damaged."""
    with open_scratch(scratch) as folder:
        try:
            return set(warehouse.parquet_columns(unpack_parquet(path, folder, caps)))
        except InputError:
            return set()
