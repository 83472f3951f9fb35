"""Reads the times of logs, whose seconds repeat line after line: each second is worked out once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_SECOND = timedelta(seconds=1)
_SECOND_ENDS = len("2026-03-14 12:00:05")
_MILLISECONDS = len(".250")
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?", re.ASCII
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
    start, fraction = _read_second(text[:_SECOND_ENDS]), text[_SECOND_ENDS:]
    if start is None:
        return None
    if not fraction:
        return f"{start[0]}Z", start[1]
    if len(fraction) == _MILLISECONDS and fraction[0] == "." and fraction[1:].isdecimal() and fraction.isascii():
        return f"{start[0]}{fraction}Z", start[1]
    return _read_zoned(text)


@lru_cache(maxsize=32_768)
def _read_second(text: str) -> tuple[str, int] | None:
    """Give the ISO 8601 text, without a zone, and the epoch second of a UTC second."""
    known = _read_zoned(text)
    return known and (known[0].removesuffix("Z"), known[1])


def _read_zoned(text: str) -> tuple[str, int] | None:
    match = _INSTANT(text)
    if not match:
        return None
    second, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z", "UTC") else zone
    try:
        since = datetime.fromisoformat(f"{second}{offset}") - _EPOCH
        moment = _EPOCH + since
    except (ValueError, OverflowError):
        return None
    iso = moment.replace(tzinfo=None).isoformat()
    return f"{iso}.{fraction[:6]}Z" if fraction else f"{iso}Z", since // _SECOND
