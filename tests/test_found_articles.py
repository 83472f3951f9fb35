"""Articles that a file of events describes: loaded with it, before its events, and healed where that was cut short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from analytics import pipeline

from .newsroom import Newsroom, Row, article, open_empty_warehouse, read_tables, to_gzip, to_ndjson

PAGE, OTHER = "https://news.example/a", "https://news.example/b"
EDITION = '[site]\ndefault_edition = "en"\neditions = ["en"]\n'


def hit(number: int, url: str = PAGE, **fields: Any) -> Row:
    """Give a line of the pipeline: a pageview, with what is known of its article."""
    told = {
        "metadata_title": "The harbour opens",
        "metadata_pub_date_tmsp": 1715680000000,
        "metadata_save_date_tmsp": 1715690000000,
        "metadata_section": "Economy",
        "metadata_tags": ["harbour"],
    }
    return {
        "action": "pageview", "apikey": "news.example", "ts_action": f"2024-05-15 12:{number:02}:00",
        "metadata_canonical_url": url, "url": url, "visitor_site_id": f"v{number}",
    } | told | fields  # fmt: skip


LINES = [hit(1), hit(2), hit(3, OTHER, metadata_title="A title alone", metadata_section=None)]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", EDITION, is_kept_open=True)


def count_reads(newsroom: Newsroom) -> dict[str, int]:
    text = "select title, sum(reads)::int as reads from rollups.article_hourly join articles.article using (article_id)"
    return {row["title"]: row["reads"] for row in newsroom.query(text + " group by title")}


def test_the_articles_of_a_file_are_loaded_with_its_events(newsroom: Newsroom) -> None:
    articles, events = newsroom.load("events", LINES)
    assert (articles.entity, articles.lines, articles.loaded, articles.rejected) == ("articles", 2, 2, 0)
    assert (events.entity, events.format, events.loaded) == ("events", "parsely", 3)
    assert count_reads(newsroom) == {"The harbour opens": 2, "A title alone": 1}
    (row,) = newsroom.query("select section, tags, edition from articles.article where title = 'The harbour opens'")
    assert row == {"section": "Economy", "tags": ["harbour"], "edition": "en"}


def test_what_the_newsroom_itself_says_stays_unless_the_file_was_saved_later(newsroom: Newsroom) -> None:
    own = article("n1", url=PAGE, body="Long.", updated_at="2024-05-14T13:00:00Z", title="The newsroom's")
    newsroom.load_articles(own)
    newsroom.load("events", LINES)
    found = newsroom.query("select article_id, title, body from articles.article where article_id = 'n1'")
    assert found == [{"article_id": "n1", "title": "The newsroom's", "body": "Long."}]
    newsroom.load("events", [hit(4, metadata_title="Later", metadata_save_date_tmsp=1715700000000)])
    found = newsroom.query("select article_id, title, body from articles.article where article_id = 'n1'")
    assert found == [{"article_id": "n1", "title": "Later", "body": "Long."}]


def test_a_load_that_is_killed_between_articles_and_events_is_healed_by_the_next_one(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = newsroom.write(LINES)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "load_event_file", die)
        with pytest.raises(KeyboardInterrupt):
            newsroom.load("events", path)
    assert newsroom.query("select count(*)::int as articles from articles.article") == [{"articles": 2}]
    newsroom.load("events", path)
    with newsroom.open() as warehouse, open_empty_warehouse() as other:
        pipeline.load_into(newsroom.context(), other, [("events", path)])
        assert read_tables(warehouse) == read_tables(other)


def test_a_damaged_file_gives_no_articles(newsroom: Newsroom) -> None:
    (report,) = newsroom.load("events", to_gzip(to_ndjson(LINES))[:-9])
    assert report.status == "set_aside"
    assert newsroom.query("from articles.article") == []


def test_a_file_named_again_after_a_setting_was_made_gives_its_articles(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    path = newsroom.write(LINES)
    articles, _ = newsroom.load("events", path)
    assert (articles.rejected, articles.reason) == (2, "missing_field 2")
    newsroom.workspace.settings_file.write_text(EDITION)
    articles, events = newsroom.load("events", path)
    assert (articles.loaded, events.status) == (2, "skipped")
    assert count_reads(newsroom) == {"The harbour opens": 2, "A title alone": 1}


def test_a_run_reads_a_landed_file_for_its_articles_once(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", EDITION + "[load]\nstable_seconds = 0\n")
    landed = newsroom.workspace.landing / "hits.ndjson"
    landed.write_bytes(to_ndjson(LINES))
    os.utime(landed, (0, 0))
    assert [report.entity for report in newsroom.run().reports] == ["articles", "events"]
    assert [report.status for report in newsroom.run().reports] == ["skipped"]
