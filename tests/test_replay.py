"""Rejects are read again after a fix, from the files they came from."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.cli import cli
from analytics.errors import UsageError
from analytics.keys import VisitorKeys
from analytics.ledger import FileReport
from analytics.pipeline import LoadOptions, load_into
from analytics.replay import ReplayOptions, find_unread, replay_into

from .newsroom import DAY, MINUTE, NOON, Newsroom, Row, article, pageview, read_tables, to_csv, to_ndjson, to_parquet

LENIENT = "[load]\nreject_limit_lines = 1000\n"
MADRID = "Europe/Madrid"
NAIVE = "2024-05-15T10:30:00"
COUNTS = ("lines", "loaded", "rejected", "duplicate", "filtered")


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", LENIENT, is_kept_open=True)


@pytest.fixture
def on_disk(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "on-disk", LENIENT)


def land(newsroom: Newsroom, content: bytes | Sequence[Row], name: str = "landed") -> Path:
    path = newsroom.workspace.landing / name
    path.write_bytes(content if isinstance(content, bytes) else to_ndjson(content))
    return path


def load(newsroom: Newsroom, *paths: Path, entity: str = "events", **options: Any) -> list[FileReport]:
    with newsroom.open() as warehouse:
        return load_into(newsroom.context(), warehouse, [(entity, path) for path in paths], LoadOptions(**options))


def replay(newsroom: Newsroom, **options: Any) -> list[FileReport]:
    with newsroom.open() as warehouse:
        return replay_into(newsroom.context(), warehouse, ReplayOptions(**options))


def count(report: FileReport) -> tuple[int, ...]:
    return tuple(getattr(report, name) for name in COUNTS)


def read_state(newsroom: Newsroom) -> tuple[Any, ...]:
    """Read what counts, and the ledger; not when a file was loaded."""
    ledger, rejects = "select * exclude (loaded_at) from loads.file", "from loads.reject"
    with newsroom.open() as warehouse:
        tables = read_tables(warehouse), *(sorted(map(str, warehouse.query(one).rows())) for one in (ledger, rejects))
        assert warehouse.frame("checks/ledger_adds_up").is_empty()
        assert warehouse.query("select sum(loaded)::bigint from loads.file where entity = 'events'").item() in {
            None,
            warehouse.count("events.counted"),
        }
    return tables


def make_twins(folder: Path, text: str = "") -> tuple[Newsroom, Newsroom]:
    """Make two workspaces with the same keys."""
    late, fresh = (Newsroom(folder / name, text, is_kept_open=True) for name in ("late", "fresh"))
    VisitorKeys(late.workspace.keys, late.now)
    shutil.copytree(late.workspace.keys, fresh.workspace.keys, dirs_exist_ok=True)
    return late, fresh


def set_up(newsroom: Newsroom, text: str) -> None:
    newsroom.workspace.settings_file.write_text(text)


# --- what comes of it ---------------------------------------------------------------------------------------


def test_lines_that_are_good_now_become_events_and_bad_ones_stay(newsroom: Newsroom) -> None:
    landed = land(newsroom, [pageview(), pageview(occurred_at=NAIVE), pageview(slot="x"), pageview()])
    assert [count(one) for one in load(newsroom, landed)] == [(4, 1, 2, 1, 0)]
    (report,) = replay(newsroom, zone=MADRID)
    assert (report.status, count(report)) == ("loaded", (4, 2, 1, 1, 0))
    assert newsroom.query("select line, reason from loads.reject") == [{"line": 3, "reason": "bad_slot"}]
    (naive,) = newsroom.query("select occurred_at from events.counted where occurred_at < timestamp '2024-05-15 12:00'")
    assert naive["occurred_at"] == NOON - 210 * MINUTE
    assert newsroom.query("select sum(pageviews)::int as pageviews from rollups.article_hourly") in (
        [{"pageviews": 2}],
        [{"pageviews": None}],  # the article is not known
    )


def test_a_file_that_was_set_aside_is_loaded_as_if_it_came_today(tmp_path: Path) -> None:
    rows = [pageview(None, NOON + n * MINUTE, f"v{n}", url=f"/en/a{n % 3}") for n in range(30)]
    rows += [pageview(slot="x"), pageview(slot="y")]
    newsroom, fresh = make_twins(tmp_path)
    (report,) = load(newsroom, land(newsroom, rows))
    assert report.status == "set_aside"
    for one in (newsroom, fresh):
        set_up(one, '[site]\nhosts = ["news.example"]\n[load]\nreject_limit_share = 0.5\n')
        one.load_articles(article("a0"), article("a1"))
    load(fresh, land(fresh, rows))
    newsroom.now += DAY
    assert [one.status for one in replay(newsroom)] == ["loaded"]
    assert read_state(newsroom) == read_state(fresh)
    assert newsroom.query("select count(article_id) as known from events.counted") == [{"known": 20}]


@pytest.mark.parametrize("change", ["hosts", "line_bytes", "skew"])
def test_after_another_setting_the_tables_are_those_of_a_fresh_load_under_it(tmp_path: Path, change: str) -> None:
    urls = [f"https://{host}/en/a{n}" for n in range(3) for host in ("news.example", "www.news.example")]
    good = [pageview(None, NOON + n * MINUTE, "v", url=url) for n, url in enumerate(urls)]
    late = pageview(None, NOON + 20 * MINUTE, "late", url=urls[0], received_at="2024-05-15T12:00:00Z")
    long = pageview(None, NOON, "long", url=urls[1], campaign="x" * 3000)
    text = "[load]\nreject_limit_lines = 9\nfuture_skew_minutes = {}\nline_bytes = {}\n"
    after = {"hosts": (10, 1024), "line_bytes": (10, 1 << 20), "skew": (30, 1024)}[change]
    named = '[site]\nhosts = ["news.example", "www.news.example"]\n'
    newsroom, fresh = make_twins(tmp_path, text.format(10, 1024))
    load(newsroom, land(newsroom, [*good, late, long]))
    for one in (newsroom, fresh):
        set_up(one, text.format(*after) + named)
    load(fresh, land(fresh, [*good, late, long]))
    replay(newsroom)
    assert read_state(newsroom) == read_state(fresh)


def test_a_file_is_read_by_the_format_that_is_named(newsroom: Newsroom) -> None:
    log = b'192.0.2.7 - - [15/May/2024:10:00:00 +0000] "GET /en/a1 HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux)"\n'
    set_up(newsroom, "")
    assert load(newsroom, land(newsroom, log), form="native")[0].status == "set_aside"
    (report,) = replay(newsroom, form="combined")
    assert (report.status, report.format, count(report)) == ("loaded", "combined", (1, 1, 0, 0, 0))


@pytest.mark.parametrize("write", [to_ndjson, to_csv, lambda rows: to_parquet(rows, is_typed=False)])
def test_every_shape_of_the_native_format_is_replayed(newsroom: Newsroom, write: Any) -> None:
    load(newsroom, land(newsroom, write([pageview(), pageview(occurred_at=NAIVE)])))
    (report,) = replay(newsroom, zone=MADRID)
    assert count(report) == (2, 2, 0, 0, 0)


def test_articles_are_replayed_and_an_old_content_does_not_come_back(newsroom: Newsroom) -> None:
    old = [article("a1", title="Old"), article("a2", published_at=NAIVE)]
    load(newsroom, land(newsroom, old), entity="articles")
    newsroom.load_articles(article("a1", title="New"))
    (report,) = replay(newsroom, zone=MADRID)
    assert count(report) == (2, 2, 0, 0, 0)
    titles = newsroom.query("select title from articles.article order by article_id")
    assert [one["title"] for one in titles] == ["New", "Title of a2"]


# --- what stays ---------------------------------------------------------------------------------------------


def test_a_time_is_judged_by_the_clock_of_the_first_reading(newsroom: Newsroom) -> None:
    ahead = newsroom.now + DAY
    load(newsroom, land(newsroom, [pageview(), pageview(when=ahead)]))
    newsroom.now += 10 * DAY
    (report,) = replay(newsroom)
    assert count(report) == (2, 1, 1, 0, 0)
    (row,) = newsroom.query("select loaded_at from loads.file")
    assert row["loaded_at"] == newsroom.now - 10 * DAY


def test_what_was_loaded_stays_as_it_was_read(newsroom: Newsroom) -> None:
    rows = [pageview(None, url="/en/a1"), pageview(None, NOON + MINUTE, url="/en/a1", slot="x")]
    load(newsroom, land(newsroom, rows))
    set_up(newsroom, LENIENT + '[site]\nhosts = ["news.example"]\n')
    before = read_state(newsroom)
    replay(newsroom)
    assert read_state(newsroom)[0] == before[0]


def test_a_body_that_lost_its_id_stays_a_reject_wherever_it_was_loaded(newsroom: Newsroom) -> None:
    first = [pageview(event_id="e", country="QA"), pageview(slot="x")]
    load(newsroom, land(newsroom, first, "first"))
    load(newsroom, land(newsroom, [pageview(event_id="e", when=NOON - MINUTE), pageview(slot="y")], "second"))
    before = read_state(newsroom)
    assert newsroom.query("select count(*) as n from loads.reject where reason = 'id_conflict'") == [{"n": 1}]
    replay(newsroom)
    assert read_state(newsroom) == before


def test_a_file_that_turns_out_to_be_another_is_refused_and_nothing_changes(newsroom: Newsroom) -> None:
    landed = land(newsroom, to_csv([pageview(), pageview(slot="x")]))
    load(newsroom, landed)
    before = read_state(newsroom)
    (report,) = replay(newsroom, form="combined")
    assert report.status == "unread"
    assert "read as 2 lines of native-csv" in str(find_unread([report]))
    assert read_state(newsroom) == before


def test_a_dry_run_says_what_would_come_of_it_and_changes_nothing(newsroom: Newsroom) -> None:
    load(newsroom, land(newsroom, [pageview(), pageview(occurred_at=NAIVE), pageview(slot="x")]))
    before = read_state(newsroom)
    (report,) = replay(newsroom, zone=MADRID, is_dry=True)
    assert (report.status, count(report)) == ("planned", (3, 2, 1, 0, 0))
    assert {name: told["lines"] for name, told in (report.reasons or {}).items()} == {"bad_slot": 1}
    assert read_state(newsroom) == before


def test_a_run_publishes_what_a_replay_loaded(on_disk: Newsroom) -> None:
    on_disk.load_articles(article("a1"))
    load(on_disk, land(on_disk, [pageview(), pageview(occurred_at=NAIVE)]))
    on_disk.run()
    assert not on_disk.run().is_news
    replay(on_disk)
    assert not on_disk.run().is_news
    replay(on_disk, zone=MADRID)
    assert on_disk.run().is_news


# --- where the original is ----------------------------------------------------------------------------------


def test_the_original_is_known_by_its_content_wherever_it_lies(newsroom: Newsroom) -> None:
    incoming = newsroom.write([pageview(), pageview(occurred_at=NAIVE)])
    load(newsroom, incoming)
    assert replay(newsroom, zone=MADRID)[0].status == "missing"
    moved = newsroom.incoming / "deep" / "other name"
    moved.parent.mkdir()
    incoming.rename(moved)
    (newsroom.incoming / "deep" / "same size").write_bytes(bytes(moved.stat().st_size))
    (report,) = replay(newsroom, zone=MADRID, sources=(newsroom.incoming,))
    assert (report.name, report.status, report.loaded) == (incoming.name, "loaded", 2)


def test_a_file_that_is_nowhere_is_named_and_the_others_are_replayed(on_disk: Newsroom) -> None:
    gone, here = on_disk.write([pageview(slot="x")], "gone"), land(on_disk, [pageview(occurred_at=NAIVE)], "here")
    load(on_disk, gone, here)
    command = ["rejects", "replay", "--assume-tz", MADRID, "--workspace", str(on_disk.workspace.root)]
    told = CliRunner().invoke(cli, [*command, "--json"])
    assert (told.exit_code, told.stderr.count("\n")) == (65, 1)
    assert told.stderr.startswith("readership: the rejects of gone stay: its original is not in data/landing; ")
    files = {one["name"]: one["status"] for one in json.loads(told.stdout)["files"]}
    assert files == {"gone": "missing", "here": "loaded"}
    told = CliRunner().invoke(cli, [*command, "--source", str(gone)])
    assert told.exit_code == 0
    told = CliRunner().invoke(cli, [*command, "--file", "here"])
    assert (told.exit_code, told.stderr) == (
        2,
        "readership: no file of the name 'here' has rejects; `readership rejects list` shows all\n",
    )


def test_without_rejects_there_is_nothing_to_do(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview())
    assert replay(newsroom) == []
    with pytest.raises(UsageError, match="no file of the name 'x'"):
        replay(newsroom, name="x")


# --- laws ---------------------------------------------------------------------------------------------------

LINES = st.builds(
    lambda minute, visitor, **fields: pageview("a1", NOON + timedelta(minutes=minute), visitor, **fields),
    st.integers(0, 3),
    st.sampled_from(["v", "w", None]),
    event_id=st.sampled_from([None, "e1", "e2"]),
    slot=st.sampled_from([None, None, 1, "x"]),
    occurred_at=st.sampled_from([NAIVE, "2024-05-15T12:01:00Z", "2024-05-15T12:02:00Z"]),
)
FILES = st.lists(st.lists(LINES | st.just({"broken": 1}), min_size=1, max_size=6), min_size=1, max_size=3)


@given(FILES)
@settings(max_examples=8)
def test_replay_equals_a_fresh_load_and_given_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Row]]
) -> None:
    newsroom, fresh = make_twins(tmp_path_factory.mktemp("law"), LENIENT)
    for one, zone in ((newsroom, None), (fresh, MADRID)):
        one.load_articles(article("a1"))
        load(one, *(land(one, rows, f"file-{number}") for number, rows in enumerate(files)), zone=zone)
    before = read_state(newsroom)
    replay(newsroom)
    assert read_state(newsroom) == before
    replay(newsroom, zone=MADRID)
    after = read_state(newsroom)
    assert after[0] == read_state(fresh)[0]
    replay(newsroom, zone=MADRID)
    assert read_state(newsroom) == after


def test_events_ledger_and_rejects_change_together_or_not_at_all(newsroom: Newsroom) -> None:
    load(newsroom, land(newsroom, [pageview(), pageview(occurred_at=NAIVE), pageview(slot="x")]))
    before = read_state(newsroom)
    # The last write of the transaction fails: nobody can delete from a view.
    with newsroom.open() as warehouse:
        warehouse.query("create table loads.held as from loads.reject")
        warehouse.query("drop table loads.reject")
        warehouse.query("create view loads.reject as from loads.held")
    with pytest.raises(Exception, match="base table"):
        replay(newsroom, zone=MADRID)
    assert read_state(newsroom) == before


def test_a_replay_that_is_killed_leaves_the_ledger_whole(on_disk: Newsroom) -> None:
    rows = [pageview("a1", NOON + n * MINUTE, f"v{n}") for n in range(2000)]
    rows += [pageview("a1", NOON, f"n{n}", occurred_at=NAIVE) for n in range(2000)]
    set_up(on_disk, "[load]\nreject_limit_lines = 100000\n")
    load(on_disk, land(on_disk, rows))
    before = read_state(on_disk)
    command = [sys.executable, "-m", "analytics", "rejects", "replay", "--assume-tz", MADRID]
    command += ["--workspace", str(on_disk.workspace.root)]
    started = time.monotonic()
    subprocess.run([*command, "--dry-run"], stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - started
    killed = 0
    for share in (0.6, 0.75, 0.9, 1.0):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(share * seconds)
        child.kill()
        killed += child.wait() == -signal.SIGKILL
        assert on_disk.query("select count(*) as n from loads.reject") in ([{"n": 2000}], [{"n": 0}])
        assert read_state(on_disk) == before or on_disk.query("select loaded from loads.file") == [{"loaded": 4000}]
    replay(on_disk, zone=MADRID)
    assert on_disk.query("select count(*) as n from events.counted") == [{"n": 4000}]
    assert killed
