"""Shapes of analytics exports that are known, and refused: they would be counted wrongly, or are not read yet."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from analytics.events.sources.format import Head
from analytics.events.sources.json_line import name_fields

_MATOMO = re.compile(rb'"actionDetails"\s*:\s*\[')
_GOATCOUNTER_START = re.compile(r"\d+,?path,title,event,")
_SEGMENT = frozenset({"messageId", "type"})
_SEGMENT_PEOPLE = frozenset({"anonymousId", "userId"})
_NATIVE = "write one line an event, with kind, occurred_at, url and visitor_id"


@dataclass(frozen=True)
class _Header:
    """A CSV header that names an export."""

    names: frozenset[str]
    sentence: str


_UMAMI = _Header(
    frozenset({"website_id", "session_id", "url_path", "event_type", "created_at"}),
    f"this is an Umami export, a format that is not read yet; {_NATIVE} (its event_type 1 is a pageview)",
)
_PLAUSIBLE = _Header(
    frozenset({"date", "pageviews", "visitors"}),
    "this is a Plausible export of daily totals, which holds no event to count, place within its day or give to a "
    "visitor; load the events themselves, such as the access log of the site",
)
_GOATCOUNTER = (
    f"this is a GoatCounter export, a format that is not read yet; {_NATIVE} (leave out rows whose Bot is above 0)"
)
_MATOMO_SENTENCE = (
    "this is the Matomo Live API, a line or document of visits with the pages inside, which is not read yet; "
    f"{_NATIVE}, for each of actionDetails whose type is action"
)
_SEGMENT_SENTENCE = (
    f"these are Segment or RudderStack events, a format that is not read yet; {_NATIVE}, for each whose type is page"
)


def refuse_format(head: Head) -> str | None:
    """Say why a file in a known shape is refused; nothing where its shape is not among these.

    Parameters
    ----------
    head : sequence of bytes
        The first whole lines of the file, decompressed.

    Examples
    --------
    >>> refuse_format([b"date,hostname,page,visits,visitors,pageviews"])[:45]
    'this is a Plausible export of daily totals, w'
    >>> refuse_format([b"kind,occurred_at,url"]) is None
    True
    """
    lines = [line for line in head if line.strip()]
    if any(map(_MATOMO.search, lines)):
        return _MATOMO_SENTENCE
    if any(_is_segment(line) for line in lines):
        return _SEGMENT_SENTENCE
    names = _read_header(lines[0]) if lines else []
    if "kind" in names or "occurred_at" in names:
        return None
    if _GOATCOUNTER_START.match(",".join(names)):
        return _GOATCOUNTER
    return next((known.sentence for known in (_UMAMI, _PLAUSIBLE) if known.names <= set(names)), None)


def _is_segment(line: bytes) -> bool:
    names = name_fields(line)
    return names >= _SEGMENT and not names.isdisjoint(_SEGMENT_PEOPLE) and "kind" not in names


def _read_header(line: bytes) -> list[str]:
    try:
        row = next(csv.reader((line.decode("utf-8-sig"),), strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    return [name.strip().lower() for name in row]
