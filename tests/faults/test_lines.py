"""Faults of lines, fields and times: one verdict a line, and the good lines load."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable
from pathlib import Path

from ..newsroom import (  # noqa: TID252 - no package of the tests is on the path
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Newsroom,
    Row,
    article,
    pageview,
    read_tables,
    to_csv,
    to_ndjson,
)
from .invariants import call_in_process, suffer

GOOD = [pageview(f"a{number % 4}", NOON + number * MINUTE / 8, f"w{number}") for number in range(400)]
START = b'{"kind":"pageview","occurred_at":"2024-05-15T12:00:00Z","article_id":"a1"'
BAD_LINES = {
    "malformed JSON": (START, "malformed_line"),
    "invalid UTF-8": (START + b',"x":"\xff\xfe"}', "bad_utf8"),
    "a NUL": (START + b',"x":"a\x00b"}', "malformed_line"),
    "an escaped NUL": (START + b',"x":"a\\u0000b"}', "malformed_line"),
    "a lone surrogate": (START + b',"x":"\\ud800"}', "malformed_line"),
    "deep nesting": (START + b',"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "malformed_line"),
    "duplicate keys": (START + b',"kind":"share"}', "duplicate_key"),
}


def count(file: Row) -> tuple[int, ...]:
    return tuple(file[name] for name in ("lines", "loaded", "rejected", "duplicate", "filtered"))


def list_rejects(newsroom: Newsroom, name: str) -> dict[int, str]:
    rows = newsroom.query("select name, line, reason from loads.reject order by line")
    return {row["line"]: row["reason"] for row in rows if row["name"] == name}


def weave(good: Iterable[Row], bad: Iterable[bytes]) -> bytes:
    """Put each bad line between ten good ones."""
    lines, wrong = to_ndjson(good).splitlines(keepends=True), [line + b"\n" for line in bad]
    for place, line in enumerate(wrong):
        lines.insert(place * 11 + 10, line)
    return b"".join(lines)


def test_malformed_json_invalid_utf_8_nul_lone_surrogate_deep_nesting_and_duplicate_keys_are_rejects(
    newsroom: Newsroom,
) -> None:
    content = weave(GOOD, (line for line, _ in BAD_LINES.values()))
    (file,) = suffer(newsroom, newsroom.write(content, "lines.ndjson"))
    assert count(file) == (407, 400, 7, 0, 0)
    places = range(11, 11 * len(BAD_LINES) + 1, 11)
    assert list_rejects(newsroom, file["name"]) == dict(
        zip(places, (reason for _, reason in BAD_LINES.values()), strict=True)
    )
    offsets = newsroom.query("select byte_offset from loads.reject order by line")
    starts = [content.index(line + b"\n") for line, _ in BAD_LINES.values()]
    assert [row["byte_offset"] for row in offsets] == starts


def test_a_byte_order_mark_crlf_and_cr_only_are_accepted(newsroom: Newsroom) -> None:
    ends = {"crlf": b"\r\n", "cr": b"\r"}
    rows = {name: [row | {"event_id": f"{name}-{n}"} for n, row in enumerate(GOOD[:50])] for name in ("ndjson", "csv")}
    packs = {"ndjson": to_ndjson, "csv": to_csv}
    paths = [
        newsroom.write(b"\xef\xbb\xbf" + pack(rows[form]).replace(b"\n", end), f"{name}.{form}")
        for form, pack in packs.items()
        for name, end in ends.items()
    ]
    files = suffer(newsroom, *paths)
    assert [count(file) for file in files] == [(50, 50, 0, 0, 0), (50, 0, 0, 50, 0)] * 2


def test_a_giant_line_is_a_reject_and_a_zip_bomb_is_set_aside_under_the_memory_cap(newsroom: Newsroom) -> None:
    giant = newsroom.write(weave(GOOD, [START + b',"x":"' + b"x" * (48 << 20) + b'"}']), "giant.ndjson")
    bomb = newsroom.write(gzip.compress(bytes(32 << 20), 9) * 320, "bomb.ndjson.gz")  # 10 GiB
    bomb_of_lines = newsroom.write(gzip.compress(to_ndjson(GOOD[:1]) * 300_000, 9) * 4, "lines.ndjson.gz")
    files = {file["name"]: file for file in suffer(newsroom, giant, bomb, bomb_of_lines, call=call_in_process)}
    assert count(files["giant.ndjson"]) == (401, 400, 1, 0, 0)
    assert list_rejects(newsroom, "giant.ndjson") == {11: "line_too_long"}
    for name in ("bomb.ndjson.gz", "lines.ndjson.gz"):
        assert files[name]["status"] == "set_aside"
        assert "grows past what is allowed" in files[name]["reason"]


def test_a_new_field_is_kept_aside_a_missing_one_and_a_changed_type_are_rejects(newsroom: Newsroom) -> None:
    changes: list[Row] = [{"kind": None}, {"occurred_at": None}, {"article_id": None}, {"occurred_at": {"at": 5}},
                          {"slot": "first"}, {"status": [200]}, {"is_staff": "perhaps"}]  # fmt: skip
    bad = [{name: value for name, value in (GOOD[0] | {"event_id": f"b{n}"} | change).items() if value is not None}
           for n, change in enumerate(changes)]  # fmt: skip
    rows = [*GOOD[:200], pageview(visitor="w", ab_test="blue"), *bad]
    (file,) = suffer(newsroom, newsroom.write(rows, "fields.ndjson"))
    assert count(file) == (208, 201, 7, 0, 0)
    reasons = ["missing_kind", "missing_time", "missing_article", "bad_time", "bad_slot", "bad_status", "bad_is_staff"]
    assert list_rejects(newsroom, "fields.ndjson") == dict(enumerate(reasons, 202))
    kept = newsroom.query("select extra from events.counted where extra is not null")
    assert kept == [{"extra": '{"ab_test":"blue"}'}]


def test_a_type_that_changed_in_more_lines_than_the_limit_aborts_the_load_of_the_file(newsroom: Newsroom) -> None:
    changed = [row | {"occurred_at": "15 May 2024, noon"} for row in GOOD[:40]]
    (file,) = suffer(newsroom, newsroom.write([*GOOD[:360], *changed], "changed.ndjson"))
    assert (file["status"], count(file)) == ("set_aside", (400, 0, 40, 0, 360))
    assert newsroom.query("select count(*) as events from events.counted") == [{"events": 40}]


AHEAD = {
    "within the skew": ("2024-05-15T12:09:00Z", "2024-05-15T12:00:00Z", None),
    "before its receipt": ("2024-05-15T11:00:00Z", "2024-05-15T12:00:00Z", None),
    "past the skew": ("2024-05-15T12:11:00Z", "2024-05-15T12:00:00Z", "time_in_the_future"),
    "past the clock": ("2999-01-01T00:00:00Z", None, "time_in_the_future"),
    "merely old": ("1970-01-01T00:00:00Z", None, None),
    "before 1970": ("1969-12-31T23:59:59Z", None, "time_before_1970"),
    "a negative epoch": (-1, None, "bad_time"),
    "milliseconds": (1715774400123, None, None),
    "milliseconds taken for seconds": ("56340-05-09T22:02:03Z", None, "bad_time"),
    "infinity": ("infinity", None, "bad_time"),
    "minus infinity": ("-infinity", None, "bad_time"),
}


def test_a_clock_ahead_a_time_before_1970_milliseconds_for_seconds_and_infinity_are_clamped_or_rejects(
    newsroom: Newsroom,
) -> None:
    rows = [
        pageview(f"t{number}", visitor="w", received_at=received) | {"occurred_at": occurred}
        for number, (occurred, received, _) in enumerate(AHEAD.values())
    ]
    (file,) = suffer(newsroom, newsroom.write([*GOOD, *rows], "times.ndjson"))
    reasons = {number: reason for number, (_, _, reason) in enumerate(AHEAD.values(), 401) if reason}
    assert list_rejects(newsroom, "times.ndjson") == reasons
    assert count(file) == (411, 404, 7, 0, 0)
    found = newsroom.query(
        "select named_article_id as id, occurred_at, is_clamped from events.event where id like 't%'"
    )
    assert {row["id"]: (row["occurred_at"], row["is_clamped"]) for row in found} == {
        "t0": (NOON, True),
        "t1": (NOON - HOUR, False),
        "t4": (NOON.replace(year=1970, month=1, day=1, hour=0), False),
        "t7": (NOON.replace(microsecond=123_000), False),
    }


ZONED = {
    "2023-10-29T02:30:00+02:00": "2023-10-29T00:00",
    "2023-10-29T02:30:00+01:00": "2023-10-29T01:00",  # the same hour of the wall clock, an hour later
    "2024-03-31T03:00:00+02:00": "2024-03-31T01:00",
    "2024-03-31T01:59:59+01:00": "2024-03-31T00:00",
    "2024-05-15T17:45:00+05:45": "2024-05-15T12:00",
    "2024-05-14T20:00:00-0400": "2024-05-15T00:00",
}
NAIVE = ["2024-05-15T14:00:00", "2023-10-29 02:30:00", "2024-05-15"]


def test_mixed_zones_and_a_clock_change_fall_into_utc_hours_and_a_naive_time_is_a_reject(newsroom: Newsroom) -> None:
    rows = [pageview("zoned", visitor=f"z{number}") | {"occurred_at": text} for number, text in enumerate(ZONED)]
    naive = [pageview("naive", visitor=f"n{number}") | {"occurred_at": text} for number, text in enumerate(NAIVE)]
    newsroom.load_articles(article("zoned"))
    (file,) = suffer(newsroom, newsroom.write([*GOOD, *rows, *naive], "zones.ndjson"))
    assert count(file) == (409, 406, 3, 0, 0)
    assert list_rejects(newsroom, "zones.ndjson") == dict.fromkeys((407, 408, 409), "naive_time")
    hours = newsroom.query("select hour_start from rollups.article_hourly where article_id = 'zoned'")
    assert sorted(f"{row['hour_start']:%Y-%m-%dT%H:%M}" for row in hours) == sorted(ZONED.values())


def test_a_naive_time_is_taken_where_a_zone_is_assumed_also_in_the_hour_that_comes_twice(newsroom: Newsroom) -> None:
    texts = [*NAIVE[:2], "2024-05-15T12:00:00Z"]
    rows = [pageview("naive", visitor=f"n{number}") | {"occurred_at": text} for number, text in enumerate(texts)]
    (file,) = suffer(newsroom, newsroom.write([*GOOD, *rows], "naive.ndjson"), options=["--assume-tz", "Europe/Madrid"])
    assert count(file) == (403, 403, 0, 0, 0)
    found = newsroom.query("select occurred_at from events.event where named_article_id = 'naive' order by 1")
    twice, *others = [f"{row['occurred_at']:%Y-%m-%dT%H:%M}" for row in found]
    assert twice in {"2023-10-29T00:30", "2023-10-29T01:30"}
    assert others == ["2024-05-15T12:00"] * 2


def test_duplicates_are_dropped_and_counted_and_of_two_bodies_the_smallest_stays(newsroom: Newsroom) -> None:
    body, later = pageview("a1", NOON, "w", event_id="e1"), pageview("a2", NOON + HOUR, "w", event_id="e1")
    earlier = pageview("a3", NOON - DAY, "w", event_id="e1")
    first = newsroom.write([*GOOD[:100], *GOOD[:50], later, body, body], "first.ndjson")
    second = newsroom.write([*GOOD[50:150], earlier, later], "second.ndjson")
    files = suffer(newsroom, first, second)
    assert [count(file) for file in files] == [(153, 101, 1, 51, 0), (102, 50, 2, 50, 0)]
    assert list_rejects(newsroom, "first.ndjson") == {151: "id_conflict"}
    assert list_rejects(newsroom, "second.ndjson") == {101: "id_conflict", 102: "id_conflict"}
    found = newsroom.query("select article_id from events.counted where occurred_at < timestamp '2024-05-15'")
    assert found == [{"article_id": "a3"}]


def test_replayed_out_of_order_late_and_historic_events_redo_the_hours_they_touch(
    newsroom: Newsroom, published: Path, tmp_path: Path
) -> None:
    late = [pageview("a1", NOON - n * 11 * DAY, f"w{n}") for n in range(9)]
    history = [pageview("a2", NOON.replace(year=2009) + n * MINUTE, "w1") for n in range(3)]
    contents = ([*reversed(GOOD), *late[4:]], [*GOOD, *late[::2]], [*history, *late[:4]])
    files = suffer(newsroom, *(newsroom.write(rows, f"{n}.ndjson") for n, rows in enumerate(contents)))
    assert [count(file) for file in files] == [(405, 405, 0, 0, 0), (405, 2, 0, 403, 0), (7, 5, 0, 2, 0)]
    ordered = Newsroom(shutil.copytree(published, tmp_path / "ordered"))
    ordered.load_events(*history, *reversed(late), *GOOD)
    with newsroom.open() as one, ordered.open() as other:
        assert read_tables(one) == read_tables(other)
