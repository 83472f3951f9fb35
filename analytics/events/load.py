"""Loads a file of events: staged, judged line by line, deduplicated and counted, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from analytics.errors import InputError
from analytics.events.count import count_arrivals
from analytics.events.reading import Chunk, find_format, read_chunks, unpack_parquet
from analytics.events.sources import SourceSettings
from analytics.events.staging import (
    LineRules,
    Lookups,
    begin_stage,
    keep_lines,
    resolve_keys,
    stage_archived,
    stage_parquet,
    stage_text,
)
from analytics.inflate import Caps
from analytics.ledger import Earlier, FileReport, count_conflicts, make_rejects
from analytics.scratch import open_scratch
from analytics.settings import Counting, Load
from analytics.walk import printable_name
from analytics.warehouse import Warehouse

_NEARLY_SORTED = 3
_NO_REJECTS = {"line": pl.Int64, "reason": pl.String, "fields": pl.String}


@dataclass(frozen=True)
class EventRules:
    """What loading events needs to know beside the file.

    Parameters
    ----------
    load : Load
        Limits and caps.
    lookups : Lookups
        What texts are looked up in.
    lines : LineRules
        How a line is judged; its `received_until` is the clock.
    counting : Counting
        What of one visitor counts at most.
    sources : SourceSettings
        What the site says about the systems its events come from.
    format : str
        A format's name; auto tells it by the file's content.
    is_dry : bool
        Say what would come of it, and change nothing.
    archive : callable, optional
        Keeps the keyed rows (in a working table) of a file that held addresses.
    scratch : Path, optional
        Where files are unpacked.
    """

    load: Load
    lookups: Lookups
    lines: LineRules
    counting: Counting
    sources: SourceSettings = field(default_factory=SourceSettings)
    format: str = "auto"
    is_dry: bool = False
    archive: Callable[[Warehouse, str, FileReport], object] | None = None
    scratch: Path | None = None

    @property
    def caps(self) -> Caps:
        """How much of a file is read."""
        return Caps(self.load.line_bytes, self.load.file_bytes, self.load.expansion_ratio)


def load_event_file(warehouse: Warehouse, path: Path, report: FileReport, rules: EventRules) -> FileReport:
    """Load one file of events, all or nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    path : Path
        NDJSON, CSV or Parquet; plain, gzip or zstd.
    report : FileReport
        Names the file: hash, name, bytes; and what is known of it, where its rejects are replayed or where it is the
        archived file that stands for one that landed.
    rules : EventRules
        Limits, lookups and the clock.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.

    Raises
    ------
    InputError
        Where an archived file cannot be read, or a file of which the rejects alone are replayed.
    """
    if report.loaded_at:
        # No verdict hangs on when a file is read again.
        rules = replace(rules, lines=replace(rules.lines, received_until=report.loaded_at))
    try:
        report, rejects = _stage_file(warehouse, path, report, rules)
    except InputError as error:
        if report.part or report.archived_rows is not None:
            # Whatever is wrong with this reading, the ledger knows a better one, or may have one of the original.
            warehouse.drop_stage()
            raise
        report = replace(report, status="set_aside", reason=error.message)
        rejects = pl.DataFrame(schema=_NO_REJECTS)

    if rules.is_dry:
        warehouse.drop_stage()
        return report.plan(rejects)

    def record() -> None:
        row = report.to_row(rules.lines.received_until)
        warehouse.replace_frame("loads.file", row, content_hash=report.content_hash)
        warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)

    if rules.archive and report.status == "loaded" and warehouse.count("stage.network"):
        # Before the load is written: a load that is cut short archives the file again.
        warehouse.stage("stage/archived")
        rules.archive(warehouse, "stage.archived", replace(report, rejected=report.rejected - count_conflicts(rejects)))
    if report.status == "loaded" and report.lines:
        count_arrivals(warehouse, rules.counting, record)
    else:
        with warehouse.transaction():
            record()
    warehouse.drop_stage()
    return report


def _stage_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: EventRules
) -> tuple[FileReport, pl.DataFrame]:
    begin_stage(warehouse, rules.lookups, rules.lines)
    if report.archived_rows is None:
        form, rejects = _stage_lines(warehouse, path, rules, report.part)
    else:
        form, rejects = report.format, []
        with open_scratch(rules.scratch) as folder:
            stage_archived(warehouse, unpack_parquet(path, folder, rules.caps), rows=report.archived_rows)
    if not warehouse.is_staged("stage.event"):
        return replace(report, format=form), pl.DataFrame(schema=_NO_REJECTS)
    if report.part:
        report.part.refuse_other(form, warehouse.count("stage.event"))
        keep_lines(warehouse, report.part.lines)
        rejects = [*(one.join(report.part.lines, on="line", how="semi") for one in rejects), report.part.kept]
    if rules.is_dry:
        rejects.append(warehouse.frame("stage/filtered"))
    if warehouse.frame("stage/disorder").item() > _NEARLY_SORTED:
        warehouse.sort_stage("stage.event", "occurred_at")
    resolve_keys(warehouse)
    (row,) = warehouse.frame("stage/tally").iter_rows(named=True)
    conflicts = warehouse.frame("stage/conflict")
    read = report.settle(replace(report, format=form, **row), rules.load, known=len(conflicts))
    return read, pl.concat([*rejects, conflicts], how="diagonal_relaxed")


def _stage_lines(
    warehouse: Warehouse, path: Path, rules: EventRules, part: Earlier | None
) -> tuple[str, list[pl.DataFrame]]:
    """Stage the lines of a file, and give its format and the bad ones."""
    form = find_format(path, part.choose_format(rules.format) if part else rules.format)
    with open_scratch(rules.scratch) as folder:
        if form == "native-parquet":
            _stage_parquet(warehouse, path, folder, rules)
            return form, [warehouse.frame("stage/reject", first_line=1)]
        rejects, fields = [], None
        for chunk in read_chunks(path, form, folder, rules.caps, rules.sources):
            rejects.append(_stage_chunk(warehouse, chunk, rules, has_known_fields=chunk.fields == fields))
            fields = chunk.fields
    return form, rejects


def _stage_parquet(warehouse: Warehouse, path: Path, folder: Path, rules: EventRules) -> None:
    unpacked = unpack_parquet(path, folder, rules.caps)
    try:
        stage_parquet(warehouse, unpacked, rules.lookups)
    except InputError as error:
        # Nobody but us knows the name that it was read by, and the ledger would keep it.
        raise InputError(error.message.replace(str(unpacked), printable_name(path.name))) from error


def _stage_chunk(warehouse: Warehouse, chunk: Chunk, rules: EventRules, *, has_known_fields: bool) -> pl.DataFrame:
    """Stage some lines, and give the bad ones of them with the place where each starts."""
    line_bytes = rules.load.line_bytes
    stage_text(warehouse, chunk, rules.lookups, line_bytes=line_bytes, has_known_fields=has_known_fields)
    rejects = warehouse.frame("stage/reject", first_line=chunk.first_line)
    offsets = [chunk.offset_of(line) for line in rejects["line"]]
    return rejects.with_columns(pl.Series("byte_offset", offsets, dtype=pl.Int64))
