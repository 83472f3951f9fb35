"""The text model: TF-IDF over the fields of an article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from analytics.articles.text import normalise_words, stem_vocabulary, stop_words
from analytics.similarity.fields import FIELD_WEIGHTS, TITLE
from analytics.similarity.neighbours import keep_heaviest
from analytics.similarity.words import NumberedWords, number_words

# In a handful of articles every share is large: so many are never too common.
_ALWAYS_DF = 20
# A long article is about no more than a short one; it would only cost more.
_HEAVIEST = 200
_BLOCK, _TOKENS, _THREADS = 5_000, 1_000_000, 2


class FieldTfidf(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Unit vectors of articles: TF-IDF field by field, each field a unit vector, summed by weight.

    A term's weight in a field is `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1`, df counted over
    whole articles (Salton and Buckley, Information Processing and Management 24, 1988). Fields of very
    different length, such as title and body, keep the say their weight gives them. Of the
    sum the 200 heaviest terms stay, as a unit vector. Which figures these choices rest on:
    docs/decisions/0005-text-similarity.md.

    Parameters
    ----------
    language
        Primary language subtag: chooses stop words and stemmer.
    field_weights
        Column of text, or of keywords for `tags` and `section`, to its weight. An absent column is empty.
    name_weight
        Weight of a term that is always written with a capital, outside titles; in between for a term that
        sometimes is. 1 where names count like other words.
    max_df
        A word in a larger share of the articles is left out, if those are more than 20.
    max_keyword_df
        The same for keywords: a tag that everyone has says little.

    Attributes
    ----------
    terms_ : ndarray of str
        The term (stem, or `field:key` of a keyword) of each column, sorted.
    weights_ : ndarray of float, shape (n_terms,)
        The idf of each term, times the weight of names.

    Examples
    --------
    >>> articles = pl.DataFrame({"title": ["Iran votes", "Iran counts votes", "Rain"]})
    >>> vectors = FieldTfidf(language="en").fit_transform(articles)
    >>> (vectors @ vectors.T).toarray().astype(float).round(2).tolist()
    [[1.0, 0.73, 0.0], [0.73, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        language: str = "en",
        field_weights: Mapping[str, float] = FIELD_WEIGHTS,
        *,
        name_weight: float = 1.0,
        max_df: float = 0.5,
        max_keyword_df: float = 0.02,
    ) -> None:
        self.language = language
        self.field_weights = field_weights
        self.name_weight = name_weight
        self.max_df = max_df
        self.max_keyword_df = max_keyword_df

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002, N803
        """Learn the vocabulary and the weights of its terms from a frame of articles."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pl.DataFrame, y: object = None) -> sparse.csr_array:  # noqa: ARG002, N803
        """Learn from a frame of articles and return their unit vectors, shape (n_articles, n_terms)."""
        words = number_words(X, self._fields())
        terms = self._read_terms(words.forms)
        self.terms_ = terms.drop_nulls().unique().sort().to_numpy()
        columns = self._find_columns(terms)
        counts = self._count(words, columns)
        self.weights_ = self._learn_idf(counts) * self._learn_name_weights(words, columns)
        vectors = self._weigh(counts)
        kept = self.weights_ > 0
        self.terms_, self.weights_ = self.terms_[kept], self.weights_[kept]
        return sparse.csr_array(
            (vectors.data, (np.cumsum(kept) - 1).astype(np.int32)[vectors.indices], vectors.indptr),
            shape=(vectors.shape[0], len(self.terms_)),
        )

    def transform(self, X: pl.DataFrame) -> sparse.csr_array:  # noqa: N803
        """Return the unit vectors of a frame of articles, shape (n_articles, n_terms)."""
        check_is_fitted(self, "weights_")
        words = number_words(X, self._fields())
        return self._weigh(self._count(words, self._find_columns(self._read_terms(words.forms))))

    def find_forms(self, X: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:  # noqa: N803
        """Count the words as written behind terms.

        Parameters
        ----------
        X
            Articles.
        wanted
            `row` (of X) and `column`, one row per term asked for.

        Returns
        -------
        pl.DataFrame
            `row`, `column`, `word`, `count`.
        """
        check_is_fitted(self, "weights_")
        words = number_words(X, self._fields())
        columns = self._find_columns(self._read_terms(words.forms))
        rows = [np.repeat(np.arange(X.height), np.diff(ends)) for ends in words.ends]
        numbers = np.concatenate(words.numbers)
        found = pl.DataFrame({"row": np.concatenate(rows), "column": columns[numbers], "number": numbers})
        asked = wanted.select("row", "column").cast(pl.Int64)
        counted = found.join(asked, on=["row", "column"], how="semi").group_by(found.columns).agg(count=pl.len())
        return counted.select("row", "column", words.forms.gather(counted["number"]).alias("word"), "count")

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the term of each column."""
        check_is_fitted(self, "weights_")
        return self.terms_

    @property
    def is_keyword(self) -> NDArray[np.bool_]:
        """Which columns are keywords, shape (n_terms,)."""
        return np.array([":" in term for term in self.terms_], dtype=bool)

    def _fields(self) -> list[str]:
        return [name for name, weight in self.field_weights.items() if weight > 0]

    def _read_terms(self, forms: pl.Series) -> pl.Series:
        """Return the term of each word as written, null for a stop word."""
        plain = normalise_words(forms.to_list(), self.language)
        stems = stem_vocabulary(plain, self.language)
        stopped = stop_words(self.language)
        terms = [
            word if ":" in word else None if word in stopped else stem for word, stem in zip(plain, stems, strict=True)
        ]
        return pl.Series("term", terms, dtype=pl.String)

    def _find_columns(self, terms: pl.Series) -> NDArray[np.int32]:
        """Return the column of each term; where it has none, the number of columns."""
        known = pl.DataFrame({"term": self.terms_}, schema={"term": pl.String}).with_row_index("column")
        found = terms.to_frame().join(known, on="term", how="left", maintain_order="left")["column"]
        return found.fill_null(len(self.terms_)).to_numpy().astype(np.int32)

    def _count(self, words: NumberedWords, columns: NDArray[np.int32]) -> list[list[sparse.csr_array]]:
        """Count the terms of each text: block by block and field by field, shape (n_texts, n_terms)."""
        width, blocks = len(self.terms_), []
        for start in range(0, len(words.ends[0]) - 1, _BLOCK) or [0]:
            fields = []
            for numbers, all_ends in zip(words.numbers, words.ends, strict=True):
                ends = all_ends[start : start + _BLOCK + 1]
                found = columns[numbers[ends[0] : ends[-1]]]
                # Words without a term are counted in one column more, which is cut off.
                entries = (np.ones(len(found), np.float32), found, (ends - ends[0]).astype(np.int32))
                field = sparse.csr_array(entries, shape=(len(ends) - 1, width + 1))
                field.sum_duplicates()
                fields.append(field[:, :width])
            blocks.append(fields)
        return blocks

    def _learn_idf(self, counts: Sequence[Sequence[sparse.csr_array]]) -> NDArray[np.float64]:
        """Return the idf of each term, 0 for one that is too common."""
        articles = sum(block[0].shape[0] for block in counts)
        width = len(self.terms_)
        df = sum(np.bincount(sum(block[1:], block[0]).indices, minlength=width) for block in counts)
        share = np.where(self.is_keyword, self.max_keyword_df, self.max_df)
        is_common = df > np.maximum(share * articles, _ALWAYS_DF)
        return np.where(is_common, 0.0, np.log((1 + articles) / (1 + df)) + 1)

    def _learn_name_weights(self, words: NumberedWords, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the weight of each term as a name; titles may write every word with a capital."""
        uses = np.zeros(len(words.forms), dtype=np.int64)
        for name, numbers in zip(self._fields(), words.numbers, strict=True):
            if name != TITLE:
                for start in range(0, len(numbers), _TOKENS):
                    uses += np.bincount(numbers[start : start + _TOKENS], minlength=len(uses))
        initials = words.forms.str.slice(0, 1)
        capitals = uses * (initials != initials.str.to_lowercase()).to_numpy()
        width = len(self.terms_)
        share = np.bincount(columns, capitals, width + 1) / np.maximum(np.bincount(columns, uses, width + 1), 1)
        return 1 - (1 - self.name_weight) * share[:width]

    def _weigh(self, counts: Sequence[Sequence[sparse.csr_array]]) -> sparse.csr_array:
        """Weigh blocks of counts, in two threads: NumPy lets go of the interpreter while it works."""
        with ThreadPoolExecutor(_THREADS) as pool:
            return sparse.csr_array(sparse.vstack(list(pool.map(self._weigh_block, counts)), format="csr"))

    def _weigh_block(self, counts: Sequence[sparse.csr_array]) -> sparse.csr_array:
        fields = []
        for field, name in zip(counts, self._fields(), strict=True):
            weights = (1 + np.log(field.data)) * self.weights_[field.indices]
            weighted = sparse.csr_array((weights, field.indices, field.indptr), shape=field.shape)
            fields.append(_scale_to_unit(weighted, self.field_weights[name]))
        whole = sum(fields[1:], fields[0])
        whole.eliminate_zeros()
        # A cosine is shown to six decimals.
        return _scale_to_unit(keep_heaviest(whole, _HEAVIEST)).astype(np.float32)


def _scale_to_unit(rows: sparse.csr_array, length: float = 1.0) -> sparse.csr_array:
    place = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    norms = np.sqrt(np.bincount(place, np.square(rows.data), rows.shape[0]))
    return sparse.csr_array((length * rows.data / norms[place], rows.indices, rows.indptr), shape=rows.shape)
