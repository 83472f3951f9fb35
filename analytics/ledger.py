"""What loading a file came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self, TypeVar

import polars as pl

from analytics.errors import InputError
from analytics.instants import format_instant
from analytics.settings import Load

_Report = TypeVar("_Report", bound="FileReport")
_EXAMPLES = 3
_CONFLICT = "id_conflict"
_ASIDE = ("reasons", "loaded_at", "archived_rows", "earlier")
REASONS = {
    "malformed_line": "the line is no JSON object",
    "bad_utf8": "the line is not UTF-8",
    "duplicate_key": "the line names a field twice",
    "line_too_long": "the line is longer than line_bytes in the settings allows",
    "missing_kind": "the field kind is missing",
    "unknown_kind": "kind is none of pageview, share, engaged",
    "missing_time": "the field occurred_at is missing",
    "naive_time": "occurred_at has no time zone",
    "bad_time": "occurred_at is neither ISO 8601 nor an epoch number",
    "time_before_1970": "occurred_at lies before 1970",
    "time_in_the_future": "occurred_at lies after the event was received",
    "missing_article": "neither article_id nor url is given",
    "bad_url": "url is no web address",
    "bad_received_at": "received_at is no instant with a zone",
    "missing_engaged_seconds": "an engaged event needs engaged_seconds",
    "bad_engaged_seconds": "engaged_seconds is no number of seconds",
    "bad_heartbeat": "heartbeat is no whole number",
    "bad_first_heartbeat_seconds": "first_heartbeat_seconds is no number of seconds",
    "bad_slot": "slot is no number from 0 to 255",
    "bad_is_staff": "is_staff is neither true nor false",
    "bad_sequence_number": "sequence_number is no whole number",
    "bad_status": "status is none that is known",
    "id_conflict": "another event with this event_id says something else, and comes first",
    "missing_field": "a required field is missing",
    "bad_edition": "edition is no language tag such as en or pt-BR",
    "bad_field": "a field has the wrong type",
    "no_article": "the page has no JSON-LD of one article that is its own",
}
"""Every reason of a reject, with the sentence a person reads."""


@dataclass(frozen=True)
class FileReport:
    """One row of the ledger.

    Parameters
    ----------
    content_hash, name, entity, format, status, reason, bytes, lines, loaded, rejected, duplicate, filtered
        As in `loads.file`; `status` may also be skipped or planned, which the ledger does not keep.
    first_occurred_at, last_occurred_at : datetime or None
        Span of the good lines (naive UTC).
    reasons : dict, optional
        Of a file that was only looked at: by reason, how many lines were refused or filtered, and three of them.
    loaded_at : datetime, optional
        When it was first read, where that was before (naive UTC).
    archived_rows : int, optional
        Rows it must hold, where an archived file stands for the one that landed.
    earlier : Earlier, optional
        What the ledger holds of it, where its rejects are replayed.
    """

    content_hash: str
    name: str
    entity: str
    format: str = ""
    status: str = "loaded"
    reason: str | None = None
    bytes: int = 0
    lines: int = 0
    loaded: int = 0
    rejected: int = 0
    duplicate: int = 0
    filtered: int = 0
    first_occurred_at: datetime | None = None
    last_occurred_at: datetime | None = None
    reasons: dict[str, dict[str, Any]] | None = None
    loaded_at: datetime | None = None
    archived_rows: int | None = None
    earlier: Earlier | None = None

    @property
    def part(self) -> Earlier | None:
        """What the ledger holds of it, where only its rejected lines are read again."""
        return None if self.earlier is None or self.earlier.is_whole else self.earlier

    def settle(self, read: Self, load: Load, *, known: int = 0) -> Self:
        """Give the ledger's row of what was read of this file.

        Parameters
        ----------
        read : FileReport
            What the lines that were read came to.
        load : Load
            The limit of rejects, which decides over a file that is read whole.
        known : int
            Rejects that say nothing against the file.
        """
        if self.part:
            return self.part.join(read)
        if self.archived_rows is None:
            return read.limit_rejects(load, known=known)
        lines, rejected = read.lines + self.rejected + self.filtered, read.rejected + self.rejected
        return replace(read, lines=lines, rejected=rejected, filtered=self.filtered)

    def limit_rejects(self, load: Load, *, known: int = 0) -> Self:
        """Refuse the file whole where too many of its lines are bad; its good lines then count as filtered.

        Parameters
        ----------
        load : Load
            The limit.
        known : int
            Rejects that say nothing against the file: bodies that lose their event id to another.
        """
        if self.rejected - known <= max(load.reject_limit_share * self.lines, load.reject_limit_lines):
            return self
        reason = f"{self.rejected / self.lines:.1%} of its lines are bad; see loads.reject for the reason of each"
        good = self.lines - self.rejected
        return replace(self, status="set_aside", reason=reason, loaded=0, duplicate=0, filtered=good)

    def skip(self, known_name: str, known_status: str) -> Self:
        """Give the report of the same file where its content is already in the ledger."""
        return replace(
            self, status="skipped", reason=f"its content was {known_status.replace('_', ' ')} as {known_name}"
        )

    def plan(self, lines: pl.DataFrame) -> Self:
        """Give the report of a file that is only looked at.

        Parameters
        ----------
        lines : DataFrame
            `line`, `reason`, `fields` of bad lines and some filtered ones, these with their number in `lines`.
        """
        status = "planned" if self.status == "loaded" else self.status
        reasons: dict[str, dict[str, Any]] = {}
        for row in lines.iter_rows(named=True):
            told = reasons.setdefault(row["reason"], {"lines": 0, "examples": []})
            told["lines"] = row.get("lines") or told["lines"] + 1
            if len(told["examples"]) < _EXAMPLES:
                told["examples"].append({"line": row["line"], "fields": row.get("fields")})
        return replace(self, status=status, reasons=reasons)

    def to_row(self, loaded_at: datetime) -> pl.DataFrame:
        """Give the ledger's row."""
        moments = {"first_occurred_at": pl.Datetime("us"), "last_occurred_at": pl.Datetime("us")}
        return pl.DataFrame(
            [{**self._list_columns(), "loaded_at": self.loaded_at or loaded_at}],
            schema_overrides={**moments, "loaded_at": pl.Datetime("us"), "reason": pl.String},
        )

    def to_json(self) -> dict[str, Any]:
        """Give the report as `load --json` prints it."""
        content = self._list_columns() | ({} if self.reasons is None else {"reasons": self.reasons})
        for key in ("first_occurred_at", "last_occurred_at"):
            content[key] = format_instant(content[key]) if content[key] else None
        return content

    def _list_columns(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _ASIDE}


@dataclass(frozen=True)
class Earlier:
    """What the ledger holds of a file whose rejects are replayed.

    A file that was set aside is read whole again. Of one that was loaded only the rejected lines are: the others were
    read by other rules, perhaps, and stand as they are. A body that lost its event id stays where it is, too: no rule
    that changes gives it another one.

    Parameters
    ----------
    report : FileReport
        The ledger's row.
    rejects : DataFrame
        Its rows of `loads.reject`.
    """

    report: FileReport
    rejects: pl.DataFrame

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the file was loaded, so that all of it is read again."""
        return self.report.status == "set_aside"

    @property
    def lines(self) -> pl.DataFrame:
        """Number of each line that is read again, where not all of them are."""
        return self.rejects.filter(pl.col("reason") != _CONFLICT).select("line")

    @property
    def kept(self) -> pl.DataFrame:
        """Rejects that stay as they are."""
        return self.rejects.filter(pl.col("reason") == _CONFLICT).select("line", "byte_offset", "reason", "fields")

    def choose_format(self, wanted: str) -> str:
        """Name the format to read the file by: the one it was read by, where none is wanted.

        Examples
        --------
        >>> Earlier(FileReport("", "a", "events", format="native-csv"), pl.DataFrame()).choose_format("auto")
        'native'
        """
        form = self.report.format if wanted == "auto" else wanted
        return "native" if form.startswith("native-") else form

    def resume(self, found: _Report) -> _Report:
        """Name a file that was found again as the ledger does."""
        return replace(found, name=self.report.name, loaded_at=self.report.loaded_at, earlier=self)

    def refuse_other(self, form: str, lines: int) -> None:
        """Refuse a reading whose lines are not the ones that the ledger knows.

        Raises
        ------
        InputError
            Where the format or the number of lines is another one.
        """
        known = self.report
        if (known.format, known.lines) != (form, lines):
            raise InputError(
                f"{known.name} was read as {known.lines:,} lines of {known.format} and some of them are loaded, but it "
                f"is {lines:,} lines of {form} now; to read all of them anew, load the files into a new warehouse"
            )

    def join(self, again: _Report) -> _Report:
        """Give the ledger's row after the rejected lines were read again.

        Parameters
        ----------
        again : FileReport
            What these lines alone came to.
        """
        known = self.report
        added = {name: getattr(known, name) + getattr(again, name) for name in ("loaded", "duplicate", "filtered")}
        firsts = [one.first_occurred_at for one in (known, again) if one.first_occurred_at]
        lasts = [one.last_occurred_at for one in (known, again) if one.last_occurred_at]
        return replace(
            again,
            **added,
            lines=known.lines,
            rejected=again.rejected + len(self.kept),
            first_occurred_at=min(firsts, default=None),
            last_occurred_at=max(lasts, default=None),
        )


def find_fault(reports: Iterable[FileReport]) -> str | None:
    """Say in one sentence which file was set aside first, and why; nothing where none was.

    Examples
    --------
    >>> find_fault([FileReport("", "a", "events"), FileReport("", "b", "events", status="set_aside", reason="cut")])
    'b is set aside: cut'
    """
    return next((f"{one.name} is set aside: {one.reason}" for one in reports if one.status == "set_aside"), None)


def count_conflicts(rejects: pl.DataFrame) -> int:
    """Count the bodies among the rejects that lost their event id to another one."""
    return rejects.filter(pl.col("reason") == _CONFLICT).height


def make_rejects(report: FileReport, lines: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of `loads.reject` for a file's bad lines.

    Parameters
    ----------
    report : FileReport
        The file.
    lines : DataFrame
        `line`, `reason`, `fields` and, where it is known, `byte_offset`.
    """
    if "byte_offset" not in lines.columns:
        lines = lines.with_columns(byte_offset=pl.lit(None, dtype=pl.Int64))
    return lines.select(
        pl.lit(report.content_hash).alias("content_hash"),
        pl.lit(report.name).alias("name"),
        pl.col("line").cast(pl.Int64),
        "byte_offset",
        "reason",
        pl.col("reason").replace_strict(REASONS).alias("detail"),
        "fields",
    )
