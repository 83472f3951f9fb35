"""The standard access log of CloudFront: tab-separated, its columns named by a comment."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from urllib.parse import unquote

from analytics.events.sources.assets import is_asset, is_asset_type
from analytics.events.sources.format import (
    ASSET,
    BAD_TIME,
    BLANK_LINE,
    MALFORMED_LINE,
    MISSING_ARTICLE,
    OTHER_EVENT,
    EventFormat,
    Filtered,
    Head,
    ReadLine,
    Record,
    Rejected,
    SourceSettings,
)
from analytics.events.sources.moments import read_utc

_FIELDS = b"#Fields:"
_COMMENT = Filtered("comment")
_NEEDED = ("date", "time", "cs-uri-stem")
_WANTED = (
    "date",
    "time",
    "cs-uri-stem",
    "cs-uri-query",
    "cs-method",
    "sc-status",
    "c-ip",
    "cs(User-Agent)",
    "cs(Referer)",
    "x-host-header",
    "cs-protocol",
    "sc-content-type",
    "x-edge-request-id",
    "c-country",
)
_ABSENT = "-"
_WEB = ("http", "https", _ABSENT)
_TWICE_ENCODED = re.compile(r"%25([0-9A-Fa-f]{2})")


def recognise(head: Head) -> bool:
    """Tell whether a file is a CloudFront log: a comment among its first lines names such columns."""
    named = [line[len(_FIELDS) :].split() for line in head if line.startswith(_FIELDS)]
    return any(b"cs-uri-stem" in names and b"x-edge-location" in names for names in named)


def make_reader(_settings: SourceSettings) -> ReadLine:
    """Make the reader of one log."""
    return _Reader()


class _Reader:
    def __init__(self) -> None:
        self._count = 0
        self._pick: Callable[[list[str]], tuple[str, ...]] | None = None

    def __call__(self, line: bytes) -> Record | Filtered | Rejected:
        if line.startswith(b"#"):
            if line.startswith(_FIELDS):
                self._name_columns(line)
            return _COMMENT
        try:
            cells = line.decode().split("\t")
        except UnicodeDecodeError:
            return MALFORMED_LINE
        if self._pick is None or len(cells) != self._count or b"\0" in line:
            return MALFORMED_LINE if line.strip() else BLANK_LINE
        cells.append(_ABSENT)
        return _read_cells(self._pick(cells))

    def _name_columns(self, line: bytes) -> None:
        names = line[len(_FIELDS) :].decode(errors="replace").split()
        self._count = len(names)
        # A column that the log does not have is read from the cell that is put behind the last one.
        places = [names.index(name) if name in names else -1 for name in _WANTED]
        self._pick = itemgetter(*places) if set(_NEEDED) <= set(names) else None


def _read_cells(cells: tuple[str, ...]) -> Record | Filtered | Rejected:
    date, time, stem, query, method, status, address, agent, referrer, host, scheme, content, request, country = cells
    if scheme not in _WEB:
        return OTHER_EVENT
    content_type = _read_type(content)
    if is_asset(stem) or is_asset_type(content_type):
        return ASSET
    clock = read_utc(f"{date} {time}")
    if clock is None:
        return BAD_TIME
    if not stem.startswith("/"):
        return MISSING_ARTICLE
    record: Record = {
        "kind": "pageview",
        "occurred_at": clock[0],
        "url": _read_url("https" if scheme == _ABSENT else scheme, host, stem, query),
    }
    if status.isdecimal():
        record["status"] = int(status)
    for name, value in (
        ("event_id", request),
        ("method", method),
        ("ip", address),
        ("user_agent", _read_agent(agent)),
        ("referrer", _decode_once(referrer)),
        ("host", host),
        ("content_type", content_type),
        ("country", country),
    ):
        if value not in (_ABSENT, ""):
            record[name] = value
    return record


def _read_url(scheme: str, host: str, stem: str, query: str) -> str:
    path = "/" + _decode_once(stem).lstrip("/")
    tail = path if query in (_ABSENT, "") else f"{path}?{_decode_once(query)}"
    return tail if host in (_ABSENT, "") else f"{scheme}://{host}{tail}"


def _decode_once(text: str) -> str:
    """Take the log's own encoding off an address that was percent-encoded already.

    Examples
    --------
    >>> _decode_once("/caf%25C3%25A9"), _decode_once("/caf%C3%A9")
    ('/caf%C3%A9', '/caf%C3%A9')
    """
    return _TWICE_ENCODED.sub(r"%\1", text) if "%25" in text else text


@lru_cache(maxsize=8192)
def _read_agent(text: str) -> str:
    """Give a user agent in plain text; older logs encoded it twice.

    Examples
    --------
    >>> _read_agent("Mozilla/5.0%2520(X11)"), _read_agent("Mozilla/5.0%20(X11)")
    ('Mozilla/5.0 (X11)', 'Mozilla/5.0 (X11)')
    """
    return unquote(unquote(text)).replace("\0", " ")


@lru_cache(maxsize=1024)
def _read_type(text: str) -> str:
    return unquote(unquote(text)).partition(";")[0].strip().lower().replace("\0", "")


CLOUDFRONT = EventFormat("cloudfront", recognise, make_reader)
