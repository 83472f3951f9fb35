"""The native format of articles: one record, checked field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from analytics.urls import UrlRules, canonicalise_url

REQUIRED = ("article_id", "url", "edition", "title", "published_at")
STATUSES = ("live", "withdrawn", "embargoed")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_EDITION = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_LATEST_SECONDS = 253_402_300_800
_LARGEST_EPOCH = 1e17
_LONGEST_URL = 2048
# Controls of the terminal, and halves of characters; tabs and line ends are text.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class FieldError(ValueError):
    """A field that makes the record a reject.

    Parameters
    ----------
    reason : str
        Short name of the reason.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_article(record: Mapping[str, Any], urls: UrlRules, zone: tzinfo | None = None) -> dict[str, Any]:
    """Read one record.

    Parameters
    ----------
    record : mapping
        Native fields; text or JSON values. Lists may be JSON, or text parted by ``|``.
    urls : UrlRules
        What the site says about its URLs.
    zone : tzinfo, optional
        Zone of the times that name none; without it they are refused.

    Returns
    -------
    dict
        Every native field, typed; missing ones are None, or empty lists.

    Raises
    ------
    FieldError
        Where a required field is missing or a field has the wrong type.

    Examples
    --------
    >>> article = parse_article({"article_id": 7, "url": "https://a.org/7", "edition": "en", "title": "Rain",
    ...     "published_at": "2026-03-14T12:00:00Z", "tags": "Weather|Floods"}, UrlRules())
    >>> article["article_id"], article["tags"], article["status"]
    ('7', ['Weather', 'Floods'], 'live')
    """
    article = {name: _read_field(name, record.get(name), zone) for name in FIELDS}
    for name in REQUIRED:
        if article[name] is None:
            raise FieldError("missing_field")
    if not _EDITION.fullmatch(article["edition"]):
        raise FieldError("bad_edition")
    article["url"] = canonicalise_url(article["url"], urls)
    if article["url"] is None:
        raise FieldError("bad_url")
    article["aliases"] = sorted({url for old in article["aliases"] if (url := canonicalise_url(old, urls))})
    article["image_url"] = _keep_web_address(article["image_url"])
    article["content_type"] = (article["content_type"] or "article").lower()
    article["status"] = (article["status"] or "live").lower()
    if article["status"] not in STATUSES:
        raise FieldError("bad_status")
    return article


def _read_field(name: str, value: object, zone: tzinfo | None) -> Any:  # noqa: ANN401 - of the field's own type
    if name in TIMES:
        return _read_instant(value, zone)
    return _read_list(value) if name in LISTS else _read_text(value)


def _read_text(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list, bool)):
        if value is None:
            return None
        raise FieldError("bad_field")
    text = _NO_TEXT.sub("", str(value)).strip()
    return text or None


def _read_list(value: object) -> list[str]:
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            raise FieldError("bad_field") from None
    if isinstance(value, str):
        value = value.split("|")
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldError("bad_field")
    return list(dict.fromkeys(text for item in value if (text := _read_text(item))))


def _keep_web_address(text: str | None) -> str | None:
    """Keep the address of a picture where a page may show it: of the web, and without a user's name."""
    try:
        parts = urlsplit(text or "")
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return text if is_web and text and len(text) <= _LONGEST_URL and text.isprintable() else None


def _read_instant(value: object, zone: tzinfo | None) -> datetime | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _read_epoch(value)
    moment = value if isinstance(value, datetime) else _read_text(value)
    if moment is None:
        return None
    if isinstance(moment, str) and re.fullmatch(r"\d+(\.\d+)?", moment):
        return _read_epoch(float(moment))
    try:
        moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        zoned = moment.replace(tzinfo=moment.tzinfo or zone)
        utc = zoned.astimezone(UTC) if zoned.tzinfo else None
    except (ValueError, OverflowError):
        raise FieldError("bad_time") from None
    if utc is None:
        raise FieldError("naive_time")
    return utc.replace(tzinfo=None)


def _read_epoch(value: float) -> datetime:
    if not 0 <= value < _LARGEST_EPOCH:
        raise FieldError("bad_time")
    for limit, unit in ((1e11, 1.0), (1e14, 1e3), (_LARGEST_EPOCH, 1e6)):
        if value < limit and value / unit < _LATEST_SECONDS:
            return _EPOCH + timedelta(seconds=value / unit)
    raise FieldError("bad_time")


FIELDS = (
    "article_id", "url", "edition", "title", "published_at", "summary", "body", "section", "region", "content_type",
    "tags", "authors", "source", "updated_at", "image_url", "image_alt", "status", "embargo_until", "breaking_until",
    "translation_group", "aliases",
)  # fmt: skip
TIMES = ("published_at", "updated_at", "embargo_until", "breaking_until")
LISTS = ("tags", "authors", "aliases")
