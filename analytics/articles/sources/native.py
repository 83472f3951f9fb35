"""The native format of articles: one record, checked field by field."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.instants import parse_instant
from analytics.urls import UrlRules, canonicalise_url

REQUIRED = ("article_id", "url", "edition", "title", "published_at")
STATUSES = ("live", "withdrawn", "embargoed")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_EDITION = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_LATEST_SECONDS = 253_402_300_800


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


def parse_article(record: Mapping[str, Any], urls: UrlRules) -> dict[str, Any]:
    """Read one record.

    Parameters
    ----------
    record : mapping
        Native fields; text or JSON values. Lists may be JSON, or text parted by ``|``.
    urls : UrlRules
        What the site says about its URLs.

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
    article = {name: read(record.get(name)) for name, read in _READERS.items()}
    for name in REQUIRED:
        if article[name] is None:
            raise FieldError("missing_field")
    if not _EDITION.fullmatch(article["edition"]):
        raise FieldError("bad_edition")
    article["url"] = canonicalise_url(article["url"], urls)
    if article["url"] is None:
        raise FieldError("bad_url")
    article["aliases"] = sorted({url for old in article["aliases"] if (url := canonicalise_url(old, urls))})
    if not (article["image_url"] or "").startswith(("https://", "http://")):
        article["image_url"] = None
    article["content_type"] = (article["content_type"] or "article").lower()
    article["status"] = (article["status"] or "live").lower()
    if article["status"] not in STATUSES:
        raise FieldError("bad_status")
    return article


def _read_text(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list, bool)):
        if value is None:
            return None
        raise FieldError("bad_field")
    text = str(value).replace("\x00", "").strip()
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


def _read_instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise FieldError("naive_time")
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _read_epoch(float(value))
    text = _read_text(value)
    if text is None:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _read_epoch(float(text))
    try:
        return parse_instant(text)
    except ValueError:
        raise FieldError("naive_time" if _is_naive(text) else "bad_time") from None


def _read_epoch(value: float) -> datetime:
    if not math.isfinite(value) or value < 0:
        raise FieldError("bad_time")
    for limit, unit in ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6)):
        if value < limit and value / unit < _LATEST_SECONDS:
            return _EPOCH + timedelta(seconds=value / unit)
    raise FieldError("bad_time")


def _is_naive(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


_READERS: dict[str, Callable[[object], Any]] = {
    "article_id": _read_text,
    "url": _read_text,
    "edition": _read_text,
    "title": _read_text,
    "published_at": _read_instant,
    "summary": _read_text,
    "body": _read_text,
    "section": _read_text,
    "region": _read_text,
    "content_type": _read_text,
    "tags": _read_list,
    "authors": _read_list,
    "source": _read_text,
    "updated_at": _read_instant,
    "image_url": _read_text,
    "image_alt": _read_text,
    "status": _read_text,
    "embargo_until": _read_instant,
    "breaking_until": _read_instant,
    "translation_group": _read_text,
    "aliases": _read_list,
}
FIELDS = tuple(_READERS)
