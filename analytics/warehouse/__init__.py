"""The warehouse: the only package that talks to DuckDB."""

from analytics.warehouse.files import lock_warehouse, open_warehouse, publish_snapshot, query_snapshot
from analytics.warehouse.tables import LAYOUT_VERSION, SCHEMAS, Warehouse

__all__ = [
    "LAYOUT_VERSION",
    "SCHEMAS",
    "Warehouse",
    "lock_warehouse",
    "open_warehouse",
    "publish_snapshot",
    "query_snapshot",
]
