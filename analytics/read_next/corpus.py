"""What Read Next may choose from: the live articles of each edition at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.similarity.fields import KEYWORD_FIELDS
from analytics.similarity.words import add_summaries, split_languages

if TYPE_CHECKING:
    from analytics.read_next.settings import ReadNextSettings

_DAY_SECONDS = 86_400
_Age = TypeVar("_Age", pl.Expr, NDArray[np.float64])


@dataclass(frozen=True)
class Corpus:
    """The live articles of one edition and language.

    Attributes
    ----------
    language
        Primary language subtag.
    articles
        The input's columns, sorted by `article_id`, one row each, and `age_days` (against the moment asked
        for), `recency_factor`, `is_candidate` (within the age limit of its content type), `text_hash`, and
        `reason_hash`, of all that a reason could name.
    """

    language: str
    articles: pl.DataFrame


def read_corpora(articles: pl.DataFrame, settings: ReadNextSettings, as_of: datetime) -> list[Corpus]:
    """Split articles into one corpus per edition and language, in order of their names.

    Only articles that are live and published by `as_of` take part. Age limit and recency are measured against
    `as_of` or, in an edition that has been quiet since, against its newest article, so that a pause never
    empties its lists; they never depend on the seed's date.

    Parameters
    ----------
    articles
        `article_id`, `language` (null: the edition's), `edition`, `content_type`, `published_at` (naive UTC),
        `status`, and the columns of text.
    settings
        Age limits and recency.
    as_of
        Naive UTC.
    """
    live = (
        articles.filter(pl.col("status") == "live", pl.col("published_at") <= as_of)
        .unique("article_id", keep="first", maintain_order=True)
        .sort("article_id")
    )
    return [
        Corpus(language, _measure_age(_describe(part), settings, as_of)) for language, part in split_languages(live)
    ]


def _describe(articles: pl.DataFrame) -> pl.DataFrame:
    whole = add_summaries(articles)
    hashed = whole.with_columns(text_hash=hash_texts(whole))
    labels = pl.col("tag_labels").list.join("\x1e") if "tag_labels" in whole.columns else pl.lit("")
    return hashed.with_columns(reason_hash=pl.concat_str(pl.col("text_hash").cast(pl.String), labels).hash())


def weigh_recency(age_days: _Age, settings: ReadNextSettings) -> _Age:
    """Return the factor on the score of articles of an age, in days; never less than the floor."""
    weighed: _Age = settings.recency_floor + (1 - settings.recency_floor) * 2.0 ** (
        -age_days / settings.recency_half_life_days
    )
    return weighed


def _measure_age(articles: pl.DataFrame, settings: ReadNextSettings, as_of: datetime) -> pl.DataFrame:
    published_at = pl.col("published_at")
    age_days = (published_at.max() - published_at).dt.total_seconds() / _DAY_SECONDS
    limit_days = pl.col("content_type").replace_strict(
        settings.maximum_age_days, default=settings.other_maximum_age_days, return_dtype=pl.Float64
    )
    return articles.with_columns(
        age_days=(pl.lit(as_of) - published_at).dt.total_seconds() / _DAY_SECONDS,
        recency_factor=weigh_recency(age_days, settings),
        is_candidate=age_days <= limit_days,
    )


def hash_texts(articles: pl.DataFrame) -> pl.Series:
    """Hash what a text model reads of each article; good for one version of Polars.

    Examples
    --------
    >>> texts = pl.DataFrame({"title": ["a", "b", "a"], "summary": None, "body": "c", "tags": [[], [], []],
    ...                       "section": "news"})
    >>> hash_texts(texts).n_unique()
    2
    """
    fields = [
        pl.col(name).cast(pl.List(pl.String)).list.join("\x1e")
        if name in KEYWORD_FIELDS and is_list
        else pl.col(name).cast(pl.String)
        for name in ("title", "summary", "body", *KEYWORD_FIELDS)
        for is_list in [isinstance(articles.schema[name], pl.List)]
    ]
    return articles.select(pl.concat_str([field.fill_null("\x1d") for field in fields], separator="\x1f").hash())[
        "title"
    ]
