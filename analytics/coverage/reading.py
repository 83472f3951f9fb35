"""Reads the stories that the last run left: for a page, and for who asks about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from analytics.instants import format_instant
from analytics.settings import Coverage
from analytics.warehouse import Warehouse


@dataclass(frozen=True)
class Told:
    """One story.

    Attributes
    ----------
    story : dict
        Its row of `coverage.story`.
    timeline : DataFrame
        Its articles, the oldest first: `position`, `article_id`, `title`, `url`, `published_at`, `is_lead`,
        `similarity`, `reads`.
    pick : list of str
        The short pick beside the article that was asked for, or beside the lead.
    changes : DataFrame
        Its rows of `coverage.change`, with those of the stories merged into it.
    """

    story: dict[str, Any]
    timeline: pl.DataFrame
    pick: list[str]
    changes: pl.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads."""
        timeline, changes = ([*map(_write, frame.to_dicts())] for frame in (self.timeline, self.changes))
        return _write(self.story) | {"timeline": timeline, "pick": self.pick, "changes": changes}


def read_coverage(warehouse: Warehouse, settings: Coverage, article_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """Read for each article of a story the others, as the last run left them.

    Parameters
    ----------
    warehouse : Warehouse
        Open.
    settings : Coverage
        How long the short pick is.
    article_ids : sequence of str, optional
        Only for these; for every article of a story by default.

    Returns
    -------
    DataFrame
        `seed_article_id`, `story_id`, `article_id`, `position` (in the seed's timeline, from 1, the oldest first),
        `is_lead`, `pick_rank` (from 1 in the short pick: the most read of the last 24 hours, of equals the newest;
        null outside it); by seed and position.
    """
    asked = warehouse.distinct("coverage.member", "article_id") if article_ids is None else list(article_ids)
    return warehouse.frame("coverage/timeline", article_ids=asked, pick_length=settings.pick_length)


def read_story(warehouse: Warehouse, settings: Coverage, name: str) -> Told | None:
    """Read the story of an article, or the one of that id, as the last run left it.

    Returns
    -------
    Told or None
        Nothing where there is none of at least two articles.
    """
    found = warehouse.frame("coverage/found_story", asked=name).to_dicts()
    if not found:
        return None
    (story,) = found
    timeline = warehouse.frame("coverage/entry", story=story["story_id"])
    seed = name if name in timeline["article_id"] else story["lead_article_id"]
    others = read_coverage(warehouse, settings, [seed])
    pick = others.drop_nulls("pick_rank").sort("pick_rank")["article_id"].to_list()
    changes = warehouse.frame("coverage/story_change", story=story["story_id"])
    return Told(story, timeline, pick, changes)


def _write(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: format_instant(value) if isinstance(value, datetime) else value for name, value in row.items()}
