"""The knobs of Read Next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analytics.similarity.fields import FIELD_WEIGHTS, NAME_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

MAXIMUM_AGE_DAYS: Mapping[str, float] = {"video": 90.0}


@dataclass(frozen=True)
class ReadNextSettings:
    """How Read Next chooses.

    Attributes
    ----------
    length
        Items for one seed, at most.
    field_weights
        Weight of each text field; a field without one is left out. An article without a summary is taken
        to begin with one.
    name_weights
        Weight of words that are always written with a capital, by language; 1 for any other.
    minimum_similarity
        Below this text similarity an item is too weak: fewer items are shown instead.
    minimum_similarity_share
        Below this share of the similarity of the seed's nearest it is, too.
    near_duplicate_similarity
        From this text similarity on, two articles count as the same text, and only one is shown.
    recency_half_life_days, recency_floor
        The factor `floor + (1 - floor) * 2 ** (-age / half_life)` on the similarity.
    maximum_age_days
        Age limit of an item by content type, in days.
    other_maximum_age_days
        Age limit of every other content type, in days.
    section_cap
        Items of one section in a slate, at most; None for no limit.
    minimum_next_reads
        An item that so many readers went on to is never too weak.
    popularity_weight
        Share of popularity in what is expected before anything was read next.
    sharpness
        How much more likely the nearest texts are than nearer ones: the power of the similarity.
    is_one_per_story
        Whether a list holds at most one article of a story, and none of the seed's own.
    diversity
        Share of a place that goes to being unlike what stands above, from 0 to 1.
    calm
        What was shown before stays unless what would take its place is better by this share.
    tabs
        Sections with a list of their own.
    pool
        Candidates kept for each seed before the rules.
    shared_terms
        Terms named as a reason, at most.
    threads
        Threads of the similarity product; the result does not depend on it.
    """

    length: int = 4
    field_weights: Mapping[str, float] = field(default_factory=lambda: dict(FIELD_WEIGHTS))
    name_weights: Mapping[str, float] = field(default_factory=lambda: dict(NAME_WEIGHTS))
    minimum_similarity: float = 0.05
    minimum_similarity_share: float = 0.2
    near_duplicate_similarity: float = 0.8
    recency_half_life_days: float = 7.0
    recency_floor: float = 0.85
    maximum_age_days: Mapping[str, float] = field(default_factory=lambda: dict(MAXIMUM_AGE_DAYS))
    other_maximum_age_days: float = 365.0
    section_cap: int | None = None
    minimum_next_reads: int = 3
    popularity_weight: float = 0.5
    sharpness: float = 3.0
    is_one_per_story: bool = True
    diversity: float = 0.0
    calm: float = 0.05
    tabs: tuple[str, ...] = ()
    pool: int = 50
    shared_terms: int = 3
    threads: int = 2
