"""Writes event rows as native files: one a UTC day in mixed formats, and one of late arrivals."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from analytics.demo.audience import Chance

if TYPE_CHECKING:
    from pathlib import Path

FIELDS: Final = (
    "event_id",
    "kind",
    "occurred_at",
    "received_at",
    "article_id",
    "url",
    "visitor_id",
    "ip",
    "user_agent",
    "accept_language",
    "session_id",
    "pageview_id",
    "referrer",
    "country",
    "device",
    "share_network",
    "engaged_seconds",
    "source_box",
    "slot",
    "list_id",
    "is_staff",
    "status",
    "method",
    "purpose",
)
BARE_FIELDS: Final = frozenset({"engaged_seconds", "slot", "is_staff", "status"})
DAY_FORMATS: Final = ("ndjson", "parquet", "ndjson", "csv")
# Under 1 %: the newest hour stays complete, since completeness is told by the 99 % lateness.
LATE_SHARE: Final = 0.007
SAME_FILE_SHARE: Final = 0.004
LATE_FILE_SHARE: Final = 0.003
CONFLICT_SHARE: Final = 0.0001
MALFORMED_SHARE: Final = 0.0006
HOUR_MS: Final = 3_600_000
MALFORMED: Final = (
    '{"event_id":"bad%02d","kind":"pageview","occurred_at":"2026-03-',
    '{"event_id":"bad%02d","kind":"pageview","article_id":"en-0001","visitor_id":"v000001"}',
    '{"event_id":"bad%02d","kind":"hover","occurred_at":"2026-03-13T08:00:00Z","article_id":"en-0001","visitor_id":"v1"}',
    '{"event_id":"bad%02d","kind":"pageview","occurred_at":"2026-03-13T08:00:00","article_id":"en-0001","visitor_id":"v1"}',
    '{"event_id":"bad%02d","kind":"pageview","occurred_at":"2026-03-13T08:00:00Z","visitor_id":"v000001"}',
    "bad%02d is not JSON at all",
)


@dataclass(frozen=True)
class Batches:
    """Event rows by the file they land in: ``days`` by UTC date, and the late ones."""

    days: dict[str, pl.DataFrame]
    late: pl.DataFrame


def number_events(events: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return events in time order with an ``event_id`` and a received time shortly after the event."""
    ordered = events.with_row_index("made").sort("occurred_ms", "made").drop("made")
    return ordered.with_columns(
        event_id=pl.Series([f"e{n:07d}" for n in range(1, ordered.height + 1)]),
        received_ms=pl.col("occurred_ms") + pl.Series(chance.below(2400, ordered.height) + 80),
    )


def deal_events(events: pl.DataFrame, end_ms: int, chance: Chance) -> tuple[Batches, dict[str, list[str]]]:
    """Split numbered events into files and plant what goes wrong on the way.

    Returns
    -------
    tuple
        The batches, and the event ids planted as ``late``, ``duplicate`` and ``id_conflict``.
    """
    count = events.height
    old = (events["occurred_ms"] < end_ms - 6 * HOUR_MS).to_numpy()
    is_late = pl.Series(old & (chance.uniform(count) < LATE_SHARE))
    lag_ms = chance.below(40 * HOUR_MS, count) + HOUR_MS
    latest = pl.lit(end_ms - 60_000)
    late = events.with_columns(received_ms=pl.min_horizontal(pl.col("occurred_ms") + pl.Series(lag_ms), latest)).filter(
        is_late
    )
    prompt = events.filter(~is_late)
    copies = prompt.filter(_choose(prompt.height, SAME_FILE_SHARE, chance))
    again = prompt.filter(_choose(prompt.height, LATE_FILE_SHARE, chance))
    other = prompt.filter(_choose(prompt.height, CONFLICT_SHARE, chance))
    other = other.filter(~other["event_id"].is_in(again["event_id"].to_list()))
    conflicts = other.with_columns(pl.col("occurred_ms") + 1000, pl.col("received_ms") + 1000)
    planted = {
        "late": late["event_id"].to_list(),
        "duplicate": sorted({*copies["event_id"].to_list(), *again["event_id"].to_list()}),
        "id_conflict": conflicts["event_id"].to_list(),
    }
    days = pl.concat([prompt, copies]).with_columns(day=pl.from_epoch("occurred_ms", "ms").dt.strftime("%Y-%m-%d"))
    parts = days.sort("occurred_ms", "event_id", maintain_order=True).partition_by("day", as_dict=True)
    by_day = {str(key[0]): frame for key, frame in sorted(parts.items())}
    return Batches(by_day, pl.concat([late, again, conflicts]).sort("received_ms", "event_id")), planted


def _choose(count: int, share: float, chance: Chance) -> pl.Series:
    """Return a mask with the given share of rows, and never none."""
    uniform = chance.uniform(count)
    return pl.Series(uniform <= max(share, float(uniform.min())))


def write_batches(batches: Batches, folder: Path, chance: Chance) -> tuple[Path, ...]:
    """Write every batch and return the files; the last NDJSON day also carries malformed lines."""
    paths = []
    formats = dict(zip(batches.days, (DAY_FORMATS[n % 4] for n in range(len(batches.days))), strict=True))
    spoiled = max(day for day, kind in formats.items() if kind == "ndjson")
    for day, kind in formats.items():
        rows = batches.days[day]
        if kind == "parquet":
            paths.append(write_parquet(rows, folder / f"events-{day}.parquet"))
        elif kind == "csv":
            paths.append(write_csv(rows, folder / f"events-{day}.csv.gz"))
        else:
            lines = format_lines(rows)
            lines = spoil_lines(lines, chance) if day == spoiled else lines
            paths.append(write_gzip("\n".join(lines) + "\n", folder / f"events-{day}.ndjson.gz"))
    text = "\n".join(format_lines(batches.late)) + "\n"
    return (*paths, write_gzip(text, folder / "events-late.ndjson.gz"))


def spoil_lines(lines: list[str], chance: Chance) -> list[str]:
    """Return the lines with malformed ones strewn in: 0.06 % of them, in a small file at most 2 %."""
    count = max(min(len(MALFORMED), len(lines) // 50), int(len(lines) * MALFORMED_SHARE))
    places = sorted(chance.below(len(lines), count).tolist())
    result, previous = [], 0
    for number, place in enumerate(places):
        result += [*lines[previous:place], MALFORMED[number % len(MALFORMED)] % number]
        previous = place
    return result + lines[previous:]


def _shape_rows(rows: pl.DataFrame) -> pl.DataFrame:
    times = {
        name: pl.from_epoch(f"{stem}_ms", "ms").dt.replace_time_zone("UTC")
        for name, stem in (("occurred_at", "occurred"), ("received_at", "received"))
    }
    return rows.with_columns(**times).select(FIELDS)


def _print_times(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("occurred_at", "received_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))


def format_lines(rows: pl.DataFrame) -> list[str]:
    """Return one JSON object a row, without the fields that are null.

    No value of the newsroom holds a quotation mark, a backslash or a control character.
    """
    shaped = _print_times(_shape_rows(rows))
    parts = [
        pl.format(f',"{name}":{{}}' if name in BARE_FIELDS else f',"{name}":"{{}}"', pl.col(name)) for name in FIELDS
    ]
    line = pl.concat_str(parts, ignore_nulls=True).str.slice(1)
    lines: list[str] = shaped.select(pl.concat_str(pl.lit("{"), line, pl.lit("}"))).to_series().to_list()
    return lines


def write_csv(rows: pl.DataFrame, path: Path) -> Path:
    """Write rows as gzip-compressed CSV with a header; null is an empty cell."""
    return write_gzip(_print_times(_shape_rows(rows)).write_csv(), path)


def write_parquet(rows: pl.DataFrame, path: Path) -> Path:
    """Write rows as Parquet with zoned timestamps."""
    _shape_rows(rows).write_parquet(path, compression="zstd", statistics=False)
    return path


def write_gzip(text: str, path: Path) -> Path:
    """Write text as a gzip file whose bytes do not depend on the clock or the path."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 3, raw, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    return path


def to_epoch_ms(moment: datetime) -> int:
    """Return an instant in epoch milliseconds.

    Examples
    --------
    >>> to_epoch_ms(datetime(1970, 1, 2, tzinfo=UTC))
    86400000
    """
    return int(moment.astimezone(UTC).timestamp()) * 1000
