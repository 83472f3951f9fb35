"""From candidates to the lists a page shows: the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from analytics.read_next.settings import ReadNextSettings
    from analytics.read_next.signals import Signals

ALL_TAB = ""
"""The tab that every section shares."""
RESERVE = 4
"""Items kept beyond a list's length: a page that shows some of them elsewhere goes on with these."""
TEXT, NEXT_READ, PINNED = "text", "next-read", "pinned"
_LIST = ["seed_article_id", "tab"]


def choose_slates(candidates: pl.DataFrame, settings: ReadNextSettings, signals: Signals) -> pl.DataFrame:
    """Choose and rank the items of each seed, for each tab.

    In this order: what an editor banned goes, what is too weak, and what is nearly the seed's own text; of candidates
    that are nearly the same text, the best stays; each tab takes its section; of one section at most `section_cap`
    stay; what resembles what stands above it steps back by `diversity`; what stood there before holds its place
    against what is better by less than `calm`; the best `length` remain, and a reserve. A pin takes its slot.
    Fewer items rather than weak ones: a seed may end with none.

    Parameters
    ----------
    candidates
        `seed_article_id`, `article_id`, `score`, `text_similarity`, `next_reads`, `read_share`, `section`, `story_id`,
        `is_own_story`, one row per pair. The rules on near-duplicates and diversity among the items need the items' own
        candidates among the rows.
    settings
        Length and limits.
    signals
        Pins, bans, and what was shown before.

    Returns
    -------
    pl.DataFrame
        The same columns, `tab`, `basis`, `rank` from 1 and `is_reserve`, sorted by seed, tab and rank; equal scores
        by `article_id`.

    Examples
    --------
    >>> from analytics.read_next.settings import ReadNextSettings
    >>> from analytics.read_next.signals import Signals
    >>> rows = [("a", "b", 0.5, 0.5), ("a", "c", 0.9, 0.9), ("a", "d", 0.01, 0.01)]
    >>> pairs = pl.DataFrame(rows, schema=["seed_article_id", "article_id", "score", "text_similarity"], orient="row")
    >>> nothing = pl.lit(None, pl.String)
    >>> pairs = pairs.with_columns(section=nothing, story_id=nothing, is_own_story=False, next_reads=0, read_share=0.0)
    >>> choose_slates(pairs, ReadNextSettings(), Signals()).select("rank", "article_id").rows()
    [(1, 'b')]
    """
    is_twin = pl.col("text_similarity") >= settings.near_duplicate_similarity
    is_strong = (pl.col("text_similarity") >= settings.minimum_similarity) | (
        pl.col("next_reads") >= settings.minimum_next_reads
    )
    allowed = _drop_banned(candidates, signals.bans)
    strong = allowed.filter(is_strong, ~is_twin)
    if settings.is_one_per_story:
        strong = strong.filter(~pl.col("is_own_story"))
    kept = _drop_twins(_rank(strong, ["seed_article_id"], "score"), candidates.filter(is_twin))
    if settings.is_one_per_story:
        is_first = pl.col("rank") == pl.col("rank").min().over("seed_article_id", "story_id")
        kept = kept.filter(pl.col("story_id").is_null() | is_first)
    slates = _open_tabs(kept, settings.tabs)
    if settings.section_cap is not None:
        in_section = _count_within(*_LIST, "section")
        is_capped = pl.col("section").is_null() | (pl.col("tab") != ALL_TAB) | (in_section <= settings.section_cap)
        slates = slates.filter(is_capped)
    slates = _diversify(slates, candidates, settings)
    slates = _hold(slates, signals.incumbents, settings)
    basis = pl.when(pl.col("read_share") > 0.5).then(pl.lit(NEXT_READ)).otherwise(pl.lit(TEXT))  # noqa: PLR2004 - half
    chosen = slates.with_columns(basis=basis).filter(pl.col("rank") <= settings.length + RESERVE)
    placed = _place_pins(chosen, allowed, signals, settings)
    return placed.with_columns(is_reserve=pl.col("rank") > settings.length)


def _drop_banned(candidates: pl.DataFrame, bans: pl.DataFrame) -> pl.DataFrame:
    everywhere = bans.filter(pl.col("seed_article_id").is_null()).select("article_id")
    pairs = bans.filter(pl.col("seed_article_id").is_not_null()).select("seed_article_id", "article_id")
    kept = candidates.join(everywhere, on="article_id", how="anti", maintain_order="left")
    return kept.join(pairs, on=pairs.columns, how="anti", maintain_order="left")


def _drop_twins(ranked: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Drop what is nearly the same text as a better candidate of the same seed."""
    pairs = twins.select(article_id="seed_article_id", twin_id="article_id")
    better = ranked.select("seed_article_id", twin_id="article_id", twin_rank="rank")
    repeated = (
        ranked.select("seed_article_id", "article_id", "rank")
        .join(pairs, on="article_id")
        .join(better, on=["seed_article_id", "twin_id"])
        .filter(pl.col("twin_rank") < pl.col("rank"))
    )
    return ranked.join(repeated, on=["seed_article_id", "article_id"], how="anti", maintain_order="left")


def _open_tabs(ranked: pl.DataFrame, tabs: tuple[str, ...]) -> pl.DataFrame:
    """Give the tab of all sections every candidate, and each other tab those of its section."""
    of_section = [ranked.filter(pl.col("section") == tab).with_columns(tab=pl.lit(tab)) for tab in tabs]
    every = pl.concat([ranked.with_columns(tab=pl.lit(ALL_TAB)), *of_section])
    return _rank(every, _LIST, "score")


def _diversify(slates: pl.DataFrame, candidates: pl.DataFrame, settings: ReadNextSettings) -> pl.DataFrame:
    """Rank by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), one place after the other."""
    if not settings.diversity:
        return slates
    alike = candidates.select(article_id="seed_article_id", other="article_id", alike="text_similarity")
    share = pl.col("score") / pl.col("score").max().over(_LIST)
    waiting = slates.with_columns(gain=share, closest=pl.lit(0.0))
    placed: list[pl.DataFrame] = []
    for place in range(1, settings.length + RESERVE + 1):
        worth = (1 - settings.diversity) * pl.col("gain") - settings.diversity * pl.col("closest")
        best = _rank(waiting.with_columns(worth=worth), _LIST, "worth").filter(pl.col("rank") == 1)
        placed.append(best.with_columns(rank=pl.lit(place, pl.Int64)))
        waiting = waiting.join(best, on=[*_LIST, "article_id"], how="anti", maintain_order="left")
        near = waiting.join(best.select(*_LIST, other="article_id"), on=_LIST, maintain_order="left")
        near = near.join(alike, on=["article_id", "other"], how="left", maintain_order="left")
        closest = pl.max_horizontal("closest", pl.col("alike").fill_null(0.0))
        waiting = near.with_columns(closest=closest).drop("other", "alike")
    return pl.concat(placed).select(slates.columns).sort(*_LIST, "rank")


def _hold(slates: pl.DataFrame, incumbents: pl.DataFrame, settings: ReadNextSettings) -> pl.DataFrame:
    """Keep what was shown before where what would take its place is better by less than `calm`.

    Calm decides who is shown, not in which order: so a second run at the same moment changes nothing.
    """
    if not settings.calm or incumbents.is_empty():
        return slates
    shown = incumbents.select(*_LIST, "article_id").unique().with_columns(is_incumbent=pl.lit(value=True))
    held = slates.join(shown, on=shown.columns[:-1], how="left", maintain_order="left")
    bonus = pl.when(pl.col("is_incumbent")).then(1 + settings.calm).otherwise(1.0)
    # By place first where places were given by diversity: a step of one place is never a question of calm.
    worth = pl.col("score") * bonus if not settings.diversity else -pl.col("rank").cast(pl.Float64)
    chosen = _rank(held.with_columns(worth=worth), _LIST, "worth")
    is_shown = pl.col("rank") <= settings.length
    first, rest = chosen.filter(is_shown), chosen.filter(~is_shown)
    order = "score" if not settings.diversity else "worth"
    first, rest = _rank(first, _LIST, order), _rank(rest, _LIST, order)
    rest = rest.with_columns(rank=pl.col("rank") + settings.length)
    return pl.concat([first, rest]).select(slates.columns).sort(*_LIST, "rank")


def _place_pins(
    slates: pl.DataFrame, candidates: pl.DataFrame, signals: Signals, settings: ReadNextSettings
) -> pl.DataFrame:
    """Give each pinned article its slot; the others move down."""
    if signals.pins.is_empty():
        return slates
    pinned = (
        signals.pair_pins(candidates["seed_article_id"])
        .join(candidates, on=["seed_article_id", "article_id"])
        .with_columns(tab=pl.lit(ALL_TAB), basis=pl.lit(PINNED), rank=pl.col("slot"))
    )
    others = slates.join(pinned, on=[*_LIST, "article_id"], how="anti", maintain_order="left")
    touched = others.join(pinned, on=_LIST, how="semi", maintain_order="left")
    untouched = others.join(pinned, on=_LIST, how="anti", maintain_order="left")
    placed = [_interleave(group, pinned) for group in touched.partition_by(_LIST, maintain_order=True)]
    alone = pinned.join(touched, on=_LIST, how="anti").select(slates.columns)
    ranked = pl.concat([untouched, *placed, alone]).sort(*_LIST, "rank", "article_id")
    ranked = ranked.with_columns(rank=_count_within(*_LIST))
    return ranked.filter(pl.col("rank") <= settings.length + RESERVE)


def _interleave(group: pl.DataFrame, pinned: pl.DataFrame) -> pl.DataFrame:
    own = pinned.join(group.select(_LIST).unique(), on=_LIST).sort("slot", "article_id")
    rows, pins = group.sort("rank").to_dicts(), own.select(group.columns).to_dicts()
    for pin in pins:
        rows.insert(min(pin["rank"] - 1, len(rows)), pin)
    numbered = [row | {"rank": place} for place, row in enumerate(rows, 1)]
    return pl.DataFrame(numbered, schema=group.schema)


def _rank(rows: pl.DataFrame, within: list[str], by: str) -> pl.DataFrame:
    ordered = rows.sort(*within, by, "article_id", descending=[*(False for _ in within), True, False])
    return ordered.with_columns(rank=_count_within(*within))


def _count_within(*group: str) -> pl.Expr:
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(group)
