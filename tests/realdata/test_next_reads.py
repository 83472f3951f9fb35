"""Read Next's foresight on real clicks: twelve hours of them, foretold from what came before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.evaluation.next_read import CO_READING, FORMULAS, KNN, PAIRS, POPULAR, READ_NEXT, RECENT
from analytics.evaluation.period import Period
from analytics.evaluation.read_next import NextReadEvaluation, evaluate_replay

from ..newsroom import Newsroom  # noqa: TID252 - no package of the tests is on the path

HOUR = timedelta(hours=1)
EVENTS, ARTICLES = "globo/events.parquet", "globo/articles.ndjson.gz"


@pytest.fixture(scope="module")
def found(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> NextReadEvaluation:
    newsroom = Newsroom(tmp_path_factory.mktemp("next-reads") / "newsroom")
    events = pl.read_parquet(realdata / EVENTS)
    first_at = events["occurred_at"].dt.convert_time_zone("UTC").dt.replace_time_zone(None).dt.truncate("1h").min()
    assert isinstance(first_at, datetime)
    path = newsroom.incoming / "events.parquet"
    begin = pl.lit(first_at).dt.replace_time_zone("UTC")
    events.filter(pl.col("occurred_at").dt.convert_time_zone("UTC") < begin + pl.duration(hours=60)).write_parquet(path)
    newsroom.load("articles", realdata / ARTICLES)
    newsroom.load("events", path)
    period = Period(first_at + 48 * HOUR, first_at + 60 * HOUR, timedelta(minutes=5))
    return evaluate_replay(newsroom.context(), period, edition="pt")


def test_read_next_foretells_the_next_click_better_than_every_plainer_formula(found: NextReadEvaluation) -> None:
    ndcg = {name: figures["ndcg_at_10"] for name, figures in found.figures.items()}
    assert set(ndcg) == set(FORMULAS)
    assert found.figures[READ_NEXT]["clicks"] > 20_000
    assert ndcg[READ_NEXT] > 1.05 * ndcg[CO_READING]
    assert ndcg[READ_NEXT] > 1.2 * max(ndcg[name] for name in (PAIRS, KNN, RECENT, POPULAR))
    assert found.figures[READ_NEXT]["mrr_at_10"] > max(
        found.figures[name]["mrr_at_10"] for name in (PAIRS, KNN, RECENT)
    )
