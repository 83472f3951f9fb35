"""How much attention each article gets in each quarter of an hour, and draws in proportion to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.demo.grammar import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from analytics.demo.articles import Article
    from analytics.demo.audience import Chance

BIN_SECONDS: Final = 900
SPAN_HOURS: Final = 72
BINS: Final = SPAN_HOURS * 3600 // BIN_SECONDS
BURST_COUNT: Final = 14


@dataclass(frozen=True)
class Burst:
    """A sudden wave of readers of one article; ``start`` in seconds from the span's beginning."""

    article: int
    start: float
    network: str


class Attention:
    """Articles ordered by edition, topic and story, with cumulated weights for each quarter of an hour.

    A range of that order (an edition, a topic within it) is therefore a contiguous slice, and a draw within
    it one binary search. Weights fall by half each ``half_life_hours`` and are zero before publication,
    under embargo and after withdrawal.

    Parameters
    ----------
    articles
        Articles of all editions.
    begin_at
        Start of the span; times here are seconds from it.
    """

    def __init__(self, articles: list[Article], begin_at: datetime) -> None:
        self.articles = sorted(articles, key=_order_article)
        keys = [_order_article(article) for article in self.articles]
        self.edition_range = _find_ranges([key[:1] for key in keys])
        self.section_range = _find_ranges([key[:2] for key in keys])
        self.topic_range = _find_ranges([key[:3] for key in keys])
        self.story_range = _find_ranges([key[:4] for key in keys])
        self.published = np.array([(a.published_at - begin_at).total_seconds() for a in self.articles])
        self.bursts: list[Burst] = []
        self._weights = self._weigh(begin_at)
        self._cumulate()

    def _weigh(self, begin_at: datetime) -> npt.NDArray[np.float64]:
        starts = np.arange(BINS) * float(BIN_SECONDS)
        age = starts[:, None] - self.published[None, :]
        half_life = np.array([a.half_life_hours * 3600 for a in self.articles])
        appeal = np.array([a.appeal for a in self.articles])
        ends = np.array([_end_seconds(a, begin_at) for a in self.articles])
        weights = appeal * np.exp2(-np.maximum(age, 0.0) / half_life)
        return np.where((age >= 0) & (starts[:, None] < ends), weights, 0.0)

    def _cumulate(self) -> None:
        zeros = np.zeros((BINS, 1))
        self._sums = np.concatenate([zeros, np.cumsum(self._weights, axis=1)], axis=1)
        self._stride = float(np.ceil(self._sums.max() + 1.0))
        self._flat = (self._sums + self._stride * np.arange(BINS)[:, None]).ravel()

    def add_bursts(self, chance: Chance, networks: list[str]) -> None:
        """Choose recent articles that a share suddenly carries far, and lift them for two hours."""
        begin = np.maximum(self.published, 0.0) + 3600.0
        fit = (begin < (SPAN_HOURS - 1) * 3600) & (self.published > -24 * 3600) & (self._weights.max(axis=0) > 0)
        if not fit.any():
            return
        chosen = chance.weighted(np.where(fit, 1.0, 0.0), BURST_COUNT)
        lags, names = chance.exponential(2 * 3600, BURST_COUNT), chance.below(len(networks), BURST_COUNT)
        for article, lag, name in zip(chosen.tolist(), lags.tolist(), names.tolist(), strict=True):
            start = min(float(begin[article]) + lag, (SPAN_HOURS - 0.5) * 3600)
            self.bursts.append(Burst(article, start, networks[name]))
            first = int(start // BIN_SECONDS)
            self._weights[first : first + 8, article] *= 3.0
        self._cumulate()

    def find_editions(self) -> npt.NDArray[np.int64]:
        """Return the slice of each edition, in the order of `LANGUAGES`."""
        slices = {a.edition: r for a, r in zip(self.articles, self.edition_range, strict=True)}
        return np.array([slices[language] for language in LANGUAGES])

    def draw(
        self,
        seconds: npt.NDArray[np.float64],
        bounds: npt.NDArray[np.int64],
        uniform: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.int64]:
        """Return one article for each moment from its slice, or -1 where nobody reads there.

        Parameters
        ----------
        seconds
            Moments, shape (n,).
        bounds
            First and one past the last position of each slice, shape (n, 2).
        uniform
            Numbers in [0, 1), shape (n,).
        """
        low, high = bounds[:, 0], bounds[:, 1]
        row = np.clip((seconds // BIN_SECONDS).astype(np.int64), 0, BINS - 1)
        floor, ceiling = self._sums[row, low], self._sums[row, high]
        target = floor + uniform * (ceiling - floor) + self._stride * row
        found = np.searchsorted(self._flat, target, side="right") - 1 - row * self._sums.shape[1]
        return np.where(ceiling > floor, np.clip(found, low, high - 1), -1)


def _order_article(article: Article) -> tuple[int, str, str, str, str]:
    assignment = article.assignment
    return (
        LANGUAGES.index(article.edition),
        assignment.topic.section,
        assignment.topic.key,
        assignment.story or "",
        article.article_id,
    )


def _end_seconds(article: Article, begin_at: datetime) -> float:
    return np.inf if article.withdrawn_at is None else (article.withdrawn_at - begin_at).total_seconds()


def _find_ranges(keys: list[tuple[object, ...]]) -> npt.NDArray[np.int64]:
    """Return for each position the first and one past the last position of its run of equal keys."""
    changes = [n for n, key in enumerate(keys) if n == 0 or key != keys[n - 1]]
    ends = [*changes[1:], len(keys)]
    rows = [(begin, end) for begin, end in zip(changes, ends, strict=True) for _ in range(end - begin)]
    return np.array(rows, dtype=np.int64)
