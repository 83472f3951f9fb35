"""Measures what ranking costs, beside a decayed GROUP BY straight from the events.

Run it as ``scripts/bench rank``; ``READERSHIP_BENCH_EVENTS`` sets the number of events.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.rankings.job import score_articles
from analytics.rollups import roll_up_hours
from analytics.settings import ListSettings, Weights
from analytics.warehouse import Warehouse, open_warehouse

AS_OF = datetime(2026, 3, 14, 11, 30)  # noqa: DTZ001 - naive UTC inside
DAYS, ARTICLES, ROUNDS = 30, 20_000, 7
START = AS_OF - timedelta(days=DAYS)
BLOCK, DAY_US = 5_000_000, 86_400_000_000
LISTS = {
    "6 hours, window 48 hours": ListSettings("6h", "48h", 10),
    "6 hours, window 30 days": ListSettings("6h", "30d", 10, Weights()),
    "72 hours, window 30 days": ListSettings("72h", "30d", 10, Weights()),
}
NAIVE = """
select article_id, sum(pow(0.5, epoch_us($as_of::timestamp - occurred_at) / 3600000000 / $half_life_hours)) as score
from events.counted
where is_read and occurred_at > $from_at and occurred_at <= $as_of
group by article_id
order by score desc, article_id
"""


def fill(warehouse: Warehouse, events: int) -> None:
    """Fill the tables: popular articles get most of the reads, and most of them in their first hours."""
    dice = np.random.default_rng(7)
    ids = pl.Series("article_id", [f"a{n:05d}" for n in range(ARTICLES)])
    born_us = dice.integers(0, DAYS * DAY_US, ARTICLES)
    warehouse.append_frame("articles.article", make_articles(ids, born_us))
    for first in range(0, events, BLOCK):
        number = np.minimum(dice.zipf(1.3, min(BLOCK, events - first)) - 1, ARTICLES - 1)
        age_us = (dice.exponential(10 * 3600, len(number)) * 1e6).astype(np.int64)
        at_us = np.minimum(born_us[number] + age_us, DAYS * DAY_US - 1)
        warehouse.append_frame("events.counted", make_reads(ids.gather(number), at_us, first))
    warehouse.append("rollups/every_hour")


def make_articles(ids: pl.Series, born_us: NDArray[np.int64]) -> pl.DataFrame:
    return pl.DataFrame({"article_id": ids, "born_us": born_us}).select(
        "article_id",
        *(pl.lit("en").alias(name) for name in ("edition", "language")),
        url=pl.format("https://news.example/{}", "article_id"),
        title="article_id",
        content_type=pl.lit("article"),
        tags=pl.lit([], dtype=pl.List(pl.String)),
        authors=pl.lit([], dtype=pl.List(pl.String)),
        published_at=pl.lit(START) + pl.duration(microseconds="born_us"),
        status=pl.lit("live"),
        reading_minutes=1,
    )


def make_reads(article_ids: pl.Series, at_us: NDArray[np.int64], first: int) -> pl.DataFrame:
    labels = ("is_no_pageview", "is_prefetch", "is_staff", "is_declared_robot", "is_repeat")
    frame = pl.DataFrame({"article_id": article_ids, "at_us": at_us}).with_row_index("event_key", offset=first)
    return frame.select(
        pl.col("event_key").cast(pl.UInt64),
        pl.lit("pageview").alias("kind"),
        (pl.lit(START) + pl.duration(microseconds="at_us")).alias("occurred_at"),
        "article_id",
        *(pl.lit(value=False).alias(label) for label in labels),
        is_read=True,
        is_reader=True,
    ).sort("occurred_at")


def measure(work: Callable[[], pl.DataFrame]) -> tuple[float, pl.DataFrame]:
    """Give the median seconds of some rounds, the first one not counted, and the last result."""
    seconds, result = [], work()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def compare(warehouse: Warehouse, settings: ListSettings) -> tuple[float, float, float]:
    """Give seconds of the ranking and of the GROUP BY, and the largest relative difference of scores over 1."""
    params = {
        "as_of": AS_OF,
        "from_at": AS_OF - timedelta(seconds=settings.window_seconds),
        "half_life_hours": (settings.half_life_seconds or 0) / 3600,
    }
    ours, scored = measure(lambda: score_articles(warehouse, settings, AS_OF))
    naive, summed = measure(lambda: warehouse.query(NAIVE, params))
    both = scored.filter(pl.col("score") > 1).join(summed, on="article_id", suffix="_summed")
    difference = (pl.col("score") / pl.col("score_summed") - 1).abs().max()
    return ours, naive, float(both.select(difference).item())


def main() -> None:
    events = int(os.environ.get("READERSHIP_BENCH_EVENTS", "5000000"))
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(folder) / "warehouse.duckdb") as warehouse:
        fill(warehouse, events)
        started = time.perf_counter()
        roll_up_hours(warehouse, sorted({one.half_life_seconds or 0 for one in LISTS.values()} - {0}))
        print(f"{events:,} events, {ARTICLES:,} articles, {DAYS} days, {os.cpu_count()} cores")
        print(f"rolling up every hour, once: {time.perf_counter() - started:.1f} s")
        print("half-life                  rank     group by  ratio  largest difference")
        for name, settings in LISTS.items():
            ours, naive, difference = compare(warehouse, settings)
            print(f"{name:25}  {ours * 1000:5.0f} ms  {naive * 1000:5.0f} ms  {ours / naive:5.2f}  {difference:.0e}")


if __name__ == "__main__":
    main()
