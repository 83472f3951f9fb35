"""The warehouse: the only package that talks to DuckDB."""

from analytics.warehouse.files import (
    list_kept,
    lock_warehouse,
    open_warehouse,
    publish_snapshot,
    query_snapshot,
    remove_kept,
)
from analytics.warehouse.tables import LAYOUT_VERSION, SCHEMAS, Warehouse

__all__ = [
    "LAYOUT_VERSION",
    "SCHEMAS",
    "Warehouse",
    "list_kept",
    "lock_warehouse",
    "open_warehouse",
    "publish_snapshot",
    "query_snapshot",
    "remove_kept",
]
