"""The account of one rank: its parts add up, its distances are exact, and an absence has its reason."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from analytics import waterfall
from analytics.answers import answer_explain
from analytics.edits import record_edit
from analytics.errors import UsageError
from analytics.rankings.account import explain_article
from analytics.rankings.edits import Edit
from analytics.rankings.explanation import Explanation, count_to_lose, count_to_pass
from analytics.rankings.job import rank_list
from analytics.rankings.scopes import Scope
from analytics.settings import Filter, ListSettings, Weights, load_settings
from analytics.warehouse import Warehouse
from analytics.waterfall import print_explanation

from .conftest import Readership
from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, article, pageview
from .test_scores import ARTICLES, make_crowd

quick = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
SITE = Scope(())


@pytest.fixture(scope="module")
def crowd() -> Iterator[Warehouse]:
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom", is_kept_open=True)
        newsroom.load("articles", ARTICLES)
        newsroom.load("events", make_crowd(3, 700))
        with newsroom.open() as warehouse:
            yield warehouse


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", is_kept_open=True)


def explain(
    newsroom: Newsroom, article_id: str, name: str = "most-read", *scopes: str, as_of: datetime = NOON
) -> Explanation:
    one, scope = newsroom.context().settings.lists[name], Scope.of([*scopes])
    with newsroom.open() as warehouse:
        return explain_article(warehouse, name, one, scope=scope, as_of=as_of, article_id=article_id)


def make_list(
    half_life: str, window: str, weights: tuple[float, float, float], pace: tuple[float, float]
) -> ListSettings:
    one = ListSettings(half_life, window, 3, weights=Weights(*weights), box_click_weight=0.3)
    if half_life == "none" or pace == (0.0, 0.0):
        return one
    return msgspec.structs.replace(one, half_life_2="24h", half_life_2_share=pace[0], rising=pace[1])


LISTS = st.builds(
    make_list,
    st.sampled_from(["none", "15m", "6h", "7h", "72h"]),
    st.sampled_from(["90m", "6h", "48h"]),
    st.tuples(st.sampled_from([0.0, 1.0, 0.3]), st.sampled_from([0.0, 2.5]), st.sampled_from([0.0, 0.7])),
    st.tuples(st.sampled_from([0.0, 0.4]), st.sampled_from([0.0, 2.0])),
)


@quick
@given(LISTS, st.integers(0, 3 * 86_400_000_000), st.integers(0, 5))
def test_the_parts_add_up_to_the_score_of_the_list(crowd: Warehouse, one: ListSettings, age: int, number: int) -> None:
    as_of = NOON - timedelta(microseconds=age)
    told = explain_article(crowd, "any", one, scope=SITE, as_of=as_of, article_id=f"a{number}")
    ranked = rank_list(crowd, "any", one, scope=SITE, as_of=as_of)
    ranks = dict(ranked.select("article_id", "rank").rows())
    assert told.rank == ranks.get(f"a{number}")
    total = math.fsum(part.contribution for part in told.parts)
    assert math.isclose(total, told.score, rel_tol=1e-9, abs_tol=1e-12)
    if told.rank and told.basis != "latest":
        scores = dict(ranked.select("article_id", "score").rows())
        assert told.score == scores[f"a{number}"]
    for part in told.parts:
        if part.kind == "rising":
            continue
        assert part.count
        assert part.weight
        assert part.decay
        assert math.isclose(part.contribution, part.count * part.weight * part.decay, rel_tol=1e-9)


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 86_400_000_000), st.integers(0, 5))
def test_as_many_readers_as_it_says_take_the_next_slot_and_one_fewer_do_not(age: int, number: int) -> None:
    """Brute force: the reads are really made, and the list is made again."""
    as_of = NOON - timedelta(microseconds=age)
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom", is_kept_open=True)
        newsroom.load("articles", ARTICLES)
        newsroom.load("events", make_crowd(5, 300))
        told = explain(newsroom, f"a{number}", as_of=as_of)
        if told.to_next_slot is None:
            assert told.rank == 1
            return
        passed, count = told.to_next_slot.article_id, told.to_next_slot.count
        for made, is_past in ((count - 1, False), (1, True)):
            if made:
                newsroom.load_events(*(pageview(f"a{number}", as_of, f"new{is_past}-{n}") for n in range(made)))
            with newsroom.open() as warehouse:
                most_read = load_settings().lists["most-read"]
                order = rank_list(warehouse, "any", most_read, scope=SITE, as_of=as_of)["article_id"].to_list()
            assert (order.index(f"a{number}") < order.index(passed)) == is_past


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.integers(0, 200),
    st.sampled_from([0.25, 1.0, 3.0]),
    st.one_of(st.integers(0, 9), st.just(math.inf)),
)
def test_distances_are_the_smallest_that_suffice(held: list[int], other: int, weight: float, ties_from: float) -> None:
    score = float(sum(held))
    if other >= score:
        count = count_to_pass(score, float(other), weight, ties_from=ties_from)
        wins = [n for n in range(1, 900) if (score + n * weight, n >= ties_from) > (other, False)]
        assert count == min(wins)
    heaviest = sorted(held, reverse=True)
    loses = [n for n in range(1, len(held) + 1) if sum(heaviest[n:]) < other]
    assert count_to_lose([float(each) for each in held], score, float(other)) == min(loses, default=None)


def test_what_does_not_count_is_told_by_its_first_reason(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"))
    newsroom.load_events(
        pageview("a", NOON - HOUR, "v1"),
        pageview("a", NOON - HOUR + MINUTE, "v1"),
        pageview("a", NOON - HOUR, "v2", is_staff=True),
        pageview("a", NOON - 3 * DAY, "v3", is_staff=True),
    )
    told = explain(newsroom, "a")
    assert {(one.reason, one.kind, one.count) for one in told.removed} == {
        ("repeat", "pageview", 1),
        ("staff", "pageview", 1),
    }
    assert [part.count for part in told.parts] == [1.0]


def fill(newsroom: Newsroom) -> None:
    newsroom.load_articles(
        *(article(f"a{n}", section=("Politics", "Sports")[n % 2], authors=["Ann"]) for n in range(5)),
        article("ar", edition="ar"),
        article("old", published_at="2024-01-01T00:00:00Z"),
        article("soon", published_at="2024-05-16T00:00:00Z"),
        article("gone", status="withdrawn"),
        article("quiet"),
    )
    newsroom.load_events(
        *(pageview(f"a{n}", NOON - n * MINUTE, f"v{n}-{k}") for n in range(5) for k in range(9 - n)),
        pageview("old", NOON, "v"),
    )


SETTINGS = """\
[lists.most-read]
length = 3
[lists.most-read.rules]
maximum_age = "30d"
per_section = 2
"""


@pytest.mark.parametrize(
    ("article_id", "standing", "reason"),
    [
        ("a0", "listed", None),
        ("a3", "below", "score"),
        ("a4", "left_out", "ban"),
        ("old", "left_out", "maximum_age"),
        ("soon", "no_candidate", "not_yet_published"),
        ("gone", "no_candidate", "withdrawn"),
        ("ar", "no_candidate", "scope"),
        ("quiet", "below", "unread"),
    ],
)
def test_an_absence_has_its_reason(tmp_path: Path, article_id: str, standing: str, reason: str | None) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", SETTINGS)
    fill(newsroom)
    record_edit(newsroom.context(), Edit("ban", "a4"), made_by="Ed", reason="a test", is_now=False)
    told = explain(newsroom, article_id, "most-read", "edition=en")
    assert (told.standing, told.reason) == (standing, reason)
    assert (told.rank is None) == (standing != "listed")


def test_a_rule_that_gives_or_takes_a_slot_is_named(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", SETTINGS.replace("per_section = 2", "per_section = 1"))
    fill(newsroom)
    record_edit(newsroom.context(), Edit("pin", "a3", slot=1), made_by="Ed", reason="a test", is_now=False)
    told = explain(newsroom, "a3")
    assert (told.rank, told.basis, told.rules, told.to_losing_slot) == (1, "pinned", ("pin",), None)
    assert explain(newsroom, "a1").reason == "per_section"
    assert explain(newsroom, "a0").to_next_slot is None


def test_the_weight_of_readers_networks_referrers_and_boxes_is_told(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(
        *(pageview("a", NOON, f"v{n}", referrer="https://www.bing.com/") for n in range(3)),
        pageview("a", NOON, "v4", source_box="most-read"),
        *(pageview("b", NOON, f"w{n}") for n in range(2)),
    )
    told = explain(newsroom, "a")
    firm = told.fragility
    assert (firm.readers, firm.readers_to_lose) == (4, 3)
    assert firm.box_share == 0.25
    assert [(one.name, one.share) for one in firm.boxes] == [("most-read", 0.25)]
    assert firm.effective_referrers == pytest.approx(1 / (0.75**2 + 0.25**2))
    assert firm.effective_networks is None
    assert told.to_losing_slot
    assert (told.to_losing_slot.article_id, told.to_losing_slot.count) == ("b", 3)


def test_the_account_of_a_narrow_list_counts_its_readers_alone(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"))
    newsroom.load_events(*(pageview("a", NOON, f"v{n}", country=("ES", "FR")[n % 2]) for n in range(5)))
    told = explain(newsroom, "a", "most-read", "country=ES")
    assert told.score == pytest.approx(3)
    assert sum(part.contribution for part in told.parts) == pytest.approx(3)
    with newsroom.open() as warehouse:
        one = msgspec.structs.replace(load_settings().lists["most-read"], filter=Filter(countries=["FR"]))
        assert explain_article(warehouse, "any", one, scope=SITE, as_of=NOON, article_id="a").score == pytest.approx(2)


@pytest.mark.parametrize("name", sorted(load_settings().lists))
def test_the_parts_of_every_shipped_list_add_up(tmp_path: Path, name: str) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(*(article(f"a{n}", breaking_until="2024-05-16T00:00:00Z") for n in range(3)))
    newsroom.load_events(
        *(
            pageview(f"a{n}", NOON - day * DAY - n * MINUTE, f"v{n}-{k}-{day}", kind=kind, **fields)
            for n in range(3)
            for day in (0, 1, 9)
            for k in range(14 - 2 * n)
            for kind, fields in (
                ("pageview", {}),
                ("share", {"share_network": "x"}),
                ("engaged", {"engaged_seconds": 9.0 + k + n}),
            )
        )
    )
    told = explain(newsroom, "a0", name)
    assert told.standing == "listed"
    assert told.parts
    assert math.isclose(math.fsum(part.contribution for part in told.parts), told.score, rel_tol=1e-9)


def test_the_latest_of_a_scope_that_nobody_reads_has_no_parts_and_no_distances(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(pageview("elsewhere", NOON))
    told = explain(newsroom, "a")
    assert (told.basis, told.score, told.parts, told.to_next_slot, told.to_losing_slot) == (
        "latest",
        0.0,
        (),
        None,
        None,
    )


def test_an_unknown_article_is_refused_and_the_nearest_named(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("floods-1"))
    newsroom.load_events(pageview("floods-1"))
    with pytest.raises(UsageError, match="did you mean floods-1"):
        answer_explain(newsroom.context(), "most-read", SITE, NOON, "floods-2")


def test_a_person_sees_the_account_at_a_glance(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.load_articles(article("a", title="عنوان \x1b[31m"), article("b"))
    newsroom.load_events(
        *(pageview("a", NOON - n * HOUR, f"v{n}-{k}") for n in range(30) for k in range(2)),
        pageview("b", NOON),
    )
    console = Console(width=80, record=True, highlight=False)
    monkeypatch.setattr(waterfall, "Console", lambda **_: console)
    print_explanation(explain(newsroom, "a"))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "rank 1 of 10" in text
    assert "read earlier" in text
    assert "would lift b past it" in text


def test_the_command_prints_the_account_as_json(readership: Readership, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("a"), article("b"))
    newsroom.load_events(*(pageview("a", NOON - HOUR, f"v{n}") for n in range(4)), pageview("b", NOON - HOUR, "w"))
    place = ("--workspace", newsroom.workspace.root)
    done = readership("explain", "https://news.example/en/a", "--json", "--as-of", "2024-05-15T12:00:00Z", *place)
    assert done.returncode == 0, done.stderr
    told = msgspec.json.decode(done.stdout)
    assert told["schema"] == "readership/explanation/1"
    assert (told["article_id"], told["rank"], Counter(part["kind"] for part in told["parts"])) == ("a", 1, {"read": 1})
    assert readership("explain", "nobody", *place).returncode == 2
    assert readership("explain", "a", "--list", "no-such", *place).returncode == 2
