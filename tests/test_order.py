"""Orders in which events can come that once gave other verdicts: each says by its name what the verdict hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from analytics.articles.load import ArticleRules, load_article_rows
from analytics.events.count import attribute_waiting
from analytics.ledger import FileReport
from analytics.pipeline import load_into
from analytics.warehouse import Warehouse

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, open_empty_warehouse, pageview, read_tables

SETTINGS = "[load]\nreject_limit_lines = 1000\n"
MIDNIGHT = NOON.replace(hour=0)
PERSON = "Mozilla/5.0 (X11; Linux) Firefox/140.0"
ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
OLD_URL = "https://news.example/old"
ARTICLES = [article(f"a{number}") for number in range(3)]
ALIAS = [article("a1", aliases=[OLD_URL], updated_at="2024-05-14T00:00:00Z")]

Files = Sequence[tuple[str, Sequence[Row]]]


def crowd(size: int) -> list[Row]:
    """Give one pageview each of so many readers of one network, all of one article."""
    return [
        pageview("a0", NOON + number * MINUTE / 4, f"n{number}", ip=f"203.0.113.{number}") for number in range(size)
    ]


def beat(minutes: float, page: str = "a0", **fields: object) -> Row:
    row = {"kind": "engaged", "engaged_seconds": 30, "heartbeat": 1, "pageview_id": "p1"}
    return pageview(page, NOON + minutes * MINUTE, None, **(row | fields))


LAST = pageview("a0", NOON, "x", ip="203.0.113.250", event_id="e1")
EARLIER = pageview("a1", NOON - HOUR, "y", ip="198.51.100.3", event_id="e1")
HEAVY = [pageview("a0", NOON + number * MINUTE, "ann", ip="203.0.113.1") for number in range(130)]
WIDE = [pageview(f"p{number}", NOON + number * MINUTE, "ann") for number in range(60)]
TO_MIDNIGHT = -12 * 60
CASES: dict[str, tuple[list[Row], list[Row]]] = {
    "an event that gives way leaves its network too small for a rule": ([*crowd(99), LAST], [EARLIER]),
    "a visitor who is no robot after all does not speak for the network": (HEAVY, WIDE),
    "beats of a pageview are credited without the one that gives way": (
        [beat(0, event_id="e1"), beat(1)],
        [pageview("a0", NOON - HOUR, None, event_id="e1")],
    ),
    "beats before midnight are not credited by those after it": (
        [beat(TO_MIDNIGHT - 60), beat(TO_MIDNIGHT - 10)],
        [beat(TO_MIDNIGHT + 60)],
    ),
    "beats outside a network that turns out to be a robot get the credit": (
        [beat(0, ip="203.0.113.9"), beat(1)],
        crowd(120),
    ),
    "of copies that differ in their labels always the same one stays": (
        [pageview("a0", event_id="e1", user_agent=ROBOT)],
        [pageview("a0", event_id="e1", user_agent=PERSON)],
    ),
    "of copies that differ in their network always the same one stays": (
        [pageview("a0", event_id="e1", ip="203.0.113.9")],
        [pageview("a0", event_id="e1", ip="198.51.100.9")],
    ),
    "of copies one of which had its time corrected always the same one stays": (
        [pageview("a0", NOON + MINUTE, event_id="e1", received_at="2024-05-15T12:00:00Z")],
        [pageview("a0", NOON, event_id="e1", received_at="2024-05-15T12:00:00Z")],
    ),
}


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", SETTINGS, is_kept_open=True)


def load(newsroom: Newsroom, *groups: Files) -> dict[str, list[Row]]:
    """Load groups of files into a warehouse of their own, each group at once, and give the tables."""
    with open_empty_warehouse() as warehouse:
        for group in groups:
            load_into(newsroom.context(), warehouse, [(entity, newsroom.write(rows)) for entity, rows in group])
        return read_tables(warehouse)


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_the_same_in_any_order_where(newsroom: Newsroom, case: str) -> None:
    first, second = CASES[case]
    articles = ("articles", ARTICLES)
    whole = load(newsroom, [articles, ("events", [*first, *second])])
    assert load(newsroom, [articles, ("events", first)], [("events", second)]) == whole
    assert load(newsroom, [articles, ("events", second)], [("events", first)]) == whole


def test_a_beat_that_gets_its_article_late_is_credited_beside_the_others(newsroom: Newsroom) -> None:
    beats = [beat(0), beat(1, "late")]
    late = ("articles", [article("late")])
    whole = load(newsroom, [("articles", ARTICLES), late, ("events", beats)])
    assert load(newsroom, [("articles", ARTICLES), ("events", beats)], [late]) == whole


ACROSS = [
    pageview(None, MIDNIGHT - 10 * MINUTE, "v1", url=OLD_URL),
    pageview("a1", MIDNIGHT + 10 * MINUTE, "v1"),
]
DAY_BEFORE = [pageview("a2", MIDNIGHT - 2 * DAY + HOUR, "v1")]


def test_articles_and_events_of_one_load_meet_as_if_they_came_one_after_the_other(newsroom: Newsroom) -> None:
    whole = load(newsroom, [("articles", ARTICLES), ("articles", ALIAS), ("events", [*ACROSS, *DAY_BEFORE])])
    parts: list[Files] = [
        [("articles", ARTICLES), ("events", ACROSS)],
        [("articles", ALIAS), ("events", DAY_BEFORE)],
    ]
    assert [row["is_repeat"] for row in whole["events.counted"]].count(True) == 1
    assert load(newsroom, *parts) == whole


def write_articles(newsroom: Newsroom, warehouse: Warehouse, rows: list[Row]) -> None:
    """Leave what a load of articles leaves that is killed before it looks for the events that wait."""
    context = newsroom.context()
    rules = ArticleRules(context.settings.load, context.settings.site, context.url_rules, context.now)
    load_article_rows(warehouse, rows, FileReport("", "articles", "articles"), rules)


MOVING = [pageview(None, MIDNIGHT - DAY - HOUR, "v1", url=OLD_URL), *ACROSS]


def test_events_that_move_meet_the_same_way_whatever_span_of_days_is_judged_at_once(newsroom: Newsroom) -> None:
    expected = load(newsroom, [("articles", ARTICLES), ("articles", ALIAS), ("events", MOVING)])
    with newsroom.open() as warehouse:
        newsroom.load_articles(*ARTICLES)
        newsroom.load_events(*MOVING)
        write_articles(newsroom, warehouse, ALIAS)
        assert attribute_waiting(warehouse, newsroom.context().settings.counting, most_events=1) == 3
        assert read_tables(warehouse)["events.counted"] == expected["events.counted"]


def test_events_get_their_article_by_the_next_load_where_the_one_that_brought_it_was_killed(newsroom: Newsroom) -> None:
    expected = load(newsroom, [("articles", ALIAS), ("events", [*ACROSS, *DAY_BEFORE])])
    with newsroom.open() as warehouse:
        newsroom.load_events(*ACROSS)
        write_articles(newsroom, warehouse, ALIAS)
        newsroom.load_events(*DAY_BEFORE)
        assert read_tables(warehouse) == expected
