"""What loading a file came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

import polars as pl

from analytics.instants import format_instant
from analytics.settings import Load

_EXAMPLES = 3
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
        row = {name: value for name, value in asdict(self).items() if name != "reasons"}
        return pl.DataFrame(
            [{**row, "loaded_at": loaded_at}],
            schema_overrides={**moments, "loaded_at": pl.Datetime("us"), "reason": pl.String},
        )

    def to_json(self) -> dict[str, Any]:
        """Give the report as `load --json` prints it."""
        content = asdict(self)
        if self.reasons is None:
            del content["reasons"]
        for key in ("first_occurred_at", "last_occurred_at"):
            content[key] = format_instant(content[key]) if content[key] else None
        return content


def find_fault(reports: Iterable[FileReport]) -> str | None:
    """Say in one sentence which file was set aside first, and why; nothing where none was.

    Examples
    --------
    >>> find_fault([FileReport("", "a", "events"), FileReport("", "b", "events", status="set_aside", reason="cut")])
    'b is set aside: cut'
    """
    return next((f"{one.name} is set aside: {one.reason}" for one in reports if one.status == "set_aside"), None)


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
