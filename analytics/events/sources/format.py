"""What a format of events is: how it is known, and how one line of it becomes a native event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Record: TypeAlias = dict[str, object]
"""A native event: its fields by name, without those that are absent. Times are ISO 8601 text or epoch microseconds."""


@dataclass(frozen=True)
class Filtered:
    """A line that is not ours to count.

    Parameters
    ----------
    reason : str
        blank_line, comment, header, asset, other_event or no_request.
    """

    reason: str


@dataclass(frozen=True)
class Rejected:
    """A line that is bad.

    Parameters
    ----------
    reason : str
        One of the reasons of the load ledger.
    """

    reason: str


ReadLine: TypeAlias = Callable[[bytes], Record | Filtered | Rejected]
"""Reads one line, given without its line end. It never raises, and may remember a header it saw."""

Head: TypeAlias = Sequence[bytes]
"""The first whole lines of a file, decompressed and without their line ends."""


@dataclass(frozen=True)
class SourceSettings:
    """What a site says about the systems its events come from.

    Parameters
    ----------
    snowplow_heartbeat_seconds, snowplow_minimum_visit_seconds : int
        As the Snowplow tracker was told in `enableActivityTracking`.
    share_actions : frozenset of str
        Names of the actions that are shares.
    assume_tz : str or None
        Zone of times without one. No format here needs it: the documentation of each says what its times mean.
    """

    snowplow_heartbeat_seconds: int = 10
    snowplow_minimum_visit_seconds: int = 5
    share_actions: frozenset[str] = frozenset({"share"})
    assume_tz: str | None = None


@dataclass(frozen=True)
class EventFormat:
    """A format of events.

    Parameters
    ----------
    name : str
        As `--format` takes it.
    recognise : callable
        Tells by the first lines of a file whether it is in this format.
    make_reader : callable
        Makes the reader of one file.
    read_article : callable, optional
        Reads what a line says about its article, in native fields; nothing where it says too little.
    """

    name: str
    recognise: Callable[[Head], bool]
    make_reader: Callable[[SourceSettings], ReadLine]
    read_article: Callable[[bytes], dict[str, object] | None] | None = None


def is_most(head: Head, test: Callable[[bytes], bool]) -> bool:
    """Tell whether more than half of the lines that are not blank pass a test: one bad line hides no format.

    Examples
    --------
    >>> is_most([b"1", b"x", b"", b"2"], bytes.isdigit), is_most([], bytes.isdigit)
    (True, False)
    """
    lines = [line for line in head if line.strip()]
    return 2 * sum(map(test, lines)) > len(lines)


BLANK_LINE = Filtered("blank_line")
HEADER = Filtered("header")
ASSET = Filtered("asset")
OTHER_EVENT = Filtered("other_event")
MALFORMED_LINE = Rejected("malformed_line")
MISSING_ARTICLE = Rejected("missing_article")
MISSING_TIME = Rejected("missing_time")
BAD_TIME = Rejected("bad_time")
