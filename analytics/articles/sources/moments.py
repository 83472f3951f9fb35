"""Dates as pages and feeds write them, in ISO 8601; a zone that is not there is never made up."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

_SPACED_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_NAMED_ZERO = re.compile(r"\s+(?:UTC|GMT|Z)$", re.IGNORECASE)
_NO_ZONE_KNOWN = re.compile(r"\s-0000$")
_LONGEST = 64


def write_moment(value: object) -> str | None:
    """Write a date as ISO 8601, with its zone or without one as it came.

    Parameters
    ----------
    value : object
        Text: ISO 8601, the date and time formats of the W3C, or RFC 822. Other types are no date.

    Returns
    -------
    str or None
        What is no date comes back in a form that is none either; nothing stays nothing.

    Examples
    --------
    >>> write_moment("Tue, 14 May 2024 12:00:00 +0300")
    '2024-05-14T12:00:00+03:00'
    >>> write_moment("Tue, 14 May 2024 12:00:00"), write_moment("2024-05-14")
    ('2024-05-14T12:00:00', '2024-05-14T00:00:00')
    >>> write_moment("20240514x")
    'no date: 20240514x'
    """
    if value is None or value == "":
        return None
    text = str(value).strip()[:_LONGEST]
    if not text:
        return None
    try:
        return datetime.fromisoformat(_NAMED_ZERO.sub("Z", _SPACED_ZONE.sub("", text))).isoformat()
    except ValueError:
        return _write_mail_date(text)


def _write_mail_date(text: str) -> str:
    """Read an RFC 822 date; one with a zone of letters that the standard does not name has none."""
    try:
        # To mail, -0000 is a time in UTC whose sender's own zone is not told.
        return parsedate_to_datetime(_NO_ZONE_KNOWN.sub(" +0000", text)).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return f"no date: {text}"
