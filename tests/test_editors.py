"""Editors: a word of theirs is recorded, shows at once where that is asked, and stays with every later run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analytics.edits import list_edits, record_edit
from analytics.errors import CheckFailed, UsageError
from analytics.publish.validate import validate_reports
from analytics.rankings.edits import Edit

from .conftest import Readership
from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview

TEXT = "The river rose above the old bridge after days of rain and the council closed both roads"
ARTICLES = [
    article(f"a{n}", section=("Politics", "Sports")[n % 2], region="MENA", title=f"Floods {n}", body=f"{TEXT} {n}")
    for n in range(6)
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    newsroom = Newsroom(
        tmp_path_factory.mktemp("edited") / "newsroom", "[read_next]\nnear_duplicate_similarity = 1.01\n"
    )
    newsroom.load("articles", ARTICLES)
    reads = [pageview(f"a{n}", NOON - n * MINUTE, f"v{n}-{k}") for n in range(6) for k in range(9 - n)]
    newsroom.load("events", reads)
    newsroom.run(NOON - HOUR)
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return Newsroom(shutil.copytree(published, tmp_path / "newsroom"))


def say(newsroom: Newsroom, action: str, article_id: str, *, is_now: bool = True, **told: object) -> None:
    edit = Edit(action, article_id, **told)  # type: ignore[arg-type]
    record_edit(newsroom.context(), edit, made_by="Ed", reason="a test", is_now=is_now)


def read_list(newsroom: Newsroom, path: str = "site/most-read.json") -> list[Row]:
    items: list[Row] = json.loads((newsroom.workspace.reports / path).read_bytes())["items"]
    return items


def list_ids(newsroom: Newsroom, path: str = "site/most-read.json") -> list[str]:
    return [item["article_id"] for item in read_list(newsroom, path)]


@pytest.mark.parametrize(
    ("action", "told"),
    [("ban", {}), ("pin", {"slot": 2, "list_name": "most-read"}), ("withdraw", {}), ("ban", {"scope": "site"})],
)
def test_what_changes_at_once_is_byte_for_byte_what_the_next_run_would_publish(
    newsroom: Newsroom, action: str, told: Row
) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, action, "a4", **told)
    now = hash_files(newsroom.workspace.reports)
    assert validate_reports(newsroom.workspace.reports) == []
    assert newsroom.run().is_news
    after = hash_files(newsroom.workspace.reports)
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed > {"site/most-read.json", "manifest.json"}
    # A page shows the list of its edition, whatever is banned from the site's.
    assert ("en/page/a0.json" in changed) is (told != {"scope": "site"})
    assert now == after
    assert not newsroom.run().is_news


def test_a_ban_of_an_article_outside_a_calm_list_is_what_the_next_run_would_publish(tmp_path: Path) -> None:
    text = "[lists.most-read]\nlength = 2\ncalm_of_mean = 0.5\n[lists.most-read.rules]\nper_section = 1\n"
    newsroom = Newsroom(tmp_path / "newsroom", text)
    sections = {"pinned": "Politics", "rival": "Politics", "old": "Sports", "new": "Economy"}
    newsroom.load_articles(*(article(name, section=section) for name, section in sections.items()))
    newsroom.load_events(*(pageview("old", NOON - 2 * HOUR, f"v{n}") for n in range(10)))
    say(newsroom, "pin", "pinned", is_now=False, list_name="most-read")
    for name in newsroom.context().settings.lists.keys() - {"most-read"}:
        say(newsroom, "ban", "rival", is_now=False, list_name=name)
    newsroom.run(NOON - HOUR)
    fresh = {"rival": 40, "new": 18}
    newsroom.load_events(*(pageview(name, NOON - MINUTE, f"{name}{n}") for name in fresh for n in range(fresh[name])))
    newsroom.run()
    assert list_ids(newsroom) == ["pinned", "old"], "the rival has no slot, but the calm list measures by its reads"
    say(newsroom, "ban", "rival")
    assert list_ids(newsroom) == ["pinned", "new"]
    now = hash_files(newsroom.workspace.reports)
    newsroom.run()
    assert now == hash_files(newsroom.workspace.reports)


@pytest.mark.parametrize("path", ["en/read-next/a0.json", "en/most-read-7d.json"])
def test_a_change_at_once_restores_what_somebody_removed_from_the_reports(newsroom: Newsroom, path: str) -> None:
    (newsroom.workspace.reports / path).unlink()
    say(newsroom, "ban", "a4", list_name="most-read")
    now = hash_files(newsroom.workspace.reports)
    assert path in now
    newsroom.run()
    assert now == hash_files(newsroom.workspace.reports)


def test_without_now_the_next_run_shows_it_though_nothing_was_loaded(newsroom: Newsroom) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "ban", "a0", is_now=False)
    assert hash_files(newsroom.workspace.reports) == before
    assert newsroom.run().is_news
    assert list_ids(newsroom) == ["a1", "a2", "a3", "a4", "a5"]
    say(newsroom, "unban", "a0")
    assert list_ids(newsroom)[0] == "a0"


def test_a_ban_of_one_list_and_scope_leaves_the_others_alone(newsroom: Newsroom) -> None:
    say(newsroom, "ban", "a0", list_name="most-read", scope="edition=en")
    assert "a0" not in list_ids(newsroom, "en/most-read.json")
    assert "a0" in list_ids(newsroom)
    assert "a0" in list_ids(newsroom, "en/most-read-24h.json")


def test_a_pin_holds_its_slot_and_says_that_it_is_one_until_it_is_over(newsroom: Newsroom) -> None:
    say(newsroom, "pin", "a5", list_name="most-read", slot=2, until_at=newsroom.now + HOUR)
    item = read_list(newsroom)[1]
    assert (item["article_id"], item["basis"], item["rules"]) == ("a5", "pinned", ["pin"])
    assert list_ids(newsroom) == ["a0", "a5", "a1", "a2", "a3", "a4"]
    later = newsroom.rank("most-read", as_of=newsroom.now + HOUR)
    assert "pinned" not in {item["basis"] for item in later["items"]}


def test_a_withdrawn_article_is_nowhere_and_what_was_pinned_does_not_come_back(newsroom: Newsroom) -> None:
    folder = newsroom.workspace.reports
    assert any(b'"a1"' in path.read_bytes() for path in (folder / "en" / "read-next").iterdir())
    say(newsroom, "pin", "a1", is_now=False)
    say(newsroom, "withdraw", "a1")
    for path in folder.rglob("*.json"):
        assert b'"a1"' not in path.read_bytes(), path
    say(newsroom, "restore", "a1")
    assert read_list(newsroom)[0]["basis"] == "pinned"


def test_every_word_is_kept_with_who_when_and_why(newsroom: Newsroom, readership: Readership) -> None:
    root = newsroom.workspace.root
    told = ("--by", "Ada", "--why", "a complaint", "--workspace", root)
    done = readership("ban", "https://news.example/en/a2", "--list", "most-read", *told, "--now", "--json")
    assert done.returncode == 0, done.stderr
    assert "site/most-read.json" in json.loads(done.stdout)["changed"]
    assert readership("unban", "a2", *told).returncode == 0
    listed = json.loads(readership("edits", "--json", "--workspace", root).stdout)
    assert [(one["edit_number"], one["action"], one["is_standing"]) for one in listed] == [
        (2, "unban", False),
        (1, "ban", False),
    ]
    assert {(one["article_id"], one["made_by"], one["reason"]) for one in listed} == {("a2", "Ada", "a complaint")}


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Edit("ban", "a9"), "there is no article"),
        (Edit("ban", "a1", list_name="most-raed"), "did you mean most-read"),
        (Edit("pin", "a1", slot=11), "there is no slot 11"),
        (Edit("unpin", "a1"), "no pin of a1 stands there"),
        (Edit("pin", "a1", slot=1, until_at=NOON), "over already"),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(newsroom: Newsroom, edit: Edit, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        record_edit(newsroom.context(), edit, made_by="Ed", reason="a test")
    assert list_edits(newsroom.context()).is_empty()


def test_a_list_that_breaks_the_policy_keeps_the_last_good_reports(newsroom: Newsroom) -> None:
    settings = newsroom.workspace.settings_file
    settings.write_text(settings.read_text() + "[policy]\nminimum_items = 6\n")
    newsroom.run()
    before = hash_files(newsroom.workspace.reports)
    with pytest.raises(CheckFailed, match=r"policy\.minimum_items"):
        say(newsroom, "ban", "a0")
    assert hash_files(newsroom.workspace.reports) == before
    with pytest.raises(CheckFailed, match="the last good reports stay"):
        newsroom.run()
    after = hash_files(newsroom.workspace.reports)
    assert {path for path in after if after[path] != before[path]} == {"manifest.json"}
    assert json.loads((newsroom.workspace.reports / "manifest.json").read_bytes())["status"] == "degraded"
