"""A set of reports is published whole, whatever happens on the way."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from analytics.errors import ReportError
from analytics.publish import write
from analytics.publish.documents import Manifest, ManifestFile, decode
from analytics.publish.write import PublishedSet, describe_files, publish_set

OLD = {"en/most-read.json": b"old", "en/read-next/a.json": b"a", "en/read-next/gone.json": b"gone", "x": b"x"}
NEW = {"en/most-read.json": b"new", "en/read-next/a.json": b"a", "ar/index.html": b"page", "x": b"x"}


class CrashError(BaseException):
    """The process dies here."""


def publish(folder: Path, files: Mapping[str, bytes], clock: str = "2026-03-14T12:00:00Z") -> PublishedSet:
    def build(described: tuple[ManifestFile, ...]) -> Manifest:
        as_of = "2026-03-14T12:00:00Z"
        return Manifest("run", as_of, None, None, "fresh", (), "hash", clock, None, described, ())

    return publish_set(folder, files, build)


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_set(folder: Path) -> dict[str, bytes]:
    """Read the set as the manifest names it, and hold the one to the other."""
    tree = read_tree(folder)
    manifest = decode(tree.pop("manifest.json"))
    assert isinstance(manifest, Manifest)
    assert manifest.files == describe_files(tree)
    return tree


@contextmanager
def crash_at(step: int) -> Iterator[None]:
    """Die at the n-th change of the disk."""
    steps = count(1)

    def guard(change: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **kwargs: object) -> object:
            if next(steps) == step:
                raise CrashError
            return change(*args, **kwargs)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in ("mkdir", "link", "rename", "replace", "fsync", "unlink", "rmdir"):
            patch.setattr(os, name, guard(getattr(os, name)))
        for name in ("write_file", "exchange_folders"):
            patch.setattr(write, name, guard(getattr(write, name)))
        yield


def refuse_exchange(_one: Path, other: Path) -> None:
    raise OSError(errno.EINVAL, "no exchange here", str(other))


def test_a_crash_at_any_step_leaves_one_set_whole_and_the_next_publish_heals_it(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    for step in count(1):
        publish(folder, OLD)
        try:
            with crash_at(step):
                publish(folder, NEW)
        except CrashError:
            assert read_set(folder) in (OLD, NEW)
            publish(folder, NEW)
            assert read_set(folder) == NEW
            assert not (tmp_path / ".reports.next").exists()
        else:
            break
    assert step > 20
    assert read_set(folder) == NEW


def test_without_exchange_a_crash_never_shows_a_new_manifest_over_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    monkeypatch.setattr(write, "exchange_folders", refuse_exchange)
    for step in count(1):
        publish(folder, OLD, clock="2026-03-14T11:00:00Z")
        try:
            with crash_at(step):
                publish(folder, NEW)
        except CrashError:
            if b"12:00:00Z" in (folder / "manifest.json").read_bytes().split(b"generated_at")[1]:
                assert NEW.items() <= read_tree(folder).items()
            publish(folder, NEW)
            assert read_set(folder) == NEW
        else:
            break
    assert step > 20
    assert read_set(folder) == NEW


def test_a_crash_in_the_first_publish_leaves_nothing_or_the_whole_set(tmp_path: Path) -> None:
    for step in count(1):
        folder = tmp_path / str(step) / "reports"
        try:
            with crash_at(step):
                publish(folder, NEW)
        except CrashError:
            assert not folder.exists() or read_set(folder) == NEW
            publish(folder, NEW)
            assert read_set(folder) == NEW
        else:
            break


def test_a_reader_that_opened_the_folder_never_sees_a_mixture(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    stop, seen = Event(), []

    def read(handle: int, path: str) -> bytes:
        with open(os.open(path, os.O_RDONLY, dir_fd=handle), "rb") as file:  # noqa: PTH123
            return file.read()

    def watch() -> None:
        while not stop.is_set():
            handle = os.open(folder, os.O_RDONLY)
            manifest = decode(read(handle, "manifest.json"))
            assert isinstance(manifest, Manifest)
            found = {file.path: read(handle, file.path) for file in manifest.files}
            seen.append(found in (OLD, NEW))
            os.close(handle)

    reader = Thread(target=watch)
    reader.start()
    for turn in range(20):
        publish(folder, (NEW, OLD)[turn % 2])
        # The folder a reader holds stays readable until the publish after the next one: the reader lets it go first.
        before = len(seen)
        while len(seen) < before + 2 and reader.is_alive():
            pass
    stop.set()
    reader.join()
    assert len(seen) >= 40
    assert all(seen)


def test_unchanged_content_keeps_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    before = {path: (folder / path).stat() for path in OLD}
    done = publish(folder, NEW)
    assert done.changed == ("ar/index.html", "en/most-read.json")
    assert done.unchanged == ("en/read-next/a.json", "x")
    assert done.removed == ("en/read-next/gone.json",)
    for path in done.unchanged:
        after = (folder / path).stat()
        assert (after.st_ino, after.st_mtime_ns) == (before[path].st_ino, before[path].st_mtime_ns)


def test_a_new_clock_time_alone_replaces_the_manifest_alone(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    inode = folder.stat().st_ino
    assert publish(folder, OLD, clock="2026-03-14T13:00:00Z").changed == ()
    assert folder.stat().st_ino == inode
    assert b"13:00" in (folder / "manifest.json").read_bytes()
    assert read_set(folder) == OLD


def test_the_old_set_is_kept_until_the_next_publish(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    publish(folder, NEW)
    assert read_set(tmp_path / ".reports.previous") == OLD


@pytest.mark.parametrize("can_exchange", [True, False])
def test_files_of_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    (folder / "en" / "robots.txt").write_text("theirs")
    (folder / "link").symlink_to(tmp_path)
    if not can_exchange:
        monkeypatch.setattr(write, "exchange_folders", refuse_exchange)
    publish(folder, NEW)
    assert (folder / "en" / "robots.txt").read_text() == "theirs"
    assert (folder / "link").readlink() == tmp_path
    assert not (folder / "en" / "read-next" / "gone.json").exists()


def test_a_file_of_others_gives_way_to_one_of_the_set(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "en").write_text("theirs")
    publish(folder, NEW)
    assert read_set(folder) == NEW


def test_a_damaged_file_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    publish(folder, OLD)
    (folder / "x").write_bytes(b"y")
    assert publish(folder, OLD).changed == ("x",)
    assert read_set(folder) == OLD


@pytest.mark.parametrize("failing", ["write_file", "exchange_folders"])
def test_a_full_disk_leaves_the_old_set_and_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / "reports"
    publish(folder, OLD)
    monkeypatch.setattr(write, failing, fail)
    with pytest.raises(ReportError, match=r"reports.*No space left"):
        publish(folder, NEW)
    assert read_set(folder) == OLD
    assert not (tmp_path / ".reports.next").exists()
