"""Finds input files and opens them: never waits, follows no link out of a folder, says what it left out and why."""

from __future__ import annotations

import glob
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analytics.errors import InputError, NoInputError

if TYPE_CHECKING:
    from analytics.inflate import Caps

_PIECE_BYTES = 1 << 20
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Inputs:
    """What was found under the paths of a command.

    Parameters
    ----------
    files : list of Path
        Regular files, in order.
    refused : list of (Path, str)
        What was named and is no file, or may not be read, and why: a clause that follows the name.
    left_out : list of (Path, str)
        What lies in a folder and is no file of it: a link out of it, a pipe and the like; and why.
    """

    files: list[Path] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)


def list_inputs(paths: Iterable[Path]) -> Inputs:
    """List the files that paths stand for.

    A file stands for itself; a folder for the regular files below it in byte order of name, hidden ones left out; a
    pattern for what it matches, unless a file or a folder has exactly that name.

    Parameters
    ----------
    paths : iterable of Path
        Files, folders and patterns such as ``landing/**/*.gz``.

    Raises
    ------
    NoInputError
        Where a path does not exist and matches nothing.
    """
    found = Inputs()
    for path in paths:
        for match in _expand(path):
            if _is_folder(match):
                _list_folder(match, match.resolve(), found)
            else:
                _take(match, found)
    return found


def list_landed(folder: Path, now: datetime, stable_seconds: float) -> Inputs:
    """List the files of the landing folder that nobody is still writing; nothing where there is no such folder.

    Parameters
    ----------
    folder : Path
        ``data/landing/``.
    now : datetime
        The clock (naive UTC).
    stable_seconds : float
        A file that changed within so many seconds is left for the next run.
    """
    found = list_inputs([folder] if folder.is_dir() else [])
    return Inputs(
        [file for file in found.files if is_settled(file, now, stable_seconds)], found.refused, found.left_out
    )


def is_settled(path: Path, now: datetime, stable_seconds: float) -> bool:
    """Tell whether a file has not changed for a while; one that is gone is not settled.

    Parameters
    ----------
    path : Path
        The file.
    now : datetime
        The clock (naive UTC).
    stable_seconds : float
        How long a while is.
    """
    try:
        changed = timedelta(seconds=path.stat().st_mtime)
    except OSError:
        return False
    return datetime(1970, 1, 1) + changed <= now - timedelta(seconds=stable_seconds)  # noqa: DTZ001 - naive UTC inside


@contextmanager
def held_still(path: Path) -> Iterator[None]:
    """Hash and read a file within this block: it must be the same file, size and time at its end.

    Raises
    ------
    InputError
        Where the file changed meanwhile, also where that is why reading it failed.
    """
    before = _stamp(path)
    try:
        yield
    except Exception as error:
        _refuse_changed(path, before, error)
        raise
    _refuse_changed(path, before, None)


def spool(stream: BinaryIO, folder: Path, caps: Caps) -> Path:
    """Copy a stream, such as stdin, to a file that only its owner may read.

    Parameters
    ----------
    stream : BinaryIO
        Read to its end.
    folder : Path
        Where the copy goes; whoever calls removes it.
    caps : Caps
        A stream larger than ``file_bytes`` is refused.

    Raises
    ------
    InputError
        Where the stream is too large; no copy is left.
    """
    descriptor, name = tempfile.mkstemp(prefix="stdin-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as copy:
            copy.writelines(_read_capped(stream, caps.file_bytes))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def open_regular(path: Path) -> BufferedReader:
    """Open a file without ever waiting for it.

    Raises
    ------
    InputError
        Where it is no regular file (a pipe, a socket, a device, a folder) or may not be read.
    """
    try:
        # The kind is asked first, since opening a pipe or a device may do something to it.
        reason = _find_kind(path.stat().st_mode)
        if not reason:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            reason = _find_kind(os.fstat(descriptor).st_mode)
            if not reason:
                return os.fdopen(descriptor, "rb")
            os.close(descriptor)
    except OSError as error:
        reason = _describe_refusal(path, error)
        raise InputError(f"{printable_name(path)} {reason}") from error
    raise InputError(f"{printable_name(path)} {reason}")


def printable_name(path: Path | str) -> str:
    r"""Give a path as one line of printable text; what is none is escaped.

    Examples
    --------
    >>> printable_name("events\n.ndjson"), printable_name("caf\udce9"), printable_name("مقال")
    ('events\\n.ndjson', 'caf\\xe9', 'مقال')
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def _read_capped(stream: BinaryIO, file_bytes: int) -> Iterator[bytes]:
    total = 0
    while piece := stream.read(_PIECE_BYTES):
        total += len(piece)
        if total > file_bytes:
            raise InputError("stdin holds more than is allowed; see [load] in the settings")
        yield piece


def _expand(path: Path) -> list[Path]:
    if _is_there(path):
        return [path]
    name = str(path)
    # Path.glob takes no absolute pattern.
    found = glob.iglob(name, recursive=True) if glob.has_magic(name) else ()  # noqa: PTH207
    matches = sorted(found, key=os.fsencode)
    if not matches:
        raise NoInputError(f"{printable_name(path)} does not exist; name a file, a folder of files or a pattern")
    return [Path(match) for match in matches]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError:
        return False


def _is_there(path: Path) -> bool:
    """Tell whether something has this name; what may not be asked counts: reading it says which permission it needs."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _list_folder(folder: Path, root: Path, found: Inputs) -> None:
    """Take the folder's files, and those of the folders in it, in byte order of name."""
    try:
        paths = sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=os.fsencode)
    except OSError as error:
        found.refused.append((folder, _describe_refusal(folder, error)))
        return
    for path in paths:
        if path.is_symlink():
            _take_link(path, root, found)
        elif path.is_dir():
            _list_folder(path, root, found)
        else:
            _take_walked(path, found)


def _take_link(path: Path, root: Path, found: Inputs) -> None:
    """Take a link to a file of the same folder; a link to a folder could lead in circles."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        found.left_out.append((path, "is a link to nothing"))
        return
    if not target.is_relative_to(root):
        found.left_out.append((path, "is a link out of the folder"))
    elif target.is_dir():
        found.left_out.append((path, "is a link to a folder"))
    else:
        _take_walked(path, found)


def _take_walked(path: Path, found: Inputs) -> None:
    """Take a file of a folder; nobody named what lies there and is none, so it is no fault of the call."""
    try:
        kind = _find_kind(path.stat().st_mode)
    except OSError:
        kind = ""  # taking it says which permission is missing
    if kind:
        found.left_out.append((path, kind))
    else:
        _take(path, found)


def _take(path: Path, found: Inputs) -> None:
    try:
        open_regular(path).close()
    except InputError as error:
        found.refused.append((path, error.message.removeprefix(f"{printable_name(path)} ")))
    else:
        found.files.append(path)


def _find_kind(mode: int) -> str:
    """Say what a thing is that is no regular file."""
    if stat.S_ISREG(mode):
        return ""
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "a folder")
    return f"is {kind}, not a file; write its content to a file, or pass it on stdin as -"


def _describe_refusal(path: Path, error: OSError) -> str:
    """Say why a file or a folder cannot be read, and which permission is missing."""
    if not isinstance(error, PermissionError):
        return f"cannot be read ({error.strerror}); check that it is a file you may read"
    try:
        state = path.stat()
    except OSError:
        return "may not be read: a folder above it may not be entered; grant permission to search (x) it"
    wanted = "read and search (rx)" if stat.S_ISDIR(state.st_mode) else "read (r)"
    mode = stat.filemode(state.st_mode)
    return f"may not be read: its mode is {mode}, its owner {state.st_uid}; grant permission to {wanted} it"


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise InputError(f"{printable_name(path)} {_describe_refusal(path, error)}") from error
    return state.st_ino, state.st_size, state.st_mtime_ns


def _refuse_changed(path: Path, before: tuple[int, int, int], error: Exception | None) -> None:
    try:
        is_same = _stamp(path) == before
    except InputError:
        is_same = False
    if not is_same:
        name = printable_name(path.name)
        raise InputError(f"{name} is still being written; load it again when it is complete") from error
