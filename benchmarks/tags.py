"""Measures what proposing tags costs, at doubling numbers of tags.

Run it as ``scripts/bench tags``; ``READERSHIP_BENCH_TAGS`` sets the largest number. Names are made of 25 syllables, so
that most tags have many neighbours, and the more tags the more of them; each tag stands on four articles.
"""

from __future__ import annotations

import os
import random
import resource
import time

import polars as pl

from analytics.tags.proposals import propose

SYLLABLES = "ba ri mo ka shi len tor da vi sa gu el ner pa zo fi ha nu wa che lo mi ta ke ro".split()  # noqa: SIM905 - a table
ARABIC = "با ري مو كا شي لن تر دا في سا غو ال نر زو حا نو وا لو مي تا كه رو".split()  # noqa: SIM905 - a table
ARTICLES_A_TAG, TAGS_AN_ARTICLE, ARABIC_SHARE = 4, 5, 0.3


def invent_tags(count: int, dice: random.Random) -> list[str]:
    """Give different names of two words, some of them in Arabic letters."""
    tags: dict[str, None] = {}
    while len(tags) < count:
        parts = ARABIC if dice.random() < ARABIC_SHARE else SYLLABLES
        words = ("".join(dice.choices(parts, k=dice.randint(2, 4))) for _ in range(2))
        tags[" ".join(words)] = None
    return [*tags]


def carry(tags: list[str], dice: random.Random) -> pl.DataFrame:
    """Put the tags on articles of two editions, some of which are translated."""
    articles = len(tags) * ARTICLES_A_TAG // TAGS_AN_ARTICLE
    numbers = [dice.randrange(articles) for _ in tags for _ in range(ARTICLES_A_TAG)]
    frame = pl.DataFrame({"number": numbers, "tag_key": [tag for tag in tags for _ in range(ARTICLES_A_TAG)]}).unique()
    number = pl.col("number")
    return frame.select(
        "tag_key",
        article_id=number.cast(pl.String),
        edition=pl.when(number % 2 == 0).then(pl.lit("en")).otherwise(pl.lit("ar")),
        section=(number % 9).cast(pl.String),
        translation_group=pl.when(number % 6 < 2).then((number // 2).cast(pl.String)),
    )


def main() -> None:
    """Print a row a number of tags."""
    largest = int(os.environ.get("READERSHIP_BENCH_TAGS", "50000"))
    print(f"{'tags':>8} {'proposals':>10} {'CPU seconds':>12} {'peak MB':>8}")
    for count in (largest // 4, largest // 2, largest):
        dice = random.Random(count)  # noqa: S311 - the same tags every time
        tags = invent_tags(count, dice)
        carried = carry(tags, dice)
        started = time.process_time()
        found = propose({tag: tag for tag in tags}, carried, [])
        spent = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"{count:>8,} {len(found):>10,} {spent:>12.1f} {peak:>8,.0f}")


if __name__ == "__main__":
    main()
