"""The commands with which editors say what they want of a list."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import rich_click as click

from analytics.cli.options import Instant, Options, common_options, print_json

_HELP = {
    "pin": "Pin an article to a slot of a list, of every list where none is named.",
    "unpin": "Take a pin back.",
    "ban": "Keep an article out of a list, out of every list where none is named.",
    "unban": "Take a ban back.",
    "withdraw": "Take an article out of everything: lists, and what to read next.",
    "restore": "Take a withdrawal back.",
}
_TIMED = ("pin", "ban", "withdraw")


def _make(action: str) -> click.Command:
    """Make the command of one action: they differ in nothing but what they record."""

    @click.argument("article")
    @click.option("--by", "made_by", required=True, help="Who decides.")
    @click.option("--why", "reason", required=True, help="Why.")
    @click.option("--now", "is_now", is_flag=True, help="Change the reports at once; else the next publish does.")
    @common_options
    def command(options: Options, article: str, made_by: str, reason: str, *, is_now: bool, **told: Any) -> None:  # noqa: ANN401
        _record(options, action, article, (made_by, reason), is_now=is_now, **told)

    if action not in {"withdraw", "restore"}:
        command = click.option(
            "--after", metavar="SEED", help="Of Read Next, after this article alone: its id or URL."
        )(command)
        command = click.option(
            "--list", "list_name", help="Name of the list, or read-next; every one where none is given."
        )(command)
        command = click.option(
            "--scope",
            "scopes",
            multiple=True,
            metavar="KEY=VALUE",
            help="edition=en, section=…; may repeat; site for the whole site alone; every scope where none is given.",
        )(command)
    if action == "pin":
        command = click.option(
            "--slot", type=click.IntRange(1), default=1, show_default=True, help="The slot it holds."
        )(command)
    if action in _TIMED:
        command = click.option("--until", "until_at", type=Instant(), help="It holds for moments before this one.")(
            command
        )
    return click.command(action, help=_HELP[action])(command)


def _record(
    options: Options,
    action: str,
    article: str,
    words: tuple[str, str],
    *,
    is_now: bool,
    list_name: str | None = None,
    scopes: tuple[str, ...] = (),
    after: str | None = None,
    slot: int | None = None,
    until_at: datetime | None = None,
) -> None:
    from analytics.edits import read_place, record_edit
    from analytics.rankings.edits import Edit
    from analytics.terminal import print_note

    edit = Edit(action, article, *read_place(list_name, [*scopes], after), slot, until_at)
    done = record_edit(options.read_context(), edit, made_by=words[0], reason=words[1], is_now=is_now)
    changed = None if done.published is None else [*done.published.changed, *done.published.removed]
    if options.is_json:
        print_json({"edit_number": done.edit_number, **asdict(done.edit), "changed": changed})
    elif changed is None:
        print_note(f"edit {done.edit_number} is recorded; the next publish shows it")
    else:
        print_note(f"edit {done.edit_number} is live; {len(changed)} files of the reports changed")


@click.command()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="So many at most.")
@common_options
def edits(options: Options, limit: int) -> None:
    """List what editors said of articles, the newest first: who, when, why, and whether it still holds."""
    from analytics.edits import list_edits
    from analytics.terminal import print_frame

    frame = list_edits(options.read_context(), length=limit)
    if options.is_json:
        print_json(frame.to_dicts())
    else:
        print_frame(frame)


COMMANDS = (*map(_make, _HELP), edits)
