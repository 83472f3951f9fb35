"""Replays what readers opened next, run by run, and asks how high each formula had ranked it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analytics.read_next.co_reading import (
    HALF_LIVES,
    MASSES,
    REVERSE_SHARE,
    SECOND_WEIGHT,
    SPAN,
    THIRD_WEIGHT,
    WINDOW,
    blend,
)
from analytics.read_next.corpus import weigh_recency
from analytics.read_next.settings import ReadNextSettings

READ_NEXT, TEXT, CO_READING = "read-next", "text alone", "next reads alone"
NEWEST, POPULAR, RECENT = "newest", "popular", "recently popular"
PAIRS, KNN = "read together", "item-kNN"
FORMULAS = (READ_NEXT, TEXT, CO_READING, KNN, PAIRS, RECENT, POPULAR, NEWEST)
_POPULAR_HALF_LIFE = timedelta(minutes=30)
_ALONE_HALF_LIFE = 2
_DEPTH, _FEW = 10, 5
_TINY, _NOWHERE = 1e-300, 1 << 40

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """What happened, with articles and spans as numbers.

    Attributes
    ----------
    published_at : ndarray of datetime64
        Of each article.
    first_at : datetime
        Start of the first span.
    seeds, articles : ndarray of int
        The pairs of articles of which one was read after the other, in both directions, sorted.
    back : ndarray of int
        For each pair the place of the pair in the other direction.
    follows : csc_array
        Reads of each pair by span: the next counts 1, the second and third less; shape (n_pairs, n_spans).
    reads : csc_array
        Reads of each article by span, shape (n_articles, n_spans).
    near : DataFrame
        The nearest texts: `seed`, `article`, `text_similarity`, by seed.
    """

    published_at: NDArray[np.datetime64]
    first_at: datetime
    seeds: Ints
    articles: Ints
    back: Ints
    follows: sparse.csc_array
    reads: sparse.csc_array
    near: pl.DataFrame


@dataclass(frozen=True)
class Own:
    """What a formula says for one seed.

    Attributes
    ----------
    articles, scores : ndarray
        What it scores by itself.
    share : float
        What the score that all seeds have in common is multiplied by for every other article.
    """

    articles: Ints
    scores: Floats
    share: float


def build_history(
    articles: pl.DataFrame, span_next_reads: pl.DataFrame, span_reads: pl.DataFrame, near: pl.DataFrame
) -> History:
    """Build a history in which articles and spans are numbers.

    Parameters
    ----------
    articles : DataFrame
        `article_id`, `published_at`; the row is the number.
    span_next_reads, span_reads : DataFrame
        As `evaluation/span_next_read` and `evaluation/span_read` give them.
    near : DataFrame
        `seed`, `article` (numbers), `text_similarity`.
    """
    pairs = number_pairs(span_next_reads, articles)
    starts = pl.concat([span_next_reads["span_start"], span_reads["span_start"]])
    first_at = starts.sort().item(0) if len(starts) else datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC inside
    both = pl.concat([pairs.select("seed", "article"), pairs.select(seed="article", article="seed")])
    known = both.unique().sort("seed", "article").with_row_index("pair").cast({"pair": pl.Int64})
    turned = known.select("pair", seed="article", article="seed").join(
        known.rename({"pair": "back"}), on=["seed", "article"], maintain_order="left"
    )
    placed = pairs.join(known, on=["seed", "article"])
    weight = (
        pl.col("next_reads") + (SECOND_WEIGHT * pl.col("second_reads") + THIRD_WEIGHT * pl.col("third_reads")) / 100
    )
    placed = placed.with_columns(reads=weight, span=_number_span(first_at))
    read = span_reads.join(_number(articles), on="article_id").with_columns(span=_number_span(first_at))
    spans = int(max(placed["span"].max() or 0, read["span"].max() or 0)) + 1  # type: ignore[arg-type]
    return History(
        articles["published_at"].to_numpy(),
        first_at,
        known["seed"].to_numpy(),
        known["article"].to_numpy(),
        turned["back"].to_numpy(),
        _spread(placed["pair"], placed, (known.height, spans)),
        _spread(read["article"], read, (articles.height, spans)),
        near.sort("seed", "article"),
    )


def number_pairs(pairs: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Add to pairs of articles their numbers, `seed` and `article`; a pair of another edition is left out."""
    numbers = _number(articles)
    seeds = numbers.rename({"article_id": "seed_article_id", "article": "seed"})
    numbered = pairs.join(numbers, on="article_id", maintain_order="left")
    return numbered.join(seeds, on="seed_article_id", maintain_order="left")


def _number(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select("article_id").with_row_index("article").cast({"article": pl.Int64})


def _number_span(first_at: datetime) -> pl.Expr:
    return (pl.col("span_start") - pl.lit(first_at)).dt.total_seconds() // round(SPAN.total_seconds())


def _spread(rows: pl.Series, frame: pl.DataFrame, shape: tuple[int, int]) -> sparse.csc_array:
    entries = (frame["reads"].cast(pl.Float64).to_numpy(), (rows.to_numpy(), frame["span"].cast(pl.Int64).to_numpy()))
    return sparse.csc_array(entries, shape=shape)


class Moment:
    """What each formula says at one run."""

    def __init__(self, history: History, settings: ReadNextSettings, as_of: datetime, asked: Ints) -> None:
        self._history, self._settings, self._as_of, self._asked = history, settings, as_of, asked
        self._whole = max((as_of - history.first_at) // SPAN, 0)
        self._low = max(self._whole - WINDOW // SPAN, 0)
        is_asked = np.zeros(len(history.published_at), dtype=bool)
        is_asked[asked] = True
        self._places = np.flatnonzero(is_asked[history.seeds])
        self._is_known = history.published_at <= np.datetime64(as_of)
        near = history.near.filter(pl.col("seed").is_in(asked))
        article = near["article"].to_numpy()
        self._near = near.filter(self._is_known[article] & (article != near["seed"].to_numpy()))

    def score(self, formula: str) -> tuple[Floats, dict[int, Own]]:
        """Score all articles for each seed.

        Returns
        -------
        tuple of (ndarray, dict of int to Own)
            What each article scores for any seed; and what is said for each seed apart.
        """
        if formula in {NEWEST, POPULAR, RECENT}:
            return self._score_all(formula), {}
        nothing = np.zeros(len(self._history.published_at))
        if formula == READ_NEXT:
            return self._blend()
        if formula == TEXT:
            near = self._near
            return nothing, self._group(
                near["seed"].to_numpy(), near["article"].to_numpy(), near["text_similarity"].to_numpy()
            )
        seeds, articles = self._history.seeds[self._places], self._history.articles[self._places]
        if formula == CO_READING:
            return nothing, self._group(seeds, articles, self._forward[self._places, _ALONE_HALF_LIFE])
        both = self._together[self._places]
        if formula == KNN:
            both = both / np.sqrt(np.maximum(self.reads[seeds] * self.reads[articles], 1.0))
        return nothing, self._group(seeds, articles, both)

    @cached_property
    def reads(self) -> Floats:
        """All reads of each article so far."""
        return np.asarray(self._history.reads[:, : self._whole].sum(axis=1)).ravel()

    def _score_all(self, formula: str) -> Floats:
        if formula == NEWEST:
            age = (np.datetime64(self._as_of) - self._history.published_at) / np.timedelta64(1, "s")
            return np.where(self._is_known, 1 / (1 + np.maximum(age, 0)), 0.0)
        half_life = _POPULAR_HALF_LIFE if formula == RECENT else None
        weights = self._weigh(0, half_life)
        return np.asarray(self._history.reads[:, : self._whole] @ weights).ravel()

    def _weigh(self, low: int, half_life: timedelta | None) -> Floats:
        ages = self._whole - 1 - np.arange(low, self._whole)
        return np.ones(len(ages)) if half_life is None else np.exp2(-ages * (SPAN / half_life))

    @cached_property
    def _together(self) -> Floats:
        """Count the reads of each pair in any direction so far."""
        counts = np.asarray(self._history.follows[:, : self._whole].sum(axis=1)).ravel()
        both: Floats = counts + counts[self._history.back]
        return both

    @cached_property
    def _forward(self) -> Floats:
        """Sum what was read next of each pair, in each half-life."""
        weights = np.stack([self._weigh(self._low, half_life) for half_life in HALF_LIVES], axis=1)
        return np.asarray(self._history.follows[:, self._low : self._whole] @ weights)

    def _blend(self) -> tuple[Floats, dict[int, Own]]:
        """Blend as a run does; what a seed never saw is popularity's share of it, asked for as an article apart."""
        history = self._history
        masses = self._forward + REVERSE_SHARE * self._forward[history.back]
        flow = np.bincount(history.articles, masses[:, 1], len(history.published_at))
        popularity = np.where(self._is_known, flow / max(flow.sum(), _TINY), 0.0)
        newest = history.published_at[self._is_known].max(initial=history.published_at.min())
        age = (newest - history.published_at) / np.timedelta64(1, "D")
        recency = weigh_recency(np.maximum(age, 0), self._settings)
        own = pl.DataFrame(
            {"seed": history.seeds[self._places], "article": history.articles[self._places]}
        ).with_columns(pl.Series(name, masses[self._places, place]) for place, name in enumerate(MASSES))
        totals = own.group_by("seed", maintain_order=True).agg(pl.sum(*MASSES))
        elsewhere = pl.DataFrame({"seed": self._asked, "article": np.full(len(self._asked), -1)})
        pairs = pl.concat(
            [own.join(self._near, on=["seed", "article"], how="full", coalesce=True), elsewhere], how="diagonal"
        )
        pairs = pairs.with_columns(pl.col("text_similarity", *MASSES).fill_null(0.0)).sort("seed", "article")
        article = pairs["article"].to_numpy()
        pairs = pairs.with_columns(
            seed_article_id="seed", popularity=pl.Series(np.where(article < 0, 1.0, popularity[article]))
        )
        blended = blend(
            pairs,
            totals.rename({"seed": "seed_article_id"}),
            popularity_weight=self._settings.popularity_weight,
            sharpness=self._settings.sharpness,
        )
        estimate = blended["estimate"].to_numpy()
        is_own = (article >= 0) & self._is_known[article]
        found = self._group(pairs["seed"].to_numpy()[is_own], article[is_own], (estimate * recency[article])[is_own])
        rest = dict(zip(pairs["seed"].to_numpy()[article < 0].tolist(), estimate[article < 0].tolist(), strict=True))
        empty = Own(np.zeros(0, dtype=np.int64), np.zeros(0), 0.0)
        return popularity * recency, {
            seed: replace(found.get(seed, empty), share=share) for seed, share in rest.items()
        }

    @staticmethod
    def _group(seeds: Ints, articles: Ints, scores: Floats) -> dict[int, Own]:
        order = np.argsort(seeds, kind="stable")
        known, starts = np.unique(seeds[order], return_index=True)
        # Without a seed there is one empty part, and no name for it.
        parts = zip(np.split(articles[order], starts[1:]), np.split(scores[order], starts[1:]), strict=True)
        return {int(seed): Own(*part, 0.0) for seed, part in zip(known, parts, strict=False)}


@dataclass
class Tally:
    """What a formula was worth, summed up."""

    clicks: int = 0
    ndcg: float = 0.0
    hits: int = 0
    reciprocal: float = 0.0
    shown: Floats = field(default_factory=lambda: np.zeros(0))
    ages: list[Floats] = field(default_factory=list)
    surprise: float = 0.0
    items: int = 0

    def finish(self, catalogue: int) -> dict[str, float]:
        """Give the figures; docs/evaluation.md says what each means."""
        clicks, items = max(self.clicks, 1), max(self.items, 1)
        ages = np.concatenate(self.ages) if self.ages else np.zeros(0)
        return {
            "clicks": self.clicks,
            "ndcg_at_10": self.ndcg / clicks,
            "hit_rate_at_5": self.hits / clicks,
            "mrr_at_10": self.reciprocal / clicks,
            "coverage": float((self.shown > 0).sum()) / max(catalogue, 1),
            "novelty_bits": self.surprise / items,
            "median_age_hours": float(np.median(ages)) if len(ages) else 0.0,
        }


def replay(  # noqa: PLR0913 - what is replayed, by name
    history: History,
    clicks: pl.DataFrame,
    settings: ReadNextSettings,
    *,
    step: timedelta,
    length: int,
    formulas: Sequence[str] = FORMULAS,
) -> Iterator[tuple[datetime, Mapping[str, Tally]]]:
    """Replay the clicks run by run.

    Parameters
    ----------
    history : History
        What happened.
    clicks : DataFrame
        `seed`, `article` (numbers), `occurred_at`, in order of time.
    settings : ReadNextSettings
        How Read Next ranks.
    step : timedelta
        Time between two runs; a click is foretold by the last run before it.
    length : int
        Items of a list, for coverage, novelty and age.
    formulas : sequence of str
        Which of `FORMULAS`.

    Yields
    ------
    tuple of (datetime, mapping of str to Tally)
        Each run's moment, and the sums so far.
    """
    tallies = {name: Tally(shown=np.zeros(len(history.published_at))) for name in formulas}
    every = f"{round(step.total_seconds())}s"
    runs = clicks.with_columns(run_at=(pl.col("occurred_at") - pl.duration(microseconds=1)).dt.truncate(every))
    for (run_at,), group in runs.group_by("run_at", maintain_order=True):
        if not isinstance(run_at, datetime):
            continue
        seeds, articles = group["seed"].to_numpy(), group["article"].to_numpy()
        moment = Moment(history, settings, run_at, np.unique(seeds))
        surprise = -np.log2((moment.reads + 1) / (moment.reads.sum() + len(moment.reads)))
        age = (np.datetime64(run_at) - history.published_at) / np.timedelta64(1, "h")
        for name, tally in tallies.items():
            common, own = moment.score(name)
            _judge(tally, common, own, (seeds, articles), length, (surprise, age))
        yield run_at, tallies


def _judge(  # noqa: PLR0913, PLR0917 - what a run said, and what happened
    tally: Tally,
    common: Floats,
    own: dict[int, Own],
    clicks: tuple[Ints, Ints],
    length: int,
    about: tuple[Floats, Floats],
) -> None:
    surprise, age = about
    ordered = np.sort(common)
    top = np.argsort(-common, kind="stable")[: length + 1]
    # A formula that scores for each seed apart knows nothing of a seed it has not met.
    nothing = Own(np.zeros(0, dtype=np.int64), np.zeros(0), 0.0 if own else 1.0)
    order = np.argsort(clicks[0], kind="stable")
    seeds, starts = np.unique(clicks[0][order], return_index=True)
    for seed, opened in zip(seeds.tolist(), np.split(clicks[1][order], starts[1:]), strict=True):
        known = own.get(seed, nothing)
        places = _find_places(common, ordered, seed, opened, known)
        tally.clicks += len(places)
        places = places[places < _DEPTH]
        tally.ndcg += float((1 / np.log2(places + 2)).sum())
        tally.reciprocal += float((1 / (places + 1)).sum())
        tally.hits += int((places < _FEW).sum())
        shown = _list_best(common, top, seed, known, length)
        tally.shown[shown] += 1
        tally.ages.append(age[shown])
        tally.surprise += float(surprise[shown].sum())
        tally.items += len(shown)


def _find_places(common: Floats, ordered: Floats, seed: int, opened: Ints, own: Own) -> Ints:
    """Return how many other articles score more than each that was opened; very many where it scores nothing."""
    by_article = np.argsort(own.articles)
    articles, scores = own.articles[by_article], own.scores[by_article]
    found = np.minimum(np.searchsorted(articles, opened), max(len(articles) - 1, 0))
    is_own = articles[found] == opened if len(articles) else np.zeros(len(opened), dtype=bool)
    score = np.where(is_own, scores[found] if len(articles) else 0.0, own.share * common[opened])
    others = np.sort(scores[articles != seed])
    above = len(others) - np.searchsorted(others, score, side="right")
    if own.share > 0:
        limit = score / own.share
        inside = np.sort(common[articles[articles != seed]])
        above += len(ordered) - np.searchsorted(ordered, limit, side="right")
        above -= len(inside) - np.searchsorted(inside, limit, side="right")
        above -= common[seed] > limit
    places: Ints = np.where(score > 0, above, _NOWHERE)
    return places


def _list_best(common: Floats, top: Ints, seed: int, own: Own, length: int) -> Ints:
    rest = top[~np.isin(top, own.articles)] if own.share > 0 else top[:0]
    every = np.concatenate([own.articles, rest])
    worth = np.concatenate([own.scores, own.share * common[rest]])
    kept = (every != seed) & (worth > 0)
    every, worth = every[kept], worth[kept]
    best: Ints = every[np.argsort(-worth, kind="stable")[:length]]
    return best
