"""Articles: updates, history, addresses, and the events that wait for them."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview, read_tables

SITE = '[site]\nhosts = ["www.news.example"]\n'
OLD, NEW = "2024-05-14T00:00:00Z", "2024-05-15T00:00:00Z"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", SITE, is_in_memory=True)


def read_titles(newsroom: Newsroom) -> dict[str, str]:
    return {row["article_id"]: row["title"] for row in newsroom.query("from articles.article")}


def count_reads(newsroom: Newsroom) -> dict[str, int]:
    """Give the reads of every article, which events and rollups must agree on."""
    counted = (
        "select article_id, count(*) as reads from events.counted where is_read and article_id is not null group by 1"
    )
    rolled = "select article_id, sum(reads)::bigint as reads from rollups.article_hourly where reads > 0 group by 1"
    found, sums = ({row["article_id"]: row["reads"] for row in newsroom.query(text)} for text in (counted, rolled))
    assert found == sums
    return found


def list_addresses(newsroom: Newsroom) -> dict[str, str]:
    return {row["url"]: row["article_id"] for row in newsroom.query("from articles.address")}


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_newest_update_wins_in_whatever_order_the_updates_come(newsroom: Newsroom, order: tuple[int, ...]) -> None:
    versions = [article(title="First"), article(title="Old", updated_at=OLD), article(title="New", updated_at=NEW)]
    for number in order:
        newsroom.load_articles(versions[number])
    assert read_titles(newsroom) == {"a1": "New"}
    assert newsroom.query("select count(*) as versions from articles.version") == [{"versions": 3}]


def test_without_an_update_time_the_last_loaded_wins_even_where_it_was_published_earlier(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(title="Rain"))
    newsroom.load_articles(article(title="Floods", published_at="2024-05-01T00:00:00Z"))
    assert read_titles(newsroom) == {"a1": "Floods"}


def test_a_headline_that_comes_back_is_the_last_loaded_again(newsroom: Newsroom) -> None:
    reports = [newsroom.load_articles(article(title=title), article(f"b{n}")) for n, title in enumerate("ABA")]
    assert read_titles(newsroom)["a1"] == "A"
    assert [(report.loaded, report.duplicate) for report in reports] == [(2, 0), (2, 0), (1, 1)]
    newsroom.load_articles(article(title="C"), article(title="B"), article(title="A"), article(title="B"))
    assert read_titles(newsroom)["a1"] == "B"
    assert newsroom.query("select count(*) as versions from articles.version") == [{"versions": 6}]


def test_the_same_article_again_is_a_duplicate(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(), article("a2"))
    report = newsroom.load_articles(article("a2"), article(), article("a3"))
    assert (report.lines, report.loaded, report.duplicate) == (3, 1, 2)


def test_an_update_replaces_the_tags_and_keeps_what_the_article_was(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(tags=["Floods", "Dams"], updated_at=OLD))
    newsroom.load_articles(article(tags=["Dams"], updated_at=NEW))
    assert [row["label"] for row in newsroom.query("from articles.article_tag")] == ["Dams"]
    assert [row["tag_key"] for row in newsroom.query("from articles.tag")] == ["dams"]
    tags = newsroom.query("select content->'tags' as tags from articles.version order by arrival_number")
    assert [row["tags"] for row in tags] == ['["Floods","Dams"]', '["Dams"]']


def test_an_old_address_still_leads_to_the_article(newsroom: Newsroom) -> None:
    newsroom.load_articles(
        article(url="http://news.example/rain", aliases=["https://m.news.example/first/"], updated_at=OLD)
    )
    newsroom.load_articles(article(url="https://news.example/floods", updated_at=NEW))
    site = "https://www.news.example"
    assert list_addresses(newsroom) == dict.fromkeys((f"{site}/first", f"{site}/floods", f"{site}/rain"), "a1")
    newsroom.load_events(*(pageview(None, url=f"{site}/{name}", visitor=name) for name in ("first", "floods", "rain")))
    assert count_reads(newsroom) == {"a1": 3}


def test_the_own_address_of_an_article_beats_the_old_one_of_another(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1", aliases=["https://news.example/live"]))
    newsroom.load_events(pageview(None, url="https://news.example/live"))
    assert count_reads(newsroom) == {"a1": 1}
    newsroom.load_articles(article("a2", url="https://news.example/live"))
    assert count_reads(newsroom) == {"a2": 1}


WAITING = [
    pageview("a1", NOON, "v1"),
    pageview(None, NOON + 10 * MINUTE, "v1", url="https://news.example/en/a1?utm_source=x"),
    pageview(None, NOON + 2 * HOUR, "v1", url="https://amp.news.example/old/a1/amp"),
    pageview("a1", NOON + DAY, "v1"),
    pageview("a1", NOON, "v2", kind="share"),
    pageview("other", NOON, "v1"),
]


def test_events_of_an_unknown_article_are_kept_and_count_as_soon_as_it_arrives(newsroom: Newsroom) -> None:
    assert newsroom.load_events(*WAITING).loaded == len(WAITING)
    assert count_reads(newsroom) == {}
    newsroom.load_articles(article(aliases=["https://news.example/old/a1"]))
    assert count_reads(newsroom) == {"a1": 3}
    repeats = [row["occurred_at"] for row in newsroom.query("from events.counted") if row["is_repeat"]]
    assert repeats == [NOON + 10 * MINUTE]
    shares = newsroom.query("select sum(shares)::integer as shares from rollups.article_hourly")
    assert shares == [{"shares": 1}]


@pytest.mark.parametrize("steps", [*permutations(range(3))])
def test_articles_may_come_before_between_or_after_their_events(tmp_path: Path, steps: tuple[int, ...]) -> None:
    loads: list[tuple[str, list[Row]]] = [
        ("articles", [article()]),
        ("articles", [article(aliases=["https://news.example/old/a1"], updated_at=NEW), article("other")]),
        ("events", WAITING),
    ]
    newsroom = Newsroom(tmp_path / "newsroom", SITE, is_in_memory=True)
    for step in steps:
        newsroom.load(loads[step][0], loads[step][1])
    assert count_reads(newsroom) == {"a1": 3, "other": 1}
    readers = newsroom.query(
        "select article_id, sum(readers)::integer as readers from rollups.article_hourly group by 1"
    )
    assert {row["article_id"]: row["readers"] for row in readers} == {"a1": 2, "other": 1}


def test_an_article_that_is_loaded_in_parts_is_the_same_as_loaded_at_once(newsroom: Newsroom, tmp_path: Path) -> None:
    rows = [article(f"a{n % 5}", title=f"Take {n}", updated_at=f"2024-05-14T{n:02}:00:00Z") for n in range(20)]
    for row in reversed(rows):
        newsroom.load_articles(row)
    at_once = Newsroom(tmp_path / "at-once", SITE, is_in_memory=True)
    at_once.load_articles(*rows)
    with newsroom.open() as one, at_once.open() as other:
        assert read_tables(one) == read_tables(other)


def test_a_section_label_outside_the_menu_maps_to_one_by_an_alias(tmp_path: Path) -> None:
    settings = '[site.section_aliases]\n"Climate Crisis" = "Environment"\n'
    newsroom = Newsroom(tmp_path / "newsroom", settings, is_in_memory=True)
    newsroom.load_articles(article(section="climate  crisis", region="West Asia"), article("a2", section="Sports"))
    found = newsroom.query("select section, section_slug, region_slug from articles.article order by article_id")
    assert found[0] == {"section": "climate  crisis", "section_slug": "environment", "region_slug": "mena"}
    assert found[1] == {"section": "Sports", "section_slug": "sports", "region_slug": None}
