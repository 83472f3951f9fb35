r"""How unusual an article's reads are: observed over expected, by what is safe to say (DuMouchel 1999).

Reads in the window are taken as :math:`O \sim Poisson(\lambda E)`, with a :math:`\lambda` that is gamma distributed
over the articles: :math:`\lambda \sim Gamma(\alpha, \beta)`, learned from all of them. An article's own is then
:math:`Gamma(\alpha + O, \beta + E)`, and its score the 5 % quantile: with a probability of 95 % it is read at least so
many times as much as is usual. DuMouchel's prior is a mixture of two gammas; one is enough to rank.

:math:`E` sums over the hours of the window what one hour of an article of that edition and section, of that age, at
that hour of the week usually brings: `rate(edition, section, age) · rhythm(hour of the week)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import fsum

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.instants import HOUR, floor_hour

QUANTILE = 0.05
AGE_CLASSES = 10
_HOURS_A_WEEK = 168
_PRIOR_HOURS = 24.0
_SHAPES = (0.1, 1000.0)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """The time before the window, and the window itself.

    Parameters
    ----------
    baseline_from, window_from, as_of : datetime
        Naive UTC. The baseline is made of the whole hours between the first two.
    zone : str
        Time zone of the hours of a week.
    """

    baseline_from: datetime
    window_from: datetime
    as_of: datetime
    zone: str

    @property
    def baseline(self) -> tuple[datetime, datetime]:
        """First hour of the baseline, and the hour it ends with."""
        return floor_hour(self.baseline_from), floor_hour(self.window_from)


def score_unusual(candidates: pl.DataFrame, baseline: pl.DataFrame, span: Span) -> pl.DataFrame:
    """Replace the score of the candidates by how unusual their reads are.

    Parameters
    ----------
    candidates : DataFrame
        `article_id`, `edition`, `section_slug`, `published_at`, and `reads` in the window.
    baseline : DataFrame
        `edition`, `section_slug`, `hour_start`, `age_class` and `reads`.
    span : Span
        Baseline and window.

    Returns
    -------
    DataFrame
        The candidates by id, with `expected_reads`, `score` and `is_scored`.
    """
    ordered = candidates.sort("article_id")
    expected = expect_reads(ordered, baseline, span)
    observed = ordered["reads"].to_numpy().astype(np.float64)
    shape, rate = fit_prior(observed, expected)
    known = expected > 0
    from scipy.special import gammaincinv  # noqa: PLC0415 - a fifth of a second that most commands do not need

    score = np.where(known, gammaincinv(shape + observed, QUANTILE) / (rate + expected), 0.0)
    return ordered.with_columns(
        expected_reads=pl.Series(expected),
        score=pl.Series(score),
        is_scored=pl.Series(known & (observed > 0)),
    )


def fit_prior(observed: Floats, expected: Floats) -> tuple[float, float]:
    """Fit the gamma distribution of observed over expected by its first two moments.

    Returns
    -------
    tuple of float
        Shape and rate; the mean is shape / rate.

    Examples
    --------
    >>> fit_prior(np.array([5.0, 15.0]), np.array([10.0, 10.0]))
    (6.666..., 6.666...)
    >>> fit_prior(np.array([10.0, 10.0]), np.array([10.0, 10.0]))
    (1000.0, 1000.0)
    """
    total = fsum(expected)
    if not total or not observed.any():
        return 1.0, 1.0
    mean = fsum(observed) / total
    surplus = fsum((observed - mean * expected) ** 2 - mean * expected)
    variance = surplus / fsum(expected**2)
    shape = mean**2 / variance if variance > 0 else _SHAPES[1]
    shape = min(max(shape, _SHAPES[0]), _SHAPES[1])
    return shape, shape / mean


def expect_reads(articles: pl.DataFrame, baseline: pl.DataFrame, span: Span) -> Floats:
    """Give the reads that each article would usually have in the window; 0 where nothing is known.

    Parameters
    ----------
    articles : DataFrame
        `edition`, `section_slug`, `published_at`.
    baseline : DataFrame
        `edition`, `section_slug`, `hour_start`, `age_class` and `reads`.
    span : Span
        Baseline and window.
    """
    expected = np.zeros(len(articles))
    if baseline.is_empty() or articles.is_empty():
        return expected
    first, until = min(baseline["hour_start"]), span.baseline[1]
    rhythm = _measure_rhythm(baseline, _list_hours(first, until), span.zone)
    published = _count_hours(articles["published_at"], first)
    strata, numbers = _number_strata(articles)
    rates = _measure_rates(baseline, strata, numbers, published, rhythm[_hour_of_week(first, until, span.zone)])
    start = floor_hour(span.window_from)
    weeks = _hour_of_week(start, floor_hour(span.as_of) + HOUR, span.zone)
    for number, hour in enumerate(_list_hours(start, floor_hour(span.as_of) + HOUR)):
        share = (min(hour + HOUR, span.as_of) - max(hour, span.window_from)) / HOUR
        age = (hour - first) // HOUR - published
        rate = rates[numbers, classify_age(age)]
        expected += np.where(age >= 0, rate * rhythm[weeks[number]] * max(share, 0.0), 0.0)
    return expected


def classify_age(hours: Integers) -> Integers:
    """Give the class of an age in whole hours; class k holds ages from 2^(k-1)-1 to 2^k-2, the last all above.

    Examples
    --------
    >>> classify_age(np.array([0, 1, 2, 3, 6, 7, 5000])).tolist()
    [1, 2, 2, 3, 3, 4, 10]
    """
    # The exponent of a float is exact where a logarithm is not.
    return np.minimum(np.frexp(np.maximum(hours, 0) + 1.0)[1], AGE_CLASSES).astype(np.int64)


def _measure_rhythm(baseline: pl.DataFrame, hours: list[datetime], zone: str) -> Floats:
    """Give reads by hour of the week over the mean; an hour that was not seen yet is as all others."""
    place = _hour_of_week(hours[0], hours[-1] + HOUR, zone)
    by_hour = dict(baseline.group_by("hour_start").agg(pl.col("reads").sum()).iter_rows())
    reads = np.bincount(place, [by_hour.get(hour, 0) for hour in hours], _HOURS_A_WEEK)
    seen = np.bincount(place, minlength=_HOURS_A_WEEK)
    mean = float(reads.sum()) / len(hours)
    return np.asarray((reads / mean + 1) / (seen + 1), dtype=np.float64)


def _measure_rates(
    baseline: pl.DataFrame, strata: pl.DataFrame, numbers: Integers, published: Integers, rhythm: Floats
) -> Floats:
    """Give reads an hour at the mean rhythm, by stratum and age class; few hours lean on the rate of all strata."""
    hours = len(rhythm)
    before = np.concatenate([[0.0], np.cumsum(rhythm)])
    exposure, reads = (np.zeros((len(strata), AGE_CLASSES + 1)) for _ in range(2))
    for age_class in range(1, AGE_CLASSES + 1):
        start = published + 2 ** (age_class - 1) - 1
        end = np.full_like(published, hours) if age_class == AGE_CLASSES else published + 2**age_class - 1
        share = before[np.clip(end, 0, hours)] - before[np.clip(start, 0, hours)]
        exposure[:, age_class] = np.bincount(numbers, np.maximum(share, 0.0), len(strata))
    keys = ["edition", "section_slug"]
    found = baseline.group_by(*keys, "age_class").agg(pl.col("reads").sum())
    found = found.join(strata, on=keys, nulls_equal=True)
    reads[found["stratum"].to_numpy(), found["age_class"].to_numpy()] = found["reads"].to_numpy()
    overall = reads.sum() / exposure.sum()
    of_age = (reads.sum(axis=0) + _PRIOR_HOURS * overall) / (exposure.sum(axis=0) + _PRIOR_HOURS)
    return np.asarray((reads + _PRIOR_HOURS * of_age) / (exposure + _PRIOR_HOURS), dtype=np.float64)


def _number_strata(articles: pl.DataFrame) -> tuple[pl.DataFrame, Integers]:
    keys = ["edition", "section_slug"]
    strata = articles.select(keys).unique().sort(keys).with_row_index("stratum")
    joined = articles.select(keys).join(strata, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return strata, joined["stratum"].to_numpy().astype(np.int64)


def _count_hours(moments: pl.Series, first: datetime) -> Integers:
    """Count the hours from the first one to the ones that moments lie in."""
    hours = moments.dt.epoch("us") // (3600 * 10**6) - (pl.Series([first]).dt.epoch("us") // (3600 * 10**6))[0]
    return np.asarray(hours.to_numpy(), dtype=np.int64)


def _list_hours(first: datetime, until: datetime) -> list[datetime]:
    return [first + HOUR * n for n in range((until - first) // HOUR)]


def _hour_of_week(first: datetime, until: datetime, zone: str) -> Integers:
    """Give the hours of the week, from Monday in the time zone, of the hours in a span."""
    local = pl.Series(_list_hours(first, until), dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")
    local = local.dt.convert_time_zone(zone)
    hours = (local.dt.weekday().cast(pl.Int64) - 1) * 24 + local.dt.hour().cast(pl.Int64)
    return hours.to_numpy().astype(np.int64)
