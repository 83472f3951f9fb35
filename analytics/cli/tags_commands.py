"""The commands about tags that may be one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import rich_click as click

from analytics.cli.options import Options, common_options, print_json, warn


@click.group()
def tags() -> None:
    """Find tags that are one thing, and decide: nothing is merged without an editor's word.

    What is decided stands in tag_aliases.csv in the workspace; keep it in version control, and edit it by hand at will.
    """


@tags.command()
@click.option("--edition", help="Only pairs of which this edition uses a side.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="So many at most.")
@common_options
def suggest(options: Options, edition: str | None, limit: int) -> None:
    """Propose tags that may be one thing, the surest first, with what speaks for it."""
    from analytics.tags.job import suggest_tags
    from analytics.tags.table import tabulate
    from analytics.terminal import print_frame, print_note

    found = suggest_tags(options.read_context(), edition=edition, length=limit)
    if options.is_json:
        print_json([_flatten(one) for one in found])
    elif found:
        print_frame(tabulate(found))
    else:
        print_note("no two tags look like one")


@tags.command()
@click.argument("tag")
@click.argument("canonical")
@common_options
def preview(options: Options, tag: str, canonical: str) -> None:
    """Show what would change if TAG stood under CANONICAL."""
    from analytics.tags.job import preview_tags
    from analytics.terminal import print_pairs

    seen = preview_tags(options.read_context(), tag, canonical)
    told = {name: value for name, value in asdict(seen).items() if name != "suggestion"}
    told = {**_flatten(seen.suggestion), **told}
    if options.is_json:
        print_json(told)
        return
    warning = told.pop("warning")
    print_pairs({name: list(value) if isinstance(value, tuple) else value for name, value in told.items()})
    if warning:
        warn(warning)


def _decide(options: Options, verdict: str, names: tuple[str, str], words: tuple[str, str]) -> None:
    from analytics.tags.alias_file import FILE_NAME, Ruling
    from analytics.tags.job import decide_tags
    from analytics.terminal import print_note

    done = decide_tags(options.read_context(), Ruling(*names, verdict, words[0], "", words[1]))
    if options.is_json:
        print_json({**asdict(done.ruling), "is_new": done.is_new, "articles": done.articles, "warning": done.warning})
    elif done.is_new:
        print_note(f"{done.ruling.tag} → {done.ruling.canonical} is {verdict}, and stands in {FILE_NAME}")
    else:
        print_note(f"{FILE_NAME} says so already; nothing changed")
    if done.warning and not options.is_json:
        warn(done.warning)


def _with_words(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--why", "reason", required=True, help="Why.")(command)
    return click.option("--by", "made_by", required=True, help="Who decides.")(command)


@tags.command()
@click.argument("tag")
@click.argument("canonical")
@_with_words
@common_options
def accept(options: Options, tag: str, canonical: str, made_by: str, reason: str) -> None:
    """Let TAG stand under CANONICAL, in every article that carries it."""
    _decide(options, "accepted", (tag, canonical), (made_by, reason))


@tags.command()
@click.argument("tag")
@click.argument("other")
@_with_words
@common_options
def reject(options: Options, tag: str, other: str, made_by: str, reason: str) -> None:
    """Say that TAG and OTHER are two things: they are not proposed again, and parted where they were accepted."""
    _decide(options, "rejected", (tag, other), (made_by, reason))


def _flatten(suggestion: Any) -> dict[str, Any]:  # noqa: ANN401 - imported late
    told = asdict(suggestion)
    proposal = told.pop("proposal")
    return {"tag": told.pop("label"), "canonical": told.pop("canonical_label"), "tag_key": proposal.pop("tag"),
            "canonical_key": proposal.pop("canonical"), **proposal, **told}  # fmt: skip
