"""Proposals: pairs of tags that may be one thing, for an editor to accept or reject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analytics.tags.evidence import gather_evidence, weigh
from analytics.tags.spelling import OTHER_WORDS, SCRIPT, Variant, find_variants

LEAST_SCORE = 0.85
_ENOUGH_GROUPS = 4
Pair = tuple[str, str]
PAIR_SCHEMA = {"tag_key": pl.String, "other_key": pl.String}


@dataclass(frozen=True)
class Proposal:
    """Two tags that may be one thing.

    Attributes
    ----------
    tag, canonical : str
        Keys: the tag that would stand under the other, which more articles carry.
    score : float
        From 0 to 1.
    kind : str
        How the spellings differ, one of `KINDS`.
    similarity : float
        Of the spellings alone.
    articles, canonical_articles : int
        Articles that carry each.
    together : int
        Articles that carry both: one person is seldom tagged twice.
    common_tags : tuple of str
        Keys of tags that stand beside both, the rarest first.
    likeness : float
        How alike the tags beside them are (0 to 1).
    common_groups, groups : int
        Translated articles in which they stand on the two sides, of those of the rarer tag.
    """

    tag: str
    canonical: str
    score: float
    kind: str
    similarity: float
    articles: int
    canonical_articles: int
    together: int
    common_tags: tuple[str, ...]
    likeness: float
    common_groups: int
    groups: int


def propose(
    owners: Mapping[str, str],
    carried: pl.DataFrame,
    decided: Collection[frozenset[str]],
    *,
    least_score: float = LEAST_SCORE,
) -> list[Proposal]:
    """Propose pairs of tags, the surest first.

    Parameters
    ----------
    owners : mapping of str to str
        The key of every spelling, with the key of the tag it stands under.
    carried : DataFrame
        `article_id`, `tag_key`, `translation_group`, `edition`: a row an article and tag.
    decided : collection of frozenset of str
        Pairs of keys that an editor has decided; they are not proposed again, under whichever canonical tag they stand.
    least_score : float
        Nothing below it.
    """
    settled = {frozenset(owners.get(key, key) for key in pair) for pair in decided}
    found = _lift(find_variants(owners), owners)
    open_pairs = {pair: variant for pair, variant in found.items() if frozenset(pair) not in settled}
    kept = _yield_to_rivals(_weigh_pairs(open_pairs, carried), found)
    return sorted(
        (one for one in kept if one.score >= least_score),
        key=lambda one: (-one.score, -one.articles, one.tag, one.canonical),
    )


def assess(owners: Mapping[str, str], carried: pl.DataFrame, one: str, other: str) -> Proposal:
    """Weigh one pair of tags as `propose` does, also where it would not be proposed; `other` is the canonical one."""
    forms = {form: key for form, key in owners.items() if key in {one, other}}
    pair = (min(one, other), max(one, other))
    variant = _lift(find_variants(forms), forms).get(pair, Variant(OTHER_WORDS, 0.0))
    (proposal,) = _weigh_pairs({pair: variant}, carried)
    if proposal.canonical == other:
        return proposal
    return replace(
        proposal, tag=one, canonical=other, articles=proposal.canonical_articles, canonical_articles=proposal.articles
    )


def _weigh_pairs(variants: Mapping[Pair, Variant], carried: pl.DataFrame) -> list[Proposal]:
    pairs = pl.DataFrame([*variants], schema=PAIR_SCHEMA, orient="row")
    rows = gather_evidence(pairs, carried).iter_rows(named=True)
    return [_make(row, variants[row["tag_key"], row["other_key"]]) for row in rows]


def _lift(variants: Mapping[Pair, Variant], owners: Mapping[str, str]) -> dict[Pair, Variant]:
    """Take pairs of spellings for pairs of the tags they stand under, each by the most alike of its spellings."""
    lifted: dict[Pair, Variant] = {}
    for (one, other), variant in variants.items():
        first, second = sorted((owners[one], owners[other]))
        known = lifted.get((first, second))
        if first != second and (known is None or (variant.similarity, variant.kind) > (known.similarity, known.kind)):
            lifted[first, second] = variant
    return lifted


def _make(row: Mapping[str, Any], variant: Variant) -> Proposal:
    sides = sorted([(-row["articles"], row["tag_key"]), (-row["other_articles"], row["other_key"])])
    (canonical_articles, canonical), (articles, tag) = sides
    groups = min(row["groups"], row["other_groups"])
    score = weigh(
        variant.similarity,
        together_share=row["together"] / max(-articles, 1),
        likeness=row["likeness"],
        common_share=row["common_groups"] / max(groups, 1),
        is_contradicted=variant.kind == SCRIPT and groups >= _ENOUGH_GROUPS and not row["common_groups"],
    )
    return Proposal(
        tag, canonical, score, variant.kind, variant.similarity, -articles, -canonical_articles, row["together"],
        tuple(row["common_tags"]), row["likeness"], row["common_groups"], groups,
    )  # fmt: skip


def _yield_to_rivals(proposals: Iterable[Proposal], variants: Mapping[Pair, Variant]) -> list[Proposal]:
    """Keep the proposals but for those whose tag is a better match for a third, which is nothing like the other.

    Naples and Nablus are one word in Arabic letters but for a vowel that nobody writes: each yields to the better.
    """
    every = list(proposals)
    matches: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for one in every:
        matches[one.tag].append((one.score, one.canonical))
        matches[one.canonical].append((one.score, one.tag))
    return [one for one in every if not _has_rival(one, matches, variants)]


def _has_rival(
    proposal: Proposal, matches: Mapping[str, list[tuple[float, str]]], variants: Mapping[Pair, Variant]
) -> bool:
    sides = (proposal.tag, proposal.canonical), (proposal.canonical, proposal.tag)
    return any(
        score > proposal.score and third != other and not _are_alike(third, other, variants)
        for side, other in sides
        for score, third in matches[side]
    )


def _are_alike(one: str, other: str, variants: Mapping[Pair, Variant]) -> bool:
    return (one, other) in variants or (other, one) in variants
