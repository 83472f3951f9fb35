"""What a word says of an occasion: the words of every day say nothing, those of a few days much."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

# What is usual on a site shows within two weeks.
_ENOUGH_DAYS = 14
_SHARPNESS = 1.5


def learn_rarity(vectors: sparse.csr_array, published_at: pl.Series) -> NDArray[np.float64]:
    """Learn how rare the days are on which the terms of articles are written.

    Dividends, quarterly results and weather reports are written in the same words day by day: their texts are alike
    though they are about nothing in common. The words of an event come and go with it. A term of `d` of the `D` days
    on which anything was published has `(1 - h * ln d / ln D) ** 1.5`, with `h = min(1, D / 14)`: a short history
    says little about what is usual. Which figures this rests on: docs/decisions/0018-stories.md.

    Parameters
    ----------
    vectors
        Unit vectors of articles, shape (n_articles, n_terms).
    published_at
        When each was published (naive UTC).

    Returns
    -------
    ndarray of float, shape (n_terms,)
        1 of a term of one day, 0 of a term of every day.

    Examples
    --------
    >>> from datetime import datetime
    >>> days = pl.Series([datetime(2026, 3, 1), datetime(2026, 4, 1)])
    >>> vectors = sparse.csr_array([[0.6, 0.8, 0.0], [0.6, 0.0, 0.8]])
    >>> learn_rarity(vectors, days).round(2).tolist()
    [0.79, 1.0, 1.0]
    """
    if not len(published_at):
        return np.ones(vectors.shape[1])
    day = (published_at.dt.date().rank("dense").to_numpy() - 1).astype(np.int64)
    days = count_days(published_at)
    of_day = sparse.csr_array((np.ones(len(day), np.float32), (day, np.arange(len(day)))), shape=(days, len(day)))
    spread = np.maximum(np.bincount((of_day @ vectors).indices, minlength=vectors.shape[1]), 1)
    history = min(1.0, days / _ENOUGH_DAYS)
    rarity: NDArray[np.float64] = (1 - history * np.log(spread) / np.log(max(days, 2))) ** _SHARPNESS
    return rarity


def count_days(published_at: pl.Series) -> int:
    """Count the days on which anything was published."""
    return published_at.dt.date().n_unique()


def weigh_occasions(vectors: sparse.csr_array, rarity: NDArray[np.float64]) -> sparse.csr_array:
    """Weigh the terms of unit vectors by the rarity of their days, and make unit vectors of them again.

    An article of everyday words alone is all 0.

    Examples
    --------
    >>> weigh_occasions(sparse.csr_array([[0.6, 0.8]]), np.array([0.5, 1.0])).toarray().round(2).tolist()
    [[0.35, 0.94]]
    """
    weighed = sparse.csr_array(vectors, copy=True)
    weighed.data = weighed.data * rarity[weighed.indices]
    norms = np.sqrt(weighed.power(2).sum(axis=1))
    weighed.data = weighed.data / np.repeat(np.where(norms > 0, norms, 1), np.diff(weighed.indptr))
    return weighed
