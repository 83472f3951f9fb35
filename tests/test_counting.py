"""Counting: the verdict on a pageview depends on the set of events alone, and is what its definition says."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.instants import format_instant
from analytics.pipeline import load_into
from analytics.publish.job import publish_reports
from analytics.rankings.job import Moment, rank_lists
from analytics.statements import list_statements
from analytics.warehouse import Warehouse

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
    to_csv,
    to_gzip,
    to_ndjson,
)

SETTINGS = """\
[load]
reject_limit_lines = 1000

[lists.most-discussed]
half_life = "15m"
window = "6h"
length = 5
weights = { read = 1, share = 3, engaged_minute = 0.5 }
"""
ARTICLES = [article(f"a{n}", section=("Politics", "Sports")[n % 2]) for n in range(3)]
MIDNIGHT = NOON.replace(hour=0)
ROBOT, PERSON = "Googlebot/2.1 (+http://www.google.com/bot.html)", "Mozilla/5.0 (X11; Linux) Firefox/140.0"
LABELS: list[Row] = [
    *[{}] * 6,
    {"is_staff": "true"},
    {"user_agent": ROBOT},
    {"status": 404},
    {"method": "HEAD"},
    {"purpose": "prefetch"},
    {"is_staff": "true", "purpose": "preview", "user_agent": ROBOT},
    {"source_box": "most-read", "slot": 1},
]
VISITORS: list[Row] = [
    {"visitor_id": "ann"},
    {"visitor_id": "bob"},
    {"ip": "203.0.113.7", "user_agent": PERSON},
    {},
]
PAGES: list[Row] = [
    {"article_id": "a0"},
    {"article_id": "a1"},
    {"url": "https://news.example/en/a1?utm_source=x"},
    {"article_id": "unknown"},
]
KINDS: list[Row] = [
    *[{"kind": "pageview"}] * 6,
    {"kind": "share", "share_network": "whatsapp"},
    {"kind": "engaged", "engaged_seconds": 12.345},
]
STEPS = [timedelta(0), timedelta(microseconds=1), MINUTE, 10 * MINUTE, 29 * MINUTE, 30 * MINUTE, 31 * MINUTE, 2 * HOUR]
moments = st.builds(
    lambda start, steps: start + sum(steps, timedelta(0)),
    st.sampled_from([NOON - DAY, MIDNIGHT - 20 * MINUTE, MIDNIGHT, NOON - HOUR]),
    st.lists(st.sampled_from(STEPS), max_size=2),
)


@st.composite
def events(draw: st.DrawFn, ids: st.SearchStrategy[str | None]) -> Row:
    parts = [draw(st.sampled_from(choices)) for choices in (LABELS, VISITORS, PAGES, KINDS)]
    row = pageview(None, draw(moments), None)
    for part in parts:
        row = part | row | part
    event_id = draw(ids)
    return row if event_id is None else row | {"event_id": event_id}


few_ids = st.none() | st.none() | st.sampled_from(["e1", "e2", "e3"])
SIGNALS: list[Row] = [
    *[{}] * 6,
    *({"kind": "engaged", "engaged_seconds": 15, "heartbeat": beat, "pageview_id": "p1"} for beat in (1, 1, 2)),
    {"kind": "engaged", "engaged_seconds": 1700, "pageview_id": "p1"},
    {"ip": "203.0.113.9"},
    {"ip": "198.51.100.9", "user_agent": "x"},
]
DELAYS = [None, None, timedelta(0), MINUTE, -MINUTE]  # the last: the source's clock ran ahead
WHO: list[Callable[[int], Row]] = [
    lambda number: {"visitor_id": f"v{number}"},
    lambda _: {"visitor_id": "ann"},
    lambda _: {"user_agent": PERSON},
    lambda _: {},
]


@st.composite
def signals(draw: st.DrawFn) -> Row:
    row = draw(events(few_ids)) | draw(st.sampled_from(SIGNALS))
    delay = draw(st.sampled_from(DELAYS))
    return row if delay is None else row | {"received_at": format_instant(parse(row) + delay)}


@st.composite
def networks(draw: st.DrawFn) -> list[Row]:
    """Give pageviews of one network and page: as many as its rule looks at, or hardly fewer."""
    prefix, page = draw(st.sampled_from(["203.0.113", "198.51.100"])), draw(st.sampled_from(PAGES))
    first, who, size = draw(moments), draw(st.sampled_from(WHO)), draw(st.sampled_from([97, 99, 100, 103]))
    rows = [
        pageview(None, first + number * MINUTE / 4, None, ip=f"{prefix}.{number}") | page | who(number)
        for number in range(size)
    ]
    return [rows[0] | {"event_id": "e1"}, *rows[1:]]


def walk_widely(first: datetime) -> list[Row]:
    """Give pageviews of one visitor that no rule about few pages holds for."""
    return [pageview(f"p{number}", first + number * MINUTE, "ann") for number in range(40)]


def join(few: list[Row], many: list[list[Row]]) -> list[Row]:
    return [*few, *chain(*many)]


crowds = st.builds(
    join,
    st.lists(signals(), min_size=8, max_size=40),
    st.lists(networks() | networks() | moments.map(walk_widely), max_size=2),
)
quick = settings(max_examples=7, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def newsroom_kept_open() -> Iterator[Newsroom]:
    with tempfile.TemporaryDirectory() as folder:
        yield Newsroom(Path(folder) / "newsroom", SETTINGS, is_kept_open=True)


@contextmanager
def load_all(newsroom: Newsroom, files: Sequence[tuple[str, bytes]]) -> Iterator[Warehouse]:
    paths = [(entity, newsroom.write(content)) for entity, content in files]
    with open_empty_warehouse() as warehouse:
        reports = load_into(newsroom.context(), warehouse, paths)
        sums = [(one.lines, one.loaded + one.rejected + one.duplicate + one.filtered) for one in reports]
        assert all(lines == parts or one.status == "skipped" for one, (lines, parts) in zip(reports, sums, strict=True))
        yield warehouse


def publish(newsroom: Newsroom, warehouse: Warehouse) -> dict[str, str]:
    """Publish at noon into a folder of its own, and give the hash of every file."""
    setting = newsroom.context().settings
    rank_lists(warehouse, setting.lists, Moment(NOON, NOON))
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder) / "reports"
        publish_reports(
            warehouse, reports=reports, lists=setting.recipes, page=setting.page_recipe, as_of=NOON, data_through=NOON,
            config_hash=setting.config_hash, status="fresh", reasons=(), generated_at=newsroom.now,
            next_expected_at=None,
        )  # fmt: skip
        return hash_files(reports)


@quick
@given(crowd=crowds, choices=st.data())
def test_order_split_and_replays_of_the_files_change_no_table_and_no_byte(
    crowd: list[Row], choices: st.DataObject
) -> None:
    shuffled = [*crowd, *choices.draw(st.lists(st.sampled_from(crowd), max_size=10))]
    Random(choices.draw(st.integers(0, 999))).shuffle(shuffled)  # noqa: S311 - an order, no secret
    cuts = sorted(choices.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    pieces = [shuffled[start:end] for start, end in pairwise([0, *cuts, len(shuffled)])]
    pack: list[Callable[[Sequence[Row]], bytes]] = [to_ndjson, to_csv, lambda rows: to_gzip(to_ndjson(rows))]
    files = [("events", choices.draw(st.sampled_from(pack))(piece)) for piece in pieces if piece]
    files.insert(choices.draw(st.integers(0, len(files))), ("articles", to_ndjson(reversed(ARTICLES))))
    with newsroom_kept_open() as newsroom:
        with load_all(newsroom, [("articles", to_ndjson(ARTICLES)), ("events", to_ndjson(crowd))]) as warehouse:
            tables, reports = read_tables(warehouse), publish(newsroom, warehouse)
        with load_all(newsroom, files) as warehouse:
            assert read_tables(warehouse) == tables
            assert publish(newsroom, warehouse) == reports


@quick
@given(crowd=crowds)
def test_pageviews_are_reads_plus_removed_and_every_check_holds(crowd: list[Row]) -> None:
    files = [("events", to_ndjson(crowd[::2])), ("articles", to_ndjson(ARTICLES)), ("events", to_ndjson(crowd[1::2]))]
    with newsroom_kept_open() as newsroom, load_all(newsroom, files) as warehouse:
        tables = read_tables(warehouse)
        assert [name for name in list_statements("checks") if len(warehouse.frame(name))] == []
    counted = [row for row in tables["events.counted"] if row["article_id"]]
    assert Counter(row["is_read"] for row in counted if row["kind"] == "pageview") == Counter(
        {True: sum(row["reads"] for row in tables["rollups.article_hourly"]),
         False: sum(row["pageviews"] for row in tables["rollups.removed_hourly"])} ) - Counter()  # fmt: skip
    assert sum(row["readers"] for row in tables["rollups.article_hourly"]) == sum(row["is_reader"] for row in counted)


def choose_winners(crowd: list[Row]) -> list[Row]:
    """Of the bodies under one id the earliest; no two of a crowd share id and time."""
    winners: dict[str, Row] = {}
    for row in sorted(crowd, key=parse):
        winners.setdefault(row["event_id"], row)
    return list(winners.values())


def name_first_reason(row: Row) -> str | None:
    if row["kind"] == "pageview" and (row.get("method", "GET") != "GET" or row.get("status", 200) != 200):
        return "no_pageview"
    if row["kind"] == "pageview" and row.get("purpose") in {"prefetch", "preview"}:
        return "prefetch"
    if row.get("is_staff") == "true":
        return "staff"
    return "declared_robot" if row.get("user_agent") == ROBOT else None


def name_visitor(row: Row) -> tuple[object, ...] | None:
    if "visitor_id" in row:
        return (row["visitor_id"],)
    # The salt of an address is that of the day: the same reader is another visitor tomorrow.
    return (row["ip"], row["user_agent"], str(row["occurred_at"])[:10]) if "ip" in row else None


def find_robots(crowd: list[Row]) -> set[object]:
    """Find the visitors' days of 10 pageviews and more that the rules take for robots."""
    days: dict[object, list[Row]] = {}
    for row in crowd:
        if row["kind"] == "pageview" and name_first_reason(row) is None and name_visitor(row) is not None:
            days.setdefault((name_visitor(row), parse(row).date()), []).append(row)
    return {
        day
        for day, rows in days.items()
        if len(rows) >= 10 and max(Counter(parse(row).replace(second=0, microsecond=0) for row in rows).values()) >= 30
    }


def judge(crowd: list[Row], keys: dict[str, int]) -> dict[str, tuple[str | None, bool]]:
    """Give every event's first reason and whether it is a reader's first read, straight from the definition."""
    verdicts: dict[str, tuple[str | None, bool]] = {}
    robots = find_robots(crowd)
    views: dict[object, list[datetime]] = {}
    counts: Counter[object] = Counter()
    for row in sorted(crowd, key=lambda row: (parse(row), keys[row["event_id"]])):
        kind, visitor, page, when = row["kind"], name_visitor(row), row.get("article_id", "a1"), parse(row)
        reason = name_first_reason(row) or ("behavioural_robot" if (visitor, when.date()) in robots else None)
        if reason or visitor is None or kind == "engaged":
            verdicts[row["event_id"]] = (reason, False)
            continue
        earlier = views.setdefault((kind, visitor, page), [])
        is_repeat = kind == "pageview" and any(when - other <= 30 * MINUTE for other in earlier)
        earlier.append(when)
        counts[kind, visitor, page, when.date()] += not is_repeat
        number = counts[kind, visitor, page, when.date()]
        reason = "repeat" if is_repeat else "over_cap" if number > {"pageview": 8, "share": 3}[kind] else None
        verdicts[row["event_id"]] = (reason, kind == "pageview" and reason is None and number == 1)
    return verdicts


def parse(row: Row) -> datetime:
    return datetime.fromisoformat(row["occurred_at"])


@quick
@given(crowd=st.lists(events(st.integers(0, 60).map(str)), min_size=15, max_size=50))
def test_the_verdict_of_every_event_is_what_the_definition_says(crowd: list[Row]) -> None:
    crowd = list({(row["event_id"], row["occurred_at"]): row | {"n": row["event_id"]} for row in crowd}.values())
    files = [("articles", to_ndjson(ARTICLES)), *(("events", to_ndjson(crowd[start::3])) for start in range(3))]
    with newsroom_kept_open() as newsroom, load_all(newsroom, files) as warehouse:
        rows = warehouse.query("select *, extra->>'n' as n from events.counted").to_dicts()
    winners = choose_winners(crowd)
    expected = judge(winners, {row["n"]: row["event_key"] for row in rows})
    assert {row["n"]: (row["removed_by"], row["is_reader"]) for row in rows} == expected
    views = {row["event_id"] for row in winners if row["kind"] == "pageview"}
    assert all(row["is_read"] == (row["n"] in views and row["removed_by"] is None) for row in rows)
    assert all((row["removed_by"] == "repeat") == row["is_repeat"] for row in rows)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", SETTINGS, is_kept_open=True)
    newsroom.load_articles(*ARTICLES)
    return newsroom


def list_verdicts(newsroom: Newsroom) -> list[str]:
    rows = newsroom.query("from events.counted order by occurred_at, event_key")
    return [row["removed_by"] or "read" for row in rows]


def test_a_repeat_within_30_minutes_is_no_read(newsroom: Newsroom) -> None:
    times = [NOON, NOON + 30 * MINUTE, NOON + 60 * MINUTE, NOON + 90 * MINUTE + timedelta(microseconds=1)]
    newsroom.load_events(*(pageview("a0", when) for when in times))
    assert list_verdicts(newsroom) == ["read", "repeat", "repeat", "read"]


def test_another_article_or_another_visitor_is_no_repeat(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0"), pageview("a1", NOON + MINUTE), pageview("a0", NOON + 2 * MINUTE, "v2"))
    assert list_verdicts(newsroom) == ["read"] * 3


def test_a_pageview_that_was_removed_for_an_earlier_reason_makes_no_repeat(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0", purpose="prefetch"), pageview("a0", NOON + MINUTE))
    assert list_verdicts(newsroom) == ["prefetch", "read"]


def test_a_repeat_across_midnight_is_found_when_the_earlier_pageview_comes_late(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0", MIDNIGHT + 10 * MINUTE), pageview("a0", MIDNIGHT + HOUR))
    assert list_verdicts(newsroom) == ["read", "read"]
    newsroom.load_events(pageview("a0", MIDNIGHT - 10 * MINUTE))
    assert list_verdicts(newsroom) == ["read", "repeat", "read"]
    readers = newsroom.query("select occurred_at from events.counted where is_reader order by 1")
    assert [row["occurred_at"] for row in readers] == [MIDNIGHT - 10 * MINUTE, MIDNIGHT + HOUR]


def test_without_a_visitor_every_pageview_is_a_read_and_marked_so(newsroom: Newsroom) -> None:
    newsroom.load_events(*(pageview("a0", NOON + n * MINUTE, None) for n in range(3)), pageview("a0"))
    (row,) = newsroom.query("select reads, readers, unkeyed_reads from rollups.article_hourly")
    assert row == {"reads": 4, "readers": 1, "unkeyed_reads": 3}


def test_of_two_bodies_under_one_id_the_earlier_stays_and_the_other_is_a_reject(newsroom: Newsroom) -> None:
    early, late = pageview("a0", NOON, event_id="e1"), pageview("a1", NOON + HOUR, event_id="e1")
    report = newsroom.load_events(early, late)
    assert (report.loaded, report.rejected, report.duplicate) == (1, 1, 0)
    assert newsroom.query("select line, reason from loads.reject") == [{"line": 2, "reason": "id_conflict"}]
    earliest = pageview("a2", NOON - HOUR, event_id="e1")
    # The body that was loaded before gives way; it is a reject of the file that brought the earlier one.
    report = newsroom.load_events(late, earliest)
    assert (report.loaded, report.rejected) == (0, 2)
    assert newsroom.query("select sum(loaded)::int as rows from loads.file where entity = 'events'") == [{"rows": 1}]
    assert [row["article_id"] for row in newsroom.query("from events.counted")] == ["a2"]
    assert [row["hour_start"] for row in newsroom.query("from rollups.article_hourly")] == [NOON - HOUR]


def test_the_first_reason_owns_the_removal_and_all_labels_stay(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0", is_staff=True, user_agent=ROBOT, purpose="prefetch", method="HEAD"))
    (row,) = newsroom.query("from events.counted")
    assert row["removed_by"] == "no_pageview"
    assert row["no_pageview_by"] == "method"
    assert row["is_prefetch"]
    assert row["is_staff"]
    assert row["is_declared_robot"]
    assert not row["is_repeat"]


def test_a_read_from_a_box_is_kept_apart(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0", source_box="most-read", slot=1), pageview("a0", visitor="v2"))
    (row,) = newsroom.query("select reads, box_reads from rollups.article_hourly")
    assert row == {"reads": 2, "box_reads": 1}


def test_staff_and_robots_share_and_engage_for_nobody(newsroom: Newsroom) -> None:
    kinds: list[Row] = [{"kind": "share"}, {"kind": "engaged", "engaged_seconds": 30}]
    labels: list[Row] = [{}, {"is_staff": True}, {"user_agent": ROBOT}]
    newsroom.load_events(*(pageview("a0", **kind, **label) for kind in kinds for label in labels))
    (row,) = newsroom.query("select shares, engaged_seconds::double as seconds from rollups.article_hourly")
    assert row == {"shares": 1, "seconds": 30}
