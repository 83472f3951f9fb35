"""Ranks every list for every scope, or one list for one scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import polars as pl

from analytics.errors import NoInputError
from analytics.instants import HOUR, floor_hour
from analytics.rankings.corrections import compare_ranks
from analytics.rankings.decay import tabulate_hours, tabulate_weights
from analytics.rankings.edits import Edits, name_config
from analytics.rankings.lists import find_reach, name_basis
from analytics.rankings.metrics import filter_params, judge_articles, narrow_list
from analytics.rankings.movement import add_movement
from analytics.rankings.pace import score_by_pace
from analytics.rankings.scopes import Scope, list_scopes
from analytics.rankings.sheet import Sheet
from analytics.rankings.slate import Slate
from analytics.settings import ListSettings
from analytics.warehouse import Warehouse

_RANKINGS_CORRECTED = 48
_HISTORY = timedelta(days=30)


@dataclass(frozen=True)
class Moment:
    """What a ranking describes.

    Parameters
    ----------
    as_of : datetime
        The moment (naive UTC).
    data_through : datetime or None
        The hour up to which events are estimated complete.
    """

    as_of: datetime
    data_through: datetime | None


def rank_lists(
    warehouse: Warehouse, lists: Mapping[str, ListSettings], moment: Moment, *, scopes: Sequence[Scope] | None = None
) -> int:
    """Rank all lists for all scopes that a run publishes, or for some of them, and return the items written."""
    made = [_make_list(warehouse, name, lists[name], moment.as_of, scopes) for name in sorted(lists)]
    return _write(warehouse, made, moment, scopes) if made else 0


def rank_list(
    warehouse: Warehouse, name: str, settings: ListSettings, *, scope: Scope, as_of: datetime
) -> pl.DataFrame:
    """Rank one list for one scope, writing nothing.

    Returns
    -------
    DataFrame
        Columns of `rankings.item` but the moment's, best first, and `half_life_seconds`.
    """
    slate = make_slate(warehouse, name, narrow_list(settings, scope), as_of)
    return _tell_movement(warehouse, [name], as_of, _rank(slate, scope).with_columns(list_name=pl.lit(name)))


def make_slate(warehouse: Warehouse, name: str, settings: ListSettings, as_of: datetime) -> Slate:
    """Make the slate of one list, which fills it for any scope."""
    return Slate(
        warehouse,
        name,
        settings,
        as_of=as_of,
        edits=Edits.read(warehouse.frame("rankings/edit"), as_of),
        score=lambda one, seconds: score_articles(warehouse, one, as_of, half_life_seconds=seconds),
    )


def report_corrections(
    warehouse: Warehouse, lists: Mapping[str, ListSettings], *, run_number: int, final_through: datetime | None
) -> int:
    """Note which slots of earlier rankings would have been different, and forget the hours that changed.

    The newest rankings of each list are made again at their own moment where their window holds an hour that changed
    after its late window had closed. A change within the late window is no news: rankings of that age are estimates.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current, and this run's own rankings not yet made.
    lists : mapping of str to ListSettings
        The lists; a ranking made under other settings of its list is passed over.
    run_number : int
        The run that reports.
    final_through : datetime or None
        Hours before it were final when the last run published; nothing is reported where there is none.

    Returns
    -------
    int
        Slots that would have been different.
    """
    if not warehouse.count("rollups.corrected_hour"):
        return 0
    found = [] if final_through is None else _find_corrections(warehouse, lists, final_through)
    number = pl.lit(run_number, dtype=pl.Int64).alias("run_number")
    with warehouse.transaction():
        for correction in found:
            # In place of what a run that was cut short under the same number may have noted.
            (key,) = correction.select(number, "list_name", "as_of").unique().to_dicts()
            warehouse.replace_frame("rankings.correction", correction.with_columns(number), **key)
        warehouse.clear("rollups.corrected_hour")
    return sum(map(len, found))


def _find_corrections(
    warehouse: Warehouse, lists: Mapping[str, ListSettings], final_through: datetime
) -> list[pl.DataFrame]:
    """Find the slots that differ, one frame for each list and moment that has any."""
    found: list[pl.DataFrame] = []
    rows = warehouse.frame("rankings/edit")
    for name, settings in sorted(lists.items()):
        due = warehouse.frame(
            "rankings/corrected_ranking",
            list_name=name,
            config_hash=name_config(settings.config_hash, Edits.read(rows, None), name),
            basis=name_basis(settings),
            window_seconds=settings.window_seconds,
            ladder_seconds=find_reach(settings),
            final_through=final_through,
            length=_RANKINGS_CORRECTED,
        )
        with suppress(NoInputError):  # what it was made of is gone: there is nothing to compare it with
            found += [_compare_ranking(warehouse, name, settings, as_of) for as_of in due["as_of"]]
    return [one for one in found if len(one)]


def _compare_ranking(warehouse: Warehouse, name: str, settings: ListSettings, as_of: datetime) -> pl.DataFrame:
    published = warehouse.frame("rankings/ranked_item", list_name=name, as_of=as_of)
    if published.is_empty():
        return published
    slate = make_slate(warehouse, name, settings, as_of)
    scopes = published["scope"].unique().sort()
    corrected = pl.concat([_rank(slate, Scope.parse(scope)) for scope in scopes])
    return compare_ranks(published, corrected).with_columns(*_stamp(name, as_of))


def score_articles(
    warehouse: Warehouse, settings: ListSettings, as_of: datetime, *, half_life_seconds: int | None = None
) -> pl.DataFrame:
    """Score every article that may stand in a list.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    settings : ListSettings
        The list.
    as_of : datetime
        The moment (naive UTC).
    half_life_seconds : int, optional
        Taken instead of the list's own.

    Returns
    -------
    DataFrame
        One row an eligible article, as `rankings/candidate` says.

    Raises
    ------
    NoInputError
        Where too little is known to make the list.
    """
    scored = score_by_pace(
        settings, half_life_seconds, lambda seconds: _weigh_articles(warehouse, settings, as_of, seconds)
    )
    return judge_articles(warehouse, settings, as_of, scored)


def _weigh_articles(
    warehouse: Warehouse, settings: ListSettings, as_of: datetime, half_life_seconds: int
) -> pl.DataFrame:
    window_from = settings.begin_window(as_of)
    whole_from, whole_until = find_whole_hours(window_from, as_of)
    span = {"window_from": window_from, "as_of": as_of}
    weights = {f"{kind}_weight": weight for kind, weight in msgspec.structs.asdict(settings.weights).items()}
    weights["box_discount"] = 1 - settings.box_click_weight
    if not half_life_seconds and not settings.filter.is_of_events:
        hours = {"whole_from": whole_from, "whole_until": whole_until}
        warehouse.stage("rankings/window_score", **hours, **span, **weights)
        return warehouse.frame("rankings/candidate", as_of=as_of)
    warehouse.stage_frame("stage.hour_factor", tabulate_hours((window_from, as_of), half_life_seconds))
    warehouse.stage_frame("stage.decay_weight", tabulate_weights(half_life_seconds))
    if settings.filter.is_of_events:
        warehouse.stage("rankings/filtered_score", **span, **weights, **filter_params(settings.filter))
    else:
        if half_life_seconds not in set(warehouse.frame("rollups/half_life")["half_life_seconds"]):
            # No sums are kept for this half-life: every hour counts as broken, and comes straight from the events.
            whole_from = whole_until = floor_hour(as_of) + HOUR
        warehouse.stage(
            "rankings/score",
            half_life_seconds=half_life_seconds,
            whole_from=whole_from,
            whole_until=whole_until,
            **span,
            **weights,
        )
    return warehouse.frame("rankings/candidate", as_of=as_of)


def find_whole_hours(window_from: datetime, as_of: datetime) -> tuple[datetime, datetime]:
    """Give start and end of the whole hours in a window; its first instant may lie in one of them.

    Examples
    --------
    >>> [at.hour for at in find_whole_hours(datetime(2026, 3, 14, 6), datetime(2026, 3, 14, 12, 30))]
    [6, 12]
    >>> [at.hour for at in find_whole_hours(datetime(2026, 3, 14, 6, 1), datetime(2026, 3, 14, 12))]
    [7, 12]
    """
    whole_from = floor_hour(window_from)
    if whole_from < window_from:
        whole_from += HOUR
    return whole_from, max(whole_from, floor_hour(as_of))


def _rank(slate: Slate, scope: Scope) -> pl.DataFrame:
    filled = slate.fill(scope)
    return filled.ruled.items.with_columns(
        scope=pl.lit(str(scope)), half_life_seconds=pl.lit(filled.half_life_seconds, dtype=pl.Int64)
    )


def _tell_movement(warehouse: Warehouse, names: list[str], as_of: datetime, items: pl.DataFrame) -> pl.DataFrame:
    key: dict[str, object] = {"list_names": names, "as_of": as_of}
    previous = warehouse.frame("rankings/previous_item", **key)
    history = warehouse.frame("rankings/history_item", **key, history_from=as_of - _HISTORY)
    return add_movement(items, previous, history)


def _stamp(name: str, as_of: datetime) -> list[pl.Expr]:
    return [pl.lit(name).alias("list_name"), pl.lit(as_of).dt.cast_time_unit("us").alias("as_of")]


@dataclass(frozen=True)
class _Made:
    """One list of a moment: its sheet, or why it could not be made."""

    name: str
    settings: ListSettings
    sheet: Sheet
    reason: str | None = None


def _make_list(
    warehouse: Warehouse, name: str, settings: ListSettings, as_of: datetime, scopes: Sequence[Scope] | None
) -> _Made:
    slate = make_slate(warehouse, name, settings, as_of)
    try:
        wanted = _list_scopes(warehouse, slate, as_of)
        sheet = slate.fill_scopes(wanted if scopes is None else [scope for scope in scopes if scope in wanted])
    except NoInputError as error:
        return _Made(name, settings, Sheet.join([]), error.message)
    return _Made(name, settings, sheet)


def _write(warehouse: Warehouse, made: Sequence[_Made], moment: Moment, scopes: Sequence[Scope] | None) -> int:
    """Write all lists in one step, in place of those of the same moment."""
    said = Edits.read(warehouse.frame("rankings/edit"), None)  # what is over by now, too: it held then
    names = [one.name for one in made]
    withheld = pl.concat(
        [
            pl.DataFrame({"reason": [one.reason]}, schema={"reason": pl.String}).with_columns(
                _stamp(one.name, moment.as_of)
            )
            for one in made
        ]
    )
    rankings = pl.concat([_describe_rankings(one, moment, said) for one in made])
    items = pl.concat([one.sheet.items.with_columns(_stamp(one.name, moment.as_of)) for one in made])
    items = _tell_movement(warehouse, names, moment.as_of, items)
    key: dict[str, object] = {"list_name": names, "as_of": moment.as_of}
    with warehouse.transaction():
        warehouse.replace_frame("rankings.withheld", withheld.drop_nulls(), **key)
        if scopes is not None:
            key["scope"] = [str(scope) for scope in scopes]
        warehouse.replace_frame("rankings.ranking", rankings, **key)
        warehouse.replace_frame("rankings.item", items, **key)
    return len(items)


def _describe_rankings(made: _Made, moment: Moment, said: Edits) -> pl.DataFrame:
    counts = made.sheet.items.group_by("scope").agg(pl.len().cast(pl.Int32).alias("items"))
    return made.sheet.scopes.join(counts, on="scope", how="left").with_columns(
        pl.col("items").fill_null(0),
        *_stamp(made.name, moment.as_of),
        data_through=pl.lit(moment.data_through, dtype=pl.Datetime("us")),
        config_hash=pl.lit(name_config(made.settings.config_hash, said, made.name)),
    )


def _list_scopes(warehouse: Warehouse, slate: Slate, as_of: datetime) -> list[Scope]:
    """List the scopes that have an article for the list; breaking news may be none, and say so everywhere."""
    candidates = slate.candidates
    if slate.settings.filter.is_breaking:
        candidates = warehouse.frame("rankings/candidate", as_of=as_of)
    return list_scopes(candidates)
