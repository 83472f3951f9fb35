"""Reads a file that is one document, such as a page or a feed, into memory: verified, and small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analytics.errors import InputError
from analytics.lines import _DAMAGE, Caps, _open_verified, _read_blocks

DOCUMENT_BYTES = 32 << 20
_HEAD_BYTES = 1 << 16


def read_whole(path: Path, caps: Caps) -> bytes:
    """Read a file, decompressed and verified.

    Parameters
    ----------
    path : Path
        Plain, gzip or zstd, known by its content.
    caps : Caps
        How much is read; a document never has more than 32 MiB.

    Raises
    ------
    InputError
        Where the file cannot be read, is damaged, or larger than the caps allow.
    """
    limits = replace(caps, file_bytes=min(caps.file_bytes, DOCUMENT_BYTES))
    try:
        with path.open("rb") as file:
            start = file.read(4)
        with _open_verified(path, start) as source:
            return b"".join(_read_blocks(source, path, limits))
    except _DAMAGE as error:
        raise InputError(f"{path.name} is damaged or cut short ({error}); fetch it again from its source") from error


def read_head(path: Path) -> bytes:
    """Read the first 64 KiB of a file, decompressed; nothing where it is damaged."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        with _open_verified(path, start) as source:
            return source.read(_HEAD_BYTES)
    except _DAMAGE:
        return b""
