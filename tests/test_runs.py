"""Runs: a set is published whole or not at all, twice is once, and nobody is in anybody's way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from analytics.errors import CheckFailed, UsageError
from analytics.publish.validate import validate_reports
from analytics.walk import list_landed

from .conftest import Readership
from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview, read_tables, to_ndjson

ARTICLES = [article(f"a{n}", section=("Politics", "Sports")[n % 2], tags=["Floods", f"Tag {n}"]) for n in range(6)]


def reads(count: int, start: int = 0) -> list[Row]:
    return [
        pageview(f"a{n % 6}", NOON - n * MINUTE, f"v{n % 9}", event_id=f"e{n}") for n in range(start, start + count)
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a newsroom of six articles and 60 pageviews, published, for the tests to copy."""
    newsroom = Newsroom(tmp_path_factory.mktemp("published") / "newsroom")
    newsroom.load("articles", ARTICLES)
    newsroom.load("events", reads(60))
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return Newsroom(shutil.copytree(published, tmp_path / "newsroom"))


def read_manifest(newsroom: Newsroom) -> Row:
    content: Row = json.loads((newsroom.workspace.reports / "manifest.json").read_bytes())
    return content


def hash_reports(newsroom: Newsroom) -> dict[str, str]:
    hashes = hash_files(newsroom.workspace.reports)
    return {path: value for path, value in hashes.items() if path != "manifest.json"}


def test_a_run_publishes_a_set_that_is_fresh_valid_and_named_file_by_file(newsroom: Newsroom) -> None:
    manifest = read_manifest(newsroom)
    assert (manifest["status"], manifest["as_of"], manifest["data_through"]) == ("fresh", *["2024-05-15T12:00:00Z"] * 2)
    assert {file["path"]: file["sha256"] for file in manifest["files"]} == hash_reports(newsroom)
    assert validate_reports(newsroom.workspace.reports) == []


def test_a_second_run_without_news_changes_nothing_but_the_manifests_clock(newsroom: Newsroom) -> None:
    manifest, reports, snapshot = read_manifest(newsroom), hash_reports(newsroom), newsroom.workspace.snapshot
    before = (snapshot.stat().st_mtime_ns, snapshot.read_bytes())
    newsroom.now += DAY
    assert not newsroom.run().is_news
    assert hash_reports(newsroom) == reports
    assert (snapshot.stat().st_mtime_ns, snapshot.read_bytes()) == before
    assert read_manifest(newsroom) == manifest | {"generated_at": "2024-05-21T00:00:00Z"}
    assert newsroom.query("select count(*) as runs from runs.run") == [{"runs": 1}]


def test_a_report_that_was_lost_or_spoilt_is_made_again_by_the_next_run(newsroom: Newsroom) -> None:
    reports, folder = hash_reports(newsroom), newsroom.workspace.reports
    (folder / "en" / "most-read.json").unlink()
    (folder / "site" / "most-read.json").write_text("{}")
    newsroom.run()
    assert hash_reports(newsroom) == reports


def test_a_snapshot_that_was_lost_is_made_again_by_the_next_run(newsroom: Newsroom) -> None:
    newsroom.workspace.snapshot.unlink()
    newsroom.run()
    assert newsroom.workspace.snapshot.is_file()


def test_a_file_that_was_loaded_before_is_no_news(newsroom: Newsroom) -> None:
    newsroom.load("events", reads(60))
    assert not newsroom.run().is_news


def test_the_same_content_is_the_same_run_in_another_workspace(newsroom: Newsroom, tmp_path: Path) -> None:
    other = Newsroom(tmp_path / "other", now=newsroom.now + HOUR)
    other.load("events", reads(20), reads(40, 20))
    other.load("articles", ARTICLES)
    other.run()
    assert hash_reports(other) == hash_reports(newsroom)
    assert read_manifest(other)["run_id"] == read_manifest(newsroom)["run_id"]


@contextmanager
def write_into(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path)) as connection:
        yield connection


def test_a_failed_check_keeps_the_last_good_set_and_says_degraded(newsroom: Newsroom, readership: Readership) -> None:
    reports, snapshot = hash_reports(newsroom), newsroom.workspace.snapshot.read_bytes()
    newsroom.load_events(pageview("a1", NOON - 2 * HOUR, "late"))
    with write_into(newsroom.workspace.warehouse) as connection:
        connection.execute("update rollups.article_hourly set reads = reads + 1 where article_id = 'a1'")
    with pytest.raises(CheckFailed, match="the last good reports stay") as caught:
        newsroom.run()
    assert hash_reports(newsroom) == reports
    assert newsroom.workspace.snapshot.read_bytes() == snapshot
    manifest = read_manifest(newsroom)
    assert (manifest["status"], manifest["reasons"]) == ("degraded", [caught.value.message])
    assert validate_reports(newsroom.workspace.reports) == []
    done = readership("run", "--workspace", newsroom.workspace.root)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"readership: {caught.value.message}\n"
    runs = newsroom.query("select status, exit_code, message from runs.run order by run_number")
    withheld = {"status": "withheld", "exit_code": 1, "message": caught.value.message}
    assert runs == [{"status": "done", "exit_code": 0, "message": None}, withheld, withheld]


def test_a_run_is_fresh_again_as_soon_as_the_check_holds(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a1", NOON - 2 * HOUR, "late"))
    spoil = "update rollups.article_hourly set reads = reads {} 1 where article_id = 'a1'"
    with write_into(newsroom.workspace.warehouse) as connection:
        connection.execute(spoil.format("+"))
    with pytest.raises(CheckFailed):
        newsroom.run()
    with write_into(newsroom.workspace.warehouse) as connection:
        connection.execute(spoil.format("-"))
    assert newsroom.run().is_news
    assert (read_manifest(newsroom)["status"], read_manifest(newsroom)["reasons"]) == ("fresh", [])


def test_an_older_moment_is_published_only_by_force(newsroom: Newsroom) -> None:
    reports = hash_reports(newsroom)
    with pytest.raises(UsageError, match="--force"):
        newsroom.run(NOON - HOUR)
    assert hash_reports(newsroom) == reports
    newsroom.run(NOON - HOUR, is_forced=True)
    assert read_manifest(newsroom)["as_of"] == "2024-05-15T11:00:00Z"
    newsroom.run(NOON - HOUR + MINUTE / 120)
    assert read_manifest(newsroom)["as_of"] == "2024-05-15T11:00:00.500000Z"


def test_going_back_and_forth_gives_the_same_bytes_again(newsroom: Newsroom) -> None:
    reports = hash_reports(newsroom)
    newsroom.run(NOON - HOUR, is_forced=True)
    assert hash_reports(newsroom) != reports
    fresh = Newsroom(newsroom.workspace.root.with_name("fresh"))
    fresh.load("articles", ARTICLES)
    fresh.load("events", reads(60))
    fresh.run(NOON - HOUR)
    fresh.run(NOON)
    newsroom.run(NOON)
    assert hash_reports(newsroom) == hash_reports(fresh)


def test_articles_without_a_read_are_published_as_latest_and_stale(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load("articles", ARTICLES)
    newsroom.run()
    manifest = read_manifest(newsroom)
    assert manifest["status"] == "stale"
    assert manifest["reasons"]
    document = json.loads((newsroom.workspace.reports / "en" / "most-read.json").read_bytes())
    assert len(document["items"]) == 6
    assert {item["basis"] for item in document["items"]} == {document["basis"]} == {"latest"}
    assert validate_reports(newsroom.workspace.reports) == []


HOLD = """
import sys
from pathlib import Path
from analytics.warehouse import lock_warehouse
with lock_warehouse(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def start(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def tell(child: subprocess.Popen[str], text: str = "\n") -> None:
    assert child.stdin
    child.stdin.write(text)
    child.stdin.flush()


def hear(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def test_a_second_run_leaves_with_75_and_names_the_first(newsroom: Newsroom, readership: Readership) -> None:
    reports = hash_files(newsroom.workspace.reports)
    with start("-c", HOLD, newsroom.workspace.warehouse) as first:
        assert hear(first) == "held"
        second = readership("run", "--workspace", newsroom.workspace.root)
    assert (second.returncode, second.stdout) == (75, "")
    assert f"process {first.pid} holds the warehouse" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert hash_files(newsroom.workspace.reports) == reports


def test_a_run_that_may_wait_goes_on_when_the_first_is_done(newsroom: Newsroom) -> None:
    with start("-c", HOLD, newsroom.workspace.warehouse) as first:
        assert hear(first) == "held"
        with start("-m", "analytics", "run", "--wait", "--workspace", newsroom.workspace.root) as second:
            time.sleep(1.5)
            assert second.poll() is None
            tell(first)
            assert second.wait(60) == 0


def test_a_lock_dies_with_the_process_that_held_it(newsroom: Newsroom) -> None:
    with start("-c", HOLD, newsroom.workspace.warehouse) as first:
        assert hear(first) == "held"
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert not newsroom.run().is_news


READ = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    while True:
        print(connection.execute("select count(*) from events.counted").fetchone()[0], flush=True)
        sys.stdin.readline()
"""


def test_an_open_reader_of_the_snapshot_stops_no_run_and_reads_the_old_data_to_the_end(newsroom: Newsroom) -> None:
    with start("-c", READ, newsroom.workspace.snapshot) as reader:
        assert hear(reader) == "60"
        newsroom.load("events", reads(30, 60))
        assert newsroom.run().is_news
        tell(reader)
        assert hear(reader) == "60"
        with start("-c", READ, newsroom.workspace.snapshot) as later:
            assert hear(later) == "90"


CONSISTENT = """
select
    (select count(*) from events.counted where kind = 'pageview' and article_id is not null) as counted,
    (select sum(pageviews)::bigint from rollups.article_hourly) as rolled,
    (select sum(loaded)::bigint from loads.file where entity = 'events') as loaded,
    (select count(*) from runs.run) as runs
"""


def test_the_snapshot_and_the_reports_are_whole_before_during_and_after_a_run(newsroom: Newsroom) -> None:
    newsroom.load("events", reads(400, 60))
    seen: list[tuple[int, ...]] = []
    with start("-m", "analytics", "run", "--workspace", newsroom.workspace.root) as child:
        is_over = False
        while not is_over:
            is_over = child.poll() is not None
            with duckdb.connect(str(newsroom.workspace.snapshot), read_only=True) as connection:
                seen += connection.execute(CONSISTENT).fetchall()
            assert (newsroom.workspace.reports / "manifest.json").is_file()
            time.sleep(0.05)
    assert child.returncode == 0
    assert set(seen) == {(60, 60, 60, 1), (460, 460, 460, 2)}
    assert seen == sorted(seen)
    assert validate_reports(newsroom.workspace.reports) == []


def land(newsroom: Newsroom, name: str, content: bytes, age_seconds: float = 60) -> Path:
    path = newsroom.workspace.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    changed_at = time.time() - age_seconds
    os.utime(path, (changed_at, changed_at))
    return path


def test_a_run_loads_what_landed_articles_first_and_leaves_the_files(tmp_path: Path, readership: Readership) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    landed = [
        land(newsroom, "a-events.ndjson", to_ndjson(reads(60))),
        land(newsroom, "2024/05/z articles *.ndjson", to_ndjson(ARTICLES)),
        land(newsroom, "empty.csv", b""),
    ]
    land(newsroom, ".hidden.ndjson", to_ndjson(reads(9, 500)))
    done = readership("run", "--workspace", newsroom.workspace.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    files = newsroom.query("select name, entity, loaded from loads.file order by loaded")
    assert files == [
        {"name": "empty.csv", "entity": "events", "loaded": 0},
        {"name": "z articles *.ndjson", "entity": "articles", "loaded": 6},
        {"name": "a-events.ndjson", "entity": "events", "loaded": 60},
    ]
    assert all(path.is_file() for path in landed)
    assert read_manifest(newsroom)["status"] == "fresh"


def test_a_file_that_is_still_being_written_or_points_out_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    outside = newsroom.write(reads(3), "outside.ndjson")
    land(newsroom, "growing.ndjson", to_ndjson(reads(5)), age_seconds=0)
    stable = land(newsroom, "stable.ndjson", to_ndjson(reads(7)))
    (newsroom.workspace.landing / "link.ndjson").symlink_to(outside)
    (newsroom.workspace.landing / "folder").symlink_to(outside.parent)
    os.mkfifo(newsroom.workspace.landing / "pipe.ndjson")
    now = datetime.now(UTC).replace(tzinfo=None)
    assert list_landed(newsroom.workspace.landing, now, 2).files == [stable]


def test_a_bad_file_among_the_landed_ones_is_set_aside_and_the_run_goes_on(
    newsroom: Newsroom, readership: Readership
) -> None:
    land(newsroom, "bad.ndjson", b"garbage\n" * 9)
    land(newsroom, "good.ndjson", to_ndjson(reads(30, 60)))
    first = readership("run", "--workspace", newsroom.workspace.root)
    assert first.returncode == 65
    assert "bad.ndjson is set aside" in first.stderr
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 90}]
    assert len(newsroom.query("from runs.run")) == 2
    second = readership("run", "--workspace", newsroom.workspace.root)
    assert (second.returncode, second.stderr) == (0, "")


LEDGER = """
select
    (select count(*) from events.counted) as events,
    (select coalesce(sum(loaded), 0)::bigint from loads.file where entity = 'events') as loaded
"""


def test_a_load_that_is_killed_at_any_moment_is_healed_by_the_next(tmp_path: Path, readership: Readership) -> None:
    whole, broken = Newsroom(tmp_path / "whole"), Newsroom(tmp_path / "broken")
    files = [whole.write(reads(10_000, start)) for start in (0, 8_000)]
    whole.load("articles", ARTICLES)
    broken.load("articles", ARTICLES)
    shutil.copytree(whole.workspace.keys, broken.workspace.keys, dirs_exist_ok=True)
    started = time.monotonic()
    assert readership("load", "events", *files, "--workspace", whole.workspace.root).returncode == 0
    seconds = time.monotonic() - started
    for part in (0.5, 0.7, 0.9):
        with start("-m", "analytics", "load", "events", *files, "--workspace", broken.workspace.root) as child:
            time.sleep(seconds * part)
            child.send_signal(signal.SIGKILL)
        (held,) = broken.query(LEDGER)
        assert held["events"] == held["loaded"]
        assert held["events"] in {0, 10_000, 18_000}
    assert readership("load", "events", *files, "--workspace", broken.workspace.root).returncode == 0
    with whole.open() as one, broken.open() as other:
        assert read_tables(one) == read_tables(other)


def test_a_run_that_is_killed_at_any_moment_is_healed_by_the_next(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.load("events", reads(400, 60))
    broken = Newsroom(shutil.copytree(newsroom.workspace.root, tmp_path / "broken"))
    started = time.monotonic()
    with start("-m", "analytics", "run", "--workspace", newsroom.workspace.root) as child:
        assert child.wait(60) == 0
    seconds = time.monotonic() - started
    for part in (0.6, 0.9):
        with start("-m", "analytics", "run", "--workspace", broken.workspace.root) as child:
            time.sleep(seconds * part)
            child.send_signal(signal.SIGKILL)
        assert validate_reports(broken.workspace.reports) == []
    broken.run()
    assert hash_reports(broken) == hash_reports(newsroom)
    with duckdb.connect(str(broken.workspace.snapshot), read_only=True) as connection:
        assert connection.execute("select count(*) from events.counted").fetchone() == (460,)


def test_a_run_on_an_empty_workspace_publishes_nothing_and_is_no_failure(tmp_path: Path) -> None:
    empty = Newsroom(tmp_path / "empty")
    assert empty.run().manifest is None
    assert not list(empty.workspace.reports.iterdir())
