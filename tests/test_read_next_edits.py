"""Editors and Read Next: pairs that are pinned or banned, and words about every list of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from analytics.edits import list_edits, record_edit
from analytics.errors import SettingsError, UsageError
from analytics.publish.validate import validate_reports
from analytics.rankings.edits import Edit
from analytics.read_next.settings import ReadNextSettings
from analytics.read_next.signals import LIST_NAME, Signals
from analytics.read_next.slate import choose_slates

from .conftest import Readership
from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview

FLOODS = "The river rose above the old bridge after days of rain and the council closed both roads"
ARTICLES = [
    *(article(f"a{n}", section="Politics", title=f"Floods {n}", body=f"{FLOODS} w{n} x{n} y{n}") for n in range(4)),
    article("far", section="Sports", title="Chess champion", body="A quiet tournament ended with an early draw"),
    article("es", edition="es", title="Ajedrez", body="Un torneo tranquilo", url="https://news.example/es/ajedrez"),
    article("short", title="Bell rings", content_type="flash"),
    article("gone", title="Withdrawn recipe", body="Lentils simmer slowly", status="withdrawn"),
]
SETTINGS = (
    "[read_next]\nlength = 3\nnear_duplicate_similarity = 1.01\nis_one_per_story = false\n[page]\nmost_read = 0\n"
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    newsroom = Newsroom(tmp_path_factory.mktemp("pairs") / "newsroom", SETTINGS)
    newsroom.load("articles", ARTICLES)
    newsroom.load("events", [pageview(f"a{n}", NOON - n * MINUTE, f"v{n}-{k}") for n in range(4) for k in range(9 - n)])
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return Newsroom(shutil.copytree(published, tmp_path / "newsroom"))


def say(newsroom: Newsroom, action: str, article_id: str, after: str | None = None, **told: object) -> None:
    edit = Edit(action, article_id, LIST_NAME, after and f"after={after}")
    record_edit(newsroom.context(), replace(edit, **told), made_by="Ed", reason="a test", is_now=True)  # type: ignore[arg-type]


def read_next(newsroom: Newsroom, seed: str) -> list[Row]:
    path = newsroom.workspace.reports / "en" / "read-next" / f"{seed}.json"
    items: list[Row] = json.loads(path.read_bytes())["items"]
    return items


def list_next(newsroom: Newsroom, seed: str) -> list[str]:
    return [item["article_id"] for item in read_next(newsroom, seed)]


def list_changed(newsroom: Newsroom, before: dict[str, str]) -> set[str]:
    after = hash_files(newsroom.workspace.reports)
    return {path for path in before | after if before.get(path) != after.get(path)}


def test_a_pinned_pair_without_a_word_in_common_is_shown_after_that_article_alone(newsroom: Newsroom) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "pin", "far", "a0", slot=2)
    shown = read_next(newsroom, "a0")
    assert [item["article_id"] for item in shown][1] == "far"
    assert shown[1]["basis"] == "pinned"
    assert len(shown) == 3
    assert list_changed(newsroom, before) == {"en/read-next/a0.json", "en/page/a0.json", "manifest.json"}


def test_a_banned_pair_leaves_the_article_after_every_other_and_in_every_list(newsroom: Newsroom) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "ban", "a1", "a0")
    assert "a1" not in list_next(newsroom, "a0")
    assert "a1" in list_next(newsroom, "a2")
    assert list_changed(newsroom, before) == {"en/read-next/a0.json", "en/page/a0.json", "manifest.json"}
    say(newsroom, "unban", "a1", "a0")
    assert list_changed(newsroom, before) <= {"manifest.json"}


def test_a_ban_from_read_next_is_after_every_article_and_leaves_the_ranked_lists(newsroom: Newsroom) -> None:
    lists = newsroom.query("select list_name, scope, config_hash from rankings.ranking order by all")
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "ban", "a1")
    assert not any("a1" in list_next(newsroom, seed) for seed in ("a0", "a2", "a3"))
    kinds = {Path(path).parent.as_posix() for path in list_changed(newsroom, before)}
    assert kinds == {"en/read-next", "en/page", "."}
    assert newsroom.query("select list_name, scope, config_hash from rankings.ranking order by all") == lists


def test_a_ban_without_a_list_is_one_from_read_next_too_until_it_is_taken_back(newsroom: Newsroom) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "ban", "a1", list_name=None)
    assert not any("a1" in list_next(newsroom, seed) for seed in ("a0", "a2", "a3"))
    assert "site/most-read.json" in list_changed(newsroom, before)
    say(newsroom, "unban", "a1", list_name=None)
    assert list_changed(newsroom, before) <= {"manifest.json"}


def test_a_pin_of_every_ranked_list_is_none_of_read_next(newsroom: Newsroom) -> None:
    before = hash_files(newsroom.workspace.reports)
    say(newsroom, "pin", "far", list_name=None)
    assert "site/most-read.json" in list_changed(newsroom, before)
    newsroom.run()
    assert not any("read-next" in path for path in list_changed(newsroom, before))


def test_a_pin_is_over_at_its_moment(newsroom: Newsroom) -> None:
    say(newsroom, "pin", "far", "a0", until_at=newsroom.now + HOUR)
    assert list_next(newsroom, "a0")[0] == "far"
    newsroom.now += HOUR
    newsroom.run(newsroom.now)
    assert "far" not in list_next(newsroom, "a0")


def test_a_pinned_article_that_is_not_live_is_not_shown(newsroom: Newsroom) -> None:
    with pytest.raises(UsageError, match="gone is withdrawn, and no list shows it"):
        say(newsroom, "pin", "gone", "a0")
    before = list_next(newsroom, "a0")
    say(newsroom, "pin", "far", "a0")
    assert list_next(newsroom, "a0") != before
    newsroom.load_articles({**next(one for one in ARTICLES if one["article_id"] == "far"), "status": "withdrawn"})
    newsroom.run()
    assert list_next(newsroom, "a0") == before


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("pin", {"after": "a0", "slot": 1}),
        ("pin", {"slot": 3}),
        ("ban", {"after": "a0"}),
        ("ban", {}),
        ("ban", {"list_name": None}),
    ],
)
def test_what_changes_at_once_is_byte_for_byte_what_the_next_run_would_publish(
    newsroom: Newsroom, action: str, told: Row
) -> None:
    say(newsroom, action, "a2", **told)
    assert validate_reports(newsroom.workspace.reports) == []
    now = hash_files(newsroom.workspace.reports)
    assert newsroom.run().is_news
    assert hash_files(newsroom.workspace.reports) == now
    assert not newsroom.run().is_news


def test_the_command_records_a_pair_by_url_and_says_so_among_the_edits(
    newsroom: Newsroom, readership: Readership
) -> None:
    told = ("--by", "Ada", "--why", "background", "--workspace", newsroom.workspace.root)
    pair = ("https://news.example/en/far", "--after", "https://news.example/en/a0")
    done = readership("pin", *pair, "--slot", "2", *told, "--now", "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["changed"]) == {"en/read-next/a0.json", "en/page/a0.json"}
    assert readership("unpin", "far", "--after", "a0", *told).returncode == 0
    (listed, pinned) = json.loads(readership("edits", "--json", "--workspace", newsroom.workspace.root).stdout)
    assert (pinned["article_id"], pinned["list_name"], pinned["scope"], pinned["slot"]) == (
        "far",
        "read-next",
        "after=a0",
        2,
    )
    assert (pinned["made_by"], pinned["reason"], listed["is_standing"]) == ("Ada", "background", False)


@pytest.mark.parametrize("options", [["--list", "most-read"], ["--scope", "edition=en"]])
def test_after_beside_another_list_or_a_scope_is_wrong_usage(
    newsroom: Newsroom, readership: Readership, options: list[str]
) -> None:
    told = ("--by", "Ada", "--why", "background", "--workspace", newsroom.workspace.root)
    done = readership("ban", "a1", "--after", "a0", *options, *told)
    assert done.returncode == 2
    assert "--after is about Read Next alone" in done.stderr
    assert list_edits(newsroom.context()).is_empty()


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Edit("pin", "a1", LIST_NAME, "after=a9"), "there is no article 'a9'"),
        (Edit("pin", "a1", LIST_NAME, "after=a1"), "cannot be read next after itself"),
        (Edit("pin", "es", LIST_NAME, "after=a1"), "es is of edition es and a1 of en"),
        (Edit("pin", "short", LIST_NAME), "short is a flash, and Read Next shows none"),
        (Edit("pin", "a1", LIST_NAME, "edition=en"), "Read Next has no scopes"),
        (Edit("pin", "a1", LIST_NAME, slot=4), "there is no slot 4; the list has 3"),
        (Edit("unban", "a1", LIST_NAME, "after=a0"), "no ban of a1 stands there"),
        (Edit("ban", "a1", "read-nxt"), "did you mean read-next"),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(newsroom: Newsroom, edit: Edit, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        record_edit(newsroom.context(), edit, made_by="Ed", reason="a test")
    assert list_edits(newsroom.context()).is_empty()


def test_a_ban_of_one_pair_is_not_taken_back_for_another_and_the_sentence_names_it(newsroom: Newsroom) -> None:
    say(newsroom, "ban", "a1", "a0")
    with pytest.raises(UsageError, match="it stands in read-next after a0"):
        say(newsroom, "unban", "a1", "a2")
    say(newsroom, "unban", "a1")
    assert "a1" in list_next(newsroom, "a0")


def test_no_list_of_the_settings_may_have_the_name_of_read_next(newsroom: Newsroom) -> None:
    settings = newsroom.workspace.settings_file
    settings.write_text(settings.read_text() + f"[lists.{LIST_NAME}]\nhalf_life = '6h'\nwindow = '48h'\nlength = 4\n")
    with pytest.raises(SettingsError, match="give the list another"):
        newsroom.context()


PLAIN = ReadNextSettings(length=3, section_cap=None, diversity=0.0)
SCORES = {"b": 0.5, "c": 0.49, "d": 0.48, "e": 0.495, "weak": 0.01}


def choose(
    pins: Sequence[tuple[str | None, str, int]], settings: ReadNextSettings = PLAIN, **told: object
) -> list[str]:
    """Give what is read after `a`; `twins` and `incumbents` as told."""
    rows = [("a", name, score) for name, score in SCORES.items()]
    rows += [pair for one, two in told.get("twins", ()) for pair in ((one, two, 0.9), (two, one, 0.9))]  # type: ignore[attr-defined]
    pairs = pl.DataFrame(rows, schema=["seed_article_id", "article_id", "score"], orient="row").with_columns(
        text_similarity="score",
        section=pl.lit("News"),
        story_id=pl.lit(None, pl.String),
        is_own_story=False,
        next_reads=0,
        read_share=0.0,
        popular_share=0.0,
    )
    shown = [("a", name, "") for name in told.get("incumbents", ())]  # type: ignore[attr-defined]
    signals = Signals(
        incumbents=pl.DataFrame(shown, schema=Signals().incumbents.schema, orient="row"),
        pins=pl.DataFrame(
            pins, schema=Signals().pins.select("seed_article_id", "article_id", "slot").schema, orient="row"
        ),
    )
    chosen = choose_slates(pairs, settings, signals)
    return chosen.filter(pl.col("seed_article_id") == "a", ~pl.col("is_reserve"))["article_id"].to_list()


def test_an_article_pinned_after_every_article_and_after_this_one_stands_once_where_the_newer_word_says() -> None:
    assert choose([(None, "weak", 1), ("a", "weak", 2)]) == ["b", "weak", "e"]
    assert choose([("a", "weak", 2), (None, "weak", 1)]) == ["weak", "b", "e"]


def test_of_two_pins_for_one_slot_the_newer_has_it_and_the_older_the_next_that_is_free() -> None:
    assert choose([("a", "weak", 1), ("a", "d", 1), ("a", "c", 2)]) == ["d", "c", "weak"]


def test_what_a_pin_pushed_out_of_a_calm_list_does_not_bring_another_in_at_the_next_run() -> None:
    shown = choose([], incumbents=["b", "c", "d"])
    assert shown == ["b", "c", "d"], "e is better than d by less than the calm"
    once = choose([("a", "weak", 1)], incumbents=shown)
    assert choose([("a", "weak", 1)], incumbents=once) == once == ["weak", "b", "c"]


def test_nearly_the_same_text_as_a_pin_gives_way_to_it() -> None:
    assert choose([("a", "weak", 2)], twins=[("weak", "b")]) == ["e", "weak", "c"]


def test_a_pin_counts_in_the_cap_of_its_section_and_is_exempt_from_it() -> None:
    assert choose([("a", "weak", 2)], replace(PLAIN, section_cap=2)) == ["b", "weak"]
    assert choose([("a", "weak", 2), ("a", "d", 1)], replace(PLAIN, section_cap=1)) == ["d", "weak"]


def test_the_list_of_a_section_is_by_score_whatever_is_pinned() -> None:
    settings = replace(PLAIN, tabs=("News",))
    assert choose([("a", "weak", 1)], settings) == ["weak", "b", "e", "b", "e", "c"]
