"""Reads the times of logs, whose minutes repeat line after line: each minute is worked out once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MINUTE = timedelta(minutes=1)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d):([0-5]\d)(?:[.,](\d{1,9}))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?", re.ASCII
).fullmatch


def read_utc(text: str) -> tuple[str, int] | None:
    """Read an instant that is UTC where it names no zone.

    Returns
    -------
    tuple of (str, int) or None
        ISO 8601 in UTC, and whole epoch seconds; nothing where it is no instant.

    Examples
    --------
    >>> read_utc("2026-03-14 12:00:05.250")
    ('2026-03-14T12:00:05.250Z', 1773489605)
    >>> read_utc("2026-03-14T15:00:05+03:00")
    ('2026-03-14T12:00:05Z', 1773489605)
    >>> read_utc("2026-13-14 12:00:05") is None
    True
    """
    match = _INSTANT(text)
    if not match:
        return None
    minute, second, fraction, zone = match.groups()
    known = _read_minute(minute, zone)
    if known is None:
        return None
    start, epoch = known
    return f"{start}:{second}.{fraction[:6]}Z" if fraction else f"{start}:{second}Z", epoch + int(second)


@lru_cache(maxsize=8192)
def _read_minute(minute: str, zone: str | None) -> tuple[str, int] | None:
    offset = "+00:00" if zone in (None, "Z", "UTC") else zone
    try:
        since = datetime.fromisoformat(f"{minute}{offset}") - _EPOCH
        moment = _EPOCH + since
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M").zfill(16), 60 * (since // _MINUTE)
