"""The analysts' snapshot: every table documented, every macro usable, nothing writable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.statements import list_statements, read_statement

from .newsroom import HOUR, MINUTE, NOON, Newsroom, article, pageview

ARTICLES = [article(f"a{n}", section=("Politics", "Sports")[n % 2], tags=["Floods"]) for n in range(4)]
EVENTS = [pageview(f"a{n % 4}", NOON - (7 * n + n**3 % 13) * MINUTE, f"v{n % 5}") for n in range(80)]
SCHEMAS = {"articles", "coverage", "loads", "events", "rollups", "rankings", "read_next", "runs"}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    newsroom = Newsroom(tmp_path_factory.mktemp("snapshot") / "newsroom", "[read_next]\nis_one_per_story = false\n")
    newsroom.load("articles", ARTICLES)
    newsroom.load("events", [*EVENTS, {"kind": "scroll"}])
    newsroom.run(NOON - HOUR)
    newsroom.run(NOON)
    with duckdb.connect(str(newsroom.workspace.snapshot), read_only=True) as connection:
        yield connection


def ask(snapshot: duckdb.DuckDBPyConnection, text: str) -> list[tuple[Any, ...]]:
    return snapshot.execute(text).fetchall()


def test_every_table_view_and_column_has_a_comment(snapshot: duckdb.DuckDBPyConnection) -> None:
    tables = ask(snapshot, "select schema_name, table_name, comment from duckdb_tables() where not internal")
    views = ask(snapshot, "select schema_name, view_name, comment from duckdb_views() where not internal")
    assert {schema for schema, _, _ in tables} == SCHEMAS
    assert [row for row in tables + views if not row[2] or "Grain: one row" not in row[2]] == []
    columns = ask(
        snapshot, "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
    )
    names = {name for _, name, _ in views}
    assert [row for row in columns if not row[3] and row[1] not in names] == []
    assert len(columns) > 100


def test_every_macro_has_a_comment_or_serves_another(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = ask(snapshot, "select function_name, comment from duckdb_functions() where not internal")
    described = {name for name, comment in found if comment}
    assert {"most_read", "live_article", "rank_history", "removed"} <= described


def test_nothing_can_be_written(snapshot: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        snapshot.execute("delete from events.counted")


def test_it_holds_what_the_newest_run_published(snapshot: duckdb.DuckDBPyConnection) -> None:
    assert ask(snapshot, "select run_number, status, exit_code from runs.run order by 1") == [
        (1, "done", 0),
        (2, "done", 0),
    ]
    assert ask(snapshot, "select count(*), count(*) filter (where failures > 0) from runs.check")[0][1] == 0
    assert {name for (name,) in ask(snapshot, "select distinct stage from runs.stage")} >= {"rankings", "reports"}
    moments = ask(snapshot, "select distinct as_of from rankings.ranking order by 1")
    assert moments == [(NOON - HOUR,), (NOON,)]
    assert ask(snapshot, "select reason, line from loads.reject") == [("unknown_kind", 81)]
    assert ask(snapshot, "select count(distinct seed_article_id) from read_next.item") == [(4,)]


def test_the_most_read_macro_gives_the_published_list(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = ask(snapshot, f"from most_read(as_of := timestamp '{NOON}')")
    names = [column[0] for column in snapshot.description or []]
    published = ask(snapshot, "select article_id, round(score, 6) from rankings.item where list_name = 'most-read' "
                    "and scope = 'site' and as_of = (select max(as_of) from rankings.item) order by rank")  # fmt: skip
    at = {name: names.index(name) for name in ("article_id", "score")}
    assert [(row[at["article_id"]], round(row[at["score"]], 6)) for row in found] == published
    few = ask(snapshot, "from most_read(section := 'politics', half_life_hours := 3, length := 1)")
    assert len(few) == 1


@pytest.mark.parametrize("name", list_statements("explore"))
def test_every_worked_query_runs_on_it(snapshot: duckdb.DuckDBPyConnection, name: str) -> None:
    assert snapshot.execute(read_statement(name).text).description


def test_no_comment_speaks_of_a_column_that_is_gone(snapshot: duckdb.DuckDBPyConnection) -> None:
    columns = {(f"{schema}.{table}", column) for schema, table, column in ask(
        snapshot, "select schema_name, table_name, column_name from duckdb_columns() where not internal")}  # fmt: skip
    for name in list_statements("schema"):
        text = read_statement(name).text
        for table, column in re.findall(r"comment on column (\w+\.\w+)\.(\w+)", text):
            assert (table, column) in columns


def test_a_file_of_the_snapshot_needs_no_other_file(snapshot: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (source,) = ask(snapshot, "select path from duckdb_databases() where database_name = 'readership'")[0]
    copy = tmp_path / "alone.duckdb"
    copy.write_bytes(Path(source).read_bytes())
    with duckdb.connect(str(copy), read_only=True) as alone:
        assert ask(alone, "select count(*) from events.counted") == [(80,)]


def test_a_client_older_than_the_program_can_read_it(snapshot: duckdb.DuckDBPyConnection) -> None:
    ((tags,),) = ask(snapshot, "select tags from duckdb_databases() where not internal")
    assert tags["storage_version"].startswith("v1.5.0")
