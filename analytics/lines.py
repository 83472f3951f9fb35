"""Reads files as blocks of whole lines: one way to end a line, numbers and offsets kept, caps on size.

A line that no format could read becomes a marker, so that a line's number stays its row's number.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from analytics.csv_records import BLANK_LINE, convert_csv
from analytics.errors import InputError
from analytics.inflate import DAMAGE, Caps, inflate, open_verified
from analytics.walk import open_regular, printable_name

__all__ = [
    "Array",
    "Caps",
    "Copy",
    "LineBlock",
    "copy_lines",
    "find_other_codec",
    "hash_file",
    "mark",
    "peek_fields",
    "read_blocks",
    "read_object",
]

Array = npt.NDArray[Any]
LONG_LINE = b'{"kind":"\\u0001line_too_long"}'
_BLOCK = 1 << 20
_BYTES_A_LINE = 128
_LINE_FEED, _SPACE = 10, 32
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# By byte order mark, or by how an object begins; UTF-32's mark begins with one of UTF-16's, so it is asked first.
_OTHER_CODECS = {
    "UTF-32": (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b'{\0\0\0"\0\0\0', b'\0\0\0{\0\0\0"'),
    "UTF-16": (b"\xff\xfe", b"\xfe\xff", b'{\0"\0', b'\0{\0"'),
}
_PEEKED_LINES = 50
_DAMAGE: tuple[type[Exception], ...] = (*DAMAGE, csv.Error, UnicodeDecodeError)
_PARQUET = b"PAR1"
_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class LineBlock:
    r"""Some whole lines of a file.

    Parameters
    ----------
    data : bytes
        The lines, each ended by a line feed; before it a carriage return may stand, and nowhere else.
    first_line : int
        Number of the first line, from 1.
    lines : int
        How many there are.
    offset : int
        Where the first line starts in the decompressed file.
    starts : array of int
        Where each line starts in `data`, and at last where it ends.
    origins : array of int
        Where each line starts in the decompressed file, and at last where the block ends.
    marked : frozenset of int
        Numbers of the lines that are markers: the only ones whose text is not the file's own.

    Examples
    --------
    >>> block = LineBlock.of(b"one\r\ntwo\nthree\n", first_line=7, offset=100)
    >>> block.lines, block.line(7), block.offset_of(9)
    (3, b'one', 109)
    """

    data: bytes
    first_line: int
    lines: int
    offset: int
    starts: Array = field(repr=False, compare=False)
    origins: Array = field(repr=False, compare=False)
    marked: frozenset[int] = frozenset()

    @classmethod
    def of(cls, data: bytes, first_line: int = 1, offset: int = 0) -> LineBlock:
        """Make a block of lines that each end with a line feed."""
        starts = np.append(0, _find_ends(data) + 1)
        return cls(data, first_line, len(starts) - 1, offset, starts, starts + offset)

    def line(self, number: int) -> bytes:
        """Give a line's text without its end."""
        index = number - self.first_line
        return self.data[self.starts[index] : self.starts[index + 1] - 1].removesuffix(b"\r")

    def offset_of(self, number: int) -> int:
        """Say where a line starts in the decompressed file, also where the block holds a marker for it."""
        return int(self.origins[number - self.first_line])

    def replace_lines(self, markers: Mapping[int, bytes]) -> LineBlock:
        """Put markers in the place of lines.

        Parameters
        ----------
        markers : mapping of int to bytes
            By the number of the line, as `mark` gives them.
        """
        if not markers:
            return self
        numbers = sorted(markers)
        indices = np.array(numbers) - self.first_line
        lengths = np.diff(self.starts)
        lengths[indices] = [len(markers[number]) + 1 for number in numbers]
        kept_from = [0, *self.starts[indices + 1].tolist()]
        kept_to = [*self.starts[indices].tolist(), len(self.data)]
        texts = [*(markers[number] + b"\n" for number in numbers), b""]
        view = memoryview(self.data)
        kept = (view[start:end] for start, end in zip(kept_from, kept_to, strict=True))
        data = b"".join(itertools.chain.from_iterable(zip(kept, texts, strict=True)))
        starts = np.append(0, np.cumsum(lengths))
        marked = self.marked.union(numbers)
        return LineBlock(data, self.first_line, self.lines, self.offset, starts, self.origins, marked)


def mark(reason: str, *, is_reject: bool) -> bytes:
    r"""Give the marker that stands for a line which is not loaded.

    Parameters
    ----------
    reason : str
        Why.
    is_reject : bool
        Whether the line is bad; else it is filtered.

    Examples
    --------
    >>> mark("blank_line", is_reject=False), mark("line_too_long", is_reject=True)
    (b'{"kind":"\\u0000blank_line"}', b'{"kind":"\\u0001line_too_long"}')
    """
    return b'{"kind":"\\u000%d%b"}' % (is_reject, reason.encode())


_BLANK, _TOO_LONG = mark("blank_line", is_reject=False), mark("line_too_long", is_reject=True)


def read_blocks(source: Path | BinaryIO, caps: Caps, *, block_bytes: int = 1 << 20) -> Iterator[LineBlock]:
    """Give a file's lines, decompressed and verified, in blocks; blank and too long ones are markers.

    Parameters
    ----------
    source : Path or BinaryIO
        Plain, gzip or zstd, known by its content; a stream must be seekable and is left open.
    caps : Caps
        How much is read; of a line that is too long, no more than so much is ever held.
    block_bytes : int
        About how large a block is; one of very short lines is smaller.

    Raises
    ------
    InputError
        Where the file cannot be read, is damaged, too large, UTF-16 or UTF-32: at the latest at the end.
    """
    name = printable_name(source.name) if isinstance(source, Path) else "the input"
    with closing(inflate(source, caps)) as pieces:
        first = next(pieces, b"")
        if codec := find_other_codec(first):
            raise InputError(f"{name} is {codec}; save it as UTF-8")
        first_line, offset = 1, len(_BYTE_ORDER_MARK) * first.startswith(_BYTE_ORDER_MARK)
        text = _end_lines(itertools.chain([first[offset:]], pieces))
        for data, starts, dropped in _Assembly(caps.line_bytes, block_bytes).cut_blocks(text):
            origins = starts + offset
            origins[-1] += dropped
            block = LineBlock(data, first_line, len(starts) - 1, offset, starts, origins)
            yield block.replace_lines(_mark_lines(block, caps.line_bytes))
            first_line, offset = first_line + block.lines, int(origins[-1])


def find_other_codec(first: bytes) -> str | None:
    r"""Name the encoding of a text that is no UTF-8, by how it begins.

    Examples
    --------
    >>> find_other_codec(b'\xff\xfe{\0"\0'), find_other_codec(b'{"kind":"share"}')
    ('UTF-16', None)
    """
    return next((codec for codec, beginnings in _OTHER_CODECS.items() if first.startswith(beginnings)), None)


@dataclass
class _Assembly:
    """Pieces on their way to a block: whole lines, and the beginning of one more."""

    line_bytes: int
    block_bytes: int
    held: list[bytes] = field(default_factory=list)
    ends: list[Array] = field(default_factory=list)
    size: int = 0
    lines: int = 0
    unfinished: int = 0
    dropped: int = 0

    def cut_blocks(self, pieces: Iterable[bytes]) -> Iterator[tuple[bytes, Array, int]]:
        """Give whole lines, where they start, and how many bytes of the last one, too long to keep, are missing."""
        for piece in pieces:
            ends = _find_ends(piece)
            rest = piece
            if self.unfinished > self.line_bytes:
                if not len(ends):
                    self.dropped += len(piece)
                    continue
                self.dropped += int(ends[0])
                rest, ends = piece[ends[0] + 1 :], ends[1:] - (ends[0] + 1)
                yield self._end_line()
            cut = int(ends[-1]) + 1 if len(ends) else 0
            is_dense = self.lines + len(ends) > self.block_bytes // _BYTES_A_LINE
            if cut and (is_dense or self.size + cut >= self.block_bytes):
                self._hold(rest[:cut], ends)
                yield self._give()
                rest, ends = rest[cut:], ends[:0]
            self._hold(rest, ends)
        if self.unfinished:
            yield self._end_line()
        elif self.size:
            yield self._give()

    def _hold(self, piece: bytes, ends: Array) -> None:
        self.held.append(piece)
        self.ends.append(ends + self.size)
        self.size += len(piece)
        self.lines += len(ends)
        self.unfinished = len(piece) - int(ends[-1]) - 1 if len(ends) else self.unfinished + len(piece)

    def _end_line(self) -> tuple[bytes, Array, int]:
        self._hold(b"\n", np.zeros(1, np.int64))
        return self._give()

    def _give(self) -> tuple[bytes, Array, int]:
        starts = np.concatenate([np.zeros(1, np.int64), *self.ends])
        starts[1:] += 1
        given = b"".join(self.held), starts, self.dropped
        self.held, self.ends = [], []
        self.size = self.lines = self.unfinished = self.dropped = 0
        return given


def _end_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Turn carriage returns that end a line alone into line feeds."""
    rest = b""
    for raw in pieces:
        piece = raw
        if rest or b"\r" in raw:
            piece = rest + raw
            # A carriage return at the end may be half of an end of line.
            rest = piece[-1:] if piece.endswith(b"\r") else b""
            piece = _end_piece(piece.removesuffix(b"\r"))
        if piece:
            yield piece
    if rest:
        yield b"\n"


def _end_piece(piece: bytes) -> bytes:
    if b"\r\n" not in piece:
        return piece.replace(b"\r", b"\n")
    if piece.count(b"\r") == piece.count(b"\r\n"):
        return piece
    return _LONE_RETURN.sub(b"\n", piece)


def _find_ends(data: bytes) -> Array:
    """Find the line feeds; a piece that fits the processor's cache at a time."""
    text = np.frombuffer(data, np.uint8)
    found = [np.flatnonzero(text[at : at + _BLOCK] == _LINE_FEED) + at for at in range(0, len(data), _BLOCK)]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _mark_lines(block: LineBlock, line_bytes: int) -> dict[int, bytes]:
    starts = block.starts
    begins_blank = np.frombuffer(block.data, np.uint8)[starts[:-1]] <= _SPACE
    is_long = np.diff(starts) - 1 > line_bytes
    numbers = (np.flatnonzero(begins_blank & ~is_long) + block.first_line).tolist()
    blank = {number: _BLANK for number in numbers if not block.line(number).strip()}
    return blank | dict.fromkeys((np.flatnonzero(is_long) + block.first_line).tolist(), _TOO_LONG)


@dataclass(frozen=True)
class Copy:
    """A file as the loaders read it.

    Parameters
    ----------
    path : Path
        NDJSON, or Parquet as it came.
    format : str
        ndjson, csv or parquet.
    """

    path: Path
    format: str

    @property
    def first_line(self) -> int:
        """Number of the first record's line; a CSV's header is line 1."""
        return 2 if self.format == "csv" else 1


def hash_file(path: Path) -> str:
    """Give the hash of a file's bytes, as the ledger knows it.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    with open_regular(path) as file:
        try:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError as error:
            name = printable_name(path)
            raise InputError(f"{name} cannot be read ({error.strerror}); check the disk it is on") from error


def copy_lines(path: Path, folder: Path, caps: Caps) -> Copy:
    """Copy a file, decompressed and verified, with one JSON text a line.

    Parameters
    ----------
    path : Path
        NDJSON, CSV or Parquet; plain, gzip or zstd, known by its content.
    folder : Path
        Where the copy goes.
    caps : Caps
        How much is read.

    Raises
    ------
    InputError
        Where the file is truncated, fails its checksum, or is larger than the caps allow.
    """
    with open_regular(path) as file:
        if file.read(4) == _PARQUET:
            return Copy(path, "parquet")
    target = folder / "copy"
    try:
        with closing(inflate(path, caps)) as blocks:
            first = next(blocks, b"").removeprefix(_BYTE_ORDER_MARK)
            form = _detect_form(first, path)
            lines: Iterator[bytes] = itertools.chain([first], blocks)
            if form != "parquet":
                lines = _normalise(lines, caps) if form == "ndjson" else convert_csv(lines, caps.line_bytes)
            with target.open("wb") as copy:
                copy.writelines(lines)
    except _DAMAGE as error:
        raise InputError(f"{path.name} is damaged or cut short ({error}); fetch it again from its source") from error
    return Copy(target, form)


def peek_fields(path: Path) -> set[str]:
    """Name the fields of the first records of an NDJSON or CSV file; nothing where it is neither or damaged.

    Parameters
    ----------
    path : Path
        Plain, gzip or zstd.
    """
    first = b""
    with suppress(InputError, *_DAMAGE), open_verified(path) as source:
        first = source.read(_BLOCK).removeprefix(_BYTE_ORDER_MARK)
    if _detect_form(first, path) == "csv":
        header = b"".join(first.splitlines()[:1]).decode(errors="replace")
        return {name.strip() for name in next(csv.reader([header]), [])}
    return {name for line in first.splitlines()[:_PEEKED_LINES] for name in read_object(line)}


def read_object(line: bytes) -> dict[str, msgspec.Raw]:
    """Read a JSON object's fields without their values; empty where the line is none.

    Examples
    --------
    >>> list(read_object(b'{"kind": "share"}')), read_object(b"[1]")
    (['kind'], {})
    """
    try:
        return msgspec.json.decode(line.decode(), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _detect_form(first: bytes, path: Path) -> str:
    if first.startswith(_PARQUET):
        return "parquet"
    names = path.name.removesuffix(".gz").removesuffix(".zst")
    if names.endswith(".csv"):
        return "csv"
    looks_like_json = first.lstrip()[:1] in (b"{", b"") or names.endswith((".ndjson", ".jsonl", ".json"))
    if looks_like_json or b"," not in first.split(b"\n", 1)[0]:
        return "ndjson"
    return "csv"


def _normalise(blocks: Iterator[bytes], caps: Caps) -> Iterator[bytes]:
    """Give whole lines in blocks; blank and too long ones become markers, so that every line keeps its number."""
    rest, is_skipping = b"", False
    for raw in blocks:
        block = rest + raw
        if b"\r" in block:
            held = block.endswith(b"\r")
            block = (block[:-1] if held else block).replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\r" * held
        cut = block.rfind(b"\n") + 1
        whole, rest = block[:cut], block[cut:]
        if is_skipping and whole:
            whole, is_skipping = whole[whole.index(b"\n") + 1 :], False
        if whole:
            yield _mark_whole(whole, caps)
        if len(rest) > caps.line_bytes or is_skipping:
            if not is_skipping:
                yield LONG_LINE + b"\n"
            rest, is_skipping = b"", True
    if rest.strip() and not is_skipping:
        yield rest.rstrip(b"\r\n") + b"\n"


def _mark_whole(whole: bytes, caps: Caps) -> bytes:
    has_blank = whole.startswith((b"\n", b" ", b"\t")) or any(mark in whole for mark in (b"\n\n", b"\n ", b"\n\t"))
    if not has_blank and len(whole) <= caps.line_bytes:
        return whole
    return b"".join(_mark_one(line, caps) + b"\n" for line in whole.split(b"\n")[:-1])


def _mark_one(line: bytes, caps: Caps) -> bytes:
    if len(line) > caps.line_bytes:
        return LONG_LINE
    return line if line.strip() else BLANK_LINE
