"""Reads the bytes of a file, decompressed and verified, in a thread that stays a few pieces ahead."""

from __future__ import annotations

import os
import sys
import threading
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import BinaryIO, cast

from isal import igzip, igzip_lib

from analytics.errors import InputError
from analytics.walk import open_regular, printable_name

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DAMAGE: tuple[type[Exception], ...] = (
    EOFError,
    OSError,
    zlib.error,
    cast("type[Exception]", igzip_lib.IsalError),
    zstd.ZstdError,
)
_PIECE_BYTES = 256 << 10
_PIECES_AHEAD = 32
_HEAD_BYTES = 64 << 10
_FREE_EXPANSION = 64 << 20
_GZIP = b"\x1f\x8b"
# A frame, or a skippable frame: bytes that a tool put there for itself.
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60)))


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


def inflate(source: Path | BinaryIO, caps: Caps) -> Generator[bytes]:
    """Give a file's decompressed bytes in pieces; a consumer that leaves early stops the thread behind it.

    Parameters
    ----------
    source : Path or BinaryIO
        Plain, gzip or zstd, known by its content; a stream must be seekable and is left open.
    caps : Caps
        How much is read.

    Raises
    ------
    InputError
        Where the file cannot be read, is truncated, fails its checksum, is followed by bytes that are not its own,
        or grows past the caps: after the pieces that were still whole, at the latest at the end.
    """
    pieces: Queue[bytes | Exception] = Queue(_PIECES_AHEAD)
    is_stopped = threading.Event()
    thread = threading.Thread(target=_produce, args=(source, caps, pieces, is_stopped), name="inflate", daemon=True)
    thread.start()
    try:
        while piece := pieces.get():
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        # The thread puts a piece and its end at most once it sees the flag, so one emptying makes room enough.
        is_stopped.set()
        while not pieces.empty():
            pieces.get_nowait()
        thread.join()


def read_head(path: Path) -> bytes:
    """Read the first 64 KiB of a file, decompressed, its byte order mark left out; nothing where it is damaged."""
    try:
        with open_verified(path) as source:
            return source.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    except InputError:
        return b""
    except DAMAGE:
        return b""


@contextmanager
def open_verified(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Open a file for reading its decompressed bytes; reading it raises one of `DAMAGE` where it is broken."""
    if isinstance(source, Path):
        with open_regular(source) as file, open_verified(file) as inside:
            yield inside
        return
    start = source.read(4)
    source.seek(-len(start), os.SEEK_CUR)
    if start.startswith(_GZIP):
        with igzip.open(source, "rb") as members:  # type: ignore[no-untyped-call] # isal ships no types for it
            yield cast("BinaryIO", members)
    elif start in _ZSTD:
        with zstd.open(source, "rb") as frames:
            yield cast("BinaryIO", frames)
    else:
        yield source


def _produce(
    source: Path | BinaryIO, caps: Caps, pieces: Queue[bytes | Exception], is_stopped: threading.Event
) -> None:
    end: bytes | Exception = b""
    try:
        for piece in _read_pieces(source, caps):
            pieces.put(piece)
            if is_stopped.is_set():
                break
    except DAMAGE as error:
        end = InputError(f"{_name(source)} is damaged or cut short ({error}); fetch it again from its source")
        end.__cause__ = error
    except Exception as error:  # noqa: BLE001 - whatever it is, the consumer raises it
        end = error
    pieces.put(end)


def _read_pieces(source: Path | BinaryIO, caps: Caps) -> Iterator[bytes]:
    total = 0
    with open_verified(source) as file:
        limit = min(caps.file_bytes, max(_FREE_EXPANSION, caps.expansion_ratio * _stored_bytes(source)))
        while piece := file.read(_PIECE_BYTES):
            total += len(piece)
            if total > limit:
                grown = f"{_name(source)} grows past what is allowed when decompressed"
                raise InputError(f"{grown}; see [load] in the settings")
            yield piece


def _stored_bytes(source: Path | BinaryIO) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    here = source.tell()
    size = source.seek(0, os.SEEK_END)
    source.seek(here)
    return size


def _name(source: Path | BinaryIO) -> str:
    if isinstance(source, Path):
        return printable_name(source.name)
    name = getattr(source, "name", None)
    return printable_name(Path(name).name) if isinstance(name, str) else "the input"
