"""Stories from run to run: they keep their ids, and what becomes of them is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analytics.cli import cli
from analytics.coverage import weights
from analytics.coverage.job import make_stories
from analytics.coverage.reading import read_coverage
from analytics.instants import format_instant

from .newsroom import HOUR, NOON, Newsroom, Row, article, pageview

FLOOD = "The river Oder floods the old town of Wroclaw and its bridges close"
FIRE = "A forest fire near Athens drives families from their homes by night"


def tell_flood(name: str, hours: float, **fields: object) -> Row:
    when = format_instant(NOON + hours * HOUR)
    return article(name, published_at=when, title=FLOOD, body=f"{FLOOD}. {name} {name}", **fields)


def tell_fire(name: str, hours: float, **fields: object) -> Row:
    return tell_flood(name, hours) | {"title": FIRE, "body": f"{FIRE}. {name} {name}"} | fields


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_articles(tell_flood("f1", 0), tell_flood("f2", 5), tell_fire("g1", 1), tell_fire("alone", 200))
    return newsroom


def make(newsroom: Newsroom, hours: float = 300, folder: Path | None = None) -> int:
    with newsroom.open() as warehouse:
        return make_stories(warehouse, newsroom.context().settings, NOON + hours * HOUR, folder=folder)


def list_members(newsroom: Newsroom) -> dict[str, list[str]]:
    rows = newsroom.query("select story_id, list(article_id order by position) as ids from coverage.member group by 1")
    return {row["story_id"]: row["ids"] for row in rows}


def test_a_story_is_told_from_two_articles_on(newsroom: Newsroom) -> None:
    assert make(newsroom) == 1
    assert list_members(newsroom) == {"f1": ["f1", "f2"]}
    (story,) = newsroom.query("from coverage.story")
    assert (story["lead_article_id"], story["articles"], story["updates"]) == ("f2", 2, 0)


def test_a_story_keeps_its_id_as_it_grows_and_when_its_founder_is_withdrawn(newsroom: Newsroom) -> None:
    make(newsroom)
    newsroom.load_articles(tell_flood("f3", 60))
    make(newsroom)
    assert list_members(newsroom) == {"f1": ["f1", "f2", "f3"]}
    newsroom.load_articles(tell_flood("f1", 0, status="withdrawn"))
    newsroom.load_articles(tell_flood("f4", 70))
    make(newsroom)
    assert list_members(newsroom) == {"f1": ["f2", "f3", "f4"]}


def test_files_and_their_order_do_not_matter(newsroom: Newsroom, tmp_path: Path) -> None:
    rows = [tell_flood("f1", 0), tell_flood("f2", 5), tell_fire("g1", 1), tell_fire("alone", 200)]
    other = Newsroom(tmp_path / "other", is_kept_open=True)
    for row in reversed(rows):
        other.load_articles(row)
    make(newsroom)
    make(other)
    for name in ("assignment", "member", "story", "change"):
        assert newsroom.query(f"from coverage.{name} order by all") == other.query(f"from coverage.{name} order by all")


def test_an_article_that_comes_back_to_life_is_back_in_its_story(newsroom: Newsroom) -> None:
    make(newsroom)
    for status, told in (("withdrawn", {}), ("live", {"f1": ["f1", "f2"]})):
        newsroom.load_articles(tell_flood("f2", 5, status=status))
        make(newsroom)
        assert list_members(newsroom) == told


def test_an_article_that_comes_late_joins_its_story(newsroom: Newsroom) -> None:
    make(newsroom)
    newsroom.load_articles(tell_flood("f0", -20))
    make(newsroom)
    assert list_members(newsroom) == {"f1": ["f0", "f1", "f2"]}


def test_an_article_with_a_new_text_moves_and_that_is_recorded(newsroom: Newsroom) -> None:
    newsroom.load_articles(tell_flood("f3", 6))
    make(newsroom)
    newsroom.load_articles(tell_fire("f3", 6, updated_at=format_instant(NOON + 7 * HOUR)))
    make(newsroom)
    assert list_members(newsroom) == {"f1": ["f1", "f2"], "g1": ["g1", "f3"]}
    (change,) = newsroom.query("from coverage.change")
    assert [change[name] for name in ("change", "from_story_id", "into_story_id", "article_id")] == [
        "moved", "f1", "g1", "f3",
    ]  # fmt: skip


def test_a_run_without_news_reads_no_text_and_changes_no_row(newsroom: Newsroom) -> None:
    make(newsroom)
    tables = [f"from coverage.{name} order by all" for name in ("assignment", "member", "story", "change")]
    before = [newsroom.query(table) for table in tables]
    with newsroom.open() as warehouse, pytest.MonkeyPatch.context() as patch:
        patch.setattr("analytics.coverage.job._Texts", None)  # it would fail
        make_stories(warehouse, newsroom.context().settings, NOON + 300 * HOUR)
    assert [newsroom.query(table) for table in tables] == before


STORM = "Storm Boris nears Gdansk, whose port is shut and whose beaches are empty"


def test_stories_are_found_by_kept_weights_and_new_names_count_before_these_are_learned_anew(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = newsroom.workspace.similarity
    monkeypatch.setattr(weights, "SMALL", 0)
    monkeypatch.setattr(weights, "REFIT_SHARE", 9.0)
    make(newsroom, folder=folder)
    (path,) = folder.glob("*.stories.npz")
    kept = path.read_bytes()
    newsroom.load_articles(
        *(tell_flood(f"s{hour}", hour) | {"title": STORM, "body": f"Boris {hour}"} for hour in (100, 101, 102)),
        tell_flood("f3", 60),
    )
    make(newsroom, folder=folder)
    assert path.read_bytes() == kept
    assert list_members(newsroom) == {"f1": ["f1", "f2", "f3"], "s100": ["s100", "s101", "s102"]}
    for content in (b"", kept[: len(kept) // 2]):
        path.write_bytes(content)
        newsroom.load_articles(tell_fire(f"h{len(content)}", 2))
        make(newsroom, folder=folder)
        assert len(path.read_bytes()) > len(kept)
    monkeypatch.setattr(weights, "REFIT_SHARE", 0.02)
    learned = path.read_bytes()
    newsroom.load_articles(tell_fire("g9", 3))
    make(newsroom, folder=folder)
    assert path.read_bytes() != learned
    assert {"g1", "g9"} < set(list_members(newsroom)["g1"])


def test_editions_have_their_own_stories(newsroom: Newsroom) -> None:
    newsroom.load_articles(*(tell_flood(f"s{number}", number, edition="es") for number in range(2)))
    make(newsroom)
    assert list_members(newsroom) == {"f1": ["f1", "f2"], "s0": ["s0", "s1"]}


def test_other_settings_judge_all_articles_again(newsroom: Newsroom) -> None:
    make(newsroom)
    settings = "[coverage]\nwindow_hours = 4\n"
    newsroom.workspace.settings_file.write_text(settings)
    assert make(newsroom) == 0
    newsroom.workspace.settings_file.write_text("[coverage]\npick_length = 9\n")
    assert make(newsroom) == 1


def test_a_page_gets_the_others_and_the_most_read_of_them(newsroom: Newsroom) -> None:
    newsroom.load_articles(tell_flood("f3", 6))
    newsroom.load_events(*(pageview("f1", NOON + 6 * HOUR, f"v{number}") for number in range(3)))
    make(newsroom, 8)
    with newsroom.open() as warehouse:
        settings = newsroom.context().settings.coverage
        rows = read_coverage(warehouse, settings, ["f2"])
        assert len(read_coverage(warehouse, settings)) == 6
    assert rows.select("article_id", "position", "is_lead", "pick_rank").rows() == [
        ("f1", 1, True, 1),
        ("f3", 2, False, 2),
    ]


def test_a_list_with_one_slot_a_story_shows_its_best_article(tmp_path: Path) -> None:
    settings = '[lists.events]\nhalf_life = "none"\nwindow = "30d"\nlength = 9\none_per = "story"\n'
    newsroom = Newsroom(tmp_path / "newsroom", settings)
    newsroom.load_articles(tell_flood("f1", 0), tell_flood("f2", 5), tell_fire("g1", 1), tell_flood("f9", 200))
    reads = {"f1": 2, "f2": 3, "g1": 1, "f9": 1}
    newsroom.load_events(
        *(pageview(name, NOON + 80 * HOUR, f"{name}{n}") for name, many in reads.items() for n in range(many))
    )
    newsroom.run(NOON + 81 * HOUR)
    items = newsroom.rank("events", as_of=NOON + 81 * HOUR)["items"]
    assert [item["article_id"] for item in items] == ["f2", "g1"]


def test_the_command_tells_a_story_and_says_where_there_is_none(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(tell_flood("f1", 0), tell_flood("f2", 5), tell_fire("g1", 1))
    newsroom.run()
    told = give(newsroom, "f2", "--json")
    assert (told["story_id"], told["pick"], told["changes"]) == ("f1", ["f1"], [])
    assert [row["article_id"] for row in told["timeline"]] == ["f1", "f2"]
    assert told == give(newsroom, "https://news.example/en/f2", "--json")
    assert give(newsroom, "g1", "--json")["story_id"] is None
    shown = CliRunner().invoke(cli, ["coverage", "f1", "--workspace", str(newsroom.workspace.root)])
    assert FLOOD[:20] in shown.stdout
    unknown = CliRunner().invoke(cli, ["coverage", "nobody", "--workspace", str(newsroom.workspace.root)])
    assert unknown.exit_code == 2


def give(newsroom: Newsroom, *arguments: str) -> Row:
    result = CliRunner().invoke(cli, ["coverage", *arguments, "--workspace", str(newsroom.workspace.root)])
    assert result.exit_code == 0, result.output
    told: Row = json.loads(result.stdout)
    return told
