"""Forgets a reader and purges what is old: the tables first, then the bytes of every file of the workspace.

Both give a plan and a token for it, and act only with the token of the plan that still holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.archive import (
    Archived,
    Keep,
    count_leaving,
    find_archive,
    find_originals,
    list_archived,
    remove_originals,
    rewrite_archived,
)
from analytics.context import Context
from analytics.errors import UsageError
from analytics.keys import VisitorKeys
from analytics.mentions import find_mentions
from analytics.privacy import (
    Visitor,
    describe_plan,
    erase_visitor,
    find_footprint,
    find_visitor,
    plan_purge,
    purge_due,
)
from analytics.rollups import roll_up_hours
from analytics.settings import Retention
from analytics.warehouse import Warehouse, publish_snapshot, remove_kept
from analytics.warehouse.rewriting import rewrite_warehouse


@dataclass(frozen=True)
class Outcome:
    """A plan, its token, and whether it was carried out.

    Parameters
    ----------
    plan : dict of str to Any
        What was found.
    token : str
        What lets the plan be carried out, while it holds.
    is_done : bool
        Whether it was.
    """

    plan: dict[str, Any]
    token: str
    is_done: bool


def forget(
    context: Context, *, visitor_id: str | None = None, visitor_key: int | None = None, token: str | None = None
) -> Outcome:
    """Forget a reader: events, fields of rejects, archived rows, snapshot.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    visitor_id : str, optional
        The id as the source gives it.
    visitor_key : int, optional
        The key, where there is no id.
    token : str, optional
        Of the plan; nothing changes without it.

    Raises
    ------
    UsageError
        Where neither or both are given, or the token is not the plan's.
    """
    with context.hold():
        keys = VisitorKeys(context.workspace.keys, context.now)
        with context.open() as warehouse:
            visitor = _find_visitor(warehouse, keys, visitor_id, visitor_key)
            archived = list_archived(find_archive(context.workspace.root))
            keep = Keep(visitor_keys=visitor.keys, pattern=visitor.pattern)
            leaving = _find_leaving(warehouse, archived, keep)
            landed, plan = _find_landed(context, archived, visitor)
            plan = describe_plan(find_footprint(warehouse, visitor)) | _describe_archive(leaving) | plan
            outcome = _judge(keys, ["forget", visitor.keys, plan], plan, token)
            if not outcome.is_done:
                return outcome
            erase_visitor(warehouse, visitor, context.now)
            roll_up_hours(warehouse, context.settings.half_lives_seconds)
            remove_originals({*landed.values()}, context.workspace.landing)  # what stands for them is still whole
            _rewrite_archive(warehouse, leaving, keep)
            rows = _close(warehouse)
        _rewrite_files(context, rows)
    return outcome


def purge(context: Context, retention: Retention, *, token: str | None = None) -> Outcome:
    """Remove what is too old to be kept: raw events, sums, rejects, archived rows.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    retention : Retention
        How long what is kept.
    token : str, optional
        Of the plan; nothing changes without it.

    Raises
    ------
    UsageError
        Where the token is not the plan's.
    """
    with context.hold():
        keys = VisitorKeys(context.workspace.keys, context.now)
        with context.open() as warehouse:
            due = plan_purge(warehouse, retention)
            keep = Keep(due.events_from) if due.events_from else Keep()
            leaving = _find_leaving(warehouse, list_archived(find_archive(context.workspace.root)), keep)
            plan = describe_plan(due) | _describe_archive(leaving)
            outcome = _judge(keys, ["purge", plan], plan, token)
            if not outcome.is_done:
                return outcome
            roll_up_hours(warehouse, context.settings.half_lives_seconds)
            purge_due(warehouse, retention, context.now)
            _rewrite_archive(warehouse, leaving, keep)
            rows = _close(warehouse)
        _rewrite_files(context, rows)
    return outcome


def _find_visitor(warehouse: Warehouse, keys: VisitorKeys, visitor_id: str | None, visitor_key: int | None) -> Visitor:
    if bool(visitor_id) == (visitor_key is not None):
        raise UsageError("name the reader by VISITOR_ID as the source gives it, or by --visitor-key")
    return find_visitor(warehouse, keys, visitor_id) if visitor_id else Visitor((int(str(visitor_key)),))


def _find_landed(
    context: Context, archived: Iterable[Archived], visitor: Visitor
) -> tuple[dict[Path, Archived], dict[str, Any]]:
    """Find the landed files that name a reader: those that are archived, and what the plan says of all."""
    landing = context.workspace.landing
    files = sorted(path for path in landing.rglob("*") if path.is_file())
    found, unread = find_mentions(files, visitor.visitor_id) if visitor.visitor_id else ([], [])
    originals = find_originals(archived, landing)
    landed = {path: originals[path] for path in found if path in originals and originals[path].verifies()}
    named: dict[str, list[Path]] = {
        "landed_files_to_remove": list(landed),
        "landed_files_yours_to_remove": [path for path in found if path not in landed],
        "landed_files_unread": unread,
    }
    root = context.workspace.root
    return landed, {name: [path.relative_to(root).as_posix() for path in paths] for name, paths in named.items()}


def _find_leaving(warehouse: Warehouse, archived: Iterable[Archived], keep: Keep) -> dict[Archived, int]:
    counts = {one: count_leaving(warehouse, one, keep) for one in archived}
    return {one: rows for one, rows in counts.items() if rows}


def _describe_archive(leaving: dict[Archived, int]) -> dict[str, int]:
    return {"archived_files": len(leaving), "archived_rows": sum(leaving.values())}


def _judge(keys: VisitorKeys, signed: object, plan: dict[str, Any], token: str | None) -> Outcome:
    """Give the plan with its token; refuse another token."""
    right = keys.sign(json.dumps(signed, sort_keys=True))
    if token not in (None, right):
        raise UsageError("this token is not of the plan as it is now; print the plan again without --token")
    return Outcome(plan, right, is_done=token is not None)


def _rewrite_archive(warehouse: Warehouse, leaving: Iterable[Archived], keep: Keep) -> None:
    for one in leaving:
        rewrite_archived(warehouse, one, keep)


def _close(warehouse: Warehouse) -> dict[str, int]:
    warehouse.checkpoint()
    return warehouse.count_tables()


def _rewrite_files(context: Context, rows: dict[str, int]) -> None:
    """Write warehouse and snapshot anew, whatever was removed: an interrupted removal is finished by the next one."""
    workspace = context.workspace
    context.progress("writing the warehouse anew")
    rewrite_warehouse(workspace.warehouse, expected=rows)
    remove_kept(workspace.warehouse, is_all=True)  # they hold what was removed
    if workspace.snapshot.is_file():
        context.progress("copying the snapshot for analysts")
        publish_snapshot(workspace.warehouse, workspace.snapshot, expected=rows)
