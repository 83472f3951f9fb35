"""Judges the files of a workspace: what landed, archive, keys, reports, disk and what was left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from analytics.archive import Archived, find_archive
from analytics.doctor.findings import Finding, name_some, note, ok, wrong
from analytics.errors import InputError
from analytics.keys import find_key_faults
from analytics.lines import hash_file
from analytics.publish.validate import validate_reports
from analytics.publish.write import read_manifest
from analytics.scratch import list_abandoned
from analytics.walk import list_landed, printable_name
from analytics.warehouse import list_kept
from analytics.warehouse.reading import Reading
from analytics.workspace import Workspace

_ROOM = 2


def judge_landing(workspace: Workspace, reading: Reading | None, now: datetime, stable_seconds: float) -> list[Finding]:
    """Judge what landed: what waits, what was set aside, what cannot be read, what is no file."""
    found = list_landed(workspace.landing, now, stable_seconds)
    unread = [(printable_name(path.name), reason) for path, reason in found.refused]
    status: dict[str, list[str]] = {}
    ledger = reading.ledger if reading else {}
    for path in found.files:
        try:
            _, known = ledger.get(hash_file(path), ("", "waiting"))
        except InputError as error:
            unread.append((printable_name(path.name), error.message))
        else:
            status.setdefault(known, []).append(printable_name(path.name))
    findings = [wrong("landing", f"{name} {reason}", "landing-unread") for name, reason in unread]
    if left_out := [f"{printable_name(path.name)} {reason.partition(',')[0]}" for path, reason in found.left_out]:
        findings.append(note("landing", f"no files of the folder: {name_some(left_out)}", "landing-left-out"))
    if names := status.get("set_aside"):
        findings.append(note("landing", f"set aside: {name_some(names)}", "landing-set-aside"))
    names = status.get("waiting", [])
    if names and reading and reading.error and not ledger:
        findings.append(note("landing", f"{len(names):,} files; which are loaded is written in the warehouse"))
    elif names:
        findings.append(note("landing", f"not loaded yet: {name_some(names)}", "landing-waiting"))
    return findings or [ok("landing", f"{len(found.files):,} files, all loaded")]


def judge_archive(workspace: Workspace) -> Iterator[Finding]:
    """Judge the archived files: each must say what it stands for, and hold the rows that it must hold."""
    paths = sorted(find_archive(workspace.root).glob("*/*.parquet"))
    damaged = [path.name for path in paths if not _verifies(path)]
    if damaged:
        yield wrong("archive", f"damaged: {name_some(damaged)}", "archive")
    else:
        yield ok("archive", f"{len(paths):,} files, all verified")


def _verifies(path: Path) -> bool:
    try:
        archived = Archived.read(path)
        return archived is not None and archived.verifies()
    except pl.exceptions.PanicException:
        return False


def judge_keys(workspace: Workspace, now: datetime) -> list[Finding]:
    """Judge the keys of the visitor hashes."""
    if not workspace.warehouse.is_file() and not any(workspace.keys.glob("*")):
        return [note("keys", "there are none; the first load makes them")]
    faults = find_key_faults(workspace.keys, now)
    return [wrong("keys", fault, "keys") for fault in faults] or [
        ok("keys", "in place; no salt is older than it may be")
    ]


def judge_reports(workspace: Workspace) -> Iterator[Finding]:
    """Judge the published set: every file that its manifest names, and what it says of itself."""
    manifest = read_manifest(workspace.reports)
    if manifest is None and not any(workspace.reports.glob("*")):
        yield note("reports", "nothing has been published yet")
        return
    if faults := validate_reports(workspace.reports):
        yield wrong("reports", name_some(f"{fault.path}: {fault.message}" for fault in faults), "reports")
    elif manifest and manifest.status != "fresh":
        yield note("reports", f"{manifest.status}: {name_some(manifest.reasons)}", "reports-not-fresh")
    else:
        yield ok("reports", f"{len(manifest.files) if manifest else 0:,} files as the manifest says")


def judge_disk(workspace: Workspace) -> Finding:
    """Judge the room on the disk: a run copies the warehouse, and `purge` and `forget` write it anew."""
    size = workspace.warehouse.stat().st_size if workspace.warehouse.is_file() else 0
    free = shutil.disk_usage(workspace.root).free
    told = f"{free:,} bytes free, the warehouse has {size:,}"
    if free < size:
        return wrong("disk", told, "disk")
    return note("disk", told, "disk") if free < _ROOM * size else ok("disk", told)


def judge_leftovers(workspace: Workspace) -> Iterator[Finding]:
    """Name what killed processes left, and copies that are kept."""
    data = workspace.warehouse.parent
    left = [*list_abandoned(workspace.scratch), *data.glob(".*.next"), *data.glob(".*.rebuilt*")]
    left += [
        *workspace.snapshot.parent.glob(".*.next"),
        *workspace.root.glob(".reports.next"),
        *workspace.spill.glob("*"),
    ]
    if left:
        names = name_some(path.relative_to(workspace.root).as_posix() for path in left)
        yield note("leftovers", f"of a process that was killed: {names}", "leftovers")
    kept = [*list_kept(workspace.warehouse), *data.glob(f"{workspace.warehouse.name}.aside")]
    if kept:
        size = sum(path.stat().st_size for path in kept)
        yield note("leftovers", f"{name_some(path.name for path in kept)}, {size:,} bytes", "kept")
    if not left and not kept:
        yield ok("leftovers", "none")
