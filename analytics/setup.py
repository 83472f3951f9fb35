"""Makes workspaces: an empty one, and the demo newsroom's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from analytics.answers import answer_rank
from analytics.context import Context
from analytics.demo.article_files import list_label_aliases
from analytics.demo.attacks import PEOPLE, WINDOW, Outcome, judge_attacks, list_events, plan_attacks, rank_naively
from analytics.demo.newsroom import NewsroomPlan, write_newsroom
from analytics.errors import UsageError
from analytics.landing import ARTICLES, EVENTS
from analytics.pipeline import load_files, run
from analytics.publish.write import read_manifest
from analytics.rankings.job import score_articles
from analytics.rankings.scopes import Scope
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
_ATTACKED_LIST, _SHOWN = "most-read-24h", 10
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


@dataclass(frozen=True)
class AttackReport:
    """What planted attacks made of the lists.

    Attributes
    ----------
    workspace : Path
        The attacked copy of the demo.
    outcomes : sequence of Outcome
        How far each attack got.
    naive, ours : sequence of (str, bool)
        The titles of a plain count over 24 hours, and of `most-read-24h`, with whether the article was pushed.
    """

    workspace: Path
    outcomes: Sequence[Outcome]
    naive: Sequence[tuple[str, bool]]
    ours: Sequence[tuple[str, bool]]


def attack_demo(demo: Workspace, plan: NewsroomPlan, progress: Callable[[str], None]) -> AttackReport:
    """Attack a copy of the demo in every planted way, and compare a naive list with ours.

    Parameters
    ----------
    demo : Workspace
        A demo; it stays as it is.
    plan : NewsroomPlan
        Its plan.
    progress : callable
        Told the name of each step.
    """
    workspace = Workspace(demo.root / "attacked")
    shutil.rmtree(workspace.root, ignore_errors=True)
    create_workspace(workspace.root, _write_demo_settings())
    shutil.copytree(demo.keys, workspace.keys, dirs_exist_ok=True)
    shutil.copy2(demo.warehouse, workspace.warehouse)
    as_of = plan.as_of.astimezone(UTC).replace(tzinfo=None)
    context = Context(workspace, load_settings(workspace.settings_file), as_of, progress=progress)
    before = _count_lines(context, as_of)
    titles = _list_titles(context, as_of)
    quiet = before.filter(pl.col("article_id").is_in(list(titles))).sort("reads", "article_id")
    attacks = plan_attacks(quiet["article_id"].to_list())
    progress("planting attacks")
    file = workspace.root / "attacks.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in list_events(attacks, as_of)), encoding="utf-8")
    load_files(context, EVENTS, [file])
    after = _count_lines(context, as_of)
    pushed = {attack.article_id for attack in attacks if attack.name not in PEOPLE}
    live = after.filter(pl.col("article_id").is_in(list(titles)))
    ours = answer_rank(context, _ATTACKED_LIST, Scope(()), as_of).items
    return AttackReport(
        workspace.root,
        judge_attacks(attacks, *({row["article_id"]: row for row in side.to_dicts()} for side in (before, after))),
        [(titles[one], one in pushed) for one in rank_naively(live, _SHOWN)],
        [(item.title, item.article_id in pushed) for item in ours],
    )


def _count_lines(context: Context, as_of: datetime) -> pl.DataFrame:
    with context.hold(), context.open(is_reader=True) as warehouse:
        return warehouse.frame("explain/article_line", window_from=as_of - WINDOW, as_of=as_of)


def _list_titles(context: Context, as_of: datetime) -> dict[str, str]:
    """Give the titles of the articles that may stand in a list."""
    with context.hold(), context.open(is_reader=True) as warehouse:
        found = score_articles(warehouse, context.settings.lists[_ATTACKED_LIST], as_of)
        titles = warehouse.frame("explain/title", article_ids=found["article_id"].to_list())
        return dict(titles.select("article_id", "title").rows())


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
