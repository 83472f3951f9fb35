"""The enriched events of Snowplow: TSV of fixed columns without a header, or CSV or TSV with one."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import msgspec

from analytics.events.sources.format import (
    BAD_TIME,
    BLANK_LINE,
    HEADER,
    MALFORMED_LINE,
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
from analytics.events.sources.moments import read_utc
from analytics.reference_data import read_reference

COLUMNS = tuple(row["column"] for row in read_reference("snowplow_columns"))
"""The columns of the TSV that has no header, in order."""

_WANTED = (
    "event",
    "event_name",
    "se_action",
    "unstruct_event",
    "derived_tstamp",
    "collector_tstamp",
    "page_url",
    "event_id",
    "event_fingerprint",
    "page_referrer",
    "domain_userid",
    "network_userid",
    "user_ipaddress",
    "useragent",
    "domain_sessionid",
    "geo_country",
    "dvce_type",
    "page_view_id",
    "contexts_com_snowplowanalytics_snowplow_web_page_1",
    "contexts",
)
_NAMING = frozenset({"event_id", "collector_tstamp"})
_EVENTS = frozenset({"page_view", "page_ping", "struct", "unstruct", "transaction", "transaction_item"})
_EVENT_PLACE, _COLLECTOR_PLACE = COLUMNS.index("event"), COLUMNS.index("collector_tstamp")
_BAD_RECEIVED = Rejected("bad_received_at")
_MISSING_KIND = Rejected("missing_kind")
_WEB_PAGE, _SOCIAL = "/web_page/jsonschema/", "/social_interaction/jsonschema/"


class _Entity(msgspec.Struct, gc=False):
    schema: str
    data: msgspec.Raw


class _Entities(msgspec.Struct, gc=False):
    data: list[_Entity]


class _Envelope(msgspec.Struct, gc=False):
    data: _Entity


class _WebPage(msgspec.Struct, gc=False):
    id: str


class _Social(msgspec.Struct, gc=False):
    action: str
    network: str = ""


_ENTITIES = msgspec.json.Decoder(_Entities)
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_PAGE = msgspec.json.Decoder(_WebPage)
_PAGES = msgspec.json.Decoder(list[_WebPage])
_INTERACTION = msgspec.json.Decoder(_Social)
_UNREADABLE = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)


@dataclass(frozen=True)
class _Layout:
    """Where the columns are."""

    count: int
    split: Callable[[str], list[str]]
    pick: Callable[[list[str]], tuple[str, ...]]


def recognise(head: Head) -> bool:
    """Tell whether a file holds enriched events, with a header or without."""
    return any(_find_header(line) is not None for line in head) or is_most(head, _is_enriched)


def make_reader(settings: SourceSettings) -> ReadLine:
    """Make the reader of one file."""
    return _Reader(settings)


class _Reader:
    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._layout: _Layout | None = None
        self._header: bytes | None = None

    def __call__(self, line: bytes) -> Record | Filtered | Rejected:
        if self._layout is None:
            self._layout = _find_header(line)
            if self._layout is not None:
                self._header = line
            elif _is_enriched(line):
                self._layout = _lay_out(COLUMNS, _split_tabs)
            else:
                return MALFORMED_LINE if line.strip() else BLANK_LINE
        if line == self._header:
            return HEADER
        try:
            cells = self._layout.split(line.decode())
        except (UnicodeDecodeError, csv.Error):
            return MALFORMED_LINE
        if len(cells) != self._layout.count or b"\0" in line:
            return MALFORMED_LINE if line.strip() else BLANK_LINE
        cells.append("")
        return _read_cells(self._layout.pick(cells), self._settings)


def _is_enriched(line: bytes) -> bool:
    cells = line.decode(errors="replace").split("\t")
    if len(cells) != len(COLUMNS):
        return False
    return cells[_EVENT_PLACE] in _EVENTS or read_utc(cells[_COLLECTOR_PLACE]) is not None


def _find_header(line: bytes) -> _Layout | None:
    try:
        text = line.decode("utf-8-sig").lower()
        split = _split_tabs if "\t" in text else _split_commas
        names = [name.strip().strip('"') for name in split(text)]
    except (UnicodeDecodeError, csv.Error):
        return None
    is_header = set(names) >= _NAMING and not {"event", "event_name"}.isdisjoint(names)
    return _lay_out(names, split) if is_header else None


def _lay_out(names: list[str] | tuple[str, ...], split: Callable[[str], list[str]]) -> _Layout:
    # A column that the file does not have is read from the empty cell that is put behind the last one.
    places = [names.index(name) if name in names else -1 for name in _WANTED]
    return _Layout(len(names), split, itemgetter(*places))


def _split_tabs(text: str) -> list[str]:
    return text.split("\t")


def _split_commas(text: str) -> list[str]:
    return next(csv.reader((text,), strict=True), [])


def _read_cells(cells: tuple[str, ...], settings: SourceSettings) -> Record | Filtered | Rejected:
    event, event_name, action, unstructured, derived, collected, url, *rest = cells
    if not event and not event_name:
        return _MISSING_KIND
    kind, share_network = _name_kind(event or event_name, event_name, action, unstructured, settings)
    if not kind:
        return OTHER_EVENT
    clock = _read_clocks(derived, collected)
    if isinstance(clock, Rejected):
        return clock
    if not url:
        return MISSING_ARTICLE
    occurred_at, second, received_at = clock
    record: Record = {"kind": kind, "occurred_at": occurred_at, "url": url}
    if kind == "engaged":
        record["engaged_seconds"] = settings.snowplow_heartbeat_seconds
        record["heartbeat"] = second // settings.snowplow_heartbeat_seconds
        record["first_heartbeat_seconds"] = settings.snowplow_minimum_visit_seconds
    if received_at:
        record["received_at"] = received_at
    if share_network:
        record["share_network"] = share_network
    _add_reader(record, rest)
    return record


def _read_clocks(derived: str, collected: str) -> tuple[str, int, str] | Rejected:
    """Give the event time, its epoch second, and the time of receipt."""
    received = read_utc(collected) if collected else None
    occurred = read_utc(derived) if derived else received
    if occurred is None:
        return BAD_TIME if derived or collected else MISSING_TIME
    if collected and received is None:
        return _BAD_RECEIVED
    return *occurred, received[0] if received else ""


def _add_reader(record: Record, cells: list[str]) -> None:
    event_id, fingerprint, referrer, visitor, network, address, agent, session, country, device, *pages = cells
    for name, value in (
        ("event_id", f"{event_id}|{fingerprint}" if event_id and fingerprint else event_id),
        ("visitor_id", visitor or network),
        # An anonymised address, such as 192.0.x.x, is that of many people.
        ("ip", "" if "x" in address else address),
        ("user_agent", agent),
        ("session_id", session),
        ("pageview_id", _find_page(*pages)),
        ("referrer", referrer),
        ("country", country),
        ("device", device),
    ):
        if value:
            record[name] = value


def _name_kind(
    event: str, event_name: str, action: str, unstructured: str, settings: SourceSettings
) -> tuple[str, str]:
    """Give the native kind of an event, and the network of a share; no kind where it is none."""
    if event == "page_view":
        return "pageview", ""
    if event == "page_ping":
        return "engaged", ""
    if event == "struct" and action in settings.share_actions:
        return "share", ""
    if "social_interaction" in (event, event_name):
        interaction = _read_interaction(unstructured)
        if interaction and interaction.action in settings.share_actions:
            return "share", interaction.network
    return "", ""


def _read_interaction(unstructured: str) -> _Social | None:
    try:
        entity = _ENVELOPE.decode(unstructured).data
        return _INTERACTION.decode(entity.data) if _SOCIAL in entity.schema else None
    except _UNREADABLE:
        return None


def _find_page(page_view_id: str, page_column: str, contexts: str) -> str:
    """Give the id of the page view, wherever the file has it."""
    if page_view_id:
        return page_view_id
    try:
        if page_column:
            return next((page.id for page in _PAGES.decode(page_column)), "")
        if _WEB_PAGE in contexts:
            pages = (entity.data for entity in _ENTITIES.decode(contexts).data if _WEB_PAGE in entity.schema)
            return next((_PAGE.decode(page).id for page in pages), "")
    except _UNREADABLE:
        return ""
    return ""


SNOWPLOW = EventFormat("snowplow", recognise, make_reader)
