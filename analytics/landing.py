"""Finds input files and tells articles from events by their content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from analytics.errors import NoInputError
from analytics.lines import peek_fields
from analytics.warehouse import Warehouse

ARTICLES, EVENTS = "articles", "events"


def list_files(paths: Iterable[Path]) -> list[Path]:
    """List the files under paths: a folder stands for the files below it, in order of name.

    Raises
    ------
    NoInputError
        Where a path does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path))
        elif path.is_file():
            found.append(path)
        else:
            raise NoInputError(f"{path} does not exist or is no file; name a file or a folder of files")
    return found


def list_landed(folder: Path, now: datetime, stable_seconds: float) -> list[Path]:
    """List the files of the landing folder that nobody is still writing.

    Parameters
    ----------
    folder : Path
        ``data/landing/``.
    now : datetime
        The clock (naive UTC).
    stable_seconds : float
        A file that changed within so many seconds is left for the next run.
    """
    newest = now - timedelta(seconds=stable_seconds)
    root = folder.resolve()
    return [
        file
        for file in (list_files([folder]) if folder.is_dir() else [])
        if file.resolve().is_relative_to(root) and _changed_at(file) <= newest
    ]


def sniff_entity(warehouse: Warehouse, path: Path) -> str:
    """Tell whether a file holds articles or events, by the fields of its first records.

    A file that is neither goes to the events, whose loader sets it aside with the reason.
    """
    with path.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    names = set(warehouse.parquet_columns(path)) if is_parquet else peek_fields(path)
    return ARTICLES if {"title", "published_at"} & names and not {"kind", "occurred_at"} & names else EVENTS


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _changed_at(file: Path) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=file.stat().st_mtime)  # noqa: DTZ001 - naive UTC inside
