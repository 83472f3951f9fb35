"""Keeps the stories of a newsroom: which articles are on one event, from run to run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.articles.text import read_language
from analytics.settings import Coverage, Settings
from analytics.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

    from analytics.coverage.stories import StoryRules

_ASSIGNED = {"article_id": pl.String, "story_id": pl.String}


def find_stories(warehouse: Warehouse, settings: Settings, as_of: datetime) -> pl.DataFrame:
    """Find the stories of all live articles anew, writing nothing.

    Returns
    -------
    DataFrame
        `article_id` and `story_id`; an article alone has a story of its own.
    """
    from analytics.coverage.stories import grow_stories  # noqa: PLC0415 - as below

    rules = read_rules(settings.coverage)
    found = (grow_stories(*corpus, rules).members for corpus in read_vectors(warehouse, settings, as_of))
    return pl.concat([pl.DataFrame(schema=_ASSIGNED), *(members.select(list(_ASSIGNED)) for members in found)])


def find_components(warehouse: Warehouse, settings: Settings, as_of: datetime) -> pl.DataFrame:
    """Put together all articles that a chain of pairs links, each as alike as the settings ask: a baseline."""
    from analytics.coverage.stories import link_components  # noqa: PLC0415 - as below

    rules = read_rules(settings.coverage)
    found = (link_components(*corpus, rules) for corpus in read_vectors(warehouse, settings, as_of))
    return pl.concat([pl.DataFrame(schema=_ASSIGNED), *found])


def read_rules(settings: Coverage) -> StoryRules:
    """Turn the workspace's settings into the rules of stories."""
    from analytics.coverage.stories import StoryRules  # noqa: PLC0415 - as below

    return StoryRules(
        settings.similarity,
        settings.merge_similarity,
        settings.split_similarity,
        timedelta(hours=settings.window_hours),
    )


def read_vectors(
    warehouse: Warehouse, settings: Settings, as_of: datetime
) -> Iterator[tuple[pl.DataFrame, sparse.csr_array]]:
    """Give, edition by edition and language by language, the live articles and their unit vectors, row by row."""
    # Imported here: scikit-learn takes a second, and most commands fit no model.
    from analytics.similarity.model import FieldTfidf  # noqa: PLC0415
    from analytics.similarity.words import add_summaries  # noqa: PLC0415

    own = settings.read_next
    articles = warehouse.frame("coverage/article", as_of=as_of)
    languages = pl.coalesce("language", "edition").map_elements(read_language, pl.String)
    for part in articles.with_columns(language=languages).partition_by("edition", "language", maintain_order=True):
        language = part["language"][0]
        model = FieldTfidf(language, own.field_weights, name_weight=own.name_weights.get(language, 1.0))
        yield part.select("article_id", "published_at"), model.fit_transform(add_summaries(part))
