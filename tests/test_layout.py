"""A warehouse that another version of the program laid out is refused, and stays as it is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analytics.errors import ReadershipError
from analytics.warehouse import open_warehouse
from analytics.warehouse.tables import LAYOUT_VERSION


@pytest.mark.parametrize(
    ("version", "way"),
    [(LAYOUT_VERSION - 1, "load the articles and events again"), (LAYOUT_VERSION + 1, "newer program")],
)
def test_another_layout_is_refused_with_what_to_do_and_nothing_is_changed(
    tmp_path: Path, version: int, way: str
) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema runs")
        connection.execute("create table runs.layout (layout_version integer not null)")
        connection.execute("insert into runs.layout values (?)", [version])
    with pytest.raises(ReadershipError, match=way), open_warehouse(path):
        pass
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


def test_the_layout_this_program_writes_is_the_one_it_opens(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    for _ in range(2):
        with open_warehouse(path) as warehouse:
            assert warehouse.query("from runs.layout").rows() == [(LAYOUT_VERSION,)]
