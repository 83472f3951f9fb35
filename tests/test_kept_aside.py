"""Fields without a column: each line keeps the same ones in whatever file it stands, and they are part of the event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.events.sources.native import MOST_EXTRA_FIELDS
from analytics.pipeline import load_into

from .newsroom import MINUTE, NOON, Newsroom, Row, open_empty_warehouse, pageview, to_csv, to_ndjson, to_parquet

NAMES = [f"field_{number:02}" for number in range(60)]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", "[load]\nreject_limit_lines = 100\n", is_kept_open=True)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Give a newsroom that only writes files."""
    return Newsroom(tmp_path_factory.mktemp("laws") / "newsroom", is_kept_open=True)


def load(newsroom: Newsroom, *contents: bytes) -> dict[int, dict[str, Any] | None]:
    """Load files into a warehouse of their own, and give what each event keeps aside, by its minute."""
    with open_empty_warehouse() as warehouse:
        load_into(newsroom.context(), warehouse, [("events", newsroom.write(content)) for content in contents])
        rows = warehouse.query("select occurred_at, extra from events.counted").rows()
    return {(at - NOON) // MINUTE: json.loads(extra) if extra else None for at, extra in rows}


def number_rows(fields: list[dict[str, str]]) -> list[Row]:
    return [pageview("a1", NOON + number * MINUTE, event_id=f"e{number}", **row) for number, row in enumerate(fields)]


def test_a_line_keeps_its_first_50_fields_by_name_whatever_its_neighbours_have(newsroom: Newsroom) -> None:
    fields = [{name: name for name in NAMES}, {"zone": "north"}, {"a": "first", "field_59": "last"}]
    kept: dict[int, dict[str, Any] | None] = dict(enumerate(fields))
    kept[0] = {name: name for name in NAMES[:MOST_EXTRA_FIELDS]}
    rows = number_rows(fields)
    for content in (to_ndjson(rows), to_parquet(rows), to_csv(rows)):
        assert load(newsroom, content) == kept
    assert load(newsroom, *(to_ndjson([row]) for row in rows)) == kept


def test_of_names_that_only_differ_by_case_the_first_stays_where_one_line_has_both(newsroom: Newsroom) -> None:
    rows = number_rows([{"env": "a", "ENV": "b"}, {"env": "a"}, {"ENV": "b"}, {"Kind": "x", "Été": "c", "été": "d"}])
    kept = {0: {"ENV": "b"}, 1: {"env": "a"}, 2: {"ENV": "b"}, 3: {"Été": "c", "été": "d"}}
    assert load(newsroom, to_ndjson(rows)) == kept
    assert load(newsroom, *(to_ndjson([row]) for row in rows)) == kept


SPELLINGS = st.sampled_from(["env", "Env", "ENV", "zone", "Zone", "Kind", "slot_", "région", *NAMES])
FIELDS = st.dictionaries(SPELLINGS, st.sampled_from(["", "1", "x"]), max_size=6)


@settings(max_examples=10, deadline=None)
@given(
    fields=st.lists(FIELDS, min_size=2, max_size=8),
    cut=st.integers(1, 7),
    wide=st.booleans(),
)
def test_any_split_keeps_the_same_fields(
    writer: Newsroom, fields: list[dict[str, str]], cut: int, *, wide: bool
) -> None:
    rows = number_rows([*fields, dict.fromkeys(NAMES, "x")] if wide else fields)
    whole = load(writer, to_ndjson(rows))
    assert load(writer, to_ndjson(rows[cut:]), to_ndjson(rows[:cut])) == whole


def test_without_an_id_rows_that_differ_in_a_field_kept_aside_are_two_events(newsroom: Newsroom) -> None:
    rows = [pageview("a1", depth="half"), pageview("a1", depth="whole"), pageview("a1", depth="half", host="a.example")]
    assert newsroom.load_events(*rows).loaded == 3
    assert newsroom.load("events", to_csv(rows), to_ndjson(rows[::-1]) + b"\n")[0].duplicate == 3


def test_a_number_that_is_none_is_a_reject_and_not_a_number_left_out(newsroom: Newsroom) -> None:
    rows = [
        pageview("a1", heartbeat="soon"),
        pageview("a1", first_heartbeat_seconds="long"),
        pageview("a1", first_heartbeat_seconds=-1),
        pageview("a1", heartbeat=2, first_heartbeat_seconds=5),
        pageview("a1") | {"occurred_at": "2024-02-30T10:00:00"},
        pageview("a1") | {"occurred_at": "2024-02-29T10:00:00"},
    ]
    assert newsroom.load_events(*rows).loaded == 1
    reasons = [row["reason"] for row in newsroom.query("select reason from loads.reject order by line")]
    assert reasons == [
        "bad_heartbeat", "bad_first_heartbeat_seconds", "bad_first_heartbeat_seconds", "bad_time", "naive_time",
    ]  # fmt: skip


def test_a_reject_keeps_the_fields_aside_also_where_lines_choose_among_theirs(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a1", slot="first", env="a", ENV="b"))
    (row,) = newsroom.query("select fields from loads.reject")
    assert json.loads(row["fields"])["ENV"] == "b"
