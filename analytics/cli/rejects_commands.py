"""The commands about lines that were set aside."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click

from analytics.cli.options import Options, Zone, common_options, print_json
from analytics.errors import InputError


@click.group()
def rejects() -> None:
    """Look at the lines that were set aside, and read them again."""


@rejects.command("list")
@click.option("--file", "name", help="Only those of the file with this name.")
@click.option("--reason", help="Only those with this reason, such as naive_time.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="So many at most.")
@common_options
def list_rejects(options: Options, name: str | None, reason: str | None, limit: int) -> None:
    """List rejects: file, line, place in the file, reason, and the fields that may be kept."""
    from analytics.answers import answer_rejects
    from analytics.terminal import print_frame

    found = answer_rejects(options.read_context(), name, reason, limit)
    if not options.is_json:
        print_frame(found.drop("detail"))
        return
    rows = found.to_dicts()
    print_json([row | {"fields": json.loads(row["fields"]) if row["fields"] else None} for row in rows])


@rejects.command("replay")
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path, readable=False),
    help="File, folder or pattern to look for originals in, beside data/landing/; may repeat.",
)
@click.option("--file", "name", default="", help="Only those of the file with this name.")
@click.option(
    "--format", "form", default="auto", help="Name of a format; as it was read, or by content, where not given."
)
@click.option("--assume-tz", "zone", type=Zone(), help="Zone of times that name none, such as Europe/Madrid.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would come of it, and change nothing.")
@common_options
def replay_rejects(
    options: Options, sources: tuple[Path, ...], name: str, form: str, zone: str | None, *, is_dry: bool
) -> None:
    """Read rejected lines again, and files that were set aside, by the rules and settings of today.

    The originals are found by their content in data/landing/ and under --source. Lines that are good now become events
    or articles; lines that were loaded before stay as they are. Given again it changes nothing.
    """
    from analytics import replay
    from analytics.cli.commands import describe_loads
    from analytics.terminal import print_loads, print_note, show_progress

    with show_progress() as progress:
        context = options.read_context(progress)
        reports = replay.replay_rejects(context, replay.ReplayOptions(sources, name, form, zone, is_dry))
    if options.is_json:
        print_json(describe_loads(reports))
    elif reports:
        print_loads(reports)
    else:
        print_note("no file has rejects")
    if fault := replay.find_unread(reports):
        raise InputError(fault)
