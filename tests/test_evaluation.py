"""Evaluating a list: the replay gives the lists that `rank` gives, and the figures are what their words say."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analytics.cli import cli
from analytics.edits import record_edit
from analytics.errors import UsageError
from analytics.evaluation.job import Evaluation, evaluate_list
from analytics.evaluation.metrics import measure_lists
from analytics.evaluation.period import Period
from analytics.instants import format_instant
from analytics.rankings.edits import Edit
from analytics.rankings.job import Moment, rank_lists
from analytics.rankings.scopes import Scope

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

STEP = timedelta(minutes=37, seconds=13, microseconds=7)
PERIOD = Period(NOON - 8 * HOUR, NOON - HOUR, STEP)
LISTS = """\
[lists.hard]
half_life = "none"
window = "3h"
length = 4

[lists.two]
half_life = "12m"
half_life_2 = "2h"
half_life_2_share = 0.25
rising = 2.0
window = "10h"
length = 3

[lists.kinds]
half_life = "1h"
window = "24h"
length = 4
weights = { read = 1.0, share = 4.0, engaged_minute = 0.5 }

[lists.own]
half_life = "auto"
window = "24h"
length = 3

[lists.ruled]
half_life = "6h"
window = "24h"
length = 4
rules = { per_section = 1, minimum_age = "3h" }

[lists.private]
half_life = "15m"
window = "1h"
length = 4
floor_readers = 100000

[lists.steady]
half_life = "10m"
window = "6h"
length = 3
calm = 0.3
calm_of_mean = 0.2
"""
PLAIN = ["most-read", "hard", "two", "kinds", "own", "ruled", "private"]


def make_crowd(size: int) -> list[Row]:
    """Give a day of events of articles that come and go, some on the hour."""
    dice, rows = random.Random(3), []  # noqa: S311 - a crowd is no secret
    kinds: list[Row] = [{"kind": "pageview"}] * 6 + [{"kind": "share"}, {"kind": "engaged", "engaged_seconds": 95}]
    for number in range(size):
        age = dice.choice([timedelta(seconds=dice.randrange(72_000)), HOUR * dice.randrange(20)])
        favourite = age // (2 * HOUR) % 6
        chosen = dice.choice([favourite, favourite, dice.randrange(8)])
        visitor = f"v{dice.randrange(6000)}"
        rows.append(pageview(f"a{chosen}", NOON - age, visitor, event_id=f"e{number}", **dice.choice(kinds)))
    return rows


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with tempfile.TemporaryDirectory() as folder:
        made = Newsroom(Path(folder) / "newsroom", LISTS)
        places = [{"edition": ("en", "es")[n % 2], "section": ("Politics", "Sports")[n % 3 // 2]} for n in range(8)]
        ages = [HOUR * n for n in (48, 40, 30, 6, 20, 9, 60, 5)]
        made.load_articles(
            *(article(f"a{n}", **places[n], published_at=format_instant(NOON - ages[n])) for n in range(8))
        )
        made.load_events(*make_crowd(9000))
        made.load_events(*(pageview("a0", NOON - 20 * MINUTE, f"late{n}", event_id=f"late{n}") for n in range(60)))
        ban = Edit("ban", "a1", scope="site", until_at=NOON - 5 * HOUR)
        record_edit(replace(made.context(), now=NOON - DAY), ban, made_by="Ada", reason="a test")
        yield made


def evaluate(newsroom: Newsroom, name: str, *scopes: str, **options: int) -> Evaluation:
    return evaluate_list(newsroom.context(), name, Scope.of([*scopes]), PERIOD, **options)


def write_document(as_of: datetime, document: Row) -> str:
    """Write what `rank` gives as the lines of the file of lists."""
    rows = [(item["rank"], item["article_id"], item["score"]) for item in document["items"]]
    return "".join(
        f"{format_instant(as_of)},{rank},{name},{'' if score is None else score}\n" for rank, name, score in rows
    )


@pytest.mark.parametrize("scope", [[], ["edition=es"]])
@pytest.mark.parametrize("name", PLAIN)
def test_a_replayed_list_is_to_the_byte_what_rank_gives_at_that_moment(
    newsroom: Newsroom, name: str, scope: list[str]
) -> None:
    found = evaluate(newsroom, name, *scope).to_csv()
    moments = PERIOD.moments
    assert len(moments) == 12
    for as_of in moments[::4]:
        expected = write_document(as_of, newsroom.rank(name, *scope, as_of=as_of))
        assert expected in found
        assert found.count(f"{format_instant(as_of)},") == expected.count("\n")


def test_a_list_with_calm_is_what_runs_at_these_moments_would_have_ranked(newsroom: Newsroom) -> None:
    settings = newsroom.context().settings.lists
    with newsroom.open() as warehouse:
        for as_of in PERIOD.moments:
            rank_lists(warehouse, {"steady": settings["steady"]}, Moment(as_of, None), scopes=[Scope(())])
    stored = newsroom.query("""select as_of as list_at, rank, article_id, score from rankings.item
        where list_name = 'steady' and scope = 'site' order by as_of, rank""")
    touched = newsroom.query("select count(*) as n from rankings.item where list_contains(rules, 'calm')")
    assert evaluate(newsroom, "steady").lists.to_dicts() == stored
    assert touched[0]["n"] > 0


def test_calm_changes_a_list_less_often(newsroom: Newsroom, tmp_path: Path) -> None:
    layer = tmp_path / "nervous.toml"
    layer.write_text("[lists.steady]\ncalm = 0\ncalm_of_mean = 0\n")
    nervous = evaluate_list(newsroom.context(layer), "steady", Scope(()), PERIOD).figures
    calm = evaluate(newsroom, "steady").figures
    assert calm.churn < nervous.churn
    assert calm.moments == nervous.moments == 12


def test_a_length_of_its_own_gives_the_head_of_the_list(newsroom: Newsroom) -> None:
    whole, head = (evaluate(newsroom, "most-read", length=length) for length in (8, 2))
    assert head.lists.equals(whole.lists.filter(pl.col("rank") <= 2))
    assert head.to_json()["length"] == 2


def test_a_moment_with_too_few_reads_after_it_is_left_out(newsroom: Newsroom) -> None:
    span = Period(NOON - 2 * HOUR, NOON + 3 * HOUR, HOUR)
    figures = evaluate_list(newsroom.context(), "most-read", Scope(()), span).figures
    assert figures.moments == 2


def test_a_period_without_enough_reads_is_refused(newsroom: Newsroom) -> None:
    quiet = Period(NOON + DAY, NOON + 2 * DAY, HOUR)
    with pytest.raises(UsageError, match="no hour of this period has 50 reads of edition=en"):
        evaluate_list(newsroom.context(), "most-read", Scope.of(["edition=en"]), quiet)


@pytest.mark.parametrize(("until_at", "step"), [(NOON, HOUR), (NOON + HOUR, timedelta(0))])
def test_a_period_without_a_moment_is_refused(until_at: datetime, step: timedelta) -> None:
    with pytest.raises(UsageError):
        Period(NOON, until_at, step)


def test_the_command_prints_the_figures_and_writes_the_lists(newsroom: Newsroom, tmp_path: Path) -> None:
    out = tmp_path / "lists.csv"
    span = ["--from", format_instant(PERIOD.from_at), "--until", format_instant(PERIOD.until_at)]
    command = ["evaluate", "most-read", *span, "--length", "4", "--scope", "edition=en", "--lists-out", str(out)]
    command += ["--workspace", str(newsroom.workspace.root)]
    told = json.loads(CliRunner().invoke(cli, [*command, "--json"]).stdout)
    hourly = replace(PERIOD, step=HOUR)
    expected = evaluate_list(newsroom.context(), "most-read", Scope.of(["edition=en"]), hourly, length=4)
    assert told == expected.to_json()
    assert told["foresight"] == pytest.approx(told["caught"] / told["oracle"])
    assert out.read_text() == expected.to_csv()
    assert out.read_text().startswith("list_at,rank,article_id,score\n")
    assert out.read_text().count("\n") == 1 + 4 * told["moments"] > 1
    shown = CliRunner().invoke(cli, command)
    assert f"{told['foresight']:.4f} = caught / oracle" in shown.stdout


NAMES = [f"a{n}" for n in range(6)]
moments = st.lists(
    st.tuples(st.permutations(NAMES), st.integers(1, 4), st.lists(st.integers(0, 60), min_size=6, max_size=6)),
    min_size=2,
    max_size=6,
)


@given(moments=moments)
def test_the_figures_are_what_their_words_say(moments: list[tuple[list[str], int, list[int]]]) -> None:
    """Judge lists once more, with nothing but sets and fractions."""
    moments = [(order[:size], size, reads) for order, size, reads in moments if sum(reads)]
    length = max((size for _, size, _ in moments), default=0)
    if len(moments) < 2:
        return
    shares = [
        (Fraction(sum(reads[NAMES.index(name)] for name in shown), sum(reads)),
         Fraction(sum(sorted(reads)[-length:]), sum(reads)))
        for shown, _, reads in moments
    ]  # fmt: skip
    fresh = [Fraction(len(set(b[0]) - set(a[0])), length) for a, b in pairwise(moments)]
    rows = [(NOON + n * HOUR / 2, rank, name, 1.0) for n, (shown, _, _) in enumerate(moments)
            for rank, name in enumerate(shown, 1)]  # fmt: skip
    read = [(NOON + n * HOUR / 2, name, count) for n, (*_, reads) in enumerate(moments)
            for name, count in zip(NAMES, reads, strict=True) if count]  # fmt: skip
    lists = pl.DataFrame(rows, schema=["list_at", "rank", "article_id", "age_hours"], orient="row")
    following = pl.DataFrame(read, schema=["list_at", "article_id", "reads"], orient="row")
    figures = measure_lists(lists, following, catalogue=10, step=HOUR / 2)
    assert figures.moments == len(moments)
    assert figures.caught == pytest.approx(float(sum(c for c, _ in shares) / len(shares)))
    assert figures.oracle == pytest.approx(float(sum(o for _, o in shares) / len(shares)))
    assert figures.foresight == pytest.approx(float(sum(c for c, _ in shares) / sum(o for _, o in shares)))
    assert figures.churn == pytest.approx(2 * float(sum(fresh) / len(fresh)))
    assert figures.coverage == len({name for shown, *_ in moments for name in shown}) / 10
