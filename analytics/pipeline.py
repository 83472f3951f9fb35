"""The order of the jobs, listed once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from analytics.articles.load import ArticleRules, load_article_file
from analytics.context import Context
from analytics.errors import CheckFailed, ReadershipError, UsageError
from analytics.events.load import EventRules, attribute_waiting, load_event_file
from analytics.instants import format_instant
from analytics.keys import VisitorKeys
from analytics.landing import ARTICLES, list_files, list_landed, sniff_entity
from analytics.ledger import FileReport
from analytics.lines import hash_file
from analytics.publish.documents import Manifest
from analytics.publish.job import publish_reports, restate_reports
from analytics.publish.write import read_manifest
from analytics.rankings.job import Moment, rank_lists
from analytics.read_next.job import recommend_articles
from analytics.rollups import roll_up_hours
from analytics.statements import list_statements
from analytics.warehouse import Warehouse, publish_snapshot, query_snapshot


@dataclass
class RunRecord:
    """What a run did, as the tables `runs.run`, `runs.stage` and `runs.check` keep it."""

    run_number: int
    inputs_hash: str
    as_of: datetime
    data_through: datetime | None
    stages: list[tuple[str, int, float]] = field(default_factory=list)
    checks: list[tuple[str, int, str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    Parameters
    ----------
    manifest : Manifest
        As published.
    reports : list of FileReport
        The files it loaded.
    is_news : bool
        False where nothing but the manifest's clock changed.
    """

    manifest: Manifest
    reports: list[FileReport]
    is_news: bool


def load_files(context: Context, entity: str, paths: Iterable[Path]) -> list[FileReport]:
    """Load files that were named, and bring labels and rollups up to date.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    entity : str
        articles or events.
    paths : iterable of Path
        Files, or folders of files.

    Returns
    -------
    list of FileReport
        One a file; a file whose content is already in the ledger is skipped.
    """
    files = list_files(paths)
    with context.hold(), context.open() as warehouse:
        return load_into(context, warehouse, [(entity, file) for file in files])


def load_into(context: Context, warehouse: Warehouse, files: Iterable[tuple[str, Path]]) -> list[FileReport]:
    """Load files into an open warehouse, and bring labels and rollups up to date."""
    settings, now = context.settings, context.now
    article_rules = ArticleRules(settings.load, settings.site, context.url_rules, now)
    keys = VisitorKeys(context.workspace.keys, now)
    event_rules = EventRules(settings.load, context.url_rules, keys, now)
    reports: list[FileReport] = []
    for entity, path in files:
        context.progress(f"loading {path.name}")
        report = FileReport(hash_file(path), path.name, entity, bytes=path.stat().st_size)
        known = warehouse.frame("stage/ledger_entry", content_hash=report.content_hash)
        if len(known):
            reports.append(report.skip(known["name"].item()))
        elif entity == ARTICLES:
            reports.append(load_article_file(warehouse, path, report, article_rules))
        else:
            reports.append(load_event_file(warehouse, path, report, event_rules))
    if any(report.entity == ARTICLES and report.loaded for report in reports):
        context.progress("giving waiting events their article")
        attribute_waiting(warehouse)
    context.progress("rolling up the touched hours")
    roll_up_hours(warehouse, settings.half_lives_seconds)
    return reports


def run(
    context: Context, *, as_of: datetime | None = None, is_forced: bool = False, is_loading: bool = True
) -> RunResult:
    """Load what landed, rank, recommend, publish.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    as_of : datetime, optional
        The moment to describe; the newest `data_through` where none is given.
    is_forced : bool
        Publish a moment older than the one that is published.
    is_loading : bool
        Whether to load what landed first.

    Raises
    ------
    CheckFailed
        Where a check does not hold: the last good set stays, marked degraded.
    """
    workspace = context.workspace
    with context.hold():
        with context.open() as warehouse:
            landed = list_landed(workspace.landing, context.now, context.settings.load.stable_seconds)
            found = [(sniff_entity(warehouse, file), file) for file in landed] if is_loading else []
            reports = load_into(context, warehouse, sorted(found))
            record = _begin_run(context, warehouse, as_of)
            published = read_manifest(workspace.reports)
            _refuse_older(record, published, is_forced=is_forced)
            if published and _is_no_news(context, warehouse, record, published):
                status, reasons = published.status, published.reasons
                manifest = _restate(context, status, reasons) or published
                return RunResult(manifest, reports, is_news=False)
            manifest = _make_and_publish(context, warehouse, record)
            warehouse.checkpoint()
            rows = warehouse.count_tables()
        context.progress("copying the snapshot for analysts")
        publish_snapshot(workspace.warehouse, workspace.snapshot, expected=rows)
    return RunResult(manifest, reports, is_news=True)


def find_as_of(warehouse: Warehouse) -> tuple[datetime, datetime | None]:
    """Give the moment results describe where none is named, and `data_through`.

    Raises
    ------
    UsageError
        Where nothing has been loaded.
    """
    (mark,) = warehouse.frame("runs/watermark").iter_rows(named=True)
    as_of = mark["data_through"] or mark["newest_article_at"]
    if as_of is None:
        raise UsageError("the workspace holds no articles and no events; load some with `readership load`")
    return as_of, mark["data_through"]


def _begin_run(context: Context, warehouse: Warehouse, as_of: datetime | None) -> RunRecord:
    newest, data_through = find_as_of(warehouse)
    return RunRecord(
        run_number=int(warehouse.frame("runs/next_number").item()),
        inputs_hash=str(warehouse.frame("runs/inputs_hash").item()),
        as_of=as_of or newest,
        data_through=data_through,
    )


def _refuse_older(record: RunRecord, published: Manifest | None, *, is_forced: bool) -> None:
    if published and not is_forced and format_instant(record.as_of) < published.as_of:
        raise UsageError(
            f"the reports already describe {published.as_of}, which is newer than {format_instant(record.as_of)}; "
            "publish the older moment with --force, or print it with `readership rank`",
        )


def _is_no_news(context: Context, warehouse: Warehouse, record: RunRecord, published: Manifest) -> bool:
    """Tell whether the last run already published exactly this, reports and snapshot both."""
    last = warehouse.frame("runs/last_run").to_dicts()
    if not last or not context.workspace.snapshot.is_file():
        return False
    (run_row,) = last
    same = {
        "as_of": record.as_of,
        "config_hash": context.settings.config_hash,
        "inputs_hash": record.inputs_hash,
    }
    if any(run_row[key] != value for key, value in same.items()) or run_row["run_id"] != published.run_id:
        return False
    newest = query_snapshot(
        context.workspace.snapshot, "select max(run_number) from runs.run where status = 'done'"
    )
    return bool(newest.item() == run_row["run_number"])


def _make_and_publish(context: Context, warehouse: Warehouse, record: RunRecord) -> Manifest:
    try:
        with _timed(context, record, "checks") as done:
            done.append(_run_checks(warehouse, record))
        moment = Moment(record.as_of, record.data_through, context.settings.config_hash)
        with _timed(context, record, "rankings") as done:
            done.append(rank_lists(warehouse, context.settings.lists, moment))
        with _timed(context, record, "read next") as done:
            done.append(recommend_articles(warehouse, context.settings.read_next, record.as_of))
        with _timed(context, record, "reports") as done:
            manifest = _publish(context, warehouse, record)
            done.append(len(manifest.files))
    except ReadershipError as error:
        _record_run(
            context, warehouse, record, status="withheld", exit_code=error.exit_code, message=error.message
        )
        _restate(context, "degraded", (error.message,))
        raise
    _record_run(context, warehouse, record, status="done", exit_code=0, run_id=manifest.run_id)
    return manifest


@contextmanager
def _timed(context: Context, record: RunRecord, stage: str) -> Iterator[list[int]]:
    context.progress(stage)
    started, rows = time.monotonic(), list[int]()
    yield rows
    record.stages.append((stage, sum(rows), time.monotonic() - started))


def _run_checks(warehouse: Warehouse, record: RunRecord) -> int:
    for name in list_statements("checks"):
        broken = warehouse.frame(name)
        example = str(broken.row(0, named=True)) if len(broken) else None
        record.checks.append((name.removeprefix("checks/"), len(broken), example))
    for name, failures, example in record.checks:
        if failures:
            raise CheckFailed(name, failures, str(example))
    return len(record.checks)


def _publish(context: Context, warehouse: Warehouse, record: RunRecord) -> Manifest:
    reasons = (
        []
        if warehouse.frame("publish/is_read", as_of=record.as_of).item()
        else ["the window of the lists holds no events"]
    )
    published = publish_reports(
        warehouse,
        reports=context.workspace.reports,
        lists=context.settings.recipes,
        as_of=record.as_of,
        data_through=record.data_through,
        config_hash=context.settings.config_hash,
        status="stale" if reasons else "fresh",
        reasons=reasons,
        generated_at=context.now,
        next_expected_at=None,
    )
    return published.manifest


def _restate(context: Context, status: str, reasons: Iterable[str]) -> Manifest | None:
    return restate_reports(
        context.workspace.reports,
        status=status,
        reasons=tuple(reasons),
        generated_at=context.now,
        next_expected_at=None,
    )


def _record_run(context: Context, warehouse: Warehouse, record: RunRecord, **outcome: object) -> None:
    row = {
        "run_number": record.run_number,
        "run_id": None,
        "message": None,
        "started_at": context.now,
        "as_of": record.as_of,
        "data_through": record.data_through,
        "config_hash": context.settings.config_hash,
        "inputs_hash": record.inputs_hash,
        **outcome,
    }
    types = dict.fromkeys(("started_at", "as_of", "data_through"), pl.Datetime("us"))
    types |= dict.fromkeys(("run_id", "message"), pl.String)
    number = pl.lit(record.run_number, dtype=pl.Int64).alias("run_number")
    stages = pl.DataFrame(
        record.stages, schema={"stage": pl.String, "rows": pl.Int64, "seconds": pl.Float64}, orient="row"
    )
    checks = pl.DataFrame(
        record.checks,
        schema={"check_name": pl.String, "failures": pl.Int64, "example": pl.String},
        orient="row",
    )
    with warehouse.transaction():
        warehouse.append_frame("runs.run", pl.DataFrame([row], schema_overrides=types))
        warehouse.append_frame("runs.stage", stages.with_columns(number))
        warehouse.append_frame("runs.check", checks.with_columns(number))
