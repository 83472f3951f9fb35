"""What analysts are given: macros and worked queries, on a small demo's snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analytics.statements import list_statements, read_statement
from analytics.warehouse import query_snapshot

from .conftest import Readership

Row = dict[str, Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, readership: Readership) -> Path:
    folder = tmp_path_factory.mktemp("explore") / "demo"
    done = readership("demo", "--dir", folder, "--articles", 60, "--events", 6000)
    assert done.returncode == 0, done.stderr
    return folder


def ask(demo: Path, query: str) -> list[Row]:
    return query_snapshot(demo / "data" / "published" / "readership.duckdb", query).to_dicts()


def rank(readership: Readership, demo: Path, *arguments: str) -> list[Row]:
    done = readership("rank", "--json", "--workspace", demo, *arguments)
    assert done.returncode == 0, done.stderr
    items: list[Row] = json.loads(done.stdout)["items"]
    return items


@pytest.mark.parametrize(
    ("arguments", "parameters"),
    [
        ((), ""),
        (("--scope", "edition=ar"), "edition := 'ar'"),
        (("--as-of", "2026-03-13T17:25:00Z"), "as_of := '2026-03-13 17:25'"),
        (("--list", "most-read-24h"), "half_life_hours := null, window_hours := 24"),
        (("--scope", "edition=en", "--scope", "section=sports"), "edition := 'en', section := 'Sports'"),
    ],
)
def test_the_most_read_macro_gives_the_list_that_rank_prints(
    demo: Path, readership: Readership, arguments: tuple[str, ...], parameters: str
) -> None:
    expected = rank(readership, demo, *arguments)
    found = ask(demo, f"from most_read({parameters})")
    columns = ("rank", "article_id", "title", "reads", "readers")
    assert expected
    assert [[row[name] for name in columns] for row in found] == [[row[name] for name in columns] for row in expected]
    assert [row["score"] for row in found] == pytest.approx([row["score"] for row in expected], rel=1e-9, abs=1e-12)


def test_the_most_read_macro_gives_no_rows_where_nothing_was_read(demo: Path) -> None:
    assert ask(demo, "from most_read(as_of := '2020-01-01 00:00')") == []


def test_the_verdicts_of_an_article_add_up_to_its_pageviews(demo: Path) -> None:
    (first, *_) = ask(demo, "from most_read(length := 1)")
    verdicts = ask(demo, f"from removed('{first['article_id']}')")
    hours = ask(demo, f"from article_hours('{first['article_id']}')")
    assert verdicts[0]["verdict"] == "read"
    assert sum(row["pageviews"] for row in verdicts) == sum(row["pageviews"] for row in hours)
    assert sum(row["pageviews"] for row in verdicts[1:]) == sum(row["removed_pageviews"] for row in hours)
    assert sum(row["pageviews_share"] for row in verdicts) == pytest.approx(1)


def test_the_history_of_a_rank_ends_with_the_newest_ranking(demo: Path) -> None:
    query = "select article_id, as_of, rank, score from rankings.item where list_name = 'most-read' and scope = 'site'"
    (last,) = ask(demo, f"{query} and rank = 1 order by as_of desc limit 1")
    history = ask(demo, f"from rank_history('{last['article_id']}')")
    assert {name: history[-1][name] for name in ("as_of", "rank", "score")} == {
        name: last[name] for name in ("as_of", "rank", "score")
    }


def test_an_embargoed_or_withdrawn_article_is_not_live(demo: Path) -> None:
    rows = ask(demo, "select status, content_type, embargo_until from live_article(latest_moment())")
    everything = ask(demo, "select distinct status, content_type from articles.article")
    assert {"live", "withdrawn", "embargoed"} <= {row["status"] for row in everything}
    assert {row["status"] for row in rows if row["embargo_until"] is None} == {"live"}
    assert "flash" not in {row["content_type"] for row in rows}


@pytest.mark.parametrize("name", list_statements("explore"))
def test_a_worked_query_runs_and_gives_rows(demo: Path, name: str) -> None:
    statement = read_statement(name)
    assert statement.params == ()
    assert ask(demo, statement.text)
