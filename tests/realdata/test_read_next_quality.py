"""How well Read Next tells what belongs together, by what people said of real articles.

The figures that `evaluate` gives are computed here a second time, in another way, from its lists.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from analytics.evaluation.judgements import read_judgements
from analytics.evaluation.read_next import evaluate_judgements, evaluate_probe

from ..newsroom import Newsroom  # noqa: TID252 - no package of the tests is on the path

OpenNewsroom: TypeAlias = Callable[[str], Newsroom]
DAYS_90 = timedelta(days=90)


@pytest.fixture(scope="module")
def open_newsroom(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenNewsroom:
    def load(name: str) -> Newsroom:
        newsroom = Newsroom(tmp_path_factory.mktemp(name) / "newsroom")
        (report,) = newsroom.load("articles", realdata / name / "articles.ndjson.gz")
        assert report.loaded == report.lines
        return newsroom

    return load


def choose_queries(labels: pl.DataFrame, times: dict[str, datetime]) -> dict[str, set[str]]:
    """The topics of at most 25 stories of each first topic, from 5 March 1987 on, without earnings."""
    topics: dict[str, list[str]] = {}
    for article_id, topic in labels.rows():
        topics.setdefault(article_id, []).append(topic)
    seen: dict[str, int] = {}
    queries = {}
    for article_id in sorted(topics, key=lambda article_id: (times[article_id], article_id)):
        first = topics[article_id][0]
        if "earn" not in topics[article_id] and times[article_id] >= datetime.fromisoformat("1987-03-05"):
            seen[first] = seen.get(first, 0) + 1
            if seen[first] <= 25:
                queries[article_id] = set(topics[article_id])
    return queries


def test_a_wire_story_finds_earlier_ones_on_its_topics(realdata: Path, open_newsroom: OpenNewsroom) -> None:
    newsroom, path = open_newsroom("reuters"), realdata / "reuters" / "labels.csv"
    result = evaluate_judgements(
        newsroom.context(), read_judgements(path), length=100, max_age=DAYS_90, fields=["title", "body"]
    )
    labels = pl.read_csv(path)
    topics = {key: set(own) for key, own in labels.group_by("article_id").agg("topic").rows()}
    times = {row["article_id"]: row["published_at"] for row in newsroom.query("from articles.article")}
    ranked = result.lists.filter(pl.col("article_id").is_in(list(topics)))
    lists = dict(ranked.group_by("query", maintain_order=True).agg("article_id").rows())
    measured = []
    for seed, own in choose_queries(labels, times).items():
        earlier = {key for key in topics if 0 < (times[seed] - times[key]).total_seconds() <= 90 * 86_400}
        gain = {key: len(own & topics[key]) / len(own | topics[key]) for key in earlier}
        if any(gain.values()):
            listed = [gain[key] for key in lists.get(seed, [])[:10]]
            ideal = discount(sorted(gain.values(), reverse=True)[:10])
            measured.append((discount(listed) / ideal, sum(value > 0 for value in listed[:5]) / 5))
    ndcg, precision = np.mean(measured, axis=0)
    figures = result.to_json()
    assert (figures["queries"], figures["ndcg_at_10"], figures["precision_at_5"]) == (
        len(measured), pytest.approx(ndcg), pytest.approx(precision))  # fmt: skip
    assert ndcg >= 0.595
    assert precision >= 0.665
    assert all(one["ndcg_at_10"] < ndcg for one in figures["baselines"].values())


def discount(gains: list[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def test_readers_would_follow_the_links_it_ranks_high(realdata: Path, open_newsroom: OpenNewsroom) -> None:
    path = realdata / "cnrec" / "pairs.csv"
    result = evaluate_judgements(open_newsroom("cnrec").context(), read_judgements(path), length=300, max_age=DAYS_90)
    pairs = pl.read_csv(path).filter(
        pl.col("article_a").str.slice(2).cast(int) // 10 == pl.col("article_b").str.slice(2).cast(int) // 10
    )
    scores = {frozenset(key): score for *key, score in result.lists.select("query", "article_id", "score").iter_rows()}
    found = np.array([scores.get(frozenset(key), 0.0) for key in pairs.select("article_a", "article_b").iter_rows()])
    judged = pairs["similarity"].is_not_null().to_numpy()
    auc = roc_auc_score(pairs["would_follow"], found)
    spearman = spearmanr(found[judged], pairs["similarity"].drop_nulls())[0]
    figures = result.to_json()
    assert (figures["auc"], figures["spearman"]) == (pytest.approx(auc), pytest.approx(spearman))
    assert auc >= 0.950
    assert spearman >= 0.875


@pytest.mark.parametrize(("name", "edition", "bar"), [("arabic", "ar", 0.445), ("spanish", "es", 0.725)])
def test_a_title_finds_the_second_half_of_its_own_text(
    open_newsroom: OpenNewsroom, name: str, edition: str, bar: float
) -> None:
    result = evaluate_probe(open_newsroom(name).context(), edition=edition, length=10)
    own = result.lists.filter(pl.col("query") == pl.col("article_id"))
    figures = result.to_json()
    assert figures["mrr_at_10"] == pytest.approx((1 / own["rank"]).sum() / result.articles)
    assert figures["mrr_at_10"] >= bar
    assert figures["mrr_at_10"] > figures["baselines"]["plain TF-IDF"]["mrr_at_10"]
