"""Calibrating a list: what trials come to is what replays come to, and what is written can be used."""

from __future__ import annotations

import json
import random
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.cli import cli
from analytics.errors import UsageError
from analytics.evaluation.bench import Bench
from analytics.evaluation.calibrate import TESTING, TUNING, compare_moments, order_trials, split_days
from analytics.evaluation.chart import Frontier, Point, draw_frontier
from analytics.evaluation.job import evaluate_list
from analytics.evaluation.period import Period
from analytics.evaluation.trials import Outcome, fill_lists, name_ladder, name_sums
from analytics.evaluation.tuning import Calibration, calibrate_list
from analytics.instants import format_instant
from analytics.rankings.calm import Margin, favour_incumbents
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings, Weights, load_settings

from .newsroom import DAY, HOUR, NOON, Newsroom, Row, article, pageview

PERIOD = Period(NOON - 60 * HOUR, NOON - HOUR, 2 * HOUR)
SETTINGS = "[lists.most-read]\nlength = 3\n"
ALLOWED = 0.12
TRIALS = [
    ListSettings("6h", "48h", 3),
    ListSettings("none", "1h", 3),
    ListSettings("none", "3h", 3, calm=0.4),
    ListSettings("10m", "24h", 3, calm=0.2, calm_of_mean=0.1),
    ListSettings("15m", "48h", 3, half_life_2="1h", half_life_2_share=0.2, rising=2.0, calm_of_mean=0.3),
    ListSettings("1h", "24h", 3, weights=Weights(1.0, 5.0, 0.5)),
]


def make_crowd() -> list[Row]:
    """Give three days in which each article is read for some hours, and then less and less."""
    dice, rows = random.Random(5), []  # noqa: S311 - a crowd is no secret
    kinds: list[Row] = [{"kind": "pageview"}] * 8 + [{"kind": "share"}, {"kind": "engaged", "engaged_seconds": 50}]
    for number in range(9000):
        age = timedelta(seconds=dice.randrange(72 * 3600))
        newest = int((72 * HOUR - age) / (5 * HOUR))
        chosen = max(0, newest - min(int(dice.expovariate(0.8)), dice.randrange(1, 9)))
        visitor = f"v{dice.randrange(6000)}"
        rows.append(pageview(f"a{chosen}", NOON - age, visitor, event_id=f"e{number}", **dice.choice(kinds)))
    return rows


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with tempfile.TemporaryDirectory() as folder:
        made = Newsroom(Path(folder) / "newsroom", SETTINGS)
        made.load_articles(*(article(f"a{n}", published_at=f"2024-05-12T{n % 3:02}:00:00Z") for n in range(15)))
        made.load_events(*make_crowd())
        yield made


@pytest.fixture(scope="module")
def calibration(newsroom: Newsroom) -> Calibration:
    return calibrate_list(newsroom.context(), "most-read", Scope.of(["edition=en"]), PERIOD, churn_at_most=ALLOWED)


def test_a_trial_comes_to_what_its_replay_comes_to(newsroom: Newsroom) -> None:
    with newsroom.open() as warehouse:
        bench = Bench(warehouse, "most-read", Scope.of(["edition=en"]), PERIOD, lambda _: None)
        contest = bench.open_contest(TRIALS[0])
        for name in {name for one in TRIALS for name in (*name_sums(one), *name_ladder(one))}:
            contest.add_sums(name, bench.sum_pool(name, contest.pool))
        outcome = contest.play(TRIALS)
        measured = [bench.measure(one) for one in TRIALS]
    assert len({one.all_days for one in measured}) == len(TRIALS)
    for groups, part in (((), "all_days"), ((TUNING,), "tuning_days"), ((TESTING,), "testing_days")):
        worths = [getattr(one, part) for one in measured]
        assert outcome.foresight(*groups) == pytest.approx([worth.foresight for worth in worths], rel=1e-12)
        assert outcome.churn(*groups) / 2 == pytest.approx([worth.churn for worth in worths], rel=1e-12)


marks = st.lists(st.integers(0, 10**6).map(float), min_size=1, max_size=9)


@given(
    scores=marks, stood=st.sets(st.integers(0, 8)), calm=st.tuples(*[st.floats(0, 10)] * 2), length=st.integers(1, 6)
)
def test_a_trial_fills_its_list_by_the_calm_of_a_list(
    scores: list[float], stood: set[int], calm: tuple[float, float], length: int
) -> None:
    ranked = pl.DataFrame({"article_id": map(str, range(len(scores))), "score": scores}).filter(pl.col("score") > 0)
    ranked = ranked.sort("score", descending=True, maintain_order=True)
    expected = favour_incumbents(ranked, set(map(str, stood)), Margin(*calm), length=length).head(length)
    is_incumbent = np.array([[place in stood for place in range(len(scores))]])
    found = fill_lists(np.array([scores]), is_incumbent, np.array([calm]), length)[0]
    names = [str(place) for place in found if place >= 0]
    points = dict(enumerate(scores))
    # Of equals either may stand.
    assert sorted(points[int(name)] for name in names) == sorted(points[int(one)] for one in expected["article_id"])


def test_days_are_for_tuning_and_for_testing_in_turn_and_both_have_weekdays_and_weekends() -> None:
    start = NOON.replace(hour=3)
    groups = split_days([start + HOUR * n for n in range(24 * 14)])
    days = groups.with_columns(day=(pl.col("as_of") - HOUR * 3).dt.date()).unique("day", maintain_order=True)
    assert days["group"].to_list() == [0, 1] * 7
    assert groups["group"].to_list() == [day for day in [0, 1] * 7 for _ in range(24)]
    for group in (TUNING, TESTING):
        assert set(days.filter(pl.col("group") == group)["day"].dt.weekday()) == set(range(1, 8))


def test_what_is_chosen_is_calm_enough_on_the_tuning_days_and_on_all_and_best_on_the_tuning_days() -> None:
    caught = np.array([[0.9, 0.1], [0.8, 0.9], [0.7, 0.9], [0.6, 0.0]])
    new = np.array([[0.3, 0.0], [0.1, 0.5], [0.1, 0.1], [0.0, 0.0]])
    outcome = Outcome(caught, new, np.array([1.0, 1.0]), np.array([1, 1]))
    assert order_trials(outcome, 0.2) == [2, 3]
    assert order_trials(outcome, 0.3) == [0, 1, 2, 3]
    assert order_trials(outcome, -0.1) == []


def test_the_interval_of_the_gain_is_that_of_a_paired_t_test() -> None:
    dice = np.random.default_rng(2)
    mine, other, oracle = dice.random((3, 40))
    frames = [pl.DataFrame({"list_at": range(40), "caught": one, "oracle": oracle}) for one in (mine, other)]
    gain = compare_moments(*frames)
    expected = stats.ttest_rel(mine / oracle.mean(), other / oracle.mean()).confidence_interval(0.95)
    assert (gain.low, gain.high) == pytest.approx((expected.low, expected.high))
    assert gain.foresight == pytest.approx((mine.mean() - other.mean()) / oracle.mean())


def test_the_tuned_settings_are_valid_and_evaluate_to_the_figures_that_were_told(
    newsroom: Newsroom, calibration: Calibration, tmp_path: Path
) -> None:
    layer = tmp_path / "tuned.toml"
    layer.write_text(calibration.to_toml())
    assert load_settings(layer).lists["most-read"].rising == calibration.tuned.settings.rising
    assert list(tomllib.loads(layer.read_text())) == ["lists"]
    told = calibration.tuned.all_days
    found = evaluate_list(newsroom.context(layer), "most-read", calibration.scope, PERIOD).figures
    assert (found.moments, found.foresight, found.churn) == (told.moments, told.foresight, told.churn)


def test_the_tuned_list_is_as_calm_as_was_allowed_and_beats_the_list_as_it_is_set(
    newsroom: Newsroom, calibration: Calibration
) -> None:
    told = calibration.tuned
    assert told.all_days.churn <= ALLOWED + 1e-9
    assert told.tuning_days.churn <= ALLOWED + 1e-9
    shipped = evaluate_list(newsroom.context(), "most-read", calibration.scope, PERIOD).figures
    assert told.all_days.foresight > shipped.foresight
    assert told.tuning_days.moments + told.testing_days.moments == told.all_days.moments == 30
    assert calibration.gain.moments == told.testing_days.moments


def test_no_point_of_the_frontier_is_beaten_and_the_peers_stand_on_it_or_below(calibration: Calibration) -> None:
    frontier = calibration.frontier
    churns = [point.churn for point in frontier.frontier]
    foresights = [point.foresight for point in frontier.frontier]
    assert churns == sorted(set(churns))
    assert foresights == sorted(set(foresights))
    for peer in frontier.peers[:2]:
        assert peer.foresight <= max(f for c, f in zip(churns, foresights, strict=True) if c <= peer.churn)


def test_a_list_that_nothing_can_make_so_calm_is_refused(newsroom: Newsroom) -> None:
    with pytest.raises(UsageError, match="the calmest has a churn of"):
        calibrate_list(newsroom.context(), "most-read", Scope(()), PERIOD, churn_at_most=1e-6, length=1)


def test_a_period_without_two_days_is_refused(newsroom: Newsroom) -> None:
    short = Period(NOON - DAY, NOON, HOUR)
    with pytest.raises(UsageError, match="two days at least"):
        calibrate_list(newsroom.context(), "most-read", Scope(()), short, churn_at_most=0.1)


def test_the_chart_is_one_file_that_names_every_list_and_runs_nothing() -> None:
    points = [Point("", 0.01, 0.3), Point("", 0.1, 0.9)]
    peers = [Point("<script>alert(1)</script>", 0.05, 0.5), Point("all time", 0.02, 0.2)]
    chart = draw_frontier(
        Frontier(points, [Point("1h", 0.15, 0.8)], peers, Point("tuned", 0.1, 0.9)), title="a & b", note=""
    )
    root = ET.fromstring(chart)  # noqa: S314 - our own
    texts = [element.text for element in root.iter() if element.text]
    assert {"a & b", "1h", "tuned", "all time", "<script>alert(1)</script>"} <= set(texts)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "line", "polyline", "circle", "path"}  # fmt: skip
    assert "http" not in chart.replace("http://www.w3.org/2000/svg", "")


def test_the_command_prints_and_writes_what_was_found(newsroom: Newsroom, tmp_path: Path) -> None:
    out, chart = tmp_path / "tuned.toml", tmp_path / "frontier.svg"
    span = ["--from", format_instant(PERIOD.from_at), "--until", format_instant(PERIOD.until_at), "--step", "2h"]
    command = ["calibrate", "most-read", *span, "--scope", "edition=en", "--churn-at-most", str(ALLOWED), "--json"]
    command += ["--out", str(out), "--chart", str(chart), "--workspace", str(newsroom.workspace.root)]
    told = json.loads(CliRunner().invoke(cli, command).stdout)
    written = tomllib.loads(out.read_text())["lists"]["most-read"]
    assert written == told["tuned"]["settings"]
    assert told["gain"]["low"] <= told["gain"]["foresight"] <= told["gain"]["high"]
    assert [peer["name"] for peer in told["peers"]][-1] == "all time"
    assert chart.read_text().startswith("<svg")
