"""Late and corrected data: what comes late lands where it belongs, and what it would have changed is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.backfill import backfill
from analytics.errors import CheckFailed, UsageError
from analytics.events import count
from analytics.events.count import recount_days
from analytics.instants import floor_hour, format_instant
from analytics.pipeline import load_into
from analytics.publish.validate import validate_reports
from analytics.rankings.job import Moment, rank_lists, report_corrections
from analytics.rollups import roll_up_hours
from analytics.runs import read_watermark
from analytics.warehouse import Warehouse

from .conftest import Readership
from .newsroom import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Newsroom,
    Row,
    article,
    hash_files,
    open_empty_warehouse,
    pageview,
    read_tables,
    to_ndjson,
)
from .test_counting import newsroom_kept_open

SECOND, GRACE = timedelta(seconds=1), 5 * MINUTE
ARTICLES = [
    article(f"a{n}", section=("Politics", "Sports")[n % 2], published_at=format_instant(NOON - 400 * DAY))
    for n in range(4)
]
MIDNIGHT = NOON.replace(hour=0)
SMALL = "[lists]\nmost-read = { length = 2 }\nmost-read-24h = { length = 2 }\nmost-read-7d = { length = 3 }\n"
quick = settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def load(newsroom: Newsroom, *contents: Iterable[Row]) -> Iterator[Warehouse]:
    """Load the articles and then files of events into a warehouse of its own."""
    with open_empty_warehouse() as warehouse:
        add(newsroom, warehouse, *contents)
        yield warehouse


def add(newsroom: Newsroom, warehouse: Warehouse, *contents: Iterable[Row]) -> None:
    files = [("events", newsroom.write(to_ndjson(rows))) for rows in contents]
    load_into(newsroom.context(), warehouse, [("articles", newsroom.write(ARTICLES)), *files])


def rank_at(newsroom: Newsroom, warehouse: Warehouse, *moments: datetime) -> None:
    for as_of in moments:
        rank_lists(warehouse, newsroom.context().settings.lists, Moment(as_of, as_of))


def read_slots(warehouse: Warehouse) -> dict[tuple[object, ...], str]:
    rows = warehouse.query("select list_name, scope, as_of, rank, article_id from rankings.item").rows()
    return {tuple(row[:4]): row[4] for row in rows}


@st.composite
def reads(draw: st.DrawFn, hours: st.SearchStrategy[int]) -> Row:
    when = NOON - draw(hours) * HOUR + draw(st.integers(0, 59)) * MINUTE
    return pageview(f"a{draw(st.integers(0, 3))}", when, f"v{draw(st.integers(0, 30))}")


# --- How far the data reach ---------------------------------------------------------------------------------


def find_data_through(events: list[tuple[datetime, timedelta | None]]) -> datetime:
    newest = max(at for at, _ in events)
    known = [(at + late, late) for at, late in events if late is not None and at > newest - 7 * DAY]
    plain = floor_hour(newest + GRACE)
    if not known:
        return plain
    seconds = sorted(-(-late // SECOND) for _, late in known)
    place = -(-99 * len(seconds) // 100) - 1
    return min(plain, floor_hour(max(newest, *(at for at, _ in known)) - seconds[place] * SECOND))


lateness = st.none() | st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), SECOND, 90 * SECOND, 59 * MINUTE, HOUR, 30 * HOUR, 20 * DAY]
)
ages = st.sampled_from([timedelta(0), timedelta(microseconds=1), GRACE, HOUR, 26 * HOUR, 7 * DAY, 8 * DAY])


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(
    times=st.lists(st.tuples(ages, lateness), min_size=1, max_size=6),
    crowd=st.tuples(st.sampled_from([0, 98, 99, 100, 101, 297]), lateness),
    end=st.sampled_from([NOON, NOON - GRACE, NOON - GRACE - SECOND, NOON + 30 * MINUTE]),
    is_split=st.booleans(),
)
@example(times=[(timedelta(0), HOUR), (timedelta(0), 30 * HOUR)], crowd=(98, SECOND), end=NOON, is_split=True)
@example(times=[(timedelta(0), HOUR), (timedelta(0), 30 * HOUR)], crowd=(99, SECOND), end=NOON, is_split=False)
def test_data_through_is_the_newest_less_the_lateness_of_99_of_100_events(
    times: list[tuple[timedelta, timedelta | None]],
    crowd: tuple[int, timedelta | None],
    end: datetime,
    *,
    is_split: bool,
) -> None:
    events = [(end - age, late) for age, late in times] + [(end - HOUR, crowd[1])] * crowd[0]
    rows = [
        pageview("a0", at, f"v{n}", received_at=None if late is None else format_instant(at + late))
        for n, (at, late) in enumerate(events)
    ]
    files = [rows[1::2][::-1], rows[::2]] if is_split else [rows]
    with newsroom_kept_open() as newsroom, load(newsroom, *filter(None, files)) as warehouse:
        mark = read_watermark(warehouse, newsroom.context().settings.load)
    assert mark.data_through == find_data_through(events)
    assert mark.final_through == min(mark.data_through, floor_hour(max(at for at, _ in events) - 72 * HOUR))


def test_a_source_that_becomes_slower_takes_no_published_moment_back(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*ARTICLES)
    newsroom.load_events(*(pageview("a1", NOON - n * MINUTE, f"v{n}") for n in range(9)))
    newsroom.run()
    slow = [pageview("a2", NOON - 9 * HOUR, f"s{n}", received_at=format_instant(NOON - n * MINUTE)) for n in range(9)]
    newsroom.load_events(*slow)
    manifest = newsroom.run().manifest
    assert manifest
    assert (manifest.as_of, manifest.data_through) == ("2024-05-15T12:00:00Z", "2024-05-15T03:00:00Z")
    assert manifest.final_through == "2024-05-12T12:00:00Z"
    assert validate_reports(newsroom.workspace.reports) == []


# --- Late and imported --------------------------------------------------------------------------------------


@quick
@given(
    history=st.lists(reads(st.integers(24 * 30, 24 * 33)), min_size=1, max_size=15),
    present=st.lists(reads(st.integers(1, 50)), min_size=1, max_size=15),
)
def test_history_imported_after_the_present_is_ranked_as_if_it_had_come_first(
    history: list[Row], present: list[Row]
) -> None:
    moments = [NOON - 30 * DAY, NOON]
    with newsroom_kept_open() as newsroom, load(newsroom, history, present) as right:
        rank_at(newsroom, right, *moments)
        with load(newsroom, present, history) as other:
            rank_at(newsroom, other, *moments)
            assert read_tables(other) == read_tables(right)
            assert read_slots(other) == read_slots(right)


def test_an_event_that_is_months_late_rewrites_the_sums_of_its_hour_alone(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_articles(*ARTICLES)
    old = NOON - 90 * DAY
    newsroom.load_events(*(pageview(f"a{n % 4}", old + n * HOUR, f"v{n}") for n in range(-3, 4)), pageview("a1"))
    tables = ("article_hourly", "removed_hourly", "decay_hourly")

    def list_rows() -> set[tuple[object, ...]]:
        return {
            (name, row["rowid"], row["hour_start"])
            for name in tables
            for row in newsroom.query(f"from rollups.{name} select rowid, hour_start")
        }

    before = list_rows()
    newsroom.load_events(pageview("a2", old + MINUTE, "late"))
    assert {hour for _, _, hour in before ^ list_rows()} == {old}
    assert len(newsroom.query(f"from rollups.article_hourly where hour_start = timestamp '{old}'")) == 2


# --- Corrections --------------------------------------------------------------------------------------------


@quick
@given(
    early=st.lists(reads(st.integers(1, 200)), min_size=6, max_size=30),
    late=st.lists(reads(st.integers(80, 200)), min_size=1, max_size=6),
)
def test_corrections_name_exactly_the_published_slots_that_would_have_been_different(
    early: list[Row], late: list[Row]
) -> None:
    moments = [NOON - hours * HOUR for hours in (150, 110, 90, 40, 0)]
    with newsroom_kept_open() as newsroom, load(newsroom, early) as warehouse:
        (newsroom.workspace.settings_file).write_text(SMALL)
        rank_at(newsroom, warehouse, *moments)
        published = read_slots(warehouse)
        add(newsroom, warehouse, late)
        lists = newsroom.context().settings.lists
        rows = report_corrections(warehouse, lists, run_number=7, final_through=NOON - 72 * HOUR)
        found = warehouse.query("from rankings.correction").to_dicts()
        assert read_slots(warehouse) == published
        with load(newsroom, early, late) as knowing:
            rank_at(newsroom, knowing, *moments)
            right = read_slots(knowing)
        assert report_corrections(warehouse, lists, run_number=8, final_through=NOON) == 0
    slots = {slot for slot in published | right if published.get(slot) != right.get(slot)}
    assert {
        (row["list_name"], row["scope"], row["as_of"], row["rank"]):
            (row["published_article_id"], row["corrected_article_id"]) for row in found
    } == {slot: (published.get(slot), right.get(slot)) for slot in slots}  # fmt: skip
    assert (len(found), {row["run_number"] for row in found}) == (rows, {7} if rows else set())


def test_a_change_within_the_late_window_is_no_correction() -> None:
    with newsroom_kept_open() as newsroom, load(newsroom, [pageview("a1", NOON - HOUR)]) as warehouse:
        lists = newsroom.context().settings.lists
        rank_at(newsroom, warehouse, NOON)
        add(newsroom, warehouse, [pageview("a2", NOON - 2 * HOUR, f"v{n}") for n in range(9)])
        assert warehouse.count("rollups.corrected_hour") == 1
        assert report_corrections(warehouse, lists, run_number=2, final_through=NOON - 2 * HOUR) == 0
        assert warehouse.count("rollups.corrected_hour") == 0


def test_a_new_half_life_and_a_changed_list_correct_nothing() -> None:
    with newsroom_kept_open() as newsroom, load(newsroom, [pageview("a1", NOON - HOUR)]) as warehouse:
        rank_at(newsroom, warehouse, NOON)
        roll_up_hours(warehouse, [7200])
        assert warehouse.count("rollups.corrected_hour") == 0
        add(newsroom, warehouse, [pageview("a2", NOON - 2 * HOUR, f"v{n}") for n in range(9)])
        newsroom.workspace.settings_file.write_text(SMALL)
        lists = {"most-read": newsroom.context().settings.lists["most-read"]}
        assert report_corrections(warehouse, lists, run_number=2, final_through=NOON) == 0


def test_a_run_reports_what_came_past_the_late_window_once_and_the_command_shows_it(
    tmp_path: Path, readership: Readership
) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*ARTICLES)
    old = NOON - 5 * DAY
    newsroom.load_events(pageview("a1", old - 3 * HOUR, "x"))
    newsroom.run(old)
    newsroom.load_events(*(pageview("a1", NOON - n * HOUR) for n in range(9)))
    newsroom.run()
    newsroom.load_events(*(pageview("a2", old - 2 * HOUR, f"late{n}") for n in range(3)))
    newsroom.run()
    assert not newsroom.run().is_news
    told = readership("runs", "corrections", "--json", "--workspace", newsroom.workspace.root)
    rows = [row for row in json.loads(told.stdout) if (row["list_name"], row["scope"]) == ("most-read", "site")]
    assert [(row["rank"], row["published_article_id"], row["corrected_article_id"]) for row in rows] == [
        (1, "a1", "a2"),
        (2, None, "a1"),
    ]
    assert {row["as_of"] for row in rows} == {str(old)}
    runs = json.loads(readership("runs", "--json", "--workspace", newsroom.workspace.root).stdout)
    state = json.loads(readership("status", "--json", "--workspace", newsroom.workspace.root).stdout)
    assert [run["run_number"] for run in runs] == [3, 2, 1]
    assert [bool(run["corrections"]) for run in runs] == [True, False, False]
    assert state["corrections"] == runs[0]["corrections"]


# --- Backfill -----------------------------------------------------------------------------------------------

crowds = st.lists(
    st.builds(
        lambda minutes, article_id, visitor: pageview(article_id, MIDNIGHT + minutes * MINUTE, visitor),
        st.sampled_from([-40, -20, -5, 0, 5, 20, 60, 120, 1420, 1435, 1441, 1500]),
        st.sampled_from(["a0", "a1"]),
        st.sampled_from(["v1", "v2", None]),
    ),
    min_size=4,
    max_size=30,
)
FORGET_VERDICTS = """
update events.counted set robot_rule = 'a rule of long ago', is_repeat = false, is_over_cap = false,
    removed_by = 'behavioural_robot', is_read = false, is_reader = false where {}
"""


@quick
@example(crowd=[pageview("a0", MIDNIGHT - 5 * MINUTE), pageview("a0", MIDNIGHT + 5 * MINUTE)], day=-1)
@given(crowd=crowds, day=st.integers(-1, 1))
def test_backfill_gives_the_verdicts_of_todays_rules_and_a_second_one_changes_nothing(
    crowd: list[Row], day: int
) -> None:
    from_at, until_at = MIDNIGHT - DAY, MIDNIGHT + 2 * DAY
    with pytest.MonkeyPatch.context() as patch, newsroom_kept_open() as newsroom, load(newsroom, crowd) as warehouse:
        patch.setattr(count, "_MOST_EVENTS", 1)  # every day by itself
        rules, half_lives = newsroom.context().settings.counting, newsroom.context().settings.half_lives_seconds
        right = read_tables(warehouse)
        at = MIDNIGHT + day * DAY
        warehouse.query(FORGET_VERDICTS.format(f"occurred_at between '{at}'::timestamp and '{at + DAY - SECOND}'"))
        roll_up_hours(warehouse, half_lives, (from_at, until_at))
        wrong = read_tables(warehouse)
        changed = sum(a != b for a, b in zip(right["events.counted"], wrong["events.counted"], strict=True))
        assert recount_days(warehouse, rules, from_at, until_at, is_dry=True) == changed
        assert read_tables(warehouse) == wrong
        assert recount_days(warehouse, rules, from_at, until_at) >= changed
        roll_up_hours(warehouse, half_lives)
        assert read_tables(warehouse) == right
        assert recount_days(warehouse, rules, from_at, until_at) == 0
        assert warehouse.count("rollups.touched_hour") == 0


def test_a_backfill_under_other_settings_is_published_by_the_next_run_without_a_new_file(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", "[counting]\nreads_a_day = 8\n")
    newsroom.load_articles(*ARTICLES)
    newsroom.load_events(*(pageview("a1", NOON - n * HOUR) for n in range(1, 4)), pageview("a2", NOON, "v2"))
    newsroom.run()
    newsroom.workspace.settings_file.write_text("[counting]\nreads_a_day = 1\n")
    planned = backfill(newsroom.context(), NOON, NOON + SECOND, is_dry=True)
    assert (planned.from_at, planned.until_at, planned.verdicts) == (MIDNIGHT, MIDNIGHT + DAY, 2)
    assert backfill(newsroom.context(), NOON, NOON + SECOND).verdicts == 2
    newsroom.run()
    reads_now = {item["article_id"]: item["reads"] for item in newsroom.rank()["items"]}
    assert reads_now == {"a1": 1, "a2": 1}
    assert backfill(newsroom.context(), NOON, NOON + SECOND).verdicts == 0
    assert not newsroom.run().is_news


def test_a_span_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not after"):
        backfill(Newsroom(tmp_path / "newsroom").context(), NOON, NOON)


# --- Sequence numbers ---------------------------------------------------------------------------------------


def numbered(*numbers: int) -> list[Row]:
    return [
        pageview("a1", NOON - 90 * MINUTE + n * SECOND, f"v{n}", sequence_source="edge", sequence_number=n)
        for n in numbers
    ]


def test_lost_events_keep_the_last_good_set_until_they_are_loaded(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*ARTICLES)
    newsroom.load_events(*numbered(*range(20)), pageview("a2", NOON, "x"))
    newsroom.run()
    reports = newsroom.workspace.reports
    before = {path: sha for path, sha in hash_files(reports).items() if path != "manifest.json"}
    newsroom.load_events(*numbered(*range(30, 100)))
    with pytest.raises(CheckFailed, match=r"2024-05-15T10:00:00Z \(10 missing, 10.0%\).*loss_limit_share") as caught:
        newsroom.run()
    manifest = json.loads((reports / "manifest.json").read_bytes())
    assert (manifest["status"], manifest["reasons"]) == ("degraded", [caught.value.message])
    assert {path: sha for path, sha in hash_files(reports).items() if path != "manifest.json"} == before
    assert caught.value.exit_code == 1
    newsroom.load_events(*numbered(*range(20, 28)))
    result = newsroom.run().manifest
    assert result
    assert result.status == "fresh"


def test_a_number_that_comes_twice_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*ARTICLES)
    again = pageview("a2", NOON - 90 * MINUTE, "w", sequence_source="edge", sequence_number=3)
    newsroom.load_events(*numbered(*range(9)), again, pageview("a2", NOON, "x"))
    newsroom.run()
    (row,) = newsroom.query("select received, missing, repeated, repeated_share from rollups.sequence_hourly")
    assert row == {"received": 10, "missing": 0, "repeated": 1, "repeated_share": 0.1}
