"""A small newsroom in a workspace of its own, for the tests of the whole chain."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from analytics.answers import answer_rank
from analytics.context import Context
from analytics.instants import format_instant, parse_instant
from analytics.ledger import FileReport
from analytics.pipeline import RunResult, load_into, run
from analytics.publish.documents import encode
from analytics.rankings.scopes import Scope
from analytics.settings import load_settings
from analytics.setup import create_workspace
from analytics.warehouse import Warehouse, open_warehouse
from analytics.workspace import Workspace

Row = dict[str, Any]
NOON, NOW = parse_instant("2024-05-15T12:00:00Z"), parse_instant("2024-05-20T00:00:00Z")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def pageview(article_id: str | None = "a1", when: datetime = NOON, visitor: str | None = "v1", **fields: object) -> Row:
    """Give one event; a field that is None is left out."""
    row = {"kind": "pageview", "occurred_at": format_instant(when), "article_id": article_id,
           "visitor_id": visitor, **fields}  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def article(article_id: str = "a1", **fields: object) -> Row:
    """Give one article of the English edition, published two days before noon."""
    row = {"article_id": article_id, "url": f"https://news.example/en/{article_id}", "edition": "en",
           "title": f"Title of {article_id}", "published_at": format_instant(NOON - 2 * DAY), **fields}  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def to_ndjson(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def to_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: "|".join(value) if isinstance(value, list) else value for name, value in row.items()} for row in rows
    )
    return text.getvalue().encode()


def to_parquet(rows: Sequence[Mapping[str, Any]], *, is_typed: bool = True) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in rows], infer_schema_length=None)
    zoned = [pl.col(name).str.to_datetime(time_zone="UTC", time_unit="us") for name in names if name.endswith("_at")]
    target = io.BytesIO()
    frame.with_columns(zoned if is_typed else []).write_parquet(target)
    return target.getvalue()


def to_gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def hash_files(folder: Path) -> dict[str, str]:
    """Give the hash of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


@cache
def _define_tables() -> bytes:
    """Give the file of a warehouse without a row: to define its tables takes six times as long as to open it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with open_warehouse(path):
            pass
        return path.read_bytes()


@contextmanager
def open_empty_warehouse() -> Iterator[Warehouse]:
    """Open a warehouse without a row, which is gone afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        path.write_bytes(_define_tables())
        with Warehouse(duckdb.connect(path)) as warehouse:
            yield warehouse


class Newsroom:
    """A workspace with a clock that stands still; one that keeps its warehouse open is quicker, and cannot run."""

    def __init__(self, root: Path, settings: str = "", now: datetime = NOW, *, is_kept_open: bool = False) -> None:
        self.workspace, self.now = Workspace(root), now
        self.incoming = root.with_name(f"{root.name}-incoming")
        self.incoming.mkdir(parents=True)
        self._numbers = itertools.count(1)
        create_workspace(root, settings)
        if not self.workspace.warehouse.exists():
            self.workspace.warehouse.write_bytes(_define_tables())
        self._warehouse = Warehouse(duckdb.connect(self.workspace.warehouse)) if is_kept_open else None

    def context(self, *layers: Path) -> Context:
        return Context(self.workspace, load_settings(self.workspace.settings_file, *layers), self.now)

    def write(self, content: bytes | Iterable[Mapping[str, Any]], name: str = "") -> Path:
        """Write an input file outside the workspace: bytes as they are, rows as NDJSON."""
        path = self.incoming / (name or f"{next(self._numbers)}.rows")
        path.write_bytes(content if isinstance(content, bytes) else to_ndjson(content))
        return path

    def load(self, entity: str, *contents: Path | bytes | Iterable[Mapping[str, Any]]) -> list[FileReport]:
        paths = [one if isinstance(one, Path) else self.write(one) for one in contents]
        with self.open() as warehouse:
            return load_into(self.context(), warehouse, [(entity, path) for path in paths])

    def load_articles(self, *articles: Mapping[str, Any]) -> FileReport:
        return self.load("articles", articles)[0]

    def load_events(self, *events: Mapping[str, Any]) -> FileReport:
        return self.load("events", events)[0]

    def run(self, as_of: datetime | None = None, *, is_forced: bool = False) -> RunResult:
        return run(self.context(), as_of=as_of, is_forced=is_forced)

    def rank(
        self, name: str = "most-read", *scopes: str, as_of: datetime | None = None, layers: Sequence[Path] = ()
    ) -> Row:
        document = answer_rank(self.context(*layers), name, Scope.of([*scopes]), as_of)
        content: Row = json.loads(encode(document))
        return content

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        if self._warehouse:
            yield self._warehouse
            return
        context = self.context()
        with context.hold(), context.open() as warehouse:
            yield warehouse

    def query(self, text: str) -> list[Row]:
        with self.open() as warehouse:
            return warehouse.query(text).to_dicts()


_TABLES = {
    "events.counted": ["event_key"],
    "rollups.article_hourly": ["article_id", "hour_start"],
    "rollups.removed_hourly": ["article_id", "hour_start", "reason"],
    "rollups.decay_hourly": ["article_id", "hour_start", "half_life_seconds"],
    "rollups.next_read": ["seed_article_id", "article_id", "span_start"],
    "articles.article": ["article_id"],
    "articles.alias": ["article_id", "url"],
    "articles.article_tag": ["article_id", "tag_key"],
    "articles.tag": ["tag_key"],
}


def read_tables(warehouse: Warehouse) -> dict[str, list[Row]]:
    """Give what depends on the set of events alone: verdicts, rollups and articles, each in one order."""
    tables = {table: warehouse.query("from " + table).sort(keys) for table, keys in _TABLES.items()}
    # The number of a page tells the order of arrival, and nothing else: its text stands in.
    pages = warehouse.query("from events.page")
    tables["events.counted"] = tables["events.counted"].join(pages, on="page_id").drop("page_id").sort("event_key")
    return {table: rows.to_dicts() for table, rows in tables.items()}
