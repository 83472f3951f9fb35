from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from analytics.read_next.corpus import read_corpora
from analytics.read_next.recommendations import build_index, rank_earlier
from analytics.read_next.settings import ReadNextSettings
from analytics.similarity.model import FieldTfidf
from analytics.similarity.words import add_summaries

SETTINGS = ReadNextSettings()
TEXTS = dict.fromkeys(("article_id", "edition", "title", "body", "published_at"), pl.String)


def read_articles(path: Path) -> pl.DataFrame:
    """Title, body and time alone: what the labels were made from stays out."""
    articles = pl.read_ndjson(path, schema=TEXTS)
    return articles.with_columns(
        pl.col("published_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"),
        *(pl.lit(None, pl.String).alias(name) for name in ("language", "summary", "section", "translation_group")),
        tags=pl.lit(None, pl.List(pl.String)),
        content_type=pl.lit("article"),
        status=pl.lit("live"),
    )


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


def test_a_wire_story_finds_earlier_ones_on_its_topics(realdata: Path) -> None:
    articles = read_articles(realdata / "reuters" / "articles.ndjson.gz")
    labels = pl.read_csv(realdata / "reuters" / "labels.csv")
    topics = {key: set(own) for key, own in labels.group_by("article_id").agg("topic").rows()}
    times = dict(articles.select("article_id", "published_at").rows())
    ranked = rank_earlier(articles, SETTINGS, count=60, within_days=90)
    ranked = ranked.filter(pl.col("article_id").is_in(list(topics)))
    lists = dict(ranked.group_by("seed_article_id", maintain_order=True).agg("article_id").rows())
    measured = []
    for seed, own in choose_queries(labels, times).items():
        earlier = {key for key in topics if 0 < (times[seed] - times[key]).total_seconds() <= 90 * 86_400}
        gain = {key: len(own & topics[key]) / len(own | topics[key]) for key in earlier}
        if any(gain.values()):
            listed = [gain[key] for key in lists.get(seed, [])[:10]]
            ideal = discount(sorted(gain.values(), reverse=True)[:10])
            measured.append((discount(listed) / ideal, sum(value > 0 for value in listed[:5]) / 5))
    ndcg, precision = np.mean(measured, axis=0)
    assert ndcg >= 0.595
    assert precision >= 0.665


def discount(gains: list[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def test_readers_would_follow_the_links_it_ranks_high(realdata: Path) -> None:
    articles = read_articles(realdata / "cnrec" / "articles.ndjson.gz")
    [corpus] = read_corpora(articles, SETTINGS, datetime.now(UTC).replace(tzinfo=None))
    index = build_index(corpus, SETTINGS)
    row = {article_id: place for place, article_id in enumerate(corpus.articles["article_id"])}
    pairs = pl.read_csv(realdata / "cnrec" / "pairs.csv").filter(
        pl.col("article_a").str.slice(2).cast(int) // 10 == pl.col("article_b").str.slice(2).cast(int) // 10
    )
    first, second = (index.vectors[[row[key] for key in pairs[side]]] for side in ("article_a", "article_b"))
    scores = first.multiply(second).sum(axis=1)
    judged = pairs["similarity"].is_not_null().to_numpy()
    assert roc_auc_score(pairs["would_follow"], scores) >= 0.950
    assert spearmanr(scores[judged], pairs["similarity"].drop_nulls())[0] >= 0.875


@pytest.mark.parametrize(("name", "language", "bar"), [("arabic", "ar", 0.445), ("spanish", "es", 0.725)])
def test_a_title_finds_the_second_half_of_its_own_text(realdata: Path, name: str, language: str, bar: float) -> None:
    articles = add_summaries(read_articles(realdata / name / "articles.ndjson.gz"))
    halves = [body[body.find(" ", len(body) // 2) + 1 :] for body in articles["body"]]
    model = FieldTfidf(language, SETTINGS.field_weights)
    texts = model.fit_transform(pl.DataFrame({"body": halves}))
    titles = model.transform(articles.select("title"))
    places = []
    for start in range(0, articles.height, 500):
        scores = (titles[start : start + 500] @ texts.T).toarray()
        own = scores[np.arange(len(scores)), np.arange(start, start + len(scores))]
        places.append(np.where(own > 0, 1 + (scores > own[:, None]).sum(axis=1), np.inf))
    place = np.concatenate(places)
    assert np.mean(np.where(place <= 10, 1 / place, 0)) >= bar
