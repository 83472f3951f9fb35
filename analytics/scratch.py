"""Folders for what is unpacked while it is read.

Such a folder is locked as long as its process lives, so that what a killed one left can be told from what is in use.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "readership-"


@contextmanager
def open_scratch(parent: Path | None) -> Iterator[Path]:
    """Make a folder that only its owner may read, for as long as the block runs.

    Parameters
    ----------
    parent : Path, optional
        Where, such as ``data/scratch/``; made where missing. The system's own place where none is given.
    """
    if parent:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder, descriptor = _make_locked(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def list_abandoned(parent: Path) -> list[Path]:
    """List the folders below a parent whose process is gone; it can have been killed alone.

    Parameters
    ----------
    parent : Path
        Such as ``data/scratch/``.
    """
    return sorted(path for path in parent.glob(f"{_PREFIX}*") if path.is_dir() and not _is_locked(path))


def remove_abandoned(parent: Path) -> list[Path]:
    """Remove the folders whose process is gone, and give them."""
    abandoned = list_abandoned(parent)
    for folder in abandoned:
        shutil.rmtree(folder, ignore_errors=True)
    return abandoned


def _make_locked(parent: Path | None) -> tuple[Path, int]:
    """Make a folder that nobody can take for abandoned: it gets its name when it is locked."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=parent))
    descriptor = os.open(fresh, os.O_RDONLY | os.O_CLOEXEC)
    with suppress(OSError):  # a file system without locks: what is left there stays
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return fresh.rename(fresh.with_name(fresh.name[1:])), descriptor


def _is_locked(folder: Path) -> bool:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True  # gone, or not ours to judge
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
