"""The account of one article's place in one list, and the sums in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from analytics.settings import ListSettings

_UNIT = 2**80
_MILLISECONDS_A_MINUTE = 60_000

Standing = Literal["listed", "below", "left_out", "no_candidate"]


class Part(Struct, frozen=True):
    """What events of one hour and kind add to the score; for other metrics what one of their terms adds.

    Attributes
    ----------
    kind : str
        `read`, `box_read`, `share`, `engaged`, or a term of another metric.
    hour : str or None
        Start of the hour (UTC).
    count : float or None
        Reads, shares, or minutes of engaged time.
    weight : float or None
        What one of them is worth to the list when it happens.
    decay : float or None
        What time has left of that, in the mean of the hour.
    contribution : float
        In units of the score; all parts add up to it.
    """

    kind: str
    hour: str | None
    count: float | None
    weight: float | None
    decay: float | None
    contribution: float


class Removed(Struct, frozen=True):
    """Events in the window that do not count, by the first reason."""

    reason: str
    kind: str
    count: int


class Neighbour(Struct, frozen=True):
    """An article near this one; `rank` is null below the list."""

    rank: int | None
    article_id: str
    title: str
    score: float
    basis: str


class Distance(Struct, frozen=True):
    """How many more reads (or shares), made at the moment described, one article needs to pass another.

    Attributes
    ----------
    count : int
        So many, each by a reader of its own.
    kind : str
        `read` or `share`.
    article_id : str
        The other one: who is passed, or who passes.
    """

    count: int
    kind: str
    article_id: str


class Share(Struct, frozen=True):
    """One holder of the article's weight."""

    name: str
    share: float


class Fragility(Struct, frozen=True):
    """On how few the place rests.

    Attributes
    ----------
    readers : int
        Who gave the score its weight; an event without a visitor is one.
    readers_to_lose : int or None
        The fewest of them without whom the next article would have the slot; null where nobody would.
    effective_networks, effective_referrers : float or None
        One over the sum of squared shares: as many equal ones would be as concentrated. No referrer is one of them;
        events of an unknown network are left out.
    known_network_share : float
        Share of the weight whose network is known.
    box_share : float
        Share of the weight of reads that came from boxes.
    boxes, referrers : tuple of Share
        The largest first, ten at most; the empty name is no referrer.
    """

    readers: int
    readers_to_lose: int | None
    effective_networks: float | None
    known_network_share: float
    effective_referrers: float | None
    box_share: float
    boxes: tuple[Share, ...]
    referrers: tuple[Share, ...]


class Explanation(Struct, frozen=True, tag_field="schema", tag="readership/explanation/1"):
    """Why an article stands where it stands in a list, or why it does not.

    Attributes
    ----------
    standing : str
        `listed`; `below`, with too little score; `left_out`, by a rule; `no_candidate`, which no score can change.
    reason : str or None
        What kept it out.
    rank : int or None
        Its slot.
    place : int or None
        Its place by score alone, among all that may stand in the list.
    """

    list: str
    scope: str
    as_of: str
    article_id: str
    url: str
    title: str
    published_at: str
    standing: Standing
    reason: str | None
    rank: int | None
    place: int | None
    length: int
    basis: str
    metric: str
    half_life_hours: float | None
    window_from: str
    score: float
    parts: tuple[Part, ...]
    removed: tuple[Removed, ...]
    rules: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    to_next_slot: Distance | None
    to_losing_slot: Distance | None
    fragility: Fragility


def weigh_part(
    settings: ListSettings, kind: str, units: int, mass: int | Fraction
) -> tuple[float, float, float, Fraction]:
    """Give count, weight, mean decay and exact contribution of an hour's events of one kind.

    Parameters
    ----------
    settings : ListSettings
        The list.
    kind : str
        `read`, `box_read`, `share` or `engaged`.
    units : int
        Reads, shares, or milliseconds of engaged time.
    mass : int or Fraction
        The same, decayed, in units of 2^-80.

    Examples
    --------
    >>> weigh_part(ListSettings("6h", "48h", 10), "read", 3, 3 * 2**79)
    (3.0, 1.0, 0.5, Fraction(3, 2))
    """
    weights, box = settings.weights, settings.box_click_weight
    weight = {
        "read": weights.read,
        "box_read": weights.read * box,
        "share": weights.share,
        "engaged": weights.engaged_minute,
    }[kind]
    scale = _MILLISECONDS_A_MINUTE if kind == "engaged" else 1
    decayed = Fraction(mass) / (_UNIT * scale)
    return units / scale, weight, float(decayed * scale / units), Fraction(weight) * decayed


def count_to_pass(score: float, other: float, weight: float, *, ties_from: float) -> int | None:
    """Count the events of a weight that lift a score over another.

    Parameters
    ----------
    score, other : float
        The lower and the higher.
    weight : float
        What one event adds.
    ties_from : float
        From so many events on, the lower one stands first at the same score.

    Returns
    -------
    int or None
        At least 1; nothing where the events weigh nothing.

    Examples
    --------
    >>> count_to_pass(2.5, 4.0, 1.0, ties_from=0), count_to_pass(2.0, 4.0, 1.0, ties_from=2)
    (2, 2)
    >>> count_to_pass(2.0, 4.0, 1.0, ties_from=3), count_to_pass(1.0, 4.0, 0.0, ties_from=0)
    (3, None)
    """
    if weight <= 0:
        return None
    count = max(1, math.floor((other - score) / weight))
    while not (score + count * weight > other or (count >= ties_from and score + count * weight == other)):
        count += 1
    return count


def count_to_lose(held: Iterable[float], score: float, other: float) -> int | None:
    """Count the heaviest holders that must go before a score is below another.

    Parameters
    ----------
    held : iterable of float
        What each holder adds to the score.
    score, other : float
        The higher and the lower.

    Examples
    --------
    >>> count_to_lose([1.0, 2.0, 0.5], 3.5, 1.0), count_to_lose([1.0], 1.0, 0.0)
    (2, None)
    """
    for count, weight in enumerate(sorted(held, reverse=True), start=1):
        score -= weight
        # What is equal but for the last digits is a tie, which is not lost.
        if score < other and not math.isclose(score, other, rel_tol=1e-12):
            return count
    return None


def count_effective(weights: Sequence[float]) -> float | None:
    """Give one over the sum of squared shares; nothing where nothing weighs.

    Examples
    --------
    >>> count_effective([1.0, 1.0]), count_effective([3.0, 0.0]), count_effective([])
    (2.0, 1.0, None)
    """
    total = math.fsum(weights)
    if total <= 0:
        return None
    return 1 / math.fsum((weight / total) ** 2 for weight in weights)
