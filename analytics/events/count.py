"""Gives events their verdict: the ones that arrive, and the ones that these touch."""

from __future__ import annotations

from collections.abc import Callable

from analytics.warehouse import Warehouse


def count_arrivals(warehouse: Warehouse, record: Callable[[], None] = lambda: None) -> int:
    """Give the verdict of counting to `stage.arrival` and to what it touches, in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        With `stage.arrival` and `stage.known_event` filled.
    record : callable
        Writes that belong to the same transaction.

    Returns
    -------
    int
        Events that are new or have a new verdict.
    """
    for name in ("stage/touched_day", "stage/counted", "stage/changed"):
        warehouse.stage(name)
    with warehouse.transaction():
        warehouse.append("rollups/touched_hour")
        rows = warehouse.replace("events/counted", key="event_key", within="stage.changed")
        record()
    return rows


def attribute_waiting(warehouse: Warehouse) -> int:
    """Give the events that waited for an article, or that now lead to another one, their article.

    Returns
    -------
    int
        Events that count for another article than before, and those whose verdict follows.
    """
    warehouse.stage("stage/reattributed")
    warehouse.stage("stage/reattributed_event")
    rows = count_arrivals(warehouse) if warehouse.count("stage.arrival") else 0
    warehouse.drop_stage()
    return rows
