"""Reads input files line by line: verified decompression, one way to end a line, caps on size.

Whatever the file held, the copy it makes has one JSON text a line, so that a line's number is its row's number.
"""

from __future__ import annotations

import csv
import hashlib
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from isal import igzip, igzip_lib

from analytics.csv_records import BLANK_LINE, convert_csv
from analytics.errors import InputError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LONG_LINE = b'{"kind":"\\u0001line_too_long"}'
_BLOCK = 1 << 20
_FREE_EXPANSION = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PEEKED_LINES = 50
_DAMAGE: tuple[type[Exception], ...] = (
    EOFError,
    OSError,
    zlib.error,
    cast("type[Exception]", igzip_lib.IsalError),
    zstd.ZstdError,
    csv.Error,
    UnicodeDecodeError,
)
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"


@dataclass(frozen=True)
class Caps:
    """How much of a file is read.

    Parameters
    ----------
    line_bytes : int
        Longest line.
    file_bytes : int
        Largest decompressed file.
    expansion_ratio : float
        Largest ratio of decompressed to stored bytes, past the first 64 MiB.
    """

    line_bytes: int
    file_bytes: int
    expansion_ratio: float


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
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check that it is a file you may read") from error


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
    with path.open("rb") as file:
        start = file.read(4)
    if start == _PARQUET:
        return Copy(path, "parquet")
    target = folder / "copy"
    try:
        with _open_verified(path, start) as source:
            blocks = _read_blocks(source, path, caps)
            first = next(blocks, b"").removeprefix(_BYTE_ORDER_MARK)
            form = _detect_form(first, path)
            lines = _chain(first, blocks)
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
    try:
        with path.open("rb") as file:
            start = file.read(4)
        with _open_verified(path, start) as source:
            first = source.read(_BLOCK).removeprefix(_BYTE_ORDER_MARK)
    except _DAMAGE:
        return set()
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


def _open_verified(path: Path, start: bytes) -> BinaryIO:
    if start.startswith(_GZIP):
        return cast("BinaryIO", igzip.open(path, "rb"))  # type: ignore[no-untyped-call] # isal ships no types for it
    if start == _ZSTD:
        return cast("BinaryIO", zstd.open(path, "rb"))
    return path.open("rb")


def _read_blocks(source: BinaryIO, path: Path, caps: Caps) -> Iterator[bytes]:
    stored, total = max(path.stat().st_size, 1), 0
    while block := source.read(_BLOCK):
        total += len(block)
        if total > caps.file_bytes or (total > _FREE_EXPANSION and total > caps.expansion_ratio * stored):
            raise InputError(f"{path.name} grows past what is allowed when decompressed; see [load] in the settings")
        yield block


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


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
            yield _mark_lines(whole, caps)
        if len(rest) > caps.line_bytes or is_skipping:
            if not is_skipping:
                yield LONG_LINE + b"\n"
            rest, is_skipping = b"", True
    if rest.strip() and not is_skipping:
        yield rest.rstrip(b"\r\n") + b"\n"


def _mark_lines(whole: bytes, caps: Caps) -> bytes:
    has_blank = whole.startswith((b"\n", b" ", b"\t")) or any(mark in whole for mark in (b"\n\n", b"\n ", b"\n\t"))
    if not has_blank and len(whole) <= caps.line_bytes:
        return whole
    return b"".join(_mark_line(line, caps) + b"\n" for line in whole.split(b"\n")[:-1])


def _mark_line(line: bytes, caps: Caps) -> bytes:
    if len(line) > caps.line_bytes:
        return LONG_LINE
    return line if line.strip() else BLANK_LINE
