"""Nearest neighbours by cosine, exactly: a sparse product that keeps the best of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DECIMALS = 6
_BLOCK = 512


def find_nearest(seeds: sparse.csr_array, candidates: sparse.csr_array, count: int, threads: int = 1) -> pl.DataFrame:
    """Find for each seed the candidates with the largest scalar product above 0.

    Returns
    -------
    pl.DataFrame
        `seed` and `candidate` (row numbers) and `score`, at most `count` rows a seed; best first, equals by
        candidate. Scores are rounded to 6 decimals, so that the order is the same on every machine.

    Examples
    --------
    >>> rows = sparse.csr_array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    >>> find_nearest(rows[:1], rows, 2).rows()
    [(0, 0, 1.0), (0, 1, 0.6)]
    """
    if not candidates.shape[0]:
        return _frame([], [], [])
    best = sp_matmul_topn(
        sparse.csr_matrix(seeds), sparse.csr_matrix(candidates.T.tocsr()), top_n=count, n_threads=threads
    ).tocoo()
    return _frame(best.row, best.col, best.data)


def find_nearest_earlier(  # noqa: PLR0913 - two of them only an evaluation gives
    vectors: sparse.csr_array,
    published_at: NDArray[np.datetime64],
    count: int,
    within_days: float,
    threads: int = 1,
    *,
    queries: sparse.csr_array | None = None,
    seeds: NDArray[np.int64] | None = None,
) -> pl.DataFrame:
    """Find for each article the nearest of those published before it, by at most `within_days`.

    This is the view of an evaluation in time order: each article asks what there was when it appeared.

    Parameters
    ----------
    vectors
        The articles, as what is found.
    published_at
        When each appeared.
    count
        Items for each seed, at most.
    within_days
        How much older than its seed an item may be.
    threads
        Threads of the product.
    queries
        The articles as what asks, where that is another vector.
    seeds
        The rows that ask; all where none are given.

    Returns
    -------
    pl.DataFrame
        As `find_nearest`; `seed` and `candidate` are rows of `vectors`.

    Examples
    --------
    >>> rows = sparse.csr_array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    >>> days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[us]")
    >>> find_nearest_earlier(rows, days, 5, within_days=1.5).rows()
    [(1, 0, 0.6), (2, 1, 0.8)]
    """
    order = np.argsort(published_at, kind="stable")
    times, sorted_vectors = published_at[order], vectors[order]
    rows = order if seeds is None else order[np.isin(order, seeds)]
    window = np.timedelta64(round(within_days * 86_400_000_000), "us")
    first, last = (np.searchsorted(times, published_at[rows] - shift) for shift in (window, np.timedelta64(0, "us")))
    blocks = [pl.DataFrame(schema=_frame([], [], []).schema)]
    for start in range(0, len(rows), _BLOCK):
        stop = min(start + _BLOCK, len(rows))
        low, high = first[start], last[stop - 1]
        # A block shares one window; what is outside a seed's own is at most this many rows too many.
        surplus = (high - last[start]) + (first[stop - 1] - low)
        asking = (vectors if queries is None else queries)[rows[start:stop]]
        found = find_nearest(asking, sorted_vectors[low:high], count + surplus, threads)
        found = found.with_columns(pl.col("seed") + start, pl.col("candidate") + low)
        places = found["seed"].to_numpy(), found["candidate"].to_numpy()
        found = found.filter((places[1] >= first[places[0]]) & (places[1] < last[places[0]]))
        blocks.append(found.group_by("seed", maintain_order=True).head(count))
    nearest = pl.concat(blocks)
    return _frame(rows[nearest["seed"].to_numpy()], order[nearest["candidate"].to_numpy()], nearest["score"])


def _frame(seeds: object, candidates: object, scores: object) -> pl.DataFrame:
    schema = {"seed": pl.Int64, "candidate": pl.Int64, "score": pl.Float64}
    found = pl.DataFrame({"seed": seeds, "candidate": candidates, "score": scores}, schema=schema)
    return found.with_columns(pl.col("score").round(_DECIMALS)).sort(
        "seed", "score", "candidate", descending=[False, True, False]
    )
