"""Reads lines that hold one JSON object each."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from analytics.events.sources.format import BLANK_LINE, MALFORMED_LINE, Filtered, Rejected

_Row = TypeVar("_Row")
_BAD_FIELD = Rejected("bad_field")
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode_line(decoder: msgspec.json.Decoder[_Row], line: bytes) -> _Row | Filtered | Rejected:
    """Decode a line, or say why it is none.

    Examples
    --------
    >>> decode_line(msgspec.json.Decoder(dict[str, int]), b'{"a": "1"}')
    Rejected(reason='bad_field')
    """
    try:
        # A string that is skipped is not looked into: only this tells whether the whole line is text.
        row = decoder.decode(line.decode())
    except msgspec.ValidationError:
        return _BAD_FIELD if line.lstrip().startswith(b"{") else MALFORMED_LINE
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return MALFORMED_LINE if line.strip() else BLANK_LINE
    return MALFORMED_LINE if b"\\u0000" in line else row


def name_fields(line: bytes) -> frozenset[str]:
    """Name the fields of a line's JSON object; none where it is no object.

    Examples
    --------
    >>> sorted(name_fields(b'{"kind": "share", "url": "/a"}')), name_fields(b"[1]")
    (['kind', 'url'], frozenset())
    """
    fields = decode_line(_FIELDS, line)
    return frozenset(fields) if isinstance(fields, dict) else frozenset()


def give_text(value: object) -> str:
    """Give a value of the source as text, and nothing for a null.

    Examples
    --------
    >>> give_text(6), give_text(None)
    ('6', '')
    """
    return "" if value is None else str(value)
