from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from analytics.coverage.job import find_stories
from analytics.evaluation.coverage import evaluate_coverage
from tests.newsroom import Newsroom


@pytest.fixture
def cnrec(realdata: Path, tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "cnrec")
    newsroom.load("articles", realdata / "cnrec" / "articles.ndjson.gz")
    return newsroom


def test_stories_agree_with_the_judged_ones(cnrec: Newsroom, realdata: Path, tmp_path: Path) -> None:
    judged = realdata / "cnrec" / "stories.csv"
    evaluation = evaluate_coverage(cnrec.context(), judged)
    ours, components = (evaluation.agreements[name] for name in ("stories", "connected components"))
    assert ours.f1 >= 0.83
    assert ours.f1 >= components.f1
    got = tmp_path / "got.csv"
    got.write_text(evaluation.stories.write_csv())
    judge = realdata.parent / "judges" / "judge_stories.py"
    if judge.is_file():
        command = [sys.executable, str(judge), str(got), str(judged)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert f"P {ours.precision:.4f} R {ours.recall:.4f} F1 {ours.f1:.4f}" in printed


def test_a_wire_of_everyday_reports_has_no_story_of_everything(realdata: Path, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "reuters", is_kept_open=True)
    newsroom.load("articles", realdata / "reuters" / "articles.ndjson.gz")
    with newsroom.open() as warehouse:
        (newest,) = warehouse.query("select max(published_at) from articles.article").row(0)
        found = find_stories(warehouse, newsroom.context().settings, newest)
        texts = warehouse.query("select article_id, concat_ws(' ', title, body) as text from articles.article")
    stories, components = found["stories"], found["connected components"]
    sizes, linked = (one["story_id"].value_counts()["count"] for one in (stories, components))
    assert sizes.max() <= 60
    assert linked.max() > 3 * sizes.max()
    assert (sizes > 1).sum() > 2000
    assert share_of_strangers(stories, texts) <= 0.25


def share_of_strangers(stories: pl.DataFrame, texts: pl.DataFrame) -> float:
    """Of the pairs of one story that both name listed companies, the share that has none in common."""
    codes = texts.select("article_id", pl.col("text").str.extract_all(r"<[A-Z.]{1,6}>").list.unique().alias("codes"))
    known = stories.join(codes.filter(pl.col("codes").list.len() > 0), on="article_id")
    pairs = known.join(known, on="story_id", suffix="_2").filter(pl.col("article_id") < pl.col("article_id_2"))
    common = pl.col("codes").list.set_intersection("codes_2").list.len()
    return float(pairs.select((common == 0).mean()).item())
