from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import UsageError
from analytics.read_next.co_reading import find_popularity
from analytics.read_next.recommendations import recommend_all, recommend_one
from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.signals import Signals

AS_OF = datetime.fromisoformat("2026-03-14T12:00")
SETTINGS = ReadNextSettings()
SCHEMA: dict[str, Any] = {
    "article_id": pl.String,
    "language": pl.String,
    "edition": pl.String,
    "title": pl.String,
    "summary": pl.String,
    "body": pl.String,
    "section": pl.String,
    "tags": pl.List(pl.String),
    "content_type": pl.String,
    "published_at": pl.Datetime("us"),
    "status": pl.String,
    "translation_group": pl.String,
    "story_id": pl.String,
}
SUBJECTS = ["river flood rescue", "striker goal derby", "vaccine trial clinic", "budget tax vote"]


def article(article_id: str, title: str, age_days: float = 1, **changes: Any) -> dict[str, object]:
    return {
        "article_id": article_id,
        "edition": "en",
        "title": title,
        "body": f"{title} {article_id}x",
        "tags": [],
        "content_type": "article",
        "published_at": AS_OF - timedelta(days=age_days),
        "status": "live",
    } | changes


def frame(*articles: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(articles), schema=SCHEMA)


def items_of(seed: str, articles: pl.DataFrame, as_of: datetime = AS_OF, **changes: Any) -> list[str]:
    chosen = recommend_all(articles, replace(SETTINGS, **changes), as_of)
    return chosen.filter(pl.col("seed_article_id") == seed)["article_id"].to_list()


def newsroom(count: int) -> pl.DataFrame:
    return frame(
        *(article(f"a{i:02}", f"{SUBJECTS[i % 4]} {SUBJECTS[i % 3]} w{i % 5}", age_days=i) for i in range(count))
    )


def test_the_article_on_the_same_subject_comes_first() -> None:
    articles = frame(
        article("seed", "river flood rescue"),
        article("same", "flood on the river"),
        article("other", "striker goal"),
    )
    assert items_of("seed", articles) == ["same"]


@given(st.permutations(range(24)))
@settings(deadline=None, max_examples=10)
def test_the_order_of_the_input_rows_changes_nothing(order: list[int]) -> None:
    articles = newsroom(24)
    assert recommend_all(articles[order], SETTINGS, AS_OF).equals(recommend_all(articles, SETTINGS, AS_OF))


@pytest.mark.parametrize("seed", ["a00", "a07", "a23"])
def test_one_seed_alone_gets_what_it_gets_among_all(seed: str) -> None:
    articles = newsroom(24)
    among_all = recommend_all(articles, SETTINGS, AS_OF).filter(pl.col("seed_article_id") == seed)
    assert among_all.height > 0
    assert recommend_one(articles, SETTINGS, AS_OF, seed).equals(among_all)


def test_the_number_of_threads_changes_nothing() -> None:
    one, two = (recommend_all(newsroom(24), replace(SETTINGS, threads=count), AS_OF) for count in (1, 2))
    assert one.equals(two)


def test_the_seed_and_its_translations_are_never_items() -> None:
    articles = frame(
        article("seed", "river flood", translation_group="t"),
        article("twin", "river flood tonight", translation_group="t"),
        article("next", "river flood rescue"),
    )
    assert items_of("seed", articles) == ["next"]


def test_items_are_of_the_seeds_own_edition() -> None:
    articles = frame(
        article("seed", "river flood"),
        article("abroad", "river flood rescue", edition="es"),
        article("home", "river flood alarm"),
    )
    assert items_of("seed", articles) == ["home"]


@pytest.mark.parametrize("status", ["withdrawn", "embargoed"])
def test_an_article_that_is_not_live_is_neither_item_nor_seed(status: str) -> None:
    articles = frame(article("seed", "river flood"), article("gone", "river flood rescue", status=status))
    assert recommend_all(articles, SETTINGS, AS_OF).is_empty()
    with pytest.raises(UsageError):
        recommend_one(articles, SETTINGS, AS_OF, "gone")


def test_what_is_published_after_the_moment_is_not_there_yet() -> None:
    articles = frame(article("seed", "river flood"), article("later", "river flood rescue", age_days=-1))
    assert items_of("seed", articles) == []


def test_an_old_seed_gets_articles_of_today() -> None:
    articles = frame(
        article("seed", "river flood", age_days=1800),
        article("old", "river flood rescue", age_days=1790),
        article("new", "river flood alarm", age_days=2),
    )
    assert items_of("seed", articles) == ["new"]


def test_the_age_limit_is_that_of_the_items_content_type() -> None:
    articles = frame(
        article("seed", "river flood"),
        article("film", "river flood rescue", age_days=100, content_type="video"),
        article("text", "river flood alarm", age_days=100),
    )
    assert items_of("seed", articles, maximum_age_days={"video": 30}) == ["text"]


def test_a_quiet_edition_is_measured_against_its_own_newest_article() -> None:
    articles = frame(article("next", "river flood rescue", 20), article("seed", "river flood", 10))
    years_later = AS_OF + timedelta(days=2000)
    assert items_of("seed", articles, years_later) == ["next"]
    assert recommend_all(articles, SETTINGS, years_later)["age_days"].to_list() == [2010.0, 2020.0]


def test_of_two_equally_near_the_newer_comes_first() -> None:
    articles = frame(
        article("seed", "river flood"),
        article("a-old", "river flood rescue", age_days=60, body=""),
        article("b-new", "river flood rescue", age_days=2, body=""),
    )
    assert items_of("seed", articles, near_duplicate_similarity=1.1) == ["b-new", "a-old"]


def test_recency_never_takes_more_than_its_floor() -> None:
    chosen, ageless = (
        recommend_all(newsroom(24), replace(SETTINGS, recency_floor=floor, length=9), AS_OF)
        for floor in (SETTINGS.recency_floor, 1.0)
    )
    both = chosen.join(ageless, on=["seed_article_id", "article_id"])
    share = both["score"] / both["score_right"]
    assert share.min() >= SETTINGS.recency_floor - 1e-6
    assert SETTINGS.recency_floor + 0.05 < share.max() <= 1 + 1e-5


def test_an_item_says_which_tags_it_shares_as_it_writes_them() -> None:
    articles = frame(
        article("seed", "river flood", tags=["EBRAHIM RAISI", "Iran"]),
        article("next", "river flood rescue", tags=["Ebrahim Raisi", "Oil"]),
    )
    assert recommend_one(articles, SETTINGS, AS_OF, "seed")["shared_tags"].to_list() == [["Ebrahim Raisi"]]


def test_an_item_says_which_words_it_shares_as_a_reader_knows_them() -> None:
    articles = frame(
        article("seed", "elections", body="Iranian elections elections and Tehran storm"),
        article("next", "Tehran", body="the election, elections in Tehran river"),
        article("else", "goal"),
    )
    shared = recommend_one(articles, SETTINGS, AS_OF, "seed")["shared_terms"].to_list()
    assert shared == [["elections", "Tehran"]]


def test_arabic_reasons_are_whole_words() -> None:
    articles = frame(
        article("seed", "الرئيس", edition="ar", body="الرئيس يزور المدرسة"),
        article("next", "للرئيس", edition="ar", body="الرئيس"),
        article("else", "كرة", edition="ar", body="مباراة"),
    )
    assert recommend_one(articles, SETTINGS, AS_OF, "seed")["shared_terms"].to_list() == [["الرئيس"]]


@pytest.mark.parametrize(
    ("language", "day", "word"),
    [("en", "Friday", "elections"), ("ar", "الجمعة", "مدرسة"), ("es", "viernes", "lluvia")],
)
def test_numbers_and_days_of_the_week_are_no_reason(language: str, day: str, word: str) -> None:
    articles = frame(
        article("seed", f"{day} 2030 {word}", edition=language),
        article("next", f"{word} {day} 2030", edition=language),
        article("else", "xyz", edition=language),
    )
    found = recommend_one(articles, replace(SETTINGS, near_duplicate_similarity=1.1), AS_OF, "seed")
    assert found["shared_terms"].to_list() == [[word]]


def test_nothing_in_gives_an_empty_frame_of_the_same_columns() -> None:
    nothing = recommend_all(frame(), SETTINGS, AS_OF)
    assert nothing.is_empty()
    assert nothing.schema == recommend_all(newsroom(24), SETTINGS, AS_OF).schema


def test_where_there_is_no_summary_the_beginning_of_the_body_weighs_more_than_its_end() -> None:
    filler = " ".join(f"filler{i}" for i in range(100))
    articles = frame(
        article("seed", "", body="river flood rescue"),
        article("b-begins", "", body=f"river flood {filler}"),
        article("a-ends", "", body=f"{filler} river flood"),
    )
    assert items_of("seed", articles, near_duplicate_similarity=1.1) == ["b-begins", "a-ends"]


def follow(*steps: tuple[str, str, int]) -> Signals:
    """Give signals in which so many readers went from one article to another, just now."""
    rows = [
        {"seed_article_id": seed, "article_id": name, "next_reads": reads}
        | {f"mass_{place}": float(reads) for place in range(4)}
        for seed, name, reads in steps
    ]
    pairs = pl.DataFrame(rows)
    return Signals(pairs, find_popularity(pairs))


def test_what_readers_went_on_to_comes_first_and_says_so() -> None:
    articles = frame(article("seed", "river flood"), article("alike", "river flood rescue"), article("read", "striker"))
    assert items_of("seed", articles) == ["alike"]
    chosen = recommend_one(articles, SETTINGS, AS_OF, "seed", follow(("seed", "read", 500)))
    assert chosen.select("article_id", "basis", "next_reads").rows() == [
        ("read", "next-read", 500),
        ("alike", "text", 0),
    ]


def test_another_editions_readers_change_nothing() -> None:
    abroad = [article(f"e{number}", "inundacion", edition="es") for number in range(2)]
    home = [article("seed", "river flood"), article("a", "river flood rescue"), article("b", "river alarm boats")]
    steps = [("seed", "b", 2), ("b", "a", 5)]
    alone = recommend_one(frame(*home), SETTINGS, AS_OF, "seed", follow(*steps))
    both = recommend_one(
        frame(*home, *abroad), SETTINGS, AS_OF, "seed", follow(*steps, ("e0", "e1", 900), ("seed", "e1", 40))
    )
    assert both.rows() == alone.rows()
    assert both["article_id"].to_list() == ["a", "b"]


def test_an_old_article_that_is_read_today_gets_this_months() -> None:
    old = article("old", "river flood", age_days=1800)
    articles = frame(old, article("older", "river flood rescue", age_days=1900), article("new", "striker", age_days=3))
    chosen = recommend_one(articles, SETTINGS, AS_OF, "old", follow(("old", "older", 90), ("old", "new", 5)))
    assert chosen["article_id"].to_list() == ["new"]
