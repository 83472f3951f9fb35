"""Articles from a news sitemap, by the protocol of sitemaps.org and Google's news extension.

It holds the news of two days: titles and addresses, never the archive.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from analytics.articles.sources.addresses import choose_address
from analytics.articles.sources.moments import write_moment
from analytics.articles.sources.xml_text import find_root, read_xml
from analytics.errors import InputError
from analytics.urls import UrlRules

NO_NEWS = "no_news"
ROOTS = ("urlset", "sitemapindex")
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def read_sitemap(content: bytes, rules: UrlRules) -> list[dict[str, Any] | str]:
    """Read a news sitemap.

    Parameters
    ----------
    content : bytes
        XML.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    list
        For each `url` a record of native fields and `language`, or `no_news` for a page that is no news.

    Raises
    ------
    InputError
        Where it is no whole XML, brings a DTD, or only lists other sitemaps.

    Examples
    --------
    >>> read_sitemap(b'''<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    ...     ><url><loc>https://a.org/about</loc></url></urlset>''', UrlRules())
    ['no_news']
    """
    text = read_xml(content, "sitemap", ROOTS)
    if find_root(text) == "sitemapindex":
        raise InputError("this sitemap only lists other sitemaps; load those that it names")
    try:
        root = ET.fromstring(text)  # noqa: S314 - it has no DTD, see read_xml
    except ET.ParseError as error:
        raise InputError(f"the sitemap is damaged or cut short ({error}); fetch it again from its source") from error
    return [_read_url(url, rules) for url in root if url.tag.endswith("}url") or url.tag == "url"]


def _read_url(url: ET.Element, rules: UrlRules) -> dict[str, Any] | str:
    news = url.find(f"{_NEWS}news")
    if news is None:
        return NO_NEWS
    address = choose_address([_find(url, "{*}loc")], rules)
    keywords = _find(news, f"{_NEWS}keywords") or ""
    return {
        "article_id": address["url"],
        **address,
        "title": _find(news, f"{_NEWS}title"),
        "published_at": write_moment(_find(news, f"{_NEWS}publication_date")),
        "language": _find(news, f"{_NEWS}publication/{_NEWS}language") or _find(news, f"{_NEWS}language"),
        "tags": list(dict.fromkeys(word for part in keywords.split(",") if (word := " ".join(part.split())))),
    }


def _find(element: ET.Element, path: str) -> str | None:
    return " ".join((element.findtext(path) or "").split()) or None
