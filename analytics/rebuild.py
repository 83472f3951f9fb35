"""Makes the warehouse anew from the files it was loaded from, and carries over what no file holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.archive import find_archive, list_archived
from analytics.context import Context
from analytics.errors import CheckFailed, NoInputError, ReadershipError
from analytics.landing import ARTICLES, EVENTS, sniff_entity
from analytics.ledger import FileReport
from analytics.lines import hash_file
from analytics.pipeline import LoadOptions, load_into
from analytics.rollups import ROLLUPS
from analytics.runs import find_failures
from analytics.walk import list_landed
from analytics.warehouse import Warehouse, open_warehouse, put_aside, require_room, settle_warehouse

_HISTORY = (
    "rankings.ranking",
    "rankings.item",
    "rankings.correction",
    "rankings.edit",
    "rankings.withheld",
    "read_next.item",
    "read_next.earlier",
    "coverage.assignment",
    "coverage.change",
    "runs.run",
    "runs.stage",
    "runs.check",
)
_CLOSED = "rollups.closed_hour"
_LEDGER = """
select file.content_hash, file.name, file.loaded_at
from old.loads.file as file
where file.status = 'loaded' {unless_purged}
order by file.loaded_at, file.name
"""
_UNLESS_PURGED = "and coalesce(file.last_occurred_at >= (select max(events_until) from old.loads.removal), true)"


@dataclass(frozen=True)
class Rebuilt:
    """What making the warehouse anew came to.

    Parameters
    ----------
    reports : list of FileReport
        The files it was loaded from.
    missing : list of str
        Files of the old warehouse that are nowhere to be found.
    kept : Path
        The old warehouse.
    """

    reports: list[FileReport]
    missing: list[str]
    kept: Path


@dataclass(frozen=True)
class _Old:
    """What is known of the old warehouse: from itself, else from its snapshot."""

    source: Path | None
    layout: int | None
    ledger: pl.DataFrame


def rebuild(context: Context, *, is_forced: bool = False) -> Rebuilt:
    """Make the warehouse anew from the landed files, and those that are archived.

    Rankings and runs, and the sums of hours whose raw events were purged, are carried over from the old warehouse, else
    from its snapshot. The old file stays in its place until the new one is whole.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    is_forced : bool
        Do it though files are missing, or though it is not known which ones the old warehouse was loaded from.

    Raises
    ------
    NoInputError
        Where files are missing; nothing is changed then.
    CheckFailed
        Where a check does not hold on the new warehouse; the old one stays.
    """
    path = context.workspace.warehouse
    fresh = path.with_name(f".{path.name}.rebuilt")
    with context.hold():
        if path.exists():
            settle_warehouse(path)
        try:
            _remove(fresh)  # what a killed one left
            if path.exists():
                require_room(path, path.stat().st_size)
            old, missing, reports = _fill(context, fresh, is_forced=is_forced)
            is_replaced = old.source == path and not missing
            kept = path.with_name(f"{path.name}.{f'layout-{old.layout}' if is_replaced else 'aside'}")
            put_aside(path, fresh, kept)
        finally:
            _remove(fresh)
    return Rebuilt(reports, missing, kept)


def _fill(context: Context, fresh: Path, *, is_forced: bool) -> tuple[_Old, list[str], list[FileReport]]:
    workspace, engine = context.workspace, context.settings.engine
    with open_warehouse(fresh, memory_limit=engine.memory_limit, threads=engine.threads or None) as warehouse:
        old = _carry_history(context, warehouse, [workspace.warehouse, workspace.snapshot])
        files = _find_files(context, warehouse, old)
        missing = _find_missing(context, old, files.values(), is_forced=is_forced)
        reports = _load(context, warehouse, files)
        for name, failures, example in find_failures(warehouse):
            if failures:
                raise CheckFailed(name, failures, str(example))
        warehouse.checkpoint()
    return old, missing, reports


def _load(context: Context, warehouse: Warehouse, files: dict[tuple[Path, str], str]) -> list[FileReport]:
    """Load the files; landed ones with addresses, which are not archived yet, are archived now."""
    archive = find_archive(context.workspace.root)
    reports: list[FileReport] = []
    for is_archived in (False, True):
        found = [(entity, file) for file, entity in files if file.is_relative_to(archive) == is_archived]
        options = LoadOptions(is_retrying=False, is_landed=not is_archived)
        reports += load_into(context, warehouse, found, options) if found else []
    return reports


def _remove(path: Path) -> None:
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()


def _carry_history(context: Context, warehouse: Warehouse, sources: Iterable[Path]) -> _Old:
    """Carry over what no file holds, from the first source that can be read."""
    for source in filter(Path.is_file, sources):
        try:
            with warehouse.reading_old(source), warehouse.transaction():
                tables = set(warehouse.query("select schema_name || '.' || table_name from duckdb_tables() "
                                             "where database_name = 'old'").to_series())  # fmt: skip
                for table in _HISTORY:
                    warehouse.carry(table)
                if warehouse.carry(_CLOSED):
                    within = f"hour_start in (select hour_start from {_CLOSED})"  # noqa: S608 - a name of ours
                    for name in ROLLUPS:
                        warehouse.carry(warehouse.table_of(name), within)
                unless_purged = _UNLESS_PURGED if "loads.removal" in tables else ""
                ledger = warehouse.query(_LEDGER.format(unless_purged=unless_purged))
                layout = warehouse.query("select max(layout_version) from old.runs.layout").item()
        except ReadershipError as error:
            context.warn(error.message)
            continue
        return _Old(source, layout, ledger)
    return _Old(None, None, pl.DataFrame(schema={"content_hash": pl.String, "name": pl.String}))


def _find_files(context: Context, warehouse: Warehouse, old: _Old) -> dict[tuple[Path, str], str]:
    """Find what landed, each with what it holds and its hash: articles first, then as they were loaded.

    The archived file stands in for the landed one: it still knows visitors of days whose salt is gone.
    """
    workspace, caps = context.workspace, context.caps
    landed = list_landed(workspace.landing, context.now, context.settings.load.stable_seconds)
    place = {content_hash: number for number, content_hash in enumerate(old.ledger["content_hash"])}
    found = [(file, sniff_entity(warehouse, file, caps, workspace.scratch), hash_file(file)) for file in landed.files]
    archived = {one.content_hash: one.path for one in list_archived(find_archive(workspace.root)) if one.verifies()}
    found = [(archived.pop(content_hash, file), entity, content_hash) for file, entity, content_hash in found]
    found += [(path, EVENTS, content_hash) for content_hash, path in archived.items()]
    found.sort(key=lambda one: (one[1] != ARTICLES, place.get(one[2], len(place)), one[0]))
    return {(file, entity): content_hash for file, entity, content_hash in found}


def _find_missing(context: Context, old: _Old, hashes: Iterable[str], *, is_forced: bool) -> list[str]:
    """Find the files of the old warehouse that are neither landed nor archived."""
    known = set(hashes)
    missing = [
        name for content_hash, name in old.ledger.select("content_hash", "name").rows() if content_hash not in known
    ]
    if is_forced:
        return missing
    landing = context.workspace.landing
    if old.source is None and context.workspace.warehouse.is_file():
        message = "neither the warehouse nor its snapshot can be read, so nobody knows which files it was loaded from; "
        raise NoInputError(f"{message}put them into {landing} and give the command again with --force")
    if missing:
        message = (
            f"{len(missing):,} files that the warehouse was loaded from are not in {landing}, such as {missing[0]}; "
        )
        raise NoInputError(f"{message}put them there, or leave them out with --force and load them afterwards")
    return []
