"""A warehouse of another layout is brought to this one whole, or refused, and stays usable whatever happens."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.errors import ReadershipError
from analytics.statements import hash_definitions, list_migrations
from analytics.warehouse import open_warehouse
from analytics.warehouse.tables import LAYOUT_VERSION, Warehouse

from .newsroom import HOUR, MINUTE, NOON, Newsroom, article, hash_files, open_empty_warehouse, pageview, read_tables

LAYOUTS = Path(__file__).parent / "layouts"
OLDER = 2
READS = [
    pageview(f"a{n % 3}", NOON - n * MINUTE, f"v{n % 9}", event_id=f"{n}", source_box=None if n % 4 else "most-read")
    for n in range(60)
]
FOLLOWS = [
    pageview(f"a{n % 3}", NOON - ago * HOUR + n * MINUTE, f"w{ago}", event_id=f"w{ago}-{n}")
    for ago in (2, 4)
    for n in range(3)
]
_MIGRATE = """
import sys
from pathlib import Path
from analytics.warehouse import files
steps = files.list_migrations
files.list_migrations = lambda *layouts: [*steps(*layouts), Path(sys.argv[2])]
with files.open_warehouse(Path(sys.argv[1])):
    pass
"""


@pytest.fixture
def older(tmp_path: Path) -> Newsroom:
    """Give a newsroom whose warehouse and snapshot have the layout of before `runs.run.final_through`."""
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*(article(f"a{number}") for number in range(3)))
    newsroom.load_events(*READS)
    newsroom.run()
    for path in (newsroom.workspace.warehouse, newsroom.workspace.snapshot):
        with duckdb.connect(str(path)) as connection:
            connection.execute("alter table runs.run drop column final_through")
            connection.execute("alter table rollups.decay_hourly drop column box_read_mass")
            connection.execute("update runs.layout set layout_version = ?", [OLDER])
    return newsroom


@pytest.fixture
def layout_5(older: Newsroom) -> Newsroom:
    """Give a newsroom whose warehouse has the layout of before what was read next was counted."""
    older.load_events(*FOLLOWS)
    columns = pl.read_csv(LAYOUTS / "layout_5.csv").filter(pl.col("table") == "read_next.item")
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns.select("column", "type").rows())
    with duckdb.connect(str(older.workspace.warehouse)) as connection:
        connection.execute("drop table rollups.next_read")
        connection.execute("drop table read_next.item")
        connection.execute(f"create table read_next.item ({kinds})")
        connection.execute("update runs.layout set layout_version = 5")
    return older


def read_layout(path: Path) -> tuple[int, int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("select (select max(layout_version) from runs.layout), count(*) from events.counted")
        return row.fetchall()[0]


def hash_file(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("version", "way"), [(1, "readership doctor --rebuild"), (LAYOUT_VERSION + 1, "install the newer program")]
)
@pytest.mark.parametrize("is_reader", [True, False])
def test_another_layout_is_refused_with_what_to_do_and_nothing_is_changed(
    tmp_path: Path, version: int, way: str, *, is_reader: bool
) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema runs")
        connection.execute("create table runs.layout (layout_version integer not null)")
        connection.execute("insert into runs.layout values (?)", [version])
    before = hash_files(tmp_path)
    with pytest.raises(ReadershipError, match=way), open_warehouse(path, is_reader=is_reader):
        pass
    assert hash_files(tmp_path) == before


def test_the_layout_this_program_writes_is_the_one_it_opens(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    for _ in range(2):
        with open_warehouse(path) as warehouse:
            assert warehouse.query("from runs.layout").rows() == [(LAYOUT_VERSION,)]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_another_program_defined_is_defined_anew_and_what_is_known_is_left_alone(
    tmp_path: Path, *, is_known: bool
) -> None:
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path):
        pass
    with duckdb.connect(str(path)) as connection:
        connection.execute("create or replace macro is_wanted(value, wanted) as 'another'")
        if not is_known:
            connection.execute("create or replace macro definition_hash() as 'of an older program'")
    with open_warehouse(path) as warehouse:
        assert warehouse.query("select is_wanted('a', []) as found").item() == ("another" if is_known else True)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select definition_hash()").fetchone() == (hash_definitions(),)


def test_a_table_does_not_change_without_a_new_layout() -> None:
    kept = pl.read_csv(LAYOUTS / f"layout_{LAYOUT_VERSION}.csv").rows()
    with open_empty_warehouse() as warehouse:
        columns = warehouse.query(
            "select schema_name || '.' || table_name, column_name, lower(data_type), is_nullable from duckdb_columns()"
        ).rows()
    tables = {table for table, *_ in kept}
    assert sorted(row for row in columns if row[0] in tables) == sorted(kept)


def test_the_first_run_of_a_newer_program_brings_an_older_layout_on_and_says_so_once(
    older: Newsroom, readership: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    workspace = older.workspace
    done = readership("run", "--workspace", workspace.root)
    assert done.returncode == 0
    assert done.stderr == (
        f"readership: the warehouse is brought from layout {OLDER} to {LAYOUT_VERSION}; "
        f"warehouse.duckdb.layout-{OLDER} keeps it as it was until the next run is done\n"
    )
    for path in (workspace.warehouse, workspace.snapshot):
        assert read_layout(path) == (LAYOUT_VERSION, 60)
    assert sorted(path.name for path in workspace.warehouse.parent.glob("*duckdb*")) == ["warehouse.duckdb"]
    again = readership("run", "--workspace", workspace.root)
    assert (again.returncode, again.stderr) == (0, "")


def test_what_is_brought_on_is_what_this_program_would_have_made(older: Newsroom, tmp_path: Path) -> None:
    fresh = Newsroom(tmp_path / "fresh")
    fresh.load_articles(*(article(f"a{number}") for number in range(3)))
    fresh.load_events(*READS)
    older.run()
    with older.open() as one, fresh.open() as other:
        for table, rows in read_tables(other).items():
            keyed = {"visitor_key": None}
            assert [row | keyed for row in read_tables(one)[table]] == [row | keyed for row in rows]
    assert [report.loaded for report in older.load("events", older.incoming / "2.rows")] == [0]
    assert older.query("select final_through from runs.run order by run_number limit 1") == [{"final_through": None}]


def test_a_warehouse_of_layout_5_learns_what_was_read_next_in_the_hours_whose_events_are_kept(
    layout_5: Newsroom, tmp_path: Path
) -> None:
    fresh = Newsroom(tmp_path / "fresh")
    fresh.load_articles(*(article(f"a{number}") for number in range(3)))
    fresh.load_events(*READS, *FOLLOWS)
    fresh.run()
    closed = NOON - 4 * HOUR
    with duckdb.connect(str(layout_5.workspace.warehouse)) as connection:
        connection.execute("insert into rollups.closed_hour values (?)", [closed])
    layout_5.run()
    columns = "seed_article_id, article_id, span_start, next_reads, second_reads, third_reads"
    text = f"select {columns} from rollups.next_read where span_start {{}} '{closed + HOUR}' order by all"  # noqa: S608
    assert layout_5.query(text.format(">=")) == fresh.query(text.format(">=")) != []
    assert layout_5.query(text.format("<")) == [] != fresh.query(text.format("<"))
    items = "select seed_article_id, tab, rank, article_id from read_next.item order by all"
    assert layout_5.query(items) == fresh.query(items)


def test_an_answer_leaves_an_older_layout_alone(older: Newsroom) -> None:
    before = hash_file(older.workspace.warehouse)
    with pytest.raises(ReadershipError, match="`readership run` brings it to the new one"):
        older.rank()
    assert hash_file(older.workspace.warehouse) == before


def test_a_copy_is_kept_until_the_next_run_is_done(older: Newsroom) -> None:
    path = older.workspace.warehouse
    before = hash_file(path)
    older.load_articles(article("a9"))
    kept = path.with_name(f"warehouse.duckdb.layout-{OLDER}")
    assert (hash_file(kept), read_layout(path)) == (before, (LAYOUT_VERSION, 60))
    older.run()
    assert not kept.exists()


def test_a_step_that_fails_changes_nothing(older: Newsroom, tmp_path: Path) -> None:
    path = older.workspace.warehouse
    step = tmp_path / "9_broken.sql"
    step.write_text("alter table runs.run add column more integer; alter table runs.nothing add column more integer;")
    found = list_migrations(OLDER, LAYOUT_VERSION)
    assert found
    with duckdb.connect(str(path)) as connection, Warehouse(connection) as warehouse:
        with pytest.raises(ReadershipError, match="cannot be brought to layout"):
            warehouse.migrate([*found, step])
        assert warehouse.layout == OLDER
        assert not {"more", "final_through"} & set(warehouse.columns("runs.run"))
    assert older.run().manifest


def test_a_kill_in_the_middle_leaves_the_old_layout_and_the_next_command_begins_again(
    older: Newsroom, tmp_path: Path
) -> None:
    path = older.workspace.warehouse
    step = tmp_path / "9_slow.sql"
    step.write_text(
        "create table runs.slow as select 1 as number; select sum(hash(range)) from range(100_000_000_000);"
    )
    with subprocess.Popen([sys.executable, "-c", _MIGRATE, str(path), str(step)]) as child:
        deadline = time.monotonic() + 60
        while not path.with_name(f"{path.name}.layout-{OLDER}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    assert read_layout(path) == (OLDER, 60)
    older.run()
    assert read_layout(path) == (LAYOUT_VERSION, 60)
    assert older.query("select 1 from duckdb_tables() where table_name = 'slow'") == []


def test_forgetting_and_purging_leave_no_copy_that_holds_what_they_removed(
    older: Newsroom, readership: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    kept = older.workspace.warehouse.with_name(f"warehouse.duckdb.layout-{OLDER}")
    plan = readership("purge", "--workspace", older.workspace.root)
    assert kept.exists()
    aside = kept.with_name("warehouse.duckdb.aside")
    aside.touch()
    token = plan.stdout.split()[-1]
    done = readership("purge", "--token", token, "--workspace", older.workspace.root)
    assert (done.returncode, kept.exists(), aside.exists()) == (0, False, False)
