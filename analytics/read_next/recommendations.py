"""Read Next from end to end: articles in, ranked and explained items out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analytics.errors import UsageError
from analytics.read_next.co_reading import blend, fill_masses, sum_seeds
from analytics.read_next.corpus import Corpus, read_corpora
from analytics.read_next.reasons import add_reasons
from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.signals import NO_SIGNALS, Signals
from analytics.read_next.slate import choose_slates
from analytics.read_next.store import Store
from analytics.similarity.index import FAINTEST, POOL
from analytics.similarity.neighbours import find_nearest
from analytics.similarity.weigher import TermWeigher

_ARTICLE_COLUMNS = [
    "article_id",
    "section",
    "translation_group",
    "story_id",
    "age_days",
    "recency_factor",
    "is_candidate",
]
_PAIR_COLUMNS = [
    "seed_article_id",
    "article_id",
    "text_similarity",
    "recency_factor",
    "age_days",
    "section",
    "story_id",
]
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "seed_article_id": pl.String,
    "tab": pl.String,
    "rank": pl.Int64,
    "is_reserve": pl.Boolean,
    "article_id": pl.String,
    "score": pl.Float64,
    "text_similarity": pl.Float64,
    "next_reads": pl.Int64,
    "read_share": pl.Float64,
    "recency_factor": pl.Float64,
    "age_days": pl.Float64,
    "basis": pl.String,
    "shared_tags": pl.List(pl.String),
    "shared_terms": pl.List(pl.String),
}
_SHARES = ("read_share", "popular_share")
_DECIMALS = 9
_BLOCK = 20_000
_SEEDS = 20_000


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
    near
        The nearest of every article, as `find_near` gives them; None where they are found as they are asked for.
    name
        Names what is kept of it from run to run; empty where nothing is.
    """

    corpus: Corpus
    model: TermWeigher
    vectors: sparse.csr_array
    near: pl.DataFrame | None = None
    name: str = ""


def build_index(corpus: Corpus, settings: ReadNextSettings, store: Store | None = None) -> TextIndex:
    """Fit the text model of one corpus, or take up what a store keeps of it.

    Parameters
    ----------
    corpus
        The live articles of one edition.
    settings
        Weights of fields and names.
    store
        Where vectors and neighbours are kept from run to run.
    """
    model = TermWeigher.of_language(corpus.language, settings.field_weights, settings.name_weights)
    kept = store.take_up(corpus, model, settings.threads) if store else None
    if kept is None:
        return TextIndex(corpus, model, model.fit_transform(corpus.articles))
    rows = kept.locate(corpus.articles)
    place = np.full(len(kept.ids) + 1, -1)
    place[rows] = np.arange(len(rows))
    near, similarity = kept.near[rows].ravel(), kept.similarities[rows].ravel()
    seeds = np.repeat(np.arange(len(rows)), kept.near.shape[1])
    known = near >= 0
    pools = pl.DataFrame(
        {
            "seed": seeds[known],
            "row": place[near[known]],
            "text_similarity": similarity[known].astype(np.float64).round(6),
        }
    )
    return TextIndex(corpus, kept.model, kept.take(rows), pools, kept.written)


def find_candidates(
    index: TextIndex, settings: ReadNextSettings, signals: Signals, seeds: Sequence[str] | None = None
) -> pl.DataFrame:
    """Find what may follow each seed, with its score, before any rule on the slate.

    Parameters
    ----------
    index
        The edition's text index.
    settings
        Size of the pool, weights, and threads.
    signals
        What readers went on to read.
    seeds
        Article ids of the corpus; None for all.

    Returns
    -------
    pl.DataFrame
        `seed_article_id`, `article_id`, `score`, `text_similarity`, `next_reads`, `read_share`, `popular_share`,
        `recency_factor`, `age_days`, `section`, `story_id`, `is_own_story`: the `pool` nearest of each seed by text,
        and what was read after it, without the seed itself and the other articles of its translation group.
    """
    articles = index.corpus.articles.select(_ARTICLE_COLUMNS)
    known = articles["article_id"]
    rows = np.arange(len(known)) if seeds is None else np.flatnonzero(known.is_in(list(seeds)).to_numpy())
    near = find_near(index, settings, rows)
    # Another edition's readers say nothing of what is popular in this one.
    is_here = pl.col("article_id").is_in(known.implode())
    followed = signals.next_reads.filter(pl.col("seed_article_id").is_in(known.gather(rows).implode()), is_here)
    pinned = signals.pair_pins(known.gather(rows)).drop("slot").unique()
    pairs = _join_followed(index, near, pl.concat([followed, pinned], how="diagonal"), pinned)
    popular = signals.popularity.filter(is_here)
    popular = popular.with_columns(pl.col("popularity") / pl.max_horizontal(pl.sum("popularity"), 1e-300))
    pairs = pairs.join(popular, on="article_id", how="left", maintain_order="left")
    blended = blend(
        fill_masses(pairs.with_columns(pl.col("popularity").fill_null(0.0))),
        sum_seeds(followed),
        popularity_weight=settings.popularity_weight,
        sharpness=settings.sharpness,
    )
    score = (pl.col("estimate") * pl.col("recency_factor")).round(_DECIMALS)
    return blended.select(*_PAIR_COLUMNS, "is_own_story", "next_reads", *_SHARES, score.alias("score"))


def find_near(index: TextIndex, settings: ReadNextSettings, rows: NDArray[np.int64] | None = None) -> pl.DataFrame:
    """Find what is nearest by text among the candidates: `seed`, `row`, `text_similarity`."""
    articles = index.corpus.articles
    rows = np.arange(articles.height) if rows is None else rows
    if index.near is not None:
        return index.near.filter(pl.col("seed").is_in(rows))
    candidate_rows = np.flatnonzero(articles["is_candidate"].to_numpy())
    # One place more: the seed is its own nearest neighbour.
    found = find_nearest(index.vectors[rows], index.vectors[candidate_rows], POOL + 1, settings.threads)
    found = found.filter(pl.col("score") >= FAINTEST)
    near = pl.DataFrame(
        {
            "seed": rows[found["seed"].to_numpy()],
            "row": candidate_rows[found["candidate"].to_numpy()],
            "text_similarity": found["score"],
        }
    )
    others = near.filter(pl.col("seed") != pl.col("row"))
    return others.filter(pl.int_range(pl.len()).over("seed") < POOL)


def _join_followed(index: TextIndex, near: pl.DataFrame, followed: pl.DataFrame, pinned: pl.DataFrame) -> pl.DataFrame:
    """Join what is near by text and what was read next, and describe the pairs."""
    articles = index.corpus.articles.select(_ARTICLE_COLUMNS).with_row_index("row").cast({"row": pl.Int64})
    places = articles.select("row", "article_id")
    read = followed.join(places, on="article_id").join(
        places.rename({"row": "seed", "article_id": "seed_article_id"}), on="seed_article_id"
    )
    # A pinned pair may have been read too: of the two rows the one with reads counts.
    read = read.sort("next_reads", descending=True, nulls_last=True).unique(["seed", "row"], keep="first")
    pairs = near.join(read.drop("seed_article_id", "article_id"), on=["seed", "row"], how="full", coalesce=True)
    pairs = pairs.sort("seed", "row").join(articles, on="row", maintain_order="left")
    seeds = articles.select("row", "article_id", "translation_group", "story_id")
    pairs = pairs.join(
        seeds.rename(lambda name: f"seed_{name}"), left_on="seed", right_on="seed_row", maintain_order="left"
    )
    is_seed = pl.col("article_id") == pl.col("seed_article_id")
    is_translation = (pl.col("translation_group") == pl.col("seed_translation_group")).fill_null(value=False)
    pins = pinned.with_columns(is_pinned=pl.lit(value=True))
    pairs = pairs.join(pins, on=pinned.columns, how="left", maintain_order="left")
    # An editor may pin what is too old to be found.
    pairs = pairs.filter(pl.col("is_candidate") | pl.col("is_pinned"), ~(is_seed | is_translation))
    # The seed's own story is what Coverage shows.
    is_own = (pl.col("story_id") == pl.col("seed_story_id")).fill_null(value=False)
    pairs = pairs.with_columns(is_own_story=is_own)
    return pairs.with_columns(text_similarity=_fill_similarity(index.vectors, pairs))


def _fill_similarity(vectors: sparse.csr_array, pairs: pl.DataFrame) -> pl.Series:
    """Compare the texts of the pairs that are not among the nearest."""
    similarity = pairs["text_similarity"].to_numpy(writable=True)
    unknown = np.flatnonzero(np.isnan(similarity))
    seeds, rows = pairs["seed"].to_numpy()[unknown], pairs["row"].to_numpy()[unknown]
    for start in range(0, len(unknown), _BLOCK):
        block = slice(start, start + _BLOCK)
        similarity[unknown[block]] = vectors[seeds[block]].multiply(vectors[rows[block]]).sum(axis=1).round(6)
    return pl.Series("text_similarity", similarity)


def recommend_all(
    articles: pl.DataFrame,
    settings: ReadNextSettings,
    as_of: datetime,
    signals: Signals = NO_SIGNALS,
    *,
    store: Store | None = None,
) -> pl.DataFrame:
    """Choose what to read next after every live article.

    Parameters
    ----------
    articles
        One row per article: `article_id`, `language` (nullable), `edition`, `title`, `summary`, `body`,
        `section`, `tags` (list), `content_type`, `published_at` (naive UTC), `status`, `translation_group`,
        `story_id` (nullable).
    settings
        How to choose.
    as_of
        The moment the result describes, naive UTC.
    signals
        What readers went on to read, what editors said, and what stood there before.
    store
        Where vectors and neighbours are kept from run to run.

    Returns
    -------
    pl.DataFrame
        `seed_article_id`, `tab`, `rank` (from 1), `article_id`, `score`, `text_similarity`, `next_reads`,
        `read_share`, `recency_factor`, `age_days` (of the item, at `as_of`), `basis`, `shared_tags`,
        `shared_terms`; sorted by seed, tab and rank. Ranks past the settings' length are a reserve.
    """
    slates = [_recommend(corpus, settings, signals, None, store) for corpus in read_corpora(articles, settings, as_of)]
    return pl.concat([pl.DataFrame(schema=_COLUMNS), *slates]).sort("seed_article_id", "tab", "rank")


def recommend_one(  # noqa: PLR0913 - as recommend_all, for one article
    articles: pl.DataFrame,
    settings: ReadNextSettings,
    as_of: datetime,
    article_id: str,
    signals: Signals = NO_SIGNALS,
    *,
    store: Store | None = None,
) -> pl.DataFrame:
    """Choose what to read next after one article: its rows of `recommend_all`.

    Raises
    ------
    UsageError
        Where the article is not live at `as_of`.
    """
    for corpus in read_corpora(articles, settings, as_of):
        if article_id in corpus.articles["article_id"]:
            return _recommend(corpus, settings, signals, article_id, store)
    moment = f"at {as_of:%Y-%m-%dT%H:%M:%SZ}"
    known = articles.filter(pl.col("article_id") == article_id)["status"].to_list()
    if not known:
        raise UsageError(f"Read Next knows no article {article_id}: a flash has none; check the id")
    state = "not published yet" if known == ["live"] else known[0]
    raise UsageError(f"{article_id} is {state} {moment}, and only a live article has a Read Next; check id and moment")


def _recommend(
    corpus: Corpus, settings: ReadNextSettings, signals: Signals, seed: str | None, store: Store | None
) -> pl.DataFrame:
    index = build_index(corpus, settings, store)
    if seed is None:
        index = replace(index, near=find_near(index, settings))
    seeds = corpus.articles["article_id"] if seed is None else pl.Series([seed])
    slates = []
    # A block of seeds at a time: what could follow takes a hundred times the room of what does.
    for block in seeds.to_frame("seed_article_id").iter_slices(_SEEDS):
        candidates = find_candidates(index, settings, signals, block["seed_article_id"].to_list())
        incumbents = signals.incumbents.join(block, on="seed_article_id", how="semi")
        alike = _find_alike(index, settings, candidates["article_id"])
        slates.append(choose_slates(candidates, settings, replace(signals, incumbents=incumbents), alike))
    chosen = pl.concat(slates)
    items = _recall_reasons(chosen, index, settings, store if seed is None else None)
    return items.select(pl.col(name).cast(dtype) for name, dtype in _COLUMNS.items())


def _find_alike(index: TextIndex, settings: ReadNextSettings, article_ids: pl.Series) -> pl.DataFrame:
    """Find how alike articles are that could stand in one list: near-duplicates, and with diversity all."""
    known = index.corpus.articles["article_id"]
    near = find_near(index, settings, np.flatnonzero(known.is_in(article_ids.unique().implode()).to_numpy()))
    if not settings.diversity:
        near = near.filter(pl.col("text_similarity") >= settings.near_duplicate_similarity)
    # Of a crowd of like texts one may be in the pool of the other alone.
    turned = near.select(seed="row", row="seed", text_similarity="text_similarity")
    near = pl.concat([near, turned]).unique(["seed", "row"])
    ids = {"seed_article_id": known.gather(near["seed"]), "article_id": known.gather(near["row"])}
    return pl.DataFrame({**ids, "text_similarity": near["text_similarity"]})


def _recall_reasons(
    items: pl.DataFrame, index: TextIndex, settings: ReadNextSettings, store: Store | None
) -> pl.DataFrame:
    """Add the reasons of each item: what is kept of pairs whose texts are what they were, the others found anew."""
    corpus, terms = index.corpus, settings.shared_terms

    def find(rows: pl.DataFrame) -> pl.DataFrame:
        return add_reasons(rows, corpus.articles, index.vectors, index.model, terms)

    if store is None or not index.name:
        return find(items)
    name = f"{index.name} {terms}"
    hashes = corpus.articles.select("article_id", item_hash="reason_hash")
    seed_hashes = hashes.rename({"article_id": "seed_article_id", "item_hash": "seed_hash"})
    hashed = items.join(hashes, on="article_id", maintain_order="left").join(
        seed_hashes, on="seed_article_id", maintain_order="left"
    )
    known = store.read_reasons(corpus, name)
    told = hashed.join(known, on=["seed_hash", "item_hash"])
    new = find(hashed.join(known, on=["seed_hash", "item_hash"], how="anti"))
    described = pl.concat([told, new.select(told.columns)])
    if new.height:
        store.write_reasons(corpus, name, described.unique(["seed_hash", "item_hash"]))
    return described
