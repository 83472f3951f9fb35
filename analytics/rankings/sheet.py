"""The lists of many scopes on one sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

_SCOPES: dict[str, type[pl.DataType] | pl.DataType] = {
    "scope": pl.String,
    "basis": pl.String,
    "half_life_seconds": pl.Int64,
}
_ITEMS: dict[str, type[pl.DataType] | pl.DataType] = {
    "scope": pl.String,
    "rank": pl.Int32,
    "article_id": pl.String,
    "score": pl.Float64,
    "reads": pl.Int64,
    "readers": pl.Int64,
    "shares": pl.Int64,
    "basis": pl.String,
    "rules": pl.List(pl.String),
    "is_withheld": pl.Boolean,
}


@dataclass(frozen=True)
class Sheet:
    """The lists of many scopes.

    Attributes
    ----------
    scopes : DataFrame
        One row a scope: `scope`, `basis` the list is filled from, `half_life_seconds` of its scores.
    items : DataFrame
        `scope`, `rank`, `article_id`, `score`, `reads`, `readers`, `shares`, `basis`, `rules`, `is_withheld`.
    """

    scopes: pl.DataFrame
    items: pl.DataFrame

    @classmethod
    def of(cls, scopes: Sequence[str], basis: str, half_life_seconds: int | None, items: pl.DataFrame) -> Self:
        """Make the sheet of scopes whose lists are filled from one basis."""
        rows = {"scope": scopes, "basis": basis, "half_life_seconds": half_life_seconds}
        return cls(pl.DataFrame(rows, schema=_SCOPES), items.select(*_ITEMS))

    @classmethod
    def join(cls, parts: Iterable[Self]) -> Self:
        """Lay sheets of different scopes together."""
        each = [cls(pl.DataFrame(schema=_SCOPES), pl.DataFrame(schema=_ITEMS)), *parts]
        return cls(pl.concat([one.scopes for one in each]), pl.concat([one.items for one in each]))


def give_slots(best: pl.DataFrame, basis: str, *, is_withheld: bool) -> pl.DataFrame:
    """Give each scope's articles their slots, as `fill_slots` does without rules and pins.

    Parameters
    ----------
    best : DataFrame
        With `scope`, `article_id`, `score`, `reads`, `readers`, `shares`; each scope's in their order.
    basis : str
        What they are filled from.
    is_withheld : bool
        Whether their counts are kept to ourselves.

    Examples
    --------
    >>> rows = {"scope": ["site", "site"], "article_id": ["b", "a"], "score": [2.0, 1.0]}
    >>> best = pl.DataFrame(rows | dict.fromkeys(("reads", "readers", "shares"), [1, 1]))
    >>> give_slots(best, "24h", is_withheld=True).select("rank", "article_id", "basis").rows()
    [(1, 'b', '24h'), (2, 'a', '24h')]
    """
    return best.select(
        "scope",
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("scope").alias("rank"),
        "article_id",
        "score",
        "reads",
        "readers",
        "shares",
        pl.lit(basis).alias("basis"),
        pl.lit([], dtype=pl.List(pl.String)).alias("rules"),
        pl.lit(is_withheld).alias("is_withheld"),
    )
