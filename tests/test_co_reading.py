"""What readers went on to read: counted as its definition says, and blended as the formula says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.read_next.co_reading import (
    HALF_LIVES,
    REVERSE_SHARE,
    TRUST,
    blend,
    find_popularity,
    turn_back,
    weigh_spans,
)
from analytics.read_next.job import read_signals

from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

MASSES = [f"mass_{place}" for place in range(len(HALF_LIVES))]
ARTICLES = [article(name) for name in "abc"]
ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
Visit = tuple[str, int, str, str | None]
Counts = dict[tuple[str, str, datetime], tuple[int, int, int]]
_numbers = count()


def make_room(root: Path) -> Newsroom:
    newsroom = Newsroom(root / f"room-{next(_numbers)}", is_kept_open=True)
    newsroom.load_articles(*ARTICLES)
    return newsroom


def make_events(visits: Sequence[Visit], shift: timedelta = timedelta(0)) -> list[Row]:
    """Make an event of each visit: visitor, ten seconds since noon, article, box; a robot says what it is."""
    return [
        pageview(
            name,
            NOON + ticks * MINUTE / 6 + shift,
            visitor,
            event_id=f"{visitor}-{ticks}-{name}",
            source_box=box,
            user_agent=ROBOT if visitor == "robot" else None,
        )
        for visitor, ticks, name, box in visits
    ]


def read_counts(newsroom: Newsroom) -> Counts:
    rows = newsroom.query("from rollups.next_read")
    assert all(row["hour_start"] == row["span_start"].replace(minute=0) for row in rows)
    return {
        (row["seed_article_id"], row["article_id"], row["span_start"]): (
            row["next_reads"],
            row["second_reads"],
            row["third_reads"],
        )
        for row in rows
    }


def define_counts(visits: Sequence[Visit]) -> Counts:
    """Count by the definition, slowly: of an article's first read, the three before it, at most 30 minutes old."""
    found: Counter[tuple[str, str, datetime, int]] = Counter()
    for reader in {visit[0] for visit in visits} - {"robot"}:
        own = sorted((ticks, name, box) for visitor, ticks, name, box in visits if visitor == reader)
        reads = [
            (ticks, name, box)
            for ticks, name, box in own
            if not any(other == name and 0 < ticks - before <= 180 for before, other, _ in own)
        ]
        for place, (ticks, name, box) in enumerate(reads):
            for distance in range(1, min(place, 3) + 1):
                before, seed, _ = reads[place - distance]
                is_first = name not in {other for _, other, _ in reads[:place]}
                if is_first and seed != name and ticks - before <= 180 and box != "read-next":
                    found[seed, name, NOON + ticks // 30 * timedelta(minutes=5), distance] += 1
    pairs = {key[:3] for key in found}
    return {pair: (found[*pair, 1], found[*pair, 2], found[*pair, 3]) for pair in pairs}


VISITS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben", "robot"]),
        # The ends of an hour and of thirty minutes, and whatever lies between.
        st.one_of(st.integers(-400, 400), st.sampled_from([-360, -1, 0, 179, 180, 181, 359, 360, 540])),
        st.sampled_from("abc"),
        st.sampled_from([None, None, None, "read-next", "most-read"]),
    ),
    max_size=24,
    unique_by=lambda visit: visit[:3],
)


@settings(max_examples=20)
@given(visits=VISITS, data=st.data())
def test_the_counts_are_those_of_the_definition_however_the_events_come(
    tmp_path_factory: pytest.TempPathFactory, visits: list[Visit], data: st.DataObject
) -> None:
    events = data.draw(st.permutations(make_events(visits)))
    cut = data.draw(st.integers(0, len(events)))
    newsroom = make_room(tmp_path_factory.mktemp("co-reading"))
    # What comes late comes after a part, and some of that part comes again.
    newsroom.load_events(*events[:cut])
    newsroom.load_events(*events[cut:], *events[: cut // 2])
    assert read_counts(newsroom) == define_counts(visits)


@settings(max_examples=8)
@given(visits=VISITS, spans=st.integers(-40, 40))
def test_what_happens_later_is_counted_later_and_is_otherwise_the_same(
    tmp_path_factory: pytest.TempPathFactory, visits: list[Visit], spans: int
) -> None:
    shift = spans * timedelta(minutes=5)
    newsroom = make_room(tmp_path_factory.mktemp("shifted"))
    newsroom.load_events(*make_events(visits, shift))
    expected = {(seed, name, at + shift): reads for (seed, name, at), reads in define_counts(visits).items()}
    assert read_counts(newsroom) == expected


def test_each_memory_halves_with_its_half_life_and_the_span_that_runs_is_left_out() -> None:
    weights = weigh_spans(NOON + 7 * MINUTE).sort("span_start", descending=True)
    assert weights["span_start"][0] == NOON
    assert weights["span_start"][-1] == NOON + 5 * MINUTE - timedelta(days=7)
    for place, half_life in enumerate(HALF_LIVES):
        at = weights.filter(pl.col("span_start") == NOON - 3 * half_life) if place else weights[3:4]
        halvings = 3 if place else 3 * 5 / 7.5
        assert at[f"weight_{place}"].item() == pytest.approx(2**30 * 0.5**halvings, abs=0.51)


def test_signals_hold_both_directions_the_other_at_a_tenth(tmp_path: Path) -> None:
    newsroom = make_room(tmp_path)
    newsroom.load_events(*make_events([("ann", 0, "a", None), ("ann", 9, "b", None), ("ann", 18, "c", None)]))
    with newsroom.open() as warehouse:
        signals = read_signals(warehouse, NOON + 5 * MINUTE)
    found = dict(zip(signals.next_reads.select("seed_article_id", "article_id").rows(),
                     signals.next_reads["mass_3"], strict=True))  # fmt: skip
    forward = {("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 0.5}
    back = {(name, seed): REVERSE_SHARE * mass for (seed, name), mass in forward.items()}
    assert found == pytest.approx(forward | back)
    assert signals.next_reads.filter(next_reads=1)["seed_article_id"].to_list() == ["a", "b"]
    shares = dict(signals.popularity.iter_rows())
    assert shares == pytest.approx({"a": 0.15 / 2.75, "b": 1.1 / 2.75, "c": 1.5 / 2.75})


def define_blend(
    rows: Sequence[tuple[float, float, Sequence[float]]], totals: Sequence[float], weight: float, sharpness: float
) -> list[float]:
    """Give the estimates of one seed by the formula, one pair after the other."""
    likeness = [text**sharpness for text, _, _ in rows]
    found = []
    for own, (_, popularity, masses) in zip(likeness, rows, strict=True):
        near = own / sum(likeness) if sum(likeness) else 0.0
        estimate = (1 - weight) * near + weight * popularity if sum(likeness) else popularity
        for mass, total, trust in [*zip(masses, totals, TRUST, strict=True)][::-1]:
            estimate = (mass + trust * estimate) / (total + trust)
        found.append(estimate)
    return found


def run_blend(
    rows: Sequence[tuple[float, float, Sequence[float]]], totals: Sequence[float], weight: float, sharpness: float
) -> pl.DataFrame:
    pairs = pl.DataFrame(
        [
            {"seed_article_id": "s", "article_id": f"a{n}", "text_similarity": text, "popularity": popularity}
            | dict(zip(MASSES, masses, strict=True))
            for n, (text, popularity, masses) in enumerate(rows)
        ]
    )
    every = pl.DataFrame([{"seed_article_id": "s"} | dict(zip(MASSES, totals, strict=True))])
    return blend(pairs, every, popularity_weight=weight, sharpness=sharpness)


amount = st.floats(0, 500)
ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 0.3, 0.9]), st.floats(0, 1), st.lists(amount, min_size=4, max_size=4)),
    min_size=1,
    max_size=6,
)


@given(rows=ROWS, elsewhere=st.lists(amount, min_size=4, max_size=4), weight=st.floats(0, 1), power=st.floats(0.5, 5))
def test_estimates_are_those_of_the_formula_and_share_out_no_more_than_all(
    rows: list[tuple[float, float, list[float]]], elsewhere: list[float], weight: float, power: float
) -> None:
    popular = max(sum(popularity for _, popularity, _ in rows), 1.0)
    rows = [(text, popularity / popular, masses) for text, popularity, masses in rows]
    totals = [sum(masses[place] for _, _, masses in rows) + elsewhere[place] for place in range(4)]
    blended = run_blend(rows, totals, weight, power)
    assert blended["estimate"].to_list() == pytest.approx(define_blend(rows, totals, weight, power), rel=1e-9)
    assert blended["estimate"].sum() <= 1 + 1e-9
    assert blended["read_share"].is_between(0, 1 + 1e-9).all()


def test_with_no_reads_the_estimate_is_the_prior_and_with_many_it_is_the_counts() -> None:
    rows = [(0.5, 0.2, [0.0] * 4), (0.25, 0.6, [0.0] * 4)]
    quiet = run_blend(rows, [0.0] * 4, 0.4, 1.0)
    assert quiet["estimate"].to_list() == pytest.approx([0.6 * 2 / 3 + 0.08, 0.6 / 3 + 0.24])
    assert quiet["read_share"].to_list() == [0, 0]
    loud = run_blend([(0.5, 0.2, [1e9] * 4), (0.25, 0.6, [3e9] * 4)], [4e9] * 4, 0.4, 1.0)
    assert loud["estimate"].to_list() == pytest.approx([0.25, 0.75], rel=1e-6)
    assert loud["read_share"].to_list() == pytest.approx([1, 1], rel=1e-6)


def test_where_no_text_is_alike_popularity_alone_says_what_to_expect() -> None:
    assert run_blend([(0.0, 0.2, [0.0] * 4)], [0.0] * 4, 0.3, 3.0)["estimate"].to_list() == [0.2]


def test_nothing_read_gives_nothing_to_turn_and_nothing_popular() -> None:
    kinds = {"seed_article_id": pl.String, "article_id": pl.String, "next_reads": pl.Int64}
    nothing = turn_back(pl.DataFrame(schema=kinds | dict.fromkeys(MASSES, pl.Float64)))
    assert nothing.is_empty()
    assert find_popularity(nothing).is_empty()


def test_an_hour_without_events_between_two_keeps_them_apart(tmp_path: Path) -> None:
    newsroom = make_room(tmp_path)
    newsroom.load_events(*make_events([("ann", -1, "a", None), ("ann", 1, "b", None)]))
    assert set(read_counts(newsroom)) == {("a", "b", NOON)}, (
        "an hour's first read follows the last one of the hour before"
    )
    newsroom.load_events(pageview("c", NOON + 2 * HOUR, "ann"))
    assert set(read_counts(newsroom)) == {("a", "b", NOON)}
