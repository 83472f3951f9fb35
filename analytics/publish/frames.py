"""Rows as publishing asks for them."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import polars as pl


class FrameSource(Protocol):
    """What publishing asks of the warehouse."""

    def frame(self, name: str, **params: object) -> pl.DataFrame:
        """Run a statement of ``sql/`` and give its rows."""


def group_rows(frame: pl.DataFrame, *keys: str) -> dict[Any, list[dict[str, Any]]]:
    """Give the rows of each key, which stand together: a frame for each would cost more than all the rest.

    Examples
    --------
    >>> group_rows(pl.DataFrame({"a": ["x", "x", "y"], "b": [1, 2, 3]}), "a")["x"]
    [{'a': 'x', 'b': 1}, {'a': 'x', 'b': 2}]
    """
    return {key: list(rows) for key, rows in groupby(frame.iter_rows(named=True), key=itemgetter(*keys))}
