"""What holds after every fault, and the commands that suffer them."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb
from click.testing import CliRunner

from analytics.cli import cli
from analytics.publish.validate import validate_reports

from ..newsroom import Newsroom, Row, hash_files, read_tables  # noqa: TID252 - no package of the tests is on the path

MEMORY_CAP = 2_500_000_000
_LEDGER = """
select
    (select count(*) from events.counted) as events,
    (select coalesce(sum(loaded), 0)::bigint from loads.file where entity = 'events') as loaded,
    (select coalesce(sum(events), 0)::bigint from loads.removal) as removed,
    (
        select count(*) from loads.file
        where lines <> loaded + rejected + duplicate + filtered or least(loaded, rejected, duplicate, filtered) < 0
    ) as unequal
"""
_MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w") as peak:
    peak.write(str(usage.ru_maxrss))
sys.exit(child.returncode)
"""
_WITNESS = """
select
    (select count(*) from events.counted) as events,
    (select coalesce(sum(loaded), 0)::bigint from loads.file where entity = 'events') as loaded
"""


@dataclass(frozen=True)
class Told:
    """How a process of the command ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str
    peak_bytes: int

    @property
    def sentences(self) -> str:
        """What it said, without the warning for each thing in a folder that is no file."""
        lines = self.stderr.splitlines(keepends=True)
        warnings = [line for line in lines if line.endswith(": it is left out\n")]
        assert len(warnings) == sum(one["status"] == "left_out" for one in self.files)
        return "".join(line for line in lines if line not in warnings)

    @property
    def files(self) -> list[Row]:
        """What became of each file."""
        content: Row = json.loads(self.stdout)
        return list(content.get("loads", content)["files"])


Call = Callable[..., Told]


def call(newsroom: Newsroom, *arguments: str | Path) -> Told:
    """Give the command within this process: quicker, and the same but for the process itself."""
    before = _read_peak()
    result = CliRunner().invoke(cli, _complete(newsroom, arguments))
    return Told(result.exit_code, result.stdout, result.stderr, _read_peak() - before)


def call_in_process(newsroom: Newsroom, *arguments: str | Path, wrapper: Sequence[str] = ()) -> Told:
    """Give the command in a process of its own, and measure that."""
    command = [*wrapper, sys.executable, "-m", "analytics", *_complete(newsroom, arguments)]
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr, tempfile.NamedTemporaryFile() as peak:
        # A new process starts with the peak of the one it came from: that of the tests is none of its own.
        child = subprocess.run(
            [sys.executable, "-c", _MEASURE, peak.name, *command],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            check=False,
        )
        return Told(child.returncode, _read_all(stdout), _read_all(stderr), int(peak.read()) * 1024)


def suffer(newsroom: Newsroom, *paths: Path, options: Sequence[str] = (), call: Call = call) -> list[Row]:
    """Load events, assert what holds after every fault, and give what became of each file."""
    before = _hash_reports(newsroom)

    def load() -> Told:
        return call(newsroom, "load", "events", *paths, *options)

    told = load()
    _assert_the_ledger_adds_up(newsroom)
    _assert_the_set_is_whole(newsroom, before)
    _assert_the_exit_says_it(told)
    newsroom.run()
    _assert_again_changes_nothing(newsroom, load)
    return told.files


def suffer_run(newsroom: Newsroom, call: Call = call) -> list[Row]:
    """Run with what has landed, assert what holds after every fault, and give what became of each file."""
    told = call(newsroom, "run")
    _assert_the_ledger_adds_up(newsroom)
    _assert_the_set_is_whole(newsroom)
    _assert_the_exit_says_it(told)
    (row,) = newsroom.query("select exit_code, message from runs.run order by run_number desc limit 1")
    sentence = f"readership: {row['message']}\n" if row["message"] else ""
    assert (told.exit_code, told.sentences) == (row["exit_code"], sentence)
    _assert_again_changes_nothing(newsroom, lambda: None)
    return told.files


def _complete(newsroom: Newsroom, arguments: Sequence[str | Path]) -> list[str]:
    return [*map(str, arguments), "--json", "--workspace", str(newsroom.workspace.root)]


def _read_all(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _read_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _assert_the_ledger_adds_up(newsroom: Newsroom) -> None:
    (sums,) = newsroom.query(_LEDGER)
    assert sums["events"] == sums["loaded"] - sums["removed"]
    assert sums["unequal"] == 0


def _assert_the_set_is_whole(newsroom: Newsroom, old: dict[str, str] | None = None) -> None:
    """Whoever reads the snapshot or the reports sees one set; the old one where nothing was published."""
    assert validate_reports(newsroom.workspace.reports) == []
    if old is not None:
        assert _hash_reports(newsroom) == old
    with duckdb.connect(str(newsroom.workspace.snapshot), read_only=True) as connection:
        ((events, loaded),) = connection.execute(_WITNESS).fetchall()
    assert events == loaded


def _assert_the_exit_says_it(told: Told) -> None:
    """Nothing is said where all is well; else one sentence names the first file that was set aside, and why."""
    fault = next(
        (f"{one['name']} is set aside: {one['reason']}" for one in told.files if one["status"] == "set_aside"), ""
    )
    assert (told.exit_code, told.sentences) == ((65, f"readership: {fault}\n") if fault else (0, ""))
    assert told.peak_bytes < MEMORY_CAP


def _assert_again_changes_nothing(newsroom: Newsroom, again: Callable[[], object]) -> None:
    before = _read_state(newsroom)
    again()
    newsroom.run()
    assert _read_state(newsroom) == before


def _read_state(newsroom: Newsroom) -> tuple[object, ...]:
    queries = ("select * exclude (loaded_at) from loads.file order by content_hash",
               "from loads.reject order by content_hash, line")  # fmt: skip
    with newsroom.open() as warehouse:
        return read_tables(warehouse), *(warehouse.query(text).rows() for text in queries), _hash_reports(newsroom)


def _hash_reports(newsroom: Newsroom) -> dict[str, str]:
    hashes = hash_files(newsroom.workspace.reports)
    del hashes["manifest.json"]  # the only file that may hold a clock time
    return hashes
