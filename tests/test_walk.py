"""Finding files: no surprise under a folder makes a command wait, go astray or stay silent."""

from __future__ import annotations

import io
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analytics.errors import InputError, NoInputError
from analytics.inflate import Caps
from analytics.walk import (
    Inputs,
    held_still,
    is_settled,
    list_inputs,
    list_landed,
    open_regular,
    printable_name,
    spool,
)

CAPS = Caps(line_bytes=1000, file_bytes=3 << 20, expansion_ratio=200.0)
NOW = datetime(2026, 3, 14, 12)  # noqa: DTZ001 - naive UTC inside
NOBODY = 65534


def write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def explain(things: list[tuple[Path, str]]) -> dict[str, str]:
    return {path.name: reason for path, reason in things}


def test_a_folder_stands_for_its_visible_files_in_byte_order(tmp_path: Path) -> None:
    names = ["Z", "a/b", "a/c", "a-b", "é", "مقال"]
    for name in [*names, ".hidden", ".git/config", "a/.x"]:
        write(tmp_path / name)
    found = list_inputs([tmp_path])
    expected = ["Z", "a/b", "a/c", "a-b", "é", "مقال"]
    expected.sort(key=lambda name: [os.fsencode(part) for part in name.split("/")])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == expected
    assert found.refused == []


def test_paths_keep_the_order_they_were_named_in(tmp_path: Path) -> None:
    b, a = write(tmp_path / "b"), write(tmp_path / "a")
    hidden = write(tmp_path / ".hidden")
    assert list_inputs([b, a, hidden]).files == [b, a, hidden]


def test_a_pattern_stands_for_what_it_matches(tmp_path: Path) -> None:
    one, two = write(tmp_path / "x" / "1.gz"), write(tmp_path / "y" / "z" / "2.gz")
    write(tmp_path / "y" / "3.txt")
    assert list_inputs([tmp_path / "**" / "*.gz"]).files == [one, two]
    assert list_inputs([tmp_path / "[xy]"]).files == [one, tmp_path / "y" / "3.txt", two]
    with pytest.raises(NoInputError, match=r"\*\.csv does not exist"):
        list_inputs([tmp_path / "*.csv"])


def test_a_file_whose_name_is_a_pattern_is_taken_as_it_is(tmp_path: Path) -> None:
    star = write(tmp_path / "*.gz")
    write(tmp_path / "other.gz")
    folder = tmp_path / "[ab]"
    inside = write(folder / "1")
    write(tmp_path / "a" / "2")
    assert list_inputs([star, folder]).files == [star, inside]


def test_a_missing_path_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match=r"line\\nbreak does not exist"):
        list_inputs([tmp_path / "line\nbreak"])


def test_links_out_of_the_folder_are_left_out_and_links_within_are_taken(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret")
    folder = tmp_path / "landing"
    inside = write(folder / "sub" / "file")
    for name, target in {
        "out": outside,
        "out-folder": outside.parent,
        "dots": Path("../outside/secret"),
        "within": Path("sub/file"),
        "circle": Path(),
        "loop": Path("loop"),
        "dangling": Path("nothing"),
    }.items():
        (folder / name).symlink_to(target)
    found = list_inputs([folder])
    assert found.files == [inside, folder / "within"]
    assert found.refused == []
    assert explain(found.left_out) == {
        "circle": "is a link to a folder",
        "dangling": "is a link to nothing",
        "dots": "is a link out of the folder",
        "loop": "is a link to nothing",
        "out": "is a link out of the folder",
        "out-folder": "is a link out of the folder",
    }
    assert list_inputs([folder / "out"]).files == [folder / "out"]


def test_pipes_sockets_and_devices_are_left_out_and_refused_where_they_are_named_without_waiting(
    tmp_path: Path,
) -> None:
    folder = Path(tempfile.mkdtemp())  # a socket's path must be short
    try:
        os.mkfifo(folder / "pipe")
        (folder / "zero").symlink_to("/dev/zero")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(folder / "socket"))
            found = list_inputs([folder, folder / "pipe", folder / "socket", Path("/dev/zero")])
    finally:
        shutil.rmtree(folder)
    assert found.files == []
    left_out, refused = (
        [(path.name, reason.split(",")[0]) for path, reason in things] for things in (found.left_out, found.refused)
    )
    assert left_out == [("pipe", "is a pipe"), ("socket", "is a socket"), ("zero", "is a link out of the folder")]
    assert refused == [("pipe", "is a pipe"), ("socket", "is a socket"), ("zero", "is a device")]
    with pytest.raises(InputError, match="is a folder, not a file"):
        open_regular(tmp_path)


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Give a folder that anybody may enter, to a process without a superuser's rights."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    user = os.geteuid()
    try:
        yield folder
    finally:
        os.seteuid(user)
        for path in folder.rglob("*"):
            path.chmod(0o700)
        shutil.rmtree(folder)


def test_what_may_not_be_read_is_refused_with_the_permission_named() -> None:
    with as_nobody() as folder:
        write(folder / "file").chmod(0o200)
        good = write(folder / "good")
        write(folder / "locked" / "inside")
        (folder / "locked").chmod(0o311)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        found = list_inputs([folder])
        owner = (folder / "file").stat().st_uid
        with pytest.raises(InputError, match=r"file may not be read: its mode is --w-------"):
            open_regular(folder / "file")
    assert found.files == [good]
    assert explain(found.refused) == {
        "file": f"may not be read: its mode is --w-------, its owner {owner}; grant permission to read (r) it",
        "locked": f"may not be read: its mode is d-wx--x--x, its owner {owner}; "
        "grant permission to read and search (rx) it",
    }


def test_strange_names_are_data_and_shown_on_one_line(tmp_path: Path) -> None:
    names = [b"new\nline", b"caf\xe9", b"esc\x1b[31m", "bidi\u202e".encode(), b"back\\slash"]
    for name in names:
        write(tmp_path / os.fsdecode(name))
    found = list_inputs([tmp_path])
    assert [os.fsencode(path.name) for path in found.files] == sorted(names)
    assert [printable_name(path.name) for path in found.files] == [
        "back\\slash", "bidi\\u202e", "caf\\xe9", "esc\\x1b[31m", "new\\nline",
    ]  # fmt: skip


def test_a_landed_file_waits_until_it_has_not_changed_for_a_while(tmp_path: Path) -> None:
    for name, age in {"old": 3, "edge": 2, "fresh": 1, "ahead": -60}.items():
        moment = (NOW - timedelta(seconds=age) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - naive UTC
        os.utime(write(tmp_path / name), (moment, moment))
    assert [path.name for path in list_landed(tmp_path, NOW, 2.0).files] == ["edge", "old"]
    assert not is_settled(tmp_path / "gone", NOW, 2.0)
    assert list_landed(tmp_path / "nowhere", NOW, 2.0) == Inputs()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz")
    with held_still(path):
        path.read_bytes()
    for change in (
        lambda: path.write_bytes(b"longer"),
        lambda: os.utime(path, (1, 1)),
        lambda: write(tmp_path / "b").replace(path),
        path.unlink,
    ):
        with pytest.raises(InputError, match=r"a\.gz is still being written"), held_still(path):
            change()
    write(path)
    with pytest.raises(InputError, match="still being written"), held_still(path):
        read_badly(path, b"a half")
    with pytest.raises(InputError, match="damaged"), held_still(path):
        read_badly(path, None)


def read_badly(path: Path, added: bytes | None) -> None:
    if added:
        path.write_bytes(added)
    raise InputError("damaged")


def test_a_stream_is_spooled_to_a_private_file_or_leaves_none(tmp_path: Path) -> None:
    content = b"line\n" * 500_000
    copy = spool(io.BytesIO(content), tmp_path, CAPS)
    assert copy.read_bytes() == content
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copy.unlink()
    with pytest.raises(InputError, match="more than is allowed"):
        spool(io.BytesIO(bytes((3 << 20) + 1)), tmp_path, CAPS)
    assert list(tmp_path.iterdir()) == []
