"""Faults of files: what is damaged, unreadable, unfinished or strange is set aside whole, and the rest loads."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC
from functools import partial
from pathlib import Path

import pytest

from ..newsroom import (  # noqa: TID252 - no package of the tests is on the path
    HOUR,
    MINUTE,
    NOON,
    Newsroom,
    Row,
    article,
    pageview,
    read_tables,
    to_gzip,
    to_ndjson,
    to_parquet,
)
from .invariants import call, call_in_process, suffer, suffer_run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROWS = [pageview(f"a{number % 4}", NOON - number * MINUTE, f"w{number * 7919}") for number in range(400)]
CONTENT = to_ndjson(ROWS)
# Root reads everything, unless these are taken from it.
_POWERS = "-dac_override,-dac_read_search"
WITHOUT_POWERS = ["setpriv", f"--inh-caps={_POWERS}", f"--bounding-set={_POWERS}"] if os.geteuid() == 0 else []


def to_zstd(content: bytes) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


def flip(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 4]) + content[place:][1:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda packed: packed[:-20],
    "checksum": lambda packed: flip(packed, len(packed) - (1 if packed.startswith(b"\x28\xb5") else 7)),
    "flipped": lambda packed: flip(packed, len(packed) // 2),
    "trailing": lambda packed: packed + b"garbage",
}


def count(file: Row) -> tuple[int, ...]:
    return tuple(file[name] for name in ("lines", "loaded", "rejected", "duplicate", "filtered"))


def by_name(files: Iterable[Row]) -> dict[str, Row]:
    return {file["name"]: file for file in files}


def land(newsroom: Newsroom, name: str | bytes, content: bytes, *, is_settled: bool = True) -> Path:
    """Land a file, last changed long ago or in a moment."""
    path = newsroom.workspace.landing / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    changed_at = NOON.replace(tzinfo=UTC).timestamp() if is_settled else time.time() + 30
    os.utime(path, (changed_at, changed_at))
    return path


def count_events(newsroom: Newsroom) -> int:
    (row,) = newsroom.query("select count(*) as events from events.counted")
    return int(row["events"])


def test_truncated_bad_checksum_bit_flipped_and_trailing_garbage_gzip_and_zstd_are_set_aside(
    newsroom: Newsroom,
) -> None:
    paths = [
        newsroom.write(damage(pack(CONTENT)), f"{name}.{pack.__name__}")
        for name, damage in DAMAGES.items()
        for pack in (to_gzip, to_zstd)
    ]
    files = suffer(newsroom, *paths, newsroom.write(CONTENT, "whole.ndjson"))
    assert [count(file) for file in files] == [(0, 0, 0, 0, 0)] * len(paths) + [(400, 400, 0, 0, 0)]
    assert all("damaged or cut short" in file["reason"] for file in files[:-1])


def test_several_members_are_one_file_and_an_empty_file_is_no_rows(newsroom: Newsroom) -> None:
    parts = [to_ndjson(ROWS[start : start + 100]) for start in range(0, 400, 100)]
    contents = [*(b"".join(map(pack, parts[half : half + 2])) for half, pack in ((0, to_gzip), (2, to_zstd))),
                b"", to_gzip(b""), to_zstd(b"")]  # fmt: skip
    files = suffer(newsroom, *(newsroom.write(content, f"{n}.ndjson") for n, content in enumerate(contents)))
    assert [count(file) for file in files] == [(200, 200, 0, 0, 0)] * 2 + [(0, 0, 0, 0, 0)] * 3


def test_corrupt_parquet_is_set_aside(newsroom: Newsroom) -> None:
    content = to_parquet(ROWS)
    damaged = {
        "cut": content[:-40],
        "no-end": content[:-12] + bytes(12),
        "no-footer": content[:-1000] + bytes(992) + content[-8:],
        "start-alone": content[:4] + b"nothing",
    }
    paths = [newsroom.write(one, f"{name}.parquet") for name, one in damaged.items()]
    files = suffer(newsroom, *paths, newsroom.write(content, "whole.parquet"))
    assert [count(file) for file in files] == [(0, 0, 0, 0, 0)] * 4 + [(400, 400, 0, 0, 0)]
    assert all("/" not in file["reason"] for file in files[:-1])  # no path of a moment, which would differ each time


def test_an_unreadable_file_or_folder_is_named_with_the_permission_it_lacks(newsroom: Newsroom) -> None:
    secret, folder = newsroom.write(CONTENT, "secret.ndjson"), newsroom.incoming / "closed"
    folder.mkdir()
    inside = folder / "inside.ndjson"
    inside.write_bytes(CONTENT)
    good = newsroom.write(CONTENT, "good.ndjson")
    secret.chmod(0)
    folder.chmod(0)
    try:
        files = suffer(newsroom, secret, folder, inside, good, call=partial(call_in_process, wrapper=WITHOUT_POWERS))
    finally:
        folder.chmod(0o700)
    found = by_name(files)
    assert "its mode is ----------" in found["secret.ndjson"]["reason"]
    assert "grant permission to read (r) it" in found["secret.ndjson"]["reason"]
    assert "grant permission to read and search (rx) it" in found["closed"]["reason"]
    assert "grant permission to search (x) it" in found["inside.ndjson"]["reason"]
    assert count(found["good.ndjson"]) == (400, 400, 0, 0, 0)


def test_a_file_still_being_written_is_left_until_its_size_and_time_are_stable(newsroom: Newsroom) -> None:
    half = len(CONTENT) // 2
    growing = land(newsroom, "growing.ndjson", CONTENT[:half], is_settled=False)
    land(newsroom, "stable.ndjson", to_ndjson([pageview("a1", NOON - HOUR, "w")]))
    assert [file["name"] for file in suffer_run(newsroom)] == ["stable.ndjson"]
    with growing.open("ab") as file:
        file.write(CONTENT[half:])
    land(newsroom, growing.name, growing.read_bytes())
    files = by_name(suffer_run(newsroom))
    assert count(files["growing.ndjson"]) == (400, 400, 0, 0, 0)
    assert count_events(newsroom) == 441


def test_the_hash_of_the_content_decides_for_a_known_name_and_for_a_new_one(newsroom: Newsroom) -> None:
    path = newsroom.write(to_ndjson(ROWS[:200]), "day.ndjson")
    assert [count(file) for file in suffer(newsroom, path)] == [(200, 200, 0, 0, 0)]
    path = newsroom.write(CONTENT, "day.ndjson")
    copy = newsroom.write(to_ndjson(ROWS[:200]), "copy.ndjson")
    files = by_name(suffer(newsroom, path, copy))
    assert count(files["day.ndjson"]) == (400, 200, 0, 200, 0)
    assert (files["copy.ndjson"]["status"], files["copy.ndjson"]["reason"]) == (
        "skipped",
        "its content was loaded as day.ndjson",
    )


def test_links_out_of_the_folder_dots_fifos_and_strange_names_never_block(newsroom: Newsroom) -> None:
    outside = newsroom.write(CONTENT, "outside.ndjson")
    landing = newsroom.workspace.landing
    land(newsroom, "inside.ndjson", to_ndjson(ROWS[:10]))
    for name, target in {
        "link-out": outside,
        "link-dots": Path("../../..") / outside.parent.name / outside.name,
        "link-in": Path("inside.ndjson"),
        "link-round": Path("link-round"),
    }.items():
        (landing / name).symlink_to(target)
    os.mkfifo(landing / "pipe.ndjson")
    names = [b"new\nline.ndjson", b"*.ndjson", b"[x]?.ndjson", b"caf\xe9.ndjson", b"esc\x1b[31m.ndjson"]
    for number, stored in enumerate(names, 1):
        land(newsroom, stored, to_ndjson(ROWS[number * 10 : number * 10 + 10]))
    files = by_name(suffer_run(newsroom, call_in_process))
    left_out = {name: file["reason"] for name, file in files.items() if file["status"] == "left_out"}
    assert {name: reason.partition(",")[0] for name, reason in left_out.items()} == {
        "link-out": "is a link out of the folder",
        "link-dots": "is a link out of the folder",
        "link-round": "is a link to nothing",
        "pipe.ndjson": "is a pipe",
    }
    taken = {name: file["loaded"] for name, file in files.items() if file["status"] == "loaded"}
    shown = ["new\\nline.ndjson", "*.ndjson", "[x]?.ndjson", "caf\\xe9.ndjson", "esc\\x1b[31m.ndjson"]
    assert taken == dict.fromkeys(["inside.ndjson", *shown], 10)


def test_a_link_out_of_a_named_folder_is_left_out_and_a_named_pipe_is_a_fault(newsroom: Newsroom) -> None:
    folder, outside = newsroom.incoming / "folder", newsroom.write(CONTENT, "outside.ndjson")
    folder.mkdir()
    (folder / "good.ndjson").write_bytes(to_ndjson(ROWS[:10]))
    (folder / "link.ndjson").symlink_to(outside)
    os.mkfifo(folder / "pipe.ndjson")
    walked = call(newsroom, "load", "events", folder)
    assert (walked.exit_code, walked.sentences) == (0, "")
    assert [file["status"] for file in walked.files] == ["loaded", "left_out", "left_out"]
    named = call(newsroom, "load", "events", folder / "pipe.ndjson", folder / "link.ndjson")
    assert (named.exit_code, [file["status"] for file in named.files]) == (65, ["loaded", "set_aside"])


def test_damaged_files_that_landed_are_set_aside_and_named_in_the_runs_row(newsroom: Newsroom) -> None:
    land(newsroom, "a.parquet", to_parquet(ROWS)[:-40])
    land(newsroom, "b.ndjson.gz", to_gzip(CONTENT)[:-20])
    land(newsroom, "c.ndjson", CONTENT)
    files = by_name(suffer_run(newsroom))
    assert [file["status"] for file in files.values()] == ["set_aside", "set_aside", "loaded"]
    (row,) = newsroom.query("select status, exit_code, message from runs.run order by run_number desc limit 1")
    assert (row["status"], row["exit_code"]) == ("done", 65)
    assert row["message"].startswith("a.parquet is set aside: ")


def test_a_damaged_file_alone_is_named_in_a_row_of_runs_too(newsroom: Newsroom) -> None:
    land(newsroom, "b.ndjson.gz", to_gzip(CONTENT)[:-20])
    assert [file["status"] for file in suffer_run(newsroom)] == ["set_aside"]
    assert newsroom.query("select exit_code from runs.run order by run_number") == [{"exit_code": 0}, {"exit_code": 65}]


@pytest.mark.parametrize("name", ["articles[1].parquet", "*.parquet", "articles.parquet.gz"])
def test_landed_articles_are_known_whatever_the_name_or_packing_of_their_parquet(newsroom: Newsroom, name: str) -> None:
    content = to_parquet([article("b1"), article("b2")])
    land(newsroom, name, to_gzip(content) if name.endswith(".gz") else content)
    land(newsroom, "other.parquet", to_parquet(ROWS[:5]))
    found = {name: (file["entity"], count(file)) for name, file in by_name(suffer_run(newsroom)).items()}
    assert found == {name: ("articles", (2, 2, 0, 0, 0)), "other.parquet": ("events", (5, 5, 0, 0, 0))}


def kill_load(newsroom: Newsroom, entity: str, paths: Iterable[Path], seconds: float) -> None:
    command = [sys.executable, "-m", "analytics", "load", entity, *map(str, paths)]
    with subprocess.Popen([*command, "--workspace", str(newsroom.workspace.root)]) as child:
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)


def test_a_kill_at_any_moment_of_loading_is_all_or_nothing(newsroom: Newsroom, published: Path, tmp_path: Path) -> None:
    events = [pageview(f"b{n % 9}", NOON - n * MINUTE / 20, f"w{n % 700}", event_id=f"e{n}") for n in range(30_000)]
    parts = [newsroom.write(to_ndjson(events[start : start + 18_000])) for start in (0, 12_000)]
    articles = newsroom.write([article(f"b{number}") for number in range(9)])
    whole = Newsroom(shutil.copytree(published, tmp_path / "whole"))
    whole.load("articles", articles)
    started = time.monotonic()
    call_in_process(whole, "load", "events", *parts)
    seconds = time.monotonic() - started
    moments = random.Random(7)  # noqa: S311 - moments, no secret
    for _ in range(4):
        kill_load(newsroom, "events", parts, moments.uniform(0.3, 1) * seconds)
        assert count_events(newsroom) - 40 in {0, 18_000, 30_000}
    kill_load(newsroom, "articles", [articles], moments.uniform(0.5, 1))
    newsroom.load("articles", articles)
    suffer(newsroom, *parts)
    with newsroom.open() as one, whole.open() as other:
        assert read_tables(one) == read_tables(other)
