from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.slate import choose_slates

SCHEMA = ["seed_article_id", "article_id", "text_similarity", "section"]


def choose(pairs: Sequence[tuple[str, str, float, str | None]], **changes: Any) -> list[tuple[int, str]]:
    candidates = pl.DataFrame(pairs, schema=SCHEMA, orient="row", schema_overrides={"section": pl.String})
    candidates = candidates.with_columns(score="text_similarity").sample(fraction=1, shuffle=True, seed=3)
    chosen = choose_slates(candidates, replace(ReadNextSettings(), **changes))
    return chosen.filter(pl.col("seed_article_id") == "seed").select("rank", "article_id").rows()


def test_the_best_come_first_and_equals_in_order_of_their_id() -> None:
    pairs = [("seed", "c", 0.3, None), ("seed", "b", 0.5, None), ("seed", "a", 0.3, None)]
    assert choose(pairs) == [(1, "b"), (2, "a"), (3, "c")]


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
