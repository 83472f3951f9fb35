"""Evaluates a list: replays it over a period, and says how well it foretold what was read next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import polars as pl

from analytics.answers import resolve_scope
from analytics.context import Context
from analytics.errors import UsageError
from analytics.evaluation.metrics import ENOUGH_READS, Figures, measure_lists
from analytics.evaluation.period import Period
from analytics.evaluation.replay import Replay, replay_list
from analytics.instants import format_instant
from analytics.rankings.scopes import Scope
from analytics.settings import ListSettings


@dataclass(frozen=True)
class Evaluation:
    """What a list was worth in a period.

    Attributes
    ----------
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    period : Period
        The moments.
    length : int
        Items of the list.
    figures : Figures
        What the lists were worth.
    lists : DataFrame
        `list_at`, `rank`, `article_id`, `score`.
    """

    name: str
    scope: Scope
    period: Period
    length: int
    figures: Figures
    lists: pl.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Give what a program reads; docs/evaluation.md says what each field means."""
        return {
            "list": self.name,
            "scope": str(self.scope),
            **self.period.to_json(),
            "length": self.length,
            **asdict(self.figures),
        }

    def to_csv(self) -> str:
        """Give the lists as CSV with the header `list_at,rank,article_id,score`; a withheld score is left empty."""
        written = pl.col("list_at").map_elements(format_instant, return_dtype=pl.String)
        return self.lists.with_columns(written).write_csv()


def evaluate_list(
    context: Context, name: str, scope: Scope, period: Period, *, length: int | None = None
) -> Evaluation:
    """Replay a list over a period and measure it.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    period : Period
        The moments.
    length : int, optional
        Items, instead of the list's own number.

    Raises
    ------
    UsageError
        Where there is no such list, no article in the scope, or no moment with enough reads after it.
    """
    settings = find_list(context, name, length)
    with context.hold(), context.open(is_reader=True) as warehouse:
        scope = resolve_scope(context, warehouse, scope)
        context.progress(f"replaying {name} at {len(period.moments):,} moments")
        replay = replay_list(warehouse, name, settings, scope=scope, moments=period.moments)
    require_moments(replay, scope)
    figures = measure_lists(replay.lists, replay.following, catalogue=replay.catalogue, step=period.step)
    lists = replay.lists.select("list_at", "rank", "article_id", "score")
    return Evaluation(name, scope, period, settings.length, figures, lists)


def find_list(context: Context, name: str, length: int | None) -> ListSettings:
    """Give the settings of a list, with another length where one is given."""
    context.settings.recipe(name)  # names the nearest where there is none
    settings = context.settings.lists[name]
    return settings if length is None else msgspec.structs.replace(settings, length=length)


def require_moments(replay: Replay, scope: Scope) -> None:
    """Refuse a replay without a moment that could be judged."""
    if replay.lists.is_empty():
        raise UsageError(
            f"no hour of this period has {ENOUGH_READS} reads of {scope}; name another period or a wider scope"
        )
