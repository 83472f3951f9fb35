"""Finds and reads the SQL files.

Every file opens with six comment lines: table, purpose, grain, reads, params, write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from hashlib import blake2b
from pathlib import Path

from analytics.errors import ReadershipError

DEFINITIONS = ("schema", "macros", "views")
"""The layers that define rather than fill, in the order they are executed."""
HEADER_KEYS = ("table", "purpose", "grain", "reads", "params", "write")
_PACKAGED = Path(__file__).parent / "sql"
_MIGRATIONS = "migrations"
_CHECKOUT = Path(__file__).parent.parent / "sql"


@dataclass(frozen=True)
class Statement:
    """One SQL file: its declared header and its text.

    Parameters
    ----------
    name : str
        Path under ``sql/`` without the suffix, such as ``rollups/article_hourly``.
    text : str
        The whole file.
    header : dict of str to str
        The six header lines.
    """

    name: str
    text: str
    header: dict[str, str]

    @property
    def table(self) -> str:
        """The table the statement fills, such as ``rollups.article_hourly``."""
        return self.header["table"]

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables it reads, as declared."""
        return _split_names(self.header["reads"], "nothing")

    @property
    def params(self) -> tuple[str, ...]:
        """The parameters it binds, as declared."""
        return _split_names(self.header["params"], "none")


def find_sql_folder() -> Path:
    """Give the folder of the SQL files: in an installed package, else beside it in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@cache
def read_statement(name: str) -> Statement:
    """Read one SQL file.

    Parameters
    ----------
    name : str
        Such as ``rollups/article_hourly``.

    Raises
    ------
    ReadershipError
        Where its header is not the six lines.

    Examples
    --------
    >>> read_statement("rollups/article_hourly").table
    'rollups.article_hourly'
    """
    text = (find_sql_folder() / f"{name}.sql").read_text(encoding="utf-8")
    return Statement(name, text, _read_header(name, text))


def list_statements(layer: str = "") -> list[str]:
    """List the names of the SQL files of a layer, sorted; of all layers where none is given.

    Examples
    --------
    >>> "article_hourly" in [name.split("/")[1] for name in list_statements("rollups")]
    True
    """
    root = find_sql_folder()
    names = (path.relative_to(root).with_suffix("").as_posix() for path in (root / layer).rglob("*.sql"))
    return sorted(name for name in names if not name.startswith(_MIGRATIONS))


def list_migrations(layout: int, target: int, folder: Path | None = None) -> list[Path] | None:
    """List the files that bring a warehouse from one layout to another, in the order in which they are executed.

    Parameters
    ----------
    layout, target : int
        From and to.
    folder : Path, optional
        With a folder a step, such as ``2_to_3``; ``sql/migrations`` where none is given.

    Returns
    -------
    list of Path or None
        Nothing where a step is missing: what that layout holds cannot be carried to the next.

    Examples
    --------
    >>> [path.parent.name for path in list_migrations(2, 3)]
    ['2_to_3']
    >>> list_migrations(1, 3) is None
    True
    """
    root = folder or find_sql_folder() / _MIGRATIONS
    steps = [root / f"{number}_to_{number + 1}" for number in range(layout, target)]
    if not steps or not all(step.is_dir() for step in steps):
        return None
    return [file for step in steps for file in sorted(step.glob("*.sql"))]


def order_definitions(layer: str) -> list[str]:
    """List the names of a layer's definitions, each after those it calls.

    Examples
    --------
    >>> order = order_definitions("macros")
    >>> order.index("macros/key_of") < order.index("macros/fingerprint")
    True
    """
    names = {read_statement(name).table: name for name in list_statements(layer)}
    calls = {
        name: {names[word] for word in re.findall(r"\w+(?=\()", read_statement(name).text) if word in names} - {name}
        for name in names.values()
    }
    return list(TopologicalSorter(calls).static_order())


@cache
def hash_definitions() -> str:
    """Hash the text of every definition: two warehouses of one hash have the same tables, macros and views.

    Examples
    --------
    >>> len(hash_definitions())
    16
    """
    names = [name for layer in DEFINITIONS for name in list_statements(layer)]
    texts = ((find_sql_folder() / f"{name}.sql").read_bytes() for name in names)
    return blake2b(b"\0".join(texts), digest_size=8).hexdigest()


def _read_header(name: str, text: str) -> dict[str, str]:
    header: dict[str, str] = {}
    for key, line in zip(HEADER_KEYS, text.splitlines(), strict=False):
        label, _, value = line.removeprefix("--").partition(":")
        if not line.startswith("--") or label.strip() != key:
            message = f"sql/{name}.sql: header line {key!r} is missing; see sql/README.md"
            raise ReadershipError(message)
        header[key] = value.strip()
    return header


def _split_names(value: str, nothing: str) -> tuple[str, ...]:
    return () if value == nothing else tuple(part.strip() for part in value.split(","))
