"""TF-IDF over the fields of an article: what is learned of a corpus, and the vectors it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from hashlib import blake2b
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analytics.articles.text import normalise_words, stem_vocabulary, stop_words
from analytics.similarity.arrays_file import name_texts, pack_texts, unpack_texts
from analytics.similarity.fields import FIELD_WEIGHTS, TITLE
from analytics.similarity.neighbours import keep_heaviest
from analytics.similarity.words import NumberedWords, number_words

# In a handful of articles every share is large: so many are never too common.
_ALWAYS_DF = 20
# A long article is about no more than a short one; it would only cost more.
_HEAVIEST = 200
# What is longer is no word: a picture in letters, or a text without spaces.
_LONGEST = 100
_WORDS = ("terms", "stopped", "common")
SMALL = 2_000
"""So few articles cost nothing to learn from anew."""
REFIT_SHARE = 0.02
"""What was learned holds until more than this share of the articles came or went since."""
PACKED = ("weights", "articles", *name_texts(*_WORDS))
"""The arrays that hold what was learned."""
_BLOCK, _TOKENS, _THREADS = 5_000, 1_000_000, 2


class TermWeigher:
    """Learns which words of a corpus say what about it, and gives each article its vector.

    All that `FieldTfidf` is, without scikit-learn, whose import takes as long as weighing a thousand articles. Its
    parameters and formula are told there.

    Attributes
    ----------
    terms_ : ndarray of str
        The term of each column, sorted; those that `extend` brought after them.
    weights_ : ndarray of float, shape (n_terms,)
        The weight of each term.
    stopped_ : ndarray of str
        The words that were left out because they say nothing about a subject.
    common_ : ndarray of str
        The terms that were left out because too many articles have them.
    articles_ : int
        The number of articles it was fitted on.
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

    @classmethod
    def of_language(cls, language: str, field_weights: Mapping[str, float], name_weights: Mapping[str, float]) -> Self:
        """Make the weigher of a language, in which names weigh what is set for it, else like other words."""
        return cls(language, field_weights, name_weight=name_weights.get(language, 1.0))

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002, N803 - as scikit-learn has it
        """Learn the vocabulary and the weights of its terms from a frame of articles."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pl.DataFrame, y: object = None) -> sparse.csr_array:  # noqa: ARG002, N803 - as scikit-learn has it
        """Learn from a frame of articles and return their unit vectors, shape (n_articles, n_terms)."""
        self.stopped_ = np.array(sorted(stop_words(self.language)), dtype=object)
        words = number_words(X, self._fields())
        terms = self._read_terms(words.forms)
        self.terms_ = terms.drop_nulls().unique().sort().to_numpy()
        columns = self._find_columns(terms)
        counts = self._count(words, columns)
        self.weights_ = self._learn_idf(counts) * self._learn_name_weights(words, columns)
        vectors = self._weigh(counts)
        kept = self.weights_ > 0
        self.common_, self.articles_ = self.terms_[~kept], X.height
        self.terms_, self.weights_ = self.terms_[kept], self.weights_[kept]
        return sparse.csr_array(
            (vectors.data, (np.cumsum(kept) - 1).astype(np.int32)[vectors.indices], vectors.indptr),
            shape=(vectors.shape[0], len(self.terms_)),
        )

    def transform(self, X: pl.DataFrame) -> sparse.csr_array:  # noqa: N803 - as above
        """Return the unit vectors of a frame of articles, shape (n_articles, n_terms)."""
        self._require_fitted()
        words = number_words(X, self._fields())
        return self._weigh(self._count(words, self._find_columns(self._read_terms(words.forms))))

    def extend_transform(self, X: pl.DataFrame) -> tuple[Self, sparse.csr_array]:  # noqa: N803 - as above
        """Return one that also knows the terms that only these articles have, as rare as they are among all.

        What is new in the news is a name that nobody wrote before. With it come the unit vectors of the articles.

        Examples
        --------
        >>> fitted = TermWeigher().fit(pl.DataFrame({"title": ["rain", "storm"]}))
        >>> fitted.extend_transform(pl.DataFrame({"title": ["storm Boris"]}))[0].terms_.tolist()
        ['rain', 'storm', 'bori']
        """
        self._require_fitted()
        wider = copy(self)
        return wider, wider._learn_new(X)  # noqa: SLF001 - its own kind

    def _learn_new(self, articles: pl.DataFrame) -> sparse.csr_array:
        words = number_words(articles, self._fields())
        terms = self._read_terms(words.forms)
        known = pl.Series([*self.terms_, *self.common_], dtype=pl.String)
        new = terms.drop_nulls().unique().sort()
        new = new.filter(~new.is_in(known.implode()))
        self.terms_ = np.concatenate([self.terms_, new.to_numpy()])
        columns = self._find_columns(terms)
        counts = self._count(words, columns)
        weights = self._learn_idf(counts, self.articles_) * self._learn_name_weights(words, columns)
        self.weights_ = np.concatenate([self.weights_, weights[len(self.weights_) :]])
        return self._weigh(counts)

    def find_forms(self, X: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:  # noqa: N803 - as above
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
        self._require_fitted()
        words = number_words(X, self._fields())
        columns = self._find_columns(self._read_terms(words.forms))
        rows = [np.repeat(np.arange(X.height), np.diff(ends)) for ends in words.ends]
        numbers = np.concatenate(words.numbers)
        found = pl.DataFrame({"row": np.concatenate(rows), "column": columns[numbers], "number": numbers})
        asked = wanted.select("row", "column").cast(pl.Int64)
        counted = found.join(asked, on=["row", "column"], how="semi").group_by(found.columns).agg(count=pl.len())
        return counted.select("row", "column", words.forms.gather(counted["number"]).alias("word"), "count")

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002 - as above
        """Return the term of each column."""
        self._require_fitted()
        return self.terms_

    @property
    def parameters(self) -> dict[str, Any]:
        """What it was made with."""
        names = ("language", "field_weights", "name_weight", "max_df", "max_keyword_df")
        return {name: getattr(self, name) for name in names}

    @property
    def key(self) -> str:
        """Names what vectors depend on beside the articles: what it was made with, and how words are made."""
        told = f"{sorted(self.parameters.items())} {pl.__version__} {np.__version__}"
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def pack(self) -> dict[str, NDArray[Any]]:
        """Give what was learned as arrays, named by `PACKED`."""
        arrays: dict[str, NDArray[Any]] = {"weights": self.weights_, "articles": np.array(self.articles_)}
        for name in _WORDS:
            arrays |= pack_texts(name, getattr(self, f"{name}_"))
        return arrays

    def unpack(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what another learned."""
        self.terms_, self.stopped_, self.common_ = (unpack_texts(name, arrays) for name in _WORDS)
        self.weights_, self.articles_ = arrays["weights"], int(arrays["articles"])

    def copy_unfitted(self) -> Self:
        """Make another with the same parameters."""
        return type(self)(**self.parameters)

    def _require_fitted(self) -> None:
        if not hasattr(self, "weights_"):
            from sklearn.exceptions import NotFittedError  # noqa: PLC0415 - only an error needs it

            raise NotFittedError(f"this {type(self).__name__} has learned nothing yet; call fit first")

    @property
    def is_keyword(self) -> NDArray[np.bool_]:
        """Which columns are keywords, shape (n_terms,)."""
        return np.array([":" in term for term in self.terms_], dtype=bool)

    def _fields(self) -> list[str]:
        return [name for name, weight in self.field_weights.items() if weight > 0]

    def _read_terms(self, forms: pl.Series) -> pl.Series:
        """Return the term of each word as written, null for a stop word and for what is no word."""
        plain = normalise_words(forms.to_list(), self.language)
        stems = stem_vocabulary(plain, self.language)
        stopped = set(self.stopped_)
        terms = [
            None if word in stopped or len(word) > _LONGEST else word if ":" in word else stem
            for word, stem in zip(plain, stems, strict=True)
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

    def _learn_idf(self, counts: Sequence[Sequence[sparse.csr_array]], others: int = 0) -> NDArray[np.float64]:
        """Return the idf of each term, 0 for one that is too common; so many other articles have none of them."""
        articles = others + sum(block[0].shape[0] for block in counts)
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
    norms[norms == 0] = 1  # of words that say nothing alone
    return sparse.csr_array((length * rows.data / norms[place], rows.indices, rows.indptr), shape=rows.shape)
