"""Keeps landed files pseudonymised: the keyed rows of a file that held addresses, instead of the file itself.

An archived file is ``data/archive/<day>/<content hash of the landed file>.parquet``. It says in its own metadata which
file it stands for and how many rows it must hold, so that there is no index that could say otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import polars as pl

from analytics.errors import ReadershipError
from analytics.lines import hash_file
from analytics.statements import read_statement
from analytics.warehouse import Warehouse
from analytics.warehouse.rewriting import MARK, write_parquet

PERSONAL = frozenset({"ip", "user_agent", "accept_language", "visitor_id", "session_id", "pageview_id", "event_id"})
"""Columns that are never archived."""


@dataclass(frozen=True)
class Archived:
    """A landed file and what is kept of it.

    Parameters
    ----------
    path : Path
        The archived file.
    content_hash : str
        Hash of the landed file's bytes.
    bytes : int
        Size of the landed file.
    rows : int
        Rows the archived file must hold.
    archived_at : datetime
        When it was archived (naive UTC).
    """

    path: Path
    content_hash: str
    bytes: int
    rows: int
    archived_at: datetime

    @property
    def mark(self) -> str:
        """What the file says of itself: JSON, in hexadecimal digits."""
        content = {**asdict(self), "path": None, "archived_at": self.archived_at.isoformat()}
        return json.dumps(content, sort_keys=True).encode().hex()

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read what an archived file says of itself; nothing where it is damaged or none of ours."""
        try:
            content = json.loads(bytes.fromhex(pl.read_parquet_metadata(path)[MARK]))
            found = cls(**content)
            return replace(found, path=path, archived_at=datetime.fromisoformat(content["archived_at"]))
        except (pl.exceptions.PolarsError, OSError, KeyError, TypeError, ValueError):
            return None

    def verifies(self) -> bool:
        """Tell whether the archived file can be read to its end and holds the rows it must hold."""
        try:
            (rows,) = pl.scan_parquet(self.path).select(pl.col("event_key").count()).collect()["event_key"]
        except (pl.exceptions.PolarsError, OSError):
            return False
        return bool(rows == self.rows)


@dataclass(frozen=True)
class Keep:
    """Which rows of an archived file stay.

    Parameters
    ----------
    events_from : datetime
        Events before it go (naive UTC).
    visitor_keys : sequence of int
        Events of these visitors go.
    pattern : str
        Events whose kept-aside fields match it go; ``(?!)`` has no place in DuckDB, so none is ``$a``.
    """

    events_from: datetime = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC inside
    visitor_keys: Sequence[int] = ()
    pattern: str = "$a"


def find_archive(root: Path) -> Path:
    """Give the folder of a workspace's archived files."""
    return root / "data" / "archive"


def archive_landed(warehouse: Warehouse, table: str, landed: Path, folder: Path, now: datetime) -> Archived:
    """Archive the keyed rows of a landed file.

    Parameters
    ----------
    warehouse : Warehouse
        With the file's rows in `table`.
    table : str
        A working table with `event_key`, `visitor_key`, `occurred_at` and `extra`, such as ``stage.event``.
    landed : Path
        The file.
    folder : Path
        ``data/archive/``.
    now : datetime
        The clock (naive UTC).

    Raises
    ------
    ReadershipError
        Where the table holds a column that must not be kept.
    """
    if personal := PERSONAL & set(warehouse.columns(table)):
        raise ReadershipError(f"{table} holds {', '.join(sorted(personal))}, which no archive may hold; report this")
    content_hash = hash_file(landed)
    path = folder / now.date().isoformat() / f"{content_hash}.parquet"
    archived = Archived(path, content_hash, landed.stat().st_size, warehouse.count(table), now)
    write_parquet(warehouse, f"from {table}", path, mark=archived.mark)
    return archived


def list_archived(folder: Path) -> list[Archived]:
    """List the archived files that can be read, by path."""
    return [found for path in sorted(folder.glob("*/*.parquet")) if (found := Archived.read(path))]


def list_due(archived: Iterable[Archived], now: datetime, landing_days: float) -> list[Archived]:
    """List the archived files whose landed file has been kept long enough.

    Parameters
    ----------
    archived : iterable of Archived
        As `list_archived` gives them.
    now : datetime
        The clock (naive UTC).
    landing_days : float
        How long a landed file is kept after it was archived, in days.
    """
    oldest = now - timedelta(days=landing_days)
    return [one for one in archived if one.archived_at <= oldest]


def remove_originals(archived: Iterable[Archived], landing: Path) -> list[Path]:
    """Remove landed files whose archived file verifies, and nothing else.

    Returns
    -------
    list of Path
        The files removed.
    """
    originals = find_originals(archived, landing)
    verified = {one for one in set(originals.values()) if one.verifies()}
    removed = [path for path, one in originals.items() if one in verified]
    for path in removed:
        path.unlink()
    return removed


def find_originals(archived: Iterable[Archived], landing: Path) -> dict[Path, Archived]:
    """Find the files of the landing folder that are archived: the content decides, not the name.

    A file that changed since, and what a link leads to, is none of them.
    """
    by_size: dict[int, list[Archived]] = {}
    for one in archived:
        by_size.setdefault(one.bytes, []).append(one)
    found: dict[Path, Archived] = {}
    for path in sorted(path for path in landing.rglob("*") if path.is_file() and not path.is_symlink()):
        if same_size := by_size.get(path.stat().st_size):
            content_hash = hash_file(path)
            found.update((path, one) for one in same_size if one.content_hash == content_hash)
    return found


def count_leaving(warehouse: Warehouse, archived: Archived, keep: Keep) -> int:
    """Count the rows of an archived file that do not stay."""
    text = f"select count(*) from ({_kept_rows()})"  # noqa: S608 - a statement of ours
    return archived.rows - int(warehouse.query(text, _params(archived, keep)).item())


def rewrite_archived(warehouse: Warehouse, archived: Archived, keep: Keep) -> None:
    """Write an archived file anew with the rows that stay; where none does, remove it."""
    rows = archived.rows - count_leaving(warehouse, archived, keep)
    if rows:
        mark = replace(archived, rows=rows).mark
        write_parquet(warehouse, _kept_rows(), archived.path, mark=mark, params=_params(archived, keep))
    else:
        archived.path.unlink()


def _kept_rows() -> str:
    return read_statement("privacy/kept_row").text


def _params(archived: Archived, keep: Keep) -> dict[str, object]:
    return {"path": str(archived.path), **asdict(keep), "visitor_keys": list(keep.visitor_keys)}
