"""What a person sees: tables on stdout, steps and errors on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics.demo.verdict import CARRIER, DemoVerdict
from analytics.ledger import FileReport
from analytics.publish.documents import ListDocument, ReadNextDocument
from analytics.text_display import clean

if TYPE_CHECKING:
    from analytics.doctor.findings import Finding
    from analytics.evaluation.job import Evaluation
    from analytics.evaluation.read_next import NextReadEvaluation, TextEvaluation
    from analytics.evaluation.tuning import Calibration

_SHOWN_ROWS = 1000
_ALIAS_ROWS, _ALIAS_URLS = 20, 3


@contextmanager
def show_progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows the step at work; nothing is shown where stderr is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield lambda step: status.update(Text(step))


def print_list(document: ListDocument) -> None:
    """Print a ranked list."""
    table = start_table(f"{document.list} · {_name_scope(document)} · {document.as_of} · {document.basis}")
    for name, justify in (("", "right"), ("move", "left"), ("title", "left"), ("section", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("score", "reads", "readers", "shares"):
        table.add_column(name, justify="right")
    for item in document.items:
        move = {"new": "new", "re-entry": "back", "same": "="}.get(
            item.movement
        ) or f"{'▲' if item.movement == 'up' else '▼'} {item.previous_rank}"
        counts = ("–" if one is None else f"{one:,}" for one in (item.reads, item.readers, item.shares))
        figures = ("–" if item.score is None else f"{item.score:,.2f}", *counts)
        table.add_row(str(item.rank), move, Text(clean(item.title)), Text(clean(item.label)), *figures)
    Console().print(table)


def print_read_next(document: ReadNextDocument) -> None:
    """Print what to read next, and why."""
    table = start_table(f"read next after {document.article_id} · {document.as_of}")
    for name in ("", "title", "score", "by", "readers", "shared tags", "shared words"):
        table.add_column(name)
    for item in document.items:
        tags, terms = (Text(clean(", ".join(words))) for words in (item.reasons.tags, item.reasons.terms))
        readers = "" if item.reasons.next_reads is None else f"{item.reasons.next_reads:,}"
        title = Text(clean(item.title))
        table.add_row(str(item.rank), title, f"{item.score:.3f}", item.basis, readers, tags, terms)
    Console().print(table)


def print_loads(reports: list[FileReport]) -> None:
    """Print what loading came to, a row a file."""
    table = start_table("loaded files")
    table.add_column("file")
    table.add_column("status")
    for name in ("lines", "loaded", "rejected", "duplicate", "filtered"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for one in reports:
        figures = (f"{n:,}" for n in (one.lines, one.loaded, one.rejected, one.duplicate, one.filtered))
        table.add_row(Text(clean(one.name)), one.status, *figures, Text(clean(one.reason or "")))
    Console().print(table)
    if any(one.reasons for one in reports):
        _print_reasons(reports)


def _print_reasons(reports: list[FileReport]) -> None:
    """Print why lines of files that were only looked at would not be loaded, with some of them."""
    table = start_table("lines that are not loaded")
    for name, justify in (("file", "left"), ("reason", "left"), ("lines", "right"), ("such as", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for one in reports:
        for reason, told in sorted((one.reasons or {}).items()):
            examples = ", ".join(f"line {example['line']}" for example in told["examples"])
            table.add_row(Text(clean(one.name)), reason, f"{told['lines']:,}", examples)
    Console().print(table)


def print_alias_effect(effect: pl.DataFrame, console: Console | None = None) -> None:
    """Print what moved URLs did to the counts of their articles; nothing where none moved."""
    if effect.is_empty():
        return
    table = start_table("articles whose URLs moved: counts before and after")
    table.add_column("article", overflow="fold")
    for name in ("pageviews", "reads"):
        table.add_column(name, justify="right")
    table.add_column("URLs", overflow="fold")
    for row in effect.head(_ALIAS_ROWS).iter_rows(named=True):
        urls = [f"+ {url}" for url in row["urls_added"]] + [f"- {url}" for url in row["urls_lost"]]
        more = [f"and {len(urls) - _ALIAS_URLS:,} more"] if len(urls) > _ALIAS_URLS else []
        counts = (f"{row[f'{name}_before']:,} → {row[f'{name}_after']:,}" for name in ("pageviews", "reads"))
        shown = "\n".join(map(clean, urls[:_ALIAS_URLS] + more))
        table.add_row(Text(clean(row["article_id"])), *counts, Text(shown))
    console = console or Console()
    console.print(table)
    if len(effect) > _ALIAS_ROWS:
        console.print(f"{len(effect) - _ALIAS_ROWS:,} more articles; --json gives all, and articles.alias_effect")


def note_alias_effect(effect: pl.DataFrame) -> None:
    """Show a person what moved URLs did; a scheduler, whose stderr is no terminal, is told nothing."""
    console = Console(stderr=True)
    if console.is_terminal:
        print_alias_effect(effect, console)


def print_pairs(pairs: Mapping[str, Any]) -> None:
    """Print names and values, one pair a line."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in pairs.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        shown = f"{text:,}" if isinstance(text, int) else "–" if text in (None, "") else str(text)
        table.add_row(name.replace("_", " "), Text(clean(shown)))
    Console().print(table)


def print_verdict(verdict: DemoVerdict) -> None:
    """Print what counting made of the planted kinds, and whom it took for robots wrongly."""
    table = start_table(f"planted and removed (robot rules {verdict.rules_version})")
    for name, justify in (("planted", "left"), ("pageviews", "right"), ("removed", "right"), ("by", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for one in (*verdict.kinds, verdict.people):
        why = ", ".join(f"{reason} {pageviews:,}" for reason, pageviews in one.reasons.items())
        table.add_row(one.kind.replace("_", " "), f"{one.pageviews:,}", f"{one.removed:,}", why)
    Console().print(table)
    carrier = verdict.find(CARRIER)
    print_pairs(
        {
            "precision of removal by behaviour": _show_share(verdict.precision),
            "planted robots' pageviews removed by it": _show_share(verdict.recall),
            "people wrongly removed": f"{verdict.people_visitors_removed_as_robots:,} of {verdict.people_visitors:,}",
            "their pageviews": f"{verdict.people.removed_as_robot:,} of {verdict.people.pageviews:,}",
            "the carrier's among them": f"{carrier.removed_as_robot:,} of {carrier.pageviews:,}",
        }
    )


def _show_share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def print_findings(findings: list[Finding]) -> None:
    """Print what an examination found, a row a finding."""
    table = start_table(None)
    for name in ("check", "", "what was found", "runbook"):
        table.add_column(name)
    for one in findings:
        table.add_row(one.check, one.state, Text(clean(one.message)), one.line)
    Console().print(table)


def print_evaluation(evaluation: Evaluation) -> None:
    """Print how well a list foretold what was read next, and how much it flickered."""
    told, figures = evaluation.to_json(), evaluation.figures
    span = f"{told['from']} to {told['until']}"
    title = f"{evaluation.name} · {told['scope']} · {span} · length {evaluation.length}"
    Console(soft_wrap=True).print(Text(clean(title)))
    rows = {
        "moments": f"{figures.moments:,}",
        "caught": f"{figures.caught:.1%} of the next hour's reads",
        "oracle": f"{figures.oracle:.1%}, by the best list with hindsight",
        "foresight": f"{figures.foresight:.4f} = caught / oracle",
        "churn": f"{figures.churn:.4f} of the list is new each hour",
        "coverage": f"{figures.coverage:.2%} of the articles ever stood in it",
        "median age": "" if figures.median_age_hours is None else f"{figures.median_age_hours:.1f} hours",
    }
    print_pairs(rows)


def print_text_evaluation(evaluation: TextEvaluation) -> None:
    """Print what each formula came to, Read Next's own first."""
    _print_formulas(f"read-next · by {evaluation.kind} · {evaluation.articles:,} articles", evaluation.figures)


def print_next_read_evaluation(evaluation: NextReadEvaluation) -> None:
    """Print how high each formula had ranked what readers opened next, Read Next's own first."""
    told = evaluation.to_json()
    title = f"read-next · {evaluation.edition} · {told['from']} to {told['until']} · {evaluation.articles:,} articles"
    _print_formulas(title, evaluation.figures)


def _print_formulas(title: str, formulas: Mapping[str, Mapping[str, float]]) -> None:
    table = start_table(title)
    table.add_column("formula", no_wrap=True)
    names = list(dict.fromkeys(name for figures in formulas.values() for name in figures))
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for formula, figures in formulas.items():
        table.add_row(formula, *(_write_figure(figures.get(name)) for name in names))
    Console().print(table)


def _write_figure(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.4f}"


def print_calibration(calibration: Calibration) -> None:
    """Print the tuned list beside a plain half-life and the peers, and what it gains."""
    tuned, plain, gain = calibration.tuned, calibration.plain, calibration.gain
    table = start_table(f"{calibration.name} · {calibration.scope} · {calibration.trials:,} settings tried")
    table.add_column("foresight, churn an hour")
    for name in ("all days", "tuning days", "testing days"):
        table.add_column(name, justify="right", no_wrap=True)
    for label, one in (("tuned", tuned), (f"half-life {plain.settings.half_life}", plain)):
        parts = (one.all_days, one.tuning_days, one.testing_days)
        table.add_row(label, *(f"{part.foresight:.4f} {part.churn:.4f}" for part in parts))
    for point in calibration.frontier.peers:
        table.add_row(point.name, f"{point.foresight:.4f} {point.churn:.4f}", "", "")
    Console().print(table)
    interval = f"95 % interval {gain.low:+.4f} to {gain.high:+.4f}, {gain.moments:,} moments"
    plain_text = Console(soft_wrap=True, highlight=False)
    plain_text.print(f"gain over that half-life on the testing days: {gain.foresight:+.4f} ({interval})\n")
    for line in calibration.to_toml().splitlines():
        plain_text.print(Text(clean(line)))


def print_frame(frame: pl.DataFrame) -> None:
    """Print the rows of a query."""
    table = start_table(None)
    for name in frame.columns:
        table.add_column(Text(clean(name)))
    for row in frame.head(_SHOWN_ROWS).iter_rows():
        table.add_row(*(Text(clean("" if value is None else str(value))) for value in row))
    Console().print(table)
    if len(frame) > _SHOWN_ROWS:
        print_note(f"{len(frame) - _SHOWN_ROWS:,} more rows; --json prints all")


def print_note(text: str) -> None:
    """Print a sentence for a person on stderr."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text(clean(text)))


def start_table(title: str | None) -> Table:
    """Start a table as all commands show theirs."""
    return Table(title=None if title is None else Text(clean(title)), title_justify="left", box=None, pad_edge=False)


def _name_scope(document: ListDocument) -> str:
    pairs: dict[str, str] = msgspec.to_builtins(document.scope)
    return " ".join(f"{key}={value}" for key, value in pairs.items()) or "site"
