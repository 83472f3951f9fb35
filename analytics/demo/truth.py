"""What was planted, for tests and for the demo's own account: ids by kind, stories, names, translations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from analytics.demo.audience import CARRIER_ADDRESS
from analytics.demo.cast import load_known_people

if TYPE_CHECKING:
    from analytics.demo.articles import Article

PLANTS: Final = (
    "declared_robot",
    "sweeper",
    "metronome",
    "click_farm",
    "staff",
    "prefetch",
    "no_pageview",
    "repeat",
    "box_click",
    "unknown_article",
)


def tell_events(events: pl.DataFrame, planted: dict[str, list[str]]) -> dict[str, Any]:
    """Return event ids by planted kind, in ascending order."""
    kinds = {kind: events.filter(pl.col("plant") == kind)["event_id"].to_list() for kind in PLANTS}
    carrier = events.filter(pl.col("is_carrier").fill_null(value=False))
    kinds["mobile_carrier"] = carrier["event_id"].to_list()
    return {kind: sorted(ids) for kind, ids in (kinds | planted).items()}


def tell_articles(articles: list[Article]) -> dict[str, Any]:
    """Return what is known of the articles: stories, translations, names, copies and special states."""
    return {
        "carrier_address": CARRIER_ADDRESS,
        "stories": _group(articles, lambda a: f"{a.edition}:{a.assignment.story}" if a.assignment.story else None),
        "topics": _group(articles, lambda a: f"{a.edition}:{a.assignment.topic.key}"),
        "translation_groups": _group(articles, lambda a: a.translation_group),
        "near_duplicates": _pair_copies(articles),
        "people": _tell_people(articles),
        "withdrawn": [a.article_id for a in articles if a.withdrawn_at is not None],
        "embargoed": [a.article_id for a in articles if a.status == "embargoed"],
        "breaking": [a.article_id for a in articles if a.breaking_until is not None],
        "flash": [a.article_id for a in articles if a.content_type == "flash"],
        "outside_regions": [a.article_id for a in articles if a.region == "West Asia"],
    }


def _group(articles: list[Article], key: Any) -> dict[str, list[str]]:  # noqa: ANN401
    groups: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        name = key(article)
        if name is not None:
            groups[name].append(article.article_id)
    return dict(sorted(groups.items()))


def _pair_copies(articles: list[Article]) -> list[list[str]]:
    """Return pairs of an article and its shortened agency copy in the same edition."""
    originals = {(a.edition, a.assignment.text_seed): a.article_id for a in articles if a.assignment.copies is None}
    keys = [(a, (a.edition, a.assignment.copies)) for a in articles if a.assignment.copies is not None]
    return [[originals[key], a.article_id] for a, key in keys if key in originals]


def _tell_people(articles: list[Article]) -> list[dict[str, Any]]:
    """Return each returning person with the tags in use for them; equal names of two keys are two people."""
    rows = []
    for known in load_known_people():
        theirs = [a for a in articles if a.assignment.lead.key == known.person.key]
        forms = {form for spellings in known.person.spellings.values() for form in spellings}
        rows.append(
            {
                "key": known.person.key,
                "tags": sorted({tag for a in theirs for tag in a.tags if tag in forms}),
                "articles": [a.article_id for a in theirs],
            }
        )
    return rows
