"""From candidates to the lists a page shows: the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.rankings.rules import place_pins

if TYPE_CHECKING:
    from analytics.read_next.settings import ReadNextSettings
    from analytics.read_next.signals import Signals

ALL_TAB = ""
"""The tab that every section shares."""
RESERVE = 4
"""Items kept beyond a list's length: a page that shows some of them elsewhere goes on with these."""
TEXT, NEXT_READ, POPULAR, PINNED = "text", "next-read", "popular", "pinned"
_PAIR = ["seed_article_id", "article_id"]
_LIST = ["seed_article_id", "tab"]
_IS_PINNED = pl.col("slot").is_not_null()


def choose_slates(
    candidates: pl.DataFrame, settings: ReadNextSettings, signals: Signals, alike: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Choose and rank the items of each seed, for each tab.

    In this order: what an editor banned goes, what is too weak, and what is nearly the seed's own text; of candidates
    that are nearly the same text, the best stays; each tab takes its section; what is weak beside the nearest goes from
    the list of all sections; of one section at most `section_cap`
    stay; what resembles what stands above it steps back by `diversity`; what stood there before holds its place
    against what is better by less than `calm`; the best `length` remain, and a reserve. A pin takes its slot in the
    tab of all sections, is exempt from every rule but the bans, and counts as the best where others give way.
    Fewer items rather than weak ones: a seed may end with none.

    Parameters
    ----------
    candidates
        `seed_article_id`, `article_id`, `score`, `text_similarity`, `next_reads`, `read_share`, `popular_share`,
        `section`, `story_id`, `is_own_story`, one row per pair.
    settings
        Length and limits.
    signals
        Pins, bans, and what was shown before.
    alike
        `seed_article_id`, `article_id`, `text_similarity`: what the rules on near-duplicates and diversity know of two
        items; the candidates themselves where none are given.

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
    >>> pairs = pairs.with_columns(section=nothing, story_id=nothing, is_own_story=False, next_reads=0)
    >>> pairs = pairs.with_columns(read_share=0.0, popular_share=0.0)
    >>> choose_slates(pairs, ReadNextSettings(), Signals()).select("rank", "article_id").rows()
    [(1, 'b')]
    """
    is_twin = pl.col("text_similarity") >= settings.near_duplicate_similarity
    may_show = ~is_twin
    if settings.is_one_per_story:
        may_show &= ~pl.col("is_own_story")
    is_followed = pl.col("next_reads") >= settings.minimum_next_reads
    is_fit = may_show & (is_followed | (pl.col("text_similarity") >= settings.minimum_similarity))
    nearest = pl.col("text_similarity").filter(may_show).max().over("seed_article_id")
    is_near = is_followed | (pl.col("text_similarity") >= settings.minimum_similarity_share * nearest)
    alike = candidates if alike is None else alike
    allowed = _mark_pins(_drop_banned(candidates, signals.bans), signals, settings)
    fit = allowed.with_columns(is_fit=is_fit, is_near=is_near).filter(pl.col("is_fit") | _IS_PINNED)
    kept = _drop_twins(_rank(fit, ["seed_article_id"], "worth"), alike.filter(is_twin))
    if settings.is_one_per_story:
        is_first = pl.col("rank") == pl.col("rank").min().over("seed_article_id", "story_id")
        kept = kept.filter(pl.col("story_id").is_null() | is_first | _IS_PINNED)
    slates = _open_tabs(kept, settings.tabs)
    slates = slates.filter(pl.col("is_near").fill_null(value=True) | (pl.col("tab") != ALL_TAB) | _IS_PINNED)
    if settings.section_cap is not None:
        in_section = _count_within(*_LIST, "section")
        is_free = pl.col("section").is_null() | (pl.col("tab") != ALL_TAB) | _IS_PINNED
        slates = slates.filter(is_free | (in_section <= settings.section_cap))
    pinned, others = slates.filter(_IS_PINNED), slates.filter(~_IS_PINNED)
    others = _diversify(_rank(others, _LIST, "score"), alike, settings)
    others = _hold(others, pinned, signals.incumbents, settings)
    placed = _place_pins(others, pinned).filter(pl.col("rank") <= settings.length + RESERVE)
    chosen = placed.with_columns(basis=_tell_basis(), is_reserve=pl.col("rank") > settings.length)
    return chosen.drop("slot", "worth", "is_fit", "is_near")


def _tell_basis() -> pl.Expr:
    """Tell what most of a score is due to, or that an editor chose."""
    read, popular = pl.col("read_share"), pl.col("popular_share")
    basis = pl.when(popular > 1 - read - popular).then(pl.lit(POPULAR)).otherwise(pl.lit(TEXT))
    basis = pl.when(read > 0.5).then(pl.lit(NEXT_READ)).otherwise(basis)  # noqa: PLR2004 - half
    return pl.when(_IS_PINNED).then(pl.lit(PINNED)).otherwise(basis)


def _mark_pins(candidates: pl.DataFrame, signals: Signals, settings: ReadNextSettings) -> pl.DataFrame:
    """Give each pinned candidate its `slot`, and each candidate its `worth` beside the others: a pin's is endless."""
    if signals.pins.is_empty():
        return candidates.with_columns(slot=pl.lit(None, pl.Int64), worth="score")
    pins = signals.pair_pins(candidates["seed_article_id"])
    pins = pins.join(candidates, on=_PAIR, how="semi", maintain_order="left").sort("slot", maintain_order=True)
    asked: dict[str, dict[str, int]] = {}
    for seed_id, article_id, slot in pins.select(*_PAIR, "slot").iter_rows():
        asked.setdefault(seed_id, {})[article_id] = slot
    slots = [
        (seed_id, article_id, slot)
        for seed_id, one in asked.items()
        for slot, article_id in place_pins(one, settings.length).items()
    ]
    placed = pl.DataFrame(slots, schema=[*((name, pl.String) for name in _PAIR), ("slot", pl.Int64)], orient="row")
    marked = candidates.join(placed, on=_PAIR, how="left", maintain_order="left")
    return marked.with_columns(worth=pl.when(_IS_PINNED).then(float("inf")).otherwise("score"))


def _drop_banned(candidates: pl.DataFrame, bans: pl.DataFrame) -> pl.DataFrame:
    everywhere = bans.filter(pl.col("seed_article_id").is_null()).select("article_id")
    pairs = bans.filter(pl.col("seed_article_id").is_not_null()).select(_PAIR)
    kept = candidates.join(everywhere, on="article_id", how="anti", maintain_order="left")
    return kept.join(pairs, on=pairs.columns, how="anti", maintain_order="left")


def _drop_twins(ranked: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Drop what is nearly the same text as a better candidate of the same seed; never a pin."""
    pairs = twins.select(article_id="seed_article_id", twin_id="article_id")
    better = ranked.select("seed_article_id", twin_id="article_id", twin_rank="rank")
    repeated = (
        ranked.filter(~_IS_PINNED)
        .select(*_PAIR, "rank")
        .join(pairs, on="article_id")
        .join(better, on=["seed_article_id", "twin_id"])
        .filter(pl.col("twin_rank") < pl.col("rank"))
    )
    return ranked.join(repeated, on=_PAIR, how="anti", maintain_order="left")


def _open_tabs(ranked: pl.DataFrame, tabs: tuple[str, ...]) -> pl.DataFrame:
    """Give the tab of all sections every candidate, and each other tab those of its section; none there is pinned."""
    free = ranked.filter("is_fit").with_columns(worth="score", slot=pl.lit(None, pl.Int64))
    of_section = [free.filter(pl.col("section") == tab).with_columns(tab=pl.lit(tab)) for tab in tabs]
    every = pl.concat([ranked.with_columns(tab=pl.lit(ALL_TAB)), *of_section])
    return _rank(every, _LIST, "worth")


def _diversify(slates: pl.DataFrame, pairs: pl.DataFrame, settings: ReadNextSettings) -> pl.DataFrame:
    """Rank by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), one place after the other."""
    if not settings.diversity:
        return slates
    alike = pairs.select(article_id="seed_article_id", other="article_id", alike="text_similarity")
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


def _hold(
    slates: pl.DataFrame, pinned: pl.DataFrame, incumbents: pl.DataFrame, settings: ReadNextSettings
) -> pl.DataFrame:
    """Keep what was shown before where what would take its place is better by less than `calm`.

    Calm decides who is shown, not in which order: so a second run at the same moment changes nothing. Of the places
    of a list, those that pins take are none to hold.
    """
    if not settings.calm or incumbents.is_empty():
        return slates
    shown = incumbents.select(*_LIST, "article_id").unique().with_columns(is_incumbent=pl.lit(value=True))
    held = slates.join(shown, on=shown.columns[:-1], how="left", maintain_order="left")
    bonus = pl.when(pl.col("is_incumbent")).then(1 + settings.calm).otherwise(1.0)
    # By place first where places were given by diversity: a step of one place is never a question of calm.
    worth = pl.col("score") * bonus if not settings.diversity else -pl.col("rank").cast(pl.Float64)
    chosen = _rank(held.with_columns(worth=worth), _LIST, "worth")
    taken = pinned.group_by(_LIST).agg(pl.len().cast(pl.Int64).alias("taken"))
    chosen = chosen.join(taken, on=_LIST, how="left", maintain_order="left").with_columns(pl.col("taken").fill_null(0))
    is_shown = pl.col("rank") <= settings.length - pl.col("taken")
    first, rest = chosen.filter(is_shown), chosen.filter(~is_shown)
    order = "score" if not settings.diversity else "worth"
    first, rest = _rank(first, _LIST, order), _rank(rest, _LIST, order)
    rest = rest.with_columns(rank=pl.col("rank") + settings.length - pl.col("taken"))
    return pl.concat([first, rest]).select(slates.columns).sort(*_LIST, "rank")


def _place_pins(others: pl.DataFrame, pinned: pl.DataFrame) -> pl.DataFrame:
    """Give each pinned article its slot, or the last of a shorter list; the others move down."""
    if pinned.is_empty():
        return others
    pins = pinned.sort(*_LIST, "slot").with_columns(rank=pl.col("slot") - _count_within(*_LIST) + 1)
    # A pin's rank is now that of the other it stands before.
    both = pl.concat([others, pins]).sort(*_LIST, "rank", "slot", nulls_last=True)
    return both.with_columns(rank=_count_within(*_LIST))


def _rank(rows: pl.DataFrame, within: list[str], by: str) -> pl.DataFrame:
    ordered = rows.sort(*within, by, "article_id", descending=[*(False for _ in within), True, False])
    return ordered.with_columns(rank=_count_within(*within))


def _count_within(*group: str) -> pl.Expr:
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(group)
