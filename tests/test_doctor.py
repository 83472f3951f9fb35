"""The doctor reads everything, changes nothing, survives any damage, and names a line of the runbook."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from analytics.context import Context
from analytics.doctor import Finding, examine
from analytics.scratch import open_scratch
from analytics.warehouse import open_warehouse
from analytics.warehouse.reading import read_to_end

from .newsroom import MINUTE, NOON, Newsroom, article, hash_files, pageview, read_tables

ROOT = Path(__file__).parents[1]
Readership = Callable[..., "subprocess.CompletedProcess[str]"]
FLIPS = int(os.environ.get("READERSHIP_FLIPS", "12"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    newsroom = Newsroom(tmp_path_factory.mktemp("published") / "newsroom")
    newsroom.load_articles(*(article(f"a{number}") for number in range(3)))
    newsroom.load_events(*(pageview(f"a{n % 3}", NOON - n * MINUTE, f"v{n % 9}", event_id=f"{n}") for n in range(60)))
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return Newsroom(shutil.copytree(published, tmp_path / "newsroom"))


def find(newsroom: Newsroom, check: str) -> list[tuple[str, str]]:
    """Give state and runbook line of what a check found."""
    return [(one.state, one.line) for one in examine(newsroom.context()) if one.check == check]


def land(newsroom: Newsroom, name: str, content: bytes) -> Path:
    path = newsroom.workspace.landing / name
    path.write_bytes(content)
    moment = (newsroom.now - timedelta(hours=1) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - naive UTC
    os.utime(path, (moment, moment))
    return path


def test_all_is_well_with_a_workspace_that_ran_and_nothing_is_changed(
    newsroom: Newsroom, readership: Readership
) -> None:
    examine(newsroom.context())  # makes the lock
    before = hash_files(newsroom.workspace.root)
    done = readership("doctor", "--json", "--workspace", newsroom.workspace.root)
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr, told["is_well"]) == (0, "", True)
    assert {one["check"]: one["state"] for one in told["findings"]} == dict.fromkeys(
        ["lock", "warehouse", "layout", "tables", "sums", "hours", "snapshot", "landing", "archive", "keys", "reports",
         "leftovers", "disk"], "ok",
    )  # fmt: skip
    after = hash_files(newsroom.workspace.root)
    assert {name for name in after if before.get(name) != after[name]} <= {"data/warehouse.holder"}


def test_every_line_it_names_is_a_line_of_the_runbook_and_the_other_way_round() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    lines = set(
        re.findall(r"^\| `([a-z-]+)` \|", page.partition("## Doctor")[2].partition("### Rebuild")[0], re.MULTILINE)
    )
    sources = [path.read_text("utf-8") for path in (ROOT / "analytics" / "doctor").glob("*.py")]
    named = {line for text in sources for line in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text)}
    assert len(lines) > 15
    assert lines <= named
    ways = re.compile(r'(?:wrong|note)\([^\n]*, "([a-z-]+)"\)')
    assert {line for text in sources for line in ways.findall(text)} <= lines


def test_a_flipped_bit_is_told_or_harms_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    whole = newsroom.workspace.warehouse.read_bytes()
    good = read_to_end(newsroom.workspace.warehouse)
    assert (good.error, sum(rows for rows, _ in good.tables.values()) > 100) == ("", True)
    dice, told = random.Random(7), 0  # noqa: S311 - a sample, the same each time
    for number in range(FLIPS):
        place = dice.randrange(3 * 4096) if number % 4 == 0 else dice.randrange(len(whole))
        broken = bytearray(whole)
        broken[place] ^= 1 << dice.randrange(8)
        path = tmp_path / "flipped.duckdb"
        path.write_bytes(broken)
        found = read_to_end(path)
        assert found.kind == "damaged" or (found.tables, found.checks) == (good.tables, good.checks), place
        told += found.kind == "damaged"
    assert told > FLIPS / 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda _: b"",
        lambda _: b"not a database " * 1000,
        lambda whole: whole[:20_000] + bytes([whole[20_000] ^ 16]) + whole[20_001:],
        lambda whole: whole[:12288] + whole[:11:-1][: len(whole) - 12288],
    ],
    ids=["cut", "empty", "text", "flip", "noise"],
)
def test_a_damaged_warehouse_is_told_with_its_line_and_the_runbook_mends_it(
    newsroom: Newsroom, readership: Readership, damage: Callable[[bytes], bytes]
) -> None:
    path = newsroom.workspace.warehouse
    with newsroom.open() as warehouse:
        before = read_tables(warehouse)
    path.write_bytes(damage(path.read_bytes()))
    done = readership("doctor", "--workspace", newsroom.workspace.root)
    assert (done.returncode, "Traceback" in done.stderr) == (65, False)
    assert ("wrong", "damaged") in find(newsroom, "tables")
    refused = readership("rank", "--workspace", newsroom.workspace.root)
    assert (refused.returncode, "`readership doctor` says more" in refused.stderr) == (1, True)
    path.rename(path.with_name("broken"))
    shutil.copyfile(newsroom.workspace.snapshot, path)
    assert readership("run", "--workspace", newsroom.workspace.root).returncode == 0
    with newsroom.open() as warehouse:
        assert read_tables(warehouse) == before


def test_a_newer_storage_version_is_refused(newsroom: Newsroom) -> None:
    content = bytearray(newsroom.workspace.warehouse.read_bytes())
    struct.pack_into("<Q", content, 12, 999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= (word * 0xBF58476D1CE4E5B9) % 2**64
    struct.pack_into("<Q", content, 0, checksum)
    newsroom.workspace.warehouse.write_bytes(content)
    assert find(newsroom, "tables") == [("wrong", "newer")]


KILLED = """
import os, sys
from pathlib import Path
from analytics.context import Context
from analytics.pipeline import load_into
from analytics.instants import parse_instant
from analytics.settings import load_settings
from analytics.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
context = Context(workspace, load_settings(workspace.settings_file), parse_instant(sys.argv[2]))
with context.hold(), context.open() as warehouse:
    for path in sys.argv[3:]:
        load_into(context, warehouse, [("events", Path(path))])
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def cut_off(newsroom: Newsroom) -> Newsroom:
    """Give a newsroom whose log a killed process left: it had loaded three landed files."""
    files = [
        land(newsroom, f"{part}.ndjson", b"".join(
            json.dumps(pageview(f"a{n % 3}", NOON - n * MINUTE, f"w{n % 40}", event_id=f"{part}-{n}")).encode() + b"\n"
            for n in range(400)
        ))
        for part in range(3)
    ]  # fmt: skip
    command = [sys.executable, "-c", KILLED, newsroom.workspace.root, newsroom.now.isoformat() + "Z", *files]
    killed = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    return newsroom


def hash_data(newsroom: Newsroom) -> dict[str, str]:
    """Give the hashes of the data; who holds the lock is no data."""
    hashes = hash_files(newsroom.workspace.root / "data")
    hashes.pop("warehouse.holder", None)
    return hashes


def find_log(newsroom: Newsroom) -> Path:
    return newsroom.workspace.warehouse.with_name("warehouse.duckdb.wal")


@pytest.mark.parametrize("part", [0.0, 0.02, 0.35, 0.5, 0.8, 0.999, 1.0])
def test_a_cut_log_is_told_and_heals_from_what_landed(cut_off: Newsroom, part: float) -> None:
    log = find_log(cut_off)
    content = log.read_bytes()
    assert len(content) > 50_000
    log.write_bytes(content[: int(len(content) * part)])
    before = hash_data(cut_off)
    found = examine(cut_off.context())
    assert [one for one in found if one.state == "wrong" and one.check != "snapshot"] == []
    assert [one.line for one in found if one.check == "wal"] == ["wal-left"]
    assert hash_data(cut_off) == before
    cut_off.run()
    assert not log.exists()
    assert cut_off.query("select count(*) as events from events.counted") == [{"events": 1260}]
    assert [one for one in examine(cut_off.context()) if one.state != "ok"] == []


def test_a_damaged_log_is_told_and_the_runbook_mends_it(cut_off: Newsroom, readership: Readership) -> None:
    log = find_log(cut_off)
    content = bytearray(log.read_bytes())
    content[len(content) // 3] ^= 8
    log.write_bytes(content)
    assert find(cut_off, "wal") == [("wrong", "wal-damaged")]
    assert readership("run", "--workspace", cut_off.workspace.root).returncode == 1
    log.rename(log.with_name("broken"))
    cut_off.run()
    assert cut_off.query("select count(*) as events from events.counted") == [{"events": 1260}]


def test_a_held_warehouse_is_busy_and_who_holds_it_is_named(newsroom: Newsroom, readership: Readership) -> None:
    newsroom.workspace.warehouse.with_name("warehouse.holder").write_text("4711\n")
    with FileLock(newsroom.workspace.warehouse.with_name("warehouse.lock")):
        done = readership("doctor", "--workspace", newsroom.workspace.root)
    assert (done.returncode, "process 4711 holds the warehouse" in done.stderr) == (75, True)
    with duckdb.connect(str(newsroom.workspace.warehouse)):
        assert find_in_process(newsroom, readership)["tables"] == ("wrong", "held")


def find_in_process(newsroom: Newsroom, readership: Readership) -> dict[str, tuple[str, str]]:
    told = json.loads(readership("doctor", "--json", "--workspace", newsroom.workspace.root).stdout)
    return {one["check"]: (one["state"], one["line"]) for one in told["findings"]}


def test_what_landed_is_told_apart(newsroom: Newsroom) -> None:
    land(newsroom, "bad.ndjson", b"garbage\n" * 9)
    newsroom.run()
    assert find(newsroom, "landing") == [("note", "landing-set-aside")]
    land(newsroom, "new.ndjson", json.dumps(pageview("a1", NOON, "x")).encode() + b"\n")
    os.mkfifo(newsroom.workspace.landing / "pipe")
    assert find(newsroom, "landing") == [
        ("note", "landing-left-out"), ("note", "landing-set-aside"), ("note", "landing-waiting"),
    ]  # fmt: skip
    newsroom.run()
    assert find(newsroom, "landing") == [("note", "landing-left-out"), ("note", "landing-set-aside")]


def break_sums(newsroom: Newsroom) -> None:
    with open_warehouse(newsroom.workspace.warehouse) as warehouse:
        warehouse.query("delete from rollups.article_hourly where article_id = 'a1' returning 1")


def touch_hours(newsroom: Newsroom) -> None:
    with open_warehouse(newsroom.workspace.warehouse) as warehouse:
        warehouse.query("insert into rollups.touched_hour values (timestamp '2024-05-15 10:00:00') returning 1")


def leave_scratch(newsroom: Newsroom) -> None:
    with open_scratch(newsroom.workspace.scratch) as folder:
        shutil.copytree(folder, folder.with_name("readership-gone"))


def damage_archive(newsroom: Newsroom) -> None:
    row = pageview("a1", NOON, None, ip="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    land(newsroom, "addresses.ndjson", json.dumps(row).encode() + b"\n")
    newsroom.run()
    (path,) = (newsroom.workspace.root / "data" / "archive").rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-9])


def age_salts(newsroom: Newsroom) -> None:
    salts = {"2024-05-10": {"made_at": "2024-05-10T00:00:00", "salt": "ab" * 32}}
    file = newsroom.workspace.keys / "day-salts.json"
    file.write_text(json.dumps(salts))
    file.chmod(0o600)


FAULTS: dict[str, tuple[Callable[[Newsroom], object], str, tuple[str, str]]] = {
    "sums that are gone": (break_sums, "sums", ("wrong", "sums")),
    "hours that wait": (touch_hours, "hours", ("note", "hours-waiting")),
    "an archived file that is cut": (damage_archive, "archive", ("wrong", "archive")),
    "a key that is gone": (lambda one: (one.workspace.keys / "visitor.key").unlink(), "keys", ("wrong", "keys")),
    "a key that is open": (lambda one: (one.workspace.keys / "visitor.key").chmod(0o644), "keys", ("wrong", "keys")),
    "a key that is damaged": (
        lambda one: (one.workspace.keys / "visitor.key").write_text("zz"), "keys", ("wrong", "keys"),
    ),
    "a salt that is too old": (age_salts, "keys", ("wrong", "keys")),
    "a report with other bytes": (
        lambda one: (one.workspace.reports / "index.html").write_bytes(b"<p>"), "reports", ("wrong", "reports"),
    ),
    "no snapshot": (lambda one: one.workspace.snapshot.unlink(), "snapshot", ("wrong", "snapshot")),
    "a damaged snapshot": (
        lambda one: one.workspace.snapshot.write_bytes(one.workspace.snapshot.read_bytes()[:-9000]),
        "snapshot", ("wrong", "snapshot"),
    ),
    "no warehouse": (lambda one: one.workspace.warehouse.unlink(), "warehouse", ("note", "no-warehouse")),
    "what a killed load unpacked": (leave_scratch, "leftovers", ("note", "leftovers")),
    "a copy that is kept": (
        lambda one: one.workspace.warehouse.with_name("warehouse.duckdb.aside").touch(), "leftovers", ("note", "kept"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_line(newsroom: Newsroom, name: str) -> None:
    cause, check, expected = FAULTS[name]
    cause(newsroom)
    assert expected in find(newsroom, check)
    others = [one for one in examine(newsroom.context()) if one.check != check and one.state == "wrong"]
    assert others == []


def test_an_empty_workspace_is_well(tmp_path: Path) -> None:
    empty = Newsroom(tmp_path / "empty")
    empty.workspace.warehouse.unlink()
    found = examine(empty.context())
    assert [one for one in found if one.state == "wrong"] == []


HOLDER = """
import sys, time, filelock
with filelock.FileLock(sys.argv[1]):
    print(1, flush=True)
    time.sleep(1)
"""


def test_the_doctor_waits_for_the_holder_where_it_is_told_to(newsroom: Newsroom) -> None:
    context = Context(newsroom.workspace, newsroom.context().settings, newsroom.now, wait_seconds=60)
    lock = [sys.executable, "-c", HOLDER, str(newsroom.workspace.warehouse.with_name("warehouse.lock"))]
    with subprocess.Popen(lock, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        started = time.monotonic()
        first: Finding = examine(context)[0]
        assert (first.state, time.monotonic() - started > 0.5) == ("ok", True)
