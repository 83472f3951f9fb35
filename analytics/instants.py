"""Instants and durations, from text and back.

Inside, an instant is a naive `datetime` in UTC; outside it always carries a zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_CENTURY_SECONDS = 36_525 * 86_400
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with a zone as naive UTC.

    Parameters
    ----------
    text : str
        Such as ``2026-03-14T12:00:00Z``.

    Returns
    -------
    datetime
        Naive, in UTC.

    Raises
    ------
    ValueError
        Where it is no instant, or has no zone.

    Examples
    --------
    >>> parse_instant("2026-03-14T15:00:00+03:00")
    datetime.datetime(2026, 3, 14, 12, 0)
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        message = f"{text!r} is no instant; write it like 2026-03-14T12:00:00Z"
        raise ValueError(message) from error
    if moment.tzinfo is None:
        message = f"{text!r} has no time zone; write it like 2026-03-14T12:00:00Z"
        raise ValueError(message)
    return moment.astimezone(UTC).replace(tzinfo=None)


def format_instant(moment: datetime) -> str:
    """Write a naive UTC instant as ISO 8601 with a Z.

    Examples
    --------
    >>> format_instant(datetime(2026, 3, 14, 12))
    '2026-03-14T12:00:00Z'
    """
    return moment.isoformat() + "Z"


def floor_hour(moment: datetime) -> datetime:
    """Give the start of the hour that holds an instant.

    Examples
    --------
    >>> floor_hour(datetime(2026, 3, 14, 12, 34, 56))
    datetime.datetime(2026, 3, 14, 12, 0)
    """
    return moment.replace(minute=0, second=0, microsecond=0)


def parse_duration(text: str) -> timedelta:
    """Read a duration such as ``15m``, ``6h`` or ``1.5d``.

    Parameters
    ----------
    text : str
        A number and one of s, m, h, d, w.

    Raises
    ------
    ValueError
        Where it is no duration, or longer than a century.

    Examples
    --------
    >>> parse_duration("15m")
    datetime.timedelta(seconds=900)
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        message = f"{text!r} is no duration; write a number and a unit, such as 15m, 6h or 30d"
        raise ValueError(message)
    seconds = float(match[1]) * _UNITS[match[2]]
    if seconds > _CENTURY_SECONDS:
        message = f"{text!r} is longer than a century"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def hours_of(duration: timedelta) -> float:
    """Give a duration in hours.

    Examples
    --------
    >>> hours_of(timedelta(minutes=15))
    0.25
    """
    return duration / HOUR
