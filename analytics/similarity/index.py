"""The articles of one edition with their vectors and nearest neighbours, kept from run to run.

A run with a few new articles costs what these cost: they are weighed with the words' weights as they stand, compared
with every other article once, and take their places in the lists of both sides. The weights are learned anew, and all
is compared again, when one article in fifty has changed since: what was learned from nearly the same articles is nearly
the same (docs/decisions/0019-neighbours-kept.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analytics.similarity.arrays_file import name_texts, pack_texts, read_arrays, unpack_texts, write_arrays
from analytics.similarity.neighbours import find_changed, find_nearest_all, take_rows
from analytics.similarity.weigher import PACKED, REFIT_SHARE, SMALL, TermWeigher

POOL = 60
"""Neighbours kept for each article."""
NOBODY = -1
"""Fills a pool that has fewer."""
FAINTEST = 0.05
"""A similarity below this one is none."""
_WORN = 20
_VERSION = 4
# All that is written once, and what stands beside it as articles come and go.
_WHOLE = ("hashes", "is_live", "is_found", "is_cut", "near", "similarities")
_SINCE = (*_WHOLE, "moved", "weights")
_ENTRIES = ("data", "indices", "indptr", "width")


@dataclass(frozen=True)
class NeighbourIndex:
    """Articles, their vectors, and for each the nearest others.

    Attributes
    ----------
    model : TermWeigher
        The fitted model, with the terms that came since.
    ids : ndarray of object, shape (n,)
        The articles, in the order they came; one that changed comes again.
    hashes : ndarray of uint64, shape (n,)
        Of their texts.
    is_live : ndarray of bool, shape (n,)
        False of an article that is gone, or that came again.
    is_found : ndarray of bool, shape (n,)
        False of an article that may stand in no list, such as one that is too old.
    vectors : csr_array of float32, shape (n_first, n_first_terms)
        Unit vectors of the first articles, which are many, in the first terms.
    added : csr_array of float32, shape (n - n_first, n_terms)
        Those of the articles that came since.
    near : ndarray of int32, shape (n, POOL)
        The nearest articles that may be found, nearest first, without the article itself; `NOBODY` where there are
        fewer.
    similarities : ndarray of float32, shape (n, POOL)
        Their cosines.
    is_cut : ndarray of bool, shape (n,)
        Whose pool has been full since all were compared with it: there may be others, fainter than its last.
    moved : ndarray of bool, shape (n,)
        Of which the neighbours are other ones than those of the file that all was last written to.
    changes : int
        Articles that came, changed or went since the model was fitted.
    written : str
        Names what that file holds; empty where there is none.
    """

    model: TermWeigher
    ids: NDArray[np.object_]
    hashes: NDArray[np.uint64]
    is_live: NDArray[np.bool_]
    is_found: NDArray[np.bool_]
    vectors: sparse.csr_array
    added: sparse.csr_array
    near: NDArray[np.int32]
    similarities: NDArray[np.float32]
    is_cut: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    changes: int = 0
    written: str = ""

    @classmethod
    def build(cls, model: TermWeigher, articles: pl.DataFrame, *, threads: int = 1) -> NeighbourIndex:
        """Fit the model and compare every article with every other.

        Parameters
        ----------
        model : TermWeigher
            Not yet fitted.
        articles : DataFrame
            `article_id`, `text_hash`, `is_candidate` and the model's fields.
        threads : int
            Threads of the product; the result does not depend on it.

        Examples
        --------
        >>> articles = pl.DataFrame({"article_id": ["a", "b", "c"], "text_hash": [1, 2, 3],
        ...                          "is_candidate": True, "title": ["Rain falls", "Rain stops", "Goal"]})
        >>> NeighbourIndex.build(TermWeigher(), articles).near[:, 0].tolist()
        [1, 0, -1]
        """
        vectors = _shrink(model.fit_transform(articles))
        is_found = articles["is_candidate"].to_numpy()
        near, similarities = find_nearest_all(vectors, POOL, FAINTEST, threads, is_found=is_found)
        return cls(
            model,
            articles["article_id"].to_numpy().astype(object),
            articles["text_hash"].cast(pl.UInt64).to_numpy(),
            np.ones(articles.height, dtype=bool),
            is_found.copy(),
            vectors,
            vectors[:0],
            near,
            similarities,
            near[:, -1] != NOBODY,
            np.zeros(articles.height, dtype=bool),
        )

    @overload
    def update(
        self, articles: pl.DataFrame, *, threads: int = 1, may_build: Literal[True] = True
    ) -> NeighbourIndex: ...

    @overload
    def update(self, articles: pl.DataFrame, *, threads: int = 1, may_build: bool) -> NeighbourIndex | None: ...

    def update(self, articles: pl.DataFrame, *, threads: int = 1, may_build: bool = True) -> NeighbourIndex | None:
        """Bring the index to these articles: what is new is compared with all, what is gone leaves.

        Parameters
        ----------
        articles : DataFrame
            All articles, as in `build`.
        threads : int
            As in `build`.
        may_build : bool
            Whether all may be made anew.

        Returns
        -------
        NeighbourIndex or None
            This one where nothing changed. One that is built anew where more than one article in fifty changed since
            the model was fitted, or where there are so few that it costs nothing; None where it may not be built.
        """
        place = self._place(articles)
        is_gone, is_found = self.is_live.copy(), np.zeros(len(self.ids), dtype=bool)
        is_gone[place.drop_nulls().to_numpy()] = False
        is_found[place.drop_nulls().to_numpy()] = articles["is_candidate"].filter(place.is_not_null()).to_numpy()
        changes = place.null_count() + int(is_gone.sum())
        is_worn = articles.height < SMALL or self.changes + changes > REFIT_SHARE * articles.height
        # An article that was too old is young again: the moment is an earlier one.
        if (changes and is_worn) or (is_found & ~self.is_found).any():
            return self.build(self.model.copy_unfitted(), articles, threads=threads) if may_build else None
        fresh, kept = articles.filter(place.is_null()), self._forget(is_gone, is_found)
        if kept is self and not fresh.height:
            return self
        now = kept._add(fresh, threads)._refill(threads)  # noqa: SLF001 - its own kind
        moved = np.ones(len(now.ids), dtype=bool)
        moved[: len(self.ids)] = self.moved | (now.near[: len(self.ids)] != self.near).any(axis=1)
        return replace(now, moved=moved, changes=self.changes + changes)

    def take(self, rows: NDArray[np.int64]) -> sparse.csr_array:
        """Take the vectors of some rows."""
        return take_rows(self._stack(), rows)

    def _stack(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Give the vectors in blocks of one width, one below the other."""
        width = len(self.model.terms_)
        return _widen(self.vectors, width), _widen(self.added, width)

    def locate(self, articles: pl.DataFrame) -> NDArray[np.int64]:
        """Give the row of each article."""
        return self._place(articles).to_numpy().astype(np.int64)

    def _place(self, articles: pl.DataFrame) -> pl.Series:
        rows = np.flatnonzero(self.is_live)
        ids = pl.Series(self.ids[rows], dtype=pl.String)
        known = pl.DataFrame({"article_id": ids, "text_hash": self.hashes[rows], "place": rows})
        asked = articles.select("article_id", pl.col("text_hash").cast(pl.UInt64))
        return asked.join(known, on=["article_id", "text_hash"], how="left", maintain_order="left")["place"]

    def _forget(self, is_gone: NDArray[np.bool_], is_found: NDArray[np.bool_]) -> NeighbourIndex:
        """Take out of every pool what may no longer be found; what was behind moves up."""
        lost = self.is_found & ~is_found
        if not lost.any() and not is_gone.any():
            return self
        near, similarities = self.near.copy(), self.similarities.copy()
        # The last row stands for nobody.
        is_lost = np.append(lost, False)[near]
        touched = np.flatnonzero(is_lost.any(axis=1))
        out = is_lost[touched]
        order = np.argsort(out, axis=1, kind="stable")
        near[touched] = np.take_along_axis(np.where(out, NOBODY, near[touched]), order, axis=1)
        similarities[touched] = np.take_along_axis(np.where(out, 0.0, similarities[touched]), order, axis=1)
        near[is_gone], similarities[is_gone] = NOBODY, 0.0
        is_live = self.is_live & ~is_gone
        return replace(self, is_live=is_live, is_found=is_found, near=near, similarities=similarities)

    def _add(self, fresh: pl.DataFrame, threads: int) -> NeighbourIndex:
        if not fresh.height:
            return self
        first, (model, new) = len(self.ids), self.model.extend_transform(fresh)
        vectors, added = replace(self, model=model)._stack()  # noqa: SLF001 - its own kind
        added = sparse.csr_array(sparse.vstack([added, _shrink(new)], format="csr"))
        is_live = np.concatenate([self.is_live, np.ones(fresh.height, dtype=bool)])
        is_found = np.concatenate([self.is_found, fresh["is_candidate"].to_numpy()])
        near, similarities = find_changed(
            (vectors, added),
            np.arange(first, len(is_live)),
            is_live,
            is_found,
            (self.near, self.similarities, self.is_cut),
            FAINTEST,
            threads,
        )
        return replace(
            self,
            model=model,
            ids=np.concatenate([self.ids, fresh["article_id"].to_numpy().astype(object)]),
            hashes=np.concatenate([self.hashes, fresh["text_hash"].cast(pl.UInt64).to_numpy()]),
            is_live=is_live,
            is_found=is_found,
            added=added,
            near=near,
            similarities=similarities,
            is_cut=np.append(self.is_cut, np.zeros(fresh.height, dtype=bool)) | (near[:, -1] != NOBODY),
        )

    def _refill(self, threads: int) -> NeighbourIndex:
        """Compare anew what has lost a third of its neighbours; a pool that was never full has none to come back."""
        size = (self.near != NOBODY).sum(axis=1)
        worn = np.flatnonzero(self.is_live & self.is_cut & (size < self.near.shape[1] - _WORN))
        if not len(worn):
            return self
        blocks, standing = self._stack(), (self.near, self.similarities, self.is_cut)
        near, similarities = find_changed(blocks, worn, self.is_live, self.is_found, standing, FAINTEST, threads)
        is_cut = self.is_cut | (near[:, -1] != NOBODY)
        is_cut[worn] = near[worn, -1] != NOBODY
        return replace(self, near=near, similarities=similarities, is_cut=is_cut)

    def save(self, path: Path, key: str) -> NeighbourIndex:
        """Write the index: all of it once, and from then on what changed since, to a second file beside the first.

        Each is written whole or not at all, and the second names the first.

        Parameters
        ----------
        path : Path
            The first file.
        key : str
            Names what the index was made with; `load` asks for the same.

        Returns
        -------
        NeighbourIndex
            This one, as it is kept.
        """
        since = _name_since(path)
        if self.written and self.written == _read_name(path):
            first, moved = self.vectors.shape[0], np.flatnonzero(self.moved)
            arrays = {name: getattr(self, name) for name in ("is_live", "is_found", "is_cut")}
            arrays |= {"hashes": self.hashes[first:]} | pack_texts("ids", self.ids[first:])
            arrays |= {"moved": moved, "near": self.near[moved], "similarities": self.similarities[moved]}
            known = self.vectors.shape[1]
            arrays |= pack_texts("terms", self.model.terms_[known:]) | {"weights": self.model.weights_[known:]}
            _write(since, self.written, self.changes, arrays | _take_apart(self.added))
            return self
        arrays = {name: getattr(self, name) for name in _WHOLE} | pack_texts("ids", self.ids)
        arrays |= self.model.pack() | {"key": np.array(key)}
        vectors = self.take(np.arange(len(self.ids)))
        told = blake2b(key.encode(), digest_size=16)
        for name in (*_WHOLE, *name_texts("ids")):
            told.update(np.ascontiguousarray(arrays[name]).data)
        written = told.hexdigest()
        _write(path, written, self.changes, arrays | _take_apart(vectors))
        since.unlink(missing_ok=True)
        nothing = np.zeros(len(self.ids), dtype=bool)
        return replace(self, vectors=vectors, added=vectors[:0], moved=nothing, written=written)

    @classmethod
    def load(cls, path: Path, key: str, model: TermWeigher) -> NeighbourIndex | None:
        """Read an index.

        Parameters
        ----------
        path : Path
            The first file, as given to `save`.
        key : str
            As it was saved with.
        model : TermWeigher
            Not fitted; takes what was learned.

        Returns
        -------
        NeighbourIndex or None
            None where there is no file, it is damaged, or it was made with something else: it is built anew then. Of a
            second file that is damaged nothing is taken: what it told is found again.
        """
        whole = _read(path, (*_WHOLE, *name_texts("ids"), *PACKED, "key"))
        if whole is None or str(whole["key"]) != key:
            return None
        model.unpack(whole)
        vectors, written = _put_together(whole), str(whole["written"])
        index = cls(
            model,
            vectors=vectors,
            added=vectors[:0],
            ids=unpack_texts("ids", whole),
            moved=np.zeros(len(whole["hashes"]), dtype=bool),
            changes=int(whole["changes"]),
            written=written,
            **{name: whole[name] for name in _WHOLE},
        )
        since = _read(_name_since(path), (*_SINCE, *name_texts("ids", "terms")))
        return index._follow(since) if since and str(since["written"]) == written else index

    def _follow(self, since: Mapping[str, NDArray[Any]]) -> NeighbourIndex:
        """Put what changed since over all that was written."""
        size, rows = len(since["is_live"]), since["moved"]
        moved, near = np.zeros(size, dtype=bool), np.full((size, POOL), NOBODY, np.int32)
        similarities = np.zeros((size, POOL), np.float32)
        near[: len(self.ids)], similarities[: len(self.ids)] = self.near, self.similarities
        near[rows], similarities[rows], moved[rows] = since["near"], since["similarities"], True
        model = copy(self.model)
        model.terms_ = np.concatenate([model.terms_, unpack_texts("terms", since)])
        model.weights_ = np.concatenate([model.weights_, since["weights"]])
        return replace(
            self,
            model=model,
            ids=np.concatenate([self.ids, unpack_texts("ids", since)]),
            hashes=np.concatenate([self.hashes, since["hashes"]]),
            is_live=since["is_live"],
            is_found=since["is_found"],
            is_cut=since["is_cut"],
            added=_put_together(since),
            near=near,
            similarities=similarities,
            moved=moved,
            changes=int(since["changes"]),
        )


def _name_since(path: Path) -> Path:
    return path.with_suffix(f".since{path.suffix}")


def _write(path: Path, written: str, changes: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    about = {"version": np.array(_VERSION), "written": np.array(written), "changes": np.array(changes)}
    write_arrays(path, {**about, **arrays})


def _read(path: Path, names: Iterable[str]) -> dict[str, NDArray[Any]] | None:
    """Read what `_write` wrote; None where there is nothing whole of this version."""
    found = read_arrays(path, ["version", "written", "changes", *_ENTRIES, *names])
    return found if found and int(found["version"]) == _VERSION else None


def _read_name(path: Path) -> str:
    """Read what a file holds, without reading it."""
    found = read_arrays(path, ["written"])
    return str(found["written"]) if found else ""


def _take_apart(vectors: sparse.csr_array) -> dict[str, NDArray[Any]]:
    return {name: getattr(vectors, name) for name in _ENTRIES[:-1]} | {"width": np.array(vectors.shape[1])}


def _put_together(parts: Mapping[str, NDArray[Any]]) -> sparse.csr_array:
    entries = (parts["data"], parts["indices"], parts["indptr"])
    return sparse.csr_array(entries, shape=(len(parts["indptr"]) - 1, int(parts["width"])))


def _widen(vectors: sparse.csr_array, width: int) -> sparse.csr_array:
    """Give vectors room for more terms."""
    entries = (vectors.data, vectors.indices, vectors.indptr)
    return sparse.csr_array(entries, shape=(vectors.shape[0], width))


def _shrink(vectors: sparse.csr_array) -> sparse.csr_array:
    """Halve the memory: a cosine is shown to six decimals."""
    entries = (vectors.data.astype(np.float32), vectors.indices.astype(np.int32), vectors.indptr.astype(np.int32))
    return sparse.csr_array(entries, shape=vectors.shape)
