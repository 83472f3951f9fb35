"""What a run describes, what it did, and how the tables keep it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from analytics.errors import CheckFailed, NoInputError, ReadershipError
from analytics.statements import list_statements
from analytics.warehouse import Warehouse

_STAGES = {"stage": pl.String, "rows": pl.Int64, "seconds": pl.Float64}
_CHECKS = {"check_name": pl.String, "failures": pl.Int64, "example": pl.String}


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
    """

    run_number: int
    inputs_hash: str
    config_hash: str
    started_at: datetime
    as_of: datetime
    data_through: datetime | None
    stages: list[tuple[str, int, float]] = field(default_factory=list)
    checks: list[tuple[str, int, str | None]] = field(default_factory=list)

    @contextmanager
    def time_stage(self, name: str) -> Iterator[list[int]]:
        """Time a stage; what it appends to the list it is given are the rows it wrote."""
        started, rows = time.monotonic(), list[int]()
        yield rows
        self.stages.append((name, sum(rows), time.monotonic() - started))


def begin_run(warehouse: Warehouse, *, config_hash: str, now: datetime, as_of: datetime | None) -> RunRecord:
    """Begin the record of a run.

    Raises
    ------
    NoInputError
        Where nothing has been loaded.
    """
    newest, data_through = find_as_of(warehouse)
    return RunRecord(
        run_number=int(warehouse.frame("runs/next_number").item()),
        inputs_hash=str(warehouse.frame("runs/inputs_hash").item()),
        config_hash=config_hash,
        started_at=now,
        as_of=as_of or newest,
        data_through=data_through,
    )


def find_as_of(warehouse: Warehouse) -> tuple[datetime, datetime | None]:
    """Give the moment results describe where none is named, and `data_through`.

    Raises
    ------
    NoInputError
        Where nothing has been loaded.
    """
    (mark,) = warehouse.frame("runs/watermark").iter_rows(named=True)
    as_of = mark["data_through"] or mark["newest_article_at"]
    if as_of is None:
        raise NoInputError("the workspace holds no articles and no events; load some with `readership load`")
    return as_of, mark["data_through"]


def holds_data(warehouse: Warehouse) -> bool:
    """Tell whether anything has been loaded that a run could describe."""
    (mark,) = warehouse.frame("runs/watermark").rows()
    return any(value is not None for value in mark)


def run_checks(warehouse: Warehouse, record: RunRecord) -> int:
    """Run every check of `sql/checks` and return how many there are.

    Raises
    ------
    CheckFailed
        Where one does not hold.
    """
    for name in list_statements("checks"):
        broken = warehouse.frame(name)
        example = str(broken.row(0, named=True)) if len(broken) else None
        record.checks.append((name.removeprefix("checks/"), len(broken), example))
    for name, failures, example in record.checks:
        if failures:
            raise CheckFailed(name, failures, str(example))
    return len(record.checks)


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
