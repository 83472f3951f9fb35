"""Turns pageviews of people into event rows: pageviews, shares, heartbeats and returns to the same page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from analytics.demo.audience import CARRIER_ADDRESS, Audience, Chance, load_audience
from analytics.demo.grammar import LANGUAGES
from analytics.demo.sessions import BOXES, SPAN_SECONDS, Pageviews

if TYPE_CHECKING:
    import numpy.typing as npt

    from analytics.demo.attention import Attention

MEASURED_SHARE: Final = 0.74
SHARE_SHARE: Final = 0.05
REPEAT_SHARE: Final = 0.04
EXACT_SHARE: Final = 0.01
REPEAT_WINDOW_SECONDS: Final = 1800.0
DAY_SECONDS: Final = 86_400


def write_human_events(
    views: Pageviews, audience: Audience, attention: Attention, begin_ms: int, chance: Chance
) -> pl.DataFrame:
    """Return the events of people, one row an event, in columns of the native input.

    Two columns are not part of the input: ``plant`` names what was planted in the row, ``is_carrier`` marks
    readers behind the mobile carrier's shared address.
    """
    people = _describe_readers(audience)
    first = _tabulate_pageviews(views, attention, begin_ms, chance).with_columns(
        pl.Series("pageview_id", [f"p{n:07d}" for n in range(len(views))])
    )
    repeats = _return_to_pages(first, begin_ms, chance)
    pages = pl.concat([first, repeats])
    events = pl.concat(
        [pages, _measure_engagement(first, views.stay, chance), _share_pages(first, views, audience, chance)],
        how="diagonal",
    )
    last_ms = begin_ms + int(SPAN_SECONDS * 1000)
    inside = events.filter(pl.col("occurred_ms") <= last_ms)
    return inside.join(people, on="reader", how="left", maintain_order="left").drop("reader")


def _describe_readers(audience: Audience) -> pl.DataFrame:
    names = ("country", "device", "user_agent", "accept_language", "visitor_id", "ip")
    columns: dict[str, Any] = {name: getattr(audience, name).tolist() for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).with_row_index("reader")
    return frame.with_columns(pl.col("reader").cast(pl.Int64), is_carrier=pl.col("ip").eq_missing(CARRIER_ADDRESS))


def _tabulate_pageviews(views: Pageviews, attention: Attention, begin_ms: int, chance: Chance) -> pl.DataFrame:
    urls = np.array([*(a.url for a in attention.articles), ""], dtype=object)
    referrer = np.where(views.previous >= 0, urls[views.previous], views.referrer)
    jitter = chance.below(1000, len(views))
    return pl.DataFrame(
        {
            "reader": views.reader,
            "session_id": [f"s{n:06d}" for n in views.session.tolist()],
            "article": views.article,
            "occurred_ms": begin_ms + (views.seconds * 1000).astype(np.int64) // 1000 * 1000 + jitter,
            "kind": np.full(len(views), "pageview"),
            "referrer": pl.Series(referrer.tolist(), dtype=pl.String).replace("", None),
            "source_box": pl.Series([BOXES[b] for b in views.box.tolist()], dtype=pl.String).replace("", None),
            "slot": pl.Series(views.slot).replace(0, None),
        }
    ).with_columns(
        list_id=pl.col("source_box"),
        plant=pl.when(pl.col("source_box").is_not_null()).then(pl.lit("box_click")),
    )


def _return_to_pages(first: pl.DataFrame, begin_ms: int, chance: Chance) -> pl.DataFrame:
    """Return a second pageview of the same page by the same reader within 30 minutes, on the same UTC day."""
    chosen = first.filter(pl.Series(chance.uniform(first.height) < REPEAT_SHARE))
    delay = chance.uniform(chosen.height) * (REPEAT_WINDOW_SECONDS - 20) + 20
    exact = chance.uniform(chosen.height) < EXACT_SHARE
    delay_ms = np.where(exact, REPEAT_WINDOW_SECONDS * 1000, np.floor(delay) * 1000).astype(np.int64)
    last_ms = begin_ms + int(SPAN_SECONDS * 1000)
    moved = chosen.with_columns(
        (pl.col("occurred_ms") + pl.Series(delay_ms)).alias("later_ms"),
        pageview_id=pl.col("pageview_id") + "r",
        plant=pl.lit("repeat"),
        source_box=pl.lit(None, dtype=pl.String),
        slot=pl.lit(None, dtype=pl.Int64),
        list_id=pl.lit(None, dtype=pl.String),
    ).filter(
        pl.col("later_ms") // (DAY_SECONDS * 1000) == pl.col("occurred_ms") // (DAY_SECONDS * 1000),
        pl.col("later_ms") <= last_ms,
    )
    return moved.with_columns(occurred_ms=pl.col("later_ms")).drop("later_ms")


def _measure_engagement(first: pl.DataFrame, stay: npt.NDArray[np.float64], chance: Chance) -> pl.DataFrame:
    """Return heartbeats: the seconds read since the one before, at most three rows a pageview."""
    measured = chance.uniform(first.height) < MEASURED_SHARE
    total = np.floor(stay).astype(np.int64)
    marks = [np.minimum(total, 15), np.minimum(total, 75), total]
    parts, before = [], np.zeros_like(total)
    for mark in marks:
        sent = measured & (mark > before)
        rows = first.filter(pl.Series(sent)).select("reader", "session_id", "article", "pageview_id", "occurred_ms")
        parts.append(
            rows.with_columns(
                kind=pl.lit("engaged"),
                occurred_ms=pl.col("occurred_ms") + pl.Series(mark[sent] * 1000 + 250),
                engaged_seconds=pl.Series((mark - before)[sent]),
            )
        )
        before = mark
    return pl.concat(parts)


def _share_pages(first: pl.DataFrame, views: Pageviews, audience: Audience, chance: Chance) -> pl.DataFrame:
    count = first.height
    articles = int(views.article.max(initial=0)) + 1
    eagerness = 0.25 + 1.5 * Chance(articles).uniform(articles) ** 2
    shared = chance.uniform(count) < SHARE_SHARE * eagerness[views.article]
    networks = load_audience()["share_networks"]
    draws = [chance.weighted([row[1] for row in networks[name]], count) for name in LANGUAGES]
    edition = audience.edition[views.reader]
    names = [networks[LANGUAGES[e]][draws[e][n]][0] for n, e in enumerate(edition.tolist())]
    pause_ms = (views.stay * 800).astype(np.int64)
    return (
        first.select("reader", "session_id", "article", "pageview_id", "occurred_ms")
        .with_columns(
            kind=pl.lit("share"),
            occurred_ms=pl.col("occurred_ms") + pl.Series(pause_ms),
            share_network=pl.Series(names, dtype=pl.String),
        )
        .filter(pl.Series(shared))
    )
