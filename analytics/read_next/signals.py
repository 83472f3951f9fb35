"""What Read Next knows beside the articles: what was read next, what editors said, what stood there before."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from analytics.read_next.co_reading import MASSES

_MASSES = dict.fromkeys(MASSES, pl.Float64)
_PAIR = {"seed_article_id": pl.String, "article_id": pl.String}
SEED_SCOPE = "after="
"""How an editor's word about one pair names the article the reader is on, as a scope."""
LIST_NAME = "read-next"


def _empty(**columns: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=columns)


@dataclass(frozen=True)
class Signals:
    """What bears on the lists beside the articles.

    Attributes
    ----------
    next_reads : DataFrame
        `seed_article_id`, `article_id`, `next_reads`, `mass_0` to `mass_3`.
    popularity : DataFrame
        `article_id`, `popularity`: its share of all that was read next.
    incumbents : DataFrame
        `seed_article_id`, `tab`, `article_id`: what was shown before.
    pins : DataFrame
        `seed_article_id` (null: every seed), `article_id`, `slot`; the newest last.
    bans : DataFrame
        `seed_article_id` (null: every seed), `article_id`.
    """

    next_reads: pl.DataFrame = field(default_factory=lambda: _empty(**_PAIR, next_reads=pl.Int64, **_MASSES))
    popularity: pl.DataFrame = field(default_factory=lambda: _empty(article_id=pl.String, popularity=pl.Float64))
    incumbents: pl.DataFrame = field(default_factory=lambda: _empty(**_PAIR, tab=pl.String))
    pins: pl.DataFrame = field(default_factory=lambda: _empty(**_PAIR, slot=pl.Int64))
    bans: pl.DataFrame = field(default_factory=lambda: _empty(**_PAIR))

    def pair_pins(self, seeds: pl.Series) -> pl.DataFrame:
        """Give the pinned pairs of some seeds, the newest first: `seed_article_id`, `article_id`, `slot`.

        Of two pins of one pair, such as one after every article and one after this, the newer one holds.
        """
        pins = self.pins.with_row_index("place")
        everywhere = pins.filter(pl.col("seed_article_id").is_null()).drop("seed_article_id")
        every = seeds.unique().sort().to_frame("seed_article_id").join(everywhere, how="cross")
        own = pins.filter(pl.col("seed_article_id").is_in(seeds.implode()))
        both = pl.concat([own, every.select(own.columns)]).filter(pl.col("seed_article_id") != pl.col("article_id"))
        both = both.sort("place", "seed_article_id", descending=[True, False])
        return both.unique(["seed_article_id", "article_id"], keep="first", maintain_order=True).drop("place")


NO_SIGNALS = Signals()
"""Where nothing is known but the articles."""
