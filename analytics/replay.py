"""Reads rejected lines again, from the files they came from, by the rules and settings of today."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from analytics.archive import find_archive, find_archived
from analytics.context import Context
from analytics.errors import InputError, UsageError
from analytics.ledger import Earlier, FileReport
from analytics.lines import hash_file
from analytics.pipeline import LoadOptions, load_into
from analytics.walk import list_inputs
from analytics.warehouse import Warehouse

MISSING = "missing"
"""Status of a file whose original is nowhere to be found."""


@dataclass(frozen=True)
class ReplayOptions:
    """How rejects are replayed.

    Parameters
    ----------
    sources : sequence of Path
        Files, folders and patterns to look for originals in, beside data/landing/.
    name : str
        Only the files of this name; empty for all.
    form : str
        Name of a format; auto reads a file as it was read before, one that was set aside as its content says.
    zone : str, optional
        Zone of times that name none.
    is_dry : bool
        Say what would come of it, and change nothing.
    """

    sources: tuple[Path, ...] = ()
    name: str = ""
    form: str = "auto"
    zone: str | None = None
    is_dry: bool = False


def replay_rejects(context: Context, options: ReplayOptions = ReplayOptions()) -> list[FileReport]:
    """Replay the rejects of every file whose original is found by its content.

    A file at a time, its row of the ledger, its rejects and its new events change in one transaction.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    options : ReplayOptions
        How.

    Returns
    -------
    list of FileReport
        One for each file with rejects, in the order they were loaded: the ledger's row as it is now, why in its
        `reason`; status ``missing`` where there is no original.

    Raises
    ------
    UsageError
        Where no file of the name that is given has rejects.
    """
    with context.hold(), context.open() as warehouse:
        return replay_into(context, warehouse, options)


def replay_into(context: Context, warehouse: Warehouse, options: ReplayOptions = ReplayOptions()) -> list[FileReport]:
    """Replay rejects into an open warehouse."""
    landing = context.workspace.landing
    known = _find_replayable(warehouse, options.name)
    found = _find_originals([*([landing] if landing.is_dir() else []), *options.sources], known)
    archived = {one.content_hash for one in find_archived(find_archive(context.workspace.root), known)}
    reports = {name: _miss(one.report, is_archived=name in archived) for name, one in known.items()}
    for is_landed in (False, True):
        # What comes of an archived file is archived too, wherever its original lies by now.
        reports |= _load(
            context,
            warehouse,
            {name: path for name, path in found.items() if _is_in(path, landing, name, archived) == is_landed},
            known,
            LoadOptions(options.form, options.zone, options.is_dry, is_landed=is_landed),
        )
    return [*reports.values()]


def find_unread(reports: Iterable[FileReport]) -> str | None:
    """Say in one sentence which file could not be replayed first, and why; nothing where none was."""
    faults = [one for one in reports if one.status not in {"loaded", "planned"}]
    if not faults:
        return None
    more = f"; likewise {len(faults) - 1:,} more" if faults[1:] else ""
    return f"the rejects of {faults[0].name} stay: {faults[0].reason}{more}"


def _find_replayable(warehouse: Warehouse, name: str) -> dict[str, Earlier]:
    rows = warehouse.frame("runs/replayable", file_name=name).to_dicts()
    if name and not rows:
        raise UsageError(f"no file of the name {name!r} has rejects; `readership rejects list` shows all")
    reports = [FileReport(**row) for row in rows]
    return {
        one.content_hash: Earlier(one, warehouse.frame("runs/file_reject", content_hash=one.content_hash))
        for one in reports
    }


def _find_originals(paths: Iterable[Path], known: Mapping[str, Earlier]) -> dict[str, Path]:
    """Find files by their content; one that cannot be read is no original."""
    sizes = {one.report.bytes for one in known.values()}
    found: dict[str, Path] = {}
    for path in list_inputs(paths).files:
        with suppress(InputError, OSError):
            if path.stat().st_size in sizes and (name := hash_file(path)) in known:
                found.setdefault(name, path)
    return found


def _is_in(path: Path, landing: Path, name: str, archived: Container[str]) -> bool:
    return name in archived or path.is_relative_to(landing)


def _miss(known: FileReport, *, is_archived: bool) -> FileReport:
    why = (
        "its original was removed when its events had been archived, and no archive holds rejected lines"
        if is_archived
        else "its original is not in data/landing"
    )
    reason = f"{why}; name a copy of it ({known.bytes:,} bytes, BLAKE2b {known.content_hash}) with --source"
    return replace(known, status=MISSING, reason=reason)


def _load(
    context: Context,
    warehouse: Warehouse,
    found: Mapping[str, Path],
    known: Mapping[str, Earlier],
    options: LoadOptions,
) -> dict[str, FileReport]:
    if not found:
        return {}
    files = [(known[name].report.entity, path) for name, path in found.items()]
    options = replace(options, replayed={name: known[name] for name in found})
    reports = load_into(context, warehouse, files, options)
    return {name: _explain(known[name].report, one) for name, one in zip(found, reports, strict=True)}


def _explain(known: FileReport, report: FileReport) -> FileReport:
    """Say what became of a file; where it could not be read, the ledger still holds what it held."""
    if not report.content_hash:
        return replace(known, status="unread", reason=report.reason)
    if report.status == "set_aside":
        return report
    before = "it was set aside" if known.status == "set_aside" else f"{known.rejected:,} rejects before"
    return replace(report, reason=before)
