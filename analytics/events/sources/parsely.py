"""The raw data pipeline of Parse.ly: one event a line of JSON, with what is known of its article."""

from __future__ import annotations

import msgspec

from analytics.events.sources.format import (
    BAD_TIME,
    MISSING_ARTICLE,
    MISSING_TIME,
    OTHER_EVENT,
    EventFormat,
    Filtered,
    Head,
    ReadLine,
    Record,
    Rejected,
    SourceSettings,
    is_most,
)
from analytics.events.sources.json_line import decode_line, give_text, name_fields
from analytics.events.sources.moments import read_utc

_MISSING_KIND = Rejected("missing_kind")
_MISSING_SECONDS = Rejected("missing_engaged_seconds")
_LATEST = 10**14


class _Event(msgspec.Struct, gc=False):
    action: str | None = None
    event_id: str | int | None = None
    ts_action: str | None = None
    timestamp_info_nginx_ms: int | None = None
    metadata_canonical_url: str | None = None
    url_clean: str | None = None
    url: str | None = None
    visitor_site_id: str | None = None
    visitor_ip: str | None = None
    user_agent: str | None = None
    session_id: str | int | None = None
    pageview_id: str | int | None = None
    referrer: str | None = None
    engaged_time_inc: float | None = None
    ip_country: str | None = None
    ua_devicetype: str | None = None


class _Article(msgspec.Struct, gc=False):
    metadata_canonical_url: str | None = None
    metadata_title: str | None = None
    metadata_pub_date_tmsp: int | None = None
    metadata_save_date_tmsp: int | None = None
    metadata_section: str | None = None
    metadata_tags: list[str] | None = None
    metadata_authors: list[str] | None = None
    metadata_image_url: str | None = None


_EVENT = msgspec.json.Decoder(_Event)
_ARTICLE = msgspec.json.Decoder(_Article)


def recognise(head: Head) -> bool:
    """Tell whether a file comes from the pipeline."""
    return is_most(head, _is_event)


def make_reader(settings: SourceSettings) -> ReadLine:
    """Make the reader of one file."""
    kinds = dict.fromkeys(settings.share_actions, "share") | {"pageview": "pageview", "heartbeat": "engaged"}

    def read_line(line: bytes) -> Record | Filtered | Rejected:
        event = decode_line(_EVENT, line)
        return _read_event(event, kinds) if isinstance(event, _Event) else event

    return read_line


def read_article(line: bytes) -> dict[str, object] | None:
    """Read what a line says about its article, in native fields; nothing where it says no title.

    Examples
    --------
    >>> read_article(b'{"metadata_canonical_url": "https://velmora.example/a", "metadata_title": "A"}')
    {'article_id': 'https://velmora.example/a', 'url': 'https://velmora.example/a', 'title': 'A'}
    """
    known = decode_line(_ARTICLE, line)
    if not isinstance(known, _Article) or not known.metadata_canonical_url or not known.metadata_title:
        return None
    fields = {
        "article_id": known.metadata_canonical_url,
        "url": known.metadata_canonical_url,
        "title": known.metadata_title,
        "published_at": _give_microseconds(known.metadata_pub_date_tmsp),
        "updated_at": _give_microseconds(known.metadata_save_date_tmsp),
        "section": known.metadata_section,
        "tags": known.metadata_tags,
        "authors": known.metadata_authors,
        "image_url": known.metadata_image_url,
    }
    return {name: value for name, value in fields.items() if value}


def _is_event(line: bytes) -> bool:
    names = name_fields(line)
    return {"action", "apikey"} <= names and not names.isdisjoint({"ts_action", "timestamp_info_nginx_ms"})


def _read_event(event: _Event, kinds: dict[str, str]) -> Record | Filtered | Rejected:
    if not event.action:
        return _MISSING_KIND
    kind = kinds.get(event.action)
    if kind is None:
        return OTHER_EVENT
    occurred_at = _read_time(event)
    if isinstance(occurred_at, Rejected):
        return occurred_at
    address = event.metadata_canonical_url or event.url_clean or event.url
    if not address:
        return MISSING_ARTICLE
    record: Record = {"kind": kind, "occurred_at": occurred_at, "url": address}
    if kind == "engaged":
        if event.engaged_time_inc is None:
            return _MISSING_SECONDS
        record["engaged_seconds"] = event.engaged_time_inc
    session = give_text(event.session_id)
    for name, value in (
        ("event_id", give_text(event.event_id)),
        ("received_at", _give_microseconds(event.timestamp_info_nginx_ms)),
        ("visitor_id", event.visitor_site_id),
        ("ip", event.visitor_ip),
        ("user_agent", event.user_agent),
        # Parse.ly counts the sessions of each visitor from one.
        ("session_id", f"{event.visitor_site_id}.{session}" if session and event.visitor_site_id else None),
        ("pageview_id", give_text(event.pageview_id)),
        ("referrer", event.referrer),
        ("country", event.ip_country),
        ("device", event.ua_devicetype),
    ):
        if value:
            record[name] = value
    return record


def _read_time(event: _Event) -> str | int | Rejected:
    """Give the time of the action; its text is UTC, as the documentation's own example shows beside the epoch."""
    received_at = _give_microseconds(event.timestamp_info_nginx_ms)
    if event.ts_action:
        clock = read_utc(event.ts_action)
        return BAD_TIME if clock is None else clock[0]
    return received_at or MISSING_TIME


def _give_microseconds(milliseconds: int | None) -> int | None:
    """Give epoch microseconds; nothing for what is no time from 1970 on."""
    return milliseconds * 1000 if milliseconds and 0 < milliseconds < _LATEST else None


PARSELY = EventFormat("parsely", recognise, make_reader, read_article)
