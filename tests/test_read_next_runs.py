"""Read Next from run to run, and on the demo newsroom: what stands in its lists, and what never does."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.demo.newsroom import NewsroomPlan
from analytics.edits import record_edit
from analytics.instants import format_instant
from analytics.rankings.edits import Edit
from analytics.setup import make_demo
from analytics.similarity import index as indexes
from analytics.warehouse import open_warehouse

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview

FLOOD, GOAL = "river flood rescue boats", "striker goal derby stadium"
SETTINGS = "[read_next]\nis_one_per_story = false\nnear_duplicate_similarity = 1.01\n"


def tell(name: str, subject: str, days: float = 1, **fields: object) -> Row:
    told = {"title": f"{subject} {name}", "body": f"{subject} reported by {name}x"}
    return article(name, **told, published_at=format_instant(NOON - days * DAY), **fields)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    made = Newsroom(tmp_path / "newsroom", SETTINGS)
    made.load_articles(*(tell(f"f{n}", FLOOD) for n in range(3)), *(tell(f"g{n}", GOAL) for n in range(3)))
    made.load_events(*(pageview(f"{kind}{n}", NOON - 9 * MINUTE, f"v{n}") for kind in "fg" for n in range(3)))
    made.run(NOON)
    return made


def list_items(newsroom: Newsroom, seed: str) -> list[str]:
    document = json.loads((newsroom.workspace.reports / f"en/read-next/{seed}.json").read_bytes())
    return [item["article_id"] for item in document["items"]]


def test_an_article_that_came_now_is_offered_and_offers_by_the_next_run(newsroom: Newsroom) -> None:
    newsroom.load_articles(tell("new", GOAL, 0.1))
    newsroom.run(NOON)
    assert "new" in list_items(newsroom, "g0")
    assert set(list_items(newsroom, "new")) == {"g0", "g1", "g2"}


def test_an_article_of_years_ago_that_is_read_today_offers_this_months(newsroom: Newsroom) -> None:
    newsroom.load_articles(tell("old", FLOOD, 1900), tell("older", FLOOD, 2000))
    newsroom.load_events(pageview("old", NOON - MINUTE, "v9"))
    newsroom.run(NOON)
    assert set(list_items(newsroom, "old")) == {"f0", "f1", "f2"}
    assert "old" not in list_items(newsroom, "f0")


@pytest.mark.parametrize("is_told_by_an_editor", [True, False])
def test_a_withdrawn_article_is_nowhere(newsroom: Newsroom, *, is_told_by_an_editor: bool) -> None:
    assert "f1" in list_items(newsroom, "f0")
    if is_told_by_an_editor:
        record_edit(newsroom.context(), Edit("withdraw", "f1"), made_by="Ed", reason="an error")
    else:
        newsroom.load_articles(tell("f1", FLOOD, status="withdrawn"))
    newsroom.run(NOON)
    reports = newsroom.workspace.reports
    assert not [path for path in reports.rglob("*.json") if '"article_id":"f1"' in path.read_text("utf-8")]
    assert not (reports / "en/read-next/f1.json").exists()
    assert not (reports / "en/page/f1.json").exists()
    assert newsroom.query("from read_next.item where 'f1' in (article_id, seed_article_id)") == []
    assert newsroom.query("from coverage.member where article_id = 'f1'") == []


def test_another_run_at_the_same_moment_changes_no_byte(newsroom: Newsroom) -> None:
    newsroom.load_articles(*(tell(f"n{n}", FLOOD, 0.2) for n in range(4)))
    newsroom.run(NOON)
    before = hash_files(newsroom.workspace.reports)
    newsroom.run(NOON, is_forced=True)
    after = hash_files(newsroom.workspace.reports)
    assert {path for path in after if before.get(path) != after[path]} <= {"manifest.json"}


def list_reasons(newsroom: Newsroom) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    rows = newsroom.query("from read_next.item")
    return {(row["seed_article_id"], row["article_id"]): (row["shared_tags"], row["shared_terms"]) for row in rows}


def test_reasons_are_kept_of_pairs_whose_texts_are_the_same_and_found_anew_of_others(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "SMALL", 0)
    monkeypatch.setattr(indexes, "REFIT_SHARE", 1e9)
    newsroom.load_articles(tell("f3", FLOOD, tags=["Rain"]), tell("f4", FLOOD, tags=["Rain"]))
    newsroom.run(NOON)
    found = list_reasons(newsroom)
    (path,) = newsroom.workspace.similarity.glob("*.reasons.npz")
    held = np.load(path)
    frame = BytesIO()
    pl.read_ipc(held["frame"].tobytes()).with_columns(shared_terms=pl.lit(["kept"])).write_ipc(frame)
    np.savez(path, found_with=held["found_with"], frame=np.frombuffer(frame.getvalue(), np.uint8))
    newsroom.load_articles(
        tell("f1", f"{FLOOD} dam"), tell("f4", FLOOD, tags=["rain"]), tell("f5", FLOOD, tags=["rain"])
    )
    newsroom.run(NOON)
    now = list_reasons(newsroom)
    changed = {"f1", "f3", "f4", "f5"}  # of f3 the tag's spelling: most write it otherwise now
    assert {pair for pair in now if now[pair][1] == ["kept"]} == {pair for pair in now if not changed & {*pair}}
    assert found["f4", "f3"][0] == ["Rain"]
    assert now["f3", "f4"][0] == now["f4", "f3"][0] == ["rain"]
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    for minutes, content in enumerate((b"", bytes(whole), bytes(whole[:200]), None), start=1):
        path.unlink() if content is None else path.write_bytes(content)
        newsroom.run(NOON + minutes * MINUTE)
        anew = list_reasons(newsroom)
        assert ["kept"] not in [terms for _, terms in anew.values()]
        assert anew.keys() == now.keys()
        assert {pair: anew[pair] for pair in anew if changed & {*pair}} == {
            pair: now[pair] for pair in now if changed & {*pair}
        }


def test_what_readers_went_on_to_enters_the_list_and_says_how_many(newsroom: Newsroom) -> None:
    assert "g2" not in list_items(newsroom, "f0")
    steps = [(name, NOON + n * MINUTE, f"r{who}") for who in range(9) for n, name in enumerate(("f0", "g2"))]
    newsroom.load_events(*(pageview(*step) for step in steps))
    newsroom.run(NOON + HOUR)
    document = json.loads((newsroom.workspace.reports / "en/read-next/f0.json").read_bytes())
    (item,) = (one for one in document["items"] if one["article_id"] == "g2")
    assert item["reasons"]["next_reads"] == 9


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return make_demo(folder, NewsroomPlan(articles_per_edition=200, events=9000), None, lambda _: None).root


@pytest.fixture(scope="module")
def items(demo: Path) -> pl.DataFrame:
    text = """
        select item.*, seed.edition as seed_edition, seed.language as seed_language, article.edition, article.language,
            seed.translation_group as seed_group, article.translation_group,
            own.story_id as seed_story, member.story_id,
            concat_ws(chr(10), seed.title, seed.summary, seed.body) as seed_text,
            concat_ws(chr(10), article.title, article.summary, article.body) as text
        from read_next.item as item
        inner join articles.article as seed on item.seed_article_id = seed.article_id
        inner join articles.article as article on item.article_id = article.article_id
        left join coverage.member as own on item.seed_article_id = own.article_id
        left join coverage.member as member on item.article_id = member.article_id
    """
    with open_warehouse(demo / "data/warehouse.duckdb") as warehouse:
        return warehouse.query(text)


def test_no_list_of_the_demo_crosses_languages_or_holds_its_own_seed_or_a_translation(items: pl.DataFrame) -> None:
    assert set(items["seed_edition"]) == {"en", "ar", "es"}
    assert items.filter(pl.col("seed_edition") != pl.col("edition")).is_empty()
    assert items.filter(pl.col("seed_language") != pl.col("language")).is_empty()
    assert items.filter(pl.col("seed_article_id") == pl.col("article_id")).is_empty()
    assert items.filter(pl.col("seed_group") == pl.col("translation_group")).is_empty()


def test_no_list_of_the_demo_repeats_a_story_that_was_found(items: pl.DataFrame) -> None:
    assert items["story_id"].drop_nulls().n_unique() > 3
    assert items.filter(pl.col("seed_story") == pl.col("story_id")).is_empty()
    told = items.filter(pl.col("story_id").is_not_null())
    assert told.select("seed_article_id", "tab", "story_id").is_duplicated().sum() == 0


def test_hardly_a_list_of_the_demo_repeats_a_story_that_was_planted(demo: Path, items: pl.DataFrame) -> None:
    truth: dict[str, Any] = json.loads((demo / "newsroom/truth.json").read_bytes())
    story = {one: name for name, own in truth["stories"].items() for one in own}
    lists: dict[tuple[str, str], list[str]] = defaultdict(list)
    for seed, tab, name in items.filter(~pl.col("is_reserve")).select("seed_article_id", "tab", "article_id").rows():
        lists[seed, tab].append(name)
    pairs = [pair for (seed, _), names in lists.items() for pair in combinations([seed, *names], 2)]
    same = [pair for pair in pairs if story.get(pair[0], pair[0]) == story.get(pair[1], pair[1])]
    # As many as the stories that are found leave out.
    assert len(same) < 0.03 * len(pairs)


def test_every_reason_is_a_whole_word_that_one_of_the_two_texts_writes(items: pl.DataFrame) -> None:
    told = items.select("language", "shared_terms", "seed_text", "text")
    assert told.filter(language="ar")["shared_terms"].list.len().sum() > 100
    for language, terms, *texts in told.iter_rows():
        for term in terms:
            word = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")
            assert any(word.search(text) for text in texts), (language, term)
