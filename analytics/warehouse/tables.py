"""The tables of an open warehouse: statements in, frames out.

Jobs hand it the name of a statement and values to bind; it decides where the rows land. Working tables live in
`stage` and `chunk`, databases in memory that end with the connection.
"""

from __future__ import annotations

import glob
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Self

import duckdb
import polars as pl

from analytics.errors import InputError, ReadershipError
from analytics.statements import DEFINITIONS, hash_definitions, list_migrations, order_definitions, read_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LAYOUT_VERSION = 6
SCHEMAS = ("articles", "loads", "events", "rollups", "coverage", "rankings", "read_next", "runs")


class _ArrowStream:
    """Shows DuckDB a frame through the Arrow C interface alone, which needs no pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        # DuckDB refuses a column of Polars' Null type; nothing but NULL fits any type as text.
        self._frame = frame.cast({pl.Null: pl.String})

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


class Warehouse:
    """An open warehouse.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        An open connection.
    is_read_only : bool
        Whether it only reads; then there are no working tables.

    Examples
    --------
    >>> with Warehouse.in_memory() as warehouse:
    ...     warehouse.count("events.counted")
    0
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, is_read_only: bool = False) -> None:
        self._connection = connection
        self._connection.execute("set TimeZone = 'UTC'")
        if not is_read_only:
            self._connection.execute("attach ':memory:' as stage (compress)")
            # What is written once and soon replaced: compressing it would cost more than all else.
            self._connection.execute("attach ':memory:' as chunk")

    @classmethod
    def in_memory(cls) -> Self:
        """Open an empty warehouse in memory, for tests and trials."""
        warehouse = cls(duckdb.connect())
        warehouse.create_tables()
        return warehouse

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def create_tables(self) -> None:
        """Create the schemas, tables and macros that are missing, after the layout's version.

        Raises
        ------
        ReadershipError
            Where a newer or an older program laid the warehouse out; nothing is changed then.
        """
        self._refuse_other_layout()
        if self._definition_hash == hash_definitions():
            return
        for schema in SCHEMAS:
            self._execute(f"create schema if not exists {schema}")
        for layer in DEFINITIONS:
            for name in order_definitions(layer):
                self._execute(read_statement(name).text)
        if not self.count("runs.layout"):
            self._execute("insert into runs.layout values ($version)", {"version": LAYOUT_VERSION})
        # Last, and read first: whoever opens the file again need not define everything again.
        self._execute(f"create or replace macro definition_hash() as '{hash_definitions()}'")

    @property
    def _definition_hash(self) -> str | None:
        try:
            ((found,),) = self._execute("select definition_hash()")
        except duckdb.CatalogException:
            return None
        return str(found)

    @property
    def layout(self) -> int | None:
        """Version of the layout; nothing where there are no tables yet."""
        text = "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'runs' "
        if not self._execute(text + "and table_name = 'layout'"):
            return None
        ((version,),) = self._execute("select max(layout_version) from runs.layout")
        return None if version is None else int(version)

    def _refuse_other_layout(self) -> None:
        version = self.layout
        if version is None or version == LAYOUT_VERSION:
            return
        if version > LAYOUT_VERSION:
            way = "install the newer program"
        elif list_migrations(version, LAYOUT_VERSION):
            way = "`readership run` brings it to the new one"
        else:
            way = "`readership doctor --rebuild` makes a new one from the landed files"
        raise ReadershipError(
            f"the warehouse has layout {version} and this program knows {LAYOUT_VERSION}; {way}, "
            "the reports stay as they are"
        )

    def migrate(self, files: Iterable[Path]) -> None:
        """Bring the tables to the layout this program knows, in one transaction.

        Parameters
        ----------
        files : iterable of Path
            As `list_migrations` gives them.

        Raises
        ------
        ReadershipError
            Where one cannot be executed; nothing is changed then.
        """
        try:
            with self.transaction():
                for file in files:
                    self._execute(file.read_text(encoding="utf-8"))
                # A step may drop what is made anew: everything is defined again on opening.
                self._execute("drop macro if exists definition_hash")
                self._execute("update runs.layout set layout_version = $version", {"version": LAYOUT_VERSION})
        except duckdb.Error as error:
            message = f"the warehouse cannot be brought to layout {LAYOUT_VERSION} ({str(error).splitlines()[0]})"
            raise ReadershipError(f"{message}; it stays as it is, mend that and run again") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all the writes inside, or none of them."""
        self._execute("begin")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):
                self._execute("rollback")
            raise
        self._execute("commit")

    @contextmanager
    def reading_old(self, path: Path) -> Iterator[None]:
        """Show another warehouse, or its snapshot, as the database ``old``.

        Raises
        ------
        ReadershipError
            Where it cannot be opened, or what is asked of it cannot be read.
        """
        try:
            self._execute(f"attach '{str(path).replace(chr(39), 2 * chr(39))}' as old (read_only)")
            try:
                yield
            finally:
                self._execute("detach old")
        except duckdb.Error as error:
            raise ReadershipError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error

    def carry(self, table: str, condition: str = "true") -> int:
        """Copy rows of a table from the database ``old``, column by name; none where it lacks one that must be filled.

        Parameters
        ----------
        table : str
            Such as ``runs.run``.
        condition : str
            Which rows.
        """
        told = "select column_name, is_nullable, database_name = 'old' as is_old from duckdb_columns() where "
        told += "database_name in (current_database(), 'old') and schema_name || '.' || table_name = $table"
        columns = self.query(told, {"table": table})
        known = set(columns.filter(pl.col("is_old"))["column_name"])
        wanted = columns.filter(~pl.col("is_old"))
        if not known or set(wanted.filter(~pl.col("is_nullable"))["column_name"]) - known:
            return 0
        names = ", ".join(name for name in wanted["column_name"] if name in known)
        return self._count(f"insert into {table} by name select {names} from old.{table} where {condition}")

    def frame(self, name: str, **params: object) -> pl.DataFrame:
        """Run a statement and give its rows.

        Parameters
        ----------
        name : str
            The statement, such as ``rankings/score``.
        **params : object
            A value for every parameter it declares.
        """
        return self.query(read_statement(name).text, params)

    def query(self, text: str, params: dict[str, Any] | None = None) -> pl.DataFrame:
        """Run a query and give its rows."""
        return pl.DataFrame(self._connection.sql(text, params=params or None))

    def stage(self, name: str, **params: object) -> int:
        """Fill the working table a statement names, anew, and give the number of its rows."""
        statement = read_statement(name)
        text = f"create or replace table {statement.table} as {statement.text}"
        return self._count(text, params)

    def stage_append(self, name: str, **params: object) -> int:
        """Add a statement's rows to the working table it names; the first call makes the table."""
        statement = read_statement(name)
        if self.is_staged(statement.table):
            return self._count(f"insert into {statement.table} by name {statement.text}", params)
        return self.stage(name, **params)

    def stage_view(self, name: str, *, input_path: Path | None = None) -> None:
        """Make a statement a view, whose rows are made anew for each reader and never held.

        Parameters
        ----------
        name : str
            The statement; it binds no values.
        input_path : Path, optional
            The file that it reads as the variable ``input_path``.

        Raises
        ------
        InputError
            Where DuckDB cannot read that file.
        """
        statement = read_statement(name)
        with self.reading_input() if input_path else nullcontext():
            if input_path:
                self.set_variable("input_path", str(input_path))
            self._execute(f"create or replace view {statement.table} as {statement.text}")

    def set_variable(self, name: str, value: str | int) -> None:
        """Give a variable that statements read with ``getvariable`` its value, until the connection closes."""
        self._execute(f"set variable {name} = $value", {"value": value})

    @contextmanager
    def reading_input(self) -> Iterator[None]:
        """Take DuckDB's errors for faults of the file that is read.

        Raises
        ------
        InputError
            Where DuckDB cannot read the file.
        """
        try:
            yield
        except duckdb.Error as error:
            raise InputError(f"the file cannot be read: {str(error).splitlines()[0]}") from error

    @staticmethod
    def table_of(name: str) -> str:
        """Name the table a statement is about."""
        return read_statement(name).table

    def stage_file(self, name: str, **params: object) -> int:
        """Fill a working table from a file.

        Raises
        ------
        InputError
            Where DuckDB cannot read the file.
        """
        with self.reading_input():
            return self.stage(name, **params)

    def columns(self, table: str) -> list[str]:
        """Name a table's columns, in order."""
        return [row[0] for row in self._execute(f"describe {table}")]

    def distinct(self, table: str, column: str) -> list[str]:
        """Give the distinct texts of a column, sorted."""
        text = f"select distinct {column} from {table} where {column} is not null order by 1"
        return [row[0] for row in self._execute(text)]

    def stage_frame(self, table: str, frame: pl.DataFrame) -> None:
        """Fill a working table from a frame, anew."""
        with self._registered(frame):
            self._execute(f"create or replace table {table} as select * from incoming_frame")

    def stage_like(self, table: str, model: str) -> None:
        """Make an empty working table with the columns of another table."""
        self._execute(f"create or replace table {table} as select * from {model} limit 0")

    def is_staged(self, table: str) -> bool:
        """Tell whether a working table is there."""
        try:
            self._execute(f"select 1 from {table} limit 0")
        except duckdb.CatalogException:
            return False
        return True

    def append(self, name: str, **params: object) -> int:
        """Add a statement's rows to the table it names."""
        statement = read_statement(name)
        text = f"insert into {statement.table} by name {statement.text}"
        return self._count(text, params)

    def append_frame(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to a table, column by name."""
        with self._registered(frame):
            text = f"insert into {table} by name select * from incoming_frame"
            return self._count(text)

    def replace(self, name: str, *, key: str, within: str, **params: object) -> int:
        """Replace the rows of a statement's table whose key stands in another table.

        Parameters
        ----------
        name : str
            The statement; it must select the rows of those keys alone.
        key : str
            A column both tables have.
        within : str
            The table that lists the keys.
        **params : object
            A value for every parameter it declares.

        Returns
        -------
        int
            Rows written.
        """
        self.delete(read_statement(name).table, key=key, within=within)
        return self.append(name, **params)

    def replace_all(self, name: str, **params: object) -> int:
        """Replace every row of a statement's table."""
        self._execute(f"delete from {read_statement(name).table}")
        return self.append(name, **params)

    def replace_frame(self, table: str, frame: pl.DataFrame, **key: object) -> int:
        """Replace the rows of a table that have these values, any of a list's, with a frame's rows."""
        tests = (f"{column} {'in' if isinstance(value, list) else '='} ${column}" for column, value in key.items())
        condition = " and ".join(tests) or "true"
        self._execute(f"delete from {table} where {condition}", key or None)
        return self.append_frame(table, frame)

    def replace_keys(self, table: str, frame: pl.DataFrame, *, keys: pl.DataFrame) -> int:
        """Replace the rows of a table whose key stands in a frame of one column, with a frame's rows."""
        (column,) = keys.columns
        with self._registered(keys):
            self._execute(f"delete from {table} where {column} in (select {column} from incoming_frame)")
        return self.append_frame(table, frame)

    def read_parquet(self, path: Path) -> pl.DataFrame:
        """Read a small Parquet file; signs of a pattern in its name are its name.

        Raises
        ------
        InputError
            Where DuckDB cannot read it.
        """
        try:
            text = "select * from read_parquet($path, hive_partitioning = false)"
            return self.query(text, {"path": glob.escape(str(path))})
        except duckdb.Error as error:
            raise InputError(f"{path.name} is no readable Parquet file: {str(error).splitlines()[0]}") from error

    def parquet_columns(self, path: Path) -> list[str]:
        """Name the columns of a Parquet file; none where it cannot be read."""
        try:
            return self.query("select * from read_parquet($path) limit 0", {"path": glob.escape(str(path))}).columns
        except duckdb.Error:
            return []

    def delete(self, table: str, *, key: str, within: str) -> int:
        """Delete the rows of a table whose key stands in another table."""
        text = f"delete from {table} where {key} in (select {key} from {within})"
        return self._count(text)

    def delete_within(self, table: str, *, key: str, time: str, within: str) -> int:
        """Delete the rows of a table whose key stands in another table, looking only at the times that one spans."""
        if not self.count(within):
            return 0
        text = (
            f"delete from {table} where {key} in (select {key} from {within}) "
            f"and {time} between (select min({time}) from {within}) and (select max({time}) from {within})"
        )
        return self._count(text)

    def sort_stage(self, table: str, column: str) -> None:
        """Sort a working table."""
        self._execute(f"create or replace table {table} as select * from {table} order by {column}")

    def clear(self, table: str) -> None:
        """Delete every row of a table."""
        self._execute(f"delete from {table}")

    def drop_stage(self) -> None:
        """Give back the memory of every working table."""
        held = self._execute(
            "select 'view', database_name, view_name from duckdb_views() where not internal "
            "union all select 'table', database_name, table_name from duckdb_tables() order by all desc"
        )
        for kind, database, name in held:
            if database in ("stage", "chunk"):
                self._execute(f'drop {kind} {database}."{name}"')

    def count(self, table: str) -> int:
        """Count a table's rows."""
        return self._count(f"select count(*) from {table}")

    def checkpoint(self) -> None:
        """Write everything into the one database file."""
        self._execute("checkpoint")

    def count_tables(self) -> dict[str, int]:
        """Count the rows of every table that lasts."""
        rows = self._execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_database() order by 1",
        )
        return {table: self.count(table) for (table,) in rows}

    @contextmanager
    def _registered(self, frame: pl.DataFrame) -> Iterator[None]:
        self._connection.register("incoming_frame", _ArrowStream(frame))
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # an aborted transaction refuses it, and forgets the frame itself
                self._connection.unregister("incoming_frame")

    def _execute(self, text: str, params: dict[str, Any] | None = None) -> list[Any]:
        """Run a statement to its end: an unread result would block the next one."""
        return self._connection.execute(text, params or None).fetchall()

    def _count(self, text: str, params: dict[str, Any] | None = None) -> int:
        """Run a statement that writes, and give the rows it wrote."""
        rows = self._execute(text, params)
        return int(rows[0][0]) if rows else 0
