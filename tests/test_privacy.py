"""Forgetting a reader and purging what is old: tables, files and the bytes in them."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from analytics.archive import (
    Archived,
    archive_landed,
    find_archive,
    list_archived,
    list_due,
    remove_originals,
)
from analytics.cli.privacy_commands import forget as forget_command
from analytics.cli.privacy_commands import purge as purge_command
from analytics.erasure import Outcome, forget, purge
from analytics.errors import ReadershipError, SettingsError, UsageError
from analytics.events.networks import Ranges, network_prefix
from analytics.ledger import FileReport
from analytics.lines import hash_file
from analytics.mentions import find_mentions
from analytics.privacy import purge_due
from analytics.runs import begin_run, run_checks
from analytics.settings import Retention

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview, read_tables, to_ndjson, to_parquet

ANN = "reader-4711-secret"
RETENTION = Retention(events_days=10, rollups_months=2, rejects_days=5)


def others() -> list[Row]:
    """Give pageviews of other readers, one of whose names begins like hers."""
    return [pageview("a1", NOON - n * HOUR, f"reader-4711-secret{n}") for n in range(20)]


def hers() -> list[Row]:
    """Give what she did: a read, its repeat, a share, and a read that names her in a field of the source's own."""
    return [
        pageview("a1", NOON, ANN, event_id="h1"),
        pageview("a1", NOON + MINUTE, ANN, event_id="h2"),
        pageview("a2", NOON - 3 * HOUR, ANN, kind="share", event_id="h3"),
        pageview("a2", NOON - 2 * HOUR, None, customer=ANN, event_id="h4"),
    ]


def open_newsroom(root: Path, *rows: Row) -> Newsroom:
    newsroom = Newsroom(root, "[load]\nreject_limit_lines = 20\n", now=NOON + HOUR)
    newsroom.load_articles(article(), article("a2"))
    newsroom.load_events(*rows)
    newsroom.run()
    return newsroom


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a published workspace that holds her in events, rejects, the snapshot, the archive and landed files."""
    tmp_path = tmp_path_factory.mktemp("published")
    bad = [pageview("a1", NOON, ANN, kind="scroll"), pageview("a1", NOON, None, kind="scroll", customer=ANN)]
    newsroom = open_newsroom(tmp_path / "newsroom", *others(), *hers(), *bad)
    (newsroom.workspace.landing / "plain.ndjson").write_bytes(to_ndjson(hers()))
    landed = newsroom.workspace.landing / "archived.ndjson.gz"
    landed.write_bytes(gzip.compress(to_ndjson(hers())))
    archive(newsroom, landed)
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return copy_newsroom(published, tmp_path / "newsroom")


def copy_newsroom(made: Path, root: Path) -> Newsroom:
    """Give a workspace like the one that was made, an hour after noon."""
    shutil.copytree(made, root)
    return Newsroom(root, now=NOON + HOUR)


def archive(newsroom: Newsroom, landed: Path, table: str = "events.counted") -> Archived:
    with newsroom.open() as warehouse:
        archived = archive_landed(
            warehouse, table, name_file(landed), find_archive(newsroom.workspace.root), newsroom.now
        )
    assert archived
    return archived


def name_file(landed: Path) -> FileReport:
    return FileReport(hash_file(landed), landed.name, "events", "native-ndjson", bytes=landed.stat().st_size)


def forget_ann(newsroom: Newsroom, token: str | None = None) -> Outcome:
    return forget(newsroom.context(), visitor_id=ANN, token=token)


def act(newsroom: Newsroom) -> Outcome:
    return forget_ann(newsroom, forget_ann(newsroom).token)


def list_files(newsroom: Newsroom) -> list[Path]:
    return sorted(path for path in newsroom.workspace.root.rglob("*") if path.is_file())


def find_bytes(newsroom: Newsroom, *needles: bytes) -> set[str]:
    return {path.name for path in list_files(newsroom) if any(needle in path.read_bytes() for needle in needles)}


def key_of(newsroom: Newsroom) -> int:
    (row,) = newsroom.query("select distinct visitor_key from events.counted where kind = 'share'")
    return int(row["visitor_key"])


# --- forget -------------------------------------------------------------------------------------------------


def test_a_plan_says_what_is_held_and_changes_nothing(newsroom: Newsroom) -> None:
    before = newsroom.query("from events.counted order by event_key")
    outcome = forget_ann(newsroom)
    assert not outcome.is_done
    assert outcome.plan == {
        "events": 4,
        "rejects": 2,
        "first_occurred_at": "2024-05-15T09:00:00Z",
        "last_occurred_at": "2024-05-15T12:01:00Z",
        "archived_files": 1,
        "archived_rows": 4,
        "landed_files_to_remove": ["data/landing/archived.ndjson.gz"],
        "landed_files_yours_to_remove": ["data/landing/plain.ndjson"],
        "landed_files_unread": [],
    }
    assert newsroom.query("from events.counted order by event_key") == before


def test_no_file_holds_the_id_or_the_bytes_of_the_key_after_a_reader_is_forgotten(newsroom: Newsroom) -> None:
    key = key_of(newsroom)
    needles = (key.to_bytes(8, "little"), str(key).encode(), f'{ANN}"'.encode())
    assert {"warehouse.duckdb", "readership.duckdb", "plain.ndjson"} <= find_bytes(newsroom, *needles)
    outcome = act(newsroom)
    assert outcome.is_done
    assert find_bytes(newsroom, *needles) == {"plain.ndjson"}
    assert not (newsroom.workspace.landing / "archived.ndjson.gz").exists()
    for archived in list_archived(find_archive(newsroom.workspace.root)):
        assert key not in pl.read_parquet(archived.path)["visitor_key"]


def test_a_deletion_alone_would_leave_the_bytes_of_the_key(newsroom: Newsroom) -> None:
    """The reason for writing the file anew; where this fails, DuckDB overwrites what it deletes."""
    key = key_of(newsroom)
    with newsroom.open() as warehouse:
        warehouse.query("create table stage.leaving as select $key::ubigint as visitor_key", {"key": key})
        warehouse.delete("events.counted", key="visitor_key", within="stage.leaving")
        warehouse.checkpoint()
    assert key.to_bytes(8, "little") in newsroom.workspace.warehouse.read_bytes()


def test_the_tables_are_then_those_of_a_newsroom_that_never_met_the_reader(newsroom: Newsroom, tmp_path: Path) -> None:
    act(newsroom)
    never = open_newsroom(tmp_path / "never", *others())
    with newsroom.open() as one, never.open() as other:
        keyless = ("visitor_key", "event_key", "network_key", "session_key", "pageview_key")
        found, expected = (
            {
                table: sorted(str({name: cell for name, cell in row.items() if name not in keyless}) for row in rows)
                for table, rows in read_tables(warehouse).items()
            }
            for warehouse in (one, other)
        )
    assert found == expected


def test_the_checks_of_a_run_hold_after_a_reader_is_forgotten(newsroom: Newsroom) -> None:
    act(newsroom)
    assert check(newsroom) > 0
    assert newsroom.run().manifest is not None


def test_rejects_of_a_forgotten_reader_keep_their_reason_and_lose_their_fields(newsroom: Newsroom) -> None:
    act(newsroom)
    rows = newsroom.query("select reason, fields from loads.reject")
    assert rows == [{"reason": "unknown_kind", "fields": None}] * 2


def test_the_snapshot_is_the_warehouse_again(newsroom: Newsroom) -> None:
    act(newsroom)
    assert newsroom.workspace.snapshot.read_bytes() == newsroom.workspace.warehouse.read_bytes()


def test_the_archive_keeps_the_other_rows_and_still_verifies(newsroom: Newsroom) -> None:
    act(newsroom)
    (archived,) = list_archived(find_archive(newsroom.workspace.root))
    assert archived.rows == len(others())
    assert archived.verifies()


def test_forgetting_twice_finds_nothing_the_second_time(newsroom: Newsroom) -> None:
    act(newsroom)
    again = act(newsroom)
    assert [again.plan[name] for name in ("events", "rejects", "archived_rows")] == [0, 0, 0]
    assert newsroom.query("select cause, events, rejects from loads.removal order by all desc") == [
        {"cause": "forget", "events": 4, "rejects": 2},
        {"cause": "forget", "events": 0, "rejects": 0},
    ]


def test_a_token_dies_with_its_plan(newsroom: Newsroom) -> None:
    token = forget_ann(newsroom).token
    newsroom.load_events(pageview("a2", NOON, ANN, event_id="later"))
    with pytest.raises(UsageError, match="print the plan again"):
        forget_ann(newsroom, token)
    assert forget_ann(newsroom).plan["events"] == 5


def test_a_token_of_one_reader_forgets_no_other_with_the_same_figures(newsroom: Newsroom) -> None:
    token = forget(newsroom.context(), visitor_id="nobody").token
    with pytest.raises(UsageError):
        forget(newsroom.context(), visitor_id="nobody-else", token=token)


def test_a_reader_without_an_id_is_forgotten_by_key(tmp_path: Path) -> None:
    address = {"ip": "198.51.100.23", "user_agent": "Mozilla/5.0 Firefox/140"}
    newsroom = open_newsroom(tmp_path / "newsroom", *others(), pageview("a1", NOON, None, kind="share", **address))
    key = key_of(newsroom)
    context = newsroom.context()
    plan = forget(context, visitor_key=key)
    assert plan.plan["events"] == 1
    forget(context, visitor_key=key, token=plan.token)
    assert len(newsroom.query("from events.counted")) == len(others())


@pytest.mark.parametrize("given", [{}, {"visitor_id": ""}, {"visitor_id": ANN, "visitor_key": 7}])
def test_a_reader_is_named_in_one_way(newsroom: Newsroom, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="name the reader"):
        forget(newsroom.context(), **given)


def test_what_a_killed_process_spilled_is_gone_too(newsroom: Newsroom) -> None:
    spill = newsroom.workspace.warehouse.with_name("spill")
    spill.mkdir()
    (spill / "left").write_text(f'"{ANN}"')
    act(newsroom)
    assert not spill.exists()


# --- purge --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workspace with events of a hundred days, and rejects of an old and a new file."""
    newsroom = Newsroom(
        tmp_path_factory.mktemp("aged") / "newsroom", "[load]\nreject_limit_lines = 20\n", now=NOON - 50 * DAY
    )
    newsroom.load_articles(article(published_at="2024-01-01T00:00:00Z"))
    newsroom.load("events", [pageview("a1", NOON - 60 * DAY, "v", kind="scroll")])
    newsroom.now = NOON + HOUR
    newsroom.load("events", [pageview("a1", NOON, "v", kind="scroll")])
    newsroom.load_events(*(pageview("a1", NOON - n * DAY, f"v{n}") for n in range(100)))
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def old(aged: Path, tmp_path: Path) -> Newsroom:
    return copy_newsroom(aged, tmp_path / "old")


def purge_old(newsroom: Newsroom) -> Outcome:
    token = purge(newsroom.context(), RETENTION).token
    return purge(newsroom.context(), RETENTION, token=token)


def check(newsroom: Newsroom) -> int:
    with newsroom.open() as warehouse:
        return run_checks(
            warehouse,
            begin_run(warehouse, newsroom.context().settings, now=newsroom.now, as_of=None),
        )


def test_a_purge_counts_ages_from_the_newest_event_and_takes_whole_days(old: Newsroom) -> None:
    plan = purge(old.context(), RETENTION).plan
    assert plan == {
        "events_from": "2024-05-05T00:00:00Z",
        "rollups_from": "2024-03-01T00:00:00Z",
        "rejects_from": "2024-05-10T12:00:00Z",
        "events": 89,
        "rollup_hours": 24,
        "rejects": 1,
        "archived_files": 0,
        "archived_rows": 0,
    }
    assert len(old.query("from events.counted")) == 100


def test_sums_outlive_the_events_they_were_made_of(old: Newsroom) -> None:
    before = old.query("from rollups.article_hourly where hour_start >= '2024-03-01' order by hour_start")
    assert purge_old(old).is_done
    assert len(old.query("from events.counted")) == 11
    assert old.query("from rollups.article_hourly order by hour_start") == before
    assert [row["name"] for row in old.query("select name from loads.reject")] == ["3.rows"]


def test_the_checks_of_a_run_hold_after_a_purge_and_a_second_one_finds_nothing(old: Newsroom) -> None:
    purge_old(old)
    assert check(old) > 0
    again = purge(old.context(), RETENTION).plan
    assert [again[name] for name in ("events", "rollup_hours", "rejects")] == [0, 0, 0]


def test_a_late_event_of_a_purged_hour_does_not_replace_its_sums(old: Newsroom) -> None:
    purge_old(old)
    hour = "from rollups.article_hourly where hour_start = '2024-04-15 12:00'"
    before = old.query(hour)
    old.load_events(pageview("a1", NOON - 30 * DAY, "late"))
    assert old.query(hour) == before != []
    assert check(old) > 0
    assert purge(old.context(), RETENTION).plan["events"] == 1


def test_other_half_lives_do_not_empty_the_hours_whose_events_are_purged(old: Newsroom) -> None:
    purge_old(old)
    before = old.query("from rollups.article_hourly order by hour_start")
    settings = old.workspace.settings_file
    settings.write_text(settings.read_text() + '[lists.slow]\nhalf_life = "30h"\nwindow = "48h"\nlength = 5\n')
    old.load_events(pageview("a1", NOON, "v0"))
    after = old.query("from rollups.article_hourly order by hour_start")
    assert [row["hour_start"] for row in after] == [row["hour_start"] for row in before]


def test_a_reader_is_forgotten_in_a_purged_workspace_without_touching_final_sums(old: Newsroom) -> None:
    purge_old(old)
    old.load_events(pageview("a1", NOON - 30 * DAY, ANN))
    before = old.query("from rollups.article_hourly order by hour_start")
    act(old)
    assert old.query("from rollups.article_hourly order by hour_start") == before
    assert check(old) > 0


def test_a_purge_needs_the_token_of_its_plan(old: Newsroom) -> None:
    token = purge(old.context(), RETENTION).token
    with pytest.raises(UsageError):
        purge(old.context(), Retention(events_days=11, rollups_months=2, rejects_days=5), token=token)
    assert len(old.query("from events.counted")) == 100


def test_a_run_purges_what_is_due_without_a_token(old: Newsroom) -> None:
    with old.open() as warehouse:
        assert purge_due(warehouse, RETENTION, old.now).events == 89
        assert purge_due(warehouse, RETENTION, old.now).is_empty


def test_a_purge_waits_for_the_sums_of_what_it_removes(old: Newsroom) -> None:
    with old.open() as warehouse:
        warehouse.query("insert into rollups.touched_hour values ('2024-03-05 12:00')")
        with pytest.raises(ReadershipError, match="wait for their sums"):
            purge_due(warehouse, RETENTION, old.now)
        assert warehouse.count("events.counted") == 100


def test_an_empty_workspace_has_nothing_to_purge_or_forget(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "empty")
    assert purge_old(newsroom).is_done
    assert act(newsroom).is_done


def test_a_purge_takes_old_rows_out_of_the_archive(old: Newsroom) -> None:
    landed = old.workspace.landing / "a.ndjson"
    landed.write_bytes(b"{}")
    archive(old, landed)
    purge_old(old)
    (archived,) = list_archived(find_archive(old.workspace.root))
    assert archived.rows == len(pl.read_parquet(archived.path)) == 11
    old.load_events(pageview("a1", NOON + 30 * DAY, "v", received_at="2024-06-14T12:00:00Z"))
    purge_old(old)
    assert list_archived(find_archive(old.workspace.root)) == []


# --- the archive --------------------------------------------------------------------------------------------


def test_a_landed_file_is_removed_once_its_time_is_over_and_its_archived_file_verifies(newsroom: Newsroom) -> None:
    landing, archived = newsroom.workspace.landing, list_archived(find_archive(newsroom.workspace.root))
    assert list_due(archived, newsroom.now + 2 * DAY - MINUTE, 2) == []
    due = list_due(archived, newsroom.now + 2 * DAY, 2)
    assert remove_originals(due, landing) == [landing / "archived.ndjson.gz"]
    assert [path.name for path in landing.iterdir()] == ["plain.ndjson"]
    assert remove_originals(due, landing) == []


def test_every_copy_of_an_archived_file_is_removed_and_nothing_of_another_content(newsroom: Newsroom) -> None:
    landing = newsroom.workspace.landing
    original = landing / "archived.ndjson.gz"
    (landing / "copies").mkdir()
    shutil.copy(original, landing / "copies" / "again.gz")
    same_size = landing / "same-size"
    same_size.write_bytes(original.read_bytes()[:-1] + b"!")
    outside = newsroom.incoming / "outside.gz"
    shutil.copy(original, outside)
    (landing / "link.gz").symlink_to(outside)
    remove_originals(list_archived(find_archive(newsroom.workspace.root)), landing)
    left = sorted(path.name for path in landing.rglob("*"))
    assert left == ["copies", "link.gz", "plain.ndjson", "same-size"]
    assert outside.exists()


@pytest.mark.parametrize("damage", ["cut", "emptied", "gone", "rows"])
def test_a_landed_file_stays_where_its_archived_file_does_not_verify(newsroom: Newsroom, damage: str) -> None:
    (archived,) = list_archived(find_archive(newsroom.workspace.root))
    content = archived.path.read_bytes()
    if damage == "gone":
        archived.path.unlink()
    elif damage == "rows":
        pl.read_parquet(archived.path).head(3).write_parquet(archived.path)
    else:
        archived.path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    assert remove_originals([archived], newsroom.workspace.landing) == []
    assert (newsroom.workspace.landing / "archived.ndjson.gz").exists()
    assert list_archived(find_archive(newsroom.workspace.root)) == []


def test_a_table_with_an_address_is_never_archived(newsroom: Newsroom) -> None:
    landed = newsroom.workspace.landing / "plain.ndjson"
    with newsroom.open() as warehouse:
        warehouse.query("create table stage.raw as select 1::ubigint as event_key, '198.51.100.23' as ip")
        with pytest.raises(ReadershipError, match="holds ip"):
            archive_landed(
                warehouse, "stage.raw", name_file(landed), find_archive(newsroom.workspace.root), newsroom.now
            )


# --- mentions and networks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["plain", "gzip", "escaped", "parquet", "nested parquet", "across blocks"])
def test_a_landed_file_that_names_a_reader_is_found_in_any_form(tmp_path: Path, form: str) -> None:
    name = 'an"é-1'
    rows: list[Row] = [{"visitor_id": "other"}, {"visitor_id": name}]
    contents = {
        "plain": to_ndjson(rows),
        "gzip": gzip.compress(to_ndjson(rows)),
        "escaped": json.dumps(rows).encode(),
        "parquet": to_parquet(rows),
        "nested parquet": to_parquet([{"user": [{"id": name}]}]),
        "across blocks": b" " * ((1 << 20) - 3) + to_ndjson([name]),  # type: ignore[list-item] # a bare text
    }
    (tmp_path / "file").write_bytes(contents[form])
    (tmp_path / "other").write_bytes(to_ndjson([{"visitor_id": f"{name}0"}]))
    assert find_mentions([tmp_path / "file", tmp_path / "other"], name) == ([tmp_path / "file"], [])


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"x" * 10_000, mtime=0)[:-20], b"PAR1 and no more", b"\x28\xb5\x2f\xfd\x00"],
    ids=["gzip", "parquet", "zstd"],  # named: bytes in a name differ from process to process
)
def test_a_landed_file_that_cannot_be_read_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken").write_bytes(content)
    assert find_mentions([tmp_path / "broken"], ANN) == ([], [tmp_path / "broken"])


def test_ranges_hold_their_first_and_last_address_and_no_other() -> None:
    ranges = Ranges.parse(["10.0.0.0/30", "10.0.0.4", "10.0.1.0/24", "2001:db8::/127", "::ffff:192.0.2.0/120"])
    inside = ["10.0.0.0", "10.0.0.4", "10.0.1.255", " 10.0.1.0 ", "2001:db8::1", "192.0.2.255", "::ffff:10.0.0.1"]
    outside = [
        "9.255.255.255",
        "10.0.0.5",
        "10.0.2.0",
        "2001:db8::2",
        "192.0.3.0",
        "::",
        "",
        "a",
        "10.0.0.1:80",
        "\x00",
    ]
    assert [ip for ip in inside if not ranges.holds(ip)] == []
    assert [ip for ip in outside if ranges.holds(ip)] == []


def test_ranges_that_overlap_or_touch_are_one() -> None:
    ranges = Ranges.parse(["10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8"])
    assert len(ranges) == 1
    assert ranges.holds("10.200.0.1")


def test_a_line_that_is_no_range_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ranges.txt"
    path.write_text("# hosting companies\n198.51.100.0/24\n\n198.51.100.0/33 # no\n")
    with pytest.raises(SettingsError, match=r"ranges\.txt, line 4: '198\.51\.100\.0/33'"):
        Ranges.read(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        Ranges.read(tmp_path / "missing")


@pytest.mark.parametrize("text", ["", "-", "1.2.3", "1.2.3.4.5", "::1%eth0", "1.2.3.4:80", "localhost", "\ud800"])
def test_what_is_no_address_has_no_network(text: str) -> None:
    assert network_prefix(text) is None


# --- the commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "arguments"), [(forget_command, [ANN]), (purge_command, [])])
def test_a_command_prints_a_plan_with_a_token_and_acts_with_it(
    newsroom: Newsroom, command: Any, arguments: Iterable[str]
) -> None:
    place = ["--workspace", str(newsroom.workspace.root), "--json"]
    printed = json.loads(CliRunner().invoke(command, [*arguments, *place]).stdout)
    assert not printed["is_done"]
    done = CliRunner().invoke(command, [*arguments, *place, "--token", printed["token"]])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {**printed, "is_done": True}
    wrong = CliRunner().invoke(command, [*arguments, *place, "--token", "0" * 16])
    assert wrong.exit_code == 2
    assert "print the plan again" in wrong.stderr


def test_a_person_reads_the_plan_and_how_to_carry_it_out(newsroom: Newsroom) -> None:
    result = CliRunner().invoke(forget_command, [ANN, "--workspace", str(newsroom.workspace.root)])
    assert "data/landing/plain.ndjson" in result.stdout
    token = forget_ann(newsroom).token
    assert token in result.stdout
    assert f"--token {token}" in result.stderr
