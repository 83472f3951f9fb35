"""Measures loading: time beside DuckDB's bare load of the same file, growth with history, memory and bytes.

Run it as ``python benchmarks/load.py``; ``--events 300000 --history 2 --history-step 0.2`` for a quick trial.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

import duckdb
from load_events import Store

ROOT = Path(__file__).resolve().parent.parent
FIELDS = ("event_id", "kind", "url", "visitor_id", "user_agent", "referrer", "country", "device")
TYPES = {"occurred_at": "timestamptz", "engaged_seconds": "double"} | dict.fromkeys(FIELDS, "varchar")
BARE = """
import sys, duckdb
source, database, threads = sys.argv[1:]
connection = duckdb.connect(database, config={"threads": int(threads)})
connection.execute(f"create table event as select * from {source}")
connection.execute("checkpoint")
connection.close()
"""
PARTS = ("parquet", "ndjson", "history", "memory", "bytes")


@dataclass(frozen=True)
class Load:
    """What one load came to."""

    seconds: float
    peak_bytes: int
    warehouse_bytes: int = 0


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: float
    bare: float | None
    unit: str
    bar: float
    reach: float

    def __str__(self) -> str:
        ratio = self.ours / self.bare if self.bare else None
        bare, share = (f"{value:.2f}" if value else "-" for value in (self.bare, ratio))
        ours = f"{self.ours:.2f} {self.unit}"
        return f"{self.what:44} {bare:>8} {ours:>12} {share:>7} {self.bar:>6} {self.reach:>6}"


class Bench:
    """Loads, each in a process and a workspace of its own."""

    def __init__(self, store: Store, scratch: Path, runs: int, threads: int) -> None:
        self.store, self.scratch, self.runs, self.threads = store, scratch, runs, threads

    @cached_property
    def workspace(self) -> Path:
        """A workspace in which the articles are loaded."""
        path = self.scratch / "workspace"
        self.run_readership("init", "--workspace", str(path))
        with (path / "readership.toml").open("a") as settings:
            settings.write(f"\n[engine]\nthreads = {self.threads}\n")
        self.run_readership("load", "articles", str(self.store.articles), "--workspace", str(path))
        return path

    @cached_property
    def parquet_loads(self) -> tuple[list[Load], list[Load]]:
        return self.compare(self.store.parquet, f"read_parquet('{self.store.parquet}')")

    @cached_property
    def ndjson_loads(self) -> tuple[list[Load], list[Load]]:
        columns = json.dumps(TYPES).replace('"', "'")
        clean = self.store.clean_lines
        return self.compare(
            self.store.lines, f"read_json('{clean}', format = 'newline_delimited', columns = {columns})"
        )

    def compare(self, path: Path, source: str) -> tuple[list[Load], list[Load]]:
        """Load barely and with Readership, in turn."""
        bare, ours = [], []
        for _ in range(self.runs):
            bare.append(self.load_bare(source))
            ours.append(self.load(self.workspace, path))
        return bare, ours

    def load_bare(self, source: str) -> Load:
        database = self.scratch / "bare.duckdb"
        load, _ = run([sys.executable, "-c", BARE, source, str(database), str(self.threads)])
        database.unlink()
        return load

    def load(self, workspace: Path, path: Path) -> Load:
        """Load events into a copy of a workspace."""
        trial = self.scratch / "trial"
        shutil.copytree(workspace, trial)
        load = self.load_into(trial, path)
        warehouse = trial / "data" / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("checkpoint")
        size = warehouse.stat().st_size
        shutil.rmtree(trial)
        return Load(load.seconds, load.peak_bytes, size)

    def load_into(self, workspace: Path, path: Path) -> Load:
        load, printed = self.run_readership("load", "events", str(path), "--workspace", str(workspace), "--json")
        total = json.loads(printed)["total"]
        counts = " ".join(f"{name} {count:,}" for name, count in total.items() if count)
        print(f"{path.name}: {load.seconds:.1f} s, {load.peak_bytes / 1e9:.2f} GB, {counts}", file=sys.stderr)
        return load

    def run_readership(self, *words: str) -> tuple[Load, bytes]:
        return run([sys.executable, "-m", "analytics", *words])

    def compare_histories(self, history: int, step: int) -> tuple[list[Load], list[Load]]:
        """Load an hour on the newest of the history and on all of it, in turn."""
        weeks = [self.store.week(number, step) for number in reversed(range(history // step))]
        workspaces = {"short": weeks[-1:], "long": weeks}
        for name, paths in workspaces.items():
            shutil.copytree(self.workspace, self.scratch / name)
            for path in paths:
                self.load_into(self.scratch / name, path)
        hour = self.store.next_hour(step // 10)
        loads = [[self.load(self.scratch / name, hour) for name in workspaces] for _ in range(self.runs)]
        return [short for short, _ in loads], [long for _, long in loads]


def run(command: list[str]) -> tuple[Load, bytes]:
    """Run a program, and give its time, the most memory that it and its children held, and what it printed."""
    os.sync()
    stopped, seen = threading.Event(), [0]
    started = perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)

    def watch() -> None:
        while not stopped.wait(0.05):
            seen[0] = max(seen[0], sum(map(read_resident_bytes, list_family(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    stopped.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} exits with {process.returncode}")
    return Load(seconds, max(seen[0], usage.ru_maxrss * 1024)), printed


def list_family(pid: int) -> Iterator[int]:
    """Give a process and those that descend from it."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from list_family(int(child))


def read_resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def median(loads: list[Load], of: Callable[[Load], float] = lambda load: load.seconds) -> float:
    return statistics.median(map(of, loads))


def measure(bench: Bench, parts: list[str], history: int, step: int) -> Iterator[Row]:
    events = bench.store.events
    if "parquet" in parts:
        bare, ours = bench.parquet_loads
        yield Row("Parquet ÷ bare create table", median(ours), median(bare), "s", 4.0, 2.2)
    if "ndjson" in parts:
        bare, ours = bench.ndjson_loads
        yield Row("NDJSON.gz ÷ bare read_json", median(ours), median(bare), "s", 2.5, 1.8)
    if "history" in parts:
        short, long = bench.compare_histories(history, step)
        what = f"{step / 1e7:g} M events on {history / 1e6:g} M ÷ on {step / 1e6:g} M"
        yield Row(what, median(long), median(short), "s", 1.25, 1.05)
    if "memory" in parts:
        for name in [name for name in ("parquet", "ndjson") if name == "parquet" or name in parts]:
            _, ours = getattr(bench, f"{name}_loads")
            peak = median(ours, lambda load: load.peak_bytes / 1e9)
            yield Row(f"peak memory, {name}", peak, None, "GB", 2.5, 1.5)
    if "bytes" in parts:
        _, ours = bench.parquet_loads
        size = median(ours, lambda load: load.warehouse_bytes / events)
        yield Row("warehouse bytes an event", size, None, "B", 45, 30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where events are kept for the next run; temporary by default")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument(
        "--history", type=float, default=100, help="millions of events; a tenth of a step is loaded on it"
    )
    parser.add_argument("--history-step", type=float, default=10, help="millions of events a file")
    parser.add_argument("--only", default=",".join(PARTS), help=", ".join(PARTS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    parts = options.only.split(",")
    if not set(parts) <= set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    history, step = round(options.history * 1e6), round(options.history_step * 1e6)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        store = Store(folder, options.events, options.days)
        # Made in a process of its own: what a program's parent holds may count as the program's peak.
        given = [
            f"--{name}={getattr(options, name.replace('-', '_'))}"
            for name in ("events", "days", "history", "history-step")
        ]
        maker = [
            sys.executable,
            str(ROOT / "benchmarks" / "load_events.py"),
            f"--folder={folder}",
            f"--only={options.only}",
        ]
        subprocess.run([*maker, *given], check=True, cwd=ROOT)
        with tempfile.TemporaryDirectory(dir=folder, prefix="runs-") as scratch:
            rows = list(measure(Bench(store, Path(scratch), options.runs, options.threads), parts, history, step))
    print(f"{options.events:,} events over {options.days} days, {options.threads} threads, medians of {options.runs}")
    print(f"{'what':44} {'bare':>8} {'ours':>12} {'ratio':>7} {'bar':>6} {'reach':>6}")
    print(*rows, sep="\n")


if __name__ == "__main__":
    main()
