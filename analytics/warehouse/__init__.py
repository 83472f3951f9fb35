"""The warehouse: the only package that talks to DuckDB."""

from analytics.warehouse.files import (
    list_kept,
    lock_warehouse,
    open_warehouse,
    publish_snapshot,
    put_aside,
    query_snapshot,
    remove_kept,
    require_room,
    settle_warehouse,
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
    "put_aside",
    "query_snapshot",
    "remove_kept",
    "require_room",
    "settle_warehouse",
]
