"""What counting made of the demo: every planted kind, what removed it, and people taken for robots."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from analytics.reference_data import read_reference
from analytics.warehouse import query_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Robots that do not say so: only behaviour tells them from people.
HIDDEN: Final = ("sweeper", "metronome", "click_farm")
STRANGERS: Final = ("declared_robot", *HIDDEN, "staff", "prefetch", "no_pageview")
CARRIER: Final = "mobile_carrier"
KINDS: Final = (*STRANGERS, "repeat", "box_click", CARRIER)
_PAGEVIEWS: Final = "select event_key, visitor_key, removed_by, robot_rule from events.counted where kind = 'pageview'"
_BEHAVIOUR: Final = "behavioural_robot"


@dataclass(frozen=True)
class KindVerdict:
    """Pageviews of one planted kind; ``reasons`` counts the removed ones, those of robots by the rule's name."""

    kind: str
    pageviews: int
    removed: int
    removed_as_robot: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class DemoVerdict:
    """How well robots were told from people.

    ``precision`` is the share of the pageviews removed by behaviour that planted robots made, ``recall`` the share of
    those robots' pageviews that behaviour removed; None where there is nothing to share. People are everybody who was
    not planted as something else; those of the carrier are people too.
    """

    rules_version: int
    kinds: tuple[KindVerdict, ...]
    precision: float | None
    recall: float | None
    people: KindVerdict
    people_visitors: int
    people_visitors_removed_as_robots: int

    def find(self, kind: str) -> KindVerdict:
        """Return the verdict on one planted kind."""
        return next(one for one in self.kinds if one.kind == kind)


def judge_demo(newsroom: Path, snapshot: Path) -> DemoVerdict:
    """Compare the counted pageviews of a demo with what was planted.

    Parameters
    ----------
    newsroom
        The folder with the planted truth.
    snapshot
        The demo's published database.
    """
    return judge(read_truth(newsroom)["events"], query_snapshot(snapshot, _PAGEVIEWS))


def read_truth(newsroom: Path) -> dict[str, Any]:
    """Return the planted truth of a newsroom."""
    plain, packed = newsroom / "truth.json", newsroom / "truth.json.gz"
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    truth: dict[str, Any] = json.loads(content)
    return truth


def judge(planted: Mapping[str, Sequence[str]], pageviews: pl.DataFrame) -> DemoVerdict:
    """Compare pageviews with the event ids that were planted, by kind.

    Parameters
    ----------
    planted
        Event ids by kind.
    pageviews
        ``event_key``, ``visitor_key``, ``removed_by`` and ``robot_rule`` of each.
    """
    keys = {kind: [find_key(name) for name in planted[kind]] for kind in KINDS}
    by_kind = {kind: _pick(pageviews, keys[kind]) for kind in KINDS}
    strangers = pl.Series([key for kind in STRANGERS for key in keys[kind]], dtype=pl.UInt64)
    people = pageviews.filter(~pl.col("event_key").is_in(strangers.implode()))
    wronged = people.filter(removed_by=_BEHAVIOUR)
    caught = sum(by_kind[kind].filter(removed_by=_BEHAVIOUR).height for kind in HIDDEN)
    return DemoVerdict(
        rules_version=int(read_reference("robot_rules")[0]["version"]),
        kinds=tuple(_sum_up(kind, by_kind[kind]) for kind in KINDS),
        precision=_share(caught, pageviews.filter(removed_by=_BEHAVIOUR).height),
        recall=_share(caught, sum(by_kind[kind].height for kind in HIDDEN)),
        people=_sum_up("people", people),
        people_visitors=people["visitor_key"].drop_nulls().n_unique(),
        people_visitors_removed_as_robots=wronged["visitor_key"].drop_nulls().n_unique(),
    )


def find_key(event_id: str) -> int:
    """Return the key of an event by its id, as `sql/stage/event.sql` makes it.

    Examples
    --------
    >>> find_key("e0000001")
    7681399195066578999
    """
    return int(sha256(f"id{event_id}".encode()).hexdigest()[:16], 16)


def _pick(pageviews: pl.DataFrame, keys: Sequence[int]) -> pl.DataFrame:
    return pageviews.join(
        pl.DataFrame({"event_key": keys}, schema={"event_key": pl.UInt64}), on="event_key", how="semi"
    )


def _sum_up(kind: str, pageviews: pl.DataFrame) -> KindVerdict:
    removed = pageviews.filter(pl.col("removed_by").is_not_null())
    is_robot = pl.col("removed_by") == _BEHAVIOUR
    why = removed.group_by(reason=pl.when(is_robot).then("robot_rule").otherwise("removed_by")).len()
    reasons = dict(why.sort("len", "reason", descending=[True, False]).iter_rows())
    return KindVerdict(kind, pageviews.height, removed.height, removed.filter(is_robot).height, reasons)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
