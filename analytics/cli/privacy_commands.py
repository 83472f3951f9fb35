"""The commands that take out what must not be kept."""

from __future__ import annotations

from typing import Any

import rich_click as click

from analytics.cli.options import Options, common_options, print_json


@click.command()
@click.argument("visitor_id", required=False)
@click.option("--visitor-key", type=click.IntRange(0, 2**64 - 1), help="The reader's key, where there is no id.")
@click.option("--token", help="The token of the plan: carry it out.")
@common_options
def forget(options: Options, visitor_id: str | None, visitor_key: int | None, token: str | None) -> None:
    """Forget one reader: print what is held and a token; with the token, remove it."""
    from analytics.erasure import forget as forget_visitor
    from analytics.terminal import show_progress

    with show_progress() as progress:
        context = options.read_context(progress)
        outcome = forget_visitor(context, visitor_id=visitor_id, visitor_key=visitor_key, token=token)
    _print_outcome(options, outcome)


@click.command()
@click.option("--token", help="The token of the plan: carry it out.")
@common_options
def purge(options: Options, token: str | None) -> None:
    """Remove what is older than [retention] says: print a plan and a token; with the token, remove it."""
    from analytics.erasure import purge as purge_old
    from analytics.terminal import show_progress

    with show_progress() as progress:
        context = options.read_context(progress)
        outcome = purge_old(context, context.settings.retention, token=token)
    _print_outcome(options, outcome)


def _print_outcome(options: Options, outcome: Any) -> None:  # noqa: ANN401 - imported late
    from analytics.terminal import print_note, print_pairs

    if options.is_json:
        print_json({"plan": outcome.plan, "token": outcome.token, "is_done": outcome.is_done})
        return
    lists = {name: "\n".join(value) or None for name, value in outcome.plan.items() if isinstance(value, list)}
    print_pairs(outcome.plan | lists | ({} if outcome.is_done else {"token": outcome.token}))
    if not outcome.is_done:
        print_note(f"nothing has changed; to carry this plan out, give the command again with --token {outcome.token}")
