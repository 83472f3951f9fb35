"""Small files that are never half-written."""

from __future__ import annotations

import os
from pathlib import Path


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
    fresh = file.with_name(f".{file.name}.next")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
