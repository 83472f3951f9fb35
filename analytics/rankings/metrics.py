"""What a list's score is, and which articles it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import polars as pl

from analytics.errors import NoInputError, UsageError
from analytics.instants import HOUR
from analytics.rankings.depth import COVERAGE, measure_coverage, score_depth
from analytics.rankings.scopes import EVENT_FILTERS, Scope
from analytics.rankings.unusual import Span, score_unusual
from analytics.settings import Filter, ListSettings
from analytics.warehouse import Warehouse


def judge_articles(
    warehouse: Warehouse, settings: ListSettings, as_of: datetime, candidates: pl.DataFrame
) -> pl.DataFrame:
    """Give the candidates of a list by its metric: those outside its filter gone, those below its floors unscored.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    settings : ListSettings
        The list.
    as_of : datetime
        The moment (naive UTC).
    candidates : DataFrame
        As `rankings/candidate` says, with scores by weight.

    Raises
    ------
    NoInputError
        Where the metric is depth, and engaged time covers too few of the reads.
    """
    if settings.metric == "unusual":
        candidates = _judge_unusual(warehouse, settings, as_of, candidates)
    elif settings.metric == "depth":
        candidates = _judge_depth(warehouse, settings, as_of, candidates)
    elif settings.metric == "newest":
        candidates = score_newest(candidates, as_of)
    inside = filter_articles(candidates, settings.filter)
    if settings.metric == "newest":
        return inside
    stands = (pl.col("readers") >= settings.minimum_readers) & (pl.col("score") >= settings.minimum_score)
    return inside.with_columns(is_scored=pl.col("is_scored") & stands)


def score_newest(candidates: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Replace the score of the candidates by minus their age in hours.

    Examples
    --------
    >>> articles = pl.DataFrame({"published_at": [datetime(2026, 3, 14, 9, 30)]})
    >>> score_newest(articles, datetime(2026, 3, 14, 12))["score"].to_list()
    [-2.5]
    """
    age = (pl.lit(as_of).dt.cast_time_unit("us") - pl.col("published_at")).dt.total_microseconds()
    return candidates.with_columns(score=-age / (HOUR / timedelta(microseconds=1)), is_scored=True)


def filter_articles(candidates: pl.DataFrame, wanted: Filter) -> pl.DataFrame:
    """Keep the articles that a filter names.

    Examples
    --------
    >>> frame = pl.DataFrame({"content_type": ["article", "video"], "section_slug": [None, "sports"]})
    >>> filter_articles(frame, Filter(except_content_types=["video"]))["content_type"].to_list()
    ['article']
    """
    rules = [~pl.col("content_type").is_in(wanted.except_content_types)]
    if wanted.content_types:
        rules.append(pl.col("content_type").is_in(wanted.content_types))
    if wanted.sections:
        rules.append(pl.col("section_slug").is_in(wanted.sections).fill_null(value=False))
    if wanted.is_breaking:
        rules.append(pl.col("is_breaking"))
    return candidates.filter(*rules)


def narrow_list(settings: ListSettings, scope: Scope) -> ListSettings:
    """Give the list as it counts for the readers a scope names.

    Raises
    ------
    UsageError
        Where the list cannot be counted for some readers alone, or its own filter leaves these out.
    """
    found = {EVENT_FILTERS[key]: value for key, value in scope.pairs if key in EVENT_FILTERS}
    if found and settings.metric in {"unusual", "depth"}:
        raise UsageError(f"a list of metric {settings.metric} is about all readers; leave the scope of readers out")
    for name, value in found.items():
        own = getattr(settings.filter, name)
        if own and value.casefold() not in map(str.casefold, own):
            raise UsageError(f"the list counts {name} {', '.join(own)} alone, not {value}")
    wanted = msgspec.structs.replace(settings.filter, **{name: [value] for name, value in found.items()})
    return msgspec.structs.replace(settings, filter=wanted)


def filter_params(wanted: Filter) -> dict[str, list[str]]:
    """Give the parameters of a filter of events, in small letters."""
    names = ("countries", "devices", "referrer_classes", "share_networks")
    return {name: [value.lower() for value in getattr(wanted, name)] for name in names}


def _judge_unusual(
    warehouse: Warehouse, settings: ListSettings, as_of: datetime, candidates: pl.DataFrame
) -> pl.DataFrame:
    window_from = settings.begin_window(as_of)
    baseline_from = window_from - timedelta(seconds=settings.baseline_seconds)
    span = Span(baseline_from, window_from, as_of, settings.time_zone or "UTC")
    hours_from, hours_until = span.baseline
    baseline = warehouse.frame("rankings/baseline", baseline_from=hours_from, baseline_until=hours_until, as_of=as_of)
    return score_unusual(candidates, baseline, span)


def _judge_depth(
    warehouse: Warehouse, settings: ListSettings, as_of: datetime, candidates: pl.DataFrame
) -> pl.DataFrame:
    depth = warehouse.frame(
        "rankings/depth",
        window_from=settings.begin_window(as_of),
        as_of=as_of,
        content_types=settings.filter.content_types,
        except_content_types=settings.filter.except_content_types,
    )
    covered = measure_coverage(depth)
    if covered < COVERAGE:
        raise NoInputError(
            f"engaged time is known of {covered:.0%} of the reads in its window, and {COVERAGE:.0%} is needed; "
            "send heartbeats or engaged seconds with a visitor_id"
        )
    return score_depth(candidates, depth, settings.prior_readers)
