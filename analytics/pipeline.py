"""The order of the jobs, listed once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics.archive import (
    Archived,
    archive_landed,
    find_archive,
    find_archived,
    list_due,
    remove_old,
    remove_originals,
)
from analytics.articles.aliases import read_alias_counts, read_alias_effect, write_alias_effect
from analytics.articles.load import ArticleRules, load_article_file, load_article_rows
from analytics.context import Context
from analytics.coverage.job import make_stories
from analytics.errors import InputError, ReadershipError, UsageError
from analytics.events.count import attribute_waiting
from analytics.events.found_articles import describes_articles, read_found_articles
from analytics.events.load import EventRules, load_event_file
from analytics.events.sources import SourceSettings
from analytics.events.staging import LineRules, Lookups
from analytics.instants import format_instant, parse_instant
from analytics.keys import VisitorKeys
from analytics.landing import ARTICLES, EVENTS, sniff_entity
from analytics.ledger import Earlier, FileReport, find_fault
from analytics.lines import hash_file
from analytics.privacy import purge_due
from analytics.publish.documents import Manifest, Status
from analytics.publish.job import publish_reports, restate_reports
from analytics.publish.write import is_whole, read_manifest
from analytics.rankings.job import Moment, rank_lists, report_corrections
from analytics.read_next.job import recommend_articles
from analytics.rollups import roll_up_hours
from analytics.runs import RunRecord, begin_run, holds_data, run_checks, write_record
from analytics.tags.alias_file import Aliases
from analytics.tags.effect import apply_aliases
from analytics.walk import Inputs, held_still, list_inputs, list_landed, printable_name
from analytics.warehouse import LAYOUT_VERSION, Warehouse, publish_snapshot, query_snapshot, remove_kept

LoadFile = Callable[[Warehouse, Path, FileReport], FileReport]
# A clock may be set to another zone; a mistyped year is further away.
_TOMORROW = timedelta(days=1)
_FOUND = "found"
_LAST_RUN = """
select
    (select max(run_number) from runs.run where status = 'done') as run_number,
    (select max(layout_version) from runs.layout) as layout
"""


@dataclass(frozen=True)
class LoadResult:
    """What loading came to.

    Parameters
    ----------
    reports : list of FileReport
        One a file; a file whose content is already in the ledger is skipped.
    aliases : DataFrame
        The articles to or from which URLs moved, with their counts before and after, as `articles.alias_effect` has
        them; the largest change first.
    """

    reports: list[FileReport]
    aliases: pl.DataFrame


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    Parameters
    ----------
    manifest : Manifest or None
        As published; nothing where nothing has ever been loaded.
    reports : list of FileReport
        The files it loaded.
    is_news : bool
        False where nothing but the manifest's clock changed.
    aliases : DataFrame
        As in `LoadResult`.
    """

    manifest: Manifest | None
    reports: list[FileReport]
    is_news: bool
    aliases: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True)
class LoadOptions:
    """How files are loaded.

    Parameters
    ----------
    form : str
        Name of a format; auto tells it by a file's content.
    zone : str, optional
        Zone of times that name none.
    is_dry : bool
        Say what would come of it, and change nothing.
    is_retrying : bool
        Whether a file that was set aside before is tried again.
    is_landed : bool
        Whether the files lie in data/landing/: those with addresses are archived without them.
    replayed : mapping of str to Earlier
        By content hash, the files whose rejects are replayed; empty where files are loaded.
    """

    form: str = "auto"
    zone: str | None = None
    is_dry: bool = False
    is_retrying: bool = True
    is_landed: bool = False
    replayed: Mapping[str, Earlier] = field(default_factory=dict)


def load_files(
    context: Context, entity: str, paths: Iterable[Path], options: LoadOptions = LoadOptions()
) -> LoadResult:
    """Load files that were named, and bring labels and rollups up to date.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    entity : str
        articles or events.
    paths : iterable of Path
        Files, folders of files, or patterns.
    options : LoadOptions
        How.

    Returns
    -------
    LoadResult
        What became of each file, and what that moved.
    """
    found = list_inputs(paths)
    with context.hold(), context.open() as warehouse:
        reports = load_into(context, warehouse, [(entity, file) for file in found.files], options)
        aliases = read_alias_effect(warehouse, context.now)
    return LoadResult(reports + _report_others(context, entity, found), aliases)


def load_into(
    context: Context,
    warehouse: Warehouse,
    files: Iterable[tuple[str, Path]],
    options: LoadOptions = LoadOptions(),
) -> list[FileReport]:
    """Load files into an open warehouse, and bring labels and rollups up to date.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    warehouse : Warehouse
        Open for writing.
    files : iterable of (str, Path)
        What each file holds, articles or events, and where it is.
    options : LoadOptions
        How.
    """
    aliases = Aliases.read(context.workspace.tag_aliases)
    if not options.is_dry:
        apply_aliases(warehouse, aliases)
    load_file = _choose_loaders(context, options, aliases)
    reports: list[FileReport] = []
    last_entity = None
    for entity, path in files:
        if entity != last_entity and not options.is_dry and _is_unsettled(warehouse):
            _settle(context, warehouse)
        last_entity = entity
        context.progress(f"loading {printable_name(path.name)}")
        if entity == EVENTS and not options.is_dry:
            reports += _load_found(context, warehouse, path, load_file[_FOUND], options)
        try:
            reports.append(_load_one(warehouse, entity, path, load_file[entity], options))
        except InputError as error:
            # It cannot be read at all: there is no content that the ledger could know it by.
            reports.append(_refuse(entity, path, error.message))
    if not options.is_dry:
        _settle(context, warehouse)
    return reports


def _is_unsettled(warehouse: Warehouse) -> bool:
    return bool(len(warehouse.frame("articles/unattributed")) or warehouse.count("rollups.touched_hour"))


def _settle(context: Context, warehouse: Warehouse) -> None:
    """Give what waits its article and redo the touched hours; what a load that was cut short left, too.

    Between files of articles and files of events: so events are judged beside those that have their article, and the
    sums before an alias and after it differ by what the alias did.
    """
    newest = warehouse.frame("articles/unattributed")
    half_lives = context.settings.half_lives_seconds
    if newest.is_empty():
        context.progress("rolling up the touched hours")
        roll_up_hours(warehouse, half_lives)
        return
    context.progress("giving waiting events their article")
    before = read_alias_counts(warehouse)
    attribute_waiting(warehouse, context.settings.counting)
    roll_up_hours(warehouse, half_lives)
    write_alias_effect(warehouse, before, newest.item(), context.now)


def _load_one(warehouse: Warehouse, entity: str, path: Path, load_file: LoadFile, options: LoadOptions) -> FileReport:
    with held_still(path):
        archived = Archived.read(path) if entity == EVENTS else None
        report = archived.report if archived else _identify(entity, path)
        if options.replayed:
            return load_file(warehouse, path, _resume(report, options.replayed))
        known = warehouse.frame("stage/ledger_entry", content_hash=report.content_hash).to_dicts()
        if known and (known[0]["status"] == "loaded" or not options.is_retrying):
            return report.skip(known[0]["name"], known[0]["status"])
        return load_file(warehouse, path, report)


def _load_found(
    context: Context, warehouse: Warehouse, path: Path, load_found: LoadFile, options: LoadOptions
) -> list[FileReport]:
    """Load the articles that a file of events describes.

    Before its events: of a load that is killed in between, the next one does both again. A known file that is named
    is read for them again, since a setting may have been missing; one that only lies there is not.
    """
    try:
        if not describes_articles(path, options.form):
            return []
        with held_still(path):
            content_hash = hash_file(path)
            if not options.is_retrying and len(warehouse.frame("stage/ledger_entry", content_hash=content_hash)):
                return []
            report = load_found(warehouse, path, FileReport("", printable_name(path.name), ARTICLES))
    except InputError:
        return []  # what its events come to says why
    if _is_unsettled(warehouse):
        _settle(context, warehouse)
    return [report] if report.lines else []


def _resume(report: FileReport, replayed: Mapping[str, Earlier]) -> FileReport:
    if report.content_hash not in replayed:
        raise InputError(f"{report.name} has changed since it was found; give the command again")
    return replayed[report.content_hash].resume(report)


def _identify(entity: str, path: Path) -> FileReport:
    return FileReport(hash_file(path), printable_name(path.name), entity, bytes=path.stat().st_size)


def _refuse(entity: str, path: Path, reason: str) -> FileReport:
    return FileReport("", printable_name(path.name), entity, status="set_aside", reason=reason)


def _report_others(context: Context, entity: str, found: Inputs) -> list[FileReport]:
    """Report what is no file, or may not be read; a warning says what a folder holds that is left out."""
    for path, reason in found.left_out:
        context.warn(f"{printable_name(path)} {reason.partition(';')[0]}: it is left out")
    left_out = [replace(_refuse(entity, path, reason), status="left_out") for path, reason in found.left_out]
    return [_refuse(entity, path, reason) for path, reason in found.refused] + left_out


def run(
    context: Context,
    *,
    as_of: datetime | None = None,
    is_forced: bool = False,
    is_loading: bool = True,
    is_refit: bool = False,
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
    is_refit : bool
        Whether all articles are compared anew, instead of bringing up to date what is kept of that.

    Raises
    ------
    CheckFailed
        Where a check does not hold: the last good set stays, marked degraded.
    """
    workspace = context.workspace
    if as_of and as_of > context.now + _TOMORROW:
        raise UsageError(f"{format_instant(as_of)} is still to come; name a moment that the data has reached")
    with context.hold():
        with context.open() as warehouse:
            VisitorKeys(workspace.keys, context.now)  # salts whose life is over are deleted, whatever else is done
            if is_loading:
                reports = _load_landed(context, warehouse)
            else:
                reports = []
                apply_aliases(warehouse, Aliases.read(workspace.tag_aliases))
            aliases = read_alias_effect(warehouse, context.now)
            if not holds_data(warehouse):
                return RunResult(None, reports, is_news=False, aliases=aliases)
            published = read_manifest(workspace.reports)
            record = begin_run(
                warehouse,
                context.settings,
                now=context.now,
                as_of=as_of,
                published_as_of=parse_instant(published.as_of) if published else None,
            )
            _refuse_older(record, published, is_forced=is_forced)
            if is_refit:
                shutil.rmtree(workspace.similarity, ignore_errors=True)
            must_run = is_refit or any(one.status == "set_aside" and one.content_hash for one in reports)
            if published and not must_run and _is_no_news(context, warehouse, record, published):
                manifest = _restate(context, published.status, published.reasons)
                remove_kept(workspace.warehouse)
                return RunResult(manifest or published, reports, is_news=False, aliases=aliases)
            manifest = _make_reports(context, warehouse, record, find_fault(reports))
            warehouse.checkpoint()
            rows = warehouse.count_tables()
        context.progress("copying the snapshot for analysts")
        publish_snapshot(workspace.warehouse, workspace.snapshot, expected=rows)
        remove_kept(workspace.warehouse)
    return RunResult(manifest, reports, is_news=True, aliases=aliases)


def _choose_loaders(context: Context, options: LoadOptions, aliases: Aliases) -> dict[str, LoadFile]:
    settings, now = context.settings, context.now
    site, counting, sources = settings.site, settings.counting, settings.sources
    article_rules = ArticleRules(
        settings.load,
        site,
        context.url_rules,
        now,
        editions=tuple(site.editions),
        default_edition=site.default_edition or None,
        zone=ZoneInfo(options.zone) if options.zone else None,
        is_dry=options.is_dry,
        scratch=context.workspace.scratch,
        tags=aliases.canonical,
    )
    event_rules = EventRules(
        settings.load,
        Lookups(
            context.url_rules,
            VisitorKeys(context.workspace.keys, now),
            context.read_ranges(counting.data_centre_ranges).holds,
            context.read_ranges(counting.staff_ranges).holds,
        ),
        LineRules(now, settings.load.future_skew_minutes * 60, options.zone, counting.visitor_key == "daily"),
        counting,
        SourceSettings(
            sources.snowplow_heartbeat_seconds,
            sources.snowplow_minimum_visit_seconds,
            frozenset(sources.share_actions),
            options.zone,
        ),
        options.form,
        is_dry=options.is_dry,
        archive=_choose_archive(context) if options.is_landed else None,
        scratch=context.workspace.scratch,
    )
    return {
        ARTICLES: lambda warehouse, path, report: load_article_file(
            warehouse, path, report, article_rules, options.form
        ),
        EVENTS: lambda warehouse, path, report: load_event_file(warehouse, path, report, event_rules),
        _FOUND: lambda warehouse, path, report: load_article_rows(
            warehouse,
            read_found_articles(path, options.form, event_rules.caps),
            report,
            article_rules,
        ),
    }


def _load_landed(context: Context, warehouse: Warehouse) -> list[FileReport]:
    landed = list_landed(context.workspace.landing, context.now, context.settings.load.stable_seconds)
    found = sorted(
        (sniff_entity(warehouse, file, context.caps, context.workspace.scratch), file) for file in landed.files
    )
    reports = load_into(context, warehouse, found, LoadOptions(is_retrying=False, is_landed=True))
    _keep_no_longer(context, warehouse, reports)
    return reports + _report_others(context, EVENTS, landed)


def _choose_archive(context: Context) -> Callable[[Warehouse, str, FileReport], object]:
    folder = find_archive(context.workspace.root)
    return lambda warehouse, table, report: archive_landed(warehouse, table, report, folder, context.now)


def _keep_no_longer(context: Context, warehouse: Warehouse, reports: Iterable[FileReport]) -> None:
    """Remove what the settings say is to go by itself: old rows, and landed files that are archived."""
    retention, folder = context.settings.retention, find_archive(context.workspace.root)
    if retention.is_automatic and holds_data(warehouse):
        due = purge_due(warehouse, retention, context.now)
        if due.events_from:
            remove_old(warehouse, folder, due.events_from)
    if retention.landing_days:
        archived = find_archived(folder, (one.content_hash for one in reports))
        remove_originals(list_due(archived, context.now, retention.landing_days), context.workspace.landing)


def _refuse_older(record: RunRecord, published: Manifest | None, *, is_forced: bool) -> None:
    if published and not is_forced and record.as_of < parse_instant(published.as_of):
        raise UsageError(
            f"the reports already describe {published.as_of}, which is newer than {format_instant(record.as_of)}; "
            "publish the older moment with --force, or print it with `readership rank`",
        )


def _is_no_news(context: Context, warehouse: Warehouse, record: RunRecord, published: Manifest) -> bool:
    """Tell whether the last run already published exactly this, and reports and snapshot are whole."""
    last = warehouse.frame("runs/last_run").to_dicts()
    snapshot = context.workspace.snapshot
    if not last or not snapshot.is_file() or published.status == "degraded":
        return False
    if warehouse.count("rollups.corrected_hour"):
        return False  # without a new file: events were judged again
    (row,) = last
    then = (row["as_of"], row["config_hash"], row["inputs_hash"], row["run_id"])
    if then != (record.as_of, record.config_hash, record.inputs_hash, published.run_id):
        return False
    if query_snapshot(snapshot, _LAST_RUN).row(0) != (row["run_number"], LAYOUT_VERSION):
        return False
    return is_whole(context.workspace.reports, published)


def _make_reports(context: Context, warehouse: Warehouse, record: RunRecord, fault: str | None) -> Manifest:
    settings, as_of = context.settings, record.as_of
    try:
        with _step(context, record, "checks") as rows:
            rows.append(run_checks(warehouse, record, loss_limit_share=settings.load.loss_limit_share))
        with _step(context, record, "corrections") as rows:
            rows.append(_report_corrections(context, warehouse, record))
        with _step(context, record, "coverage") as rows:
            rows.append(make_stories(warehouse, settings, as_of, folder=context.workspace.similarity))
        with _step(context, record, "rankings") as rows:
            rows.append(rank_lists(warehouse, settings.lists, Moment(as_of, record.data_through)))
        with _step(context, record, "read next") as rows:
            rows.append(recommend_articles(warehouse, settings.read_next, as_of, folder=context.workspace.similarity))
        with _step(context, record, "reports") as rows:
            manifest = _publish(context, warehouse, record)
            rows.append(len(manifest.files))
    except ReadershipError as error:
        write_record(warehouse, record, error=error)
        _restate(context, "degraded", (error.message,))
        raise
    write_record(warehouse, record, run_id=manifest.run_id, error=InputError(fault) if fault else None)
    return manifest


def _report_corrections(context: Context, warehouse: Warehouse, record: RunRecord) -> int:
    last = warehouse.frame("runs/last_run").to_dicts()
    final_through = last[0]["final_through"] if last else None
    lists = context.settings.lists
    return report_corrections(warehouse, lists, run_number=record.run_number, final_through=final_through)


def _step(context: Context, record: RunRecord, name: str) -> AbstractContextManager[list[int]]:
    context.progress(name)
    return record.time_stage(name)


def _publish(context: Context, warehouse: Warehouse, record: RunRecord) -> Manifest:
    is_read = warehouse.frame("publish/is_read", as_of=record.as_of).item()
    published = publish_reports(
        warehouse,
        reports=context.workspace.reports,
        lists=context.settings.recipes,
        page=context.settings.page_recipe,
        as_of=record.as_of,
        data_through=record.data_through,
        final_through=record.final_through,
        config_hash=record.config_hash,
        status="fresh" if is_read else "stale",
        reasons=() if is_read else ("the windows of the lists hold no events",),
        generated_at=context.now,
        next_expected_at=None,
        policy=context.settings.policy,
    )
    return published.manifest


def _restate(context: Context, status: Status, reasons: Iterable[str]) -> Manifest | None:
    return restate_reports(
        context.workspace.reports,
        status=status,
        reasons=tuple(reasons),
        generated_at=context.now,
        next_expected_at=None,
    )
