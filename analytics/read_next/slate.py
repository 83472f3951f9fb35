"""From candidates to the list a page shows: the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from analytics.read_next.settings import ReadNextSettings

_ORDER = ["seed_article_id", "score", "article_id"]
_DESCENDING = [False, True, False]


def choose_slates(candidates: pl.DataFrame, settings: ReadNextSettings) -> pl.DataFrame:
    """Choose and rank the items of each seed.

    In this order: what is too weak goes, and what is nearly the seed's own text; of candidates that are
    nearly the same text, the best stays; of one section at most `section_cap` stay; the best `length` remain.
    Fewer items rather than weak ones: a seed may end with none.

    Parameters
    ----------
    candidates
        `seed_article_id`, `article_id`, `score`, `text_similarity`, `section`, one row per pair. The rule on
        near-duplicates among the items needs the items' own candidates among the rows.
    settings
        Length and limits.

    Returns
    -------
    pl.DataFrame
        The same columns and `rank`, from 1, sorted by seed and rank; equal scores by `article_id`.

    Examples
    --------
    >>> from analytics.read_next.settings import ReadNextSettings
    >>> pairs = pl.DataFrame(
    ...     [("a", "b", 0.5, 0.5, None), ("a", "c", 0.9, 0.9, None), ("a", "d", 0.01, 0.01, None)],
    ...     schema=["seed_article_id", "article_id", "score", "text_similarity", "section"], orient="row",
    ... )
    >>> choose_slates(pairs, ReadNextSettings()).select("rank", "article_id").rows()
    [(1, 'b')]
    """
    is_twin = pl.col("text_similarity") >= settings.near_duplicate_similarity
    strong = candidates.filter(pl.col("text_similarity") >= settings.minimum_similarity, ~is_twin)
    ranked = strong.sort(_ORDER, descending=_DESCENDING).with_columns(rank=_count_within("seed_article_id"))
    kept = _drop_twins(ranked, candidates.filter(is_twin))
    if settings.section_cap is not None:
        in_section = _count_within("seed_article_id", "section")
        kept = kept.filter(pl.col("section").is_null() | (in_section <= settings.section_cap))
    return kept.with_columns(rank=_count_within("seed_article_id")).filter(pl.col("rank") <= settings.length)


def _drop_twins(ranked: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Drop what is nearly the same text as a better candidate of the same seed."""
    pairs = twins.select(article_id="seed_article_id", twin_id="article_id")
    better = ranked.select("seed_article_id", twin_id="article_id", twin_rank="rank")
    repeated = (
        ranked.select("seed_article_id", "article_id", "rank")
        .join(pairs, on="article_id")
        .join(better, on=["seed_article_id", "twin_id"])
        .filter(pl.col("twin_rank") < pl.col("rank"))
    )
    return ranked.join(repeated, on=["seed_article_id", "article_id"], how="anti", maintain_order="left")


def _count_within(*group: str) -> pl.Expr:
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(group)
