"""Articles from web pages, by their schema.org data in JSON-LD.

One page is one article: the one whose address is the page's canonical link, else the only one.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from analytics.articles.sources.addresses import choose_address, join_path
from analytics.articles.sources.markup import Page, decode_document, read_html, strip_markup
from analytics.articles.sources.moments import write_moment
from analytics.urls import UrlRules

NO_ARTICLE = "no_article"
_LIVE = "LiveBlogPosting"
_TYPES = frozenset(
    {
        "AdvertiserContentArticle", "AnalysisNewsArticle", "Article", "AskPublicNewsArticle", "BackgroundNewsArticle",
        "BlogPosting", _LIVE, "NewsArticle", "OpinionNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle",
        "SatiricalArticle",
    }
)  # fmt: skip
_MARKUP = re.compile(r"</?[a-z]", re.IGNORECASE)
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>);?\s*$")
Node = dict[str, Any]


def read_page(content: bytes, rules: UrlRules) -> list[Node | str]:
    """Read a page.

    Parameters
    ----------
    content : bytes
        HTML.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    list
        One record of native fields and `language`, or the reason why there is none.

    Examples
    --------
    >>> (article,) = read_page(b'''<html lang="es"><script type="application/ld+json">{"@type": "NewsArticle",
    ...     "headline": "Lluvia", "url": "https://a.org/1", "datePublished": "2026-03-14T12:00:00Z",
    ...     "keywords": "Tiempo, Agua"}</script></html>''', UrlRules())
    >>> article["article_id"], article["language"], article["tags"]
    ('https://a.org/1', 'es', ['Tiempo', 'Agua'])
    """
    page = read_html(decode_document(content))
    nodes = [node for text in page.data for node in _list_nodes(_parse(text))]
    node = _choose_article([node for node in nodes if _TYPES & _name_types(node)], page, rules)
    if node is None:
        return [NO_ARTICLE]
    return [_read_article(node, {str(one["@id"]): one for one in reversed(nodes) if "@id" in one}, page, rules)]


def _parse(text: str) -> object:
    try:
        # Pages write line ends into their strings.
        return json.loads(_WRAPPING.sub("", text), strict=False)
    except (ValueError, RecursionError):
        return None


def _list_nodes(data: object) -> Iterator[Node]:
    """List the objects of a list, a graph or a main entity; other articles that a page names are not its own."""
    waiting = deque([data])
    while waiting:
        one = waiting.popleft()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            yield one
            waiting += [one[name] for name in ("@graph", "mainEntity") if name in one]


def _name_types(node: Node) -> set[str]:
    return {re.split("[/:#]", name)[-1] for name in _list(node.get("@type")) if isinstance(name, str)}


def _choose_article(articles: list[Node], page: Page, rules: UrlRules) -> Node | None:
    canonical = choose_address([page.canonical], rules)["url"]
    addresses = [choose_address(_list_addresses(one), rules, page.canonical) for one in articles]
    for article, address in zip(articles, addresses, strict=True):
        if canonical and canonical in (address["url"], *_list(address.get("aliases"))):
            return article
    return articles[0] if len({str(one["url"]) for one in addresses}) == 1 else None


def _list_addresses(node: Node) -> list[object]:
    main = node.get("mainEntityOfPage")
    if isinstance(main, dict):
        return [main.get("@id"), main.get("url"), node.get("url")]
    return [main, node.get("url")]


def _read_article(node: Node, known: dict[str, Node], page: Page, rules: UrlRules) -> Node:
    address = choose_address([*_list_addresses(node), page.canonical], rules, page.canonical)
    body = node.get("articleBody")
    return {
        "article_id": address["url"],
        **address,
        "title": _read_line(node.get("headline") or node.get("name")),
        "published_at": write_moment(_first(node.get("datePublished"))),
        "updated_at": write_moment(_first(node.get("dateModified"))),
        "language": _read_language(node.get("inLanguage")) or page.language,
        "summary": _read_prose(node.get("description")),
        "body": _read_prose(body) or page.article,
        "section": next(iter(_read_names(node.get("articleSection"), known)), None),
        "tags": _read_keywords(node.get("keywords"), known),
        "authors": _read_names(node.get("author"), known),
        "source": next(iter(_read_names(node.get("sourceOrganization"), known)), None),
        "content_type": "live" if _LIVE in _name_types(node) else None,
        **_read_image(node.get("image"), known, page.canonical),
    }


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: object) -> object:
    return next(iter(_list(value)), None)


def _read_line(value: object) -> str | None:
    """Read a line of text; tags in it are its letters, entities are not."""
    value = _first(value)
    if isinstance(value, dict):
        value = value.get("@value")
    return " ".join(html.unescape(value).split()) or None if isinstance(value, str) else None


def _read_prose(value: object) -> str | None:
    value = "\n".join(one for one in _list(value) if isinstance(one, str))
    return (strip_markup(value) if _MARKUP.search(value) else html.unescape(value).strip()) or None


def _read_language(value: object) -> object:
    value = _first(value)
    return value.get("alternateName") or value.get("name") if isinstance(value, dict) else value


def _follow(value: object, known: dict[str, Node]) -> object:
    """Follow a reference to the object of the graph that it names."""
    if isinstance(value, dict) and len(value) <= len({"@id", "@type"} & value.keys()):
        return known.get(str(value.get("@id")), value)
    return value


def _read_names(value: object, known: dict[str, Node]) -> list[str]:
    """Read texts, or the names of objects."""
    found = [_follow(one, known) for one in _list(value)]
    lines = (_read_line(one.get("name") if isinstance(one, dict) else one) for one in found)
    return list(dict.fromkeys(line for line in lines if line))


def _read_keywords(value: object, known: dict[str, Node]) -> list[str]:
    """Read a list, or one text parted by commas (Arabic ones too)."""
    if isinstance(value, str):
        value = re.split("[,،;؛]", html.unescape(value))
    return _read_names(value, known)


def _read_image(value: object, known: dict[str, Node], base: str | None) -> Node:
    for one in map(_follow, _list(value), [known] * len(_list(value))):
        url = one.get("url") or one.get("contentUrl") or one.get("@id") if isinstance(one, dict) else one
        if isinstance(url := _first(url), str) and url.strip():
            alt = _read_line(one.get("caption")) if isinstance(one, dict) else None
            return {"image_url": join_path(base, url.strip()), "image_alt": alt}
    return {}
