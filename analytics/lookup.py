"""Finds what somebody names."""

from __future__ import annotations

from difflib import get_close_matches

from analytics.errors import UsageError
from analytics.urls import UrlRules, canonicalise_url
from analytics.warehouse import Warehouse


def find_article(warehouse: Warehouse, article: str, urls: UrlRules) -> tuple[str, str]:
    """Give id and edition of an article by its id or URL.

    Raises
    ------
    UsageError
        Where there is none; the sentence names the nearest.
    """
    for name in filter(None, (article, canonicalise_url(article, urls))):
        for article_id, edition in warehouse.frame("publish/article_edition", article=name).rows():
            return str(article_id), str(edition)
    known = warehouse.distinct("articles.article", "article_id")
    near = get_close_matches(article, known, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "load it with `readership load articles`"
    raise UsageError(f"there is no article {article!r}; {hint}")
