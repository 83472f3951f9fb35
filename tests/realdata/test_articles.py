"""Read Next on real news in three languages, side by side in one workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.answers import answer_recommend
from analytics.articles.tags import key_tag
from analytics.instants import parse_instant
from analytics.publish.documents import ReadNextDocument

from ..newsroom import Newsroom  # noqa: TID252 - no package of the tests is on the path

SETS = {"reuters": 19_042, "arabic": 6_134, "spanish": 368}
MOMENTS = {"en": "1987-06-01T00:00:00Z", "ar": "2015-08-05T00:00:00Z", "es": "2025-09-05T00:00:00Z"}
SEEDS = [(edition, place) for edition in MOMENTS for place in (0.9, 0.6)]
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def archive(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    now = parse_instant("2026-01-01T00:00:00Z")
    newsroom = Newsroom(tmp_path_factory.mktemp("archive") / "newsroom", now=now)
    for name, articles in SETS.items():
        (report,) = newsroom.load("articles", realdata / name / "articles.ndjson.gz")
        assert (report.loaded, report.rejected) == (articles, 0)
    return newsroom


@pytest.fixture(scope="session")
def articles(archive: Newsroom) -> pl.DataFrame:
    text = pl.concat_str("title", pl.col("body").fill_null(""), separator=" ").alias("text")
    with archive.open() as warehouse:
        return warehouse.query("from articles.article").with_columns(text).sort("published_at", "article_id")


def choose_seed(articles: pl.DataFrame, edition: str, place: float) -> str:
    """Choose an article of some length from the edition's days before its moment."""
    own = articles.filter(
        pl.col("edition") == edition,
        pl.col("published_at") < parse_instant(MOMENTS[edition]),
        pl.col("text").str.len_chars() > 1500,
    )
    return str(own["article_id"][int(place * own.height)])


def recommend(archive: Newsroom, edition: str, seed: str) -> ReadNextDocument:
    return answer_recommend(archive.context(), seed, parse_instant(MOMENTS[edition]))


def share_tags(one: Sequence[str], other: Sequence[str]) -> set[str]:
    return {key_tag(tag) for tag in one} & {key_tag(tag) for tag in other}


@pytest.mark.parametrize(("edition", "place"), SEEDS)
def test_four_articles_of_the_same_edition_follow_each_with_its_reasons(
    archive: Newsroom, articles: pl.DataFrame, edition: str, place: float
) -> None:
    known = {row["article_id"]: row for row in articles.iter_rows(named=True)}
    seed = choose_seed(articles, edition, place)
    document = recommend(archive, edition, seed)
    assert (document.article_id, document.edition) == (seed, edition)
    assert [item.rank for item in document.items] == [1, 2, 3, 4]
    assert len({item.article_id for item in document.items} - {seed}) == 4
    for item in document.items:
        other = known[item.article_id]
        assert other["edition"] == edition
        assert other["published_at"] <= parse_instant(MOMENTS[edition])
        assert {key_tag(tag) for tag in item.reasons.tags} <= share_tags(known[seed]["tags"], other["tags"])
        assert item.reasons.terms
        texts = (known[seed]["text"] + " " + other["text"]).casefold()
        assert [term for term in item.reasons.terms if term.casefold() not in texts] == []


def test_shared_tags_are_given_as_reasons_where_the_set_has_tags(archive: Newsroom, articles: pl.DataFrame) -> None:
    documents = [recommend(archive, "en", choose_seed(articles, "en", place)) for place in (0.5, 0.7, 0.8)]
    tagged = [item for document in documents for item in document.items if item.reasons.tags]
    assert len(tagged) >= 4


def test_the_same_question_has_the_same_answer(archive: Newsroom, articles: pl.DataFrame) -> None:
    seed = choose_seed(articles, "es", 0.5)
    assert recommend(archive, "es", seed) == recommend(archive, "es", seed)
