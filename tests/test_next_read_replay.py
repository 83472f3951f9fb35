"""The replay of what readers opened next, against a slow and simple one, and against what a run recommends."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from analytics.errors import UsageError
from analytics.evaluation.next_read import CO_READING, READ_NEXT, RECENT, TEXT
from analytics.evaluation.period import Period
from analytics.evaluation.read_next import NextReadEvaluation, evaluate_replay
from analytics.instants import format_instant
from analytics.read_next.co_reading import HALF_LIVES
from analytics.read_next.corpus import read_corpora
from analytics.read_next.job import read_settings, read_signals
from analytics.read_next.recommendations import build_index, find_candidates, find_near

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, article
from .test_co_reading import Counts, Visit, define_blend, define_counts, make_events

SUBJECTS = ["river flood rescue boats", "striker goal derby stadium", "vaccine trial clinic nurse"]
NAMES = [f"a{number}" for number in range(9)]
# The last appears in the middle of what is replayed.
PUBLISHED = {name: NOON - number * DAY for name, number in zip(NAMES, range(8, -1, -1), strict=True)}
PERIOD = Period(NOON - 40 * MINUTE, NOON + 40 * MINUTE, 5 * MINUTE)
SPAN = timedelta(minutes=5)
Score = Callable[[str, datetime], dict[str, float]]


def walk() -> list[Visit]:
    """Let readers go from article to article, in steps of ten seconds, with a liking for the next subject."""
    dice = Random(11)  # noqa: S311 - no secret
    visits: dict[tuple[str, int], Visit] = {}
    for reader in range(40):
        ticks, place = dice.randint(-360, 220), dice.randrange(8)
        for _ in range(dice.randint(1, 4)):
            name = NAMES[place]
            if name != NAMES[-1] or ticks > 0:
                box = dice.choice([None, None, "read-next"])
                visits[f"v{reader}", ticks] = (f"v{reader}", ticks, name, box)
            ticks += dice.choice([1, 6, 30, 60])
            place = (place + dice.choice([1, 1, 3, 4])) % 9
    return list(visits.values())


VISITS = walk()


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    made = Newsroom(tmp_path_factory.mktemp("replay") / "newsroom")
    made.load_articles(
        *(
            article(
                name,
                title=f"{SUBJECTS[number % 3]} {name}",
                body=f"{SUBJECTS[number % 3]} {SUBJECTS[number % 2]} reported near the town by {name}x",
                published_at=format_instant(PUBLISHED[name]),
            )
            for number, name in enumerate(NAMES)
        )
    )
    made.load_events(*make_events(VISITS))
    return made


@pytest.fixture(scope="module")
def found(newsroom: Newsroom) -> NextReadEvaluation:
    return evaluate_replay(newsroom.context(), PERIOD, length=3)


def list_clicks() -> list[tuple[str, str, datetime]]:
    """List what each reader opened next within half an hour, in the period."""
    clicks = []
    for reader in sorted({visit[0] for visit in VISITS}):
        own = sorted((ticks, name) for visitor, ticks, name, _ in VISITS if visitor == reader)
        for (before, seed), (ticks, name) in pairwise(own):
            at = NOON + ticks * MINUTE / 6
            if seed != name and ticks - before <= 180 and PERIOD.from_at <= at < PERIOD.until_at:
                clicks.append((seed, name, at))
    return clicks


def weigh(at: datetime, run_at: datetime, half_life: timedelta) -> float:
    age = run_at - SPAN - at
    return 2.0 ** -(age / half_life) if age >= timedelta(0) else 0.0


def sum_masses(counts: Counts, run_at: datetime, half_life: timedelta, back: float) -> dict[tuple[str, str], float]:
    masses: dict[tuple[str, str], float] = {}
    for (seed, name, at), (first, second, third) in counts.items():
        mass = weigh(at, run_at, half_life) * (first + 0.5 * second + 0.3 * third)
        masses[seed, name] = masses.get((seed, name), 0.0) + mass
        masses[name, seed] = masses.get((name, seed), 0.0) + back * mass
    return masses


def score_by_blend(alike: dict[tuple[str, str], float], run_at: datetime, seed: str) -> dict[str, float]:
    """Score each article that was published by the run, by the formula as the documentation has it."""
    counts = define_counts(VISITS)
    masses = [sum_masses(counts, run_at, half_life, 0.1) for half_life in HALF_LIVES]
    flow = sum(masses[1].values())
    totals = [sum(mass for (one, _), mass in each.items() if one == seed) for each in masses]
    known = [name for name in NAMES if PUBLISHED[name] <= run_at]
    others = [name for name in known if name != seed]
    rows = [
        (
            alike[seed, name],
            sum(mass for (_, one), mass in masses[1].items() if one == name) / flow if flow else 0.0,
            [each.get((seed, name), 0.0) for each in masses],
        )
        for name in others
    ]
    newest = max(PUBLISHED[name] for name in known)
    ages = [(newest - PUBLISHED[name]) / DAY for name in others]
    estimates = define_blend(rows, totals, 0.5, 3.0)
    return {
        name: estimate * (0.85 + 0.15 * 2 ** (-age / 7))
        for name, estimate, age in zip(others, estimates, ages, strict=True)
    }


@pytest.fixture(scope="module")
def alike(newsroom: Newsroom) -> dict[tuple[str, str], float]:
    with newsroom.open() as warehouse:
        articles = warehouse.frame("read_next/article", as_of=NOON)
    config = read_settings(newsroom.context().settings.read_next)
    (corpus,) = read_corpora(articles, config, NOON)
    index = build_index(corpus, config)
    vectors = index.vectors.toarray()
    products = np.round(vectors @ vectors.T, 6)
    found = {(NAMES[i], NAMES[j]): alike for i, j, alike in find_near(index, config).iter_rows()}
    assert found == pytest.approx(
        {pair: products[NAMES.index(pair[0]), NAMES.index(pair[1])] for pair in found}, abs=3e-6
    )
    assert (products > 0).sum() == len(found) + len(NAMES), "all but the seed itself"
    return {(one, other): found.get((one, other), 0.0) for one in NAMES for other in NAMES}


def judge(score: Score) -> dict[str, float]:
    """Look up where each click stood at the last run before it."""
    places = []
    for seed, name, at in list_clicks():
        # A click at the very moment of a run comes before it.
        run_at = PERIOD.from_at + math.ceil((at - PERIOD.from_at) / SPAN - 1) * SPAN
        scores = score(seed, run_at)
        own = scores.get(name, 0.0)
        above = sum(other > own for one, other in scores.items() if one != seed)
        places.append(above + 1 if own > 0 else 10**9)
    return {
        "clicks": len(places),
        "ndcg_at_10": sum(1 / math.log2(place + 1) for place in places if place <= 10) / len(places),
        "hit_rate_at_5": sum(place <= 5 for place in places) / len(places),
        "mrr_at_10": sum(1 / place for place in places if place <= 10) / len(places),
    }


def pick(found: NextReadEvaluation, formula: str) -> dict[str, float]:
    return {name: found.figures[formula][name] for name in ("clicks", "ndcg_at_10", "hit_rate_at_5", "mrr_at_10")}


def test_the_figures_of_read_next_are_those_of_its_formula_click_by_click(
    found: NextReadEvaluation, alike: dict[tuple[str, str], float]
) -> None:
    expected = judge(lambda seed, run_at: score_by_blend(alike, run_at, seed))
    assert pick(found, READ_NEXT) == pytest.approx(expected, abs=1e-12)
    assert 30 < expected["clicks"] < len(VISITS)
    assert 0 < expected["mrr_at_10"] < expected["ndcg_at_10"] < 1


def test_the_figures_of_the_plainer_formulas_are_theirs(
    found: NextReadEvaluation, alike: dict[tuple[str, str], float]
) -> None:
    counts = define_counts(VISITS)

    def follow(seed: str, run_at: datetime) -> dict[str, float]:
        masses = sum_masses(counts, run_at, 2 * HOUR, 0.0)
        return {name: mass for (one, name), mass in masses.items() if one == seed}

    def read_text(seed: str, run_at: datetime) -> dict[str, float]:
        return {name: alike[seed, name] for name in NAMES if PUBLISHED[name] <= run_at and name != seed}

    def read_much(_: str, run_at: datetime) -> dict[str, float]:
        totals = dict.fromkeys(NAMES, 0.0)
        for visitor, ticks, name, _box in VISITS:
            before = [t for v, t, n, _ in VISITS if (v, n) == (visitor, name) and 0 < ticks - t <= 180]
            if not before:
                totals[name] += weigh(NOON + ticks // 30 * SPAN, run_at, 30 * MINUTE)
        return totals

    for formula, score in {CO_READING: follow, TEXT: read_text, RECENT: read_much}.items():
        assert pick(found, formula) == pytest.approx(judge(score), abs=1e-12), formula


def test_a_run_scores_its_candidates_as_the_replay_does(
    newsroom: Newsroom, alike: dict[tuple[str, str], float]
) -> None:
    run_at = NOON + 30 * MINUTE
    config = read_settings(newsroom.context().settings.read_next)
    with newsroom.open() as warehouse:
        articles = warehouse.frame("read_next/article", as_of=run_at)
        signals = read_signals(warehouse, run_at)
    (corpus,) = read_corpora(articles, config, run_at)
    candidates = find_candidates(build_index(corpus, config), config, signals)
    assert set(candidates["seed_article_id"]) == {*NAMES}
    for seed in NAMES:
        expected = score_by_blend(alike, run_at, seed)
        rows = candidates.filter(seed_article_id=seed).select("article_id", "score").rows()
        assert dict(rows) == pytest.approx({name: expected[name] for name, _ in rows}, abs=2e-9)


def test_a_click_at_the_moment_of_a_run_was_not_known_to_it(tmp_path: Path) -> None:
    one = Newsroom(tmp_path / "one")
    one.load_articles(article("a", title="river"), article("b", title="striker"))
    seen: list[Visit] = [("ann", -30, "a", None), ("ann", 0, "b", None)]
    one.load_events(*make_events(seen))
    result = evaluate_replay(one.context(), Period(NOON - HOUR, NOON + HOUR, 5 * MINUTE))
    assert result.figures[READ_NEXT]["clicks"] == 1
    assert result.figures[READ_NEXT]["ndcg_at_10"] == 0, "nobody had gone on before"
    ben: list[Visit] = [("ben", 1, "a", None), ("ben", 30, "b", None)]
    cleo: list[Visit] = [("cleo", 30, "a", None), ("cleo", 31, "b", None)]
    one.load_events(*make_events([*ben, *cleo]))
    later = evaluate_replay(one.context(), Period(NOON + 4 * MINUTE, NOON + 6 * MINUTE, 5 * MINUTE))
    assert later.figures[READ_NEXT]["clicks"] == 2
    assert later.figures[CO_READING]["hit_rate_at_5"] == 0.5, "the run of 12:05 knows of ann, that of 12:00 of nobody"


def test_where_nobody_went_on_there_is_nothing_to_judge(newsroom: Newsroom) -> None:
    with pytest.raises(UsageError, match="nobody opened a second article"):
        evaluate_replay(newsroom.context(), replace(PERIOD, from_at=NOON + DAY, until_at=NOON + 2 * DAY))
