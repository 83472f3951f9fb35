from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.signals import Signals
from analytics.read_next.slate import ALL_TAB, RESERVE, choose_slates

SCHEMA = ["seed_article_id", "article_id", "text_similarity", "section"]
Pair = tuple[str, str, float, str | None]
Told = dict[str, dict[str, Any]]


def slates(
    pairs: Sequence[Pair], told: Told | None = None, signals: Signals | None = None, **changes: Any
) -> pl.DataFrame:
    """Choose for the seed; what is told of an article beside its pair goes by its id."""
    candidates = pl.DataFrame(pairs, schema=SCHEMA, orient="row", schema_overrides={"section": pl.String})
    plain: dict[str, Any] = {
        "score": pl.col("text_similarity"),
        "next_reads": 0,
        "read_share": 0.0,
        "popular_share": 0.0,
        "story_id": pl.lit(None, pl.String),
        "is_own_story": False,
    }
    candidates = candidates.with_columns(**plain)
    for article_id, fields in (told or {}).items():
        is_it = pl.col("article_id") == article_id
        candidates = candidates.with_columns(
            pl.when(is_it).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in fields.items()
        )
    candidates = candidates.sample(fraction=1, shuffle=True, seed=3)
    chosen = choose_slates(candidates, replace(ReadNextSettings(), **changes), signals or Signals())
    return chosen.filter(pl.col("seed_article_id") == "seed")


def choose(pairs: Sequence[Pair], told: Told | None = None, **changes: Any) -> list[tuple[int, str]]:
    """Give what the list of all sections shows."""
    chosen = slates(pairs, told, **changes).filter(pl.col("tab") == ALL_TAB, ~pl.col("is_reserve"))
    return chosen.select("rank", "article_id").rows()


def shown(*article_ids: str, tab: str = ALL_TAB) -> Signals:
    rows = [{"seed_article_id": "seed", "article_id": one, "tab": tab} for one in article_ids]
    return Signals(incumbents=pl.DataFrame(rows))


def test_the_best_come_first_and_equals_in_order_of_their_id() -> None:
    pairs = [("seed", "c", 0.3, None), ("seed", "b", 0.5, None), ("seed", "a", 0.3, None)]
    assert choose(pairs) == [(1, "b"), (2, "a"), (3, "c")]


def test_what_is_weak_beside_the_nearest_is_left_out_unless_readers_went_on_to_it_and_stays_in_its_tab() -> None:
    alike = {"twin": 0.9, "own": 0.7, "best": 0.5, "far": 0.09, "edge": 0.1, "read": 0.09, "none": 0.04}
    pairs = [("seed", name, similarity, "news") for name, similarity in alike.items()]
    told: Told = {"own": {"is_own_story": True}, "read": {"next_reads": 3}}
    told |= {name: {"score": 1.0, "popular_share": 1.0} for name in ("far", "none")}
    chosen = slates(pairs, told, tabs=("news",), length=9)
    shown = {tab: rows["article_id"].to_list() for (tab,), rows in chosen.group_by("tab", maintain_order=True)}
    assert shown == {"": ["best", "edge", "read"], "news": ["far", "best", "edge", "read"]}


def test_the_basis_says_what_most_of_the_score_is_due_to() -> None:
    pairs = [("seed", name, 0.3, None) for name in ("popular", "read", "text", "pinned")]
    told = {
        "popular": {"read_share": 0.3, "popular_share": 0.4},
        "read": {"read_share": 0.6, "popular_share": 0.4},
        "text": {"read_share": 0.3, "popular_share": 0.2},
    }
    pins = Signals(pins=pl.DataFrame([{"seed_article_id": "seed", "article_id": "pinned", "slot": 1}]))
    found = slates(pairs, told, pins)
    assert dict(found.select("article_id", "basis").iter_rows()) == {
        "popular": "popular",
        "read": "next-read",
        "text": "text",
        "pinned": "pinned",
    }


def test_a_slate_is_no_longer_than_asked() -> None:
    assert choose([("seed", f"a{i}", 0.3, None) for i in range(9)], length=2) == [(1, "a0"), (2, "a1")]


def test_weak_items_are_left_out_rather_than_filled_in() -> None:
    assert choose([("seed", "a", 0.3, None), ("seed", "b", 0.049, None)]) == [(1, "a")]


def test_an_article_of_nearly_the_same_text_as_the_seed_is_left_out() -> None:
    assert choose([("seed", "a", 0.8, None), ("seed", "b", 0.79, None)]) == [(1, "b")]


def test_of_two_items_of_nearly_the_same_text_the_better_stays() -> None:
    pairs = [
        ("seed", "a", 0.5, None),
        ("seed", "b", 0.4, None),
        ("seed", "c", 0.3, None),
        ("b", "a", 0.9, None),
        ("a", "b", 0.9, None),
    ]
    assert choose(pairs) == [(1, "a"), (2, "c")]


def test_of_one_section_no_more_than_the_cap_and_the_next_best_moves_up() -> None:
    pairs = [("seed", "a", 0.5, "News"), ("seed", "b", 0.4, "News"), ("seed", "c", 0.3, "Sports")]
    assert choose(pairs, section_cap=1) == [(1, "a"), (2, "c")]


def test_articles_without_a_section_are_not_capped_together() -> None:
    assert len(choose([("seed", "a", 0.5, None), ("seed", "b", 0.4, None)], section_cap=1)) == 2


def test_what_readers_went_on_to_is_never_too_weak() -> None:
    pairs = [("seed", "a", 0.01, None), ("seed", "b", 0.01, None)]
    assert choose(pairs, {"a": {"next_reads": 3}, "b": {"next_reads": 2}}) == [(1, "a")]


def test_of_one_story_the_best_alone_is_shown_and_of_the_seeds_own_nothing() -> None:
    pairs = [("seed", name, 0.5 - place / 10, None) for place, name in enumerate("abcd")]
    told: Told = {
        "a": {"is_own_story": True, "story_id": "s0"},
        "b": {"story_id": "s1"},
        "c": {"story_id": "s1"},
        "d": {"story_id": "s2"},
    }
    assert choose(pairs, told) == [(1, "b"), (2, "d")]
    assert [one for _, one in choose(pairs, told, is_one_per_story=False)] == ["a", "b", "c", "d"]


def test_a_tab_holds_its_section_alone_and_no_cap_shortens_it() -> None:
    pairs = [("seed", "a", 0.5, "news"), ("seed", "b", 0.4, "news"), ("seed", "c", 0.3, "sports")]
    found = slates(pairs, tabs=("news", "arts"), section_cap=1).select("tab", "rank", "article_id").rows()
    assert found == [("", 1, "a"), ("", 2, "c"), ("news", 1, "a"), ("news", 2, "b")]


def test_beyond_the_length_a_reserve_goes_on_and_is_marked() -> None:
    found = slates([("seed", f"a{n:02}", 0.5, None) for n in range(20)], length=3)
    assert found["rank"].to_list() == list(range(1, 4 + RESERVE))
    assert found["is_reserve"].to_list() == [False] * 3 + [True] * RESERVE


def test_diversity_lets_what_is_unlike_the_first_come_before_its_double() -> None:
    pairs = [
        ("seed", "a", 0.5, None),
        ("seed", "double", 0.45, None),
        ("seed", "other", 0.3, None),
        ("double", "a", 0.7, None),
        ("a", "double", 0.7, None),
    ]
    assert [one for _, one in choose(pairs)] == ["a", "double", "other"]
    assert [one for _, one in choose(pairs, diversity=0.4)] == ["a", "other", "double"]


@pytest.mark.parametrize(("score", "stays"), [(0.52, True), (0.5251, False)])
def test_what_was_shown_stays_unless_the_challenger_is_better_by_the_share_of_calm(
    score: float, *, stays: bool
) -> None:
    pairs = [("seed", "first", 0.6, None), ("seed", "held", 0.5, None), ("seed", "rival", score, None)]
    found = slates(pairs, signals=shown("first", "held"), length=2, calm=0.05)
    assert found["article_id"].to_list() == ["first", *(["held", "rival"] if stays else ["rival", "held"])]
    assert found["is_reserve"].to_list() == [False, False, True]


def test_calm_never_changes_the_order_of_what_is_shown() -> None:
    pairs = [("seed", "a", 0.52, None), ("seed", "b", 0.5, None)]
    assert slates(pairs, signals=shown("b"), calm=0.5)["article_id"].to_list() == ["a", "b"]


def test_calm_holds_nothing_that_is_too_weak_or_of_another_tab() -> None:
    pairs = [("seed", "a", 0.5, None), ("seed", "weak", 0.04, None), ("seed", "b", 0.49, None)]
    assert slates(pairs, signals=shown("weak"), length=1)["article_id"].to_list() == ["a", "b"]
    assert slates(pairs, signals=shown("b", tab="news"), length=1)["article_id"].to_list() == ["a", "b"]


@pytest.mark.parametrize("diversity", [0.0, 0.3])
def test_what_was_shown_at_the_same_moment_is_shown_again(diversity: float) -> None:
    pairs = [("seed", f"a{n}", 0.5 - n / 100, None) for n in range(9)]
    pairs += [(f"a{n}", f"a{n + 1}", 0.6, None) for n in range(8)]
    before = slates(pairs, signals=shown("a5", "a7"), diversity=diversity, calm=0.1)
    first = before.filter(~pl.col("is_reserve"))
    again = slates(pairs, signals=Signals(incumbents=first), diversity=diversity, calm=0.1)
    assert again.rows() == before.rows()
    assert diversity or {"a5"} < {*first["article_id"]}, "calm had something to hold"


def test_an_item_rests_on_what_was_read_next_where_that_is_more_than_half_of_it() -> None:
    pairs = [("seed", "a", 0.5, None), ("seed", "b", 0.4, None)]
    found = slates(pairs, {"a": {"read_share": 0.51}, "b": {"read_share": 0.5}})
    assert found["basis"].to_list() == ["next-read", "text"]


def test_what_is_banned_after_one_article_stands_after_others_and_what_is_banned_everywhere_nowhere() -> None:
    pairs = [("seed", name, 0.5, None) for name in "abc"]
    bans = pl.DataFrame({"seed_article_id": [None, "seed", "other"], "article_id": ["a", "b", "c"]})
    assert slates(pairs, signals=Signals(bans=bans))["article_id"].to_list() == ["c"]


def test_a_pin_takes_its_slot_and_the_others_move_down() -> None:
    pairs = [("seed", name, 0.5 - place / 10, None) for place, name in enumerate("abc")]
    pins = pl.DataFrame({"seed_article_id": ["seed"], "article_id": ["c"], "slot": [2]})
    found = slates(pairs, signals=Signals(pins=pins))
    placed = [(1, "a", "text"), (2, "c", "pinned"), (3, "b", "text")]
    assert found.select("rank", "article_id", "basis").rows() == placed
