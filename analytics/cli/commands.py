"""The commands, one function each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from analytics.cli.doctor_command import doctor
from analytics.cli.edit_commands import COMMANDS as EDIT_COMMANDS
from analytics.cli.evaluate_commands import calibrate, evaluate
from analytics.cli.explain_commands import compare, coverage, explain
from analytics.cli.options import Instant, Options, Zone, common_options, fail, print_json, read_clock
from analytics.cli.privacy_commands import forget, purge
from analytics.cli.rejects_commands import rejects
from analytics.cli.runs_commands import backfill, runs
from analytics.cli.tags_commands import tags
from analytics.errors import InputError, UsageError

EXIT_BAD_DATA = 65
_FAULTS_SHOWN = 20


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="readership", prog_name="readership")
def cli() -> None:
    """Most Read and Read Next for a news site, from pageview and share events."""


@cli.command()
@common_options
def init(options: Options) -> None:
    """Make a workspace: readership.toml, data/, reports/."""
    from analytics.setup import create_workspace

    created = create_workspace(options.workspace)
    if options.is_json:
        print_json({"workspace": str(options.workspace), "created": created})
    elif not created:
        from analytics.terminal import print_note

        print_note(f"{options.workspace} is a workspace already; nothing changed")


@cli.command()
@click.argument("entity", type=click.Choice(["articles", "events"]))
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option("--format", "form", default="auto", show_default=True, help="auto, native or another format's name.")
@click.option("--assume-tz", "zone", type=Zone(), help="Zone of times that name none, such as Europe/Madrid.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be loaded, rejected and filtered.")
@common_options
def load(options: Options, entity: str, paths: tuple[Path, ...], form: str, zone: str | None, *, is_dry: bool) -> None:
    """Load files of articles or events, folders of them, patterns, or - for standard input."""
    from analytics.pipeline import LoadOptions, load_files
    from analytics.terminal import print_alias_effect, print_loads, show_progress

    with show_progress() as progress, take_stdin(options, paths) as named:
        context = options.read_context(progress)
        result = load_files(context, entity, named, LoadOptions(form, zone, is_dry))
    if options.is_json:
        print_json(describe_loads(result.reports, result.aliases))
    else:
        print_loads(result.reports)
        print_alias_effect(result.aliases)
    refuse_set_aside(result.reports)


@contextmanager
def take_stdin(options: Options, paths: tuple[Path, ...]) -> Iterator[list[Path]]:
    """Put standard input, which - names, into a file for as long as it is read."""
    from analytics.scratch import open_scratch
    from analytics.walk import spool

    if Path("-") not in paths:
        yield [*paths]
        return
    context = options.read_context()
    with open_scratch(context.workspace.scratch) as folder:
        spooled = spool(sys.stdin.buffer, folder, context.caps)
        yield [spooled if path == Path("-") else path for path in paths]


def describe_loads(reports: list[Any], aliases: Any = None) -> dict[str, Any]:  # noqa: ANN401 - imported late
    """Describe what loading came to, per file and in total, and which articles' history moved."""
    counts = ("lines", "loaded", "rejected", "duplicate", "filtered")
    total = {name: sum(getattr(report, name) for report in reports) for name in counts}
    moved = {} if aliases is None else {"aliases": aliases.to_dicts()}
    return {"files": [report.to_json() for report in reports], "total": total} | moved


def refuse_set_aside(reports: list[Any]) -> None:
    """Leave with the code for bad data where a file was set aside."""
    from analytics.ledger import find_fault

    if fault := find_fault(reports):
        raise InputError(fault)


@cli.command()
@click.option("--as-of", type=Instant(), help="Describe this moment; the newest complete hour by default.")
@click.option("--force", is_flag=True, help="Publish a moment older than the one that is published.")
@click.option("--refit", is_flag=True, help="Compare all articles anew, instead of bringing what is kept up to date.")
@common_options
def run(options: Options, as_of: datetime | None, force: bool, refit: bool) -> None:
    """Load what landed, rank, recommend and publish."""
    _run(options, as_of, is_forced=force, is_loading=True, is_refit=refit)


@cli.command()
@click.option("--as-of", type=Instant(), help="Describe this moment; the newest complete hour by default.")
@click.option("--force", is_flag=True, help="Publish a moment older than the one that is published.")
@common_options
def publish(options: Options, as_of: datetime | None, force: bool) -> None:
    """Rank, recommend and publish what is loaded already."""
    _run(options, as_of, is_forced=force, is_loading=False)


def _run(
    options: Options, as_of: datetime | None, *, is_forced: bool, is_loading: bool, is_refit: bool = False
) -> None:
    from analytics.pipeline import run as run_chain
    from analytics.terminal import note_alias_effect, show_progress

    with show_progress() as progress:
        context = options.read_context(progress)
        result = run_chain(context, as_of=as_of, is_forced=is_forced, is_loading=is_loading, is_refit=is_refit)
    if options.is_json:
        manifest = result.manifest
        summary: dict[str, Any] = {name: getattr(manifest, name, None) for name in ("run_id", "as_of", "status")}
        summary |= {"is_news": result.is_news, "files": len(manifest.files) if manifest else 0}
        print_json(summary | {"loads": describe_loads(result.reports, result.aliases)})
    else:
        note_alias_effect(result.aliases)
    refuse_set_aside(result.reports)


@cli.command()
@click.option("--list", "list_name", default="most-read", show_default=True, help="Name of the list.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="KEY=VALUE",
    help="edition=en, section, region, content_type, tag, author, country, device, referrer; may repeat.",
)
@click.option("--as-of", type=Instant(), help="The moment; the newest complete hour by default.")
@common_options
def rank(options: Options, list_name: str, scopes: tuple[str, ...], as_of: datetime | None) -> None:
    """Print a list."""
    from analytics.answers import answer_rank
    from analytics.publish.documents import encode
    from analytics.rankings.scopes import Scope
    from analytics.terminal import print_list

    document = answer_rank(options.read_context(), list_name, Scope.of([*scopes]), as_of)
    if options.is_json:
        sys.stdout.write(encode(document).decode())
    else:
        print_list(document)


@cli.command()
@click.argument("article")
@click.option("--as-of", type=Instant(), help="The moment; the newest that is loaded by default.")
@common_options
def recommend(options: Options, article: str, as_of: datetime | None) -> None:
    """Print what to read next after an article, and why."""
    from analytics.answers import answer_recommend
    from analytics.publish.documents import encode
    from analytics.terminal import print_read_next

    document = answer_recommend(options.read_context(), article, as_of)
    if options.is_json:
        sys.stdout.write(encode(document).decode())
    else:
        print_read_next(document)


@cli.command()
@common_options
def status(options: Options) -> None:
    """Say what is loaded, how far it reaches and what is published."""
    from analytics.answers import answer_status
    from analytics.terminal import print_pairs

    state = answer_status(options.read_context())
    if options.is_json:
        print_json(state)
    else:
        published = state.pop("published") or {}
        print_pairs(state | {f"published_{name}": value for name, value in published.items()})


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@common_options
def validate(options: Options, folder: Path | None) -> None:
    """Check a folder of reports against its schemas and its manifest."""
    from analytics.publish.validate import validate_reports

    target = folder or options.workspace / "reports"
    faults = validate_reports(target)
    if options.is_json:
        print_json({"folder": str(target), "faults": [{"path": f.path, "message": f.message} for f in faults]})
    if faults:
        for fault in faults[:_FAULTS_SHOWN]:
            print(f"{fault.path}: {fault.message}", file=sys.stderr)  # noqa: T201 - the faults
        fail(f"{target} has {len(faults)} faults; publish again with `readership run`", EXIT_BAD_DATA)


@cli.command()
@click.argument("query", required=False)
@common_options
def sql(options: Options, query: str | None) -> None:
    """Run a query on the analysts' snapshot; the query is read from stdin where none is given."""
    from analytics.terminal import print_frame
    from analytics.warehouse import query_snapshot

    context = options.read_context()
    text = query if query is not None else sys.stdin.read()
    snapshot = context.workspace.snapshot
    if not snapshot.is_file():
        raise UsageError("nothing has been published yet; run `readership run` first")
    frame = query_snapshot(snapshot, text)
    if options.is_json:
        print_json(frame.to_dicts())
    else:
        print_frame(frame)


@cli.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Where."
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed makes the same newsroom.")
@click.option("--articles", type=click.IntRange(12), default=320, show_default=True, help="Articles an edition.")
@click.option("--events", type=click.IntRange(500), default=220_000, show_default=True, help="Events, about.")
@click.option("--as-of", type=Instant(), default="2026-03-14T12:00:00Z", show_default=True, help="The newsroom's now.")
@click.option("--attack", "is_attacked", is_flag=True, help="Attack a copy of it, and compare a naive list with ours.")
@common_options
def demo(
    options: Options, folder: Path, seed: int, articles: int, events: int, as_of: datetime, *, is_attacked: bool
) -> None:
    """Make a newsroom from a seed, run the whole chain, and say whom counting took for robots and where to look."""
    from analytics.demo.newsroom import NewsroomPlan
    from analytics.demo.verdict import judge_demo
    from analytics.keys import VisitorKeys
    from analytics.setup import attack_demo, make_demo
    from analytics.terminal import print_note, print_verdict, show_progress
    from analytics.waterfall import print_attacks

    plan = NewsroomPlan(seed=seed, articles_per_edition=articles, events=events, as_of=as_of.replace(tzinfo=UTC))
    with show_progress() as progress:
        workspace = make_demo(folder.absolute(), plan, options.config, progress)
        report = attack_demo(workspace, plan, progress) if is_attacked else None
    # The demo's day is past, and with it the life of the salts it was loaded with.
    VisitorKeys(workspace.keys, read_clock())
    if report:
        print_json({**asdict(report), "workspace": str(report.workspace)}) if options.is_json else print_attacks(report)
        return
    verdict = judge_demo(workspace.root / "newsroom", workspace.snapshot)
    if options.is_json:
        told = {"workspace": str(workspace.root), "reports": str(workspace.reports), "verdict": asdict(verdict)}
        print_json(told)
    else:
        print_verdict(verdict)
        print_note(f"the newsroom is in {workspace.root}; open {workspace.reports / 'index.html'}")


cli.add_command(backfill)
cli.add_command(calibrate)
cli.add_command(compare)
cli.add_command(coverage)
cli.add_command(doctor)
cli.add_command(evaluate)
cli.add_command(explain)
cli.add_command(forget)
cli.add_command(purge)
cli.add_command(rejects)
cli.add_command(runs)
cli.add_command(tags)
for edit_command in EDIT_COMMANDS:
    cli.add_command(edit_command)
