r"""How deeply an article is read: where its readers stand among the readers of like articles.

A reader's percentile is the share of the readers of its class (length of the text × device × referrer class × kind of
source) that stayed less long, and half of those that stayed as long: 0.5 in the mean of every class. An article's
score is the mean :math:`\bar p` of its :math:`n` readers, shrunk towards the middle as by :math:`k` readers who stand
there: :math:`(n \bar p + k/2) / (n + k)`.
"""

from __future__ import annotations

import polars as pl

COVERAGE = 0.5
"""Share of the reads that engaged time must cover; below it who was measured is no sample of who read."""


def measure_coverage(depth: pl.DataFrame) -> float:
    """Give the share of reads whose engaged time is known.

    Parameters
    ----------
    depth : DataFrame
        `reads` and `measured_reads` of each article.

    Examples
    --------
    >>> measure_coverage(pl.DataFrame({"reads": [6, 2], "measured_reads": [3, 1]}))
    0.5
    """
    reads = int(depth["reads"].sum())
    return int(depth["measured_reads"].sum()) / reads if reads else 0.0


def score_depth(candidates: pl.DataFrame, depth: pl.DataFrame, prior_readers: float) -> pl.DataFrame:
    """Replace the score of the candidates by their shrunk mean percentile.

    Parameters
    ----------
    candidates : DataFrame
        `article_id`, `score`, `is_scored`, and whatever else.
    depth : DataFrame
        `article_id`, `measured_readers`, and `percentiles`, their sum.
    prior_readers : float
        Readers in the middle that are added to every article's own.

    Returns
    -------
    DataFrame
        The candidates, with `measured_readers` and `percentiles`.

    Examples
    --------
    >>> articles = pl.DataFrame({"article_id": ["few", "many"], "score": 0.0, "is_scored": False})
    >>> measured = {"article_id": ["few", "many"], "measured_readers": [1, 80], "percentiles": [1.0, 64.0]}
    >>> score_depth(articles, pl.DataFrame(measured), 20)["score"].round(3).to_list()
    [0.524, 0.74]
    """
    readers = pl.col("measured_readers")
    measured = depth.filter(readers > 0).select("article_id", "measured_readers", "percentiles")
    joined = candidates.join(measured, on="article_id", how="left", maintain_order="left")
    score = (pl.col("percentiles") + prior_readers / 2) / (readers + prior_readers)
    return joined.with_columns(score=score.fill_null(0.0), is_scored=readers.is_not_null())
