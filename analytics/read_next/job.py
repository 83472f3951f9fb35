"""Chooses what to read next after every article, or after one."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from analytics.read_next.settings import ReadNextSettings
from analytics.settings import ReadNext
from analytics.warehouse import Warehouse

BASIS = "text"
_COLUMNS = (
    "seed_article_id",
    "rank",
    "article_id",
    "score",
    "text_similarity",
    "age_days",
    "shared_tags",
    "shared_terms",
)


def recommend_articles(warehouse: Warehouse, settings: ReadNext, as_of: datetime) -> int:
    """Choose what to read next after every live article, and return the items written."""
    # Imported here: scikit-learn takes a second, and most commands fit no model.
    from analytics.read_next.recommendations import recommend_all  # noqa: PLC0415

    articles = warehouse.frame("read_next/article", as_of=as_of)
    items = recommend_all(articles, read_settings(settings), as_of).select(_COLUMNS)
    return warehouse.replace_frame("read_next.item", items.with_columns(basis=pl.lit(BASIS)))


def recommend_article(warehouse: Warehouse, settings: ReadNext, as_of: datetime, article_id: str) -> pl.DataFrame:
    """Choose what to read next after one article, writing nothing.

    Raises
    ------
    UsageError
        Where there is no such article, or it is not live.
    """
    from analytics.read_next.recommendations import recommend_one  # noqa: PLC0415 - as above

    articles = warehouse.frame("read_next/article", as_of=as_of)
    items = recommend_one(articles, read_settings(settings), as_of, article_id).select(_COLUMNS)
    return items.with_columns(basis=pl.lit(BASIS))


def read_settings(settings: ReadNext) -> ReadNextSettings:
    """Turn the workspace's settings into the model's."""
    ages = dict(settings.maximum_age_days)
    return ReadNextSettings(
        length=settings.length,
        field_weights=settings.field_weights,
        name_weights=settings.name_weights,
        minimum_similarity=settings.minimum_similarity,
        near_duplicate_similarity=settings.near_duplicate_similarity,
        recency_half_life_days=settings.recency_half_life_days,
        recency_floor=settings.recency_floor,
        other_maximum_age_days=ages.pop("default", 365.0),
        maximum_age_days=ages,
        section_cap=settings.per_section or None,
    )
