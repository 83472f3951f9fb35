"""The combined access log of nginx and Apache: one request a line."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from analytics.events.sources.assets import is_asset
from analytics.events.sources.format import (
    ASSET,
    BAD_TIME,
    BLANK_LINE,
    MALFORMED_LINE,
    EventFormat,
    Filtered,
    Head,
    ReadLine,
    Record,
    Rejected,
    SourceSettings,
    is_most,
)

# Each character has one way to match, so that nothing is tried twice. Python below 3.11.5 gets possessive groups
# wrong, hence none here.
_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*)"'
_PORT, _ADDRESS_NEXT = r"(?::\d{1,5})? ", r"(?=[\da-fA-F]*[.:][\da-fA-F.:]* )"
_LINE = re.compile(
    # the virtual host, where one stands first
    rf"(?:([^\s:]++){_PORT}{_ADDRESS_NEXT}|(?![^\s:]++{_PORT}{_ADDRESS_NEXT}))"
    r'(\S++) \S++ [^"\[]*+'  # address, identity, user
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\] "
    rf"{_QUOTED} (\d{{3}}|-) (?:\d++|-) {_QUOTED} {_QUOTED}(?: .*+)?",
    re.ASCII | re.DOTALL,
).fullmatch
_ODD_REQUEST = re.compile(r"([A-Za-z]+) +(\S.*?)(?: +HTTP/\d(?:\.\d)?)?").fullmatch
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NO_REQUEST = Filtered("no_request")
_UNKNOWN_METHOD = "UNKNOWN"
_LAST_SECOND = "59"
_ESCAPE = re.compile(r"((?:\\x[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v", "f": "\f", "a": "\a"}
_NOT_SHOWN = dict.fromkeys(range(32), " ")


def recognise(head: Head) -> bool:
    """Tell whether a file is a combined log."""
    return is_most(head, lambda line: _LINE(line.decode(errors="replace")) is not None)


def make_reader(_settings: SourceSettings) -> ReadLine:
    """Make the reader of one log."""
    return read_line


def read_line(line: bytes) -> Record | Filtered | Rejected:
    r"""Read one request.

    Examples
    --------
    >>> read_line(
    ...     b'192.0.2.7 - - [14/Mar/2026:12:00:05 +0100] "GET /a?p=1 HTTP/1.1" 200 512 "-" "Firefox"'
    ... )
    {'kind': 'pageview', 'occurred_at': '2026-03-14T12:00:05+01:00', 'url': '/a?p=1', 'method': 'GET', 'status': 200,
     'ip': '192.0.2.7', 'user_agent': 'Firefox'}
    """
    try:
        match = _LINE(line.decode())
    except UnicodeDecodeError:
        return MALFORMED_LINE
    if match is None or b"\0" in line:
        return MALFORMED_LINE if line.strip() else BLANK_LINE
    host, address, minute, second, zone, request, *rest = match.groups()
    clock = _read_minute(minute, zone)
    if clock is None or second > _LAST_SECOND:
        return BAD_TIME
    method, target = _read_request(request)
    if not target:
        return _NO_REQUEST
    if is_asset(target.partition("?")[0]):
        return ASSET
    record: Record = {
        "kind": "pageview",
        "occurred_at": f"{clock[0]}:{second}{clock[1]}",
        "url": f"https://{host}{target}" if host and target[0] == "/" else target,
        "method": method,
    }
    _add_reader(record, host, address, rest)
    return record


def _add_reader(record: Record, host: str | None, address: str, rest: list[str]) -> None:
    """Add what the log knows beside the request; a hyphen stands for nothing."""
    status, referrer, agent = rest
    if status != "-":
        record["status"] = int(status)
    if address != "-":
        record["ip"] = address
    if agent not in ("-", ""):
        record["user_agent"] = _unescape(agent) if "\\" in agent else agent
    if referrer not in ("-", ""):
        record["referrer"] = _quote_escapes(referrer) if "\\" in referrer else referrer
    if host:
        record["host"] = host


@lru_cache(maxsize=8192)
def _read_minute(minute: str, zone: str) -> tuple[str, str] | None:
    """Give what stands before and behind the seconds of an ISO 8601 time."""
    day, month, year, hour, minutes = re.split("[/:]", minute)
    end = f"{zone[:3]}:{zone[3:]}"
    try:
        start = f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{hour}:{minutes}"
        datetime.fromisoformat(f"{start}:00{end}")
    except ValueError:
        return None
    return start, end


def _read_request(request: str) -> tuple[str, str]:
    """Give a request line's method and target; no target where there was no request."""
    parts = request.split(" ")
    if len(parts) == 3 and parts[2].startswith("HTTP/") and "\\" not in request:  # noqa: PLR2004 - method, target, version
        method, target, _ = parts
    elif request in ("-", ""):
        return "", ""
    elif odd := _ODD_REQUEST(request):
        method, target = odd[1], _quote_escapes(odd[2])
    else:
        method, target = _UNKNOWN_METHOD, _quote_escapes(request)
    if target.startswith("/"):
        # Two slashes would name a host.
        return method, "/" + target.lstrip("/") if target.startswith("//") else target
    return method, target if target.lower().startswith(("http://", "https://")) else f"/{target}"


def _quote_escapes(text: str) -> str:
    r"""Give an address with the log's escapes, and spaces, as the percent-encoding of the same bytes.

    Examples
    --------
    >>> _quote_escapes(r"/caf\xc3\xa9 a\"b")
    '/caf%C3%A9%20a%22b'
    """
    return _ESCAPE.sub(_quote_escape, text).replace(" ", "%20")


def _quote_escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in _read_escape(match))


def _unescape(text: str) -> str:
    r"""Give a text without the log's escapes.

    Examples
    --------
    >>> _unescape(r"caf\xc3\xa9 \"x\" \x22y\x22 \x5Cn")
    'café "x" "y" \\n'
    """
    return _ESCAPE.sub(lambda match: _read_escape(match).decode(errors="replace"), text).translate(_NOT_SHOWN)


def _read_escape(match: re.Match[str]) -> bytes:
    if match[1]:
        return bytes.fromhex(match[1].replace("\\x", ""))
    return _CONTROLS.get(match[2], match[2]).encode()


COMBINED = EventFormat("combined", recognise, make_reader)
