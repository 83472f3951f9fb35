"""Runs every statement of `sql/` on the small tables of its cases, under `tests/sql/`; `sql/README.md` says how."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.statements import Statement, list_statements, read_statement
from analytics.urls import UrlRules, identifying_pattern
from analytics.warehouse import Warehouse

from .statement_recording import describe_table, record_commands

ROOT = Path(__file__).parent / "sql"
EXPECTED, QUERY, PARAMS, INPUT = "expect.csv", "query.sql", "params.toml", "input.parquet"
CASES = sorted(path.parent.relative_to(ROOT).as_posix() for path in ROOT.rglob(EXPECTED))
FIRST_LINE = 5
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
EMPTY_TEXT = "''"
# What a column that must hold something holds where a case leaves it out.
DEFAULTS = {"BOOLEAN": "false", "TIMESTAMP": "2026-03-14", "VARCHAR": "x", "VARCHAR[]": "[]", "JSON": "{}"}
# The tables are the test's own subject, and what the catalogue lists is all of them: test_sql_headers.py asks both.
WITHOUT_CASES = ("schema/", "reference/")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as opened:
        opened.query("set threads = 1")
        opened.set_variable("identifying_pattern", identifying_pattern(UrlRules()))
        opened.set_variable("first_line", FIRST_LINE)
        yield opened


@pytest.mark.parametrize("is_reversed", [False, True], ids=["as given", "in reverse"])
@pytest.mark.parametrize("case", CASES)
def test_a_statement_gives_the_rows_its_case_expects(warehouse: Warehouse, case: str, *, is_reversed: bool) -> None:
    folder = ROOT / case
    statement = read_statement(case.rpartition("/")[0])
    tables = fill_tables(warehouse, statement, folder, is_reversed=is_reversed)
    try:
        found = run_statement(warehouse, statement, folder)
        assert_rows(found, folder / EXPECTED, is_ordered=is_ordered(statement, folder))
        assert_grain(found, statement)
        assert_columns(warehouse, found, statement)
    finally:
        warehouse.drop_stage()
        for table in tables:
            warehouse.clear(table)


def test_every_statement_has_a_case() -> None:
    wanted = {name for name in list_statements() if not name.startswith(WITHOUT_CASES)}
    assert {case.rpartition("/")[0] for case in CASES} == wanted


def test_every_folder_of_a_statement_holds_cases_alone() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()}
    assert folders == set(CASES)


def fill_tables(warehouse: Warehouse, statement: Statement, folder: Path, *, is_reversed: bool) -> list[str]:
    """Fill the tables of the case and make the working tables it leaves out; give the names of those that last.

    A working table that a load makes as a view is a table here.
    """
    given = {path.stem: path for path in folder.glob("*.*.csv")}
    if not is_definition(statement):
        assert set(given) <= find_tables(statement), "a table that the statement does not read"
    working = record_commands().columns
    for table in {*given, *find_tables(statement)} & set(working):
        columns = ", ".join(f'"{name}" {kind}' for name, kind in working[table].items())
        warehouse.query(f"create or replace table {table} ({columns})")
    for table, path in given.items():
        rows = read_rows(path)
        warehouse.append_frame(table, complete_rows(warehouse, table, rows[::-1] if is_reversed else rows))
    return [table for table in given if table not in working]


def find_tables(statement: Statement) -> set[str]:
    """Name the tables a statement reads, also those behind the macros and views it reads."""
    definitions = {read_statement(name).table: name for layer in ("macros", "views") for name in list_statements(layer)}
    found = set(statement.reads)
    for name in statement.reads:
        if name in definitions:
            found |= find_tables(read_statement(definitions[name]))
    return found


def complete_rows(warehouse: Warehouse, table: str, rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Give rows of text with every column of the table: one left out is false, NULL, or the default of its type."""
    described = warehouse.query(f"describe {table}").select("column_name", "column_type", "null").rows()
    unknown = {name for row in rows for name in row} - {name for name, *_ in described}
    assert not unknown, f"{table} has no columns {sorted(unknown)}"
    defaults = {
        name: DEFAULTS.get(kind, "0") if null == "NO" or kind == "BOOLEAN" else None for name, kind, null in described
    }
    return pl.DataFrame([defaults | row for row in rows], schema=dict.fromkeys(defaults, pl.String))


def run_statement(warehouse: Warehouse, statement: Statement, folder: Path) -> pl.DataFrame:
    params = read_params(folder)
    if (folder / INPUT).exists():
        warehouse.set_variable("input_path", str(folder / INPUT))
    if is_definition(statement):
        return warehouse.query((folder / QUERY).read_text(encoding="utf-8"), params)
    assert tuple(sorted(params)) == tuple(sorted(statement.params)), "the case does not give the statement's params"
    return warehouse.frame(statement.name, **params)


def read_params(folder: Path) -> dict[str, Any]:
    """Read what the case binds; a path is relative to the case."""
    path = folder / PARAMS
    params = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return params | ({"path": str(folder / params["path"])} if "path" in params else {})


def is_definition(statement: Statement) -> bool:
    return statement.header["write"].startswith("create")


def is_ordered(statement: Statement, folder: Path) -> bool:
    text = (folder / QUERY).read_text(encoding="utf-8") if is_definition(statement) else statement.text
    return re.search(r"^order by", text, re.MULTILINE) is not None


def read_rows(path: Path) -> list[dict[str, str | None]]:
    r"""Read a CSV of text: an empty cell is NULL, `''` the empty text, `\u0000` a character by its number."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert all(None not in row and None not in row.values() for row in rows), f"{path} is ragged"
    return [{name: read_cell(cell) for name, cell in row.items()} for row in rows]


def read_cell(cell: str) -> str | None:
    if cell in ("", EMPTY_TEXT):
        return None if cell == "" else ""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), cell)


def assert_rows(found: pl.DataFrame, path: Path, *, is_ordered: bool) -> None:
    names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    readers = [choose_reader(found.schema[name]) for name in names]
    expected = [
        tuple(None if row[name] is None else read(row[name]) for name, read in zip(names, readers, strict=True))
        for row in read_rows(path)
    ]
    rows = [tuple(map(round_floats, row)) for row in found.select(names).rows()]
    if is_ordered:
        assert rows == expected
    else:
        assert sorted(rows, key=repr) == sorted(expected, key=repr)


def choose_reader(kind: pl.DataType) -> Callable[[Any], object]:
    """Choose what turns a cell into a value of the column's type."""
    if kind.is_integer():
        return int
    if kind.is_float():
        return lambda cell: round_floats(float(cell))
    if kind.is_decimal():
        return Decimal
    if isinstance(kind, pl.List):
        return lambda cell: cell.split("|") if cell else []
    others = {pl.Boolean: {"true": True, "false": False}.__getitem__, pl.Date: date.fromisoformat}
    return {**others, pl.Datetime: datetime.fromisoformat}.get(type(kind), str)


def round_floats(value: object) -> object:
    """Round to 1e-9, the tolerance of a score."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def assert_grain(found: pl.DataFrame, statement: Statement) -> None:
    """The rows are unique by what the grain names, where these are columns."""
    grain = statement.header["grain"].partition(":")[0]
    if grain.startswith(("one row per ", "at most one row per ")) and not is_definition(statement):
        named = re.split(", | and ", grain.partition(" per ")[2])
        key = [part.split(" ")[0].rstrip(",") for part in named]
        if set(key) <= set(found.columns):
            repeated = [row for row, times in Counter(found.select(key).rows()).items() if times > 1]
            assert not repeated, f"{grain}, but these come twice: {repeated}"
    elif grain in ("one row", "at most one row"):
        assert len(found) == 1 or (len(found) == 0 and grain != "one row")


def assert_columns(warehouse: Warehouse, found: pl.DataFrame, statement: Statement) -> None:
    """A statement that writes into a table that lasts gives every one of its columns, and no other."""
    is_lasting = not statement.table.startswith(("stage.", "chunk."))
    if is_lasting and statement.header["write"].startswith(("replace", "append")):
        assert set(found.columns) == set(describe_table(warehouse, statement.table))
