"""Proposals as a table that fits a terminal."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from analytics.tags.known import Suggestion


def tabulate(suggestions: Iterable[Suggestion]) -> pl.DataFrame:
    """Give a row a proposal: what, how sure, which variant, and the evidence in words."""
    rows = [
        {
            "tag": f"{one.label} ({one.proposal.articles:,})",
            "canonical": f"{one.canonical_label} ({one.proposal.canonical_articles:,})",
            "score": f"{one.proposal.score:.2f}",
            "variant": one.proposal.kind,
            "evidence": "; ".join(_tell_evidence(one)),
        }
        for one in suggestions
    ]
    return pl.DataFrame(rows)


def _tell_evidence(one: Suggestion) -> list[str]:
    proposal = one.proposal
    told = {
        f"beside both: {', '.join(one.common_tags)}": one.common_tags,
        f"{proposal.common_groups} of {proposal.groups} translations have the other": proposal.groups,
        f"{one.shared_readers:,} readers of both": one.shared_readers,
        f"{proposal.together} articles carry both": proposal.together,
        one.warning or "": one.warning,
    }
    return [words for words, holds in told.items() if holds]
