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

REASONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "seed_hash": pl.UInt64,
    "item_hash": pl.UInt64,
    "shared_tags": pl.List(pl.String),
    "shared_terms": pl.List(pl.String),
}
"""What is kept of reasons: by the texts, not by the articles, so that what changed is never taken for what it was."""
_FOUND_WITH = "found with"

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
            return now.save(path, key)
        return now

    def read_reasons(self, corpus: Corpus, name: str) -> pl.DataFrame:
        """Read the reasons that are kept of an edition: `seed_hash`, `item_hash`, `shared_tags`, `shared_terms`.

        Parameters
        ----------
        corpus : Corpus
            The edition.
        name : str
            Names what reasons were found with; there are none where it was something else.
        """
        path = self._name_reasons(corpus)
        try:
            if pl.read_parquet_metadata(path).get(_FOUND_WITH) == name:
                return pl.read_parquet(path).select(list(REASONS))
        except (OSError, pl.exceptions.PolarsError):
            pass  # none yet, or damaged: they are found again
        return pl.DataFrame(schema=REASONS)

    def write_reasons(self, corpus: Corpus, name: str, reasons: pl.DataFrame) -> None:
        """Keep reasons, in place of those there were."""
        path = self._name_reasons(corpus)
        waiting = path.with_name(f"{path.name}.new")
        reasons.select(list(REASONS)).write_parquet(waiting, compression="lz4", metadata={_FOUND_WITH: name})
        waiting.replace(path)

    def _name_reasons(self, corpus: Corpus) -> Path:
        return self._name(corpus).with_suffix(".reasons.parquet")

    def _name(self, corpus: Corpus) -> Path:
        """Name the file by a hash: an edition may be called anything."""
        told = f"{corpus.articles['edition'][0]} {corpus.language}"
        return self.folder / f"{blake2b(told.encode(), digest_size=8).hexdigest()}.npz"

    @staticmethod
    def _name_key(model: TermWeigher) -> str:
        """Name what an index depends on beside the articles: the model, and how hashes and words are made."""
        told = f"{sorted(model.parameters.items())} {pl.__version__} {np.__version__}"
        return blake2b(told.encode(), digest_size=16).hexdigest()
