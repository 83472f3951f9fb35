"""The commands about lines that were set aside."""

from __future__ import annotations

import json

import rich_click as click

from analytics.cli.options import Options, common_options, print_json


@click.group()
def rejects() -> None:
    """Look at the lines that were set aside."""


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
