"""Replays: the lists are those that `rank` gives, the figures those of their definition, and calm keeps its word."""

from __future__ import annotations

import csv
import math
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.errors import UsageError
from analytics.evaluation.calibrate import compare_moments, list_frontier, split_days
from analytics.evaluation.job import evaluate_list
from analytics.evaluation.metrics import ENOUGH_READS, measure_lists
from analytics.evaluation.period import Period
from analytics.evaluation.replay import replay_list
from analytics.evaluation.tuning import calibrate_list
from analytics.instants import parse_instant
from analytics.rankings.calm import Margin, favour_incumbents
from analytics.rankings.job import rank_list
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings, Rules, Weights, load_settings
from analytics.warehouse import Warehouse

from .conftest import Readership
from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

SITE = Scope(())
MICROSECOND = timedelta(microseconds=1)
quick = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def fill(newsroom: Newsroom, seed: int, size: int, days: int = 2) -> None:
    """Give a newsroom whose articles are each read for some hours, and a few at any time."""
    dice = random.Random(seed)  # noqa: S311 - a crowd is no secret
    born = {f"a{n}": NOON - days * DAY + n * days * DAY / 30 for n in range(30)}
    newsroom.load_articles(
        *(
            article(name, published_at=at.isoformat() + "Z", edition=dice.choice(["en", "es"]), section="News")
            for name, at in born.items()
        )
    )
    rows = []
    for number in range(size):
        name = dice.choice(list(born))
        age = timedelta(seconds=dice.expovariate(1 / 10_000) if dice.random() < 0.9 else dice.random() * 2 * 86_400)
        kind: Row = dice.choice([{}, {}, {}, {"kind": "share"}, {"kind": "engaged", "engaged_seconds": 40.5}])
        rows.append(pageview(name, born[name] + age, f"v{number}", event_id=f"e{number}", **kind))
    newsroom.load_events(*rows)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Warehouse]:
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom", is_kept_open=True)
        fill(newsroom, 2, 4000)
        with newsroom.open() as warehouse:
            yield warehouse


LISTS = st.builds(
    ListSettings,
    half_life=st.sampled_from(["15m", "6h", "100m"]),
    window=st.sampled_from(["90m", "6h", "48h"]),
    length=st.integers(1, 6),
    weights=st.builds(Weights, share=st.sampled_from([0.0, 2.0]), engaged_minute=st.sampled_from([0.0, 0.5])),
    half_life_2=st.just("24h"),
    half_life_2_share=st.sampled_from([0.0, 0.4]),
    rising=st.sampled_from([0.0, 1.5]),
    box_click_weight=st.sampled_from([1.0, 0.5]),
    rules=st.builds(Rules, maximum_age=st.sampled_from(["", "20h"])),
)


@quick
@given(LISTS, st.integers(0, 3_600_000_000), st.sampled_from([7, 30, 60]), st.sampled_from(["edition=en", "site"]))
def test_a_replayed_list_is_the_one_that_rank_gives(
    crowd: Warehouse, one: ListSettings, shift: int, step: int, scope: str
) -> None:
    moments = [NOON - DAY + shift * MICROSECOND + n * step * MINUTE for n in range(5)]
    narrow = Scope.parse(scope)
    replay = replay_list(crowd, "any", one, scope=narrow, moments=moments)
    for moment in moments:
        found = replay.lists.filter(list_at=moment).select("article_id", "score")
        ranked = rank_list(crowd, "any", one, scope=narrow, as_of=moment).select("article_id", "score")
        if len(found):
            # An hour that a window cuts elsewhere is rounded elsewhere, in the last digits.
            assert_frame_equal(found, ranked, rel_tol=1e-12)
    kept = set(replay.lists["list_at"])
    reads = dict(replay.following.group_by("list_at").agg(pl.sum("reads")).rows())
    assert kept == {moment for moment in moments if reads.get(moment, 0) >= ENOUGH_READS}


@pytest.mark.parametrize("name", ["trending", "most-shared", "most-read-24h"])
def test_lists_of_every_metric_are_replayed(crowd: Warehouse, name: str) -> None:
    one, moments = load_settings().lists[name], [NOON - 20 * HOUR, NOON - 19 * HOUR]
    replay = replay_list(crowd, name, one, scope=SITE, moments=moments)
    for moment in moments:
        found = replay.lists.filter(list_at=moment)["article_id"].to_list()
        assert found == rank_list(crowd, name, one, scope=SITE, as_of=moment)["article_id"].to_list()


def test_a_list_with_calm_looks_back_on_the_moment_before(crowd: Warehouse) -> None:
    one = ListSettings("15m", "48h", 5, calm_of_mean=10.0)
    moments = [NOON - DAY + n * HOUR for n in range(6)]
    lists = replay_list(crowd, "any", one, scope=SITE, moments=moments).lists
    plain = replay_list(crowd, "any", msgspec.structs.replace(one, calm_of_mean=0.0), scope=SITE, moments=moments).lists
    first, *others = (set(part["article_id"]) for part in lists.partition_by("list_at"))
    assert len(others) > 1
    assert all(other == first for other in others)
    assert plain["article_id"].n_unique() > 5


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 12)), max_size=60),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(1, 90)), min_size=1, max_size=60),
    st.integers(1, 4),
)
def test_figures_are_those_of_their_definition(
    listed: list[tuple[int, int, int]], read: list[tuple[int, int, int]], length: int
) -> None:
    """Brute force, in plain Python."""
    at = [NOON + n * HOUR for n in range(10)]
    lists: dict[int, list[str]] = defaultdict(list)
    for moment, _, number in listed:
        if f"a{number}" not in lists[moment] and len(lists[moment]) < length:
            lists[moment].append(f"a{number}")
    following: dict[int, dict[str, int]] = defaultdict(dict)
    for moment, number, reads in read:
        following[moment][f"a{number}"] = reads
    judged = sorted(moment for moment in lists if following[moment])
    if not judged:
        return
    slots = max(len(lists[moment]) for moment in judged)
    caught = [sum(following[m].get(a, 0) for a in lists[m]) / sum(following[m].values()) for m in judged]
    oracle = [sum(sorted(following[m].values())[-slots:]) / sum(following[m].values()) for m in judged]
    new = [len(set(lists[m]) - set(lists[b])) / slots for b, m in pairwise(judged)]
    rows = [(at[m], rank, a, 1.0) for m in judged for rank, a in enumerate(lists[m], 1)]
    after = [(at[m], a, reads) for m in judged for a, reads in following[m].items()]
    found = measure_lists(
        pl.DataFrame(rows, schema=["list_at", "rank", "article_id", "age_hours"], orient="row"),
        pl.DataFrame(after, schema=["list_at", "article_id", "reads"], orient="row"),
        catalogue=13,
        step=HOUR,
    )
    assert found.moments == len(judged)
    assert found.caught == pytest.approx(sum(caught) / len(caught))
    assert found.oracle == pytest.approx(sum(oracle) / len(oracle))
    assert found.churn == pytest.approx(sum(new) / len(new) if new else 0)
    assert found.coverage == len({a for m in judged for a in lists[m]}) / 13


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.sets(st.integers(0, 11)), st.integers(1, 5))
def test_calm_of_nothing_changes_no_order_and_calm_without_end_keeps_every_incumbent(
    scores: list[int], incumbents: set[int], length: int
) -> None:
    ranked = pl.DataFrame(
        {"article_id": [f"a{n}" for n in range(len(scores))], "score": sorted(map(float, scores))[::-1]}
    )
    names = [f"a{n}" for n in sorted(incumbents) if n < len(scores)]
    assert favour_incumbents(ranked, names, Margin(), length=length).equals(ranked)
    first = favour_incumbents(ranked, names, Margin(1000.0), length=length)["article_id"].to_list()
    assert first[: len(names)] == names
    assert [one for one in first if one not in names] == [one for one in ranked["article_id"] if one not in names]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=30))
def test_no_list_of_the_frontier_is_beaten_in_both(points: list[tuple[float, float]]) -> None:
    found = [points[place] for place in list_frontier(points)]
    assert found == sorted(found)
    for churn, foresight in points:
        assert any(one <= churn and best >= foresight for one, best in found)
        assert (churn, foresight) in found or any(
            one <= churn and best >= foresight and (one, best) != (churn, foresight) for one, best in found
        )


def test_days_are_for_tuning_and_testing_in_turn_with_a_weekend_in_both() -> None:
    moments = [parse_instant("2017-10-02T03:00:00Z") + n * HOUR for n in range(168)]
    groups = split_days(moments)
    weekdays = {
        group: set(frame["as_of"].dt.weekday())
        for (group,), frame in groups.partition_by("group", as_dict=True).items()
    }
    assert all(days & {6, 7} and days & {1, 2, 3, 4, 5} for days in weekdays.values())
    assert (
        groups.group_by(pl.col("as_of").sub(moments[0]).dt.total_days()).agg(pl.col("group").n_unique())["group"].max()
        == 1
    )


def test_the_interval_of_a_gain_is_students() -> None:
    times = list(range(5))
    mine = pl.DataFrame({"list_at": times, "caught": [0.5, 0.6, 0.7, 0.5, 0.4], "oracle": [0.8] * 5})
    gain = compare_moments(mine, mine.with_columns(caught=pl.Series([0.4, 0.6, 0.5, 0.4, 0.4])))
    differences = [0.1, 0.0, 0.2, 0.1, 0.0]
    mean = sum(differences) / 5
    deviation = math.sqrt(sum((one - mean) ** 2 for one in differences) / 4)
    reach = 2.7764451051977987 * deviation / math.sqrt(5) / 0.8
    assert (gain.foresight, gain.low, gain.high) == pytest.approx((mean / 0.8, mean / 0.8 - reach, mean / 0.8 + reach))


def test_what_calibration_writes_is_a_config_whose_list_is_as_good_as_it_says(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    fill(newsroom, 4, 9000, days=4)
    period = Period(NOON - 3 * DAY, NOON, HOUR)
    found = calibrate_list(newsroom.context(), "most-read", SITE, period, churn_at_most=0.2, length=5)
    file = tmp_path / "tuned.toml"
    file.write_text(found.to_toml())
    context = newsroom.context(file)
    assert {name for name, one in context.settings.lists.items() if one != load_settings().lists[name]} == {"most-read"}
    again = evaluate_list(context, "most-read", SITE, period, length=5)
    assert again.figures.foresight == pytest.approx(found.tuned.all_days.foresight)
    assert again.figures.churn == pytest.approx(found.tuned.all_days.churn)
    assert again.figures.churn <= 0.2 + 1e-9
    churns = [point.churn for point in found.frontier.frontier]
    assert churns == sorted(churns)
    svg = found.to_svg()
    assert all(name in svg for name in ("Guardian", "WordPress", "Radioactivity", "all time", "tuned"))


def test_a_period_without_enough_reads_is_refused(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("a"))
    newsroom.load_events(pageview("a"))
    with pytest.raises(UsageError, match="50 reads"):
        evaluate_list(newsroom.context(), "most-read", SITE, Period(NOON - DAY, NOON, HOUR))
    with pytest.raises(UsageError, match="two days"):
        calibrate_list(newsroom.context(), "most-read", SITE, Period(NOON - DAY, NOON, HOUR), churn_at_most=1.0)


def test_the_command_writes_its_lists_and_prints_its_figures(readership: Readership, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    fill(newsroom, 6, 4000)
    place = ("--workspace", newsroom.workspace.root)
    span = ("--from", "2024-05-14T12:00:00Z", "--until", "2024-05-15T00:00:00Z", "--length", 3)
    lists = tmp_path / "lists.csv"
    done = readership("evaluate", "most-read", *span, "--lists-out", lists, "--json", *place)
    assert done.returncode == 0, done.stderr
    told = msgspec.json.decode(done.stdout)
    with lists.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["list_at", "rank", "article_id", "score"]
    assert (rows[0]["list_at"], rows[0]["rank"]) == ("2024-05-14T12:00:00Z", "1")
    assert told["moments"] == len({row["list_at"] for row in rows})
    assert told["foresight"] == pytest.approx(told["caught"] / told["oracle"])
    assert readership("evaluate", "most-read", *span, "--list", "nothing", *place).returncode == 2
    assert readership("calibrate", "most-read", *span, *place).returncode == 2
