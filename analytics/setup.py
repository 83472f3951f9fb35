"""Makes workspaces: an empty one, and the demo newsroom's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path

from analytics.context import Context
from analytics.demo.article_files import list_label_aliases
from analytics.demo.newsroom import NewsroomPlan, write_newsroom
from analytics.errors import UsageError
from analytics.landing import ARTICLES, EVENTS
from analytics.pipeline import load_files, run
from analytics.publish.write import read_manifest
from analytics.settings import load_settings
from analytics.workspace import Workspace

_SETTINGS = """\
# Settings of this workspace, laid over the shipped ones. docs/reference/settings.md lists them all.

[site]
# The site's host names; the first is the canonical one.
# hosts = ["www.example.org", "m.example.org"]

# [lists.most-read]
# half_life = "6h"
# window = "48h"
"""
_DEMO_SETTINGS = """\
# Settings of the demo newsroom.

[site]
hosts = ["www.readership.example"]
"""
_HOUR_BEFORE = timedelta(hours=1)
_MARK = "made-by-readership-demo"


def create_workspace(root: Path, settings: str = _SETTINGS) -> bool:
    """Make a workspace; what exists stays.

    Returns
    -------
    bool
        False where it was a workspace already.
    """
    workspace = Workspace(root)
    is_new = not workspace.settings_file.exists()
    workspace.create()
    if is_new:
        workspace.settings_file.write_text(settings, encoding="utf-8")
    return is_new


def make_demo(folder: Path, plan: NewsroomPlan, config: Path | None, progress: Callable[[str], None]) -> Workspace:
    """Make the demo newsroom and run the whole chain on it.

    Parameters
    ----------
    folder : Path
        Where; a demo of another plan in it is replaced.
    plan : NewsroomPlan
        Seed and sizes.
    config : Path, optional
        Settings laid over the demo's.
    progress : callable
        Told the name of each step.

    Raises
    ------
    UsageError
        Where the folder holds something that is no demo.
    """
    workspace, newsroom = Workspace(folder), folder / "newsroom"
    _clear_other_demo(folder, plan)
    create_workspace(folder, _write_demo_settings())
    if not (newsroom / "plan.json").exists():
        progress("writing the newsroom's articles and events")
        newsroom.mkdir(exist_ok=True)
        (newsroom / _MARK).touch()
        write_newsroom(plan, newsroom)
        (newsroom / "plan.json").write_text(_describe(plan), encoding="utf-8")
    settings = load_settings(workspace.settings_file, *([config] if config else []))
    # The demo's clock is its own moment, so that the same seed makes the same manifest on any day.
    now = plan.as_of.astimezone(UTC).replace(tzinfo=None)
    context = Context(workspace, settings, now, progress=progress)
    load_files(context, ARTICLES, sorted(newsroom.glob("articles*")))
    load_files(context, EVENTS, sorted(newsroom.glob("events*")))
    if read_manifest(workspace.reports) is None:
        run(context, as_of=now - _HOUR_BEFORE)  # an earlier ranking, so that the next one shows what moved
    run(context, as_of=now)
    return workspace


def _write_demo_settings() -> str:
    lines = [_DEMO_SETTINGS]
    for kind in ("section", "region"):
        lines.append(f"[site.{kind}_aliases]")
        lines += [f'"{label}" = "{menu}"' for label, menu in sorted(list_label_aliases(kind).items())]
        lines.append("")
    return "\n".join(lines)


def _clear_other_demo(folder: Path, plan: NewsroomPlan) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    made = folder / "newsroom" / "plan.json"
    if not (folder / "newsroom" / _MARK).exists():
        raise UsageError(f"{folder} holds something that is no demo; name an empty folder with --dir")
    if not made.exists() or made.read_text(encoding="utf-8") != _describe(plan):
        shutil.rmtree(folder)


def _describe(plan: NewsroomPlan) -> str:
    return json.dumps(asdict(plan), default=str, sort_keys=True)
