"""Articles: updates, history, addresses, and the events that wait for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.articles.load import ArticleRules, load_article_file, load_article_rows
from analytics.ledger import FileReport
from analytics.settings import load_settings
from analytics.urls import UrlRules

from .newsroom import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Newsroom,
    Row,
    article,
    open_empty_warehouse,
    pageview,
    read_tables,
    to_ndjson,
)

SITE = '[site]\nhosts = ["www.news.example"]\n'
OLD, NEW = "2024-05-14T00:00:00Z", "2024-05-15T00:00:00Z"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", SITE, is_kept_open=True)


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
    newsroom = Newsroom(tmp_path / "newsroom", SITE, is_kept_open=True)
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
    at_once = Newsroom(tmp_path / "at-once", SITE, is_kept_open=True)
    at_once.load_articles(*rows)
    with newsroom.open() as one, at_once.open() as other:
        assert read_tables(one) == read_tables(other)


def test_a_section_label_outside_the_menu_maps_to_one_by_an_alias(tmp_path: Path) -> None:
    settings = '[site.section_aliases]\n"Climate Crisis" = "Environment"\n'
    newsroom = Newsroom(tmp_path / "newsroom", settings, is_kept_open=True)
    newsroom.load_articles(article(section="climate  crisis", region="West Asia"), article("a2", section="Sports"))
    found = newsroom.query("select section, section_slug, region_slug from articles.article order by article_id")
    assert found[0] == {"section": "climate  crisis", "section_slug": "environment", "region_slug": "mena"}
    assert found[1] == {"section": "Sports", "section_slug": "sports", "region_slug": None}


def test_a_withdrawn_article_stays_known_and_keeps_its_reads(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(updated_at=OLD))
    newsroom.load_articles(article(status="withdrawn", updated_at=NEW))
    newsroom.load_events(pageview(None, url="https://news.example/en/a1"))
    (row,) = newsroom.query("select status, title from articles.article")
    assert row == {"status": "withdrawn", "title": "Title of a1"}
    assert count_reads(newsroom) == {"a1": 1}


def test_of_two_articles_with_one_url_the_smallest_id_has_its_reads(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("b2", url="https://news.example/one"))
    newsroom.load_articles(
        article("b1", url="https://news.example/one"), article("a0", aliases=["https://news.example/one"])
    )
    newsroom.load_events(pageview(None, url="https://news.example/one"), pageview("b2"))
    assert count_reads(newsroom) == {"b1": 1, "b2": 1}
    assert set(read_titles(newsroom)) == {"a0", "b1", "b2"}


IDS = st.sampled_from(["a1", "a2", "a3"])
ADDRESSES = st.sampled_from([f"https://news.example/{name}" for name in ("one", "two", "three", "four")])
NATIVE = st.fixed_dictionaries(
    {"article_id": IDS, "url": ADDRESSES, "title": st.sampled_from(["Rain", "مطر"])},
    optional={
        "tags": st.lists(st.sampled_from(["Floods", "floods", "طقس"]), max_size=2),
        "aliases": st.lists(ADDRESSES, max_size=2),
        "status": st.sampled_from(["live", "withdrawn"]),
        "body": st.just("It rains."),
    },
)


@st.composite
def splits_of_articles(draw: st.DrawFn) -> tuple[list[list[Row]], list[list[Row]]]:
    """Draw rows whose updates are distinct, in two orders and two splits into files."""
    rows: list[Row] = [
        article() | row | {"updated_at": f"2024-05-14T{number:02}:00:00Z"}
        for number, row in enumerate(draw(st.lists(NATIVE, min_size=2, max_size=8)))
    ]
    return draw(splits_of(rows)), draw(splits_of(rows))


@st.composite
def splits_of(draw: st.DrawFn, rows: list[Row]) -> list[list[Row]]:
    order = draw(st.permutations(rows))
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    return [part for start, end in pairwise([0, *cuts, len(rows)]) if (part := order[start:end])]


@settings(max_examples=25)
@given(splits_of_articles())
def test_any_order_and_split_of_articles_gives_the_same_tables(splits: tuple[list[list[Row]], list[list[Row]]]) -> None:
    assert load_parts(splits[0]) == load_parts(splits[1])


@st.composite
def splits_of_formats(draw: st.DrawFn) -> tuple[list[list[Row]], list[list[Row]]]:
    """Draw the newsroom's own rows and items of pages and feeds, which number the same pages otherwise."""
    drawn = draw(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["", "guid", "tag:", "news/"])), max_size=8))
    rows = [
        article(f"a{page}", tags=["Floods"], updated_at=f"2024-05-14T{number:02}:00:00Z")
        if not prefix
        else {"article_id": f"{prefix}{page}", "url": f"https://news.example/en/a{page}", "title": f"Take {number}",
              "published_at": OLD, "updated_at": f"2024-05-14T{number:02}:00:00Z", "is_found": True}
        for number, (page, prefix) in enumerate(drawn)
    ]  # fmt: skip
    return draw(splits_of(rows)), draw(splits_of(rows))


@settings(max_examples=25)
@given(splits_of_formats())
def test_any_order_of_all_formats_gives_the_same_tables(splits: tuple[list[list[Row]], list[list[Row]]]) -> None:
    assert load_parts(splits[0]) == load_parts(splits[1])


def load_parts(parts: list[list[Row]]) -> dict[str, list[Row]]:
    with open_empty_warehouse() as warehouse, TemporaryDirectory() as folder:
        for number, rows in enumerate(parts):
            path = Path(folder) / f"{number}.ndjson"
            path.write_bytes(to_ndjson(row for row in rows if "is_found" not in row))
            report = FileReport(f"{number}", path.name, "articles")
            assert load_article_file(warehouse, path, report, RULES).status == "loaded"
            assert not load_article_rows(warehouse, [row for row in rows if "is_found" in row], report, RULES).rejected
        return {name: rows for name, rows in read_tables(warehouse).items() if name.startswith("articles.")}


RULES = ArticleRules(load_settings().load, load_settings().site, UrlRules(), NOON, default_edition="es")
PAGE = "https://www.news.example/en/a1"
ITEM: Row = {"article_id": PAGE, "url": PAGE, "title": "Newer", "published_at": OLD, "updated_at": NEW}


def load_item(newsroom: Newsroom, **fields: object) -> FileReport:
    rules = replace(RULES, urls=newsroom.context().url_rules)
    with newsroom.open() as warehouse:
        return load_article_rows(warehouse, [ITEM | fields], FileReport("h", "found", "events"), rules)


def test_an_item_keeps_what_it_does_not_carry_and_a_native_update_replaces_all(newsroom: Newsroom) -> None:
    rich = article(body="Long.", section="Politics", image_url="https://img.example/1.jpg", edition="ar", tags=["One"])
    newsroom.load_articles(rich | {"updated_at": OLD})
    assert load_item(newsroom, tags=["Two"], body="").loaded == 1
    (row,) = newsroom.query("from articles.article")
    assert (row["article_id"], row["title"], row["tags"]) == ("a1", "Newer", ["Two"])
    assert (row["body"], row["section"], row["image_url"], row["edition"]) == (
        "Long.", "Politics", "https://img.example/1.jpg", "ar",
    )  # fmt: skip
    newsroom.load_articles(article(updated_at="2024-05-16T00:00:00Z"))
    (row,) = newsroom.query("from articles.article")
    assert (row["body"], row["section"], row["tags"], row["edition"]) == (None, None, [], "en")


def test_an_older_item_and_one_without_an_update_time_change_nothing_that_is_said(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(body="Long.", updated_at=NEW, status="withdrawn"))
    for fields in ({"updated_at": OLD}, {"updated_at": None}):
        load_item(newsroom, body="Short.", **fields)
    assert newsroom.query("select title, body, status from articles.article") == [
        {"title": "Title of a1", "body": "Long.", "status": "withdrawn"}
    ]
    assert newsroom.query("select count(*)::integer as versions from articles.version") == [{"versions": 3}]


def test_an_item_that_names_no_language_has_the_default_edition_until_one_is_known(newsroom: Newsroom) -> None:
    load_item(newsroom)
    assert newsroom.query("select edition from articles.article") == [{"edition": "es"}]
    load_item(newsroom, language="ar-QA", updated_at=OLD)
    assert newsroom.query("select edition from articles.article") == [{"edition": "ar"}]


def test_the_same_item_again_is_a_duplicate(newsroom: Newsroom) -> None:
    newsroom.load_articles(article(updated_at=OLD))
    counts = [(report.loaded, report.duplicate) for report in (load_item(newsroom), load_item(newsroom))]
    assert counts == [(1, 0), (0, 1)]


KINDS: list[tuple[str, Row]] = [
    ("native", article(body="Long.", section="Politics", updated_at=OLD)),
    ("item", ITEM),
    ("item", ITEM | {"article_id": "tag:1", "summary": "Short.", "updated_at": "2024-05-15T01:00:00Z"}),
    ("item", ITEM | {"article_id": "zz", "title": "Newest", "updated_at": "2024-05-15T02:00:00Z"}),
]


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_one_page_is_one_article_in_whatever_order_its_formats_come(newsroom: Newsroom, order: tuple[int, ...]) -> None:
    for number in order:
        kind, row = KINDS[number]
        if kind == "native":
            newsroom.load_articles(row)
        else:
            load_item(newsroom, **row)
    (row,) = newsroom.query("select article_id, title, summary, body from articles.article")
    assert row == {"article_id": "a1", "title": "Newest", "summary": "Short.", "body": "Long."}
    assert list_addresses(newsroom) == {PAGE: "a1"}
    assert newsroom.query("select distinct article_id from articles.version") == [{"article_id": "a1"}]
    assert newsroom.query("select count(*)::integer as versions from articles.version") == [{"versions": 4}]
