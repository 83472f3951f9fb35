"""What an examination found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What a check came to.

    Parameters
    ----------
    check : str
        What was looked at, such as landing.
    state : str
        ok; note: worth knowing, and no fault; wrong.
    message : str
        What was found: a clause.
    line : str
        The line of the runbook in docs/operations.md to follow; empty where there is nothing to do.
    """

    check: str
    state: State
    message: str
    line: str = ""


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", message)


def note(check: str, message: str, line: str = "") -> Finding:
    """Something is worth knowing, and no fault."""
    return Finding(check, "note", message, line)


def wrong(check: str, message: str, line: str) -> Finding:
    """Something is wrong, and the runbook's line says what to do."""
    return Finding(check, "wrong", message, line)


def name_some(things: Iterable[object], most: int = 3) -> str:
    """Name the first of many things.

    Examples
    --------
    >>> name_some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    names = [str(thing) for thing in things]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
