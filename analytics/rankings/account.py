"""Accounts for one article's place in one list: the parts of its score, what was removed, its rules, its neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import polars as pl

from analytics.errors import NoInputError
from analytics.instants import format_instant
from analytics.rankings.decay import tabulate_hours, tabulate_weights
from analytics.rankings.explanation import (
    Distance,
    Explanation,
    Fragility,
    Neighbour,
    Part,
    Removed,
    Share,
    Standing,
    count_effective,
    count_to_lose,
    count_to_pass,
    weigh_part,
)
from analytics.rankings.job import make_slate
from analytics.rankings.lists import LATEST, rank_scope
from analytics.rankings.metrics import filter_params, narrow_list
from analytics.rankings.pace import blend_scores
from analytics.rankings.rules import PINNED
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings
from analytics.warehouse import Warehouse

_SHOWN = 10
_UNIT = 2.0**80
_MILLISECONDS_A_MINUTE = 60_000
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


def explain_article(  # noqa: PLR0913 - what a place in a list hangs on
    warehouse: Warehouse, name: str, settings: ListSettings, *, scope: Scope, as_of: datetime, article_id: str
) -> Explanation:
    """Explain why an article stands where it stands in a list, or why it does not.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    name : str
        Name of the list.
    settings : ListSettings
        The list.
    scope : Scope
        The part of the site.
    as_of : datetime
        The moment (naive UTC).
    article_id : str
        A known article.

    Raises
    ------
    NoInputError
        Where the events that its score was made of are purged.
    """
    return _Account(warehouse, name, narrow_list(settings, scope), scope, as_of, article_id).tell()


class _Account:
    """One article in one list."""

    def __init__(  # noqa: PLR0913, PLR0917 - as above
        self, warehouse: Warehouse, name: str, settings: ListSettings, scope: Scope, as_of: datetime, article_id: str
    ) -> None:
        self._warehouse, self._name, self._scope = warehouse, name, scope
        self._as_of, self._article_id = as_of, article_id
        self._slate = make_slate(warehouse, name, settings, as_of)
        self._filled = self._slate.fill(scope)
        self._rung = self._filled.rung
        own = self._filled.half_life_seconds if self._rung is settings else None
        self._half_life_seconds = own
        self._items = self._filled.ruled.items
        eligible = self._filled.eligible
        self._order = rank_scope(eligible, Scope(()), length=len(eligible), basis=self._filled.basis)

    def tell(self) -> Explanation:
        """Tell the whole account."""
        (article,) = self._warehouse.frame(
            "explain/standing", article_id=self._article_id, as_of=self._as_of
        ).iter_rows(named=True)
        standing, reason = self._find_standing(article["reason"])
        window_from = self._rung.begin_window(self._as_of)
        parts = self._list_parts(window_from)
        item = self._find(self._items)
        return Explanation(
            list=self._name,
            scope=str(self._scope),
            as_of=format_instant(self._as_of),
            article_id=self._article_id,
            url=article["url"],
            title=article["title"],
            published_at=format_instant(article["published_at"]),
            standing=standing,
            reason=reason,
            rank=item["rank"] if item else None,
            place=(self._find(self._order) or {}).get("rank"),
            length=self._rung.length,
            basis=item["basis"] if item else self._filled.basis,
            metric=self._rung.metric,
            half_life_hours=self._half_life_seconds and self._half_life_seconds / 3600,
            window_from=format_instant(window_from),
            score=self._score,
            parts=tuple(parts),
            removed=tuple(self._list_removed(window_from)),
            rules=tuple(item["rules"]) if item else (),
            neighbours=tuple(self._list_neighbours()),
            to_next_slot=self._count_to_next(),
            to_losing_slot=self._count_to_losing(),
            fragility=self._measure_fragility(),
        )

    def _find(self, frame: pl.DataFrame) -> dict[str, Any] | None:
        return next(frame.filter(pl.col("article_id") == self._article_id).iter_rows(named=True), None)

    def _find_standing(self, absence: str | None) -> tuple[Standing, str | None]:
        """Tell where the article stands, and what keeps it out: the first reason that would have to go."""
        filled, article = self._filled, self._article_id
        if article in set(self._items["article_id"]):
            return "listed", None
        for one, rule in filled.ruled.left_out.rows():
            if one == article:
                return "left_out", rule
        if self._find(filled.eligible):
            return "below", "score" if self._find(self._order) else "unread"
        if absence:
            return "no_candidate", absence
        return "no_candidate", "scope" if self._find(filled.scored) else "filter"

    @cached_property
    def _score(self) -> float:
        found = self._find(self._filled.eligible) or self._find(self._filled.scored)
        return float(found["score"]) if found else 0.0

    @cached_property
    def _is_counted(self) -> bool:
        """Whether the article's events make its score."""
        is_candidate = self._find(self._filled.eligible) or self._find(self._filled.scored)
        return self._rung.metric == "events" and self._filled.basis != LATEST and bool(is_candidate)

    def _list_parts(self, window_from: datetime) -> list[Part]:
        masses = self._sum_masses(window_from)
        if not self._is_counted:
            row = self._find(self._filled.eligible) or self._find(self._filled.scored)
            return _TERMS[self._rung.metric](row, self._rung) if row and self._filled.basis != LATEST else []
        parts: list[Part] = []
        total = Fraction(0)
        for (hour_start, kind), (units, mass) in masses.items():
            count, weight, decay, contribution = weigh_part(self._rung, kind, units, mass)
            if contribution:
                total += contribution
                parts.append(Part(kind, format_instant(hour_start), count, weight, decay, float(contribution)))
        rising = self._score_rising(window_from)
        if rising:
            total += Fraction(rising)
            parts.append(Part("rising", None, None, None, None, rising))
        if abs(float(total) - self._score) > max(_RELATIVE * self._score, _ABSOLUTE):
            raise NoInputError(
                f"the events of {format_instant(window_from)} to {format_instant(self._as_of)} are purged in part; "
                "explain a newer moment"
            )
        return parts

    def _sum_masses(self, window_from: datetime) -> dict[tuple[datetime, str], tuple[int, Fraction]]:
        """Sum units and decayed mass of each hour and kind, by both half-lives where the list has two."""
        share = Fraction(self._rung.half_life_2_share)
        second = self._read_masses(window_from, self._rung.half_life_2_seconds) if share else {}
        first = self._read_masses(window_from, self._half_life_seconds or 0)
        return {
            key: (units, (1 - share) * mass + share * second.get(key, (0, 0))[1])
            for key, (units, mass) in first.items()
        }

    def _read_masses(self, window_from: datetime, seconds: int | None) -> dict[tuple[datetime, str], tuple[int, int]]:
        self._stage_events(window_from, seconds or 0)
        rows = self._warehouse.frame("explain/part").rows()
        return {(hour_start, kind): (units, int(mass)) for hour_start, kind, _, units, mass in rows}

    def _score_rising(self, window_from: datetime) -> float:
        """Give what exceeds the usual pace, weighed; nothing for a list without it."""
        second = self._rung.half_life_2_seconds
        if not second or not self._rung.rising:
            return 0.0
        plain = msgspec.structs.replace(self._rung, half_life_2_share=0.0)
        first = self._half_life_seconds or 0
        own, other = (np.array([self._score_by(window_from, seconds)]) for seconds in (first, second))
        return float((blend_scores(plain, first / second, own, other) - own)[0])

    def _score_by(self, window_from: datetime, seconds: int) -> float:
        masses = self._read_masses(window_from, seconds)
        return float(sum(weigh_part(self._rung, kind, units, mass)[3] for (_, kind), (units, mass) in masses.items()))

    def _stage_events(self, window_from: datetime, seconds: int) -> None:
        self._warehouse.stage_frame("stage.part_factor", tabulate_hours((window_from, self._as_of), seconds))
        self._warehouse.stage_frame("stage.part_weight", tabulate_weights(seconds))
        self._warehouse.stage(
            "explain/weighed_event",
            article_id=self._article_id,
            window_from=window_from,
            as_of=self._as_of,
            **filter_params(self._rung.filter),
        )

    def _list_removed(self, window_from: datetime) -> list[Removed]:
        rows = self._warehouse.frame(
            "explain/removed_event", article_id=self._article_id, window_from=window_from, as_of=self._as_of
        )
        return [Removed(*row) for row in rows.rows()]

    def _list_neighbours(self) -> list[Neighbour]:
        """List the item above and the one below; for an article outside the list, its last item and the next below."""
        item = self._find(self._items)
        if item:
            rank = int(item["rank"])
            near = self._items.filter(pl.col("rank").is_in([rank - 1, rank + 1]))
        else:
            near = self._items.tail(1)
        rows = near.select("rank", "article_id", "score", "basis").rows()
        if item and self._challenger and self._challenger not in {row[1] for row in rows}:
            rows += [(None, *self._place(self._challenger).select("article_id", "score", "basis").row(0))]
        titles = self._read_titles([row[1] for row in rows])
        return [Neighbour(rank, one, titles[one], float(score), basis) for rank, one, score, basis in rows]

    def _read_titles(self, ids: list[str]) -> dict[str, str]:
        self._warehouse.stage_frame(
            "stage.wanted_article", pl.DataFrame({"article_id": ids}, schema={"article_id": pl.String})
        )
        return dict(self._warehouse.frame("publish/card").select("article_id", "title").rows())

    def _place(self, article_id: str) -> pl.DataFrame:
        return self._order.filter(pl.col("article_id") == article_id)

    @cached_property
    def _challenger(self) -> str | None:
        """Give who has the slot next by score: the next that no pin and no rule holds."""
        held = set(self._items.filter(pl.col("basis") == PINNED)["article_id"]) | set(
            self._filled.ruled.left_out["article_id"]
        )
        mine = self._find(self._order)
        if not mine or self._article_id in held:
            return None
        below = self._order.filter(pl.col("rank") > mine["rank"], ~pl.col("article_id").is_in(list(held)))
        return None if below.is_empty() else str(below["article_id"][0])

    def _count_to_next(self) -> Distance | None:
        """Count to the next better slot that is had by score; for an article below the list, to its last."""
        mine = self._find(self._order)
        if not mine or self._find_standing(None)[0] == "left_out" or self._rung.metric != "events":
            return None
        free = self._items.filter(pl.col("basis") != PINNED).join(
            self._order.select("article_id", place="rank"), on="article_id"
        )
        above = free.filter(pl.col("place") < mine["rank"])["article_id"]
        return self._distance(self._article_id, str(above[-1])) if len(above) else None

    def _count_to_losing(self) -> Distance | None:
        listed = self._find(self._items)
        if not listed or not self._challenger or self._rung.metric != "events":
            return None
        return self._distance(self._challenger, self._article_id)

    def _distance(self, lower: str, higher: str) -> Distance | None:
        if self._filled.basis == LATEST:
            return None
        weights = self._rung.weights
        kind, weight = ("read", weights.read) if weights.read else ("share", weights.share)
        one, other = (self._find_eligible(article_id) for article_id in (lower, higher))
        # At the same score the one with more reads stands first, then the newer article, then the smaller id.
        is_before = (other["published_at"], lower) < (one["published_at"], higher)
        behind = other["reads"] - one["reads"] + (0 if is_before else 1)
        ties_from = behind if kind == "read" else 0 if behind <= 0 else math.inf
        count = count_to_pass(one["score"], other["score"], weight, ties_from=ties_from)
        return None if count is None else Distance(count, kind, higher if lower == self._article_id else lower)

    def _find_eligible(self, article_id: str) -> dict[str, Any]:
        return self._filled.eligible.row(by_predicate=pl.col("article_id") == article_id, named=True)

    def _measure_fragility(self) -> Fragility:
        weights = self._rung.weights
        discount = 1 - self._rung.box_click_weight
        added = weights.read * (pl.col("read_sum") - discount * pl.col("box_sum")) + weights.share * pl.col("share_sum")
        added += weights.engaged_minute * pl.col("engaged_sum") / _MILLISECONDS_A_MINUTE
        holders = self._warehouse.frame("explain/holder").with_columns(weight=added / _UNIT)
        by = {holder: holders.filter(pl.col("holder") == holder) for holder in ("reader", "network", "referrer", "box")}
        networks = by["network"].filter(pl.col("name").is_not_null())["weight"].to_list()
        total = math.fsum(by["reader"]["weight"])
        listed, rival = self._find(self._items), self._challenger
        to_lose = None
        if self._is_counted and listed and rival:
            score = float(self._place(rival)["score"].item())
            to_lose = count_to_lose(by["reader"]["weight"].to_list(), self._score, score)
        boxes = _list_shares(by["box"].with_columns(weight=pl.col("read_sum")))
        return Fragility(
            readers=len(by["reader"].filter(pl.col("weight") > 0)),
            readers_to_lose=to_lose,
            effective_networks=count_effective(networks),
            known_network_share=math.fsum(networks) / total if total else 0.0,
            effective_referrers=count_effective(by["referrer"]["weight"].to_list()),
            box_share=math.fsum(one.share for one in boxes if one.name),
            boxes=tuple(one for one in boxes if one.name)[:_SHOWN],
            referrers=tuple(_list_shares(by["referrer"])[:_SHOWN]),
        )


def _list_shares(held: pl.DataFrame) -> list[Share]:
    """List holders by their share, the largest first; nobody has an empty name."""
    total = math.fsum(held["weight"])
    if not total:
        return []
    named = held.select(pl.col("name").fill_null(""), pl.col("weight") / total).sort(
        "weight", "name", descending=[True, False]
    )
    return [Share(name, share) for name, share in named.rows() if share > 0]


def _tell_unusual(row: Mapping[str, Any], _: ListSettings) -> list[Part]:
    ratio = row["reads"] / row["expected_reads"] if row["expected_reads"] else 0.0
    return [
        Part("observed over expected", None, row["reads"], 1 / row["expected_reads"] if ratio else None, None, ratio),
        Part("caution for few reads", None, None, None, None, row["score"] - ratio),
    ]


def _tell_depth(row: Mapping[str, Any], settings: ListSettings) -> list[Part]:
    readers, prior = row["measured_readers"] or 0, settings.prior_readers
    if not readers:
        return []
    return [
        Part("readers", None, readers, None, None, row["percentiles"] / (readers + prior)),
        Part("added in the middle", None, prior, 0.5, None, prior / 2 / (readers + prior)),
    ]


_TERMS: dict[str, Callable[[Mapping[str, Any], ListSettings], list[Part]]] = {
    "events": lambda _row, _settings: [],
    "unusual": _tell_unusual,
    "depth": _tell_depth,
    "newest": lambda row, _: [Part("hours of age", None, -row["score"], -1.0, None, row["score"])],
}
