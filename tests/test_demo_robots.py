"""The demo's planted truth: robots are found, people are left alone, and the command says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.demo.verdict import HIDDEN, KINDS, DemoVerdict, find_key, judge, judge_demo
from analytics.reference_data import read_reference

from .conftest import Readership

Answer = Callable[[str], Any]
# What was measured on this newsroom, less a margin. The farm's first minutes lie before midnight: another day.
RECALL = {"sweeper": 0.99, "metronome": 0.99, "click_farm": 0.95}
ALWAYS_REMOVED = ("declared_robot", "staff", "prefetch", "no_pageview")


@pytest.fixture(scope="module")
def folder(readership: Readership, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("robots") / "demo"
    done = readership("demo", "--dir", made, "--articles", "60", "--events", "8000", "--json")
    assert done.returncode == 0, done.stderr
    (made / "answer.json").write_text(done.stdout)
    return made


@pytest.fixture(scope="module")
def verdict(folder: Path) -> DemoVerdict:
    return judge_demo(folder / "newsroom", folder / "data" / "published" / "readership.duckdb")


def test_what_behaviour_removes_is_robots(verdict: DemoVerdict) -> None:
    assert verdict.precision is not None
    assert verdict.precision >= 0.99


def test_hardly_anybody_is_taken_for_a_robot(verdict: DemoVerdict) -> None:
    assert verdict.people_visitors > 500
    assert verdict.people.removed_as_robot <= 0.001 * verdict.people.pageviews
    assert verdict.people_visitors_removed_as_robots <= 0.001 * verdict.people_visitors


def test_nobody_behind_the_mobile_carriers_address_is_taken_for_a_robot(verdict: DemoVerdict) -> None:
    carrier = verdict.find("mobile_carrier")
    assert carrier.pageviews > 200
    assert carrier.removed_as_robot == 0


@pytest.mark.parametrize("kind", HIDDEN)
def test_robots_that_do_not_say_so_are_found(verdict: DemoVerdict, kind: str) -> None:
    one = verdict.find(kind)
    assert one.removed_as_robot >= RECALL[kind] * one.pageviews


@pytest.mark.parametrize("kind", ALWAYS_REMOVED)
def test_what_says_that_it_is_no_reading_is_removed_by_its_own_reason(verdict: DemoVerdict, kind: str) -> None:
    one = verdict.find(kind)
    assert one.pageviews > 0
    assert one.reasons == {kind: one.pageviews}


def test_every_planted_repeat_is_removed(verdict: DemoVerdict) -> None:
    repeat = verdict.find("repeat")
    assert repeat.reasons == {"repeat": repeat.pageviews}


def test_the_command_tells_the_verdict_to_programs(folder: Path, verdict: DemoVerdict) -> None:
    told = json.loads((folder / "answer.json").read_text())["verdict"]
    assert told["precision"] == verdict.precision
    assert told["people"]["removed_as_robot"] == verdict.people.removed_as_robot
    assert {one["kind"]: one["pageviews"] for one in told["kinds"]} == {
        kind: verdict.find(kind).pageviews for kind in KINDS
    }


def test_the_command_tells_the_verdict_to_people(folder: Path, readership: Readership, verdict: DemoVerdict) -> None:
    done = readership("demo", "--dir", folder, "--articles", "60", "--events", "8000")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "metronome 80 80 even_pace 80" in lines
    assert f"people wrongly removed 0 of {verdict.people_visitors:,}" in lines
    assert any(line.startswith("precision of removal by behaviour 100.0%") for line in lines)


def test_a_person_that_is_taken_for_a_robot_lowers_the_precision_and_is_counted() -> None:
    planted: dict[str, list[str]] = {kind: [] for kind in KINDS} | {"sweeper": ["r1", "r2"], "mobile_carrier": ["p1"]}
    rows = [("r1", 1, "even_pace"), ("r2", 1, None), ("p1", 2, "even_pace"), ("p2", 3, None)]
    pageviews = pl.DataFrame(
        [(find_key(name), visitor, "behavioural_robot" if rule else None, rule) for name, visitor, rule in rows],
        schema={"event_key": pl.UInt64, "visitor_key": pl.UInt64, "removed_by": pl.String, "robot_rule": pl.String},
        orient="row",
    )
    verdict = judge(planted, pageviews)
    assert (verdict.precision, verdict.recall) == (0.5, 0.5)
    assert (verdict.people.removed_as_robot, verdict.people.pageviews) == (1, 2)
    assert (verdict.people_visitors_removed_as_robots, verdict.people_visitors) == (1, 2)
    assert verdict.find("mobile_carrier").removed_as_robot == 1


def test_the_rules_are_in_order_and_of_one_version() -> None:
    rules = read_reference("robot_rules")
    assert {row["version"] for row in rules} == {"2"}
    assert [int(row["position"]) for row in rules] == list(range(1, len(rules) + 1))
    assert len({row["rule"] for row in rules}) == len(rules)
