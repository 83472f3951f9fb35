"""The BigQuery export of Google Analytics 4 as JSON lines: one event a line, its parameters in a list."""

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

_Whole = int | str | None
_MOST_DIGITS = 18
_MISSING_KIND = Rejected("missing_kind")


class _Value(msgspec.Struct, gc=False):
    string_value: str | None = None
    int_value: _Whole = None
    float_value: float | str | None = None
    double_value: float | str | None = None


class _Parameter(msgspec.Struct, gc=False):
    key: str
    value: _Value | None = None


class _Device(msgspec.Struct, gc=False):
    category: str | None = None


class _Place(msgspec.Struct, gc=False):
    country: str | None = None


class _Privacy(msgspec.Struct, gc=False):
    analytics_storage: str | None = None


class _Event(msgspec.Struct, gc=False):
    event_name: str | None = None
    event_timestamp: _Whole = None
    event_params: list[_Parameter] | None = None
    event_bundle_sequence_id: _Whole = None
    batch_page_id: _Whole = None
    batch_ordering_id: _Whole = None
    batch_event_index: _Whole = None
    user_pseudo_id: str | None = None
    device: _Device | None = None
    geo: _Place | None = None
    privacy_info: _Privacy | None = None


_EVENT = msgspec.json.Decoder(_Event)
_NAMES = frozenset({"event_name", "event_timestamp", "event_params"})


def recognise(head: Head) -> bool:
    """Tell whether a file is such an export."""
    return is_most(head, lambda line: name_fields(line) >= _NAMES)


def make_reader(settings: SourceSettings) -> ReadLine:
    """Make the reader of one file."""
    shares = settings.share_actions

    def read_line(line: bytes) -> Record | Filtered | Rejected:
        event = decode_line(_EVENT, line)
        return _read_event(event, shares) if isinstance(event, _Event) else event

    return read_line


def _read_event(event: _Event, shares: frozenset[str]) -> Record | Filtered | Rejected:
    if not event.event_name:
        return _MISSING_KIND
    parameters = _list_parameters(event)
    kind = _name_kind(event.event_name, shares, parameters)
    address = parameters.get("page_location")
    if kind is None or (kind == "engaged" and not address):
        return OTHER_EVENT
    occurred_at = give_text(event.event_timestamp)
    if not occurred_at:
        return MISSING_TIME
    if not _is_whole(occurred_at):
        return BAD_TIME
    if not address:
        return MISSING_ARTICLE
    record: Record = {"kind": kind, "occurred_at": int(occurred_at), "url": address, "hygiene": "partial"}
    _add_visitor(record, event, parameters)
    if kind == "engaged":
        record["engaged_seconds"] = _read_milliseconds(parameters) / 1000
    for name, value in (
        ("referrer", parameters.get("page_referrer")),
        ("share_network", parameters.get("method") if kind == "share" else None),
        ("device", event.device.category if event.device else None),
        ("country", event.geo.country if event.geo else None),
        ("is_staff", parameters.get("traffic_type") == "internal"),
    ):
        if value:
            record[name] = value
    return record


def _name_kind(name: str, shares: frozenset[str], parameters: dict[str, str]) -> str | None:
    if name == "page_view":
        return "pageview"
    if name in shares:
        return "share"
    return "engaged" if _read_milliseconds(parameters) > 0 else None


def _list_parameters(event: _Event) -> dict[str, str]:
    """Give the parameters as text, the first of a name; those without a value are left out."""
    found: dict[str, str] = {}
    for parameter in event.event_params or ():
        value = parameter.value
        if value is None or parameter.key in found:
            continue
        text = value.string_value
        if text is None:
            text = give_text(value.int_value)
        if text:
            found[parameter.key] = text
    return found


def _read_milliseconds(parameters: dict[str, str]) -> int:
    text = parameters.get("engagement_time_msec", "")
    return int(text) if _is_whole(text) else 0


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _add_visitor(record: Record, event: _Event, parameters: dict[str, str]) -> None:
    """Add the visitor, and what is named by it; without consent there is none, and no two events can be told apart."""
    visitor = event.user_pseudo_id
    if not visitor or (event.privacy_info and event.privacy_info.analytics_storage == "No"):
        return
    page, order, index = (
        give_text(value) or parameters.get(name, "")
        for name, value in (
            ("batch_page_id", event.batch_page_id),
            ("batch_ordering_id", event.batch_ordering_id),
            ("batch_event_index", event.batch_event_index),
        )
    )
    bundle = give_text(event.event_bundle_sequence_id)
    parts = (visitor, give_text(event.event_timestamp), give_text(event.event_name), bundle, page, order, index)
    record["visitor_id"] = visitor
    record["event_id"] = "|".join(parts).rstrip("|")
    session = parameters.get("ga_session_id")
    if session:
        record["session_id"] = f"{visitor}.{session}"
    if page:
        record["pageview_id"] = f"{visitor}.{session or ''}.{page}"


GA4 = EventFormat("ga4", recognise, make_reader)
