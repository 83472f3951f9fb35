"""Files of arrays that are never half-written, and are nothing where they are damaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.whole_file import replacing


def name_file(folder: Path, edition: str, language: str, kind: str) -> Path:
    """Name what is kept of an edition and language by a hash: an edition may be called anything."""
    told = blake2b(f"{edition} {language}".encode(), digest_size=8)
    return folder / f"{told.hexdigest()}.{kind}"


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to one file, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; its folder is made where it is missing.
    arrays : mapping of str to ndarray
        By name; none of Python objects.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def pack_texts(name: str, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Turn texts into two arrays: NumPy's own texts are all as wide as the longest.

    Examples
    --------
    >>> unpack_texts("word", pack_texts("word", ["a", "", "مطر"])).tolist()
    ['a', '', 'مطر']
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([0, *map(len, encoded)])
    return {f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8), f"{name}_ends": ends}


def unpack_texts(name: str, arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.object_]:
    """Turn two arrays back into texts."""
    content, ends = arrays[f"{name}_bytes"].tobytes(), arrays[f"{name}_ends"].tolist()
    texts = [content[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(ends)]
    return np.array(texts, dtype=object)


def name_texts(*names: str) -> list[str]:
    """Name the arrays of texts."""
    return [f"{name}_{part}" for name in names for part in ("bytes", "ends")]


def read_arrays(path: Path, names: Iterable[str]) -> dict[str, NDArray[Any]] | None:
    """Read arrays of a file; None where there is none, it is damaged, or lacks one of them."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in names}
    except Exception:  # noqa: BLE001 - a damaged header may raise anything
        return None
