"""Rules: their order, and what holds whatever else is asked for."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import CheckFailed
from analytics.publish.policy import check_policy
from analytics.rankings.edits import Edit, Edits, name_config
from analytics.rankings.lists import list_rungs
from analytics.rankings.memory import choose_half_life
from analytics.rankings.rules import PINNED, Known, RuleSet, bar_articles, fill_slots, read_words
from analytics.settings import HALF_LIFE_PRESETS_SECONDS, ListSettings, Policy

from .newsroom import DAY, HOUR, NOON

NAMES = [f"a{number}" for number in range(9)]
SECTIONS, AUTHORS = ["politics", "sports", None], ["Ada", "Bo"]
rules_asked = st.builds(
    RuleSet,
    per_section=st.integers(0, 3),
    per_author=st.integers(0, 3),
    near_duplicate_similarity=st.sampled_from([0.0, 0.5, 1.0]),
)
pins_asked = st.dictionaries(st.sampled_from([*NAMES, "elsewhere"]), st.integers(1, 7), max_size=4)
known_facts = st.builds(
    Known,
    authors=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(AUTHORS).map(lambda one: (one,))),
    words=st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from("uvw"), min_size=1)),
)


@st.composite
def rankings(draw: st.DrawFn) -> pl.DataFrame:
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, len(NAMES)))]
    return rank(*names, sections=[draw(st.sampled_from(SECTIONS)) for _ in names])


def rank(*names: str, sections: list[str | None] | None = None) -> pl.DataFrame:
    rows = {"article_id": list(names), "section_slug": sections or [None] * len(names)}
    frame = pl.DataFrame(rows, schema={"article_id": pl.String, "section_slug": pl.String})
    return frame.with_columns(basis=pl.lit("decayed"))


def list_ids(frame: pl.DataFrame) -> list[str]:
    return frame["article_id"].to_list()


@given(rankings(), rules_asked, pins_asked, st.integers(1, 7), known_facts)
def test_rules_on_what_they_left_leave_it_as_it_is(
    ranked: pl.DataFrame, rules: RuleSet, pins: dict[str, int], length: int, known: Known
) -> None:
    pins = dict(sorted(pins.items(), key=lambda pair: pair[1]))
    once = fill_slots(ranked, rules, pins=pins, length=length, known=known)
    twice = fill_slots(once.items.drop("rules"), rules, pins=pins, length=length, known=known)
    assert twice.items.equals(once.items)
    assert twice.left_out.is_empty()


@given(rankings(), rules_asked, pins_asked, st.integers(1, 7), known_facts)
def test_a_pin_keeps_its_slot_and_no_rule_breaks_its_own_limit(
    ranked: pl.DataFrame, rules: RuleSet, pins: dict[str, int], length: int, known: Known
) -> None:
    slots = {one: slot for one, slot in pins.items() if one in list_ids(ranked) and slot <= length}
    items = fill_slots(ranked, rules, pins=pins, length=length, known=known).items
    assert items["rank"].to_list() == list(range(1, len(items) + 1))
    assert len(set(list_ids(items))) == len(items) <= length
    alone = [one for one in slots if list(slots.values()).count(slots[one]) == 1]
    if len(slots) == len(set(slots.values())):
        for one in alone:
            place = list_ids(items).index(one) + 1
            assert place == slots[one] or (place < slots[one] <= length and place >= len(items) - len(slots) + 1)
    free = items.filter(pl.col("basis") != PINNED)
    counts = free["section_slug"].drop_nulls().value_counts().rows()
    assert not rules.per_section or all(number <= rules.per_section for _, number in counts)
    unpinned = [one for one in list_ids(ranked) if one in list_ids(free)]
    assert list_ids(free) == unpinned


@given(rankings(), st.sets(st.sampled_from(NAMES)), pins_asked)
def test_a_ban_never_shows_even_where_the_article_is_pinned(
    ranked: pl.DataFrame, bans: set[str], pins: dict[str, int]
) -> None:
    frame = ranked.with_columns(published_at=pl.lit(NOON), content_type=pl.lit("article"))
    left = bar_articles(frame, RuleSet(maximum_age=DAY), bans=bans, pins=pins, as_of=NOON)
    items = fill_slots(left.items, RuleSet(), pins=pins, length=9).items
    assert not bans & set(list_ids(items))
    assert set(left.left_out["rule"]) <= {"ban"}
    assert set(list_ids(left.left_out)) == bans & set(list_ids(ranked))


def test_without_rules_the_order_stays_and_the_length_cuts() -> None:
    assert list_ids(fill_slots(rank("c", "a", "b"), RuleSet(), pins={}, length=2).items) == ["c", "a"]


def test_ages_have_both_ends_in_and_a_pin_is_exempt() -> None:
    ages = {"minute": timedelta(minutes=1), "hour": HOUR, "day": DAY, "older": DAY + HOUR, "pinned": 9 * DAY}
    frame = pl.DataFrame({"article_id": list(ages), "published_at": [NOON - age for age in ages.values()]})
    frame = frame.with_columns(content_type=pl.lit("article"))
    rules = RuleSet(minimum_age=HOUR, maximum_age=DAY)
    ruled = bar_articles(frame, rules, bans=[], pins=["pinned"], as_of=NOON)
    assert list_ids(ruled.items) == ["hour", "day", "pinned"]
    assert ruled.left_out.rows() == [("minute", "minimum_age"), ("older", "maximum_age")]


def test_the_better_of_two_near_duplicates_keeps_the_slot_they_share() -> None:
    texts = {"a": "Floods close the old bridge", "b": "Floods close old bridge", "c": "Markets rise"}
    known = Known(words={name: read_words(text) for name, text in texts.items()})
    ruled = fill_slots(rank("a", "b", "c"), RuleSet(near_duplicate_similarity=0.75), pins={}, length=3, known=known)
    assert list_ids(ruled.items) == ["a", "c"]
    assert ruled.left_out.rows() == [("b", "near_duplicate")]


def test_a_pin_counts_in_the_limit_of_its_section_and_its_author() -> None:
    ranked = rank("a", "b", "c", sections=["x", "x", "y"])
    assert list_ids(fill_slots(ranked, RuleSet(per_section=1), pins={"b": 2}, length=3).items) == ["c", "b"]
    known = Known(authors={"a": ("Ada",), "b": ("Ada", "Bo"), "c": ("Bo",)})
    found = fill_slots(ranked, RuleSet(per_author=1), pins={"b": 1}, length=3, known=known)
    assert list_ids(found.items) == ["b"]


def test_of_two_pins_for_one_slot_the_newer_has_it_and_no_third_one_gives_way() -> None:
    edits = Edits((Edit("pin", "old", slot=1), Edit("pin", "third", slot=2), Edit("pin", "new", slot=1)))
    pins = edits.list_pins("most-read", "site")
    items = fill_slots(rank("old", "third", "new", "d"), RuleSet(), pins=pins, length=4).items
    assert list_ids(items) == ["new", "third", "old", "d"]


def read_edits(*rows: dict[str, Any]) -> pl.DataFrame:
    names = Edit.__dataclass_fields__
    schema: dict[str, Any] = dict.fromkeys(names, pl.String) | {"slot": pl.Int32, "until_at": pl.Datetime("us")}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=schema)


def test_an_undo_takes_back_what_it_covers_and_a_pin_is_over_at_its_end() -> None:
    rows = read_edits(
        {"action": "pin", "article_id": "a", "list_name": "most-read", "slot": 1, "until_at": NOON},
        {"action": "ban", "article_id": "b"},
        {"action": "ban", "article_id": "c", "list_name": "most-read"},
        {"action": "unban", "article_id": "b", "list_name": "most-read"},
        {"action": "unban", "article_id": "c"},
    )
    before, after = (Edits.read(rows, moment) for moment in (NOON - HOUR, NOON))
    assert before.list_pins("most-read", "site") == {"a": 1}
    assert after.list_pins("most-read", "site") == {}
    assert after.list_bans("most-read", "site") == {"b"}, "what holds everywhere is not undone in one list alone"
    assert name_config("hash", after, "most-read") != "hash"


@given(
    reads=st.lists(st.integers(1, 400), min_size=1, max_size=12), length=st.integers(1, 12), seed=st.integers(0, 9999)
)
def test_a_half_life_is_the_shortest_whose_list_is_two_standard_errors(
    reads: list[int], length: int, seed: int
) -> None:
    dice = Random(seed)  # noqa: S311 - no secret
    ages = [[dice.uniform(0, 86_400) for _ in range(count)] for count in reads]

    def score(seconds: float) -> list[float]:
        return [sum(2 ** (-age / seconds) for age in each) for each in ages]

    def frame(seconds: int) -> pl.DataFrame:
        return pl.DataFrame({"score": score(seconds), "variance": score(seconds / 2)})

    for seconds in HALF_LIFE_PRESETS_SECONDS:
        pairs = sorted(zip(score(seconds), score(seconds / 2), strict=True), key=lambda pair: -pair[0])[:length]
        if sum(one for one, _ in pairs) >= 2 * sum(variance**0.5 for _, variance in pairs):
            break
    assert choose_half_life(frame, length=length) == seconds


def test_a_scope_that_nobody_read_remembers_longest() -> None:
    nothing = pl.DataFrame(schema={"score": pl.Float64, "variance": pl.Float64})
    assert choose_half_life(lambda _: nothing, length=1) == HALF_LIFE_PRESETS_SECONDS[-1]


def test_no_rung_is_shorter_than_the_list_above_it() -> None:
    assert [list_rungs(ListSettings("none", window, 10)) for window in ("3h", "24h", "48h", "30d")] == [
        ["24h", "7d"],
        ["7d"],
        ["7d"],
        [],
    ]


@pytest.mark.parametrize(
    ("policy", "check"),
    [
        (Policy(minimum_items=4), "minimum_items"),
        (Policy(section_share_limit=0.6), "section_share_limit"),
        (Policy(barred_content_types=["live"]), "barred_content_types"),
        (Policy(moved_slots_limit=2), "moved_slots_limit"),
    ],
)
def test_a_set_that_breaks_the_policy_is_stopped_by_name(policy: Policy, check: str) -> None:
    items = pl.DataFrame(
        {
            "rank": [1, 2, 3], "previous_rank": [4, 2, None], "article_id": ["a", "b", "c"],
            "section_slug": ["x", "x", "y"], "content_type": ["article", "live", "article"],
        }
    ).with_columns(list_name=pl.lit("most-read"), scope=pl.lit("edition=en"))  # fmt: skip
    rankings = pl.DataFrame({"list_name": ["most-read"], "scope": ["edition=en"], "basis": ["24h"], "items": [3]})
    check_policy(Policy(3, 0.7, ["video"], 3), rankings, items)
    with pytest.raises(CheckFailed, match=f"policy.{check} fails on 1 rows, such as most-read of edition=en"):
        check_policy(policy, rankings, items)
