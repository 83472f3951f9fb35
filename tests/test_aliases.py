"""Aliases: "old URL is new URL" moves history, in any order, and the report says what that did."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.articles.load import ArticleRules, load_article_rows
from analytics.ledger import FileReport
from analytics.pipeline import load_into
from analytics.warehouse import Warehouse

from .conftest import Readership
from .newsroom import DAY, MINUTE, NOON, Newsroom, Row, article, open_empty_warehouse, pageview, read_tables, to_ndjson

OLD_URL, OTHER_URL = "https://news.example/old", "https://news.example/other"
COUNTS = ("pageviews_before", "pageviews_after", "reads_before", "reads_after")
ALIAS = article("a1", aliases=[OLD_URL], updated_at="2024-05-14T00:00:00Z")
CROWD = [pageview(None, NOON, f"v{number}", url=OLD_URL) for number in range(3)]
AGAIN = pageview(None, NOON + 5 * MINUTE, "v0", url=OLD_URL)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", is_kept_open=True)


def read_effect(newsroom: Newsroom) -> list[Row]:
    rows = newsroom.query("from articles.alias_effect order by arrival_number, article_id")
    return [{name: row[name] for name in ("article_id", "urls_added", "urls_lost", *COUNTS)} for row in rows]


def effect(article_id: str, counts: tuple[int, ...], added: tuple[str, ...] = (), lost: tuple[str, ...] = ()) -> Row:
    named = {"article_id": article_id, "urls_added": [*added], "urls_lost": [*lost]}
    return named | dict(zip(COUNTS, counts, strict=True))


def test_events_that_waited_at_an_old_url_count_for_the_article_that_names_it(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1"), article("a2"))
    newsroom.load_events(*CROWD, AGAIN, pageview("a1"), pageview("a2"))
    newsroom.load_articles(ALIAS)
    assert read_effect(newsroom) == [effect("a1", (1, 5, 1, 3), (OLD_URL,))]


def test_events_that_counted_for_another_article_leave_it(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1", aliases=["https://news.example/en/a2"]))
    newsroom.load_events(pageview(None, url="https://news.example/en/a2"), pageview("a1", NOON + DAY))
    newsroom.load_articles(article("a2"))
    url = "https://news.example/en/a2"
    assert read_effect(newsroom) == [effect("a1", (2, 1, 2, 1), lost=(url,)), effect("a2", (0, 1, 0, 1), (url,))]


def test_a_url_that_nobody_read_yet_is_in_the_report_of_an_article_that_is_known(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1"), article("a2"))
    newsroom.load_events(pageview("a1"))
    newsroom.load_articles(article("a1", url=OTHER_URL))
    assert read_effect(newsroom) == [effect("a1", (1, 1, 1, 1), (OTHER_URL,))]


def test_a_new_article_is_in_the_report_for_its_old_urls_alone(newsroom: Newsroom) -> None:
    newsroom.load_events(*CROWD, pageview(None, url="https://news.example/en/a1"), pageview("a2"))
    newsroom.load_articles(ALIAS, article("a2"), article("a3", aliases=[OTHER_URL]))
    assert read_effect(newsroom) == [effect("a1", (0, 4, 0, 3), (OLD_URL,))]


def test_an_update_that_moves_no_url_adds_nothing_to_the_report(newsroom: Newsroom) -> None:
    newsroom.load_articles(ALIAS)
    newsroom.load_events(*CROWD)
    newsroom.load_articles(article("a1", title="Another", updated_at="2024-05-15T00:00:00Z"))
    assert read_effect(newsroom) == []


def test_files_of_one_load_are_reported_together(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1"), article("a0", url=OTHER_URL, updated_at="2024-05-14T00:00:00Z"))
    newsroom.load_events(*CROWD, pageview(None, NOON, "v9", url=OTHER_URL))
    moved = article("a0", url="https://news.example/en/a0", updated_at="2024-05-15T00:00:00Z")
    newsroom.load("articles", [ALIAS], [moved | {"title": "Moved"}], [article("a1", aliases=[OTHER_URL])])
    new = "https://news.example/en/a0"
    assert read_effect(newsroom) == [effect("a0", (1, 1, 1, 1), (new,)), effect("a1", (0, 3, 0, 3), (OLD_URL,))]


def test_a_url_that_comes_and_goes_within_one_load_did_not_move(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a1"), article("a2"))
    newsroom.load_events(*CROWD)
    newsroom.load("articles", [ALIAS], [article("a0", url=OLD_URL)], [article("a3")])
    assert read_effect(newsroom) == [effect("a0", (0, 3, 0, 3), (OLD_URL,))]


def test_a_load_that_was_killed_before_history_moved_is_reported_by_the_next_one(newsroom: Newsroom) -> None:
    with newsroom.open() as warehouse:
        newsroom.load_articles(article("a1"))
        newsroom.load_events(*CROWD, pageview("a1"))
        context = newsroom.context()
        rules = ArticleRules(context.settings.load, context.settings.site, context.url_rules, context.now)
        load_article_rows(warehouse, [ALIAS], FileReport("", "articles", "articles"), rules)
        newsroom.load_articles(article("a5", updated_at="2024-05-15T00:00:00Z"))
    assert read_effect(newsroom) == [effect("a1", (1, 4, 1, 3), (OLD_URL,))]


IDS = st.sampled_from(["a1", "a2", "a3"])
ADDRESSES = st.sampled_from([f"https://news.example/{name}" for name in ("one", "two", "three", "four")])
ARTICLE: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {"article_id": IDS, "url": ADDRESSES, "aliases": st.lists(ADDRESSES, max_size=2)}
)
EVENT = st.tuples(ADDRESSES, st.integers(0, 40), st.sampled_from(["v1", "v2", None]))


@st.composite
def draw_loads(draw: st.DrawFn) -> list[tuple[str, Row]]:
    """Draw versions of articles with their own times, and pageviews by URL, in any order."""
    versions = draw(st.lists(ARTICLE, min_size=1, max_size=4))
    hours = count()
    rows = [article() | version | {"updated_at": f"2024-05-14T{next(hours):02}:00:00Z"} for version in versions]
    views = [
        pageview(None, NOON + minutes * MINUTE, visitor, url=url)
        for url, minutes, visitor in draw(st.lists(EVENT, min_size=1, max_size=5))
    ]
    return draw(st.permutations([("articles", row) for row in rows] + [("events", view) for view in views]))


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Give a newsroom that only writes files."""
    return Newsroom(tmp_path_factory.mktemp("laws") / "newsroom", is_kept_open=True)


@settings(max_examples=10, deadline=None)
@given(loads=draw_loads())
def test_aliases_and_events_in_any_order_give_the_tables_of_knowing_all_from_the_start(
    writer: Newsroom, loads: list[tuple[str, Row]]
) -> None:
    rows = {entity: [row for one, row in loads if one == entity] for entity in ("articles", "events")}
    with open_empty_warehouse() as warehouse:
        load_into(writer.context(), warehouse, [(entity, writer.write(rows[entity])) for entity in rows])
        assert warehouse.count("articles.alias_effect") == 0
        assert load_one_by_one(writer, loads) == read_tables(warehouse)


def load_one_by_one(writer: Newsroom, loads: list[tuple[str, Row]]) -> dict[str, list[Row]]:
    """Load each row as a file of its own, and hold every report against the counts around it."""
    with open_empty_warehouse() as warehouse:
        for entity, row in loads:
            before = read_counts(warehouse)
            noted = warehouse.count("articles.alias_effect")
            load_into(writer.context(), warehouse, [(entity, writer.write([row]))])
            reported = warehouse.query("from articles.alias_effect").to_dicts()[noted:]
            if entity == "articles":
                assert_true(reported, before, read_counts(warehouse))
            else:
                assert not reported
        return read_tables(warehouse)


def read_counts(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Give pageviews and reads of every article that is known."""
    text = """select article_id, coalesce(sum(pageviews), 0)::int as pageviews, coalesce(sum(reads), 0)::int as reads
        from articles.article left join rollups.article_hourly using (article_id) group by article_id"""
    return {name: (pageviews, reads) for name, pageviews, reads in warehouse.query(text).rows()}


def assert_true(reported: list[Row], before: dict[str, Any], after: dict[str, Any]) -> None:
    for row in reported:
        name = row["article_id"]
        assert (row["pageviews_before"], row["reads_before"]) == before.get(name, (0, 0))
        assert (row["pageviews_after"], row["reads_after"]) == after[name]
    changed = {name for name, counts in before.items() if after[name] != counts}
    assert changed <= {row["article_id"] for row in reported}


def test_loading_prints_the_report_and_gives_all_of_it_as_json(readership: Readership, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*(article(f"a{number:02}") for number in range(25)))
    newsroom.load_events(*CROWD, *(pageview(None, NOON, url=f"{OLD_URL}{number:02}") for number in range(25)))
    files = [
        newsroom.write([article(f"a{n:02}", aliases=[f"{OLD_URL}{n:02}", *more]) for n in range(25)], name)
        for name, more in (("first.ndjson", []), ("second.ndjson", [OLD_URL]))
    ]
    printed = readership("load", "articles", files[0], "--workspace", newsroom.workspace.root)
    assert printed.returncode == 0, printed.stderr
    assert "a00 0 → 1 0 → 1 + https://news.example/old00" in " ".join(printed.stdout.split())
    assert "5 more articles; --json gives all" in printed.stdout
    done = readership("load", "articles", files[1], "--json", "--workspace", newsroom.workspace.root)
    assert json.loads(done.stdout)["aliases"] == [effect("a00", (1, 4, 1, 3), (OLD_URL,))]


def test_a_run_is_silent_about_what_moved_and_tells_programs_and_analysts(
    readership: Readership, tmp_path: Path
) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", "[load]\nstable_seconds = 0\n")
    newsroom.load_articles(article("a1"), article("a2"))
    newsroom.load_events(*CROWD)
    landing = newsroom.workspace.landing
    (landing / "alias.ndjson").write_bytes(to_ndjson([ALIAS]))
    done = readership("run", "--json", "--workspace", newsroom.workspace.root)
    assert json.loads(done.stdout)["loads"]["aliases"] == [effect("a1", (0, 3, 0, 3), (OLD_URL,))]
    (landing / "other.ndjson").write_bytes(to_ndjson([article("a2", aliases=[OTHER_URL])]))
    done = readership("run", "--workspace", newsroom.workspace.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    asked = "select article_id, urls_added from articles.alias_effect order by arrival_number"
    done = readership("sql", asked, "--json", "--workspace", newsroom.workspace.root)
    assert [row["article_id"] for row in json.loads(done.stdout)] == ["a1", "a2"]
