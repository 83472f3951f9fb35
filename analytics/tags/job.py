"""Proposes tags that may be one thing, shows what would change, and records what an editor decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from analytics.context import Context
from analytics.errors import UsageError, name_nearest
from analytics.instants import format_instant
from analytics.tags.alias_file import ACCEPTED, Aliases, Ruling
from analytics.tags.effect import apply_aliases
from analytics.tags.known import KnownTags, Suggestion
from analytics.tags.proposals import assess, propose

_EXAMPLES, _DAYS = 5, 7


@dataclass(frozen=True)
class Preview:
    """What accepting two tags as one would change.

    Attributes
    ----------
    suggestion : Suggestion
        What speaks for it.
    verdict : str or None
        What was decided of the two before.
    articles, canonical_articles, merged_articles : int
        Articles with the tag, with the canonical tag, and with either.
    gaining : tuple of str
        Ids of articles that would gain the canonical tag, some of them.
    reads, canonical_reads, merged_reads : int
        Reads of these articles in the last seven days of the rollups.
    rank, canonical_rank, merged_rank : int
        Places among all tags by these reads.
    tags : int
        So many tags there are.
    """

    suggestion: Suggestion
    verdict: str | None
    articles: int
    canonical_articles: int
    merged_articles: int
    gaining: tuple[str, ...]
    reads: int
    canonical_reads: int
    merged_reads: int
    rank: int
    canonical_rank: int
    merged_rank: int
    tags: int


@dataclass(frozen=True)
class Decision:
    """What became of a ruling.

    Attributes
    ----------
    ruling : Ruling
        As the file has it.
    is_new : bool
        False where the file said so already.
    articles : int
        Articles that carried the tag.
    warning : str or None
        That the tag may stand for two people.
    """

    ruling: Ruling
    is_new: bool
    articles: int
    warning: str | None


def suggest_tags(context: Context, *, edition: str | None = None, length: int = 20) -> list[Suggestion]:
    """Propose tags that may be one thing, the surest first; nothing is changed.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    edition : str, optional
        Only pairs of which an article of this edition carries a side.
    length : int
        So many at most.

    Raises
    ------
    UsageError
        Where no article is of this edition.
    """
    aliases = Aliases.read(context.workspace.tag_aliases)
    with context.hold(), context.open(is_reader=True) as warehouse:
        tags = KnownTags.read(warehouse, aliases)
        found = propose(tags.owners, tags.carried, aliases.decided)
        if edition is not None:
            editions = sorted(set(warehouse.distinct("articles.article", "edition")))
            if edition not in editions:
                raise UsageError(f"no article is of the edition {edition!r}; {name_nearest(edition, editions)}")
            own = set(tags.carried.filter(pl.col("edition") == edition)["tag_key"])
            found = [one for one in found if own & {one.tag, one.canonical}]
        return tags.describe(found[:length], warehouse)


def preview_tags(context: Context, tag: str, canonical: str) -> Preview:
    """Show what would change if one tag stood under another; nothing is changed.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    tag, canonical : str
        By any spelling.

    Raises
    ------
    UsageError
        Where no article carries one of them, or they are one tag already.
    """
    aliases = Aliases.read(context.workspace.tag_aliases)
    with context.hold(), context.open(is_reader=True) as warehouse:
        tags = KnownTags.read(warehouse, aliases)
        one, other = tags.find_two(tag, canonical)
        (suggestion,) = tags.describe([assess(tags.owners, tags.carried, one, other)], warehouse)
        suggestion = replace(suggestion, warning=tags.warn(one, other))
        reads = warehouse.frame("articles/article_reads", days=_DAYS)
    pair = frozenset((one, other))
    verdict = next((ruling.verdict for ruling in aliases.rulings if ruling.pair == pair), None)
    return _count_change(tags.carried, reads, suggestion, verdict)


def decide_tags(context: Context, ruling: Ruling) -> Decision:
    """Write an editor's ruling into the reviewed file, and let it take effect.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock, which dates the ruling.
    ruling : Ruling
        The tags by any spelling.

    Raises
    ------
    UsageError
        Where no article carries one of them, or it is not said who decides and why, or two rejected tags would
        stand under one.
    """
    if not ruling.made_by.strip() or not ruling.reason.strip():
        raise UsageError("say who decides and why: --by and --why are never empty")
    path = context.workspace.tag_aliases
    with context.hold(), context.open() as warehouse:
        aliases = Aliases.read(path)
        apply_aliases(warehouse, aliases)
        tags = KnownTags.read(warehouse, aliases)
        dated = replace(ruling, made_at=format_instant(context.now.replace(microsecond=0)))
        ruling, articles, warning = _resolve(tags, dated)
        decided = aliases.decide(ruling)
        is_new = decided is not aliases
        if is_new:
            decided.write(path)
            apply_aliases(warehouse, decided)
            warehouse.checkpoint()
    return Decision(decided.rulings[-1] if is_new else ruling, is_new, articles, warning)


def _resolve(tags: KnownTags, ruling: Ruling) -> tuple[Ruling, int, str | None]:
    """Give a ruling as it is to be written: each tag by its own spelling, as articles write it."""
    keys = ruling.keys
    found = [tags.find(name) for name in (ruling.tag, ruling.canonical)]
    if keys[0] == keys[1]:
        raise UsageError(f"{ruling.tag!r} and {ruling.canonical!r} are the same tag already")
    named = replace(
        ruling, tag=tags.labels.get(keys[0], ruling.tag), canonical=tags.labels.get(keys[1], ruling.canonical)
    )
    articles = tags.carried.filter(pl.col("tag_key") == found[0]).height
    return named, articles, tags.warn(*found) if ruling.verdict == ACCEPTED else None


def _count_change(carried: pl.DataFrame, reads: pl.DataFrame, suggestion: Suggestion, verdict: str | None) -> Preview:
    tag, canonical = suggestion.proposal.tag, suggestion.proposal.canonical
    own, others = (set(carried.filter(pl.col("tag_key") == key)["article_id"]) for key in (tag, canonical))
    read: Mapping[str, int] = dict(reads.iter_rows())
    sums = _sum_reads(carried, read)
    merged = sum(read.get(article_id, 0) for article_id in own | others)
    rest = [count for key, count in sums.items() if key not in {tag, canonical}]
    return Preview(
        suggestion,
        verdict,
        len(own),
        len(others),
        len(own | others),
        tuple(sorted(own - others)[:_EXAMPLES]),
        sums[tag],
        sums[canonical],
        merged,
        _rank(sums[tag], [*rest, sums[canonical]]),
        _rank(sums[canonical], [*rest, sums[tag]]),
        _rank(merged, rest),
        len(sums),
    )


def _sum_reads(carried: pl.DataFrame, read: Mapping[str, int]) -> dict[str, int]:
    counts = pl.DataFrame([*read.items()], schema={"article_id": pl.String, "reads": pl.Int64}, orient="row")
    sums = carried.join(counts, on="article_id", how="left").group_by("tag_key").agg(pl.col("reads").fill_null(0).sum())
    return dict(sums.iter_rows())


def _rank(count: int, others: Iterable[int]) -> int:
    return 1 + sum(other > count for other in others)
