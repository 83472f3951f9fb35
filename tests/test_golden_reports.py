"""The reports of `reports/example/`: a small demo, made again and compared byte for byte.

Where a change of the reports is meant, renew them from the top of the checkout and review what changed::

    rm -rf /tmp/golden reports/example
    readership demo --dir /tmp/golden --seed 7 --articles 12 --events 3000
    cp -r /tmp/golden/reports reports/example
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.publish.validate import validate_reports

from .conftest import Readership
from .newsroom import hash_files

EXAMPLE = Path(__file__).parent.parent / "reports" / "example"
Demo = Callable[[int], Path]


@pytest.fixture(scope="module")
def make_demo(readership: Readership, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    def make(seed: int) -> Path:
        folder = tmp_path_factory.mktemp("demo") / "newsroom"
        done = readership("demo", "--dir", folder, "--seed", str(seed), "--articles", "12", "--events", "3000")
        assert done.returncode == 0, done.stderr
        assert str(folder) in done.stderr
        return folder / "reports"

    return make


def test_the_same_seed_makes_the_example_again_byte_for_byte(make_demo: Demo) -> None:
    made, kept = hash_files(make_demo(7)), hash_files(EXAMPLE)
    assert made.keys() - kept.keys() == set(), "files the example lacks"
    assert kept.keys() - made.keys() == set(), "files the example should not hold"
    assert {path for path, value in made.items() if kept[path] != value} == set(), "files that differ"


def test_another_seed_makes_another_newsroom(make_demo: Demo) -> None:
    made, kept = hash_files(make_demo(8)), hash_files(EXAMPLE)
    assert made["site/most-read.json"] != kept["site/most-read.json"]
    assert made["index.html"] != kept["index.html"]


def test_the_example_keeps_its_contract() -> None:
    assert validate_reports(EXAMPLE) == []


def test_the_example_shows_three_editions_with_lists_that_moved() -> None:
    for edition in ("ar", "en", "es"):
        document = json.loads((EXAMPLE / edition / "most-read.json").read_bytes())
        assert len(document["items"]) > 4
        assert {"up", "down"} & {item["movement"] for item in document["items"]}
        assert all(item["basis"] == "decayed" and item["score"] > 0 for item in document["items"])
        neighbours = [json.loads(path.read_bytes()) for path in (EXAMPLE / edition / "read-next").iterdir()]
        assert any(item["reasons"]["terms"] for one in neighbours for item in one["items"])
