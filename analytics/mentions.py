"""Finds a reader's id in texts: as a word, as it is or as JSON writes it."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_BLOCK = 1 << 20


def match_words(*words: str) -> str:
    r"""Give a regular expression for any of some words in a JSON text; DuckDB, Polars and Python read it.

    Examples
    --------
    >>> [bool(re.search(match_words("ann-1"), text)) for text in ('{"id":"ann-1"}', '{"id":"ann-12"}')]
    [True, False]
    >>> re.search(match_words('a"b'), json.dumps({"id": 'a"b'})) is not None
    True
    """
    spellings = {json.dumps(word, ensure_ascii=is_ascii)[1:-1] for word in words for is_ascii in (True, False)}
    choices = "|".join(re.escape(one) for one in sorted({*spellings, *words}))
    return rf"(?:^|[^\w-])(?:{choices})(?:$|[^\w-])"


def find_mentions(paths: Iterable[Path], word: str) -> tuple[list[Path], list[Path]]:
    """Find the files that hold a word.

    Parameters
    ----------
    paths : iterable of Path
        Lines of text, or Parquet; plain, gzip or zstd, known by their content.
    word : str
        Such as a visitor's id.

    Returns
    -------
    tuple of (list of Path, list of Path)
        The files that hold it; and those that cannot be read to their end, which may.
    """
    found, unread = [], []
    for path in paths:
        try:
            if _is_in_file(path, word):
                found.append(path)
        except (OSError, EOFError, zlib.error, zstd.ZstdError, pl.exceptions.PolarsError):
            unread.append(path)
    return found, unread


def _is_in_file(path: Path, word: str) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        row = pl.struct(pl.all()).struct.json_encode()
        return bool(pl.scan_parquet(path).select(row.str.contains(match_words(word)).any()).collect().item())
    # Bytes have no letters but ASCII ones, so the sides of a word are judged by these alone.
    pattern, overlap = re.compile(match_words(word).encode()), 6 * len(word.encode()) + 2
    with _open_plain(path, start) as source:
        rest = b""
        while block := source.read(_BLOCK):
            if pattern.search(rest + block):
                return True
            rest = (rest + block)[-overlap:]
    return False


def _open_plain(path: Path, start: bytes) -> BinaryIO:
    if start.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.open(path))
    if start == b"\x28\xb5\x2f\xfd":
        return cast("BinaryIO", zstd.open(path))
    return path.open("rb")
