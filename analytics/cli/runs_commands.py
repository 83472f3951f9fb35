"""The commands about runs, and about days that are to be judged again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import rich_click as click

from analytics.cli.options import Instant, Options, common_options, print_json


@click.group(invoke_without_command=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="So many at most.")
@common_options
def runs(options: Options, limit: int) -> None:
    """List the newest runs; `runs corrections` lists the published slots that would have been different."""
    from analytics.answers import answer_runs

    context = click.get_current_context()
    if context and context.invoked_subcommand is None:
        _print_frame(options, answer_runs(options.read_context(), limit))


@runs.command("corrections")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="So many at most.")
@common_options
def list_corrections(options: Options, limit: int) -> None:
    """List the published slots that would have been different: events came, went or changed past the late window."""
    from analytics.answers import answer_corrections

    _print_frame(options, answer_corrections(options.read_context(), limit))


@click.command()
@click.option("--from", "from_at", type=Instant(), required=True, help="The first of the days, such as 2026-03-01T00Z.")
@click.option("--until", "until_at", type=Instant(), required=True, help="The end; a day that it cuts is taken whole.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say how many verdicts would change; change nothing.")
@common_options
def backfill(options: Options, from_at: datetime, until_at: datetime, *, is_dry: bool) -> None:
    """Judge the events of whole UTC days again, and redo their sums, after rules or [counting] settings changed.

    Behavioural robots, repeats, caps and engaged time are judged anew, and pages lead to their articles of today.
    Labels made from texts that are not kept stay as they were given at loading: declared robots and odd agents (user
    agent), data centres and staff (address), the pageview definition (method, status). The next `run` publishes what
    changed.
    """
    from analytics.backfill import backfill as judge_again
    from analytics.instants import format_instant
    from analytics.terminal import print_pairs, show_progress

    with show_progress() as progress:
        result = judge_again(options.read_context(progress), from_at, until_at, is_dry=is_dry)
    told = {"from": format_instant(result.from_at), "until": format_instant(result.until_at)}
    summary: dict[str, Any] = told | {"verdicts": result.verdicts, "is_dry": result.is_dry}
    if options.is_json:
        print_json(summary)
    else:
        print_pairs(summary)


def _print_frame(options: Options, frame: Any) -> None:  # noqa: ANN401 - imported late
    from analytics.terminal import print_frame

    if options.is_json:
        print_json(frame.to_dicts())
    else:
        print_frame(frame)
