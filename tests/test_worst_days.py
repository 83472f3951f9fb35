"""A newsroom's worst days: whatever happens, a box is filled, and says with what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest

from analytics.edits import record_edit
from analytics.publish.validate import validate_reports
from analytics.rankings.edits import Edit
from analytics.rankings.job import Moment, rank_lists

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

FLOOR = "[lists.most-read]\nfloor_readers = 5\n"


def make(tmp_path: Path, settings: str = "") -> Newsroom:
    return Newsroom(tmp_path / "newsroom", settings)


def reads(article_id: str, count: int, when: datetime = NOON - MINUTE) -> list[Row]:
    return [pageview(article_id, when, f"{article_id}-{number}") for number in range(count)]


def list_ids(document: Row) -> list[str]:
    return [item["article_id"] for item in document["items"]]


def name_bases(document: Row) -> set[str]:
    return {item["basis"] for item in document["items"]}


def assert_every_list_is_filled(newsroom: Newsroom) -> None:
    assert validate_reports(newsroom.workspace.reports) == []
    empty = newsroom.query("select list_name, scope from rankings.ranking where items = 0 and list_name <> 'breaking'")
    assert empty == []
    assert newsroom.query("select * from rankings.item where basis is null") == []


def test_two_hours_without_an_event_change_no_order(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    newsroom.load_articles(*(article(f"a{n}", section="Politics") for n in range(4)))
    newsroom.load_events(*(row for n in range(4) for row in reads(f"a{n}", 9 - n)))
    newsroom.run()
    before = newsroom.rank("most-read")
    newsroom.run(NOON + 2 * HOUR)
    assert_every_list_is_filled(newsroom)
    after = newsroom.rank("most-read", as_of=NOON + 2 * HOUR)
    assert list_ids(after) == list_ids(before)
    assert {item["movement"] for item in after["items"]} == {"same"}
    assert {item["hours_on_list"] for item in after["items"]} == {2}


def test_one_viral_article_leaves_the_other_slots_to_the_others(tmp_path: Path) -> None:
    newsroom = make(tmp_path, '[lists.most-read]\nhalf_life = "auto"\n')
    newsroom.load_articles(*(article(f"a{n}", section=("Politics", "Sports")[n % 2]) for n in range(4)))
    viral = [pageview("a0", NOON - n * MINUTE / 10, f"v{n}") for n in range(900)]
    newsroom.load_events(*viral, *reads("a1", 3), *reads("a2", 2), *reads("a3", 1))
    newsroom.run()
    assert_every_list_is_filled(newsroom)
    assert list_ids(newsroom.rank("most-read")) == ["a0", "a1", "a2", "a3"]


def test_a_clock_an_hour_ahead_puts_nothing_of_the_future_into_a_list(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    newsroom.load_articles(article("a"), article("b"))
    ahead = [row | {"received_at": "2024-05-15T12:00:00Z"} for row in reads("b", 3, NOON + HOUR)]
    assert newsroom.load_events(*reads("a", 97), *ahead).rejected == 3
    newsroom.run()
    assert_every_list_is_filled(newsroom)
    assert list_ids(newsroom.rank("most-read")) == ["a"]


def test_an_edition_with_three_readers_shows_its_latest_and_says_so_without_counts(tmp_path: Path) -> None:
    newsroom = make(tmp_path, FLOOR)
    newsroom.load_articles(
        *(article(f"e{n}") for n in range(2)),
        *(article(f"s{n}", edition="es", published_at=(NOON - n * DAY).isoformat() + "Z") for n in range(3)),
    )
    few = [pageview("s2", NOON - HOUR, visitor) for visitor in ("x", "y", "z")]
    newsroom.load_events(*reads("e0", 6), *reads("e1", 5), *few)
    newsroom.run()
    assert_every_list_is_filled(newsroom)
    small, large = newsroom.rank("most-read", "edition=es"), newsroom.rank("most-read", "edition=en")
    assert (small["basis"], name_bases(small), list_ids(small)) == ("latest", {"latest"}, ["s0", "s1", "s2"])
    counts = ("score", "reads", "readers", "shares")
    assert {item[name] for item in small["items"] for name in counts} == {None}
    assert (large["basis"], [item["readers"] for item in large["items"]]) == ("decayed", [6, 5])


@pytest.mark.parametrize(("days", "basis"), [(4, "7d"), (9, "latest")])
def test_readers_of_days_ago_fill_the_next_rung_and_then_none(tmp_path: Path, days: int, basis: str) -> None:
    newsroom = make(tmp_path, FLOOR)
    newsroom.load_articles(article("old", published_at="2024-05-01T00:00:00Z"), article("new"))
    newsroom.load_events(*reads("old", 5, NOON - days * DAY), *reads("new", 2))
    document = newsroom.rank("most-read")
    assert (document["basis"], name_bases(document)) == (basis, {basis})
    assert list_ids(document) == (["old", "new"] if basis == "7d" else ["new", "old"])
    assert {item["reads"] for item in document["items"]} == {None}


def test_many_reads_of_few_people_are_below_the_floor(tmp_path: Path) -> None:
    newsroom = make(tmp_path, FLOOR)
    newsroom.load_articles(*(article(f"a{n}") for n in range(9)))
    newsroom.load_events(*(pageview(f"a{n}", NOON - HOUR, f"v{k}") for n in range(9) for k in range(4)))
    assert newsroom.rank("most-read")["basis"] == "latest"
    newsroom.load_events(pageview("a0", NOON - MINUTE, "v4"))
    assert newsroom.rank("most-read")["basis"] == "decayed"


def test_all_of_a_section_withdrawn_leaves_no_list_of_it_and_the_site_filled(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    newsroom.load_articles(*(article(f"a{n}", section=("Politics", "Sports")[n % 2]) for n in range(4)))
    newsroom.load_events(*(row for n in range(4) for row in reads(f"a{n}", 9 - n)))
    newsroom.run()
    assert (newsroom.workspace.reports / "site/most-read/section/sports.json").exists()
    for name in ("a1", "a3"):
        record_edit(newsroom.context(), Edit("withdraw", name), made_by="Ed", reason="a test", is_now=True)
    assert_every_list_is_filled(newsroom)
    assert not (newsroom.workspace.reports / "site/most-read/section/sports.json").exists()
    assert list_ids(newsroom.rank("most-read")) == ["a0", "a2"]


def test_a_pinned_article_that_its_source_withdraws_does_not_appear(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    newsroom.load_articles(*(article(f"a{n}") for n in range(3)))
    newsroom.load_events(*(row for n in range(3) for row in reads(f"a{n}", 9 - n)))
    newsroom.run()
    record_edit(newsroom.context(), Edit("pin", "a2", slot=1), made_by="Ed", reason="a test", is_now=True)
    assert list_ids(newsroom.rank("most-read")) == ["a2", "a0", "a1"]
    newsroom.load_articles(article("a2", status="withdrawn", updated_at="2024-05-15T11:00:00Z"))
    newsroom.run()
    assert_every_list_is_filled(newsroom)
    assert list_ids(newsroom.rank("most-read")) == ["a0", "a1"]


def test_the_half_life_that_a_scope_found_is_told_and_the_small_one_remembers_longer(tmp_path: Path) -> None:
    newsroom = make(tmp_path, '[lists.most-read]\nhalf_life = "auto"\nlength = 1\n')
    newsroom.load_articles(article("a"), article("b"), article("s", edition="es"), article("t", edition="es"))
    busy = [pageview(name, NOON - n * gap, f"{name}{n}") for name, gap in (("a", MINUTE / 4), ("b", 2 * MINUTE))
            for n in range(200)]  # fmt: skip
    quiet = [pageview("s", NOON - n * 40 * MINUTE, f"s{n}") for n in range(30)]
    newsroom.load_events(*busy, *quiet, *reads("t", 1))
    large, small = (newsroom.rank("most-read", f"edition={name}")["config"] for name in ("en", "es"))
    assert large["is_half_life_auto"]
    assert large["half_life_hours"] == 0.25
    assert small["half_life_hours"] > large["half_life_hours"]
    newsroom.run()
    hours = newsroom.query("select scope, half_life_seconds / 3600 as hours from rankings.ranking "
                           "where list_name = 'most-read' and scope like 'edition=%' order by scope")  # fmt: skip
    assert [row["hours"] for row in hours] == [0.25, small["half_life_hours"]]


def test_the_variance_of_a_decayed_sum_is_the_sum_at_half_the_half_life(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    newsroom.load_articles(article("a"))
    ages = [0, 7, 60, 200, 1000]
    newsroom.load_events(*(pageview("a", NOON - age * MINUTE, f"v{age}") for age in ages))
    layer = tmp_path / "half.toml"
    layer.write_text('[lists.most-read]\nhalf_life = "3h"\n')
    variance = newsroom.rank("most-read", as_of=NOON, layers=[layer])["items"][0]["score"]
    assert variance == pytest.approx(sum((0.5 ** (age / 360)) ** 2 for age in ages), rel=1e-9)


def test_a_chart_tells_peak_re_entry_and_hours_by_earlier_rankings_alone(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", '[lists.most-read]\nlength = 1\nhalf_life = "1h"\n', is_kept_open=True)
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(
        *reads("a", 5, NOON - 5 * HOUR), *reads("b", 9, NOON - 3 * HOUR + MINUTE), *reads("a", 99, NOON - MINUTE)
    )
    lists = newsroom.context().settings.lists
    lists = {"most-read": msgspec.structs.replace(lists["most-read"])}
    with newsroom.open() as warehouse:
        for hours in (4, 2, 0, 2):
            rank_lists(warehouse, lists, Moment(NOON - hours * HOUR, None))
        items = warehouse.query("from rankings.item order by as_of").filter(pl.col("scope") == "site")
    told = items.select("article_id", "movement", "peak_rank", "hours_on_list").rows()
    assert told == [("a", "new", 1, 0), ("b", "new", 1, 0), ("a", "re-entry", 1, 2)]
