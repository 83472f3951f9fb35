"""Articles from RSS 2.0 and Atom feeds."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import Any

from analytics.articles.sources.addresses import choose_address
from analytics.articles.sources.markup import strip_markup
from analytics.articles.sources.moments import write_moment
from analytics.articles.sources.xml_text import read_xml
from analytics.errors import InputError, UsageError
from analytics.urls import UrlRules, canonicalise_url

ROOTS = ("rss", "feed", "rdf")
_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_END_WITHIN = 2000
_HTML = ("text/html", "application/xhtml+xml")
_IMAGE_NAME = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)$", re.IGNORECASE)
# The parser compares each category of an item with all others, and each name space with all before it.
_MOST_NAMES, _MOST_TAGS_OF_AN_ITEM = 2000, 20_000
_NAME, _ITEM, _TAG = re.compile("xmlns"), re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]"), re.compile("<[a-zA-Z]")
Entry = Mapping[str, Any]


def read_feed(content: bytes, rules: UrlRules) -> list[dict[str, Any] | str]:
    """Read a feed.

    Parameters
    ----------
    content : bytes
        XML; faults that feeds are known for are forgiven, a missing end is not.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    list
        For each item a record of native fields and `language`.

    Raises
    ------
    InputError
        Where it is no feed, is cut short, or brings a DTD.
    UsageError
        Where feedparser is not installed.

    Examples
    --------
    >>> (item,) = read_feed(b'''<rss version="2.0"><channel><language>en-gb</language><item><title>Rain</title>
    ...     <link>https://a.org/1</link><category>Weather</category></item></channel></rss>''', UrlRules())
    >>> item["article_id"], item["language"], item["section"]
    ('https://a.org/1', 'en-gb', 'Weather')
    """
    text = read_xml(content, "feed", ROOTS)
    if not _END.search(text[-_END_WITHIN:]):
        raise InputError("the feed is damaged or cut short (its end is missing); fetch it again from its source")
    _refuse_bomb(text)
    feed = _parse(text)
    is_atom = str(feed.get("version")).startswith("atom")
    return [_read_entry(entry, feed["feed"], rules, is_atom=is_atom) for entry in feed["entries"]]


def _refuse_bomb(text: str) -> None:
    widest = max(len(_TAG.findall(item)) for item in _ITEM.split(text))
    if len(_NAME.findall(text)) > _MOST_NAMES or widest > _MOST_TAGS_OF_AN_ITEM:
        raise InputError("the feed has more elements in one item, or more name spaces, than a feed of news can need")


def _parse(text: str) -> Entry:
    try:
        import feedparser  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise UsageError("reading feeds needs feedparser; install readership with its extra: readership[feeds]") from (
            error
        )
    try:
        # A stream, since it would take other types for the name of a file; it is told not to touch the markup.
        parsed: Entry = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:
        # Whatever a broken feed makes the parser raise, it is the feed's fault.
        raise InputError(f"the feed is damaged ({type(error).__name__}); fetch it again from its source") from error
    return parsed


def _read_entry(entry: Entry, feed: Entry, rules: UrlRules, *, is_atom: bool) -> dict[str, Any]:
    tags = [tag for one in entry.get("tags", ()) if (tag := _squeeze(one.get("label") or one.get("term")))]
    title = entry.get("title_detail") or {}
    is_markup = is_atom and title.get("type") in _HTML
    # The dates by their own names: asked for a missing one, the parser gives another.
    published, updated = (entry[name] if dict.__contains__(entry, name) else None for name in ("published", "updated"))
    return {
        **_identify(entry, rules),
        "title": _squeeze(strip_markup(entry["title"]) if is_markup else html.unescape(entry.get("title", ""))),
        "published_at": write_moment(published or updated),
        "updated_at": write_moment(updated),
        "language": entry.get("language") or title.get("language") or feed.get("language"),
        **_read_texts(entry),
        "section": tags[0] if tags else None,
        "tags": list(dict.fromkeys(tags)),
        "authors": list(dict.fromkeys(name for one in entry.get("authors", ()) if (name := _squeeze(one.get("name"))))),
        "source": _squeeze((entry.get("source") or {}).get("title")),
        "image_url": _find_image(entry),
    }


def _identify(entry: Entry, rules: UrlRules) -> dict[str, object]:
    """Give id and addresses; an id that is the item's own address is written like one, so that other formats agree."""
    own, link = entry.get("id"), entry.get("link")
    address = choose_address([link, own if entry.get("guidislink") else None], rules)
    is_address = own and canonicalise_url(own, rules) == address["url"]
    return {"article_id": address["url"] if is_address or not own else own, **address}


def _read_texts(entry: Entry) -> dict[str, str | None]:
    """Give summary and body; the parser repeats the content where there is no summary."""
    content = next((one["value"] for one in entry.get("content", ()) if one.get("value")), None)
    summary = entry.get("summary")
    return {
        "summary": strip_markup(summary) if summary and summary != content else None,
        "body": strip_markup(content) if content else None,
    }


def _find_image(entry: Entry) -> str | None:
    """Find the first picture: media content, thumbnail, then enclosure."""
    thumbnails = [one | {"medium": "image"} for one in entry.get("media_thumbnail", ())]
    enclosures = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure"]
    for one in (*entry.get("media_content", ()), *thumbnails, *enclosures):
        url = one.get("url") or one.get("href")
        kind = one.get("medium") or one.get("type") or ""
        if url and (kind.startswith("image") or (not kind and _IMAGE_NAME.search(url))):
            return str(url)
    return None


def _squeeze(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
