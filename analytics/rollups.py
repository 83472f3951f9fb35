"""Redoes the rollups of the hours that events touched."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.rankings.decay import tabulate_weights
from analytics.warehouse import Warehouse

ROLLUPS = ("rollups/article_hourly", "rollups/removed_hourly", "rollups/decay_hourly")


def roll_up_hours(warehouse: Warehouse, half_lives_seconds: Sequence[int]) -> int:
    """Redo the rollups of the touched hours, in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    half_lives_seconds : sequence of int
        Half-lives whose decayed sums are kept. Where they differ from the ones before, every hour is redone.

    Returns
    -------
    int
        Rows written.
    """
    wanted = {0, *half_lives_seconds}
    kept = set(warehouse.frame("rollups/half_life")["half_life_seconds"])
    if wanted == kept and warehouse.count("rollups.touched_hour") == 0:
        return 0
    with warehouse.transaction():
        if wanted != kept:
            warehouse.replace_frame("rollups.decay_weight", tabulate_weights(*sorted(wanted)))
            warehouse.append("rollups/every_hour")
        rows = sum(warehouse.replace(name, key="hour_start", within="rollups.touched_hour") for name in ROLLUPS)
        warehouse.clear("rollups.touched_hour")
    return rows
