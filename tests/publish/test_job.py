"""The job: which documents a publish makes, from which rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analytics.publish.job import restate_reports
from analytics.publish.validate import validate_reports
from analytics.warehouse import Warehouse

from .newsroom import AS_OF, HOUR, RECIPES, STORIES, Publish, article, fill, frame_articles, make_articles


def read(folder: Path, path: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "reports" / path).read_bytes())
    return content


def test_every_list_scope_edition_and_live_article_gets_its_file(publish: Publish, tmp_path: Path) -> None:
    files = {file.path for file in publish().manifest.files}
    assert {"index.html", "ar/index.html", "site/most-read.json", "en/most-read-24h.json"} <= files
    assert {"en/most-read/section/politics.json", "en/most-read/region/asia-pacific.json"} <= files
    stories = [f"{edition}-{n:04d}" for edition, rows in STORIES.items() for n in range(1, len(rows) + 1)]
    assert {f"{one[:2]}/read-next/{one}.json" for one in stories} <= files
    assert read(tmp_path, "en/most-read.json")["items"][0]["previous_rank"] == 3


def test_only_live_articles_with_a_page_get_a_read_next_document(warehouse: Warehouse, publish: Publish) -> None:
    fields: dict[str, dict[str, object]] = {
        "gone-1": {"status": "withdrawn"},
        "flash-1": {"content_type": "flash"},
        "later-1": {"published_at": AS_OF + HOUR},
        "held-1": {"status": "embargoed", "embargo_until": AS_OF + HOUR},
        "freed-1": {"status": "embargoed", "embargo_until": AS_OF},
    }
    extra = frame_articles([article(one, "en", one, **given) for one, given in fields.items()])
    fill(warehouse, make_articles().vstack(extra))
    files = {file.path for file in publish().manifest.files}
    assert [one for one in fields if f"en/read-next/{one}.json" in files] == ["freed-1"]


def test_the_same_rows_in_another_order_make_the_same_set(warehouse: Warehouse, publish: Publish) -> None:
    first = publish()
    fill(warehouse, make_articles().reverse())
    second = publish(generated_at=AS_OF + HOUR)
    assert second.manifest.run_id == first.manifest.run_id
    assert second.changed == second.removed == ()


def test_the_run_id_names_moment_settings_and_content(warehouse: Warehouse, publish: Publish) -> None:
    ids = [publish().manifest.run_id, publish(config_hash="other").manifest.run_id]
    fill(warehouse, make_articles().head(10))
    ids.append(publish().manifest.run_id)
    assert len(set(ids)) == 3


def test_a_list_that_is_no_longer_configured_is_taken_away(publish: Publish, tmp_path: Path) -> None:
    publish()
    done = publish(lists=RECIPES[:2])
    assert "en/most-read-7d.json" in done.removed
    assert validate_reports(tmp_path / "reports") == []


def test_a_workspace_without_an_article_publishes_a_valid_set(
    warehouse: Warehouse, publish: Publish, tmp_path: Path
) -> None:
    for table in ("articles.article", "rankings.ranking", "rankings.item", "read_next.item"):
        warehouse.clear(table)
    manifest = publish(data_through=None, status="stale", reasons=["no events yet"]).manifest
    assert [file.path for file in manifest.files] == ["index.html"]
    assert manifest.status == "stale"
    assert validate_reports(tmp_path / "reports") == []


def test_an_edition_without_a_read_still_has_a_page(warehouse: Warehouse, publish: Publish, tmp_path: Path) -> None:
    for table in ("rollups.article_hourly", "rollups.removed_hourly", "rankings.item"):
        warehouse.clear(table)
    publish()
    assert "Nothing has been read yet." in (tmp_path / "reports" / "en" / "index.html").read_text()
    assert validate_reports(tmp_path / "reports") == []


def test_a_withheld_publish_restates_the_manifest_alone(publish: Publish, tmp_path: Path) -> None:
    before = publish().manifest
    folder = tmp_path / "reports"
    inode = (folder / "index.html").stat().st_ino
    later = AS_OF + HOUR
    restate_reports(folder, status="degraded", reasons=["x"], generated_at=later, next_expected_at=None)
    after = read(tmp_path, "manifest.json")
    assert (after["status"], after["reasons"]) == ("degraded", ["x"])
    assert (after["run_id"], after["as_of"]) == (before.run_id, before.as_of)
    assert (folder / "index.html").stat().st_ino == inode
    assert validate_reports(folder) == []


def test_there_is_nothing_to_restate_before_the_first_publish(tmp_path: Path) -> None:
    done = restate_reports(tmp_path / "reports", status="stale", reasons=[], generated_at=AS_OF, next_expected_at=None)
    assert done is None
