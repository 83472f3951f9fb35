"""What readers of an article went on to read, weighed by how long ago, and blended with what the texts say.

Counts of what was read next foretell best what will be; where a seed has few, they must not drown what else is known.
So each half-life backs off to the next longer one, and the longest to a prior of text and popularity.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

HALF_LIVES = (timedelta(minutes=7.5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=24))
"""The memories of what was read next, shortest first."""
TRUST = (80.0, 40.0, 20.0, 60.0)
"""For each memory, the reads of a seed that count as much as all that the longer memories say."""
SPAN = timedelta(minutes=5)
WINDOW = timedelta(days=7)
SECOND_WEIGHT, THIRD_WEIGHT = 50, 30
"""What the second and the third article after a seed count, in hundredths of the next."""
REVERSE_SHARE = 0.1
"""What a read in the other direction counts."""
_UNIT = 2**30
MASSES = [f"mass_{place}" for place in range(len(HALF_LIVES))]
"""The columns of the reads in each memory."""
_POPULAR = "mass_1"


def weigh_spans(as_of: datetime) -> pl.DataFrame:
    """Weigh the whole spans of the window before a moment, in each half-life, as whole numbers of 2^-30.

    Parameters
    ----------
    as_of : datetime
        Naive UTC. A span that is not over is left out.

    Returns
    -------
    DataFrame
        `span_start`, `weight_0` to `weight_3`.

    Examples
    --------
    >>> weigh_spans(datetime(2026, 3, 14, 12, 7)).sort("span_start").row(-1)[:2]
    (datetime.datetime(2026, 3, 14, 12, 0), 1073741824)
    """
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    last = midnight + (as_of - midnight) // SPAN * SPAN
    ages = np.arange(WINDOW // SPAN)
    weights = {
        f"weight_{place}": np.rint(_UNIT * 2.0 ** (-ages * (SPAN / half_life))).astype(np.int64)
        for place, half_life in enumerate(HALF_LIVES)
    }
    starts = [last - SPAN * (age + 1) for age in ages.tolist()]
    return pl.DataFrame({"span_start": starts, **weights}, schema_overrides={"span_start": pl.Datetime("us")})


def turn_back(next_reads: pl.DataFrame) -> pl.DataFrame:
    """Scale the sums of `read_next/next_read` to reads, and add the other direction at a tenth.

    Returns
    -------
    DataFrame
        `seed_article_id`, `article_id`, `next_reads`, `mass_0` to `mass_3`; sorted by the pair.
    """
    scaled = next_reads.with_columns(pl.col(name) / (100 * _UNIT) for name in MASSES)
    back = scaled.select(
        pl.col("article_id").alias("seed_article_id"),
        pl.col("seed_article_id").alias("article_id"),
        pl.lit(0, pl.Int64).alias("next_reads"),
        *(pl.col(name) * REVERSE_SHARE for name in MASSES),
    )
    pairs = pl.concat([scaled, back]).sort("seed_article_id", "article_id", "next_reads")
    return pairs.group_by("seed_article_id", "article_id", maintain_order=True).agg(pl.sum("next_reads", *MASSES))


def find_popularity(next_reads: pl.DataFrame) -> pl.DataFrame:
    """Give each article's share of all that was read next, in the second half-life: `article_id`, `popularity`."""
    flow = next_reads.sort("article_id", "seed_article_id").group_by("article_id", maintain_order=True)
    shares = flow.agg(popularity=pl.sum(_POPULAR))
    return shares.with_columns(pl.col("popularity") / max(shares["popularity"].sum(), 1e-300))


def blend(pairs: pl.DataFrame, totals: pl.DataFrame, *, popularity_weight: float, sharpness: float) -> pl.DataFrame:
    """Estimate for each pair how probably a reader of the seed who goes on goes on to the article.

    The prior shares out what is likely by text, `similarity ** sharpness`, and by popularity. Each memory, the longest
    first, then turns an estimate `p` into `(m + k * p) / (S + k)`, where `m` are the pair's reads in that memory, `S`
    the seed's, and `k` its trust: the smoothing of Mackay and Peto (Natural Language Engineering 1, 1995).

    Parameters
    ----------
    pairs : DataFrame
        `seed_article_id`, `article_id`, `text_similarity`, `popularity`, `mass_0` to `mass_3` (0 where nothing is
        known).
    totals : DataFrame
        `seed_article_id` and the sums of its masses over all articles, `mass_0` to `mass_3`.
    popularity_weight : float
        Share of the prior that is popularity's, from 0 to 1; all of it where a seed has no text in common with any.
    sharpness : float
        How much more likely the nearest texts are.

    Returns
    -------
    DataFrame
        The pairs with `estimate`, and how much of it is due to what was read next, `read_share`, and to popularity,
        `popular_share`; the text accounts for the rest.
    """
    likeness = pl.col("text_similarity") ** sharpness
    total = likeness.sum().over("seed_article_id")
    text_share = pl.when(total > 0).then(1 - popularity_weight).otherwise(0.0)
    popular = (1 - text_share) * pl.col("popularity")
    prior = text_share * likeness / pl.max_horizontal(total, 1e-300) + popular
    known = totals.rename({name: f"all_{name}" for name in MASSES})
    blended = pairs.join(known, on="seed_article_id", how="left", maintain_order="left").with_columns(
        pl.col(f"all_{name}").fill_null(0.0) for name in MASSES
    )
    blended = blended.with_columns(estimate=prior, read_share=pl.lit(0.0), popular_share=popular)
    for name, trust in zip(reversed(MASSES), reversed(TRUST), strict=True):
        whole = pl.col(f"all_{name}") + trust
        blended = blended.with_columns(
            estimate=(pl.col(name) + trust * pl.col("estimate")) / whole,
            read_share=(pl.col(name) + trust * pl.col("read_share")) / whole,
            popular_share=trust * pl.col("popular_share") / whole,
        )
    shares = pl.col("read_share", "popular_share") / pl.max_horizontal("estimate", 1e-300)
    return blended.with_columns(shares).drop(f"all_{name}" for name in MASSES)


def sum_seeds(next_reads: pl.DataFrame) -> pl.DataFrame:
    """Sum the reads of each seed over what was read next: `seed_article_id`, `mass_0` to `mass_3`."""
    return next_reads.group_by("seed_article_id", maintain_order=True).agg(pl.sum(*MASSES))


def fill_masses(pairs: pl.DataFrame) -> pl.DataFrame:
    """Fill what is not known of pairs with 0."""
    return pairs.with_columns(pl.col("next_reads").fill_null(0), *(pl.col(name).fill_null(0.0) for name in MASSES))
