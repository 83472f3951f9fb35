"""Keeps vectors and neighbours of each edition from run to run, in files of their own beside the warehouse.

They are made from the articles alone, and looked after by what the articles are now: to delete them costs one slow run.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from analytics.read_next.corpus import Corpus
    from analytics.similarity.index import NeighbourIndex
    from analytics.similarity.weigher import TermWeigher


@dataclass(frozen=True)
class Store:
    """The kept vectors and neighbours of a workspace.

    Attributes
    ----------
    folder : Path
        Where the files are; made where it is missing.
    is_saving : bool
        Whether what was brought up to date is written back; else what would have to be made anew is not.
    """

    folder: Path
    is_saving: bool = False

    def take_up(self, corpus: Corpus, model: TermWeigher, threads: int) -> NeighbourIndex | None:
        """Bring what is kept of an edition up to date.

        Returns
        -------
        NeighbourIndex or None
            None where nothing that could be used is kept, and nothing is to be.
        """
        from analytics.similarity.index import NeighbourIndex  # noqa: PLC0415 - most commands compare no text

        path, key = self._name(corpus), self._name_key(model)
        articles = corpus.articles
        kept = NeighbourIndex.load(path, key, model)
        if kept:
            now = kept.update(articles, threads=threads, may_build=self.is_saving)
        else:
            now = NeighbourIndex.build(model, articles, threads=threads) if self.is_saving else None
        if self.is_saving and now and now is not kept:
            self.folder.mkdir(parents=True, exist_ok=True)
            now.save(path, key)
        return now

    def _name(self, corpus: Corpus) -> Path:
        """Name the file by a hash: an edition may be called anything."""
        told = f"{corpus.articles['edition'][0]} {corpus.language}"
        return self.folder / f"{blake2b(told.encode(), digest_size=8).hexdigest()}.npz"

    @staticmethod
    def _name_key(model: TermWeigher) -> str:
        """Name what an index depends on beside the articles: the model, and how hashes and words are made."""
        told = f"{sorted(model.parameters.items())} {pl.__version__} {np.__version__}"
        return blake2b(told.encode(), digest_size=16).hexdigest()
