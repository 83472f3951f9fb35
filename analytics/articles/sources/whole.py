"""Reads a file that is one document, such as a page or a feed, into memory: verified, and small."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from analytics.inflate import Caps, inflate

DOCUMENT_BYTES = 32 << 20


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
    with closing(inflate(path, limits)) as pieces:
        return b"".join(pieces)
