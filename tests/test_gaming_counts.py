"""Gaming at the level of counting: whoever pushes an article earns no more than as many people would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0"
MIDNIGHT = NOON.replace(hour=0)
PEOPLE = 200


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    made = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    made.load_articles(*(article(f"a{n}") for n in range(60)))
    return made


def visit(address: str, when: timedelta, n: int = 100, article_id: str = "a0", **fields: object) -> Row:
    """Give a pageview of a visitor known by address and browser."""
    return pageview(article_id, MIDNIGHT + when, None, ip=address, user_agent=BROWSER.format(n=n), **fields)


def machines(count: int, network: str = "198.51.100") -> list[Row]:
    return [visit(f"{network}.{n}", n * MINUTE) for n in range(1, count + 1)]


def reload(times: int, every: timedelta, address: str = "192.0.2.7") -> list[Row]:
    return [visit(address, n * every) for n in range(times)]


def people(count: int, **fields: object) -> list[Row]:
    return [pageview("a0", NOON + n * timedelta(seconds=1), f"p{n}", **fields) for n in range(count)]


def count_reads(newsroom: Newsroom, rows: Iterable[Row], article_id: str = "a0") -> int:
    newsroom.load_events(*rows)
    found = newsroom.query("select article_id, sum(reads)::int as reads from rollups.article_hourly group by all")
    return {row["article_id"]: int(row["reads"]) for row in found}.get(article_id, 0)


def list_rules(newsroom: Newsroom) -> set[str | None]:
    return {row["robot_rule"] for row in newsroom.query("select distinct robot_rule from events.counted")}


def test_one_visitor_who_reloads_5000_times_earns_no_read(newsroom: Newsroom) -> None:
    assert count_reads(newsroom, reload(5_000, timedelta(seconds=15))) == 0
    assert list_rules(newsroom) == {"very_many_pageviews"}


def test_one_visitor_who_reloads_slowly_earns_8_reads_at_most(newsroom: Newsroom) -> None:
    assert count_reads(newsroom, reload(46, 31 * MINUTE)) == 8
    assert list_rules(newsroom) == {None}


def test_a_network_of_200_addresses_on_one_page_earns_no_read(newsroom: Newsroom) -> None:
    assert count_reads(newsroom, machines(PEOPLE)) == 0
    assert list_rules(newsroom) == {"one_page_network"}


def test_a_network_too_small_to_be_acted_on_earns_a_read_a_machine(newsroom: Newsroom) -> None:
    assert count_reads(newsroom, machines(99)) == 99


def test_a_flood_of_2000_people_through_one_referrer_counts(newsroom: Newsroom) -> None:
    assert count_reads(newsroom, people(2_000, referrer="https://t.co/x")) == 2_000


def test_five_actors_who_share_5000_times_earn_three_shares_each(newsroom: Newsroom) -> None:
    rows = (pageview("a0", NOON + n * timedelta(seconds=1), f"s{n % 5}", kind="share") for n in range(5_000))
    newsroom.load_events(*rows)
    assert newsroom.query("select sum(shares)::int as shares from rollups.article_hourly") == [{"shares": 15}]


@pytest.mark.parametrize("size", [60, 99, PEOPLE])
def test_one_visitor_earns_less_than_as_many_people_and_a_network_never_more(newsroom: Newsroom, size: int) -> None:
    visitor = count_reads(newsroom, (row | {"article_id": "a1"} for row in reload(size, 14 * MINUTE)), "a1")
    network = count_reads(newsroom, (row | {"article_id": "a2"} for row in machines(size)), "a2")
    crowd = count_reads(newsroom, people(size))
    assert crowd == size
    assert visitor <= 8 < crowd
    assert network <= crowd


def test_machines_that_return_are_found_in_a_small_network(newsroom: Newsroom) -> None:
    rows = [visit(f"198.51.100.{n}", n * MINUTE + again * HOUR) for n in range(1, 31) for again in range(2)]
    assert count_reads(newsroom, rows) == 0
    assert list_rules(newsroom) == {"returning_network"}


def test_a_thousand_people_behind_one_address_are_left_alone(newsroom: Newsroom) -> None:
    rows = [visit("203.0.113.77", n * MINUTE, 100 + n, f"a{n % 60}") for n in range(1_000)]
    newsroom.load_events(*rows)
    assert newsroom.query("select sum(reads)::int as reads from rollups.article_hourly") == [{"reads": 1_000}]


def test_one_visitor_who_reloads_costs_the_others_of_the_network_nothing(newsroom: Newsroom) -> None:
    others = [visit(f"203.0.113.{n}", n * MINUTE, 100, f"a{n}") for n in range(1, 31)]
    newsroom.load_events(*others, *reload(700, MINUTE, "203.0.113.200"))
    found = newsroom.query("select robot_rule, count(*)::int as events from events.counted group by all order by all")
    assert found == [{"robot_rule": "many_of_few_pages", "events": 700}, {"robot_rule": None, "events": 30}]


def test_a_robot_that_keeps_a_beat_is_found_and_a_tab_that_reloads_itself_is_none(newsroom: Newsroom) -> None:
    beat = [pageview(f"a{n % 9}", MIDNIGHT + n * 40 * MINUTE, "beat") for n in range(30)]
    tab = [pageview("a50", MIDNIGHT + n * 15 * MINUTE, "tab") for n in range(80)]
    reading = [pageview(f"a{20 + n}", MIDNIGHT + 9 * HOUR + n * 7 * MINUTE, "tab") for n in range(6)]
    newsroom.load_events(*beat, *tab, *reading)
    rows = newsroom.query("select distinct article_id, robot_rule from events.counted order by all")
    assert {(row["article_id"], row["robot_rule"]) for row in rows} == {
        *((f"a{n}", "even_pace") for n in range(9)),
        *((f"a{n}", None) for n in (50, *range(20, 26))),
    }


def test_the_verdict_on_a_day_is_the_same_in_any_order_and_split(tmp_path: Path) -> None:
    beat = [pageview(f"a{n % 9}", MIDNIGHT + n * 40 * MINUTE, "beat") for n in range(30)]
    farm = [visit(f"198.51.100.{n}", n * MINUTE + again * HOUR) for n in range(1, 31) for again in range(2)]
    rows = [row | {"event_id": f"e{n}"} for n, row in enumerate([*beat, *farm])]
    rules = []
    for name, files in (("whole", [rows]), ("split", [rows[40:], rows[1:40:2][::-1], rows[0:40:2]])):
        newsroom = Newsroom(tmp_path / name, is_kept_open=True)
        for file in files:
            newsroom.load("events", file)
        verdicts = newsroom.query("select event_key, robot_rule from events.counted order by event_key")
        rules.append([row["robot_rule"] for row in verdicts])
    assert rules[0] == rules[1]
    assert (rules[0].count("even_pace"), rules[0].count("returning_network")) == (30, 60)
