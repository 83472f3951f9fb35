"""Scores: what the engine keeps in whole numbers equals the definition computed straight from the events."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.rankings.job import rank_list, score_articles
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings, Weights
from analytics.warehouse import Warehouse

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

MICROSECOND = timedelta(microseconds=1)
STORED = """\
[lists.now]
half_life = "15m"
window = "6h"
length = 10

[lists.calm]
half_life = "72h"
window = "7d"
length = 10
"""
ARTICLES = [article(f"a{n}", published_at="2024-05-01T00:00:00Z") for n in range(6)]
BOX: Row = {"kind": "pageview", "source_box": "most-read", "slot": 3}
KINDS: list[Row] = [*[{"kind": "pageview"}] * 4, BOX, {"kind": "share"}, {"kind": "engaged", "engaged_seconds": 61.234}]


def make_crowd(seed: int, size: int) -> list[Row]:
    """Give events of the four days before noon, some on the hour, some in the same microsecond."""
    dice, rows = random.Random(seed), []  # noqa: S311 - a crowd is no secret
    for number in range(size):
        age = timedelta(microseconds=dice.randrange(4 * 86_400_000_000))
        when = dice.choice([NOON - age, NOON - age, (NOON - age).replace(minute=0, second=0, microsecond=0)])
        visitor = dice.choice([None, f"v{dice.randrange(60)}"])
        label = dice.choice([{}, {}, {}, {"is_staff": True}])
        rows.append(
            pageview(
                f"a{min(dice.randrange(9), 5)}", when, visitor, event_id=f"e{number}", **dice.choice(KINDS), **label
            )
        )
    return rows


@pytest.fixture(scope="module")
def crowd() -> Iterator[Warehouse]:
    """Keep one loaded warehouse whose rollups hold the half-lives 15 m, 6 h and 72 h."""
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom", STORED, is_kept_open=True)
        newsroom.load("articles", ARTICLES)
        newsroom.load("events", make_crowd(1, 700))
        with newsroom.open() as warehouse:
            yield warehouse


def read_events(warehouse: Warehouse) -> list[Row]:
    text = "select *, engaged_seconds::double as seconds from events.counted where article_id is not null"
    return warehouse.query(text).to_dicts()


def weigh(row: Row, recipe: ListSettings) -> float:
    weights = recipe.weights
    if row["kind"] == "pageview":
        share = 1.0 if row["source_box"] is None else recipe.box_click_weight
        return weights.read * share if row["is_read"] else 0.0
    if row["is_staff"]:
        return 0.0
    return weights.share if row["kind"] == "share" else weights.engaged_minute * row["seconds"] / 60


def define_scores(rows: list[Row], recipe: ListSettings, as_of: datetime) -> dict[str, float]:
    """Sum the definition: weight(kind) · 2^(-(as_of - occurred_at)/half_life) over (as_of - window, as_of]."""
    terms: dict[str, list[float]] = {}
    for row in rows:
        age = as_of - row["occurred_at"]
        if timedelta(0) <= age < timedelta(seconds=recipe.window_seconds):
            half_life = recipe.half_life_seconds
            decay = 1.0 if half_life is None else 2.0 ** -(age / timedelta(seconds=half_life))
            terms.setdefault(row["article_id"], []).append(weigh(row, recipe) * decay)
    return {article_id: math.fsum(found) for article_id, found in terms.items()}


def is_same(found: float, expected: float) -> bool:
    return abs(found - expected) <= max(1e-9 * abs(expected), 1e-12)


def score(warehouse: Warehouse, recipe: ListSettings, as_of: datetime) -> dict[str, float]:
    frame = score_articles(warehouse, recipe, as_of)
    return dict(frame.select("article_id", "score").rows())


def make_recipe(half_life: str, window: str, **weights: float) -> ListSettings:
    return ListSettings(half_life=half_life, window=window, length=10, weights=Weights(**weights))


half_lives = st.sampled_from(["15m", "6h", "72h", "none"]) | st.integers(600, 10 * 86_400).map("{}s".format)
windows = st.sampled_from(["6h", "48h", "24h", "7d"]) | st.integers(1, 5 * 86_400).map("{}s".format)
moments = st.one_of(
    st.integers(-80, 5).map(lambda hours: NOON + hours * HOUR),
    st.integers(-3 * 86_400_000_000, 10 * 3_600_000_000).map(lambda age: NOON + age * MICROSECOND),
)
weights = st.builds(
    Weights,
    read=st.sampled_from([1.0, 0.0, 2.5]),
    share=st.sampled_from([0.0, 3.0, 0.1]),
    engaged_minute=st.sampled_from([0.0, 0.25, 1.0]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(half_lives, windows, moments, st.tuples(weights, st.sampled_from([1.0, 0.0, 0.3])))
def test_a_score_is_the_sum_over_the_events_that_its_definition_names(
    crowd: Warehouse, half_life: str, window: str, as_of: datetime, weighing: tuple[Weights, float]
) -> None:
    recipe = ListSettings(
        half_life=half_life, window=window, length=10, weights=weighing[0], box_click_weight=weighing[1]
    )
    expected = define_scores(read_events(crowd), recipe, as_of)
    found = score(crowd, recipe, as_of)
    assert found.keys() == {row["article_id"] for row in ARTICLES}
    wrong = {
        key: (value, expected.get(key)) for key, value in found.items() if not is_same(value, expected.get(key, 0))
    }
    assert wrong == {}


@settings(max_examples=15)
@given(window=windows, as_of=moments)
def test_the_counts_beside_a_score_are_those_of_its_window(crowd: Warehouse, window: str, as_of: datetime) -> None:
    recipe = make_recipe("6h", window)
    start = as_of - timedelta(seconds=recipe.window_seconds)
    inside = [row for row in read_events(crowd) if start < row["occurred_at"] <= as_of]
    for row in score_articles(crowd, recipe, as_of).iter_rows(named=True):
        own = [event for event in inside if event["article_id"] == row["article_id"]]
        assert row["reads"] == sum(event["is_read"] for event in own)
        assert row["readers"] == sum(event["is_reader"] for event in own)
        assert row["shares"] == sum(event["kind"] == "share" and not event["is_staff"] for event in own)


def list_order(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda article_id: (-scores[article_id], article_id))


@settings(max_examples=4)
@given(
    seed=st.integers(0, 10**6),
    shift=st.integers(-80, 80).map(lambda hours: hours * HOUR)
    | st.integers(-(10**11), 10**11).map(lambda microseconds: microseconds * MICROSECOND),
)
def test_moving_every_clock_by_the_same_time_moves_no_score(seed: int, shift: timedelta) -> None:
    found = []
    for moved in (timedelta(0), shift):
        with tempfile.TemporaryDirectory() as folder:
            newsroom = Newsroom(Path(folder) / "newsroom", STORED, is_kept_open=True)
            newsroom.load("articles", ARTICLES)
            rows = [row | {"occurred_at": (parse(row) + moved).isoformat() + "Z"} for row in make_crowd(seed, 120)]
            newsroom.load("events", rows)
            with newsroom.open() as warehouse:
                found.append(score(warehouse, make_recipe("6h", "48h", share=2), NOON + moved))
    assert all(is_same(found[1][key], value) for key, value in found[0].items())
    assert list_order(found[0]) == list_order(found[1])


def parse(row: Row) -> datetime:
    return datetime.fromisoformat(row["occurred_at"]).replace(tzinfo=None)


@pytest.mark.parametrize("half_life", ["15m", "72h"])
@pytest.mark.parametrize("as_of", [NOON, NOON - 31 * MINUTE - 7 * MICROSECOND])
def test_a_half_life_without_stored_weights_gives_the_same_scores(
    crowd: Warehouse, tmp_path: Path, half_life: str, as_of: datetime
) -> None:
    plain = Newsroom(tmp_path / "plain", is_kept_open=True)
    plain.load("articles", ARTICLES)
    plain.load("events", make_crowd(1, 700))
    recipe = make_recipe(half_life, "48h", share=2, engaged_minute=1)
    stored = score(crowd, recipe, as_of)
    with plain.open() as warehouse:
        kept = warehouse.query("select distinct half_life_seconds from rollups.decay_hourly")["half_life_seconds"]
        assert recipe.half_life_seconds not in kept.to_list()
        straight = score(warehouse, recipe, as_of)
    assert all(is_same(straight[key], value) for key, value in stored.items())
    assert list_order(straight) == list_order(stored)


def test_settings_that_change_make_the_rollups_of_every_hour_anew(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load("articles", ARTICLES)
    newsroom.load("events", make_crowd(2, 60))
    newsroom.workspace.settings_file.write_text(STORED)
    newsroom.load_events(pageview("a0", NOON - 200 * DAY))
    with newsroom.open() as warehouse:
        sums = warehouse.query(
            "select half_life_seconds, count(*) as n from rollups.decay_hourly group by 1 order by 1"
        )
    assert sums["half_life_seconds"].to_list() == [900, 21600, 259200]
    assert sums["n"].n_unique() == 1


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load("articles", ARTICLES)
    return newsroom


def score_noon(newsroom: Newsroom, recipe: ListSettings, as_of: datetime = NOON) -> dict[str, float]:
    with newsroom.open() as warehouse:
        return {key: value for key, value in score(warehouse, recipe, as_of).items() if value}


@pytest.mark.parametrize("as_of", [NOON, NOON + 17 * MINUTE])
@pytest.mark.parametrize("half_life", ["6h", "37m", "none"])
def test_a_window_holds_its_end_and_leaves_out_its_start(newsroom: Newsroom, half_life: str, as_of: datetime) -> None:
    edges = {"a0": as_of, "a1": as_of + MICROSECOND, "a2": as_of - 2 * HOUR, "a3": as_of - 2 * HOUR + MICROSECOND}
    newsroom.load_events(*(pageview(article_id, when) for article_id, when in edges.items()))
    found = score_noon(newsroom, make_recipe(half_life, "2h"), as_of)
    assert found.keys() == {"a0", "a3"}
    assert is_same(found["a0"], 1)


def test_a_read_of_one_half_life_ago_counts_half(newsroom: Newsroom) -> None:
    newsroom.load_events(pageview("a0", NOON - 6 * HOUR), pageview("a1", NOON - 12 * HOUR))
    found = score_noon(newsroom, make_recipe("6h", "48h"))
    assert is_same(found["a0"], 0.5)
    assert is_same(found["a1"], 0.25)


MOST_ENGAGED_SECONDS = 1800


def test_enormous_engaged_time_counts_up_to_the_cap_of_a_pageview(newsroom: Newsroom) -> None:
    engaged: list[Row] = [{"kind": "engaged", "engaged_seconds": 999_999.999, "event_id": f"e{n}"} for n in range(400)]
    newsroom.load_events(*(pageview("a0", NOON - HOUR, **fields) for fields in engaged), pageview("a1", NOON))
    for half_life, factor in {"none": 1.0, "1h": 0.5, "10m": 2.0**-6}.items():
        found = score_noon(newsroom, make_recipe(half_life, "30d", engaged_minute=1))
        assert is_same(found["a0"], 400 * MOST_ENGAGED_SECONDS / 60 * factor)


def test_the_number_of_threads_changes_no_digit(tmp_path: Path) -> None:
    found = []
    for threads in (1, 3):
        newsroom = Newsroom(tmp_path / f"threads-{threads}", f"[engine]\nthreads = {threads}\n")
        newsroom.load("articles", ARTICLES)
        newsroom.load("events", make_crowd(3, 500))
        found.append([newsroom.rank(as_of=NOON - 9 * MINUTE), newsroom.rank("most-read-7d", as_of=NOON)])
    assert found[0] == found[1]
    assert len(found[0][0]["items"]) == len(ARTICLES)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(half_lives, windows, moments, st.integers(1, 7))
def test_a_list_without_rules_is_filled_as_one_whose_rules_touch_nothing(
    crowd: Warehouse, half_life: str, window: str, as_of: datetime, length: int
) -> None:
    plain = ListSettings(half_life=half_life, window=window, length=length)
    grouped = msgspec.structs.replace(plain, one_per="translation_group")  # no article has a group
    one, other = (rank_list(crowd, "any", each, scope=Scope(()), as_of=as_of) for each in (plain, grouped))
    assert one.equals(other)
    assert one.schema == other.schema
