"""A warehouse is made anew from its files: the same counts as a fresh load, and nothing lost that no file holds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from analytics.cli import cli
from analytics.errors import NoInputError, ReadershipError
from analytics.instants import parse_instant
from analytics.rebuild import rebuild
from analytics.warehouse import require_room
from analytics.warehouse.tables import LAYOUT_VERSION

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, article, hash_files, pageview, read_tables

LAYOUT_1 = Path(__file__).parent / "layouts" / "layout_1"
SAMPLE = Path(__file__).parents[1] / "data" / "sample"
LISTS = [("most-read", ()), ("most-read-24h", ("edition=en",)), ("most-read-7d", ("edition=es",))]
SETTINGS = '[site]\nhosts = ["www.velmora-courier.example"]\n'
LATER = parse_instant("2026-03-20T00:00:00Z")


def import_layout_1(path: Path) -> None:
    """Write the warehouse that a program of layout 1 made of the sample files; its weights of decay are left out."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute((LAYOUT_1 / "schema.sql").read_text("utf-8"))
        connection.execute((LAYOUT_1 / "load.sql").read_text("utf-8").replace("LAYOUT_1", str(LAYOUT_1)))


def land(newsroom: Newsroom, source: Path) -> Path:
    moment = (newsroom.now - timedelta(hours=1) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - naive UTC
    target = Path(shutil.copyfile(source, newsroom.workspace.landing / source.name))
    os.utime(target, (moment, moment))
    return target


@pytest.fixture
def older(tmp_path: Path) -> Newsroom:
    """Give a newsroom whose warehouse and snapshot a program of layout 1 made, and whose files have landed."""
    newsroom = Newsroom(tmp_path / "older", SETTINGS, LATER)
    import_layout_1(newsroom.workspace.warehouse)
    shutil.copyfile(newsroom.workspace.warehouse, newsroom.workspace.snapshot)
    for name in ("articles.ndjson", "events.ndjson"):
        land(newsroom, SAMPLE / name)
    return newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Give a newsroom that ran with what had landed."""
    newsroom = Newsroom(tmp_path / "newsroom")
    rows = [pageview(f"a{n % 3}", NOON - n * MINUTE, f"v{n % 9}", event_id=f"{n}") for n in range(60)]
    land(newsroom, newsroom.write([article(f"a{number}") for number in range(3)], "articles.ndjson"))
    for part in range(3):
        land(newsroom, newsroom.write(rows[part::3], f"events-{part}.ndjson"))
    newsroom.run()
    return newsroom


def test_a_warehouse_of_layout_1_rebuilt_counts_what_a_fresh_load_of_its_files_counts(
    older: Newsroom, tmp_path: Path
) -> None:
    rebuild(older.context())
    fresh = Newsroom(tmp_path / "fresh", SETTINGS, LATER)
    shutil.copytree(older.workspace.keys, fresh.workspace.keys, dirs_exist_ok=True)
    fresh.load("articles", SAMPLE / "articles.ndjson")
    fresh.load("events", SAMPLE / "events.ndjson")
    with older.open() as one, fresh.open() as other:
        assert read_tables(one) == read_tables(other)
    unhistorical = {"movement": None, "previous_rank": None}
    for name, scopes in LISTS:
        mine, theirs = (newsroom.rank(name, *scopes) for newsroom in (older, fresh))
        assert [item | unhistorical for item in mine.pop("items")] == [
            item | unhistorical for item in theirs.pop("items")
        ]
        assert mine == theirs


def test_no_event_and_no_visitor_has_the_key_it_had_in_layout_1(older: Newsroom) -> None:
    keys = "select event_key as key from events.counted union select visitor_key from events.counted"
    with duckdb.connect(str(older.workspace.warehouse), read_only=True) as connection:
        before = {key for (key,) in connection.execute(keys).fetchall() if key is not None}
    rebuild(older.context())
    after = {row["key"] for row in older.query(keys)}
    assert len(before) > 20
    assert not before & after


def test_the_run_after_a_rebuild_replaces_the_snapshot_and_loading_the_files_again_adds_nothing(
    older: Newsroom,
) -> None:
    rebuilt = rebuild(older.context())
    assert rebuilt.kept.name == "warehouse.duckdb.layout-1"
    assert older.run().is_news
    with duckdb.connect(str(older.workspace.snapshot), read_only=True) as connection:
        assert connection.execute("select max(layout_version) from runs.layout").fetchall() == [(LAYOUT_VERSION,)]
    assert not rebuilt.kept.exists()
    with older.open() as warehouse:
        before = read_tables(warehouse)
    copy = older.write((SAMPLE / "events.ndjson").read_bytes() + b"\n", "again.ndjson")
    assert [report.status for report in older.load("events", SAMPLE / "events.ndjson")] == ["skipped"]
    assert [(report.loaded, report.duplicate) for report in older.load("events", copy)] == [(0, 20)]
    with older.open() as warehouse:
        assert read_tables(warehouse) == before


def test_rankings_and_runs_of_the_old_warehouse_are_carried_over(older: Newsroom) -> None:
    rebuild(older.context())
    older.run()
    moments = [row["as_of"] for row in older.query("select as_of from runs.run order by run_number")]
    assert moments == 2 * [parse_instant("2026-03-13T12:00:00Z")]
    (found,) = older.query("select count(*) as items from rankings.item where list_name = 'most-read'")
    assert found["items"] > 0


def test_a_missing_file_is_named_and_nothing_is_changed(newsroom: Newsroom) -> None:
    (newsroom.workspace.landing / "events-1.ndjson").unlink()
    before = hash_files(newsroom.workspace.root)
    with pytest.raises(NoInputError, match=r"1 files that .* such as events-1.ndjson; .* with --force"):
        rebuild(newsroom.context())
    assert hash_files(newsroom.workspace.root) == before


def test_with_force_a_missing_file_is_left_out_and_the_old_warehouse_stays_aside(newsroom: Newsroom) -> None:
    gone = newsroom.workspace.landing / "events-1.ndjson"
    gone.unlink()
    rebuilt = rebuild(newsroom.context(), is_forced=True)
    assert (rebuilt.missing, rebuilt.kept.name) == (["events-1.ndjson"], "warehouse.duckdb.aside")
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 40}]
    newsroom.run()
    assert rebuilt.kept.exists()
    newsroom.load("events", newsroom.incoming / "events-1.ndjson")
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 60}]


def test_a_damaged_warehouse_is_rebuilt_with_the_history_of_its_snapshot(newsroom: Newsroom) -> None:
    with newsroom.open() as warehouse:
        before = read_tables(warehouse)
    path = newsroom.workspace.warehouse
    path.write_bytes(path.read_bytes()[:-100_000])
    rebuilt = rebuild(newsroom.context())
    assert (rebuilt.missing, rebuilt.kept.name) == ([], "warehouse.duckdb.aside")
    with newsroom.open() as warehouse:
        assert read_tables(warehouse) == before
    assert newsroom.query("select count(*) as runs from runs.run") == [{"runs": 1}]
    newsroom.workspace.snapshot.write_bytes(b"")
    path.write_bytes(b"")
    with pytest.raises(NoInputError, match="nobody knows which files"):
        rebuild(newsroom.context())


def test_sums_of_hours_whose_events_were_purged_are_carried_over(newsroom: Newsroom) -> None:
    newsroom.load("events", [pageview("a0", NOON - 200 * DAY + n * HOUR, f"old-{n}") for n in range(5)])
    newsroom.run(NOON, is_forced=True)
    runner, root = CliRunner(), str(newsroom.workspace.root)
    token = runner.invoke(cli, ["purge", "--workspace", root]).stdout.split()[-1]
    assert runner.invoke(cli, ["purge", "--token", token, "--workspace", root]).exit_code == 0
    old = "from rollups.article_hourly where hour_start < timestamp '2024-01-01' order by hour_start"
    before = newsroom.query(old)
    assert len(before) == 5
    assert rebuild(newsroom.context()).missing == []
    assert newsroom.query(old) == before
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 60}]
    newsroom.run()


def test_a_file_that_is_archived_is_not_archived_again(newsroom: Newsroom) -> None:
    row = pageview("a1", NOON, None, ip="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    land(newsroom, newsroom.write([row], "addresses.ndjson"))
    newsroom.run()
    archive = newsroom.workspace.root / "data" / "archive"
    before = hash_files(archive)
    newsroom.now += DAY
    rebuild(newsroom.context())
    assert hash_files(archive) == before
    assert len(before) == 1
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 61}]


def test_what_the_disk_has_no_room_for_is_refused_before_anything_is_written(newsroom: Newsroom) -> None:
    free = shutil.disk_usage(newsroom.workspace.root).free
    with pytest.raises(ReadershipError, match="are free; free some and give the command again"):
        require_room(newsroom.workspace.warehouse, 2 * free)
    require_room(newsroom.workspace.warehouse, free // 2)


def test_a_kill_at_any_moment_leaves_the_old_warehouse_or_the_new_one(newsroom: Newsroom) -> None:
    command = [sys.executable, "-m", "analytics", "doctor", "--rebuild", "--workspace", str(newsroom.workspace.root)]
    with newsroom.open() as warehouse:
        before = read_tables(warehouse)
    started = time.monotonic()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    seconds = time.monotonic() - started
    for part in (0.5, 0.7, 0.8, 0.9, 0.95):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            time.sleep(seconds * part)
            child.send_signal(signal.SIGKILL)
        with newsroom.open() as warehouse:
            assert read_tables(warehouse) == before
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    left = {path.name for path in newsroom.workspace.warehouse.parent.glob(".*")}
    assert left == set()


def test_the_command_says_what_it_was_made_from_and_where_the_old_one_is(
    older: Newsroom, readership: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = readership("doctor", "--rebuild", "--workspace", older.workspace.root)
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()[2:]] == [
        ["articles.ndjson", "loaded"],
        ["events.ndjson", "loaded"],
    ]
    assert "the old warehouse is kept as warehouse.duckdb.layout-1" in done.stderr
    assert "--force goes with --rebuild" in readership("doctor", "--force", "--workspace", older.workspace.root).stderr


def test_a_landed_file_that_went_comes_back_from_the_archive_with_its_visitors(newsroom: Newsroom) -> None:
    rows = [pageview("a1", NOON + n * MINUTE, None, ip=f"192.0.2.{n}", user_agent="Firefox/140.0") for n in range(3)]
    landed = land(newsroom, newsroom.write(rows, "addresses.ndjson"))
    newsroom.run()
    visitors = "select event_key, visitor_key from events.counted order by event_key"
    before = newsroom.query(visitors)
    newsroom.now += 7 * DAY
    newsroom.run()
    assert not landed.exists(), "its two days are over, and those of its salt"
    assert rebuild(newsroom.context()).missing == []
    assert newsroom.query(visitors) == before
