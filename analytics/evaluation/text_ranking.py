"""Ranks articles by their texts alone, the way Read Next compares them and the way plainer formulas do.

No floor, no rule, no recency: what is measured is how well a formula tells which texts are about the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from analytics.articles.text import WORD, stop_words
from analytics.read_next.settings import ReadNextSettings
from analytics.similarity.fields import KEYWORD_FIELDS
from analytics.similarity.neighbours import find_nearest, find_nearest_earlier
from analytics.similarity.weigher import TermWeigher

OURS, PLAIN, BM25 = "read-next", "plain TF-IDF", "BM25"
NEWEST = "newest"
# Robertson and Zaragoza, Foundations and Trends in Information Retrieval 3 (2009).
_K1, _B = 1.2, 0.75
LIST_SCHEMA = {"query": pl.String, "rank": pl.Int64, "article_id": pl.String, "score": pl.Float64}


@dataclass(frozen=True)
class Formula:
    """A way to compare texts, as two sets of vectors whose scalar product is the score.

    Attributes
    ----------
    name : str
        What it is called in a table.
    queries, candidates : csr_array
        One row for each article, in one order.
    """

    name: str
    queries: sparse.csr_array
    candidates: sparse.csr_array


def narrow_fields(articles: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Empty the columns of text that are not among the fields.

    Examples
    --------
    >>> narrow_fields(pl.DataFrame({"title": ["Rain"], "tags": [["rivers"]]}), ["title"]).rows()
    [('Rain', None)]
    """
    others = {"title", "summary", "body", *KEYWORD_FIELDS} - set(fields)
    return articles.with_columns(
        pl.lit(None, articles.schema[name]).alias(name) for name in sorted(others) if name in articles.columns
    )


def list_formulas(articles: pl.DataFrame, language: str, settings: ReadNextSettings) -> list[Formula]:
    """Compare whole articles with whole articles: by Read Next's formula first, then by the plainer ones."""
    vectors = TermWeigher.of_language(language, settings.field_weights, settings.name_weights).fit_transform(articles)
    return [Formula(OURS, vectors, vectors), *_list_plain(articles, articles, language)]


def list_probes(articles: pl.DataFrame, language: str, settings: ReadNextSettings) -> list[Formula]:
    """Compare the title of each article with the second half of every body."""
    halves = articles.select(body=pl.col("body").map_elements(cut_half, return_dtype=pl.String, skip_nulls=True))
    titles = articles.select("title")
    model = TermWeigher.of_language(language, settings.field_weights, settings.name_weights)
    texts = model.fit_transform(halves)
    return [Formula(OURS, model.transform(titles), texts), *_list_plain(titles, halves, language)]


def cut_half(body: str) -> str:
    """Return the second half of a text, from the first space after the middle character.

    Examples
    --------
    >>> cut_half("one two three four")
    'four'
    """
    return body[body.find(" ", len(body) // 2) + 1 :]


def rank_texts(formula: Formula, ids: pl.Series, seeds: Sequence[str], count: int, *, is_self: bool) -> pl.DataFrame:
    """Rank all articles for each seed, whatever their time.

    Parameters
    ----------
    formula : Formula
        How texts are compared.
    ids : Series
        The articles, in the order of its rows.
    seeds : sequence of str
        For which articles.
    count : int
        Items for each seed, at most.
    is_self : bool
        Whether the seed itself may be listed, as in a probe.

    Returns
    -------
    DataFrame
        `query`, `rank`, `article_id`, `score`.
    """
    rows = np.flatnonzero(ids.is_in(list(seeds)).to_numpy())
    found = find_nearest(formula.queries[rows], formula.candidates, count + (not is_self))
    columns = {"query": ids.gather(rows[found["seed"]]), "article_id": ids.gather(found["candidate"])}
    return _number(pl.DataFrame({**columns, "score": found["score"]}), count, is_self=is_self)


def rank_earlier_texts(
    formula: Formula, articles: pl.DataFrame, seeds: Sequence[str], count: int, within: timedelta
) -> pl.DataFrame:
    """Rank for each seed what had been published before it, by at most so much; as `rank_texts`."""
    ids, times = articles["article_id"], articles["published_at"].to_numpy()
    rows = np.flatnonzero(ids.is_in(list(seeds)).to_numpy())
    days = within / timedelta(days=1)
    found = find_nearest_earlier(formula.candidates, times, count, days, queries=formula.queries, seeds=rows)
    columns = {"query": ids.gather(found["seed"]), "article_id": ids.gather(found["candidate"])}
    return _number(pl.DataFrame({**columns, "score": found["score"]}), count, is_self=False)


def rank_newest(articles: pl.DataFrame, seeds: Sequence[str], count: int) -> pl.DataFrame:
    """Rank for each seed what had been published before it, the newest first; as `rank_texts`."""
    ordered = articles.sort("published_at", "article_id")
    ids, times = ordered["article_id"], ordered["published_at"].to_numpy()
    lists = [pl.DataFrame(schema={"query": pl.String, "article_id": pl.String})]
    for row in np.flatnonzero(ids.is_in(list(seeds)).to_numpy()):
        last = int(np.searchsorted(times, times[row]))
        newest = ids[max(last - count, 0) : last].reverse()
        lists.append(pl.DataFrame({"query": pl.repeat(ids[int(row)], len(newest), eager=True), "article_id": newest}))
    return _number(pl.concat(lists).with_columns(score=0.0), count, is_self=False)


def _list_plain(queries: pl.DataFrame, candidates: pl.DataFrame, language: str) -> list[Formula]:
    """Compare with what scikit-learn does by itself, and with BM25 of the same words."""
    stopped = sorted(stop_words(language)) or None
    asked, texts = _join_text(queries), _join_text(candidates)
    # Its own tokens are ours; a list of stop words that is spelled in another way than it cuts words is no fault.
    plain = TfidfVectorizer(stop_words=stopped, token_pattern=WORD)
    found = sparse.csr_array(plain.fit_transform(texts))
    counter = CountVectorizer(vocabulary=plain.vocabulary_, stop_words=stopped, token_pattern=WORD)
    counts = sparse.csr_array(counter.transform(texts), dtype=np.float64)
    return [
        Formula(PLAIN, sparse.csr_array(plain.transform(asked)), found),
        Formula(BM25, sparse.csr_array(counter.transform(asked), dtype=np.float64), _weigh_bm25(counts)),
    ]


def _weigh_bm25(counts: sparse.csr_array) -> sparse.csr_array:
    articles = counts.shape[0]
    df = np.bincount(counts.indices, minlength=counts.shape[1])
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    norm = np.repeat(1 - _B + _B * lengths / max(lengths.mean(), 1), np.diff(counts.indptr))
    weighed = counts.copy()
    idf = np.log(1 + (articles - df + 0.5) / (df + 0.5))
    weighed.data = idf[counts.indices] * counts.data * (_K1 + 1) / (counts.data + _K1 * norm)
    return weighed


def _join_text(articles: pl.DataFrame) -> list[str]:
    fields = [pl.col(name).fill_null("") for name in ("title", "summary", "body") if name in articles.columns]
    return articles.select(text=pl.concat_str(fields, separator=" "))["text"].to_list()


def _number(found: pl.DataFrame, count: int, *, is_self: bool) -> pl.DataFrame:
    kept = found if is_self else found.filter(pl.col("query") != pl.col("article_id"))
    ranked = kept.with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("query"))
    return ranked.filter(pl.col("rank") <= count).select(list(LIST_SCHEMA)).sort("query", "rank")


def measure_probe(lists: pl.DataFrame, queries: int) -> Mapping[str, float]:
    """Return the mean reciprocal rank, within ten, at which a title finds its own text."""
    own = lists.filter(pl.col("query") == pl.col("article_id"), pl.col("rank") <= 10)  # noqa: PLR2004 - MRR@10
    return {"queries": queries, "mrr_at_10": float((1 / own["rank"]).sum()) / max(queries, 1)}
