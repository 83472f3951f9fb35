"""Read Next from end to end: articles in, ranked and explained items out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from scipy import sparse

from analytics.errors import UsageError
from analytics.read_next.corpus import Corpus, read_corpora
from analytics.read_next.reasons import add_reasons
from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.slate import choose_slates
from analytics.similarity.model import FieldTfidf
from analytics.similarity.neighbours import find_nearest

_ARTICLE_COLUMNS = [
    "article_id",
    "section",
    "translation_group",
    "age_days",
    "recency_factor",
    "is_candidate",
]
_PAIR_COLUMNS = [
    "seed_article_id",
    "article_id",
    "score",
    "text_similarity",
    "recency_factor",
    "age_days",
    "section",
]
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "seed_article_id": pl.String,
    "rank": pl.Int64,
    "article_id": pl.String,
    "score": pl.Float64,
    "text_similarity": pl.Float64,
    "recency_factor": pl.Float64,
    "age_days": pl.Float64,
    "shared_tags": pl.List(pl.String),
    "shared_terms": pl.List(pl.String),
}


@dataclass(frozen=True)
class TextIndex:
    """A corpus with its fitted text model.

    Attributes
    ----------
    corpus
        The live articles of one edition.
    model
        The text model fitted on them.
    vectors
        Their unit vectors, in the corpus's order, shape (n_articles, n_terms).
    """

    corpus: Corpus
    model: FieldTfidf
    vectors: sparse.csr_array


def build_index(corpus: Corpus, settings: ReadNextSettings) -> TextIndex:
    """Fit the text model of one corpus."""
    name_weight = settings.name_weights.get(corpus.language, 1.0)
    model = FieldTfidf(corpus.language, settings.field_weights, name_weight=name_weight)
    return TextIndex(corpus, model, model.fit_transform(corpus.articles))


def find_candidates(index: TextIndex, settings: ReadNextSettings, seeds: Sequence[str] | None = None) -> pl.DataFrame:
    """Find what may follow each seed, before any rule on the slate.

    Parameters
    ----------
    index
        The edition's text index.
    settings
        Size of the pool, and threads.
    seeds
        Article ids of the corpus; None for all.

    Returns
    -------
    pl.DataFrame
        `seed_article_id`, `article_id`, `score` (text similarity times recency factor), `text_similarity`,
        `recency_factor`, `age_days`, `section`; the `pool` best of each seed by score, without the seed
        itself and the other articles of its translation group.
    """
    articles = index.corpus.articles.select(_ARTICLE_COLUMNS)
    known = articles["article_id"]
    rows = np.arange(len(known)) if seeds is None else np.flatnonzero(known.is_in(list(seeds)).to_numpy())
    candidate_rows = np.flatnonzero(articles["is_candidate"].to_numpy())
    factors = articles["recency_factor"].to_numpy()[candidate_rows]
    weighted = sparse.diags_array(factors) @ index.vectors[candidate_rows]
    # One place more: the seed is its own nearest neighbour.
    found = find_nearest(index.vectors[rows], weighted, settings.pool + 1, settings.threads)
    seed: pl.DataFrame = articles[rows[found["seed"].to_numpy()]]
    item: pl.DataFrame = articles[candidate_rows[found["candidate"].to_numpy()]]
    pairs = item.with_columns(
        score=found["score"],
        seed_article_id=seed["article_id"],
        text_similarity=(found["score"] / item["recency_factor"]).round(6),
    )
    is_seed = item["article_id"] == seed["article_id"]
    is_translation = (item["translation_group"] == seed["translation_group"]).fill_null(value=False)
    return pairs.select(_PAIR_COLUMNS).filter(~(is_seed | is_translation))


def recommend_all(articles: pl.DataFrame, settings: ReadNextSettings, as_of: datetime) -> pl.DataFrame:
    """Choose what to read next after every live article.

    Parameters
    ----------
    articles
        One row per article: `article_id`, `language` (nullable), `edition`, `title`, `summary`, `body`,
        `section`, `tags` (list), `content_type`, `published_at` (naive UTC), `status`, `translation_group`.
    settings
        How to choose.
    as_of
        The moment the result describes, naive UTC.

    Returns
    -------
    pl.DataFrame
        `seed_article_id`, `rank` (from 1), `article_id`, `score`, `text_similarity`, `recency_factor`,
        `age_days` (of the item, at `as_of`), `shared_tags`, `shared_terms`; sorted by seed and rank.
    """
    slates = [_recommend(corpus, settings, None) for corpus in read_corpora(articles, settings, as_of)]
    return pl.concat([pl.DataFrame(schema=_COLUMNS), *slates]).sort("seed_article_id", "rank")


def recommend_one(articles: pl.DataFrame, settings: ReadNextSettings, as_of: datetime, article_id: str) -> pl.DataFrame:
    """Choose what to read next after one article: its rows of `recommend_all`.

    Raises
    ------
    UsageError
        Where the article is not live at `as_of`.
    """
    for corpus in read_corpora(articles, settings, as_of):
        if article_id in corpus.articles["article_id"]:
            return _recommend(corpus, settings, article_id)
    raise UsageError(f"no article {article_id} is live at {as_of:%Y-%m-%dT%H:%M:%SZ}: check id and moment")


def _recommend(corpus: Corpus, settings: ReadNextSettings, seed: str | None) -> pl.DataFrame:
    index = build_index(corpus, settings)
    candidates = find_candidates(index, settings, None if seed is None else [seed])
    if seed is not None:  # the rule on near-duplicates looks at the items' own candidates
        others = find_candidates(index, settings, candidates["article_id"].to_list())
        candidates = pl.concat([candidates, others])
    slates = choose_slates(candidates, settings)
    if seed is not None:
        slates = slates.filter(pl.col("seed_article_id") == seed)
    items = add_reasons(slates, corpus.articles, index.vectors, index.model, settings.shared_terms)
    return items.select(pl.col(name).cast(dtype) for name, dtype in _COLUMNS.items())
