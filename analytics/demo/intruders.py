"""Pageviews that are not reading: robots, a click farm, staff, prefetches, failed requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from analytics.demo.audience import Chance, load_audience, name_browser
from analytics.demo.sessions import SPAN_SECONDS

if TYPE_CHECKING:
    import numpy.typing as npt

DECLARED_SHARE: Final = 0.028
SWEEPER_SHARE: Final = 0.006
METRONOME_SHARE: Final = 0.006
FARM_SHARE: Final = 0.008
STAFF_SHARE: Final = 0.008
PREFETCH_SHARE: Final = 0.012
FAILED_SHARE: Final = 0.004
FAILURES: Final = ((404, "GET"), (301, "GET"), (500, "GET"), (200, "HEAD"))
FEWEST: Final = 80
STAFF_ADDRESS: Final = "192.0.2.10"


class Intruders:
    """Makes the rows of everything that must not count.

    Parameters
    ----------
    events
        Size of the newsroom's event set; each kind is a share of it.
    opened
        For each article, the second of the span from which it can be requested.
    begin_ms
        Start of the span in epoch milliseconds.
    """

    def __init__(self, events: int, opened: npt.NDArray[np.float64], begin_ms: int, chance: Chance) -> None:
        self._events, self._begin_ms, self._chance = events, begin_ms, chance
        self._oldest = np.flatnonzero(opened <= 0.0)
        self._opened = opened

    def gather(self, pages: pl.DataFrame) -> pl.DataFrame:
        """Return all rows; ``pages`` are people's pageviews, which prefetches and failures imitate."""
        blocks = [
            self._crawl(),
            self._sweep(),
            self._tick(),
            self._farm(),
            self._staff(pages),
            self._imitate(pages, PREFETCH_SHARE, "prefetch", purpose=pl.lit("prefetch")),
            self._fail(pages),
        ]
        return pl.concat(blocks, how="diagonal").filter(
            pl.col("occurred_ms") <= self._begin_ms + int(SPAN_SECONDS * 1000)
        )

    def _visit(
        self, seconds: npt.NDArray[np.float64], article: npt.NDArray[np.int64], **fixed: pl.Expr | pl.Series
    ) -> pl.DataFrame:
        """Return pageviews of an actor, those of articles not yet published left out."""
        frame = pl.DataFrame(
            {"occurred_ms": self._begin_ms + (seconds * 1000).astype(np.int64), "article": article}
        ).with_columns(kind=pl.lit("pageview"), **fixed)
        return frame.filter(pl.Series(self._opened[article] <= seconds))

    def _crawl(self) -> pl.DataFrame:
        agents = load_audience()["robots"]["declared"]
        each = max(FEWEST // 8, int(self._events * DECLARED_SHARE / len(agents)))
        blocks = []
        for n, agent in enumerate(agents):
            seconds = np.sort(self._chance.uniform(each)) * SPAN_SECONDS
            article = self._chance.below(len(self._opened), each)
            blocks.append(
                self._visit(
                    seconds,
                    article,
                    user_agent=pl.lit(agent),
                    ip=pl.lit(f"192.0.2.{40 + n}"),
                    accept_language=pl.lit("en"),
                    plant=pl.lit("declared_robot"),
                )
            )
        return pl.concat(blocks)

    def _browse(
        self, seconds: npt.NDArray[np.float64], article: npt.NDArray[np.int64], host: int, plant: str
    ) -> pl.DataFrame:
        return self._visit(
            seconds,
            article,
            user_agent=pl.lit(name_browser(False, host % 12, 11, host, 0)),  # noqa: FBT003
            ip=pl.lit(f"192.0.2.{host}"),
            accept_language=pl.lit("en-US"),
            country=pl.lit("US"),
            device=pl.lit("desktop"),
            plant=pl.lit(plant),
        )

    def _sweep(self) -> pl.DataFrame:
        """Return two browsers that open a page every second or two, in one sitting."""
        each = max(FEWEST, int(self._events * SWEEPER_SHARE / 2))
        blocks = []
        for host, start in ((201, 0.35), (202, 0.7)):
            seconds = start * SPAN_SECONDS + np.cumsum(1.0 + self._chance.uniform(each))
            blocks.append(self._browse(seconds, self._oldest[np.arange(each) % len(self._oldest)], host, "sweeper"))
        return pl.concat(blocks)

    def _tick(self) -> pl.DataFrame:
        """Return one browser that opens a page at the same interval, day and night."""
        count = max(FEWEST, int(self._events * METRONOME_SHARE))
        seconds = 5.0 + np.arange(count, dtype=np.float64) * (SPAN_SECONDS / (count + 1))
        return self._browse(seconds, self._oldest[self._chance.below(len(self._oldest), count)], 203, "metronome")

    def _farm(self) -> pl.DataFrame:
        """Return sixty machines of one network, each with its own agent, that push one article half a day."""
        count = max(FEWEST, int(self._events * FARM_SHARE))
        seconds = SPAN_SECONDS * (0.83 + 0.16 * np.sort(self._chance.uniform(count)))
        host, article = (
            self._chance.below(60, count),
            np.full(count, self._oldest[self._opened[self._oldest].argmax()]),
        )
        agents = [name_browser(True, h % 12, h, h % 8, h % 7) for h in host.tolist()]  # noqa: FBT003
        return self._visit(
            seconds,
            article,
            user_agent=pl.Series(agents, dtype=pl.String),
            ip=pl.Series([f"198.51.100.{100 + h}" for h in host.tolist()], dtype=pl.String),
            accept_language=pl.lit("en-US"),
            country=pl.lit("US"),
            device=pl.lit("mobile"),
            plant=pl.lit("click_farm"),
        )

    def _staff(self, pages: pl.DataFrame) -> pl.DataFrame:
        rows = self._imitate(pages, STAFF_SHARE, "staff", is_staff=pl.lit(value=True), ip=pl.lit(STAFF_ADDRESS))
        seats = self._chance.below(9, rows.height).tolist()
        return rows.with_columns(
            visitor_id=pl.lit(None, dtype=pl.String),
            user_agent=pl.Series([name_browser(False, 9, 30 + s, s, 0) for s in seats], dtype=pl.String),  # noqa: FBT003
        )

    def _fail(self, pages: pl.DataFrame) -> pl.DataFrame:
        """Return requests that show nobody a page: not found, moved, failed, or for headers alone."""
        rows = self._imitate(pages, FAILED_SHARE, "no_pageview")
        kind = self._chance.below(len(FAILURES), rows.height).tolist()
        return rows.with_columns(
            status=pl.Series([FAILURES[k][0] for k in kind], dtype=pl.Int64),
            method=pl.Series([FAILURES[k][1] for k in kind], dtype=pl.String),
        )

    def _imitate(self, pages: pl.DataFrame, share: float, plant: str, **fixed: pl.Expr) -> pl.DataFrame:
        """Return pageviews like those of people, a few seconds later, marked as what they are."""
        count = max(3, int(self._events * share))
        rows = pages[self._chance.below(pages.height, count)]
        delay = self._chance.below(9000, count) + 1000
        return rows.with_columns(
            occurred_ms=pl.col("occurred_ms") + pl.Series(delay),
            pageview_id=pl.lit(None, dtype=pl.String),
            source_box=pl.lit(None, dtype=pl.String),
            slot=pl.lit(None, dtype=pl.Int64),
            list_id=pl.lit(None, dtype=pl.String),
            is_carrier=pl.lit(value=False),
            plant=pl.lit(plant),
            **fixed,
        )
