"""Loading: what becomes of every line of every kind of file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from analytics.instants import parse_instant
from analytics.ledger import REASONS, FileReport
from analytics.pipeline import load_into

from .newsroom import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Newsroom,
    Row,
    article,
    open_empty_warehouse,
    pageview,
    read_tables,
    to_csv,
    to_gzip,
    to_ndjson,
    to_parquet,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LENIENT = "[load]\nreject_limit_lines = 1000\nline_bytes = 4096\n"
FORMS: dict[str, Callable[[list[Row]], bytes]] = {"ndjson": to_ndjson, "csv": to_csv, "parquet": to_parquet}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": to_gzip, ".zst": zstd.compress}
EVENTS = [
    pageview(
        "a1", referrer="https://www.google.com/search?q=x", country="KE", device="mobile", ab_test="blue", depth=3
    ),
    pageview("a1", NOON + 20 * MINUTE, source_box="most-read", slot=2, list_id="most-read", pageview_id="p2"),
    pageview(None, NOON + HOUR, "v2", url="http://www.news.example/en/a2/?utm_source=x#top", session_id="s1"),
    pageview("a2", NOON + 2 * HOUR, None, ip="203.0.113.9", user_agent="Mozilla/5.0 (X11) Firefox/140", status=200),
    pageview("a2", NOON + 3 * HOUR, "v3", user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)"),
    pageview("a2", NOON + 4 * HOUR, "v4", is_staff=True, method="GET", purpose="prefetch"),
    pageview("a1", NOON + HOUR, kind="share", share_network="WhatsApp", event_id="share-1"),
    pageview("a1", NOON + HOUR, kind="engaged", engaged_seconds=12.5, pageview_id="p2"),
    pageview("مقال-٣", NOON, "زائر", country="SA"),
]
ARTICLES = [
    article("a1", tags=["Floods", "Ibrahim Raisi"], authors=["A. Writer"], section="Politics", region="West Asia",
            summary="Water, and more of it.", body='He said: "No."\nThen he left.', updated_at="2024-05-14T00:00:00Z"),
    article("a2", aliases=["https://news.example/old/a2"], image_url="https://img.example/2.jpg", image_alt="A dam"),
    article("مقال-٣", edition="ar", title="فيضانات", breaking_until="2024-05-16T00:00:00Z", content_type="video"),
]  # fmt: skip


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", LENIENT, is_kept_open=True)


def list_rejects(newsroom: Newsroom, report: FileReport) -> dict[int, str]:
    rows = [row for row in newsroom.query("from loads.reject") if row["content_hash"] == report.content_hash]
    assert all((row["detail"], row["name"]) == (REASONS[row["reason"]], report.name) for row in rows)
    return {row["line"]: row["reason"] for row in rows}


def count_lines(report: FileReport) -> tuple[int, int, int, int, int]:
    return report.lines, report.loaded, report.rejected, report.duplicate, report.filtered


def load_in_memory(newsroom: Newsroom, *files: tuple[str, Path]) -> dict[str, list[Row]]:
    with open_empty_warehouse() as warehouse:
        reports = load_into(newsroom.context(), warehouse, files)
        assert [(report.status, report.rejected) for report in reports] == [("loaded", 0)] * len(files)
        return read_tables(warehouse)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_rows_give_the_same_tables_in_every_form_and_packing(newsroom: Newsroom, form: str) -> None:
    plain = [newsroom.write(to_ndjson(ARTICLES), "base-a.ndjson"), newsroom.write(to_ndjson(EVENTS), "base-e.ndjson")]
    expected = load_in_memory(newsroom, ("articles", plain[0]), ("events", plain[1]))
    assert len(expected["events.counted"]) == len(EVENTS)
    assert len(expected["articles.article"]) == len(ARTICLES)
    for suffix, pack in PACKINGS.items():
        articles = newsroom.write(pack(FORMS[form](ARTICLES)), f"articles.{form}{suffix}")
        events = newsroom.write(pack(FORMS[form](EVENTS)), f"events.{form}{suffix}")
        assert load_in_memory(newsroom, ("articles", articles), ("events", events)) == expected


def test_a_file_is_known_by_its_content_and_not_by_its_name(newsroom: Newsroom) -> None:
    plain = [newsroom.write(to_ndjson(ARTICLES), "base-a.ndjson"), newsroom.write(to_ndjson(EVENTS), "base-e.ndjson")]
    expected = load_in_memory(newsroom, ("articles", plain[0]), ("events", plain[1]))
    packed = newsroom.write(to_gzip(to_csv(EVENTS)), "events.dat")
    assert load_in_memory(newsroom, ("articles", plain[0]), ("events", packed)) == expected


GOOD = b'{"kind":"pageview","occurred_at":"2024-05-15T12:00:00Z","article_id":"a1"'
BAD_LINES: dict[str, tuple[bytes, str]] = {
    "garbage": (b"garbage", "malformed_line"),
    "cut short": (GOOD, "malformed_line"),
    "a list": (b"[1, 2]", "malformed_line"),
    "a number": (b"5", "malformed_line"),
    "two objects": (GOOD + b"} {}", "malformed_line"),
    "no UTF-8": (GOOD + b',"country":"\xff\xfe"}', "bad_utf8"),
    "a raw NUL": (GOOD + b',"country":"a\x00b"}', "malformed_line"),
    "a lone surrogate": (GOOD + b',"country":"\\ud800"}', "malformed_line"),
    "a giant line": (GOOD + b',"note":"' + b"x" * 5000 + b'"}', "line_too_long"),
    "no known field": (b'{"note":"x"}', "missing_kind"),
}
BAD_FIELDS: dict[str, tuple[Row, str]] = {
    "no kind": ({"kind": None}, "missing_kind"),
    "unknown kind": ({"kind": "scroll"}, "unknown_kind"),
    "no time": ({"occurred_at": None}, "missing_time"),
    "naive time": ({"occurred_at": "2024-05-15T12:00:00"}, "naive_time"),
    "naive day": ({"occurred_at": "2024-05-15"}, "naive_time"),
    "no time at all": ({"occurred_at": "yesterday"}, "bad_time"),
    "zone by name": ({"occurred_at": "2024-05-15T12:00:00 America/New_York"}, "bad_time"),
    "infinity": ({"occurred_at": "infinity"}, "bad_time"),
    "before 1970": ({"occurred_at": "1969-12-31T23:59:59Z"}, "time_before_1970"),
    "milliseconds as seconds": ({"occurred_at": "54000-01-01T00:00:00Z"}, "bad_time"),
    "after its receipt": ({"received_at": "2024-05-15T11:00:00Z"}, "time_in_the_future"),
    "after the clock": ({"occurred_at": "2024-05-21T00:00:00Z"}, "time_in_the_future"),
    "no article": ({"article_id": None}, "missing_article"),
    "no web address": ({"article_id": None, "url": "javascript:alert(1)"}, "bad_url"),
    "naive receipt": ({"received_at": "2024-05-15T12:00:00"}, "bad_received_at"),
    "engaged without seconds": ({"kind": "engaged"}, "missing_engaged_seconds"),
    "engaged for a word": ({"kind": "engaged", "engaged_seconds": "long"}, "bad_engaged_seconds"),
    "engaged below zero": ({"kind": "engaged", "engaged_seconds": -1}, "bad_engaged_seconds"),
    "slot too high": ({"slot": 256}, "bad_slot"),
    "staff perhaps": ({"is_staff": "perhaps"}, "bad_is_staff"),
    "status in words": ({"status": "OK"}, "bad_status"),
}
BAD_ARTICLES: dict[str, tuple[Row, str]] = {
    **{f"no {name}": ({name: None}, "missing_field") for name in ("article_id", "url", "edition", "title")},
    "no time": ({"published_at": None}, "missing_field"),
    "naive time": ({"published_at": "2024-05-15T12:00:00"}, "naive_time"),
    "no time at all": ({"published_at": "soon"}, "bad_time"),
    "no edition": ({"edition": "../etc"}, "bad_edition"),
    "no status": ({"status": "gone"}, "bad_status"),
    "no list of tags": ({"tags": {"a": 1}}, "bad_field"),
    "no web address": ({"url": "javascript:alert(1)"}, "bad_url"),
}


def test_a_bad_line_is_set_aside_with_its_number_and_reason_and_the_rest_loads(newsroom: Newsroom) -> None:
    lines = [line for line, _ in BAD_LINES.values()]
    report = newsroom.load("events", b"\n".join([GOOD + b"}", *lines, GOOD + b',"slot":1}']) + b"\n")[0]
    assert list_rejects(newsroom, report) == dict(enumerate((reason for _, reason in BAD_LINES.values()), 2))
    assert count_lines(report) == (len(lines) + 2, 2, len(lines), 0, 0)
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 2}]


@pytest.mark.parametrize("form", FORMS)
def test_a_bad_field_is_set_aside_with_its_reason_in_every_form(newsroom: Newsroom, form: str) -> None:
    rows = [pageview(event_id=f"e{number}", **fields) for number, (fields, _) in enumerate(BAD_FIELDS.values())]
    rows = [{name: str(value) for name, value in row.items()} for row in rows]
    pack = FORMS[form] if form != "parquet" else partial(to_parquet, is_typed=False)
    report = newsroom.load("events", newsroom.write(pack([*rows, pageview()]), f"events.{form}"))[0]
    reasons = dict(enumerate((reason for _, reason in BAD_FIELDS.values()), 2 if form == "csv" else 1))
    assert list_rejects(newsroom, report) == reasons
    assert count_lines(report) == (len(rows) + 1, 1, len(rows), 0, 0)


def test_a_bad_article_is_set_aside_with_its_reason(newsroom: Newsroom) -> None:
    rows = [article(f"a{number}", **fields) if "article_id" not in fields else article(**fields)
            for number, (fields, _) in enumerate(BAD_ARTICLES.values())]  # fmt: skip
    report = newsroom.load_articles(*rows, article("good"))
    assert list_rejects(newsroom, report) == dict(enumerate((reason for _, reason in BAD_ARTICLES.values()), 1))
    assert count_lines(report) == (len(rows) + 1, 1, len(rows), 0, 0)


def test_a_csv_record_with_another_number_of_fields_or_a_stray_quote_is_a_reject(newsroom: Newsroom) -> None:
    head = b"kind,occurred_at,article_id\n"
    good, bad = b"pageview,2024-05-15T12:00:00Z,a%d\n", (b"pageview\n", b'"a"b,x,y\n', b"pageview,\xff\xfe,a1\n")
    report = newsroom.load("events", newsroom.write(head + good % 1 + b"".join(bad) + good % 2, "e.csv"))[0]
    assert list_rejects(newsroom, report) == dict.fromkeys((3, 4, 5), "malformed_line")
    assert report.loaded == 2


INSTANTS = {
    "2024-05-15T12:00:00Z": NOON,
    "2024-05-15T15:00:00+03:00": NOON,
    "2024-05-15 12:00:00.5+00": NOON.replace(microsecond=500_000),
    "2024-05-15T12:00Z": NOON,
    "2024-05-15T07:00:00-0500": NOON,
    1715774400: NOON,
    1715774400.25: NOON.replace(microsecond=250_000),
    1715774400123: NOON.replace(microsecond=123_000),
    1715774400123456: NOON.replace(microsecond=123_456),
    "1715774400": NOON,
    0: parse_instant("1970-01-01T00:00:00Z"),
}


def test_a_time_is_read_in_every_documented_spelling(newsroom: Newsroom) -> None:
    rows = [pageview(str(number)) | {"occurred_at": text} for number, text in enumerate(INSTANTS)]
    assert newsroom.load_events(*rows).rejected == 0
    found = newsroom.query("select occurred_at from events.event order by named_article_id::integer")
    assert [row["occurred_at"] for row in found] == list(INSTANTS.values())


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_a_byte_order_mark_and_other_line_ends_change_nothing(newsroom: Newsroom, form: str, end: bytes) -> None:
    rows = [pageview(f"a{number}", country="KE") for number in range(300)]
    content = b"\xef\xbb\xbf" + FORMS[form](rows).replace(b"\n", end)
    report = newsroom.load("events", newsroom.write(content, f"events.{form}"))[0]
    assert count_lines(report) == (300, 300, 0, 0, 0)
    assert len({row["named_article_id"] for row in newsroom.query("from events.event")}) == 300


def test_blank_lines_are_filtered_and_keep_the_numbers_of_the_others(newsroom: Newsroom) -> None:
    report = newsroom.load("events", b"\n\n" + GOOD + b"}\n   \n\ngarbage\n" + GOOD + b',"slot":1}')[0]
    assert count_lines(report) == (7, 2, 1, 0, 4)
    assert list_rejects(newsroom, report) == {6: "malformed_line"}


@pytest.mark.parametrize("name", ["empty.ndjson", "empty.csv", "header.csv", "empty.ndjson.gz"])
def test_an_empty_file_is_no_rows_and_no_fault(newsroom: Newsroom, name: str) -> None:
    content = b"kind,occurred_at,article_id\n" if name == "header.csv" else b""
    path = newsroom.write(to_gzip(content) if name.endswith(".gz") else content, name)
    for entity in ("events", "articles"):
        report = newsroom.load(entity, path.rename(path.with_name(f"{entity}-{name}")))[0]
        assert (report.status, count_lines(report)) in {("loaded", (0, 0, 0, 0, 0)), ("skipped", (0, 0, 0, 0, 0))}
        path = path.with_name(f"{entity}-{name}")


def test_more_bad_lines_than_the_limit_set_the_file_aside_and_change_nothing_else(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_events(*(pageview(f"a{number}") for number in range(20)))
    with newsroom.open() as warehouse:
        before = read_tables(warehouse)
    rows = [pageview(f"b{number}") for number in range(100)]
    bad = [*rows[:94], *({"kind": "scroll"} for _ in range(6))]
    report = newsroom.load_events(*bad)
    assert (report.status, count_lines(report)) == ("set_aside", (100, 0, 6, 0, 94))
    assert "6.0%" in str(report.reason)
    assert list_rejects(newsroom, report) == dict.fromkeys(range(95, 101), "unknown_kind")
    with newsroom.open() as warehouse:
        assert read_tables(warehouse) == before
    accepted = newsroom.load_events(*rows[:95], *({"kind": "scroll"} for _ in range(5)))
    assert (accepted.status, accepted.loaded) == ("loaded", 95)


def test_a_file_that_was_set_aside_is_tried_again_when_it_is_named_again(newsroom: Newsroom) -> None:
    path = newsroom.write(b"garbage\n" * 3, "bad.ndjson")
    strict = newsroom.write(b"[load]\nreject_limit_lines = 0\n", "strict.toml")
    with newsroom.open() as warehouse:
        assert load_into(newsroom.context(strict), warehouse, [("events", path)])[0].status == "set_aside"
    assert newsroom.load("events", path)[0].status == "loaded"
    assert newsroom.query("select status, rejected from loads.file") == [{"status": "loaded", "rejected": 3}]


def flip_a_bit(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def pack_zstd(content: bytes) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda packed: packed[:-20],
    "cut at the checksum": lambda packed: packed[:-3],
    "a flipped bit": flip_a_bit,
    "garbage behind": lambda packed: packed + b"garbage",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("pack", [to_gzip, pack_zstd])
def test_a_damaged_archive_is_set_aside_whole(newsroom: Newsroom, pack: Callable[..., bytes], damage: str) -> None:
    rows = [pageview(f"a{number}", NOON - number * MINUTE, f"v{number * 7919}") for number in range(400)]
    report = newsroom.load("events", DAMAGES[damage](pack(to_ndjson(rows))))[0]
    assert report.status == "set_aside"
    assert "fetch it again" in str(report.reason)
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 0}]
    assert count_lines(report) == (0, 0, 0, 0, 0)


def test_several_members_in_one_archive_are_one_file(newsroom: Newsroom) -> None:
    parts = [to_ndjson([pageview(f"a{number}")]) for number in range(6)]
    content = [b"".join(to_gzip(part) for part in parts[:3]), b"".join(zstd.compress(part) for part in parts[3:])]
    assert [report.loaded for report in newsroom.load("events", *content)] == [3, 3]


def test_a_damaged_parquet_file_is_set_aside_whole(newsroom: Newsroom) -> None:
    content = to_parquet([pageview(f"a{number}") for number in range(50)])
    reports = newsroom.load("events", content[:-40], flip_a_bit(content)[:-12] + b"\0" * 12)
    assert [report.status for report in reports] == ["set_aside", "set_aside"]


def test_the_same_content_under_another_name_is_skipped(newsroom: Newsroom) -> None:
    newsroom.load("events", newsroom.write([pageview()], "monday.ndjson"))
    report = newsroom.load("events", newsroom.write([pageview()], "copy.ndjson"))[0]
    assert report.status == "skipped"
    assert "monday.ndjson" in str(report.reason)
    assert newsroom.query("select name from loads.file") == [{"name": "monday.ndjson"}]


def test_new_content_under_a_known_name_is_loaded(newsroom: Newsroom) -> None:
    assert newsroom.load("events", newsroom.write([pageview()], "day.ndjson"))[0].loaded == 1
    report = newsroom.load("events", newsroom.write([pageview(), pageview("a2")], "day.ndjson"))[0]
    assert count_lines(report) == (2, 1, 0, 1, 0)


def test_unknown_fields_are_kept_aside_wherever_they_first_appear(newsroom: Newsroom) -> None:
    late = pageview("late", ab_test="blue", page={"depth": 2})
    newsroom.load_events(*(pageview(f"a{number}") for number in range(2500)), late)
    assert newsroom.load_events(late).duplicate == 1
    found = newsroom.query("select named_article_id, extra from events.event where extra is not null")
    assert found == [{"named_article_id": "late", "extra": '{"ab_test":"blue","page":"{\\"depth\\":2}"}'}]


SUMS = "select sum(lines) as lines, sum(loaded) as loaded, count(*) as files from loads.file where entity = 'events'"


def test_every_line_of_the_ledger_is_loaded_rejected_duplicate_or_filtered(newsroom: Newsroom) -> None:
    rows: list[dict[str, Any]] = [pageview(f"a{number % 7}", NOON + number * MINUTE) for number in range(40)]
    newsroom.load_events(*rows[:30], rows[0], {"kind": "x"}, pageview(event_id="e"), pageview("a2", event_id="e"))
    newsroom.load_events(*rows[20:], pageview("a3", NOON - DAY, event_id="e2"), pageview("a3", event_id="e2"))
    newsroom.load("events", b"\n\n" + to_ndjson(rows[:2]))
    unequal = "select * from loads.file where lines <> loaded + rejected + duplicate + filtered or duplicate < 0"
    assert newsroom.query(unequal) == []
    (sums,) = newsroom.query(SUMS)
    (events,) = newsroom.query("select count(*) as events from events.counted")
    assert (sums["files"], sums["loaded"]) == (3, events["events"])
