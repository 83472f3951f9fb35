"""Lists: who may stand in one, in which order, and what it says where nothing was read."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rankings.job import Moment, rank_list, rank_lists
from analytics.rankings.lists import rank_scope
from analytics.rankings.movement import add_movement
from analytics.rankings.scopes import Scope, list_scopes

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", is_kept_open=True)


def rank(newsroom: Newsroom, *scopes: str, name: str = "most-read", as_of: datetime = NOON) -> list[Row]:
    with newsroom.open() as warehouse:
        recipe = newsroom.context().settings.lists[name]
        return rank_list(warehouse, name, recipe, scope=Scope.of([*scopes]), as_of=as_of).to_dicts()


def list_ids(items: list[Row]) -> list[str]:
    return [item["article_id"] for item in items]


def reads(article_id: str, count: int, when: datetime = NOON - HOUR) -> list[Row]:
    return [pageview(article_id, when, f"{article_id}-{number}") for number in range(count)]


def test_the_best_score_comes_first_and_old_reads_weigh_less(newsroom: Newsroom) -> None:
    newsroom.load_articles(*(article(name) for name in ("old", "new", "few")))
    newsroom.load_events(*reads("old", 5, NOON - 30 * HOUR), *reads("new", 3), *reads("few", 2))
    items = rank(newsroom)
    assert list_ids(items) == ["new", "few", "old"]
    assert [item["rank"] for item in items] == [1, 2, 3]
    assert list_ids(rank(newsroom, name="most-read-7d")) == ["old", "new", "few"]


def test_equal_scores_go_to_the_newer_article_and_then_to_the_smaller_id(newsroom: Newsroom) -> None:
    times = {"c": NOON - 3 * DAY, "b": NOON - 3 * DAY, "a": NOON - 3 * DAY, "z": NOON - 2 * DAY}
    newsroom.load_articles(*(article(name, published_at=when.isoformat() + "Z") for name, when in times.items()))
    newsroom.load_events(*(pageview(name, NOON - HOUR, f"v-{name}") for name in times))
    assert list_ids(rank(newsroom)) == ["z", "a", "b", "c"]


CANDIDATE: dict[str, type[pl.DataType] | pl.DataType] = {
    **dict.fromkeys(("article_id", "edition", "section_slug"), pl.String),
    **dict.fromkeys(("readers", "shares", "reads"), pl.Int64),
    "is_scored": pl.Boolean,
    "score": pl.Float64,
    "published_at": pl.Datetime("us"),
}
rows = st.fixed_dictionaries(
    {
        "score": st.sampled_from([0.0, 1.0, 2.0]),
        "reads": st.integers(0, 2),
        "published_at": st.sampled_from([NOON - DAY, NOON - HOUR]),
        "section_slug": st.sampled_from(["politics", "sports", None]),
    }
)


@given(st.lists(rows, max_size=12), st.integers(1, 8), st.integers(0, 99))
def test_the_order_is_total_whatever_the_order_of_the_candidates(found: list[Row], length: int, seed: int) -> None:
    candidates = [
        {
            "article_id": f"a{n}",
            "edition": "en",
            "readers": row["reads"],
            "shares": 0,
            "is_scored": row["score"] > 0,
            **row,
        }
        for n, row in enumerate(found)
    ]
    shuffled = random.Random(seed).sample(candidates, len(candidates))  # noqa: S311 - a shuffle is no secret
    frames = [pl.DataFrame(rows, schema=CANDIDATE) for rows in (candidates, shuffled)]
    one, other = (rank_scope(frame, Scope(()), length=length, basis="decayed") for frame in frames)
    assert one.equals(other)
    assert len(one) <= length
    scored = [row for row in candidates if row["is_scored"]]
    assert len(one) == min(length, len(scored) or len(candidates))
    assert one["score"].to_list() == sorted(one["score"], reverse=True)


def test_only_live_published_articles_stand_in_a_list(newsroom: Newsroom) -> None:
    later, sooner = (NOON + HOUR).isoformat() + "Z", (NOON - HOUR).isoformat() + "Z"
    newsroom.load_articles(
        article("live"),
        article("withdrawn", status="withdrawn"),
        article("embargoed", status="embargoed"),
        article("embargo-ends-later", status="embargoed", embargo_until=later),
        article("embargo-is-over", status="embargoed", embargo_until=sooner),
        article("flash", content_type="flash"),
        article("of-tomorrow", published_at=later),
    )
    names = ("live", "withdrawn", "embargoed", "embargo-ends-later", "embargo-is-over", "flash", "of-tomorrow")
    newsroom.load_events(*(row for number, name in enumerate(names) for row in reads(name, number + 1)))
    assert list_ids(rank(newsroom)) == ["embargo-is-over", "live"]
    assert list_ids(rank(newsroom, as_of=NOON + 2 * HOUR))[0] == "of-tomorrow"


def test_a_labelled_event_changes_no_list(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"), article("b"), article("c"))
    newsroom.load_events(*reads("a", 2), *reads("b", 1))
    before = rank(newsroom)
    labels: list[Row] = [{"user_agent": ROBOT}, {"is_staff": True}, {"status": 404}, {"purpose": "prefetch"}]
    flood = [pageview(name, NOON - HOUR, f"r{n}", **labels[n % 4]) for name in "bc" for n in range(40)]
    newsroom.load_events(*flood, *(pageview("b", NOON - HOUR + n * MINUTE, "b-0") for n in range(1, 25)))
    assert rank(newsroom) == before


def test_where_nothing_was_read_the_latest_stand_in_and_say_so(newsroom: Newsroom) -> None:
    days = {"old": 9, "newest": 1, "older": 20}
    newsroom.load_articles(
        *(article(name, published_at=(NOON - age * DAY).isoformat() + "Z") for name, age in days.items())
    )
    newsroom.load_events(*reads("old", 3, NOON - 40 * DAY), *(row | {"is_staff": True} for row in reads("older", 3)))
    items = rank(newsroom)
    assert list_ids(items) == ["newest", "old", "older"]
    assert {(item["basis"], item["score"], item["reads"]) for item in items} == {("latest", 0.0, 0)}


def test_one_read_is_enough_to_be_most_read_and_nothing_unread_is_added(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("read"), article("unread"))
    newsroom.load_events(*reads("read", 1), pageview("unread", NOON - HOUR, kind="share"))
    assert [(item["article_id"], item["basis"]) for item in rank(newsroom)] == [("read", "decayed")]
    assert rank(newsroom, name="most-read-24h")[0]["basis"] == "24h"
    assert rank(newsroom, name="most-read-30d")[0]["basis"] == "30d"


EDITIONS = [
    article("en-1", section="Politics", region="MENA"),
    article("en-2", section="Arts & Culture", region="West Asia"),
    article("en-3", section="Politics", content_type="video"),
    article("ar-1", edition="ar", section="سياسة", title="عنوان"),
    article("pt-1", edition="pt-BR", section="Política"),
]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([], {"en-1", "en-2", "en-3", "ar-1", "pt-1"}),
        (["edition=en"], {"en-1", "en-2", "en-3"}),
        (["edition=pt-BR"], {"pt-1"}),
        (["section=politics"], {"en-1", "en-3"}),
        (["section=Arts & Culture"], {"en-2"}),
        (["section=سياسة"], {"ar-1"}),
        (["region=mena"], {"en-1", "en-2"}),
        (["content_type=video", "edition=en"], {"en-3"}),
        (["section=politics", "edition=en", "region=MENA"], {"en-1"}),
        (["section=politics", "edition=ar"], set()),
    ],
)
def test_a_scope_holds_its_own_articles_alone(newsroom: Newsroom, scopes: list[str], expected: set[str]) -> None:
    newsroom.load_articles(*EDITIONS)
    newsroom.load_events(*(row for one in EDITIONS for row in reads(one["article_id"], 2)))
    assert set(list_ids(rank(newsroom, *scopes))) == expected


def test_a_run_ranks_the_site_the_editions_and_their_sections_and_regions(newsroom: Newsroom) -> None:
    newsroom.load_articles(*EDITIONS[:2])
    with newsroom.open() as warehouse:
        rank_lists(warehouse, newsroom.context().settings.lists, Moment(NOON, None))
        found = set(warehouse.query("select distinct scope from rankings.ranking")["scope"])
    sections = {f"section={name}" for name in ("politics", "arts-culture")} | {"region=mena"}
    assert found == {"site", "edition=en", *sections, *(f"edition=en/{scope}" for scope in sections)}


def test_a_list_shows_so_many_items_as_its_settings_say(newsroom: Newsroom) -> None:
    newsroom.load_articles(*(article(f"a{n:02}") for n in range(14)))
    newsroom.load_events(*(row for n in range(14) for row in reads(f"a{n:02}", 14 - n)))
    assert list_ids(rank(newsroom)) == [f"a{n:02}" for n in range(10)]


def test_movement_is_against_the_last_ranking_with_an_earlier_moment(newsroom: Newsroom) -> None:
    newsroom.load_articles(*(article(name) for name in ("a", "b", "c")))
    newsroom.load_events(*reads("a", 3, NOON - 5 * HOUR), *reads("b", 2, NOON - 5 * HOUR))
    with newsroom.open() as warehouse:
        for hours in (4, 0):
            lists = newsroom.context().settings.lists
            rank_lists(warehouse, lists, Moment(NOON - hours * HOUR, None))
    newsroom.load_events(*reads("b", 9, NOON - HOUR), *reads("c", 9, NOON - 30 * MINUTE))
    moved = {item["article_id"]: (item["previous_rank"], item["movement"]) for item in rank(newsroom)}
    assert moved == {"c": (None, "new"), "b": (2, "up"), "a": (1, "down")}
    again = rank(newsroom, as_of=NOON - 4 * HOUR)
    assert {item["movement"] for item in again} == {"new"}


def test_an_item_that_keeps_its_rank_moves_same() -> None:
    place = {"list_name": "most-read", "scope": "site", "article_id": "a"}
    items, previous = pl.DataFrame([place | {"rank": 1}]), pl.DataFrame([place | {"previous_rank": 1}])
    assert add_movement(items, previous)["movement"].to_list() == ["same"]


def test_a_past_moment_stays_as_it_was_when_later_events_arrive(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(*reads("a", 3), *reads("b", 2))
    before = rank(newsroom)
    newsroom.load_events(*reads("b", 50, NOON + MINUTE), pageview("a", NOON + MINUTE, "a-0"))
    assert rank(newsroom) == before
    assert list_ids(rank(newsroom, as_of=NOON + HOUR)) == ["b", "a"]


@given(st.permutations(["edition=en", "section=politics", "region=mena"]))
def test_a_scope_is_the_same_in_whatever_order_it_is_written(words: list[str]) -> None:
    assert str(Scope.of(words)) == "edition=en/section=politics/region=mena"
    assert Scope.parse(str(Scope.of(words))) == Scope.of(words)


def test_scopes_are_listed_once_and_in_order() -> None:
    rows = {"edition": ["en", "en"], "section_slug": ["politics", "politics"], "region_slug": [None, "mena"]}
    names = [str(scope) for scope in list_scopes(pl.DataFrame(rows))]
    assert names == sorted(set(names))
    assert len(names) == 6
