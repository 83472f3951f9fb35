"""Steps on files and folders: the exchange of two folders, and what a publish needs around it."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # Linux, renameat2
_RENAME_SWAP = 2  # macOS, renamex_np

# The kernel, the file system or a mount point refuses; the folders themselves are sound.
CANNOT_EXCHANGE = frozenset(
    {
        errno.EBUSY,
        errno.EINVAL,
        errno.ENOSYS,
        errno.ENOTSUP,
        errno.EPERM,
        errno.EACCES,
        errno.EXDEV,
        errno.EROFS,
    }
)


def exchange_folders(one: Path, other: Path) -> None:
    """Give two folders each other's name, at once: whoever opens a path finds one or the other.

    Raises
    ------
    OSError
        With an errno of `CANNOT_EXCHANGE` where this machine or file system cannot do it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(first, second, _RENAME_SWAP)
        else:
            failed = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other)) from None
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(other))


def write_file(path: Path, content: bytes) -> None:
    """Write a new file; one that exists is an error."""
    with path.open("xb") as file:
        file.write(content)


def sync(paths: Iterable[Path]) -> None:
    """Make files and folders survive a loss of power."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def holds(path: Path, content: bytes) -> bool:
    """Tell whether a path is a file of its own, no link, with exactly this content."""
    try:
        return path.lstat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False


def walk_files(folder: Path) -> Iterable[str]:
    """List every path that is no folder, relative to the folder; links are not followed."""
    start = len(os.path.join(folder, ""))  # noqa: PTH118 - thousands of paths: as text they cost half
    for root, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]  # noqa: PTH114, PTH118
        for name in (*names, *links):
            yield os.path.join(root, name)[start:].replace(os.sep, "/")  # noqa: PTH118


def discard(folder: Path) -> None:
    """Remove a file, a link or a whole folder, if it is there."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def make_parents(target: Path, paths: Iterable[str]) -> None:
    """Make the folders that relative paths need."""
    for parent in sorted({path.rpartition("/")[0] for path in paths}):
        (target / parent).mkdir(parents=True, exist_ok=True)
