"""Keeps landed files pseudonymised: the keyed rows of a file that held addresses, instead of the file itself.

An archived file is ``data/archive/<day>/<content hash of the landed file>.parquet``: it holds no event of before that
UTC day. It says in its own metadata which file it stands for and how many rows it must hold, so that there is no index
that could say otherwise; and by that mark `load` knows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path
from typing import Self

import polars as pl

from analytics.errors import ReadershipError
from analytics.inflate import read_head
from analytics.ledger import FileReport
from analytics.lines import hash_file
from analytics.statements import read_statement
from analytics.warehouse import Warehouse
from analytics.warehouse.rewriting import MARK, write_parquet

_DAMAGE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
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
        When it was loaded first, and archived (naive UTC).
    name, format : str
        The landed file's, as the ledger has them.
    rejected, filtered : int
        Lines of the landed file that are no events, as the ledger counts them.
    """

    path: Path
    content_hash: str
    bytes: int
    rows: int
    archived_at: datetime
    name: str
    format: str
    rejected: int = 0
    filtered: int = 0

    @property
    def report(self) -> FileReport:
        """What the ledger is to hold of the landed file before the rows are read."""
        return FileReport(
            self.content_hash,
            self.name,
            "events",
            self.format,
            bytes=self.bytes,
            rejected=self.rejected,
            filtered=self.filtered,
            loaded_at=self.archived_at,
            archived_rows=self.rows,
        )

    @property
    def mark(self) -> str:
        """What the file says of itself: JSON, in hexadecimal digits."""
        content = {**asdict(self), "path": None, "archived_at": self.archived_at.isoformat()}
        return json.dumps(content, sort_keys=True).encode().hex()

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read what an archived file says of itself; nothing where it is damaged or none of ours."""
        try:
            if read_head(path)[:4] != b"PAR1":
                return None
            content = json.loads(bytes.fromhex(pl.read_parquet_metadata(path)[MARK]))
            found = cls(**content)
            return replace(found, path=path, archived_at=datetime.fromisoformat(content["archived_at"]))
        except (*_DAMAGE, KeyError, TypeError, ValueError):
            return None

    def verifies(self) -> bool:
        """Tell whether the archived file can be read to its end and holds the rows it must hold."""
        try:
            (rows,) = pl.scan_parquet(self.path, glob=False).select(pl.col("event_key").count()).collect()["event_key"]
        except _DAMAGE:
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


def archive_landed(
    warehouse: Warehouse, table: str, report: FileReport, folder: Path, now: datetime
) -> Archived | None:
    """Archive the keyed rows of a landed file.

    Where its rejects were replayed the rows are added to those that are archived already; where none are, nothing is
    archived: the other rows are not at hand. A file that is archived and loaded whole again stays as it is archived:
    its keys may be of a salt that has died since.

    Parameters
    ----------
    warehouse : Warehouse
        With the file's rows in `table`.
    table : str
        A working table with `line`, `event_key`, `visitor_key`, `occurred_at` and `extra`, such as ``stage.archived``.
    report : FileReport
        The file, as the ledger has it; of its rejects only those that no other row brings about.
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
    known = next((one for one in find_archived(folder, [report.content_hash]) if one.verifies()), None)
    if bool(known) != bool(report.part):
        return known
    rows, params = f"from {table}", {}
    if report.part and known:
        # A replay that was cut short may have archived its lines already.
        rows = (
            f"select * from read_parquet($known) where line not in (select line from {table}) "  # noqa: S608
            f"union all by name from {table} order by line"
        )
        params = {"known": escape(str(known.path))}
    first = warehouse.query(f"select min(occurred_at)::date, count(*) from ({rows})", params).row(0)  # noqa: S608
    day = first[0] or now.date()
    archived = Archived(
        folder / day.isoformat() / f"{report.content_hash}.parquet",
        report.content_hash,
        report.bytes,
        first[1],
        known.archived_at if known else now,
        report.name,
        report.format,
        report.rejected,
        report.filtered,
    )
    write_parquet(warehouse, rows, archived.path, mark=archived.mark, params=params)
    if known and known.path != archived.path:
        _remove(known.path)
    return archived


def list_archived(folder: Path) -> list[Archived]:
    """List the archived files that can be read, by path."""
    return _read_all(folder.glob("*/*.parquet"))


def find_archived(folder: Path, content_hashes: Iterable[str]) -> list[Archived]:
    """Find the archived files of landed files by their names, and open no others."""
    names = {f"{content_hash}.parquet" for content_hash in content_hashes}
    return _read_all(path for path in folder.glob("*/*.parquet") if path.name in names)


def find_old(folder: Path, before: datetime) -> list[Archived]:
    """Find the archived files that may hold events of before a midnight, by their folders, and open no others."""
    return _read_all(path for path in folder.glob("*/*.parquet") if path.parent.name < before.date().isoformat())


def _read_all(paths: Iterable[Path]) -> list[Archived]:
    return [found for path in sorted(paths) if (found := Archived.read(path))]


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
        day = max(archived.path.parent.name, keep.events_from.date().isoformat())
        path = archived.path.parent.parent / day / archived.path.name
        mark = replace(archived, rows=rows).mark
        write_parquet(warehouse, _kept_rows(), path, mark=mark, params=_params(archived, keep))
        if path == archived.path:
            return
    _remove(archived.path)


def remove_old(warehouse: Warehouse, folder: Path, before: datetime) -> None:
    """Take the rows of before a midnight out of the archive; files whose folder says that they hold none stay shut."""
    for one in find_old(folder, before):
        rewrite_archived(warehouse, one, Keep(before))


def _remove(path: Path) -> None:
    path.unlink()
    with suppress(OSError):  # others lie in it
        path.parent.rmdir()


def _kept_rows() -> str:
    return read_statement("privacy/kept_row").text


def _params(archived: Archived, keep: Keep) -> dict[str, object]:
    return {"path": escape(str(archived.path)), **asdict(keep), "visitor_keys": list(keep.visitor_keys)}
