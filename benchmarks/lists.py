"""Measures what all lists of a run cost, for every published scope, beside one decayed GROUP BY over the events.

Run it as ``scripts/bench lists``; ``READERSHIP_BENCH_EVENTS`` sets the number of events of the month.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.rankings.job import Moment, rank_lists
from analytics.rollups import roll_up_hours
from analytics.settings import load_settings
from analytics.warehouse import Warehouse, open_warehouse

AS_OF = datetime(2026, 3, 14, 12)  # noqa: DTZ001 - naive UTC inside
DAYS, ARTICLES, ROUNDS = 30, 20_000, 3
SECTIONS, REGIONS = 21, 7
BLOCK, DAY_US = 2_000_000, 86_400_000_000
KINDS = np.array(["pageview", "engaged", "share"])
NAIVE = """
select article_id, sum(pow(0.5, epoch_us($as_of::timestamp - occurred_at) / 3600000000 / 6)) as score
from events.counted
where is_read and occurred_at <= $as_of
group by article_id
order by score desc, article_id
limit 10
"""
NAIVE_MONTH = """
select article_id, count(*) as reads
from events.counted
where is_read and occurred_at > $as_of::timestamp - interval 30 day and occurred_at <= $as_of
group by article_id
order by reads desc, article_id
limit 10
"""
MONTH = """
select article_id, sum(reads) as reads
from rollups.article_hourly
where hour_start >= date_trunc('hour', $as_of::timestamp - interval 30 day) and hour_start < $as_of
group by article_id
order by reads desc, article_id
limit 10
"""


def fill(warehouse: Warehouse, events: int, articles: int, days: tuple[int, int]) -> None:
    """Add the events of some days: popular articles get most of them, and most of those in their first hours."""
    dice = np.random.default_rng(days[0] % 1000)
    first_us, span_us = days[0] * DAY_US, (days[1] - days[0]) * DAY_US
    born_us = np.random.default_rng(5).integers(0, DAYS * DAY_US, articles)
    ids = pl.Series("article_id", [f"a{n:06d}" for n in range(articles)])
    for first in range(0, events, BLOCK):
        size = min(BLOCK, events - first)
        number = np.minimum(dice.zipf(1.3, size) - 1, articles - 1)
        age_us = (dice.exponential(10 * 3600, size) * 1e6).astype(np.int64)
        # Two thirds come in an article's first hours, the others at any time.
        is_late = dice.random(size) < 1 / 3
        at_us = first_us + np.where(is_late, dice.integers(0, span_us, size), (born_us[number] + age_us) % span_us)
        warehouse.append_frame(
            "events.counted", _make_events(dice, ids.gather(number), at_us, events * (days[0] < 0) + first)
        )


def _make_events(dice: np.random.Generator, ids: pl.Series, at_us: NDArray[np.int64], first: int) -> pl.DataFrame:
    size = len(ids)
    kind = pl.Series("kind", KINDS[dice.choice(3, size, p=[0.6, 0.37, 0.03])])
    labels = ("clamped", "prefetch", "staff", "declared_robot", "data_centre", "repeat", "over_cap")
    frame = pl.DataFrame({"article_id": ids, "kind": kind, "at_us": at_us}).with_row_index("event_key", offset=first)
    start = pl.lit(AS_OF - timedelta(days=DAYS))
    is_read = pl.col("kind") == "pageview"
    return frame.select(
        pl.col("event_key").cast(pl.UInt64),
        "kind",
        "article_id",
        (start + pl.duration(microseconds="at_us")).alias("occurred_at"),
        *(pl.lit(value=False).alias(f"is_{label}") for label in labels),
        has_odd_agent=pl.lit(value=False),
        page_id=pl.lit(1, dtype=pl.Int32),
        visitor_key=pl.Series(dice.integers(1, 2**40, size) % max(size // 4, 1)).cast(pl.UInt64),
        network_key=pl.Series(dice.integers(0, 50_000, size)).cast(pl.UInt64),
        referrer_class=pl.Series(np.array(["internal", "search", "social", "direct"])[dice.integers(0, 4, size)]),
        device=pl.Series(np.array(["mobile", "desktop", "tablet"])[dice.integers(0, 3, size)]),
        credited_seconds=pl.when(pl.col("kind") == "engaged").then(pl.Series(dice.integers(5, 60, size))),
        is_read=is_read,
        is_reader=is_read,
    ).sort("occurred_at")


def make_articles(articles: int) -> pl.DataFrame:
    """Give articles of three editions, with the sections and regions of the menu."""
    born_us = np.random.default_rng(5).integers(0, DAYS * DAY_US, articles)
    number = pl.int_range(articles, eager=True)
    return pl.DataFrame({"number": number, "born_us": born_us}).select(
        article_id=pl.format("a{}", pl.col("number").cast(pl.String).str.zfill(6)),
        url=pl.format("https://news.example/{}", "number"),
        edition=pl.Series(["en", "ar", "es"]).gather(number % 3),
        language=pl.Series(["en", "ar", "es"]).gather(number % 3),
        title=pl.format("Title {}", "number"),
        content_type=pl.lit("article"),
        section_slug=pl.format("section-{}", pl.col("number") % SECTIONS),
        region_slug=pl.format("region-{}", pl.col("number") % REGIONS),
        tags=pl.lit([], dtype=pl.List(pl.String)),
        authors=pl.lit([], dtype=pl.List(pl.String)),
        published_at=pl.lit(AS_OF - timedelta(days=DAYS)) + pl.duration(microseconds="born_us"),
        status=pl.lit("live"),
        reading_minutes=(1 + pl.col("number") % 9).cast(pl.Int32),
    )


def measure(work: Callable[[], object]) -> float:
    """Give the median seconds of some rounds; a first one is not counted."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def roll_up(warehouse: Warehouse) -> float:
    """Roll up what is not yet, and give the seconds."""
    span = {"from_at": AS_OF - timedelta(days=400), "until_at": AS_OF + timedelta(days=1)}
    warehouse.append("rollups/every_hour", **span)
    started = time.perf_counter()
    roll_up_hours(warehouse, load_settings().half_lives_seconds)
    return time.perf_counter() - started


def compare_lists(warehouse: Warehouse) -> float:
    """Print what each list costs, and all of them beside the GROUP BY; give the seconds of all."""
    lists, moment = load_settings().lists, Moment(AS_OF, AS_OF)
    naive = measure(lambda: warehouse.query(NAIVE, {"as_of": AS_OF}))
    for name, one in sorted(lists.items()):
        print(f"  {name:14}  {measure(partial(rank_lists, warehouse, {name: one}, moment)):6.2f} s")
    ours = measure(lambda: rank_lists(warehouse, lists, moment))
    scopes = warehouse.query("select count(distinct scope) from rankings.ranking").item()
    print(f"  all {len(lists)} lists of {scopes} scopes {ours:.2f} s, one GROUP BY {naive:.2f} s: {ours / naive:.2f}")
    return ours


def compare_month(folder: Path, threads: int | None) -> None:
    """Print the top 10 of a month of many articles, from the rollups and from the events."""
    with open_warehouse(folder / "month.duckdb", threads=threads) as warehouse:
        warehouse.append_frame("articles.article", make_articles(137_000))
        fill(warehouse, 35_000_000, 137_000, (0, DAYS))
        roll_up(warehouse)
        ours = measure(lambda: warehouse.query(MONTH, {"as_of": AS_OF}))
        naive = measure(lambda: warehouse.query(NAIVE_MONTH, {"as_of": AS_OF}))
        reads = warehouse.query("select count(*) from events.counted where is_read").item()
        print(f"top 10 of a month, {reads:,} reads: {ours:.3f} s, over the events {naive:.3f} s: {ours / naive:.2f}")


def main() -> None:
    events = int(os.environ.get("READERSHIP_BENCH_EVENTS", "10000000"))
    threads = int(os.environ.get("READERSHIP_BENCH_THREADS", "2"))
    with tempfile.TemporaryDirectory(dir=os.environ.get("READERSHIP_BENCH_FOLDER")) as folder:
        with open_warehouse(Path(folder) / "warehouse.duckdb", threads=threads) as warehouse:
            warehouse.append_frame("articles.article", make_articles(ARTICLES))
            fill(warehouse, events, ARTICLES, (0, DAYS))
            print(f"{events:,} events, {ARTICLES:,} articles, {DAYS} days, {threads} threads")
            print(f"rolling up every hour, once: {roll_up(warehouse):.1f} s")
            once = compare_lists(warehouse)
            fill(warehouse, events, ARTICLES, (-DAYS, 0))
            roll_up(warehouse)
            print("with as much again before:")
            twice = compare_lists(warehouse)
            print(f"  all lists with twice the history by without: {twice / once:.2f}")
        compare_month(Path(folder), threads)


if __name__ == "__main__":
    main()
