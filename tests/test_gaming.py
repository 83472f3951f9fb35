"""Attacks on the lists: however strong, a list changes by no more than as many people would change it."""

from __future__ import annotations

import tempfile
from datetime import UTC, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from analytics import waterfall
from analytics.demo.attacks import PEOPLE, STRENGTHS, Outcome
from analytics.demo.newsroom import NewsroomPlan
from analytics.rankings.account import explain_article
from analytics.rankings.job import rank_list
from analytics.rankings.scopes import Scope
from analytics.settings import Rules, load_settings
from analytics.setup import AttackReport, attack_demo, make_demo

from .conftest import Readership
from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PLAN = NewsroomPlan(
    seed=3, articles_per_edition=60, events=6000, as_of=NOON.replace(tzinfo=UTC).replace(year=2026, month=3, day=14)
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AttackReport:
    folder = tmp_path_factory.mktemp("attacked") / "demo"
    demo = make_demo(folder, PLAN, None, lambda _: None)
    before = hash_files(demo.reports)
    found = attack_demo(demo, PLAN, lambda _: None)
    assert hash_files(demo.reports) == before
    return found


def pick(report: AttackReport, name: str) -> list[Outcome]:
    return sorted((one for one in report.outcomes if one.name == name), key=lambda one: one.lines)


def test_every_attack_is_planted_in_every_strength(report: AttackReport) -> None:
    names = {one.name for one in report.outcomes}
    assert len(names) == 7
    assert all([one.lines for one in pick(report, name)] == list(STRENGTHS) for name in names)


def test_no_attack_earns_more_than_as_many_people(report: AttackReport) -> None:
    for one in report.outcomes:
        assert one.counted <= one.lines
        assert one.rank >= one.rank_of_people
    assert all(one.counted == one.lines for name in PEOPLE for one in pick(report, name))


def test_one_visitor_earns_less_than_a_network_of_machines_and_that_less_than_people(report: AttackReport) -> None:
    visitor, network, people = (
        sum(one.counted for one in pick(report, name))
        for name in ("one visitor who reloads", "one network of machines", "as many people")
    )
    assert visitor < network < people


def test_the_strongest_machines_earn_nothing_and_actors_who_share_a_few_shares(report: AttackReport) -> None:
    for name in ("one visitor who reloads", "one network of machines", "a robot that says so"):
        strongest = pick(report, name)[-1]
        assert (strongest.counted, strongest.rank, strongest.naive_rank) == (0, strongest.rank_before, 1)
    shares = [one.counted for one in pick(report, "five actors who share")]
    assert max(shares) <= 5 * 3 * 2  # three a day, and the span touches two days


def test_a_naive_list_is_full_of_what_machines_pushed_and_ours_is_not(report: AttackReport) -> None:
    naive, ours = (sum(pushed for _, pushed in side) for side in (report.naive, report.ours))
    assert naive >= 5
    assert ours < naive


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2000), st.sampled_from(["staff", "robot", "prefetch"])), max_size=20
    )
)
def test_a_labelled_event_changes_no_order(pushes: list[tuple[int, int, str]]) -> None:
    labels: dict[str, Row] = {
        "staff": {"is_staff": True},
        "robot": {
            "user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "ip": "203.0.113.9",
            "visitor_id": None,
        },
        "prefetch": {"purpose": "prefetch"},
    }
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom", is_kept_open=True)
        newsroom.load_articles(*(article(f"a{n}") for n in range(4)))
        newsroom.load_events(
            *(pageview(f"a{n}", NOON - n * MINUTE, f"v{n}-{k}") for n in range(4) for k in range(5 - n))
        )
        lists = {name: one for name, one in load_settings().lists.items() if one.metric == "events"}

        def rank() -> list[object]:
            with newsroom.open() as warehouse:
                return [
                    rank_list(warehouse, name, one, scope=Scope(()), as_of=NOON).to_dicts()
                    for name, one in lists.items()
                ]

        before = rank()
        newsroom.load_events(
            *(
                pageview(f"a{number}", NOON - timedelta(minutes=age), f"p{n}", event_id=f"p{n}") | labels[label]
                for n, (number, age, label) in enumerate(pushes)
            )
        )
        assert rank() == before


@pytest.mark.parametrize(("networks", "is_in"), [(3, False), (25, True)])
def test_an_old_article_comes_back_from_many_networks_alone(tmp_path: Path, networks: int, *, is_in: bool) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_articles(article("old", published_at="2024-01-01T00:00:00Z"), article("new"))
    newsroom.load_events(
        *(
            pageview("old", NOON - HOUR, None, ip=f"203.0.{n % networks}.{n}", user_agent=f"Firefox/{n}")
            for n in range(60)
        ),
        pageview("new", NOON - HOUR),
    )
    most_read = load_settings().lists["most-read"]
    ruled = msgspec.structs.replace(most_read, rules=Rules(resurfaced_age="30d"))
    with newsroom.open() as warehouse:
        plain, found = (
            rank_list(warehouse, "any", one, scope=Scope(()), as_of=NOON).select("article_id", "rules").rows()
            for one in (most_read, ruled)
        )
    assert plain == [("old", []), ("new", [])]
    assert found == ([("old", ["resurfaced"])] if is_in else []) + [("new", [])]


def test_a_flood_through_one_referrer_counts_and_its_fragility_is_told(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(
        *(pageview("a", NOON - HOUR, f"f{n}", referrer="https://forum.example/x") for n in range(50)),
        *(pageview("b", NOON - HOUR, f"b{n}", referrer=f"https://site-{n % 5}.example/") for n in range(10)),
    )
    most_read = load_settings().lists["most-read"]
    with newsroom.open() as warehouse:
        told = explain_article(warehouse, "most-read", most_read, scope=Scope(()), as_of=NOON, article_id="a")
        other = explain_article(warehouse, "most-read", most_read, scope=Scope(()), as_of=NOON, article_id="b")
    assert (told.rank, told.fragility.effective_referrers) == (1, 1.0)
    assert other.fragility.effective_referrers == pytest.approx(5)


def test_a_person_sees_both_lists_side_by_side(report: AttackReport, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=90, record=True, highlight=False)
    monkeypatch.setattr(waterfall, "Console", lambda **_: console)
    waterfall.print_attacks(report)
    text = console.export_text()
    assert "naive" in text
    assert text.count("✗ ") >= 6
    assert max(map(len, text.splitlines())) <= 90


def test_the_command_attacks_a_copy_of_the_demo(readership: Readership, tmp_path: Path) -> None:
    done = readership("demo", "--attack", "--dir", tmp_path / "d", "--articles", 24, "--events", 2000, "--json")
    assert done.returncode == 0, done.stderr
    told = msgspec.json.decode(done.stdout)
    assert {one["name"] for one in told["outcomes"]} >= {"as many people", "one network of machines"}
    assert (tmp_path / "d" / "attacked" / "data" / "warehouse.duckdb").exists()
