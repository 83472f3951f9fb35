"""Keeps vectors and neighbours of each edition from run to run, in files of their own beside the warehouse.

They are made from the articles alone, and looked after by what the articles are now: to delete them costs one slow run.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analytics.similarity.arrays_file import name_file, read_arrays, write_arrays

REASONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "seed_hash": pl.UInt64,
    "item_hash": pl.UInt64,
    "shared_tags": pl.List(pl.String),
    "shared_terms": pl.List(pl.String),
}
"""What is kept of reasons: by the texts, not by the articles, so that what changed is never taken for what it was."""
_FOUND_WITH, _FRAME = "found_with", "frame"

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

        path, key, articles = self._name(corpus, "npz"), model.key, corpus.articles
        kept = NeighbourIndex.load(path, key, model)
        if kept:
            now = kept.update(articles, threads=threads, may_build=self.is_saving)
        else:
            now = NeighbourIndex.build(model, articles, threads=threads) if self.is_saving else None
        if self.is_saving and now and now is not kept:
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
        found = read_arrays(self._name(corpus, "reasons.npz"), [_FOUND_WITH, _FRAME])
        if found is None or str(found[_FOUND_WITH]) != name:
            return pl.DataFrame(schema=REASONS)
        return pl.read_ipc(found[_FRAME].tobytes()).select(list(REASONS))

    def write_reasons(self, corpus: Corpus, name: str, reasons: pl.DataFrame) -> None:
        """Keep reasons, in place of those there were."""
        frame = BytesIO()
        reasons.select(list(REASONS)).write_ipc(frame, compression="lz4")
        arrays = {_FOUND_WITH: np.array(name), _FRAME: np.frombuffer(frame.getvalue(), np.uint8)}
        write_arrays(self._name(corpus, "reasons.npz"), arrays)

    def _name(self, corpus: Corpus, kind: str) -> Path:
        return name_file(self.folder, corpus.articles["edition"][0], corpus.language, kind)
