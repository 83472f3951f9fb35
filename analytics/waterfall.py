"""Why a list is as it is, and what it would be otherwise, drawn for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics.rankings.comparison import Comparison, ListComparison, Pair
from analytics.rankings.explanation import Distance, Explanation, Part, Removed
from analytics.text_display import clean

if TYPE_CHECKING:
    from analytics.setup import AttackReport

_HOURS_SHOWN = 16
_BAR = 28
_WORDS = {
    "listed": "it has its slot",
    "below": "it stands below the list",
    "left_out": "a rule keeps it out",
    "no_candidate": "it may not stand in this list",
}

_REASONS = {
    "score": "others have a higher score",
    "unread": "nobody read it in the window, or too few",
    "scope": "it is outside the scope",
    "filter": "the list is about others",
    "per_section": "its section has as many slots as it may",
    "per_author": "its author has as many slots as one may",
    "one_per": "another of its group has the slot",
    "few_networks": "it is old, and readers of too few networks bring it back",
}


def print_explanation(told: Explanation) -> None:
    """Print an account as a waterfall, with what was removed, its rules, its neighbours and how firm its slot is."""
    console = Console(highlight=False)
    console.print(Text(clean(told.title), style="bold"))
    console.print(Text(clean(f"{told.article_id} · {told.list} · {told.scope} · {told.as_of} · {told.basis}")))
    console.print(Text(clean(_name_place(told))))
    console.print()
    console.print(_draw_parts(told.parts, told.score))
    if told.removed:
        console.print()
        console.print(Text(clean(f"not counted: {_name_removed(told.removed)}")))
    console.print()
    for line in _list_facts(told):
        console.print(Text(clean(line)))
    if told.neighbours:
        console.print()
        console.print(_draw_neighbours(told))


def _name_place(told: Explanation) -> str:
    if told.standing == "listed":
        return f"rank {told.rank} of {told.length}, score {told.score:,.2f}"
    reason = f": {_REASONS.get(told.reason, told.reason.replace('_', ' '))}" if told.reason else ""
    place = f"; by score it would be number {told.place}" if told.place else ""
    return f"not in the list, {_WORDS[told.standing]}{reason}{place}; score {told.score:,.2f}"


def _draw_parts(parts: Sequence[Part], score: float) -> Table:
    """Draw each part where the ones above it end; older hours are one line."""
    table = Table(box=None, pad_edge=False, show_header=bool(parts))
    for name, justify in (("", "left"), ("count", "right"), ("worth", "right"), ("score", "right"), ("", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    rows = list(_group_parts(parts))
    whole = max(accumulate((contribution for *_, contribution in rows), initial=0.0))
    start = 0.0
    for label, count, contribution in rows:
        worth = contribution / count if count else None
        bar = _draw_bar(start, contribution, whole)
        shown = (_show(count, 0), _show(worth, 3), f"{contribution:,.2f}")
        table.add_row(Text(clean(label)), *shown, bar)
        start += contribution
    table.add_row("score", "", "", f"{score:,.2f}", "")
    return table


def _group_parts(parts: Sequence[Part]) -> Iterable[tuple[str, float | None, float]]:
    shown, rest = parts[:_HOURS_SHOWN], parts[_HOURS_SHOWN:]
    for one in shown:
        hour = f" {one.hour[5:10]} {one.hour[11:16]}" if one.hour else ""
        yield f"{one.kind}{hour}", one.count, one.contribution
    for kind in dict.fromkeys(one.kind for one in rest):
        older = [one for one in rest if one.kind == kind]
        yield f"{kind} earlier", sum(one.count or 0 for one in older), sum(one.contribution for one in older)


def _draw_bar(start: float, length: float, whole: float) -> str:
    """Draw one step of the waterfall; what is taken away is drawn lighter."""
    if whole <= 0 or start + length < 0:
        return ""
    low, high = (round(_BAR * edge / whole) for edge in sorted((start, start + length)))
    return " " * low + (("█" if length >= 0 else "░") * (high - low) or "▏")


def _show(number: float | None, digits: int) -> str:
    return "" if number is None else f"{number:,.{digits}f}"


def _name_removed(removed: Sequence[Removed]) -> str:
    return ", ".join(f"{one.count:,} {one.kind} {one.reason}".replace("_", " ") for one in removed)


def _list_facts(told: Explanation) -> Iterable[str]:
    if told.rules:
        yield f"rules that touched it: {', '.join(told.rules)}"
    if told.to_next_slot:
        into = "" if told.rank else "into the list, "
        yield f"{_name_distance(told.to_next_slot)} now would lift it {into}past {told.to_next_slot.article_id}"
    if told.to_losing_slot:
        yield f"{_name_distance(told.to_losing_slot)} now would lift {told.to_losing_slot.article_id} past it"
    firm = told.fragility
    if firm.readers_to_lose:
        yield f"without {firm.readers_to_lose:,} of its {firm.readers:,} readers it would lose the slot"
    if firm.effective_networks is not None and firm.known_network_share:
        yield f"its networks weigh as {firm.effective_networks:,.1f} equal ones"
    if firm.effective_referrers is not None:
        names = ", ".join(f"{one.name or 'no referrer'} {one.share:.0%}" for one in firm.referrers[:3])
        yield f"its referrers weigh as {firm.effective_referrers:,.1f} equal ones ({names})"
    if firm.box_share:
        names = ", ".join(f"{one.name} {one.share:.0%}" for one in firm.boxes[:3])
        yield f"{firm.box_share:.0%} of its reads came from boxes ({names})"


def _name_distance(distance: Distance) -> str:
    return f"{distance.count:,} {distance.kind}{'s' if distance.count > 1 else ''}"


def _draw_neighbours(told: Explanation) -> Table:
    table = Table(box=None, pad_edge=False, title="next to it", title_justify="left")
    for name, justify in (("", "right"), ("title", "left"), ("score", "right"), ("basis", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for one in told.neighbours:
        table.add_row(str(one.rank or "–"), Text(clean(one.title)), f"{one.score:,.2f}", one.basis)
    return table


def print_comparison(told: Comparison) -> None:
    """Print what other settings would change, a list after the other; lists that stay are named in one line."""
    console = Console(highlight=False)
    same = [f"{one.list} of {one.scope}" for one in told.lists if one.is_same]
    for one in told.lists:
        if not one.is_same:
            console.print(_draw_comparison(one))
            console.print(Text(clean(_name_figures(one))))
            console.print()
    for words, names in (
        ("the same under both", same),
        ("with the same settings", told.lists_unchanged),
        ("only in these settings", told.lists_only_now),
        ("only in the others", told.lists_only_other),
    ):
        if names:
            console.print(Text(clean(f"{words}: {', '.join(names)}")))


def _draw_comparison(one: ListComparison) -> Table:
    table = Table(box=None, pad_edge=False, title=Text(clean(f"{one.list} · {one.scope}")), title_justify="left")
    for name, justify in (("", "left"), ("now", "right"), ("with", "right"), ("title", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for word, moved in (("enters", one.enters), ("leaves", one.leaves), ("moves", one.moves)):
        for each in moved:
            table.add_row(word, str(each.rank or "–"), str(each.other_rank or "–"), Text(clean(each.title)))
    return table


def _name_figures(one: ListComparison) -> str:
    tau = "–" if one.rank_correlation is None else f"{one.rank_correlation:.2f}"
    churn, age = _name_pair(one.churn, "{:.1%}"), _name_pair(one.median_age_hours, "{:,.1f} h")
    return f"rank correlation {tau}, new an hour {churn}, median age {age}"


def _name_pair(pair: Pair, form: str) -> str:
    return " → ".join("–" if one is None else form.format(one) for one in (pair.now, pair.other))


def print_attacks(report: AttackReport) -> None:
    """Print how far each attack got, then a naive list beside ours."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, title="attacks: ranks among articles nobody pushed", title_justify="left")
    for name in ("attack", "lines", "count", "before", "naive", "ours", "as people"):
        table.add_column(name, justify="left" if name == "attack" else "right")
    for one in sorted(report.outcomes, key=lambda one: (one.name, one.lines)):
        ranks = (one.rank_before, one.naive_rank, one.rank, one.rank_of_people)
        table.add_row(one.name, f"{one.lines:,}", f"{one.counted:,}", *(f"{rank:,}" for rank in ranks))
    console.print(table)
    console.print()
    lists = Table(box=None, pad_edge=False)
    for name in ("", "lines of 24 hours (naive)", "most-read-24h"):
        lists.add_column(name, ratio=None if not name else 1, justify="left" if name else "right")
    for rank, sides in enumerate(zip_longest(report.naive, report.ours, fillvalue=("", False)), start=1):
        lists.add_row(str(rank), *(Text(f"{'✗ ' if pushed else ''}{clean(title)}") for title, pushed in sides))
    console.print(lists)
    console.print(Text(clean(f"✗ pushed by machines; the attacked newsroom is in {report.workspace}")))
