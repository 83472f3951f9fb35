"""Redoes the rollups of the hours that events touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from analytics.rankings.decay import tabulate_weights
from analytics.warehouse import Warehouse

ROLLUPS = (
    "rollups/article_hourly",
    "rollups/removed_hourly",
    "rollups/decay_hourly",
    "rollups/sequence_hourly",
)
_ALL_TIME = (datetime.min, datetime(9999, 12, 31))  # noqa: DTZ001, DTZ901 - naive UTC inside


def roll_up_hours(
    warehouse: Warehouse, half_lives_seconds: Sequence[int], span: tuple[datetime, datetime] | None = None
) -> int:
    """Redo the rollups of the touched hours, in one transaction.

    Touched hours from before the newest ranking are noted for the corrections report of the next run.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    half_lives_seconds : sequence of int
        Half-lives whose decayed sums are kept. Where they differ from the ones before, every hour is redone.
    span : tuple of datetime, optional
        From and until: every hour between them is redone too.

    Returns
    -------
    int
        Rows written.
    """
    wanted = {0, *half_lives_seconds}
    kept = set(warehouse.frame("rollups/half_life")["half_life_seconds"])
    if wanted == kept and span is None and warehouse.count("rollups.touched_hour") == 0:
        return 0
    corrected = _find_corrected(warehouse)
    with warehouse.transaction():
        warehouse.append_frame("rollups.corrected_hour", corrected)
        if wanted != kept:
            warehouse.replace_frame("rollups.decay_weight", tabulate_weights(*sorted(wanted)))
            span = _ALL_TIME
        if span:
            warehouse.append("rollups/every_hour", from_at=span[0], until_at=span[1])
        rows = sum(warehouse.replace(name, key="hour_start", within="rollups.touched_hour") for name in ROLLUPS)
        rows += warehouse.replace("rollups/next_read", key="hour_start", within="rollups.following_hour")
        warehouse.clear("rollups.touched_hour")
    return rows


def _find_corrected(warehouse: Warehouse) -> pl.DataFrame:
    """Find the touched hours from before the newest ranking that are not noted yet.

    The hours that a span or a new half-life adds later hold the same events as before: they correct nothing.
    """
    ranked_until = warehouse.frame("rankings/newest_as_of").item()
    touched, noted = (warehouse.query(f"from rollups.{name}_hour") for name in ("touched", "corrected"))
    is_ranked = pl.col("hour_start") < pl.lit(ranked_until, dtype=pl.Datetime("us"))
    return touched.filter(is_ranked).unique().join(noted, on="hour_start", how="anti")
