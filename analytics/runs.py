"""What a run describes, what it did, and how the tables keep it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from analytics.errors import CheckFailed, NoInputError, ReadershipError
from analytics.instants import floor_hour, format_instant
from analytics.settings import Load, Settings
from analytics.statements import list_statements
from analytics.warehouse import Warehouse

_STAGES = {"stage": pl.String, "rows": pl.Int64, "seconds": pl.Float64}
_CHECKS = {"check_name": pl.String, "failures": pl.Int64, "example": pl.String}

_GRACE = timedelta(minutes=5)
_LOSS_ADVICE = "load the events that are missing, or raise [load] loss_limit_share"


@dataclass
class RunRecord:
    """A run, as `runs.run`, `runs.stage` and `runs.check` keep it.

    Parameters
    ----------
    run_number : int
        Order of the runs, from 1.
    inputs_hash : str
        Hash of the files loaded so far.
    config_hash : str
        Hash of the settings.
    started_at : datetime
        The clock (naive UTC).
    as_of : datetime
        The moment the run describes (naive UTC).
    data_through : datetime or None
        The hour up to which events are estimated complete.
    final_through : datetime or None
        The hour whose late window has closed.
    """

    run_number: int
    inputs_hash: str
    config_hash: str
    started_at: datetime
    as_of: datetime
    data_through: datetime | None
    final_through: datetime | None
    stages: list[tuple[str, int, float]] = field(default_factory=list)
    checks: list[tuple[str, int, str | None]] = field(default_factory=list)

    @contextmanager
    def time_stage(self, name: str) -> Iterator[list[int]]:
        """Time a stage; what it appends to the list it is given are the rows it wrote."""
        started, rows = time.monotonic(), list[int]()
        yield rows
        self.stages.append((name, sum(rows), time.monotonic() - started))


@dataclass(frozen=True)
class Watermark:
    """How far the data reach.

    Parameters
    ----------
    newest_event_at, newest_article_at : datetime or None
        The newest event, and the newest article that is live.
    data_through : datetime or None
        The hour up to which events are estimated complete, from how late the source's events come.
    final_through : datetime or None
        The hour whose late window has closed.
    """

    newest_event_at: datetime | None
    newest_article_at: datetime | None
    data_through: datetime | None
    final_through: datetime | None


def read_watermark(warehouse: Warehouse, load: Load) -> Watermark:
    """Find how far the data reach; it depends on the set of events alone."""
    (mark,) = warehouse.frame("runs/watermark").iter_rows(named=True)
    window = timedelta(hours=load.late_window_hours)
    return Watermark(**mark, final_through=find_final(mark["newest_event_at"], mark["data_through"], window))


def find_final(
    newest_event_at: datetime | None, data_through: datetime | None, late_window: timedelta
) -> datetime | None:
    """Give the hour whose late window has closed; it is never past the hour that is complete.

    Examples
    --------
    >>> print(find_final(datetime(2026, 3, 14, 12, 20), datetime(2026, 3, 14, 12), timedelta(hours=72)))
    2026-03-11 12:00:00
    """
    if newest_event_at is None or data_through is None:
        return None
    return min(floor_hour(newest_event_at - late_window), data_through)


def begin_run(
    warehouse: Warehouse,
    settings: Settings,
    *,
    now: datetime,
    as_of: datetime | None,
    published_as_of: datetime | None = None,
) -> RunRecord:
    """Begin the record of a run.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    settings : Settings
        All of the workspace's.
    now : datetime
        The clock (naive UTC).
    as_of : datetime, optional
        The moment to describe.
    published_as_of : datetime, optional
        The moment the reports describe: where none is asked for, a source that became slower takes none of it back.

    Raises
    ------
    NoInputError
        Where nothing has been loaded.
    """
    mark = read_watermark(warehouse, settings.load)
    newest = _choose_moment(mark)
    if published_as_of and mark.newest_event_at and newest < published_as_of <= mark.newest_event_at + _GRACE:
        newest = published_as_of
    return RunRecord(
        run_number=int(warehouse.frame("runs/next_number").item()),
        inputs_hash=str(warehouse.frame("runs/inputs_hash").item()),
        config_hash=settings.config_hash,
        started_at=now,
        as_of=as_of or newest,
        data_through=mark.data_through,
        final_through=mark.final_through,
    )


def find_as_of(warehouse: Warehouse, load: Load) -> tuple[datetime, datetime | None]:
    """Give the moment results describe where none is named, and `data_through`.

    Raises
    ------
    NoInputError
        Where nothing has been loaded.
    """
    mark = read_watermark(warehouse, load)
    return _choose_moment(mark), mark.data_through


def find_newest_article(warehouse: Warehouse) -> datetime:
    """Give the publication of the newest live article.

    Raises
    ------
    NoInputError
        Where there is none.
    """
    newest: datetime | None = warehouse.frame("runs/watermark")["newest_article_at"].item()
    if newest is None:
        raise NoInputError("the workspace holds no live article; load some with `readership load articles`")
    return newest


def _choose_moment(mark: Watermark) -> datetime:
    as_of = mark.data_through or mark.newest_article_at
    if as_of is None:
        raise NoInputError("the workspace holds no articles and no events; load some with `readership load`")
    return as_of


def holds_data(warehouse: Warehouse) -> bool:
    """Tell whether anything has been loaded that a run could describe."""
    (mark,) = warehouse.frame("runs/watermark").rows()
    return any(value is not None for value in mark)


def run_checks(warehouse: Warehouse, record: RunRecord, *, loss_limit_share: float = 1.0) -> int:
    """Run every check of `sql/checks` and the gate for lost events, and return how many there are.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    record : RunRecord
        Notes what each came to.
    loss_limit_share : float
        The share of an hour's numbered events that may be missing.

    Raises
    ------
    CheckFailed
        Where one does not hold.
    """
    record.checks += find_failures(warehouse)
    for name, failures, example in record.checks:
        if failures:
            raise CheckFailed(name, failures, str(example))
    _gate_loss(warehouse, record, loss_limit_share)
    return len(record.checks)


def find_failures(warehouse: Warehouse) -> list[tuple[str, int, str | None]]:
    """Give the name of every check of `sql/checks`, how many rows break it, and the first of them."""
    found = [(name.removeprefix("checks/"), warehouse.frame(name)) for name in list_statements("checks")]
    return [(name, len(rows), str(rows.row(0, named=True)) if len(rows) else None) for name, rows in found]


def _gate_loss(warehouse: Warehouse, record: RunRecord, loss_limit_share: float) -> None:
    """Hold back the reports where too many of the numbered events of a complete hour of the last day are missing."""
    lossy = warehouse.frame("runs/lossy_hour", data_through=record.data_through, loss_limit_share=loss_limit_share)
    hours = [
        f"{format_instant(row['hour_start'])} ({row['missing']:,} missing, {row['missing_share']:.1%})"
        for row in lossy.head(3).iter_rows(named=True)
    ]
    record.checks.append(("lossy_hour", len(lossy), hours[0] if hours else None))
    if hours:
        raise CheckFailed("lossy_hour", len(lossy), ", ".join(hours), advice=_LOSS_ADVICE)


def write_record(
    warehouse: Warehouse,
    record: RunRecord,
    *,
    run_id: str | None = None,
    error: ReadershipError | None = None,
) -> None:
    """Write what a run came to into the tables, in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    record : RunRecord
        The run.
    run_id : str, optional
        What it published.
    error : ReadershipError, optional
        What the command leaves with: why nothing was published, or which file was set aside.
    """
    row = {
        "run_number": record.run_number,
        "run_id": run_id,
        "started_at": record.started_at,
        "as_of": record.as_of,
        "data_through": record.data_through,
        "final_through": record.final_through,
        "status": "done" if run_id else "withheld",
        "exit_code": error.exit_code if error else 0,
        "message": error.message if error else None,
        "config_hash": record.config_hash,
        "inputs_hash": record.inputs_hash,
    }
    number = pl.lit(record.run_number, dtype=pl.Int64).alias("run_number")
    with warehouse.transaction():
        warehouse.append_frame("runs.run", pl.DataFrame([row]))
        warehouse.append_frame(
            "runs.stage", pl.DataFrame(record.stages, schema=_STAGES, orient="row").with_columns(number)
        )
        warehouse.append_frame(
            "runs.check", pl.DataFrame(record.checks, schema=_CHECKS, orient="row").with_columns(number)
        )
