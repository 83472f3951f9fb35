"""Calm and a second half-life: what they change in a list, and what they never do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import SettingsError
from analytics.rankings.calm import Margin, favour_incumbents
from analytics.rankings.pace import blend_scores
from analytics.settings import ListSettings, load_settings

NAMES = [f"a{n}" for n in range(9)]
scores = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=9).map(lambda found: sorted(found, reverse=True))
incumbents = st.sets(st.sampled_from(NAMES), max_size=5)
margins = st.builds(Margin, st.floats(0, 10), st.floats(0, 10))
lengths = st.integers(1, 6)


def rank(scores: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"article_id": NAMES[: len(scores)], "score": scores})


def list_head(scores: list[float], stood: set[str], margin: Margin, length: int) -> list[str]:
    return favour_incumbents(rank(scores), stood, margin, length=length)["article_id"].to_list()[:length]


@given(scores=scores, stood=incumbents, length=lengths)
def test_no_calm_changes_nothing(scores: list[float], stood: set[str], length: int) -> None:
    assert favour_incumbents(rank(scores), stood, Margin(), length=length).equals(rank(scores))


@given(scores=scores, margin=margins, length=lengths)
def test_where_nobody_stood_before_calm_changes_nothing(scores: list[float], margin: Margin, length: int) -> None:
    assert favour_incumbents(rank(scores), set(), margin, length=length).equals(rank(scores))


@given(scores=scores, stood=incumbents, length=lengths)
def test_under_a_large_calm_every_incumbent_that_may_still_stand_stays(
    scores: list[float], stood: set[str], length: int
) -> None:
    eligible = [name for name in NAMES[: len(scores)] if name in stood]
    head = list_head(scores, stood, Margin(of_mean=1e9), length)
    assert head[: len(eligible)] == eligible[:length]


@given(scores=scores, stood=incumbents, margin=margins, length=lengths)
def test_incumbents_among_themselves_and_challengers_among_themselves_keep_their_order(
    scores: list[float], stood: set[str], margin: Margin, length: int
) -> None:
    order = favour_incumbents(rank(scores), stood, margin, length=length)["article_id"].to_list()
    assert sorted(order) == NAMES[: len(scores)]
    for side in (stood, set(NAMES) - stood):
        assert [name for name in order if name in side] == sorted(side & set(order))


@given(scores=scores, stood=incumbents, margin=margins, length=lengths)
def test_a_challenger_that_passes_an_incumbent_beats_it_by_the_margin(
    scores: list[float], stood: set[str], margin: Margin, length: int
) -> None:
    points = dict(zip(NAMES, scores, strict=False))
    mean = sum(scores[:length]) / len(scores[:length])
    order = favour_incumbents(rank(scores), stood, margin, length=length)["article_id"].to_list()
    for place, name in enumerate(order):
        for behind in order[place + 1 :]:
            if behind in stood and name not in stood:
                bar = points[behind] * (1 + margin.of_incumbent) + margin.of_mean * mean
                assert points[name] >= bar * (1 - 1e-12)


def make_pair(share: float = 0.0, rising: float = 0.0) -> ListSettings:
    return ListSettings("15m", "48h", 10, half_life_2="1h", half_life_2_share=share, rising=rising)


@given(pace=st.floats(0, 1e6), share=st.floats(0, 1), rising=st.floats(0, 10))
def test_what_is_read_at_a_steady_pace_does_not_rise(pace: float, share: float, rising: float) -> None:
    own, other = np.array([pace * 0.25]), np.array([pace * 1.0])
    steady = blend_scores(make_pair(share), 0.25, own, other)
    assert blend_scores(make_pair(share, rising), 0.25, own, other).tolist() == steady.tolist()


def test_what_exceeds_twice_its_pace_counts_so_many_times_more() -> None:
    found = blend_scores(make_pair(rising=3.0), 0.25, np.array([10.0, 10.0]), np.array([8.0, 20.0]))
    assert found.tolist() == [10.0 + 3.0 * (10.0 - 2 * 0.25 * 8.0), 10.0]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("rising = 1.0", "need half_life_2"),
        ('half_life = "auto"\nhalf_life_2 = "1h"', "beside a half-life of its own"),
        ('half_life = "none"\nhalf_life_2 = "1h"', "beside a half-life of its own"),
        ('half_life_2 = "5m"', "under 10m"),
        ("calm = -0.1", "calm"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(tmp_path: Path, lines: str, reason: str) -> None:
    layer = tmp_path / "layer.toml"
    layer.write_text(f"[lists.most-read]\n{lines}\n")
    with pytest.raises(SettingsError, match=reason):
        load_settings(layer)
