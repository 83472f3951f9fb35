"""The commands that say why a list is as it is, and what it would be otherwise."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import rich_click as click

from analytics.cli.options import Instant, Options, common_options, print_json


@click.command()
@click.argument("article")
@click.option("--list", "list_name", default="most-read", show_default=True, help="Name of the list.")
@click.option("--scope", "scopes", multiple=True, metavar="KEY=VALUE", help="As for rank; may repeat.")
@click.option("--as-of", type=Instant(), help="The moment; the newest that is loaded by default.")
@common_options
def explain(options: Options, article: str, list_name: str, scopes: tuple[str, ...], as_of: datetime | None) -> None:
    """Print the exact account of an article's place in a list."""
    import msgspec

    from analytics.answers import answer_explain
    from analytics.rankings.scopes import Scope
    from analytics.waterfall import print_explanation

    told = answer_explain(options.read_context(), list_name, Scope.of([*scopes]), as_of, article)
    if options.is_json:
        print_json(msgspec.to_builtins(told))
    else:
        print_explanation(told)


@click.command()
@click.argument("name", metavar="ARTICLE|STORY")
@common_options
def coverage(options: Options, name: str) -> None:
    """Print the story of an article, as the last run left it: lead, timeline, updates, changes."""
    from analytics.answers import answer_coverage
    from analytics.terminal import print_note
    from analytics.timeline import print_story

    told = answer_coverage(options.read_context(), name)
    if options.is_json:
        print_json(told.to_json() if told else {"story_id": None, "timeline": [], "pick": [], "changes": []})
    elif told:
        print_story(told)
    else:
        print_note(f"{name} is in no story: no other live article is on its event, or no run has looked for one yet")


@click.command()
@click.option("--with", "other", required=True, type=click.Path(path_type=Path), help="Settings laid over these.")
@click.option("--list", "names", multiple=True, help="Name of a list; may repeat; all by default.")
@click.option(
    "--scope", "scopes", multiple=True, metavar="KEY=VALUE", help="As for rank; the site and each edition by default."
)
@click.option("--as-of", type=Instant(), help="The moment; the newest that is loaded by default.")
@click.option("--hours", default=24, show_default=True, type=click.IntRange(0, 1000), help="Hours that tell the churn.")
@common_options
def compare(
    options: Options,
    other: Path,
    names: tuple[str, ...],
    scopes: tuple[str, ...],
    as_of: datetime | None,
    hours: int,
) -> None:
    """Print who would enter and leave the lists under other settings, and how calm they would be."""
    import msgspec

    from analytics.answers import answer_compare
    from analytics.rankings.scopes import Scope
    from analytics.waterfall import print_comparison

    context = options.read_context()
    settings = options.read_context(layer=other).settings
    wanted = [Scope.of([*scopes])] if scopes else []
    told = answer_compare(context, settings, names=names, scopes=wanted, as_of=as_of, hours=hours)
    if options.is_json:
        print_json(msgspec.to_builtins(told))
    else:
        print_comparison(told)
