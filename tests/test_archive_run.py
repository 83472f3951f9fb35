"""A landed file with addresses leaves keyed rows behind, and goes; the rows load as the file did."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.archive import Archived, find_old, list_archived
from analytics.ledger import FileReport
from analytics.pipeline import load_files, run
from analytics.replay import ReplayOptions, replay_rejects

from .newsroom import DAY, Newsroom, article, hash_files, pageview, read_tables, to_ndjson

SHIPPED = "[load]\nstable_seconds = 0\n"
HOSTS = '[site]\nhosts = ["news.example"]\n'
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0)"
LOG = "".join(
    f'192.0.2.{n} - - [15/May/2024:10:{n:02}:00 +0000] "GET /en/a0 HTTP/1.1" 200 512 "-" "{AGENT}"\n'
    for n in range(10, 20)
)
# A repeat, the same line twice, a robot, an error, a preview, a style sheet, and no line of a log at all.
MIXED = LOG + "".join(
    f'192.0.2.{n} - - [15/May/2024:11:{n:02}:00 +0000] "GET {path} HTTP/1.1" {status} 512 "{referrer}" "{agent}"\n'
    for n, path, status, referrer, agent in [
        (10, "/en/a1?utm_source=x", 200, "https://search.example/", AGENT),
        (10, "/en/a1", 200, "-", AGENT),
        (10, "/en/a1", 200, "-", AGENT),
        (11, "/en/a1", 200, "-", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
        (12, "/en/a1", 404, "-", AGENT),
        (13, "/en/a1?preview=1", 200, "-", AGENT),
        (14, "/style.css", 200, "-", AGENT),
    ]
) + "no line of a log\n"  # fmt: skip
ADDRESSED = [
    pageview("a1", visitor=None, ip="192.0.2.77", user_agent=AGENT, event_id="e1", campaign="letter", slot=2),
    pageview("a1", visitor=None, ip="192.0.2.77", user_agent=AGENT, event_id="e1", country="QA"),
    pageview("a0", visitor="ann", ip="192.0.2.78", kind="engaged", engaged_seconds=12.5, heartbeat=3),
    pageview("a0", visitor="ann", received_at="2024-05-15T11:59:30Z"),
    pageview("a0", occurred_at="2024-05-15T10:30:00"),
]  # fmt: skip


def land(newsroom: Newsroom, content: str | bytes = LOG, name: str = "access.log") -> Path:
    landed = newsroom.workspace.landing / name
    landed.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(landed, (0, 0))
    return landed


def list_archive(newsroom: Newsroom) -> list[Path]:
    return sorted(find_archive_folder(newsroom).rglob("*.parquet"))


def find_archive_folder(newsroom: Newsroom) -> Path:
    return newsroom.workspace.root / "data" / "archive"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", SHIPPED)
    land(newsroom)
    return newsroom


# --- the original goes --------------------------------------------------------------------------------------


def test_as_shipped_a_landed_file_with_addresses_goes_two_days_after_it_was_archived(newsroom: Newsroom) -> None:
    landed = newsroom.workspace.landing / "access.log"
    (report,) = run(newsroom.context()).reports
    assert (report.format, report.loaded) == ("combined", 10)
    (archived,) = list_archive(newsroom)
    assert archived.parent.name == "2024-05-15"
    assert b"192.0.2." not in archived.read_bytes()
    assert landed.is_file()
    newsroom.now += timedelta(days=2, seconds=1)
    run(newsroom.context())
    assert not landed.exists()
    assert archived.is_file()


def test_a_landed_file_without_addresses_stays(newsroom: Newsroom) -> None:
    plain = land(newsroom, to_ndjson([pageview()]), "plain.ndjson")
    run(newsroom.context())
    newsroom.now += 30 * DAY
    run(newsroom.context())
    assert plain.is_file()


def test_where_the_setting_is_0_no_run_removes_a_landed_file(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "kept", SHIPPED + "[retention]\nlanding_days = 0\n")
    landed = land(newsroom)
    run(newsroom.context())
    newsroom.now += 30 * DAY
    run(newsroom.context())
    assert landed.is_file()


def test_an_archived_file_that_was_changed_since_keeps_its_original(newsroom: Newsroom) -> None:
    run(newsroom.context())
    (archived,) = list_archive(newsroom)
    archived.write_bytes(archived.read_bytes()[:-200])
    newsroom.now += 3 * DAY
    run(newsroom.context())
    assert (newsroom.workspace.landing / "access.log").is_file()


# --- the rows load ------------------------------------------------------------------------------------------


def load_archive(newsroom: Newsroom, *paths: Path) -> list[FileReport]:
    return load_files(newsroom.context(), "events", paths or [find_archive_folder(newsroom)]).reports


def lose_warehouse(made: Newsroom, root: Path, *, has_salts: bool) -> Newsroom:
    """Give the workspace as it is when everything but settings, keys and the archive is lost."""
    lost = Newsroom(root, now=made.now)
    for name in ("readership.toml", "data/archive", "data/keys"):
        source, target = made.workspace.root / name, root / name
        shutil.copy(source, target) if source.is_file() else shutil.copytree(source, target, dirs_exist_ok=True)
    if not has_salts:
        (root / "data" / "keys" / "day-salts.json").unlink()
    return lost


def read_ledger(newsroom: Newsroom) -> list[dict[str, Any]]:
    return newsroom.query("select * from loads.file where entity = 'events' order by content_hash")


@pytest.mark.parametrize("has_salts", [True, False], ids=["salts-kept", "salts-dead"])
def test_the_archive_loads_into_a_new_warehouse_as_the_files_did(tmp_path: Path, *, has_salts: bool) -> None:
    made = Newsroom(tmp_path / "made", SHIPPED.replace("\n", "\nreject_limit_lines = 9\n", 1) + HOSTS)
    land(made, MIXED)
    land(made, LOG, "again.log")
    land(made, to_ndjson(ADDRESSED), "addressed.ndjson")
    articles = [article("a0"), article("a1")]
    made.load_articles(*articles)
    run(made.context())
    assert len(list_archive(made)) == 3
    lost = lose_warehouse(made, tmp_path / "lost", has_salts=has_salts)
    lost.now += 3 * DAY
    lost.load_articles(*articles)
    assert {one.status for one in load_archive(lost)} == {"loaded"}
    lost.run()
    with made.open() as one, lost.open() as other:
        assert read_tables(one) == read_tables(other)
    sums = ("bytes", "content_hash", "filtered", "format", "lines", "loaded_at", "name", "rejected", "status")
    assert [[row[name] for name in sums] for row in read_ledger(made)] == [
        [row[name] for name in sums] for row in read_ledger(lost)
    ]
    assert sum(row["loaded"] for row in read_ledger(lost)) == sum(row["loaded"] for row in read_ledger(made))
    with lost.open() as warehouse:
        assert warehouse.frame("checks/ledger_adds_up").is_empty()
    reports = [hash_files(one.workspace.reports) for one in (made, lost)]
    assert [{name: one[name] for name in one if name != "manifest.json"} for one in reports] == [
        {name: reports[0][name] for name in reports[0] if name != "manifest.json"}
    ] * 2


def test_an_archived_file_and_its_original_are_loaded_once(newsroom: Newsroom, tmp_path: Path) -> None:
    run(newsroom.context())
    assert [one.status for one in load_archive(newsroom)] == ["skipped"]
    lost = lose_warehouse(newsroom, tmp_path / "lost", has_salts=True)
    assert [(one.name, one.status, one.loaded) for one in load_archive(lost)] == [("access.log", "loaded", 10)]
    (report,) = load_files(lost.context(), "events", [newsroom.workspace.landing / "access.log"]).reports
    assert (report.status, report.reason) == ("skipped", "its content was loaded as access.log")


def test_a_damaged_archived_file_is_set_aside_and_the_original_loads_after_it(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    run(newsroom.context())
    lost = lose_warehouse(newsroom, tmp_path / "lost", has_salts=True)
    (path,) = list_archive(lost)
    archived = Archived.read(path)
    assert archived
    rows = pl.read_parquet(path)
    spoilt = [
        rows.head(3),
        rows.drop("kind"),
        rows.with_columns(kind=pl.lit("scroll")),
        rows.with_columns(slot=pl.lit("x")),
        rows.with_columns(event_key=pl.lit(None, pl.UInt64)),
    ]
    for one in spoilt:
        one.write_parquet(path, metadata={"readership": archived.mark})
        (report,) = load_archive(lost, path)
        assert (report.status, report.content_hash) == ("set_aside", "")
    assert lost.query("select * from loads.file") == []
    (report,) = load_files(lost.context(), "events", [newsroom.workspace.landing / "access.log"]).reports
    assert (report.status, report.loaded) == ("loaded", 10)


def test_signs_of_a_pattern_in_the_workspaces_name_are_its_name(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "new[s]*room", SHIPPED)
    land(newsroom)
    run(newsroom.context())
    lost = lose_warehouse(newsroom, tmp_path / "lo[s]t*", has_salts=True)
    assert [one.loaded for one in load_archive(lost)] == [10]
    newsroom.now += 3 * DAY
    run(newsroom.context())
    assert list(newsroom.workspace.landing.iterdir()) == []


def test_what_was_archived_first_stays_where_the_original_loads_again(newsroom: Newsroom) -> None:
    run(newsroom.context())
    (path,) = list_archive(newsroom)
    before = pl.read_parquet(path)
    assert before["visitor_key"].null_count() == 0
    newsroom.workspace.warehouse.unlink()
    (newsroom.workspace.keys / "day-salts.json").unlink()
    newsroom.now += DAY
    run(newsroom.context())
    assert list_archive(newsroom) == [path]
    assert pl.read_parquet(path).equals(before)
    path.write_bytes(path.read_bytes()[:-100])
    newsroom.workspace.warehouse.unlink()
    run(newsroom.context())
    assert [one.verifies() for one in list_archived(find_archive_folder(newsroom))] == [True]


# --- replayed lines are archived too ------------------------------------------------------------------------


def test_lines_that_a_replay_loads_join_the_archived_ones(newsroom: Newsroom, tmp_path: Path) -> None:
    (newsroom.workspace.landing / "access.log").unlink()
    newsroom.workspace.settings_file.write_text(SHIPPED + "reject_limit_lines = 9\n")
    landed = land(newsroom, to_ndjson(ADDRESSED), "addressed.ndjson")
    run(newsroom.context())
    original = newsroom.incoming / "kept elsewhere"
    shutil.copy(landed, original)
    newsroom.now += 3 * DAY
    run(newsroom.context())
    assert not landed.exists()
    (report,) = replay(newsroom, zone="Europe/Madrid")
    assert (report.status, "had been archived" in str(report.reason)) == ("missing", True)
    for _ in range(2):
        replay(newsroom, zone="Europe/Madrid", sources=(original,))
    (path,) = list_archive(newsroom)
    lines = pl.read_parquet(path)["line"].to_list()
    assert lines == [1, 2, 3, 4, 5]
    lost = lose_warehouse(newsroom, tmp_path / "lost", has_salts=False)
    load_archive(lost)
    with newsroom.open() as one, lost.open() as other:
        assert read_tables(one)["events.counted"] == read_tables(other)["events.counted"]


def replay(newsroom: Newsroom, **options: Any) -> list[FileReport]:
    return replay_rejects(newsroom.context(), ReplayOptions(**options))


# --- retention ----------------------------------------------------------------------------------------------


def test_a_run_that_purges_reaches_the_archive(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "old", SHIPPED + "[retention]\nevents_days = 5\nis_automatic = true\n")
    days = [LOG.replace("15/May", f"{day}/May") for day in (10, 12, 14)]
    land(newsroom, "".join(days), "three days.log")
    land(newsroom, days[1], "one day.log")
    run(newsroom.context())
    assert sorted(list_days(newsroom)) == ["2024-05-10", "2024-05-12"]
    assert find_old(find_archive_folder(newsroom), newsroom.now.replace(day=10)) == []
    land(newsroom, LOG.replace("15/May", "19/May"), "new.log")
    run(newsroom.context())
    assert sorted(list_days(newsroom)) == ["2024-05-14", "2024-05-19"]
    kept = [one for one in list_archived(find_archive_folder(newsroom)) if one.name == "three days.log"]
    assert [(one.rows, one.verifies()) for one in kept] == [(10, True)]
    assert min_time(one.path for one in kept).date().isoformat() == "2024-05-14"


def list_days(newsroom: Newsroom) -> list[str]:
    return [path.parent.name for path in list_archive(newsroom)]


def min_time(paths: Iterable[Path]) -> Any:
    return pl.read_parquet([*paths])["occurred_at"].min()


OPENED: list[str] = []
IS_WATCHED = [False]


def watch_opening(event: str, arguments: tuple[Any, ...]) -> None:
    if IS_WATCHED[0] and event == "open":
        OPENED.append(str(arguments[0]))


def test_a_run_with_nothing_to_remove_opens_no_archived_file(newsroom: Newsroom) -> None:
    newsroom.workspace.settings_file.write_text(SHIPPED + "[retention]\nis_automatic = true\n")
    run(newsroom.context())
    newsroom.now += 3 * DAY
    (path,) = list_archive(newsroom)
    sys.addaudithook(watch_opening)
    IS_WATCHED[0] = True
    for is_opened in (True, False):  # it is read to its end before the original goes, and not again
        OPENED.clear()
        run(newsroom.context())
        assert (str(path) in OPENED) == is_opened
    IS_WATCHED[0] = False
