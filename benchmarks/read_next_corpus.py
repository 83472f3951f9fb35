"""A made-up corpus: articles of 320 words over two years, with words as uneven as those of a language."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

START, DAYS = datetime(2024, 1, 1), 730  # noqa: DTZ001 - naive UTC inside
_SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "or", "ul")]
_COMMON, _OWN, _TOPICS = 60_000, 40, 3_000


def make_articles(count: int, words: int = 320, seed: int = 7) -> pl.DataFrame:
    """Make articles whose words follow Zipf's law; a third of the words belong to one of 3,000 topics.

    A topic lives for some weeks, as news does, so that what is alike is mostly near in time.
    """
    chance = np.random.default_rng(seed)
    vocabulary = np.array(sorted({_spell(number) for number in range(_COMMON)}), dtype=object)
    chance.shuffle(vocabulary)
    size = len(vocabulary)
    weights = 1 / (np.arange(size) + 2.7) ** 1.05
    common = np.cumsum(weights / weights.sum())
    topic_words = chance.integers(500, size, (_TOPICS, _OWN))
    own = np.cumsum(1 / (np.arange(_OWN) + 2.0))
    days = np.sort(chance.uniform(0, DAYS, count))
    born = chance.uniform(-20, DAYS, _TOPICS)
    order = np.argsort(born)
    near = np.clip(np.searchsorted(born[order], days) - 1 - chance.geometric(0.015, count), 0, _TOPICS - 1)
    topics = order[near]
    rows = []
    for start in range(0, count, 5_000):
        part = topics[start : start + 5_000]
        drawn = np.searchsorted(common, chance.uniform(size=(len(part), words))).clip(0, size - 1)
        places = np.searchsorted(own, chance.uniform(0, own[-1], (len(part), words))).clip(0, _OWN - 1)
        is_own = chance.uniform(size=drawn.shape) < 0.3
        drawn = np.where(is_own, topic_words[part[:, None], places], drawn)
        text = vocabulary[drawn]
        rows += [(" ".join(line[:9]), " ".join(line)) for line in text.tolist()]
    return pl.DataFrame(rows, schema=["title", "body"], orient="row").with_columns(
        pl.Series("published_at", [START + timedelta(days=float(day)) for day in days], dtype=pl.Datetime("us")),
        article_id=pl.format("a{}", pl.int_range(count).cast(pl.String).str.zfill(6)),
    )


def _spell(number: int) -> str:
    base, spelled = len(_SYLLABLES), ""
    number += base
    while number:
        number, rest = divmod(number, base)
        spelled += _SYLLABLES[rest]
    return spelled
