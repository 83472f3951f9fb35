"""Pages: which articles have one, what their boxes show, and that none shows an article twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.publish.article_pages import build_article_pages
from analytics.publish.boxes import choose_boxes
from analytics.publish.builders import build_list_document
from analytics.publish.page_document import PageDocument
from analytics.publish.validate import validate_reports
from analytics.settings import PageRecipe
from analytics.warehouse import Warehouse, open_warehouse

from .newsroom import AS_OF, HOUR, PAGE, RECIPES, Publish, article, fill, frame_articles, make_articles

Row = dict[str, Any]
IDS = [f"en-{number:04d}" for number in range(1, 9)]
ids = st.lists(st.sampled_from(IDS), unique=True)
groups = st.lists(st.sampled_from([None, "g1", "g2"]), min_size=8, max_size=8)
lengths = st.integers(0, 5)


def show(publish: Publish, folder: Path, article_id: str = "en-0001", **fields: object) -> Row:
    publish(**fields)
    assert validate_reports(folder / "reports") == []
    page: Row = json.loads((folder / "reports" / article_id[:2] / "page" / f"{article_id}.json").read_bytes())
    return page


def list_ids(cards: list[Row]) -> list[str]:
    return [card["article_id"] for card in cards]


def make_suggestions(seed: str, others: list[str]) -> pl.DataFrame:
    rows = [
        {"seed_article_id": seed, "tab": "", "rank": rank, "is_reserve": rank > 4,
         "article_id": other, "score": 1 / rank, "text_similarity": 1 / rank,
         "next_reads": 0, "read_share": 0.0, "age_days": 1.0, "basis": "text", "shared_tags": ["Ports"],
         "shared_terms": ["strike"], "as_of": AS_OF}
        for rank, other in enumerate(others, 1)
    ]  # fmt: skip
    kinds: Any = {"rank": pl.Int32, "is_reserve": pl.Boolean, "next_reads": pl.Int64, "as_of": pl.Datetime("us")}
    kinds |= {"read_share": pl.Float64, "score": pl.Float64, "text_similarity": pl.Float64, "age_days": pl.Float64}
    kinds |= dict.fromkeys(("shared_tags", "shared_terms"), pl.List(pl.String))
    return pl.DataFrame(rows, schema=dict.fromkeys(("seed_article_id", "tab", "rank", "article_id"), pl.String) | kinds
                        | {"basis": pl.String})  # fmt: skip


def make_story(members: list[str], lead: int = 0) -> pl.DataFrame:
    rows = [
        {"story_id": "s1", "article_id": one, "position": position, "is_lead": position == lead + 1, "reads": position}
        for position, one in enumerate(members, 1)
    ]
    kinds: Any = {"story_id": pl.String, "article_id": pl.String, "position": pl.Int32, "is_lead": pl.Boolean}
    return pl.DataFrame(rows, schema=kinds | {"reads": pl.Int64})


def group_articles(groups: list[str | None]) -> pl.DataFrame:
    named = pl.DataFrame({"article_id": IDS, "group": groups}, schema={"article_id": pl.String, "group": pl.String})
    with_group = make_articles().join(named, on="article_id", how="left")
    return with_group.with_columns(translation_group=pl.col("group")).drop("group")


@given(st.lists(st.tuples(ids, lengths), max_size=4), st.sets(st.sampled_from(IDS)))
def test_boxes_repeat_nothing_and_leave_out_only_what_the_page_shows(slates: Any, own: set[str]) -> None:
    shown = set(own)
    for (slate, length), box in zip(slates, choose_boxes(slates, own), strict=True):
        assert box == [one for one in slate if one in box], "in the order of the slate, each once"
        assert not shown & {*box}
        assert len(box) == length or {*slate} <= shown | {*box}, "shorter only where nothing else is left"
        shown |= {*box}


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("pages") / "warehouse.duckdb") as one:
        fill(one, make_articles())
        yield one


def build_page(warehouse: Warehouse, recipe: PageRecipe, listed: list[str]) -> PageDocument:
    """Build the page of en-0001, beside a list that holds these articles."""
    rows = warehouse.frame("publish/page_card", article_ids=listed, as_of=AS_OF).to_dicts()
    more = dict.fromkeys(("score", "reads", "readers", "shares"), 0) | {"is_withheld": False, "basis": "decayed"}
    more |= dict.fromkeys(("previous_rank", "peak_rank", "hours_on_list", "rules"), None) | {"movement": "new"}
    items = [row | more | {"rank": listed.index(row["article_id"]) + 1} for row in rows]
    document = build_list_document(
        RECIPES[0], {"edition": "en"}, as_of=AS_OF, data_through=AS_OF, basis="decayed", items=items
    )
    (page,) = (one for one in build_article_pages(warehouse, recipe, [document], AS_OF) if one.article_id == IDS[0])
    return page


@settings(max_examples=40)
@given(listed=ids, suggested=ids, story=ids, groups=groups, most_read=lengths, read_next=lengths, pick=lengths)
def test_no_page_repeats_itself(  # noqa: PLR0913, PLR0917 - all that a page is made from
    own_warehouse: Warehouse, listed: list[str], suggested: list[str], story: list[str],
    groups: list[str | None], most_read: int, read_next: int, pick: int,
) -> None:  # fmt: skip
    own_warehouse.replace_frame("articles.article", group_articles(groups))
    suggestions = make_suggestions(IDS[0], [one for one in suggested if one != IDS[0]])
    own_warehouse.replace_frame("read_next.item", suggestions)
    own_warehouse.replace_frame("coverage.member", make_story(story))
    page = build_page(
        own_warehouse, replace(PAGE, most_read_length=most_read, read_next_length=read_next, pick_length=pick), listed
    )
    boxes = [page.most_read.items, page.read_next, page.coverage.pick if page.coverage else ()]
    shown = [card.article_id for card in chain.from_iterable(boxes)]
    own = {IDS[0], *(one for one, group in zip(IDS, groups, strict=True) if group and group == groups[0])}
    assert len({*shown} | own) == len(shown) + len(own)
    assert [len(box) <= length for box, length in zip(boxes, (most_read, read_next, pick), strict=True)] == [True] * 3


def test_a_page_says_what_stands_beside_the_text(warehouse: Warehouse, publish: Publish, tmp_path: Path) -> None:
    extra = article("en-0009", "en", "Ninth", source="Agencies", tags=["ports", "RIVERS"], translation_group="g1")
    others = [
        article("es-0009", "es", "Noveno", translation_group="g1"),
        article("ar-0009", "ar", "Ninth in Arabic", translation_group="g1", status="withdrawn"),
    ]
    fill(warehouse, make_articles().vstack(frame_articles([extra, *others])))
    labels = {"article_id": ["en-0009", "en-0009"], "tag_key": ["rivers", "ports"], "label": ["RIVERS", "ports"]}
    warehouse.replace_frame("articles.article_tag", pl.DataFrame(labels))
    page = show(publish, tmp_path, "en-0009")
    assert (page["source"], page["label"], page["reading_minutes"]) == ("Agencies", "article", 3)
    assert page["tags"] == [{"key": "ports", "label": "ports"}, {"key": "rivers", "label": "RIVERS"}]
    url = "https://news.example/es/es-0009"
    assert page["translations"] == [{"edition": "es", "language": "es", "article_id": "es-0009", "url": url}]
    assert page["coverage"] is None, "it has no story"
    assert page["read_next"] == []


def test_shares_of_no_known_network_count_in_the_total_alone(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    shares = pl.DataFrame({
        "event_key": [1, 2, 3], "kind": "share", "occurred_at": AS_OF - 1000 * HOUR, "article_id": "en-0001",
        "share_network": ["x", "x", None], "page_id": 1,
    })  # fmt: skip
    columns = warehouse.query("describe events.counted")
    needed = columns.filter(pl.col("null") == "NO", ~pl.col("column_name").is_in(shares.columns))
    defaults = [
        pl.lit(value=False).alias(name) if kind == "BOOLEAN" else pl.lit(0).alias(name)
        for name, kind in needed.select("column_name", "column_type").iter_rows()
    ]
    warehouse.append_frame("events.counted", shares.with_columns(defaults))
    page = show(publish, tmp_path)
    assert page["shares"] == {"total": 3, "by_network": {"x": 2}}


def test_read_next_shows_deeper_ranks_in_place_of_what_most_read_shows(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    listed = list_ids(show(publish, tmp_path)["most_read"]["items"])
    assert len(listed) == 4
    rest = [one for one in IDS[1:] if one not in listed]
    warehouse.replace_frame("read_next.item", make_suggestions("en-0001", [*listed, *rest]))
    page = show(publish, tmp_path)
    assert list_ids(page["most_read"]["items"]) == listed
    assert list_ids(page["read_next"]) == rest
    document = json.loads((tmp_path / "reports/en/read-next/en-0001.json").read_bytes())
    assert list_ids(document["items"]) == listed, "by itself the list shows its best"
    warehouse.replace_frame("read_next.item", make_suggestions("en-0001", listed))
    assert show(publish, tmp_path)["read_next"] == [], "fewer rather than repeated"


def test_the_pick_of_a_story_leaves_out_what_other_boxes_show_but_the_story_is_whole(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    page = show(publish, tmp_path)
    shown = list_ids(page["most_read"]["items"]) + list_ids(page["read_next"])
    warehouse.replace_frame("coverage.member", make_story(IDS, lead=2))
    page = show(publish, tmp_path)
    assert list_ids(page["coverage"]["all"]) == IDS[1:]
    assert (page["coverage"]["story_id"], page["coverage"]["lead"]) == ("s1", IDS[2])
    assert list_ids(page["coverage"]["pick"]) == [one for one in reversed(IDS[1:]) if one not in shown]
    assert show(publish, tmp_path, IDS[2])["coverage"]["lead"] == IDS[2], "the page's own article leads"
    page = show(publish, tmp_path, page=replace(PAGE, story_length=3))
    assert (page["coverage"]["lead"], list_ids(page["coverage"]["all"])) == (IDS[2], IDS[5:])


def test_where_boxes_may_repeat_each_other_each_shows_its_best(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    warehouse.replace_frame("coverage.member", make_story(IDS))
    recipe = replace(PAGE, is_distinct=False)
    page = show(publish, tmp_path, page=recipe)
    listed = json.loads((tmp_path / "reports/en/most-read.json").read_bytes())["items"]
    assert list_ids(page["most_read"]["items"]) == list_ids(listed)[:4]
    assert list_ids(page["read_next"]) == IDS[1:5]
    assert list_ids(page["coverage"]["pick"]) == IDS[:3:-1]
    assert not page["is_distinct"]


def test_a_list_that_was_not_made_leaves_its_box_empty(publish: Publish, tmp_path: Path) -> None:
    recipe = replace(PAGE, list_name="deeply-read")
    page = show(publish, tmp_path, page=recipe)
    assert page["most_read"] == {"list": "deeply-read", "basis": None, "items": []}
    assert list_ids(page["read_next"]) == IDS[1:5]


def test_what_was_not_read_of_late_loses_its_page(warehouse: Warehouse, publish: Publish, tmp_path: Path) -> None:
    old = frame_articles([article("old-1", "en", "Old", published_at=AS_OF - 1000 * HOUR)])
    fill(warehouse, make_articles().vstack(old))
    show(publish, tmp_path)
    hours = warehouse.query("from rollups.article_hourly").filter(pl.col("article_id") != "old-1")
    warehouse.replace_frame("rollups.article_hourly", hours)
    assert publish().removed == ("en/page/old-1.json",)


def test_the_page_of_a_withdrawn_article_is_gone_and_no_other_page_names_it(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    warehouse.replace_frame("coverage.member", make_story(IDS))
    show(publish, tmp_path)
    gone = make_articles().with_columns(
        status=pl.when(pl.col("article_id") == IDS[1]).then(pl.lit("withdrawn")).otherwise("status")
    )
    warehouse.replace_frame("articles.article", gone)
    publish()
    pages = [path.read_text() for path in (tmp_path / "reports/en/page").iterdir()]
    assert len(pages) == 7
    assert not any(IDS[1] in page for page in pages)
