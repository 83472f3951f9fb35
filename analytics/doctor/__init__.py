"""Examines a workspace: reads everything, changes nothing, and says which line of the runbook to follow."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from analytics.context import Context
from analytics.doctor.databases import judge_snapshot, judge_warehouse
from analytics.doctor.files import (
    judge_archive,
    judge_disk,
    judge_keys,
    judge_landing,
    judge_leftovers,
    judge_reports,
)
from analytics.doctor.findings import Finding, note, ok
from analytics.errors import WarehouseBusy
from analytics.warehouse import lock_warehouse
from analytics.warehouse.reading import Reading, read_to_end

__all__ = ["Finding", "examine"]


def examine(context: Context) -> list[Finding]:
    """Examine a workspace.

    The lock is held meanwhile, so that nothing changes under it. Where another process holds it, little can be said:
    the first finding says who holds it.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.

    Returns
    -------
    list of Finding
        In a fixed order.
    """
    workspace = context.workspace
    workspace.require()
    with ExitStack() as stack:
        try:
            stack.enter_context(lock_warehouse(workspace.warehouse, wait_seconds=context.wait_seconds))
        except WarehouseBusy as error:
            return [note("lock", error.message, "held"), judge_disk(workspace)]
        context.progress("reading the warehouse")
        warehouse = _read(context, workspace.warehouse)
        findings = [ok("lock", "free"), *judge_warehouse(workspace.warehouse, warehouse)]
        context.progress("reading the snapshot")
        findings += judge_snapshot(workspace.snapshot, _read(context, workspace.snapshot), warehouse)
        context.progress("reading what landed, the archive and the reports")
        findings += judge_landing(workspace, warehouse, context.now, context.settings.load.stable_seconds)
        findings += judge_archive(workspace)
        findings += judge_keys(workspace, context.now)
        findings += judge_reports(workspace)
        findings += judge_leftovers(workspace)
        return [*findings, judge_disk(workspace)]


def _read(context: Context, path: Path) -> Reading | None:
    return read_to_end(path, memory_limit=context.settings.engine.memory_limit) if path.is_file() else None
