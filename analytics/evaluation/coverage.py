"""Evaluates the stories: how well they agree with stories that people told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analytics.context import Context
from analytics.coverage.job import find_stories
from analytics.errors import InputError, UsageError
from analytics.evaluation.judgements import read_texts
from analytics.runs import find_newest_article

_COLUMNS = ("article_id", "story_id")


@dataclass(frozen=True)
class Agreement:
    """B-cubed agreement of found stories with judged ones (Bagga and Baldwin, ACL 1998), averaged over the articles.

    Attributes
    ----------
    precision : float
        Of the articles in an article's found story, the share that is in its judged story too.
    recall : float
        Of the articles in its judged story, the share that is in its found story too.
    f1 : float
        Their harmonic mean.
    stories : int
        Stories found among the judged articles, articles alone included.
    """

    precision: float
    recall: float
    f1: float
    stories: int


@dataclass(frozen=True)
class CoverageEvaluation:
    """What the stories of a workspace are worth.

    Attributes
    ----------
    articles, judged_stories : int
        What was judged.
    similarity : float
        The threshold of the settings.
    agreements : mapping of str to Agreement
        That of the stories first, then of the baselines.
    stories : DataFrame
        `article_id` and `story_id` of every live article.
    """

    articles: int
    judged_stories: int
    similarity: float
    agreements: Mapping[str, Agreement]
    stories: pl.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads; docs/coverage.md says what each field means."""
        ours, *baselines = self.agreements.items()
        return {
            "articles": self.articles,
            "judged_stories": self.judged_stories,
            "similarity": self.similarity,
            **asdict(ours[1]),
            "baselines": {name: asdict(one) for name, one in baselines},
        }


def evaluate_coverage(context: Context, judgements: Path) -> CoverageEvaluation:
    """Find the stories of a workspace's articles as of the newest, and compare them with judged ones.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    judgements : Path
        CSV with the header `article_id,story_id`.

    Raises
    ------
    InputError
        Where the file is none of these.
    UsageError
        Where none of its articles is live.
    """
    gold = read_judgements(judgements)
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest = find_newest_article(warehouse)
        context.progress("finding the stories")
        found = find_stories(warehouse, context.settings, newest)
    stories = found["stories"]
    if gold.join(stories, on="article_id", how="semi").is_empty():
        raise UsageError(f"no article of {judgements.name} is live in this workspace; load its articles first")
    found["all apart"] = gold.select("article_id", story_id="article_id")
    agreements = {name: measure_agreement(one, gold) for name, one in found.items()}
    judged = gold["story_id"].n_unique()
    return CoverageEvaluation(len(gold), judged, context.settings.coverage.similarity, agreements, stories)


def read_judgements(path: Path) -> pl.DataFrame:
    """Read judged stories.

    Raises
    ------
    InputError
        Where there is no such file, it is no readable CSV, or it has another header.
    """
    judged = read_texts(path)
    if not set(_COLUMNS) <= set(judged.columns):
        raise InputError(f"{path.name} has no header article_id,story_id; `evaluate coverage` needs both")
    return judged.select(_COLUMNS).unique("article_id", keep="last", maintain_order=True)


def measure_agreement(found: pl.DataFrame, judged: pl.DataFrame) -> Agreement:
    """Measure B-cubed precision, recall and F1; an article that was not found is a story of its own.

    Parameters
    ----------
    found, judged : DataFrame
        `article_id` and `story_id`; only the judged articles count.

    Examples
    --------
    >>> judged = pl.DataFrame({"article_id": ["a", "b", "c"], "story_id": ["x", "x", "y"]})
    >>> found = pl.DataFrame({"article_id": ["a", "b", "c"], "story_id": ["a", "a", "a"]})
    >>> agreement = measure_agreement(found, judged)
    >>> round(agreement.precision, 4), agreement.recall, round(agreement.f1, 4)
    (0.5556, 1.0, 0.7143)
    """
    pairs = judged.rename({"story_id": "judged"}).join(
        found.select("article_id", found="story_id"), on="article_id", how="left"
    )
    alone = pl.concat_str(pl.lit("\0"), "article_id")  # no story is named so
    pairs = pairs.with_columns(pl.coalesce("found", alone))
    both = pl.len().over("found", "judged")
    shares = pairs.select(
        precision=both / pl.len().over("found"),
        recall=both / pl.len().over("judged"),
    )
    precision, recall = (float(shares[name].sum()) / len(shares) for name in shares.columns)
    f1 = 2 * precision * recall / (precision + recall)
    return Agreement(precision, recall, f1, pairs["found"].n_unique())
