"""Loading 600,000 real clicks, killed at random moments: nothing is lost, and the lists are the same bytes."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from ..conftest import Readership  # noqa: TID252 - no package of the tests is on the path
from ..newsroom import hash_files  # noqa: TID252

KILLS = 20
EVENTS, ARTICLES = "globo/events.parquet", "globo/articles.ndjson.gz"
AS_OF = "2017-10-03T12:00:00Z"
COUNT = 600_000


def kill_load(workspace: Path, events: Path, seconds: float) -> bool:
    """Start loading and kill it after so many seconds; tell whether it still ran."""
    command = [sys.executable, "-m", "analytics", "load", "events", str(events), "--workspace", str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
        return False


def publish(readership: Readership, workspace: Path) -> dict[str, str]:
    """Publish one moment, and give the hash of every file but the manifest."""
    done = readership("run", "--as-of", AS_OF, "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    hashes = hash_files(workspace / "reports")
    del hashes["manifest.json"]  # the only file that may hold a clock time
    return hashes


def test_twenty_kills_while_loading_lose_nothing_and_change_no_byte(
    readership: Readership, realdata: Path, tmp_path: Path
) -> None:
    broken, whole, begun = (tmp_path / name for name in ("broken", "whole", "begun"))
    events = tmp_path / "events.parquet"
    pl.read_parquet(realdata / EVENTS).sort("occurred_at")[:COUNT].write_parquet(events)
    for workspace in (broken, whole):
        readership("init", "--workspace", workspace)
        shutil.copytree(broken / "data" / "keys", workspace / "data" / "keys", dirs_exist_ok=True)
        readership("load", "articles", realdata / ARTICLES, "--workspace", workspace)
    shutil.copytree(broken, begun)
    started = time.monotonic()
    readership("load", "events", events, "--workspace", whole)
    duration = time.monotonic() - started
    moments = random.Random(7)  # noqa: S311 - moments, no secrets
    kills = 0
    while kills < KILLS:
        if kill_load(broken, events, moments.uniform(0.2, duration)):
            kills += 1
        else:  # it was done before: a kill of the next would meet a file that is known already
            shutil.rmtree(broken)
            shutil.copytree(begun, broken)
    done = readership("load", "events", events, "--workspace", broken, "--json")
    (file,) = json.loads(done.stdout)["files"]
    assert file["status"] in {"loaded", "skipped"}
    assert publish(readership, broken) == publish(readership, whole)
    text = "select count(*) as events, count(*) filter (where is_read) as reads from events.counted"
    counts = [readership("sql", text, "--json", "--workspace", one).stdout for one in (broken, whole)]
    assert json.loads(counts[0]) == json.loads(counts[1])
    assert json.loads(counts[0])[0]["events"] == COUNT
