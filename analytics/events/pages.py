"""What a pageview is: which requests may have shown an article page to a reader; docs/pageviews.md has the cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analytics.url_parts import read_pair, split_query
from analytics.urls import UrlRules, find_page

REQUEST_REASONS = ("method", "status", "content_type")
PAGE_REASONS = ("system", "feed", "asset", "api", "preview", "search", "path")

_SHOWN = range(200, 300)
_NOT_MODIFIED = 304
_PAGE_TYPE = re.compile(
    r" *(?:-?|(?:text/html|application/xhtml\+xml) *(?:[;,].*)?)", re.ASCII | re.IGNORECASE | re.DOTALL
)
_PREFETCH = re.compile(r"(?:^|[;,])[ \t]*(?:prefetch|prerender|preview)[ \t]*(?:\Z|[;,])", re.ASCII | re.IGNORECASE)

_EDITION = re.compile(r"[a-z]{2}(?:-[a-z]{2,4})?")
# By any segment.
_SEGMENTS = {
    **dict.fromkeys(("wp-admin", "cgi-bin", "phpmyadmin"), "system"),
    **dict.fromkeys(("wp-content", "wp-includes"), "asset"),
    "wp-json": "api",
}
# By the first segment, that of an edition aside.
_HEADS = {
    **dict.fromkeys(("server-status", "healthz"), "system"),
    **dict.fromkeys(("feed", "feeds", "rss", "atom"), "feed"),
    **dict.fromkeys(("assets", "static", "_next", "_nuxt"), "asset"),
    **dict.fromkeys(("api", "ajax", "graphql"), "api"),
    **dict.fromkeys(("preview", "_preview"), "preview"),
    **dict.fromkeys(("search", "buscar"), "search"),
}
_FEED_FORMAT = re.compile(r"(?:rss|atom|rdf)[\d.]*|feed")
_FEEDS = frozenset(("feed", "feeds", "rss", "rss2", "atom"))
# By the last segment, where it has a dot.
_NAMES = {
    "system": re.compile(
        r"(?:robots|ads|app-ads|humans|security|llms)\.txt|.*sitemap.*\.xml(?:\.gz)?|(?:favicon|apple-touch-icon).*\..*"
        r"|browserconfig\.xml|crossdomain\.xml|wp-(?:login|cron|comments-post|trackback)\.php|xmlrpc\.php"
    ),
    "feed": re.compile(r"feed\.json|.*\.(?:rss|atom|rdf|xml)"),
    "asset": re.compile(
        r".*\.(?:css|m?js|map|json|webmanifest|wasm|png|jpe?g|gif|webp|avif|svg|ico|bmp|woff2?|ttf|otf|eot"
        r"|mp[34]|m4[asv]|mov|avi|mpe?g|webm|ogg|wav|m3u8|ts|vtt|pdf|epub|docx?|xlsx?|pptx?|txt|csv"
        r"|zip|gz|tgz|bz2|xz|tar|7z|rar|jar|exe|dmg|apk)"
    ),
}


def judge_request(method: str | None, status: int | None, content_type: str | None) -> str | None:
    """Say why a request showed no page, from what the server wrote about it.

    Parameters
    ----------
    method : str or None
        Of the request, in any case.
    status : int or None
        Of the response: 200 to 299, or 304, where the reader's own cache shows the page.
    content_type : str or None
        Of the response, with or without its parameters.

    Returns
    -------
    str or None
        The first of `REQUEST_REASONS`; nothing where a page may have been shown. What is not given does not speak
        against it. The SQL macro `no_pageview_reason` is the same rule.

    Examples
    --------
    >>> judge_request("GET", 304, None) is None
    True
    >>> judge_request("HEAD", 200, "text/html")
    'method'
    """
    if (method or "").strip(" ").upper() not in ("", "GET"):
        return "method"
    if status is not None and status not in _SHOWN and status != _NOT_MODIFIED:
        return "status"
    return None if _PAGE_TYPE.fullmatch(content_type or "") else "content_type"


def is_prefetch(purpose: str | None) -> bool:
    """Tell whether a request's purpose says that a page was fetched before anybody asked for it.

    Parameters
    ----------
    purpose : str or None
        Of the header `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz`. The SQL macro `is_prefetch` is the same rule.

    Examples
    --------
    >>> is_prefetch("prefetch;prerender"), is_prefetch("document")
    (True, False)
    """
    return _PREFETCH.search(purpose or "") is not None


def judge_page(url: str, rules: UrlRules) -> str | None:
    """Say why a URL shows no article page.

    Parameters
    ----------
    url : str
        A URL or a path as it was requested, or its stem; the canonical form has lost the query that tells a preview.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    str or None
        The first of `PAGE_REASONS` that holds; nothing where an article page may have been shown, or where the URL is
        no web address, which tells nothing of a page.

    Examples
    --------
    >>> [judge_page(url, UrlRules()) for url in ("/news/rain", "/feed/", "/?p=7&preview=true")]
    [None, 'feed', 'preview']
    >>> judge_page("/about", UrlRules(article_paths=("/news/*",)))
    'path'
    """
    base, pairs = split_query(url)
    page = find_page(base, rules)
    if page is None:
        return None
    path = page[1]
    segments = path.lower().split("/")[1:]
    found = {*_judge_segments(segments), *_judge_query(segments, pairs)}
    if not rules.is_article_path(path):
        found.add("path")
    return next((reason for reason in PAGE_REASONS if reason in found), None)


def _judge_segments(segments: list[str]) -> Iterator[str]:
    for segment in segments:
        if segment.startswith("."):
            yield "system"
        elif segment in _SEGMENTS:
            yield _SEGMENTS[segment]
    for head in segments[:2] if segments and _EDITION.fullmatch(segments[0]) else segments[:1]:
        if head in _HEADS:
            yield _HEADS[head]
    if segments and segments[-1] in _FEEDS:
        yield "feed"
    if segments and "." in segments[-1]:
        yield from (reason for reason, names in _NAMES.items() if names.fullmatch(segments[-1]))


def _judge_query(segments: list[str], pairs: list[str]) -> Iterator[str]:
    is_front = not segments or (len(segments) == 1 and _EDITION.fullmatch(segments[0]))
    for name, value in map(read_pair, pairs):
        match name.lower():
            case "feed":
                yield "feed"
            case "flav" | "format" | "output" if _FEED_FORMAT.fullmatch(value.lower()):
                yield "feed"
            case "rest_route":
                yield "api"
            case "preview" if value.lower() not in ("0", "false"):
                yield "preview"
            case "s" if is_front:
                yield "search"
