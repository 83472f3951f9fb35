"""What can go wrong, and with which exit code.

::

    ReadershipError               1   a failure of ours
    ├── UsageError                2   wrong usage, an unknown list, scope key or article
    ├── InputError               65   bad data over the limit
    │   └── NoInputError         66   no input
    ├── WarehouseBusy            75   another run holds the warehouse
    ├── SettingsError            78   bad configuration
    ├── CheckFailed               1   a check of the run does not hold; the last good reports stay
    └── ReportError               1   a report would break its contract
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 30


class ReadershipError(Exception):
    """An error with one sentence for a person and an exit code for a scheduler.

    Parameters
    ----------
    message : str
        What went wrong and what to do, in one sentence.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(ReadershipError):
    """The command was called wrongly."""

    exit_code = 2


class InputError(ReadershipError):
    """A file cannot be read, or too many of its lines are bad."""

    exit_code = 65


class NoInputError(InputError):
    """There is nothing to read."""

    exit_code = 66


class WarehouseBusy(ReadershipError):  # noqa: N818 - the name says the state a scheduler waits out
    """Another process holds the warehouse."""

    exit_code = 75


class SettingsError(ReadershipError):
    """The configuration is wrong."""

    exit_code = 78


class CheckFailed(ReadershipError):  # noqa: N818 - the name says what happened to the check
    """A check of the run does not hold.

    Parameters
    ----------
    check : str
        Name of the check.
    failures : int
        Rows that break the rule.
    example : str
        The first of them.
    advice : str
        What to do.
    """

    def __init__(
        self,
        check: str,
        failures: int,
        example: str,
        advice: str = "report it with the names of the files loaded last",
    ) -> None:
        super().__init__(
            f"the check {check} fails on {failures} rows, such as {example}; the last good reports stay, {advice}"
        )
        self.check = check
        self.failures = failures


class ReportError(ReadershipError):
    """A report would break its contract."""


def name_nearest(word: str, known: Iterable[str]) -> str:
    """Say which known words come nearest to a mistyped one.

    Parameters
    ----------
    word : str
        What was typed.
    known : iterable of str
        What would have been right.

    Returns
    -------
    str
        A clause that ends a sentence.

    Examples
    --------
    >>> name_nearest("most-raed", ["most-read", "trending"])
    'did you mean most-read?'
    >>> name_nearest("x", ["most-read", "trending"])
    'known are most-read, trending'
    """
    choices = sorted(known)
    near = get_close_matches(word, choices, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    more = f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    return f"known are {', '.join(choices[:_SHOWN]) or 'none so far'}{more}"
