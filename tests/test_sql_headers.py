"""Proves from DuckDB's own syntax tree, and from a recording of the commands, that the headers of `sql/` are true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import Any

import pytest

from analytics.statements import HEADER_KEYS, list_statements, read_statement
from analytics.warehouse import Warehouse

from .statement_recording import COMMAND, NEW_STAGE, STATEMENT_METHODS, Call, record_commands

STATEMENTS = list_statements()
QUERIES = [name for name in STATEMENTS if not name.startswith("schema/")]
DEFINITIONS = ("schema/", "macros/", "views/")
DEFINITION = re.compile(r"create or replace (?:macro|view) ([\w.]+) ?(?:\(.*?\))? ?as( table)?\b(.*?);", re.DOTALL)
TABLE = re.compile(r"create (?:table if not exists|or replace macro|or replace view) ([\w.]+)")
# The header's word for how the rows land, by the method of the warehouse that lands them.
WRITES = {
    "frame": "none",
    "stage": "replace all",
    "stage_append": "append",
    "stage_file": "replace all",
    "stage_view": "replace all, as a view",
    "append": "append",
    "replace": "replace the rows of ",
    "replace_all": "replace all",
}
NAME_RULES = {"TIMESTAMP": r".*_(at|until)|(hour|span)_start|as_of|(data|final)_through", "BOOLEAN": r"(is|has)_.*"}
OTHER_NAME = r"(?!(is|has)_)(?!.*_at$)[a-z][a-z0-9_]*"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as opened:
        yield opened


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_file_opens_with_its_six_lines(name: str) -> None:
    statement = read_statement(name)
    assert list(statement.header) == list(HEADER_KEYS)
    assert all(statement.header.values())
    assert statement.header["purpose"].endswith((".", "?"))


@pytest.mark.parametrize("name", QUERIES)
def test_the_declared_reads_are_the_tables_it_reads(warehouse: Warehouse, name: str) -> None:
    tree = parse_select(warehouse, name)
    assert set(read_statement(name).reads) == find_reads(tree)


@pytest.mark.parametrize("name", QUERIES)
def test_the_declared_params_are_the_ones_it_binds(warehouse: Warehouse, name: str) -> None:
    tree = parse_select(warehouse, name)
    bound = {node["identifier"] for node in walk(tree) if node.get("class") == "PARAMETER"}
    assert set(read_statement(name).params) == bound


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_file_is_named_after_its_table(name: str) -> None:
    statement = read_statement(name)
    layer, _, last = name.rpartition("/")
    if name.startswith(DEFINITIONS):
        assert TABLE.findall(statement.text) == [statement.table]
        assert statement.table in {last, f"{layer.partition('/')[2]}.{last}"}
    else:
        assert statement.table in {f"{layer}.{last}", f"stage.{last}", f"chunk.{last}"} | list_tables()


def test_every_statement_that_writes_is_one_the_commands_run() -> None:
    used = {call.name for call in record_commands().calls if call.method in STATEMENT_METHODS}
    writing = {name for name in QUERIES if not is_query(name) and not name.startswith(DEFINITIONS)}
    assert writing <= used


def test_the_rows_land_as_the_header_says() -> None:
    for call in record_commands().calls:
        if call.method in STATEMENT_METHODS:
            statement = read_statement(call.name)
            assert statement.header["write"].startswith(WRITES[call.method]), call
            is_working = statement.table.startswith(("stage.", "chunk."))
            assert is_query(call.name) or is_working == call.method.startswith("stage"), call
            assert is_view(call.name) == (call.method == "stage_view"), call


def test_no_statement_reads_a_table_that_its_command_writes_later() -> None:
    calls = record_commands().calls
    stale = [
        f"{call.name} read {table} before {calls[later].name} wrote it"
        for place, (call, views) in enumerate(zip(calls, trace_views(calls), strict=True))
        if call.method in STATEMENT_METHODS
        for table in expand_reads(call.name, views)
        for later in find_later_writes(calls, place, table)
        if not is_history(call.name, calls[later], views)
    ]
    assert not stale, stale


def test_no_statement_reads_a_working_table_that_is_not_there() -> None:
    calls = record_commands().calls
    filled: set[str] = set()
    for call, views in zip(calls, trace_views(calls), strict=True):
        if call.method == NEW_STAGE:
            filled.clear()
        elif call.method in STATEMENT_METHODS:
            missing = {table for table in expand_reads(call.name, views) if table.startswith("stage.")} - filled
            assert not missing, f"{call.name} reads {sorted(missing)}, which nothing has filled"
        filled |= find_written(call)


def test_every_table_and_column_has_a_comment(warehouse: Warehouse) -> None:
    relations = warehouse.frame("reference/relation")
    columns = warehouse.frame("reference/relation_column")
    assert len(relations) > len(list_statements("schema"))
    assert relations.filter(relations["comment"].is_null())["name"].to_list() == []
    assert columns.filter(columns["comment"].is_null()).select("relation", "name").rows() == []


def test_every_column_is_named_for_its_type(warehouse: Warehouse) -> None:
    for relation, name, kind, _ in warehouse.frame("reference/relation_column").rows():
        rule = NAME_RULES.get(kind.upper(), OTHER_NAME)
        assert re.fullmatch(rule, name), f"{relation}.{name} is a {kind}"


def test_a_comment_on_a_table_gives_its_grain(warehouse: Warehouse) -> None:
    comments = {name: comment for _, name, comment in warehouse.frame("reference/relation").rows()}
    for layer in ("schema", "views"):
        for statement in map(read_statement, list_statements(layer)):
            assert comments[statement.table].endswith(f" Grain: {statement.header['grain']}.")


def parse_select(warehouse: Warehouse, name: str) -> object:
    """Give DuckDB's syntax tree of a statement, or of the select inside a macro or view."""
    text = read_statement(name).text
    if match := DEFINITION.search(text):
        body = match[3].strip()
        text = body if match[2] or body.startswith(("select", "with")) else f"select {body}"
    tree = json.loads(warehouse.query("select json_serialize_sql($text)", {"text": text}).item())
    assert tree["error"] is False, tree
    return dict(tree)


def walk(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def find_reads(tree: object) -> set[str]:
    """Name the tables, the views, and the macros that read a table; what has no schema must be a name of WITH."""
    macros = {read_statement(name).table: read_statement(name).reads for name in list_statements("macros")}
    named = {entry["key"] for node in walk(tree) for entry in node.get("cte_map", {}).get("map", ())}
    found = {node["function_name"] for node in walk(tree) if macros.get(node.get("function_name", ""))}
    for node in walk(tree):
        if node.get("type") == "BASE_TABLE" and node["schema_name"]:
            found.add(f"{node['schema_name']}.{node['table_name']}")
        elif node.get("type") == "BASE_TABLE":
            assert node["table_name"] in named, node["table_name"]
    return found


@cache
def list_tables() -> set[str]:
    """Name the tables that last and the working tables."""
    return {read_statement(name).table for name in list_statements("schema")} | set(record_commands().columns)


def is_query(name: str) -> bool:
    return read_statement(name).header["write"] == "none"


def is_view(name: str) -> bool:
    return read_statement(name).header["write"].startswith(WRITES["stage_view"])


def trace_views(calls: list[Call]) -> list[frozenset[str]]:
    """Name, for every call, the statements that are views of the stage by then: who reads one reads what it reads."""
    traced: list[frozenset[str]] = []
    views: dict[str, str] = {}
    for call in calls:
        traced.append(frozenset(views.values()))
        if call.method == NEW_STAGE:
            views = {}
        for table in find_written(call):
            views.pop(table, None)
            if call.method == "stage_view":
                views[table] = call.name
    return traced


@cache
def expand_reads(name: str, views: frozenset[str] = frozenset()) -> frozenset[str]:
    """Name the tables a statement reads, also through macros and views; of a view of the stage, its own name too."""
    defined = {read_statement(one).table: one for layer in ("macros", "views") for one in list_statements(layer)}
    staged = {read_statement(one).table: one for one in views}
    found: set[str] = set()
    for read in read_statement(name).reads:
        found |= set() if read in defined else {read}
        if (source := defined.get(read) or staged.get(read)) and source != name:
            found |= expand_reads(source, views)
    return frozenset(found)


@cache
def find_sources(tables: frozenset[str]) -> frozenset[str]:
    """Name the statements that the working tables among these come from, directly, by way of others or of Python."""
    found: set[str] = set()
    waiting = set(tables)
    while waiting:
        table = waiting.pop()
        if table.startswith("stage."):
            fresh = {name for name in QUERIES if read_statement(name).table == table} - found
            found |= fresh
            waiting = waiting.union(*map(expand_reads, fresh))
    return frozenset(found)


def find_written(call: Call) -> set[str]:
    if call.method in STATEMENT_METHODS:
        return set() if is_query(call.name) else {read_statement(call.name).table}
    return {call.name} if call.name else set()


def find_later_writes(calls: list[Call], place: int, table: str) -> list[int]:
    """Find the later writes of a table in the command, where the statement does not run again to read them."""
    ends = {COMMAND} | ({NEW_STAGE} if table.startswith("stage.") else set())
    rest = list(takewhile(lambda later: calls[later].method not in ends, range(place + 1, len(calls))))
    is_repeated = any(calls[later] == calls[place] for later in rest)
    return [] if is_repeated else [later for later in rest if table in find_written(calls[later])]


def is_history(name: str, write: Call, views: frozenset[str]) -> bool:
    """Tell whether a statement reads what stood before.

    Its rows lead to that write, or both add to one table; or it reads the very rows that the write adds, where they
    wait; or it is a query of the layer that Python writes next, or of what is to be deleted.
    """
    table = read_statement(name).table
    if write.method not in STATEMENT_METHODS:
        layer = write.name.partition(".")[0]
        is_of_layer = layer != "stage" and layer == table.partition(".")[0]
        is_asked = is_query(name) and (is_of_layer or bool(write.within))
        return is_asked or name in find_sources(frozenset({write.name, write.within}))
    waiting = {read for read in read_statement(write.name).reads if read.startswith("stage.")}
    is_of_table = table == read_statement(write.name).table
    return is_of_table or name in find_sources(expand_reads(write.name)) or bool(waiting & expand_reads(name, views))
