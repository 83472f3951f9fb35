"""Planted attacks on the lists, of rising strength, and how far each one gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analytics.instants import format_instant

STRENGTHS = (50, 200, 800, 3200)
"""Lines of each attack."""
WINDOW = timedelta(hours=24)
_SPAN = timedelta(hours=20)
_ACTORS = 5
_HOSTS = 250
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:124.0) Gecko/20100101 Firefox/124.0"
_ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_SHARES = "five actors who share"
Fields = dict[str, Any]

_WAYS: dict[str, Callable[[int, int], Fields]] = {
    "one visitor who reloads": lambda number, _: {"visitor_id": f"reloader-{number}"},
    "one network of machines": lambda number, line: {
        "ip": f"198.51.{100 + number % 100}.{1 + line % _HOSTS}",
        "user_agent": _BROWSER,
    },
    "a robot that says so": lambda number, _: {"ip": f"203.0.113.{number}", "user_agent": _ROBOT},
    _SHARES: lambda number, line: {
        "kind": "share",
        "visitor_id": f"sharer-{number}-{line % _ACTORS}",
        "share_network": "x",
    },
    "people through one referrer": lambda number, line: {
        "visitor_id": f"follower-{number}-{line}",
        "referrer": "https://forum.example/thread",
    },
    "people through the list's own box": lambda number, line: {
        "visitor_id": f"clicker-{number}-{line}",
        "source_box": "most-read",
        "slot": 1,
    },
    "as many people": lambda number, line: {"visitor_id": f"person-{number}-{line}"},
}

PEOPLE = frozenset(name for name in _WAYS if "people" in name)
"""Attacks that people make: they count."""


@dataclass(frozen=True)
class Attack:
    """One attack on one article.

    Attributes
    ----------
    name : str
        How it was made.
    lines : int
        Events sent.
    article_id : str
        The article it pushes.
    """

    name: str
    lines: int
    article_id: str

    @property
    def is_of_shares(self) -> bool:
        """Whether it pushes the list of shared articles."""
        return self.name == _SHARES


@dataclass(frozen=True)
class Outcome:
    """How far an attack got; ranks are among the articles that nobody pushed.

    Attributes
    ----------
    counted : int
        Of its lines, those that count.
    rank_before : int
        Without the attack.
    naive_rank : int
        In a list that counts lines.
    rank : int
        In ours.
    rank_of_people : int
        As many people would have brought it here.
    """

    name: str
    lines: int
    counted: int
    rank_before: int
    naive_rank: int
    rank: int
    rank_of_people: int


def plan_attacks(quiet: Sequence[str]) -> list[Attack]:
    """Plan every attack in every strength, each on an article of its own.

    Parameters
    ----------
    quiet : sequence of str
        Articles that few read; where they are too few the strongest attacks are left out.

    Examples
    --------
    >>> plan_attacks(["a", "b"])[1]
    Attack(name='one network of machines', lines=50, article_id='b')
    """
    named = [(name, lines) for lines in STRENGTHS for name in _WAYS]
    return [Attack(name, lines, article_id) for (name, lines), article_id in zip(named, quiet, strict=False)]


def list_events(attacks: Sequence[Attack], as_of: datetime) -> Iterator[Fields]:
    """List the events of all attacks, spread evenly over the hours before a moment."""
    for number, attack in enumerate(attacks):
        for line in range(attack.lines):
            at = as_of - _SPAN * (line + 1) / attack.lines
            yield {
                "event_id": f"attack-{number}-{line}",
                "kind": "pageview",
                "occurred_at": format_instant(at),
                "article_id": attack.article_id,
            } | _WAYS[attack.name](number, line)


def judge_attacks(
    attacks: Sequence[Attack], before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]
) -> list[Outcome]:
    """Say how far each attack got.

    Parameters
    ----------
    attacks : sequence of Attack
        What was planted.
    before, after : mapping of str to mapping
        By article, `pageviews`, `reads`, `share_events` and `shares` in the window.

    Examples
    --------
    >>> counts = {"a": dict(pageviews=1, reads=1, share_events=0, shares=0), "b": dict(
    ...     pageviews=9, reads=9, share_events=0, shares=0)}
    >>> pushed = counts | {"a": dict(pageviews=51, reads=1, share_events=0, shares=0)}
    >>> one = judge_attacks([Attack("one visitor who reloads", 50, "a")], counts, pushed)[0]
    >>> one.counted, one.rank_before, one.naive_rank, one.rank, one.rank_of_people
    (0, 2, 1, 2, 1)
    """
    pushed = {attack.article_id for attack in attacks}
    found = []
    for attack in attacks:
        came, counts = ("share_events", "shares") if attack.is_of_shares else ("pageviews", "reads")
        others = {name: [own[name] for one, own in before.items() if one not in pushed] for name in (came, counts)}
        own, now = (side.get(attack.article_id, {}).get(counts, 0) for side in (before, after))
        lines = after.get(attack.article_id, {}).get(came, 0)
        found.append(
            Outcome(
                attack.name,
                attack.lines,
                now - own,
                _rank(own, others[counts]),
                _rank(lines, others[came]),
                _rank(now, others[counts]),
                _rank(own + attack.lines, others[counts]),
            )
        )
    return found


def _rank(count: int, others: Sequence[int]) -> int:
    return 1 + sum(other >= count for other in others)


def rank_naively(counts: pl.DataFrame, length: int) -> list[str]:
    """Rank articles by the lines that came, as a plain count over a window does."""
    order = counts.sort("pageviews", "article_id", descending=[True, False])
    return order["article_id"].head(length).to_list()
