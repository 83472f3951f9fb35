"""Evaluates how Read Next compares texts: by what people said of articles, and by a probe that needs nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.context import Context
from analytics.errors import NoInputError, UsageError, name_nearest
from analytics.evaluation.judgements import Judgements, LabelJudgements
from analytics.evaluation.period import Period
from analytics.read_next.corpus import Corpus, read_corpora
from analytics.read_next.job import read_settings
from analytics.runs import find_newest_article

if TYPE_CHECKING:
    from analytics.evaluation.text_ranking import Formula

FIELDS = ("title", "summary", "body", "tags", "section")


@dataclass(frozen=True)
class TextEvaluation:
    """What formulas were worth.

    Attributes
    ----------
    kind : str
        pairs, labels or probe.
    articles : int
        Articles compared.
    figures : mapping of str to mapping of str to float
        What each formula came to; Read Next's own first.
    lists : DataFrame
        `query`, `rank`, `article_id`, `score` of Read Next's own.
    """

    kind: str
    articles: int
    figures: Mapping[str, Mapping[str, float]]
    lists: pl.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads: the figures of Read Next at the top, the others beside it."""
        (_, own), *others = self.figures.items()
        return {"judged_by": self.kind, "articles": self.articles, **own, "baselines": dict(others)}


def evaluate_judgements(  # noqa: PLR0913 - what an evaluation is about, by name
    context: Context,
    judgements: Judgements,
    *,
    length: int,
    max_age: timedelta,
    fields: Sequence[str] = FIELDS,
    edition: str | None = None,
) -> TextEvaluation:
    """Compare lists made by text alone with what people said of articles.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    judgements : Judgements
        Of pairs: each article of one is a seed, all others are candidates. Labels: each labelled article is a seed at
        its own publication, the articles published before it are candidates.
    length : int
        Items for each seed, at most.
    max_age : timedelta
        How much older than its seed an item may be, where time counts.
    fields : sequence of str
        What is read of an article.
    edition : str, optional
        The edition; the one that has most of the judged articles where none is given.

    Raises
    ------
    UsageError
        Where there is no such edition or field, or none of the judged articles.
    """
    from analytics.evaluation import text_ranking as by_text  # noqa: PLC0415 - scikit-learn takes a second

    corpus = _choose_corpus(context, judgements.seeds, fields, edition)
    articles, settings = corpus.articles, read_settings(context.settings.read_next)
    known = set(articles["article_id"])
    seeds = [one for one in judgements.seeds if one in known]
    context.progress(f"comparing {articles.height:,} articles")
    formulas = by_text.list_formulas(articles, corpus.language, settings)
    if isinstance(judgements, LabelJudgements):
        published_at = dict(articles.select("article_id", "published_at").iter_rows())
        queries = judgements.choose_queries(published_at)

        def rank(formula: Formula) -> pl.DataFrame:
            wanted = seeds if formula.name == by_text.OURS else queries
            return by_text.rank_earlier_texts(formula, articles, wanted, length, max_age)

        lists = _rank_each(context, formulas, rank)
        lists[by_text.NEWEST] = by_text.rank_newest(articles, queries, length)
        figures = {name: judgements.measure(one, published_at, max_age) for name, one in lists.items()}
        return TextEvaluation("labels", articles.height, figures, lists[by_text.OURS])
    ids = articles["article_id"]
    lists = _rank_each(
        context, formulas, lambda formula: by_text.rank_texts(formula, ids, seeds, length, is_self=False)
    )
    figures = {name: judgements.measure(one) for name, one in lists.items()}
    return TextEvaluation("pairs", articles.height, figures, lists[by_text.OURS])


def evaluate_probe(context: Context, *, edition: str | None, length: int) -> TextEvaluation:
    """Ask how well the title of each article finds the second half of its own body.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    edition : str, optional
        The edition; the largest where none is given.
    length : int
        Items for each title, at most.

    Raises
    ------
    UsageError
        Where there is no such edition.
    NoInputError
        Where none of its articles has a body.
    """
    from analytics.evaluation import text_ranking as by_text  # noqa: PLC0415 - as above

    corpus = _choose_corpus(context, (), FIELDS, edition)
    articles = corpus.articles.filter(pl.col("body").str.strip_chars() != "")
    if articles.is_empty():
        raise NoInputError(
            "no live article of the edition has a body, and a probe is about bodies; load articles with one"
        )
    context.progress(f"probing {articles.height:,} articles")
    formulas = by_text.list_probes(articles, corpus.language, read_settings(context.settings.read_next))
    ids = articles["article_id"]
    seeds = ids.to_list()
    lists = _rank_each(context, formulas, lambda formula: by_text.rank_texts(formula, ids, seeds, length, is_self=True))
    figures = {name: by_text.measure_probe(one, articles.height) for name, one in lists.items()}
    return TextEvaluation("probe", articles.height, figures, lists[by_text.OURS])


@dataclass(frozen=True)
class NextReadEvaluation:
    """How high each formula had ranked what readers opened next.

    Attributes
    ----------
    edition : str
        The edition.
    period : Period
        The moments of the runs.
    length : int
        Items of a list.
    articles : int
        Articles that could be listed.
    figures : mapping of str to mapping of str to float
        What each formula came to; Read Next's own first.
    """

    edition: str
    period: Period
    length: int
    articles: int
    figures: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads."""
        (_, own), *others = self.figures.items()
        told = {"edition": self.edition, **self.period.to_json(), "length": self.length, "articles": self.articles}
        return {**told, **own, "baselines": dict(others)}


def evaluate_replay(
    context: Context, period: Period, *, edition: str | None = None, length: int = 10
) -> NextReadEvaluation:
    """Replay what readers opened next, and ask how high each formula had ranked it at the run before.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    period : Period
        The runs; the clicks between its ends are foretold.
    edition : str, optional
        The edition; the largest where none is given.
    length : int
        Items of a list.

    Raises
    ------
    UsageError
        Where there is no such edition, or nobody opened a second article in the period.
    """
    from analytics.evaluation import next_read  # noqa: PLC0415 - as above
    from analytics.read_next.recommendations import build_index, find_near  # noqa: PLC0415 - as above

    corpus = _choose_corpus(context, (), FIELDS, edition)
    settings = read_settings(context.settings.read_next)
    with context.hold(), context.open(is_reader=True) as warehouse:
        clicks = warehouse.frame("evaluation/next_click", from_at=period.from_at, until_at=period.until_at)
        follows = warehouse.frame("evaluation/span_next_read", until_at=period.until_at)
        reads = warehouse.frame("evaluation/span_read", until_at=period.until_at)
    articles = corpus.articles.select("article_id", "published_at")
    context.progress("comparing texts")
    near = find_near(build_index(corpus, settings), settings)
    history = next_read.build_history(articles, follows, reads, near.rename({"row": "article"}))
    foretold = next_read.number_pairs(clicks, articles).select("seed", "article", "occurred_at")
    if foretold.is_empty():
        raise UsageError("nobody opened a second article in this period; name another one, or another edition")
    sums: Mapping[str, next_read.Tally] = {}
    for run_at, tallies in next_read.replay(history, foretold, settings, step=period.step, length=length):
        context.progress(f"replaying {run_at:%Y-%m-%d %H:%M}")
        sums = tallies
    figures = {name: tally.finish(articles.height) for name, tally in sums.items()}
    return NextReadEvaluation(corpus.articles["edition"][0], period, length, articles.height, figures)


def _rank_each(
    context: Context, formulas: Sequence[Formula], rank: Callable[[Formula], pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    lists = {}
    for formula in formulas:
        context.progress(f"ranking by {formula.name}")
        lists[formula.name] = rank(formula)
    return lists


def _choose_corpus(context: Context, judged: Sequence[str], fields: Sequence[str], edition: str | None) -> Corpus:
    """Give the articles of one edition: the one named, else that with most of the judged articles, or the largest."""
    from analytics.evaluation.text_ranking import narrow_fields  # noqa: PLC0415 - as above

    for name in fields:
        if name not in FIELDS:
            raise UsageError(f"articles have no field {name!r}; {name_nearest(name, FIELDS)}")
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest = find_newest_article(warehouse)
        articles = warehouse.frame("read_next/article", as_of=newest)
    corpora = read_corpora(narrow_fields(articles, fields), read_settings(context.settings.read_next), newest)
    by_edition = {corpus.articles["edition"][0]: corpus for corpus in corpora}
    if edition:
        if edition not in by_edition:
            raise UsageError(f"no article is of the edition {edition!r}; {name_nearest(edition, by_edition)}")
        return by_edition[edition]
    known = {name: corpus.articles["article_id"].is_in(list(judged)).sum() for name, corpus in by_edition.items()}
    if judged and not any(known.values()):
        raise UsageError("none of the judged articles is live in this workspace; load them first")
    return max(by_edition.items(), key=lambda pair: (known[pair[0]], pair[1].articles.height, pair[0]))[1]
