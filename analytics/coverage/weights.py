"""What the articles of an edition are weighed with to find stories, kept from run to run.

To learn it, every text is read. A run with a few new articles reads these and those published near them alone: what was
learned from nearly the same articles is nearly the same (docs/decisions/0018-stories.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analytics.coverage.occasions import count_days, learn_rarity, weigh_occasions
from analytics.similarity.arrays_file import read_arrays, write_arrays
from analytics.similarity.weigher import PACKED, REFIT_SHARE, SMALL, TermWeigher
from analytics.similarity.words import add_summaries

_ARRAYS = ("key", *PACKED, "rarity", "days")


@dataclass(frozen=True)
class StoryWeights:
    """The weights of terms, and how rare their days are.

    Attributes
    ----------
    model : TermWeigher
        Fitted on all articles.
    rarity : ndarray of float, shape (n_terms,)
        As `learn_rarity` gives it.
    days : int
        Days on which anything was published.
    """

    model: TermWeigher
    rarity: NDArray[np.float64]
    days: int

    @classmethod
    def learn(cls, model: TermWeigher, articles: pl.DataFrame) -> tuple[StoryWeights, sparse.csr_array]:
        """Learn from all articles of an edition, and weigh them.

        Parameters
        ----------
        model : TermWeigher
            Not yet fitted.
        articles : DataFrame
            `published_at` (naive UTC) and the model's fields.

        Returns
        -------
        tuple of (StoryWeights, csr_array)
            What was learned, and the unit vectors of the articles.
        """
        vectors, published_at = model.fit_transform(add_summaries(articles)), articles["published_at"]
        rarity = learn_rarity(vectors, published_at)
        return cls(model, rarity, count_days(published_at)), weigh_occasions(vectors, rarity)

    def suits(self, published_at: pl.Series) -> bool:
        """Tell whether it was learned from nearly the articles that were published at these times.

        So it was where of the articles and of the days at most one in fifty came or went; for fewer than 2,000 articles
        it costs nothing to learn anew.
        """
        articles, days = len(published_at), count_days(published_at)
        worn = (abs(articles - self.model.articles_) / max(articles, 1), abs(days - self.days) / max(days, 1))
        return articles >= SMALL and max(worn) <= REFIT_SHARE

    def weigh(self, articles: pl.DataFrame) -> sparse.csr_array:
        """Weigh some articles; a word that nobody wrote before says much."""
        model, vectors = self.model.extend_transform(add_summaries(articles))
        new = np.ones(len(model.terms_) - len(self.rarity))
        return weigh_occasions(vectors, np.concatenate([self.rarity, new]))

    def save(self, path: Path) -> None:
        """Write it to a file."""
        about = {"key": np.array(self.model.key), "rarity": self.rarity, "days": np.array(self.days)}
        write_arrays(path, self.model.pack() | about)

    @classmethod
    def load(cls, path: Path, model: TermWeigher) -> StoryWeights | None:
        """Read what was saved by such a model; None where there is no such file, or it is damaged.

        Parameters
        ----------
        path : Path
            The file.
        model : TermWeigher
            Not fitted; takes what was learned.
        """
        found = read_arrays(path, _ARRAYS)
        if found is None or str(found["key"]) != model.key:
            return None
        model.unpack(found)
        return cls(model, found["rarity"], int(found["days"]))
