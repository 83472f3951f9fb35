"""Formats of events, one small module each, found by the content of a file and never by its name.

A native file is none of these: what is not recognised here is read as native.
"""

from __future__ import annotations

from analytics.events.sources.cloudfront import CLOUDFRONT
from analytics.events.sources.combined import COMBINED
from analytics.events.sources.format import EventFormat, Filtered, Head, ReadLine, Record, Rejected, SourceSettings
from analytics.events.sources.ga4 import GA4
from analytics.events.sources.parsely import PARSELY
from analytics.events.sources.refused import refuse_format
from analytics.events.sources.snowplow import SNOWPLOW

__all__ = [
    "FORMATS",
    "EventFormat",
    "Filtered",
    "ReadLine",
    "Record",
    "Rejected",
    "SourceSettings",
    "recognise_format",
    "refuse_format",
]

FORMATS: tuple[EventFormat, ...] = (COMBINED, CLOUDFRONT, GA4, PARSELY, SNOWPLOW)


def recognise_format(head: Head) -> EventFormat | None:
    """Find the format of a file; nothing where it is native or unknown.

    Parameters
    ----------
    head : sequence of bytes
        The first whole lines of the file, decompressed and without line ends; 50 are enough.

    Examples
    --------
    >>> recognise_format([b'192.0.2.7 - - [14/Mar/2026:12:00:05 +0100] "GET /a HTTP/1.1" 200 5 "-" "-"']).name
    'combined'
    >>> recognise_format([b'{"kind": "pageview", "occurred_at": "2026-03-14T12:00:05Z", "url": "/a"}']) is None
    True
    """
    return next((form for form in FORMATS if form.recognise(head)), None)
