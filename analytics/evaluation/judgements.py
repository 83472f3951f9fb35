"""What people said of articles, read from CSV, and how well ranked lists agree with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.errors import InputError, NoInputError

_PAIR_COLUMNS = ("article_a", "article_b", "would_follow", "similarity")
_LABEL_COLUMNS = ("article_id", "topic")
_SEEDS_A_LABEL = 25
_COMMON_SHARE = 0.25
_FEWEST_COMMON = 3
_WARM_UP = timedelta(days=7)
_DEPTH = 10
_FEW = 5


@dataclass(frozen=True)
class PairJudgements:
    """What people said of pairs of articles.

    Attributes
    ----------
    pairs : DataFrame
        `article_a`, `article_b`, `would_follow` (0 or 1), `similarity` (null where nobody said).
    """

    pairs: pl.DataFrame

    @property
    def seeds(self) -> list[str]:
        """The articles of any pair, sorted."""
        return sorted({*self.pairs["article_a"], *self.pairs["article_b"]})

    def choose_groups(self) -> pl.DataFrame:
        """Give the pairs inside a group of articles that were judged with one another.

        A pair across two groups was mostly drawn at random: whoever tells it apart has told little. Two articles are
        in one group where at least three others were judged with both, and these are a third of all that were judged
        with either of them.
        """
        pairs = self.pairs
        sides = pl.concat(
            [pairs.select(one="article_a", other="article_b"), pairs.select(one="article_b", other="article_a")]
        ).unique()
        partners = sides.group_by("one").agg(others=pl.len())
        common = (
            pairs.with_row_index("pair")
            .join(sides, left_on="article_a", right_on="one")
            .join(sides, left_on=["article_b", "other"], right_on=["one", "other"])
            .group_by("pair")
            .agg(common=pl.len())
        )
        inside = (
            pairs.with_row_index("pair")
            .join(common, on="pair")
            .join(partners, left_on="article_a", right_on="one")
            .join(partners, left_on="article_b", right_on="one")
            .filter(
                pl.col("common") >= _FEWEST_COMMON,
                pl.col("common") * 3 >= pl.max_horizontal("others", "others_right") - 1,
            )
        )
        return inside.sort("pair").select(pairs.columns)

    def measure(self, lists: pl.DataFrame) -> dict[str, float]:
        """Measure how well scores tell the pairs that readers would follow, and how alike people found them.

        Parameters
        ----------
        lists : DataFrame
            `query`, `article_id`, `score`; a pair that is in no list scores 0.

        Returns
        -------
        dict of str to float
            `auc` of would_follow, and `spearman` with similarity, over the pairs inside groups.
        """
        # Imported here: scikit-learn takes a second, and most evaluations need none of it.
        from scipy.stats import spearmanr  # noqa: PLC0415
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415

        both = pl.concat([lists.select("query", "article_id", "score"), _turn(lists)])
        best = both.group_by("query", "article_id").agg(pl.col("score").max())
        scored = self.choose_groups().join(
            best,
            left_on=["article_a", "article_b"],
            right_on=["query", "article_id"],
            how="left",
            maintain_order="left",
        )
        scored = scored.with_columns(pl.col("score").fill_null(0.0))
        alike = scored.filter(pl.col("similarity").is_not_null())
        return {
            "auc": float(roc_auc_score(scored["would_follow"], scored["score"])),
            "spearman": float(spearmanr(alike["score"], alike["similarity"])[0]),
        }


@dataclass(frozen=True)
class LabelJudgements:
    """The topics of articles: an article is relevant to another as far as their topics overlap.

    Attributes
    ----------
    labels : DataFrame
        `article_id`, `topic`.
    """

    labels: pl.DataFrame

    @property
    def seeds(self) -> list[str]:
        """The labelled articles, sorted."""
        return self.labels["article_id"].unique().sort().to_list()

    def choose_queries(self, published_at: dict[str, datetime]) -> list[str]:
        """Choose the seeds that are measured, in order of their publication.

        Left out are the first week, which has little before it; articles with a topic that more than a quarter of all
        carry, which says little; and of each first topic all but the first 25, so that no topic outweighs the others.
        """
        topics = self._list_topics()
        known = {one: published_at[one] for one in topics if one in published_at}
        if not known:
            return []
        counts = self.labels.group_by("topic").agg(articles=pl.len())
        common = set(counts.filter(pl.col("articles") > _COMMON_SHARE * len(topics))["topic"])
        start = min(published_at.values()).replace(hour=0, minute=0, second=0, microsecond=0) + _WARM_UP
        seen: dict[str, int] = {}
        queries = []
        for one in sorted(known, key=lambda article_id: (known[article_id], article_id)):
            own = topics[one]
            if known[one] < start or common & set(own):
                continue
            seen[own[0]] = seen.get(own[0], 0) + 1
            if seen[own[0]] <= _SEEDS_A_LABEL:
                queries.append(one)
        return queries

    def measure(self, lists: pl.DataFrame, published_at: dict[str, datetime], within: timedelta) -> dict[str, float]:
        """Measure the lists of the chosen seeds by the overlap of topics.

        Gain is the Jaccard overlap of the two articles' topics; unlabelled items are passed over. The ideal list is
        made of all labelled articles published before the seed, within an age.

        Parameters
        ----------
        lists : DataFrame
            `query`, `rank`, `article_id`.
        published_at : dict of str to datetime
            Of every article.
        within : timedelta
            The greatest age of an item when its seed appears.

        Returns
        -------
        dict of str to float
            `queries` measured, `ndcg_at_10`, and `precision_at_5`: the share of the first five with a topic in common.
        """
        topics = {one: frozenset(own) for one, own in self._list_topics().items() if one in published_at}
        ranked = dict(
            lists.filter(pl.col("article_id").is_in(list(topics)))
            .sort("query", "rank")
            .group_by("query", maintain_order=True)
            .agg("article_id")
            .iter_rows()
        )
        of_topic: dict[str, list[str]] = {}
        for one, own in topics.items():
            for topic in own:
                of_topic.setdefault(topic, []).append(one)

        def is_earlier(one: str, now: datetime) -> bool:
            return timedelta(0) < now - published_at[one] <= within

        found = []
        for seed in self.choose_queries(published_at):
            own, now = topics[seed], published_at[seed]
            alike = set(chain.from_iterable(of_topic[topic] for topic in own))
            gains = {one: _overlap(own, topics[one]) for one in alike if is_earlier(one, now)}
            ideal = discount(np.sort([*gains.values()])[::-1][:_DEPTH])
            if ideal:
                got = [gains.get(one, 0.0) for one in ranked.get(seed, []) if is_earlier(one, now)][:_DEPTH]
                found.append((discount(np.array(got)) / ideal, sum(gain > 0 for gain in got[:_FEW]) / _FEW))
        ndcg, precision = np.mean(found, axis=0) if found else (0.0, 0.0)
        return {"queries": len(found), "ndcg_at_10": float(ndcg), "precision_at_5": float(precision)}

    def _list_topics(self) -> dict[str, list[str]]:
        return dict(self.labels.group_by("article_id", maintain_order=True).agg("topic").iter_rows())


Judgements: TypeAlias = PairJudgements | LabelJudgements


def read_judgements(path: Path) -> Judgements:
    """Read a CSV of judgements; its header tells what they are.

    Parameters
    ----------
    path : Path
        With `article_a`, `article_b`, `would_follow` and `similarity`, or with `article_id` and `topic`.

    Raises
    ------
    NoInputError
        Where there is no such file.
    InputError
        Where it has another header, or a value is no number.
    """
    frame = read_texts(path)
    if set(_LABEL_COLUMNS) <= set(frame.columns):
        return LabelJudgements(frame.select(_LABEL_COLUMNS))
    if set(_PAIR_COLUMNS) <= set(frame.columns):
        return PairJudgements(_read_pairs(frame, path))
    raise InputError(
        f"{path} has the columns {', '.join(frame.columns)}; judgements have "
        f"{', '.join(_PAIR_COLUMNS)}, or {', '.join(_LABEL_COLUMNS)}"
    )


def _read_pairs(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Turn texts to numbers; a similarity may be missing."""
    texts = frame.with_columns(pl.col("similarity").replace({"": None, "None": None}))
    numbers = texts.with_columns(
        pl.col("would_follow").replace_strict({"0": 0, "1": 1}, default=None, return_dtype=pl.Int64),
        pl.col("similarity").cast(pl.Float64, strict=False),
    )
    is_number = numbers["similarity"].is_finite().fill_null(value=False)
    is_wrong = numbers["would_follow"].is_null() | (texts["similarity"].is_not_null() & ~is_number)
    if is_wrong.any():
        line = int(is_wrong.arg_true()[0]) + 2
        told = " and ".join(f"{name} {frame[name][line - 2]!r}" for name in ("would_follow", "similarity"))
        raise InputError(f"{path}: line {line} has {told}; would_follow is 0 or 1, and similarity a number or empty")
    if numbers["would_follow"].n_unique() < 2:  # noqa: PLR2004 - what is told apart are two kinds
        raise InputError(
            f"{path}: would_follow is the same of all pairs, so nothing is to be told apart; give pairs of both"
        )
    return numbers.select(_PAIR_COLUMNS)


def read_texts(path: Path) -> pl.DataFrame:
    """Read a CSV, every cell as text.

    Raises
    ------
    NoInputError
        Where there is no such file.
    InputError
        Where it is no readable CSV.
    """
    try:
        return pl.read_csv(path, infer_schema=False)
    except OSError as error:
        raise NoInputError(f"{path} cannot be read ({error.strerror or 'no such file'}); name a CSV file") from error
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path} is no readable CSV: {str(error).splitlines()[0]}") from error


def discount(gains: NDArray[np.float64]) -> float:
    """Return the discounted cumulative gain of a list (Järvelin and Kekäläinen, ACM TOIS 20, 2002).

    Examples
    --------
    >>> discount(np.array([1.0, 0.0, 1.0]))
    1.5
    """
    return float((gains / np.log2(np.arange(len(gains)) + 2)).sum())


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _turn(lists: pl.DataFrame) -> pl.DataFrame:
    return lists.select(query="article_id", article_id="query", score="score")
