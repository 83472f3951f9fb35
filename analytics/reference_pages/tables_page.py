"""The page of tables: the data dictionary."""

from __future__ import annotations

from analytics.reference_pages.markdown import write_page, write_table
from analytics.warehouse import Warehouse

_INTRODUCTION = """\
Every table, view and macro of the warehouse, and so of the analysts' snapshot `data/published/readership.duckdb`.
All times are UTC. The same words stand in the database: `select * from duckdb_columns()`."""


def build_tables_page(warehouse: Warehouse) -> str:
    """Build the page of tables from the comments in the warehouse."""
    columns = warehouse.frame("reference/relation_column")
    blocks = [_INTRODUCTION]
    for kind, name, comment in warehouse.frame("reference/relation").iter_rows():
        own = columns.filter(relation=name).select("name", "type", "comment")
        rows = [(f"`{column}`", type_name, text) for column, type_name, text in own.iter_rows()]
        title = f"## `{name}`" if kind == "table" else f"## `{name}` (view)"
        blocks += [title, comment, write_table(("column", "type", "meaning"), rows)]
    blocks.append("## Macros")
    macros = [
        (f"`{name}({', '.join(parameters)})`", comment)
        for name, parameters, comment in warehouse.frame("reference/macro").iter_rows()
    ]
    return write_page("Tables", [*blocks, write_table(("macro", "what it gives"), macros)])
