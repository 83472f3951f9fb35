"""Chooses what to read next after every article, or after one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from analytics.rankings.edits import Edits
from analytics.read_next.co_reading import SECOND_WEIGHT, THIRD_WEIGHT, find_popularity, turn_back, weigh_spans
from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.signals import LIST_NAME, SEED_SCOPE, Signals
from analytics.read_next.store import Store
from analytics.settings import ReadNext
from analytics.warehouse import Warehouse

_COLUMNS = (
    "seed_article_id",
    "tab",
    "rank",
    "is_reserve",
    "article_id",
    "score",
    "text_similarity",
    "next_reads",
    "read_share",
    "age_days",
    "basis",
    "shared_tags",
    "shared_terms",
)


def recommend_articles(warehouse: Warehouse, settings: ReadNext, as_of: datetime, *, folder: Path | None = None) -> int:
    """Choose what to read next after every live article, and return the items written.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    settings : ReadNext
        How to choose.
    as_of : datetime
        The moment the lists describe (naive UTC).
    folder : Path, optional
        Where vectors and neighbours are kept from run to run; all is made anew where none is given.
    """
    # Imported here: most commands compare no text.
    from analytics.read_next.recommendations import recommend_all  # noqa: PLC0415

    shown = warehouse.frame("read_next/shown", as_of=as_of)
    if len(shown):
        warehouse.replace_frame("read_next.earlier", shown)
    articles = warehouse.frame("read_next/article", as_of=as_of)
    signals = read_signals(warehouse, as_of)
    store = Store(folder, is_saving=True) if folder else None
    items = recommend_all(articles, read_settings(settings), as_of, signals, store=store).select(_COLUMNS)
    moment = pl.lit(as_of).dt.cast_time_unit("us").alias("as_of")
    return warehouse.replace_frame("read_next.item", items.with_columns(moment))


def recommend_article(
    warehouse: Warehouse, settings: ReadNext, as_of: datetime, article_id: str, *, folder: Path | None = None
) -> pl.DataFrame:
    """Choose what to read next after one article, writing nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open.
    settings : ReadNext
        How to choose.
    as_of : datetime
        The moment described (naive UTC).
    article_id : str
        The article the reader is on.
    folder : Path, optional
        As for `recommend_articles`.

    Raises
    ------
    UsageError
        Where there is no such article, or it is not live.
    """
    from analytics.read_next.recommendations import recommend_one  # noqa: PLC0415 - as above

    articles = warehouse.frame("read_next/article", as_of=as_of)
    signals = read_signals(warehouse, as_of)
    store = Store(folder) if folder else None
    items = recommend_one(articles, read_settings(settings), as_of, article_id, signals, store=store).select(_COLUMNS)
    return items.filter(~pl.col("is_reserve"), pl.col("tab") == "")


def read_signals(warehouse: Warehouse, as_of: datetime) -> Signals:
    """Read what bears on the lists beside the articles, as of a moment."""
    warehouse.stage_frame("stage.span_weight", weigh_spans(as_of))
    sums = warehouse.frame("read_next/next_read", second_weight=SECOND_WEIGHT, third_weight=THIRD_WEIGHT)
    next_reads = turn_back(sums)
    words = Edits.read(warehouse.frame("rankings/edit"), as_of).standing
    told = [
        (one.action, (one.scope or "").removeprefix(SEED_SCOPE) or None, one.article_id, one.slot or 1)
        for one in words
        if (one.list_name == LIST_NAME and (one.scope is None or one.scope.startswith(SEED_SCOPE)))
        or (one.action == "ban" and one.list_name is None and one.scope is None)
    ]
    schema = {"action": pl.String, "seed_article_id": pl.String, "article_id": pl.String, "slot": pl.Int64}
    edits = pl.DataFrame(told, schema=schema, orient="row")
    return Signals(
        next_reads,
        find_popularity(next_reads),
        warehouse.frame("read_next/incumbent", as_of=as_of),
        edits.filter(pl.col("action") == "pin").drop("action"),
        edits.filter(pl.col("action") == "ban").drop("action", "slot"),
    )


def read_settings(settings: ReadNext) -> ReadNextSettings:
    """Turn the workspace's settings into the model's."""
    ages = dict(settings.maximum_age_days)
    return ReadNextSettings(
        length=settings.length,
        field_weights=settings.field_weights,
        name_weights=settings.name_weights,
        minimum_similarity=settings.minimum_similarity,
        minimum_similarity_share=settings.minimum_similarity_share,
        near_duplicate_similarity=settings.near_duplicate_similarity,
        recency_half_life_days=settings.recency_half_life_days,
        recency_floor=settings.recency_floor,
        other_maximum_age_days=ages.pop("default", 365.0),
        maximum_age_days=ages,
        section_cap=settings.per_section or None,
        minimum_next_reads=settings.minimum_next_reads,
        popularity_weight=settings.popularity_weight,
        sharpness=settings.sharpness,
        is_one_per_story=settings.is_one_per_story,
        diversity=settings.diversity,
        calm=settings.calm,
        tabs=tuple(settings.tabs),
    )
