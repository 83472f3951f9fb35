"""Files that are never half-written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(file: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Open a file whose content takes the place of another's whole; when this ends well, the disk has it.

    Parameters
    ----------
    file : Path
        The file that is replaced; its folder must exist.
    mode : int
        Who may read it, as far as the process lets new files be read.
    """
    fresh = file.with_name(f".{file.name}.next")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as target:
        yield target
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def replace_text(file: Path, text: str, *, mode: int = 0o666) -> None:
    """Replace a file whole; when this returns, the disk has it.

    Parameters
    ----------
    file : Path
        The file; its folder must exist.
    text : str
        Its content, written as UTF-8.
    mode : int
        Who may read it, as far as the process lets new files be read.
    """
    with replacing(file, mode=mode) as target:
        target.write(text.encode("utf-8"))
