"""CSV, record by record, as JSON lines.

A record keeps its place: what is blank or broken becomes a line of its own, so that a line's number is its record's.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

import msgspec

BLANK_LINE = b'{"kind":"\\u0000blank_line"}'
_SURROGATE = re.compile("[\ud800-\udfff]")
_BAD_RECORD = b'{"kind":"\\u0001malformed_line"}\n'


def convert_csv(blocks: Iterable[bytes], field_bytes: int, header: set[str] | None = None) -> Iterator[bytes]:
    r"""Turn CSV records into JSON lines; one that breaks the rules of CSV becomes a line that is no JSON.

    Parameters
    ----------
    blocks : iterable of bytes
        The file, cut anywhere.
    field_bytes : int
        Longest field.
    header : set of str, optional
        Takes up the names of the fields.

    Raises
    ------
    csv.Error
        Where a quote is never closed: what follows it is lost.

    Examples
    --------
    >>> list(convert_csv([b"kind,slot\nsha", b"re,2\r\n"], 100))
    [b'{"kind":"share","slot":"2"}\n']
    """
    csv.field_size_limit(field_bytes)
    records = _read_records(csv.reader(_text_lines(blocks), strict=True))
    names = [name.strip() for name in next(records, None) or []]
    if header is not None:
        # A name that is no UTF-8 can be no column; a record with a value in it is bad.
        header.update(name for name in names if not _SURROGATE.search(name))
    for record in records:
        if record == []:
            yield BLANK_LINE + b"\n"
        elif record is None or len(record) != len(names):
            yield _BAD_RECORD
        else:
            yield _encode_fields({name: value for name, value in zip(names, record, strict=True) if value})


def _read_records(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Give each record, or nothing for one whose quotes are wrong; a quote that never ends is the file's end."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise
            yield None


def _encode_fields(fields: dict[str, str]) -> bytes:
    try:
        text = msgspec.json.encode(fields)
    except UnicodeEncodeError:
        return _BAD_RECORD
    # NUL fits no text that is stored, and the sign of a marker is the reader's own.
    return _BAD_RECORD if b"\\u0000" in text or b"\\u0001" in text else text + b"\n"


def _text_lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """Give the lines with their ends, whichever of the three they are; bytes that are no UTF-8 become surrogates."""
    rest = b""
    for raw in blocks:
        lines = (rest + raw).splitlines(keepends=True)
        # A carriage return at the end may be half of an end of line.
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        for line in lines:
            yield line.decode(errors="surrogateescape")
    if rest:
        yield rest.decode(errors="surrogateescape")
