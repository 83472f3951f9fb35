"""The commands that replay history: how well a list foretold what was read next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import rich_click as click

from analytics.cli.options import Duration, Instant, Options, common_options, print_json, write_out
from analytics.errors import UsageError


def replay_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what a replay is about: the list, its scope and the moments."""
    decorators = [
        click.option("--from", "from_at", type=Instant(), required=True, help="The first moment."),
        click.option("--until", "until_at", type=Instant(), required=True, help="The end; all moments are before it."),
        click.option("--step", type=Duration(), default="1h", show_default=True, help="Time between two moments."),
        click.option("--length", type=click.IntRange(1, 1000), help="Items; the list's own number by default."),
        click.option("--list", "list_name", default="most-read", show_default=True, help="Name of the list."),
        click.option(
            "--scope", "scopes", multiple=True, metavar="KEY=VALUE", help="edition=en, section=…; may repeat."
        ),
    ]
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@click.group()
def evaluate() -> None:
    """Replay history and score what would have been shown."""


@evaluate.command("most-read")
@replay_options
@click.option(
    "--lists-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the lists: list_at,rank,article_id,score.",
)
@common_options
def evaluate_most_read(
    options: Options,
    from_at: datetime,
    until_at: datetime,
    step: timedelta,
    length: int | None,
    list_name: str,
    scopes: tuple[str, ...],
    lists_out: Path | None,
) -> None:
    """Say what share of the next hour's reads a list caught, and how much it flickered.

    The list is made at each moment as `rank --as-of` makes it. A moment with fewer than 50 reads in the hour after it
    is skipped. A list with calm looks back on the moment before: let --step be the time between two runs.
    """
    from analytics.evaluation.job import evaluate_list
    from analytics.evaluation.period import Period
    from analytics.rankings.scopes import Scope
    from analytics.terminal import print_evaluation, show_progress

    period = Period(from_at, until_at, step)
    with show_progress() as progress:
        context = options.read_context(progress)
        result = evaluate_list(context, list_name, Scope.of([*scopes]), period, length=length)
    if lists_out:
        write_out(lists_out, result.to_csv())
    if options.is_json:
        print_json(result.to_json())
    else:
        print_evaluation(result)


@evaluate.command("read-next")
@click.option(
    "--judgements",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of what people said: of pairs of articles, or the topics of articles; its header tells which.",
)
@click.option("--probe", "is_probe", is_flag=True, help="Let each title find the second half of its own body.")
@click.option("--replay", "is_replay", is_flag=True, help="Ask how high what readers opened next had been ranked.")
@click.option("--from", "from_at", type=Instant(), help="Of a replay: the first moment.")
@click.option("--until", "until_at", type=Instant(), help="Of a replay: the end.")
@click.option("--step", type=Duration(), default="5m", show_default=True, help="Of a replay: time between two runs.")
@click.option("--edition", help="The edition; the largest, or the one that was judged, by default.")
@click.option("--length", type=click.IntRange(1, 1000), default=10, show_default=True, help="Items for each seed.")
@click.option("--max-age", type=Duration(), default="90d", show_default=True, help="Oldest item, where time counts.")
@click.option("--fields", help="What is read of an article, such as title,body; everything by default.")
@click.option(
    "--lists-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the lists: query,rank,article_id,score.",
)
@common_options
def evaluate_read_next(
    options: Options,
    judgements: Path | None,
    is_probe: bool,
    is_replay: bool,
    from_at: datetime | None,
    until_at: datetime | None,
    step: timedelta,
    edition: str | None,
    length: int,
    max_age: timedelta,
    fields: str | None,
    lists_out: Path | None,
) -> None:
    """Say how well Read Next tells what belongs together, beside plainer formulas.

    --judgements and --probe rank by text alone: no floor, no rule on near-duplicates, no cap, no recency.
    """
    from analytics.evaluation.judgements import read_judgements
    from analytics.evaluation.read_next import FIELDS, evaluate_judgements, evaluate_probe
    from analytics.terminal import print_text_evaluation, show_progress

    if [judgements is not None, is_probe, is_replay].count(True) != 1:
        raise UsageError("give one of --judgements FILE, --probe and --replay")
    if fields is not None and judgements is None:
        raise UsageError(
            "--fields goes with --judgements alone; a probe reads titles and bodies, a replay what a run does"
        )
    if is_replay:
        _replay_read_next(options, from_at, until_at, step, edition, length)
        return
    with show_progress() as progress:
        context = options.read_context(progress)
        if judgements is None:
            result = evaluate_probe(context, edition=edition, length=length)
        else:
            result = evaluate_judgements(
                context,
                read_judgements(judgements),
                length=length,
                max_age=max_age,
                fields=fields.split(",") if fields else FIELDS,
                edition=edition,
            )
    if lists_out:
        write_out(lists_out, result.lists.write_csv())
    if options.is_json:
        print_json(result.to_json())
    else:
        print_text_evaluation(result)


@evaluate.command("coverage")
@click.option(
    "--judgements",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="CSV of judged stories: article_id,story_id.",
)
@click.option(
    "--stories-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the stories that were found: article_id,story_id.",
)
@common_options
def evaluate_coverage(options: Options, judgements: Path, stories_out: Path | None) -> None:
    """Say how well the stories agree with judged ones: B-cubed precision, recall and F1.

    All live articles are put into stories anew, as of the newest one; only the judged ones count. Beside the stories
    stand every article by itself, and all articles that a chain of alike pairs links.
    """
    from analytics.evaluation.coverage import evaluate_coverage as evaluate_stories
    from analytics.terminal import show_progress
    from analytics.timeline import print_agreement

    with show_progress() as progress:
        result = evaluate_stories(options.read_context(progress), judgements)
    if stories_out:
        write_out(stories_out, result.stories.write_csv())
    if options.is_json:
        print_json(result.to_json())
    else:
        print_agreement(result)


def _replay_read_next(
    options: Options,
    from_at: datetime | None,
    until_at: datetime | None,
    step: timedelta,
    edition: str | None,
    length: int,
) -> None:
    from analytics.evaluation.period import Period
    from analytics.evaluation.read_next import evaluate_replay
    from analytics.terminal import print_next_read_evaluation, show_progress

    if from_at is None or until_at is None:
        raise UsageError("a replay needs --from and --until, such as --from 2026-03-13T00:00:00Z")
    with show_progress() as progress:
        context = options.read_context(progress)
        result = evaluate_replay(context, Period(from_at, until_at, step), edition=edition, length=length)
    if options.is_json:
        print_json(result.to_json())
    else:
        print_next_read_evaluation(result)


@click.group()
def calibrate() -> None:
    """Find the settings that foretell best at the churn you allow."""


@calibrate.command("most-read")
@replay_options
@click.option(
    "--churn-at-most",
    type=click.FloatRange(0, min_open=True),
    required=True,
    help="Largest share of the list that may be new each hour, such as 0.14.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the settings, for --config.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw churn against foresight, as SVG.")
@common_options
def calibrate_most_read(
    options: Options,
    from_at: datetime,
    until_at: datetime,
    step: timedelta,
    length: int | None,
    list_name: str,
    scopes: tuple[str, ...],
    churn_at_most: float,
    out: Path | None,
    chart: Path | None,
) -> None:
    """Try half-lives, windows, weights and calm on what happened, and give the best list that is calm enough.

    Days are for tuning and for testing in turn. What the list gains over a plain half-life of equal churn is said of
    the testing days, with a 95 % interval.
    """
    from analytics.evaluation.period import Period
    from analytics.evaluation.tuning import calibrate_list
    from analytics.rankings.scopes import Scope
    from analytics.terminal import print_calibration, print_note, show_progress

    period = Period(from_at, until_at, step)
    with show_progress() as progress:
        context = options.read_context(progress)
        result = calibrate_list(
            context, list_name, Scope.of([*scopes]), period, churn_at_most=churn_at_most, length=length
        )
    for path, content in ((out, result.to_toml), (chart, result.to_svg)):
        if path:
            write_out(path, content())
    if options.is_json:
        print_json(result.to_json())
        return
    print_calibration(result)
    if out:
        print_note(f"the settings are in {out}; try them with `readership compare --with {out}`")
