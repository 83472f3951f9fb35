"""Which format of articles a file has, by how it begins."""

from __future__ import annotations

import csv
import re

from analytics.articles.sources import feed, sitemap
from analytics.articles.sources.markup import decode_document
from analytics.articles.sources.xml_text import find_root
from analytics.lines import read_object

_OF_ARTICLES, _OF_EVENTS = {"title", "published_at"}, {"kind", "occurred_at"}
_KEY = re.compile(r'"(\w+)"\s*:')
_HTML = ("html", "head", "body", "meta", "link", "script")


def recognise_article_format(head: bytes) -> str | None:
    """Recognise a format of articles.

    Parameters
    ----------
    head : bytes
        The first bytes of the file, decompressed; a few thousand are enough.

    Returns
    -------
    str or None
        native-ndjson, native-csv, native-parquet, jsonld, feed or sitemap; nothing where it holds no articles.

    Examples
    --------
    >>> recognise_article_format(b"<!doctype html><html>"), recognise_article_format(b"<rss version='2.0'>")
    ('jsonld', 'feed')
    >>> recognise_article_format(b'{"title": "Rain"'), recognise_article_format(b'{"kind": "share"}')
    ('native-ndjson', None)
    """
    if head.startswith(b"PAR1"):
        return "native-parquet"
    text = decode_document(head).removeprefix("\ufeff").lstrip()
    if text.startswith("<"):
        return _recognise_markup(text)
    form = "ndjson" if text.startswith("{") else "csv"
    names = _name_keys(text) if form == "ndjson" else _name_columns(text)
    return f"native-{form}" if names & _OF_ARTICLES and not names & _OF_EVENTS else None


def _recognise_markup(text: str) -> str | None:
    root = find_root(text)
    if root in feed.ROOTS:
        return "feed"
    if root in sitemap.ROOTS:
        return "sitemap"
    return "jsonld" if root in _HTML else None


def _name_keys(text: str) -> set[str]:
    """Name the fields of the first whole lines; of a line that is cut, everything that looks like a field."""
    *whole, cut = text.split("\n")
    names = {name for line in whole for name in read_object(line.encode("utf-8", "replace"))}
    return names or set(read_object(cut.encode("utf-8", "replace"))) or set(_KEY.findall(cut))


def _name_columns(text: str) -> set[str]:
    try:
        return {name.strip() for name in next(csv.reader(text.splitlines()[:1]), [])}
    except csv.Error:
        return set()
