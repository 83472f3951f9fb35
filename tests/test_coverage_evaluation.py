"""Evaluating stories: the figures are B-cubed, and the command writes what it judged."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analytics.cli import cli
from analytics.evaluation.coverage import measure_agreement

from .newsroom import Newsroom
from .test_coverage_runs import tell_fire, tell_flood

names = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("xyz"))


def to_frame(stories: dict[str, str]) -> pl.DataFrame:
    rows = {"article_id": list(stories), "story_id": list(stories.values())}
    return pl.DataFrame(rows, schema={"article_id": pl.String, "story_id": pl.String})


@given(names, names.filter(bool))
def test_the_figures_are_the_definition_article_by_article(found: dict[str, str], judged: dict[str, str]) -> None:
    own = {one: found.get(one, f"alone {one}") for one in judged}
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in judged:
        groups["own", own[one]].add(one)
        groups["judged", judged[one]].add(one)
    both = {one: len(groups["own", own[one]] & groups["judged", judged[one]]) for one in judged}
    precision = sum(both[one] / len(groups["own", own[one]]) for one in judged) / len(judged)
    recall = sum(both[one] / len(groups["judged", judged[one]]) for one in judged) / len(judged)
    agreement = measure_agreement(to_frame(found), to_frame(judged))
    assert agreement.precision == pytest.approx(precision)
    assert agreement.recall == pytest.approx(recall)
    assert agreement.f1 == pytest.approx(2 * precision * recall / (precision + recall))
    assert agreement.stories == len(set(own.values()))


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(tell_flood("f1", 0), tell_flood("f2", 5), tell_fire("g1", 1), tell_fire("g2", 2))
    return newsroom


def test_the_command_prints_the_figures_and_writes_the_stories_of_all(newsroom: Newsroom) -> None:
    judged = newsroom.write(b"article_id,story_id\nf1,x\nf2,x\ng1,y\ng2,z\n", "judged.csv")
    out = newsroom.incoming / "stories.csv"
    result = evaluate(newsroom, judged, "--stories-out", str(out), "--json")
    told = json.loads(result)
    assert (told["articles"], told["judged_stories"], told["stories"]) == (4, 3, 2)
    assert (told["precision"], told["recall"]) == (0.75, 1.0)
    assert told["baselines"]["all apart"]["recall"] == 0.75
    assert told["baselines"]["connected components"]["precision"] == 0.75
    with out.open(encoding="utf-8") as file:
        assert {row["article_id"]: row["story_id"] for row in csv.DictReader(file)} == {
            "f1": "f1", "f2": "f1", "g1": "g1", "g2": "g1",
        }  # fmt: skip
    assert "0.7500" in evaluate(newsroom, judged)


@pytest.mark.parametrize(("content", "exit_code"), [(b"a,b\n1,2\n", 65), (b"article_id,story_id\nnobody,x\n", 2)])
def test_judgements_of_another_kind_or_of_other_articles_are_refused(
    newsroom: Newsroom, content: bytes, exit_code: int
) -> None:
    judged = newsroom.write(content, "judged.csv")
    arguments = ["evaluate", "coverage", "--judgements", str(judged), "--workspace", str(newsroom.workspace.root)]
    assert CliRunner().invoke(cli, arguments).exit_code == exit_code


def evaluate(newsroom: Newsroom, judged: Path, *arguments: str) -> str:
    workspace = ["--workspace", str(newsroom.workspace.root)]
    given = ["evaluate", "coverage", "--judgements", str(judged), *arguments, *workspace]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 0, result.output
    return result.stdout
