"""Nearest neighbours by cosine, exactly: a sparse product that keeps the best of each row."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DECIMALS = 6
_BLOCK = 512
# By the heaviest words of both sides the nearest are found among a few more, which are then compared whole.
_RETRIEVED_BY = 75
_SPARE = 6
# What is faint by the heaviest words of one side may be less so by all; by half of it, it is not.
_GLIMPSE = 0.6
_RESCORED = 32
_SLICE = 2_048


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


def find_nearest_all(  # noqa: PLR0913 - two of them narrow what is found
    vectors: sparse.csr_array,
    count: int,
    faintest: float,
    threads: int = 1,
    *,
    is_found: NDArray[np.bool_] | None = None,
    windows: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find for each row the other rows with the largest cosine.

    Candidates are found by the 75 heaviest terms of both sides and then compared by all their terms: the cosines are
    exact, and what `benchmarks/read_next.py` shows of the nearest 20 is all that an exhaustive search finds.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, n_terms).
    count
        Neighbours for each row.
    faintest
        A cosine below this is none.
    threads
        Threads of the product.
    is_found
        Which rows may be found; all where none are given.
    windows
        For each row the first that it may find and the one after the last, both ascending; all where none are given.

    Returns
    -------
    tuple of ndarray
        The rows, nearest first, of equals the lower, and their cosines, both of shape (n, count); -1 and 0 where there
        are fewer.

    Examples
    --------
    >>> rows = sparse.csr_array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    >>> near, cosines = find_nearest_all(rows, 2, 0.01)
    >>> near.tolist()
    [[1, -1], [2, 0], [1, -1]]
    """
    size = vectors.shape[0]
    near, cosines = np.full((size, count), -1, np.int32), np.zeros((size, count), np.float32)
    if not size:
        return near, cosines
    light = keep_heaviest(vectors, _RETRIEVED_BY)
    offered = light if is_found is None else _blank(light, ~is_found)
    first, last = windows or (np.zeros(size, dtype=np.int64), np.full(size, size))
    turned = None if windows else sparse.csr_matrix(offered.T.tocsr())
    for start in range(0, size, _SLICE):
        stop = min(start + _SLICE, size)
        low, high = int(first[start]), int(last[stop - 1])
        # A slice shares one window: of what it finds outside a row's own there may be as many as the windows differ.
        shared = (high - low) / max(int((last[start:stop] - first[start:stop]).min()), 1)
        found = sp_matmul_topn(
            sparse.csr_matrix(light[start:stop]),
            turned if turned is not None else sparse.csr_matrix(offered[low:high].T.tocsr()),
            top_n=round((count + 1 + _SPARE) * shared),
            threshold=_GLIMPSE * faintest,
            n_threads=threads,
        )
        rows = np.arange(start, stop)
        seeds, others = np.repeat(rows, np.diff(found.indptr)), found.indices.astype(np.int64) + low
        inside = (others >= first[seeds]) & (others < last[seeds])
        pairs = seeds[inside], others[inside]
        near[rows], cosines[rows] = _fill_pools(
            pairs, _compare(vectors, vectors, pairs, threads), rows, count, faintest
        )
    return near, cosines


def find_changed(  # noqa: PLR0913, PLR0917 - what there was, and what is new
    blocks: Sequence[sparse.csr_array],
    changed: NDArray[np.int64],
    is_live: NDArray[np.bool_],
    is_found: NDArray[np.bool_],
    standing: tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]],
    faintest: float,
    threads: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Compare changed rows with all live ones, and give them their places in the pools of both sides.

    Parameters
    ----------
    blocks
        Unit vectors of all rows, one block below another, n rows in all.
    changed
        The rows that are new, in ascending order; those from the end of `standing` on must be among them.
    is_live, is_found
        Which rows have a pool, and which may stand in one, shape (n,).
    standing
        The pools of the rows there were, as `find_nearest_all` gives them, and which of them were cut: there may be
        others, fainter than the last, so none that is as faint takes a place that became free.
    faintest
        As there.
    threads
        As there.

    Returns
    -------
    tuple of ndarray
        The pools of all rows.
    """
    size, count = len(is_live), standing[0].shape[1]
    near, cosines = np.full((size, count), -1, np.int32), np.zeros((size, count), np.float32)
    known = len(standing[0])
    near[:known], cosines[:known], is_cut = standing
    bars = np.zeros(size, np.float32)
    bars[:known] = np.where(is_cut, _find_last(cosines[:known]), cosines[:known, -1])
    seeds, others, found = _find_pairs(blocks, changed, _GLIMPSE * faintest, threads)
    kept = is_live[seeds] & (seeds != others)
    seeds, others, found = seeds[kept], others[kept], np.round(found[kept], _DECIMALS)
    ahead = is_found[seeds]
    near[changed], cosines[changed] = _fill_pools((others[ahead], seeds[ahead]), found[ahead], changed, count, faintest)
    # The other direction: whoever is nearer than the last of a pool takes a place in it.
    is_changed = np.zeros(size, dtype=bool)
    is_changed[changed] = True
    enters = np.flatnonzero((found > bars[seeds]) & is_found[others] & ~is_changed[seeds])
    # One that is compared again may stand there already.
    enters = enters[~(near[seeds[enters]] == others[enters, None]).any(axis=1)]
    touched = np.unique(seeds[enters])
    old = near[touched]
    is_held = old.ravel() >= 0
    pairs = (
        np.concatenate([np.repeat(touched, count)[is_held], seeds[enters]]),
        np.concatenate([old.ravel()[is_held].astype(np.int64), others[enters]]),
    )
    scores = np.concatenate([cosines[touched].ravel()[is_held], found[enters]])
    near[touched], cosines[touched] = _fill_pools(pairs, scores, touched, count, faintest)
    return near, cosines


def _find_last(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the last cosine of each pool that is not 0."""
    last: NDArray[np.float32] = cosines[np.arange(len(cosines)), np.maximum((cosines > 0).sum(axis=1) - 1, 0)]
    return last


def _find_pairs(
    blocks: Sequence[sparse.csr_array], changed: NDArray[np.int64], glimpse: float, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Pair every row with the changed ones that are like it by their heaviest terms, and compare them whole."""
    asking = take_rows(blocks, changed)
    turned = sparse.csr_matrix(keep_heaviest(asking, _RETRIEVED_BY).T.tocsr())
    parts, first = [], 0
    for block in blocks:
        found = [np.zeros((2, 0), np.int32)]
        # The product copies what it is given: a slice at a time finds room that is free already.
        for start in range(0, block.shape[0], _SLICE):
            part = _view_rows(block, start, min(start + _SLICE, block.shape[0]))
            both = sp_matmul_topn(part, turned, top_n=len(changed), threshold=glimpse, n_threads=threads)
            rows = np.repeat(np.arange(start, start + part.shape[0], dtype=np.int32), np.diff(both.indptr))
            found.append(np.stack([both.indices, rows]))
        places, rows = np.concatenate(found, axis=1)
        order = np.argsort(places, kind="stable")
        places, rows = places[order], rows[order]
        parts.append((rows + first, changed[places], _compare(asking, block, (places, rows), threads)))
        first += block.shape[0]
    seeds, others, cosines = zip(*parts, strict=True)
    return np.concatenate(seeds), np.concatenate(others), np.concatenate(cosines)


def _view_rows(rows: sparse.csr_array, start: int, stop: int) -> sparse.csr_matrix:
    """Give some rows without copying them."""
    first, last = rows.indptr[start], rows.indptr[stop]
    entries = (rows.data[first:last], rows.indices[first:last], rows.indptr[start : stop + 1] - first)
    return sparse.csr_matrix(entries, shape=(stop - start, rows.shape[1]))


def take_rows(blocks: Sequence[sparse.csr_array], rows: NDArray[np.int64]) -> sparse.csr_array:
    """Take rows, in any order, of blocks of one width that lie one below another.

    Examples
    --------
    >>> blocks = [sparse.csr_array([[1.0], [2.0]]), sparse.csr_array([[3.0]])]
    >>> take_rows(blocks, np.array([2, 1])).toarray().ravel().tolist()
    [3.0, 2.0]
    """
    ends = np.cumsum([0, *(block.shape[0] for block in blocks)])
    owner = np.searchsorted(ends, rows, side="right") - 1
    taken = [block[rows[owner == place] - ends[place]] for place, block in enumerate(blocks)]
    stacked = sparse.csr_array(sparse.vstack(taken, format="csr"))
    order = np.argsort(owner, kind="stable")
    return stacked if (np.diff(order) == 1).all() else stacked[np.argsort(order)]


def _blank(rows: sparse.csr_array, which: NDArray[np.bool_]) -> sparse.csr_array:
    """Empty some rows."""
    return _keep_entries(rows, np.repeat(~which, np.diff(rows.indptr)))


def keep_heaviest(rows: sparse.csr_array, count: int) -> sparse.csr_array:
    """Keep the heaviest terms of each row; of equals, the first columns."""
    is_kept = np.ones(rows.nnz, dtype=bool)
    for row in np.flatnonzero(np.diff(rows.indptr) > count):
        start, end = rows.indptr[row], rows.indptr[row + 1]
        is_kept[start + np.argsort(-rows.data[start:end], kind="stable")[count:]] = False
    return _keep_entries(rows, is_kept)


def _keep_entries(rows: sparse.csr_array, is_kept: NDArray[np.bool_]) -> sparse.csr_array:
    ends = np.concatenate([[0], np.cumsum(is_kept)])[rows.indptr].astype(rows.indptr.dtype)
    return sparse.csr_array((rows.data[is_kept], rows.indices[is_kept], ends), shape=rows.shape)


def _compare(
    asking: sparse.csr_array,
    asked: sparse.csr_array,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    threads: int,
) -> NDArray[np.float32]:
    """Return the cosine of each pair of a row of the one and a row of the other; those of the first ascend."""
    seeds, others = pairs
    starts = np.searchsorted(
        seeds, np.arange(seeds[0] if len(seeds) else 0, (seeds[-1] if len(seeds) else -1) + 2, _RESCORED)
    )
    blocks = [slice(one, other) for one, other in pairwise([*starts.tolist(), len(seeds)]) if other > one]

    def compare(block: slice) -> NDArray[np.float32]:
        mine, theirs = seeds[block], others[block]
        first = int(mine[0])
        dense = asking[first : int(mine[-1]) + 1].toarray().ravel()
        lengths = asked.indptr[theirs + 1] - asked.indptr[theirs]
        ends = np.cumsum(lengths)
        places = np.arange(int(ends[-1])) + np.repeat(asked.indptr[theirs] - (ends - lengths), lengths)
        columns = asked.indices[places] + np.repeat((mine - first) * asked.shape[1], lengths)
        products = np.concatenate([dense[columns] * asked.data[places], np.zeros(1, np.float32)])
        sums = np.add.reduceat(products, ends - lengths)
        return np.where(lengths > 0, sums, 0).astype(np.float32)

    with ThreadPoolExecutor(max(threads, 1)) as pool:
        return np.concatenate([np.zeros(0, np.float32), *pool.map(compare, blocks)])


def _fill_pools(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    cosines: NDArray[np.float32],
    rows: NDArray[np.int64],
    count: int,
    faintest: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Sort pairs into one pool for each row: nearest first, of equals the lower row."""
    seeds, others = pairs
    cosines = np.round(cosines, _DECIMALS)
    kept = (cosines >= faintest) & (seeds != others)
    # Polars sorts these in a third of NumPy's time.
    ordered = pl.DataFrame({"seed": seeds[kept], "other": others[kept], "cosine": cosines[kept]}).sort(
        "seed", "cosine", "other", descending=[False, True, False]
    )
    seeds, others, cosines = (ordered[name].to_numpy() for name in ("seed", "other", "cosine"))
    place = np.searchsorted(rows, seeds)
    rank = np.arange(len(seeds)) - np.searchsorted(seeds, seeds)
    near, sorted_cosines = np.full((len(rows), count), -1, np.int32), np.zeros((len(rows), count), np.float32)
    fits = rank < count
    near[place[fits], rank[fits]] = others[fits]
    sorted_cosines[place[fits], rank[fits]] = cosines[fits]
    return near, sorted_cosines


def _frame(seeds: object, candidates: object, scores: object) -> pl.DataFrame:
    schema = {"seed": pl.Int64, "candidate": pl.Int64, "score": pl.Float64}
    found = pl.DataFrame({"seed": seeds, "candidate": candidates, "score": scores}, schema=schema)
    return found.with_columns(pl.col("score").round(_DECIMALS)).sort(
        "seed", "score", "candidate", descending=[False, True, False]
    )
