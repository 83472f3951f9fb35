"""A newsroom made from a seed: three editions, three days of readers, and a record of what was planted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from analytics.demo.addresses import name_articles
from analytics.demo.article_files import write_articles
from analytics.demo.articles import Article, write_edition, write_later_versions
from analytics.demo.assignments import plan_assignments
from analytics.demo.attention import SPAN_HOURS, Attention
from analytics.demo.audience import Chance, gather_audience
from analytics.demo.dice import Dice
from analytics.demo.event_files import deal_events, number_events, to_epoch_ms, write_batches, write_gzip
from analytics.demo.grammar import LANGUAGES
from analytics.demo.intruders import Intruders
from analytics.demo.reading import write_human_events
from analytics.demo.sessions import NETWORK_REFERRERS, simulate_sessions
from analytics.demo.truth import tell_articles, tell_events

if TYPE_CHECKING:
    from pathlib import Path

EVENTS_A_SESSION: Final = 4.7
READERS_A_SESSION: Final = 0.45
TRUTH_PLAIN_BYTES: Final = 2_000_000


@dataclass(frozen=True)
class NewsroomPlan:
    """The size and the seed of a newsroom.

    ``events`` is a target that the files meet within a few percent (small sets hold more, since every planted
    kind needs its rows); they fall into the three days before ``as_of``.
    """

    seed: int = 7
    articles_per_edition: int = 320
    events: int = 220_000
    as_of: datetime = datetime(2026, 3, 14, 12, tzinfo=UTC)


@dataclass(frozen=True)
class NewsroomFiles:
    """The files of a newsroom: articles by edition, events by day and late ones, and the planted truth."""

    articles: tuple[Path, ...]
    events: tuple[Path, ...]
    truth: Path


def write_newsroom(plan: NewsroomPlan, folder: Path) -> NewsroomFiles:
    """Write the newsroom's native files into a folder and return their paths.

    The same plan gives the same content, byte for byte once decompressed.

    Parameters
    ----------
    plan
        Seed, sizes and the moment the newsroom is seen from.
    folder
        Created where it does not exist.

    Returns
    -------
    NewsroomFiles
        Article files (NDJSON, Parquet, CSV), event files (the same formats) and ``truth.json``, as
        ``truth.json.gz`` where it is larger than 2 MB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    editions = write_editions(plan)
    article_files = [
        write_articles([*articles, *write_later_versions(articles, plan.as_of)], edition, folder)
        for edition, articles in editions.items()
    ]
    articles = [article for edition in editions.values() for article in edition]
    chance = Chance(plan.seed + 3)
    events = make_events(plan, articles, chance)
    batches, planted = deal_events(events, to_epoch_ms(plan.as_of), chance)
    event_files = write_batches(batches, folder, chance)
    truth = {"events": tell_events(events, planted), **tell_articles(articles)}
    return NewsroomFiles(tuple(article_files), event_files, _write_truth(truth, folder))


def write_editions(plan: NewsroomPlan) -> dict[str, list[Article]]:
    """Return the first version of every article, by edition."""
    assignments = plan_assignments(plan.articles_per_edition, plan.as_of, Dice(plan.seed))
    return {language: write_edition(assignments, language, plan.as_of) for language in LANGUAGES}


def make_events(plan: NewsroomPlan, articles: list[Article], chance: Chance) -> pl.DataFrame:
    """Return every event once, numbered in time order, with the internal columns of what was planted."""
    begin_at = plan.as_of - timedelta(hours=SPAN_HOURS)
    begin_ms = to_epoch_ms(begin_at)
    attention = Attention(articles, begin_at)
    attention.add_bursts(chance, list(NETWORK_REFERRERS))
    sessions = max(20, int(plan.events / EVENTS_A_SESSION))
    readers = max(20, int(sessions * READERS_A_SESSION))
    audience = gather_audience(readers, begin_at.hour, plan.seed + 1)
    views = simulate_sessions(sessions, audience, attention, chance)
    people = write_human_events(views, audience, attention, begin_ms, chance)
    closed = np.array([a.appeal == 0 or a.withdrawn_at is not None for a in attention.articles])
    intruders = Intruders(plan.events, np.where(closed, np.inf, attention.published), begin_ms, chance)
    pages = people.filter(pl.col("kind") == "pageview")
    events = pl.concat([people, intruders.gather(pages)], how="diagonal")
    return number_events(name_articles(events, attention.articles, chance), chance)


def _write_truth(truth: dict[str, object], folder: Path) -> Path:
    text = json.dumps(truth, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    if len(text.encode()) > TRUTH_PLAIN_BYTES:
        return write_gzip(text, folder / "truth.json.gz")
    path = folder / "truth.json"
    path.write_text(text, "utf-8")
    return path
