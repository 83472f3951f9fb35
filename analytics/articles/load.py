"""Loads a file of articles: every content is a version, the newest is the article."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from analytics.articles.sources.native import FieldError, parse_article
from analytics.articles.versions import Content, build_tables, frame_versions
from analytics.csv_records import BLANK_LINE
from analytics.errors import InputError
from analytics.ledger import FileReport, make_rejects
from analytics.lines import LONG_LINE, Caps, Copy, copy_lines
from analytics.settings import Load, Site
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse

_MARKS = {BLANK_LINE: "blank_line", LONG_LINE: "line_too_long"}
_REJECT_SCHEMA = {"line": pl.Int64, "reason": pl.String, "fields": pl.String}


@dataclass(frozen=True)
class ArticleRules:
    """What loading articles needs to know beside the file.

    Parameters
    ----------
    load : Load
        Limits and caps.
    site : Site
        Aliases of labels and reading speeds.
    urls : UrlRules
        What the site says about its URLs.
    loaded_at : datetime
        The clock (naive UTC).
    """

    load: Load
    site: Site
    urls: UrlRules
    loaded_at: datetime


@dataclass
class _Reading:
    """What the lines of a file came to."""

    format: str = ""
    lines: int = 0
    filtered: int = 0
    articles: list[Content] = field(default_factory=list)
    rejects: list[tuple[int, str, str | None]] = field(default_factory=list)


def load_article_file(warehouse: Warehouse, path: Path, report: FileReport, rules: ArticleRules) -> FileReport:
    """Load one file of articles, all or nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    path : Path
        NDJSON, CSV or Parquet; plain, gzip or zstd.
    report : FileReport
        Names the file: hash, name, bytes.
    rules : ArticleRules
        Limits, aliases, URL rules and the clock.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.
    """
    try:
        reading = _read_file(warehouse, path, rules)
    except InputError as error:
        reading, report = _Reading(), replace(report, status="set_aside", reason=error.message)
    else:
        report = _tally(report, reading).limit_rejects(rules.load)
    arrivals = _choose_arrivals(warehouse, reading.articles if report.status == "loaded" else [])
    if report.status == "loaded":
        loaded = arrivals.filter("is_new").height
        report = replace(report, loaded=loaded, duplicate=len(reading.articles) - loaded)
    rejects = pl.DataFrame(reading.rejects, schema=_REJECT_SCHEMA, orient="row")
    with warehouse.transaction():
        if len(arrivals):
            _write_articles(warehouse, arrivals.drop("is_new"), rules.site)
        warehouse.replace_frame("loads.file", report.to_row(rules.loaded_at), content_hash=report.content_hash)
        warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)
    warehouse.drop_stage()
    return report


def _read_file(warehouse: Warehouse, path: Path, rules: ArticleRules) -> _Reading:
    load, reading = rules.load, _Reading()
    with tempfile.TemporaryDirectory(prefix="readership-") as folder:
        copy = copy_lines(path, Path(folder), Caps(load.line_bytes, load.file_bytes, load.expansion_ratio))
        reading.format = copy.format
        for number, record in _read_records(warehouse, copy):
            reading.lines += 1
            if record == "blank_line":
                reading.filtered += 1
            elif isinstance(record, str):
                reading.rejects.append((number, record, None))
            else:
                _read_article(reading, number, record, rules.urls)
    return reading


def _read_records(warehouse: Warehouse, copy: Copy) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Give each line's number with its record, or with the reason why it is none."""
    if copy.format == "parquet":
        yield from enumerate(warehouse.read_parquet(copy.path).iter_rows(named=True), 1)
        return
    with copy.path.open("rb") as file:
        for number, line in enumerate(file, copy.first_line):
            yield number, _read_record(line.rstrip(b"\n"))


def _read_record(line: bytes) -> dict[str, Any] | str:
    if line in _MARKS:
        return _MARKS[line]
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "malformed_line"


def _read_article(reading: _Reading, number: int, record: Mapping[str, Any], rules: UrlRules) -> None:
    try:
        article = parse_article(record, rules)
    except FieldError as error:
        reading.rejects.append((number, error.reason, json.dumps(record, ensure_ascii=False, default=str)))
        return
    reading.articles.append(article)


def _tally(report: FileReport, reading: _Reading) -> FileReport:
    times = [article["published_at"] for article in reading.articles]
    return replace(
        report,
        format=f"native-{reading.format}",
        lines=reading.lines,
        rejected=len(reading.rejects),
        filtered=reading.filtered,
        first_occurred_at=min(times, default=None),
        last_occurred_at=max(times, default=None),
    )


def _choose_arrivals(warehouse: Warehouse, articles: list[Content]) -> pl.DataFrame:
    """Keep the contents that are new, or that come back after another one, numbered by arrival."""
    incoming = frame_versions(articles)
    warehouse.stage_frame("stage.incoming_article", incoming.select("article_id"))
    standing = warehouse.frame("articles/standing")
    latest = standing.group_by("article_id").agg(pl.col("content_hash").sort_by("arrival_number").last())
    unchanged = incoming.filter(pl.col("article_id").is_first_distinct()).join(latest, on="content_hash", how="semi")
    arrivals = incoming.join(unchanged, on="content_hash", how="anti", maintain_order="left")
    last = int(warehouse.frame("articles/last_arrival").item())
    return arrivals.with_row_index("arrival_number", offset=last + 1).with_columns(
        pl.col("arrival_number").cast(pl.Int64),
        is_new=~pl.col("content_hash").is_in(standing["content_hash"].implode()),
    )


def _write_articles(warehouse: Warehouse, arrivals: pl.DataFrame, site: Site) -> None:
    warehouse.replace_keys("articles.version", arrivals, keys=arrivals.select("content_hash"))
    changed = arrivals.select("article_id").unique()
    tables = build_tables(warehouse.frame("articles/standing").join(changed, on="article_id", how="semi"), site)
    warehouse.replace_keys("articles.article", tables.articles, keys=changed)
    warehouse.replace_keys("articles.alias", tables.aliases, keys=changed)
    warehouse.replace_keys("articles.article_tag", tables.tags, keys=changed)
    warehouse.replace_all("articles/tag")
