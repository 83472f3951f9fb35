"""The documents of articles' pages: a few queries for all of them, none for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec

from analytics.instants import format_instant
from analytics.publish.boxes import choose_boxes
from analytics.publish.builders import build_image, build_reasons, choose_label, require_safe_url
from analytics.publish.documents import ListDocument
from analytics.publish.frames import FrameSource, group_rows
from analytics.publish.page_document import (
    Card,
    CoverageBox,
    MostReadBox,
    MostReadCard,
    PageDocument,
    PageShares,
    PageTag,
    ReadNextCard,
    Translation,
)
from analytics.settings import PageRecipe

Row = dict[str, Any]


def build_article_pages(
    warehouse: FrameSource, recipe: PageRecipe, lists: Iterable[ListDocument], as_of: datetime
) -> Iterator[PageDocument]:
    """Build the document of every page that was read or published of late.

    Parameters
    ----------
    warehouse
        Where the tables are read.
    recipe
        What a document holds.
    lists
        The list documents of the set, with those of the editions.
    as_of
        The moment described (naive UTC).

    Raises
    ------
    ReportError
        Where an article's URL is none that may be linked to.
    """
    material = _read_material(warehouse, recipe, lists, as_of)
    for page in material.pages:
        yield _build_page(material, page)


@dataclass(frozen=True)
class _Material:
    """What the pages are made from: rows by the page's article, list documents by edition, timelines by story.

    Attributes
    ----------
    cards
        The fields of a card of every live article that a box could show.
    """

    recipe: PageRecipe
    as_of: str
    pages: list[Row]
    tags: Mapping[str, list[Row]]
    shares: Mapping[str, list[Row]]
    translations: Mapping[str, list[Row]]
    read_next: Mapping[str, list[Row]]
    stories: Mapping[str, list[Row]]
    story_ids: Mapping[str, str]
    most_read: Mapping[str, ListDocument]
    cards: Mapping[str, Row]


def _read_material(
    warehouse: FrameSource, recipe: PageRecipe, lists: Iterable[ListDocument], as_of: datetime
) -> _Material:
    pages = warehouse.frame("publish/page", as_of=as_of, read_from=as_of - recipe.read_within)
    asked = pages["article_id"].to_list()
    read_next = warehouse.frame("publish/page_read_next", article_ids=asked)
    stories = warehouse.frame("publish/page_story", article_ids=asked)
    most_read = {str(one.edition): one for one in lists if _is_shown(one, recipe)}
    shown = {item.article_id for one in most_read.values() for item in one.items}
    shown.update(read_next["article_id"], stories["article_id"])
    cards = warehouse.frame("publish/page_card", article_ids=sorted(shown), as_of=as_of)
    return _Material(
        recipe,
        format_instant(as_of),
        pages.to_dicts(),
        tags=group_rows(warehouse.frame("publish/page_tag", article_ids=asked), "article_id"),
        shares=group_rows(warehouse.frame("publish/page_share", article_ids=asked, as_of=as_of), "article_id"),
        translations=group_rows(
            warehouse.frame("publish/page_translation", article_ids=asked, as_of=as_of), "article_id"
        ),
        read_next=group_rows(read_next, "seed_article_id"),
        stories=group_rows(stories, "story_id"),
        story_ids=dict(stories.select("article_id", "story_id").iter_rows()),
        most_read=most_read,
        cards={
            row["article_id"]: _state_facts(row) | {"image": build_image(row)} for row in cards.iter_rows(named=True)
        },
    )


def _build_page(material: _Material, page: Row) -> PageDocument:
    article_id, edition, recipe = page["article_id"], page["edition"], material.recipe
    translations = material.translations.get(article_id, [])
    story = _tell_story(material, article_id)
    listed = material.most_read.get(edition)
    next_rows = {row["article_id"]: row for row in material.read_next.get(article_id, ())}
    slates = [
        ([item.article_id for item in listed.items] if listed else [], recipe.most_read_length),
        (list(next_rows), recipe.read_next_length),
        ([row["article_id"] for row in sorted(story, key=itemgetter("pick_rank"))], recipe.pick_length),
    ]
    own = {article_id, *(row["translation_id"] for row in translations)}
    most_read, read_next, pick = _fill_boxes(material, slates, own)
    return PageDocument(
        **_state_facts(page),
        edition=edition,
        source=page["source"],
        as_of=material.as_of,
        tags=tuple(PageTag(row["tag_key"], row["label"]) for row in material.tags.get(article_id, ())),
        shares=_count_shares(material.shares.get(article_id, ())),
        translations=tuple(map(_build_translation, translations)),
        is_distinct=recipe.is_distinct,
        most_read=_build_most_read(material, listed, most_read),
        read_next=tuple(_build_suggestion(material.cards[one], next_rows[one]) for one in read_next),
        coverage=_build_coverage(material, article_id, story, pick),
    )


def _fill_boxes(
    material: _Material, slates: Sequence[tuple[Sequence[str], int]], own: set[str]
) -> tuple[list[str], list[str], list[str]]:
    """Choose what the three boxes show; each box by itself where they may repeat each other."""
    live = [([one for one in slate if one in material.cards], length) for slate, length in slates]
    if material.recipe.is_distinct:
        most_read, read_next, pick = choose_boxes(live, own)
    else:
        most_read, read_next, pick = (choose_boxes([slate])[0] for slate in live)
    return most_read, read_next, pick


def _state_facts(row: Row) -> Row:
    """Give what a card and a page say of their article."""
    return {
        "article_id": row["article_id"],
        "url": require_safe_url(row),
        "title": row["title"],
        "label": choose_label(row),
        "section": row["section_slug"],
        "region": row["region_slug"],
        "published_at": format_instant(row["published_at"]),
        "reading_minutes": row["reading_minutes"],
    }


def _count_shares(rows: Sequence[Row]) -> PageShares:
    by_network = {row["share_network"]: row["shares"] for row in rows if row["share_network"]}
    return PageShares(sum(row["shares"] for row in rows), by_network)


def _build_translation(row: Row) -> Translation:
    url = require_safe_url(row | {"article_id": row["translation_id"]})
    return Translation(row["edition"], row["language"], row["translation_id"], url)


def _build_most_read(material: _Material, listed: ListDocument | None, chosen: Sequence[str]) -> MostReadBox:
    basis = {item.article_id: item.basis for item in listed.items} if listed else {}
    items = tuple(MostReadCard(**material.cards[one], basis=basis[one]) for one in chosen)
    return MostReadBox(material.recipe.list_name, listed.basis if listed else None, items)


def _build_suggestion(card: Row, row: Row) -> ReadNextCard:
    return ReadNextCard(**card, basis=row["basis"], reasons=build_reasons(row))


def _tell_story(material: _Material, article_id: str) -> list[Row]:
    """Give the other live articles of a page's story, the newest of a long one, the oldest first."""
    timeline = material.stories.get(material.story_ids.get(article_id, ""), [])
    others = [row for row in timeline if row["article_id"] in material.cards and row["article_id"] != article_id]
    return others[-material.recipe.story_length :]


def _build_coverage(
    material: _Material, article_id: str, story: Sequence[Row], pick: Sequence[str]
) -> CoverageBox | None:
    if not story:
        return None
    story_id, cards = material.story_ids[article_id], material.cards
    leads = (row["article_id"] for row in material.stories[story_id] if row["is_lead"] and row["article_id"] in cards)
    every = tuple(Card(**cards[row["article_id"]]) for row in story)
    return CoverageBox(story_id, next(leads, article_id), every, tuple(Card(**cards[one]) for one in pick))


def _is_shown(document: ListDocument, recipe: PageRecipe) -> bool:
    scope = msgspec.to_builtins(document.scope)
    return document.list == recipe.list_name and scope.keys() == {"edition"}
