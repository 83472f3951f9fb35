"""Validation finds each way in which a folder of reports can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from analytics.publish.validate import validate_reports

LIST = "en/most-read.json"
READ_NEXT = "en/read-next/en-0001.json"
PAGE = "en/page/en-0001.json"
Change = Callable[[dict[str, Any]], object]


def repeat_box(page: dict[str, Any], **fields: object) -> None:
    """Let Read Next open with the first article of Most Read."""
    card = page["most_read"]["items"][0] | {"basis": "text", "reasons": {"tags": [], "terms": [], "next_reads": None}}
    page["read_next"].insert(0, card | fields)


def tell_story(page: dict[str, Any], *story: str, pick: str) -> None:
    card = {name: value for name, value in page["most_read"]["items"][0].items() if name != "basis"}
    every = [card | {"article_id": one} for one in story]
    page["coverage"] = {"story_id": "s", "lead": "s", "all": every, "pick": [card | {"article_id": pick}]}


def rewrite(folder: Path, path: str, change: Change) -> None:
    """Change a document, and the manifest's line of it."""
    document = json.loads((folder / path).read_bytes())
    change(document)
    content = json.dumps(document).encode()
    (folder / path).write_bytes(content)
    if path != "manifest.json":
        line = {"path": path, "bytes": len(content), "sha256": sha256(content).hexdigest()}
        rewrite(folder, "manifest.json", lambda manifest: replace_line(manifest, line))


def replace_line(manifest: dict[str, Any], line: dict[str, Any]) -> None:
    manifest["files"] = [line if file["path"] == line["path"] else file for file in manifest["files"]]


def find(folder: Path) -> list[str]:
    return [f"{fault.path}: {fault.message}" for fault in validate_reports(folder)]


def test_a_published_set_has_no_fault(reports: Path) -> None:
    (reports / ".hidden").write_text("")
    assert find(reports) == []


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (LIST, lambda one: one["items"].reverse(), "does not rank its items"),
        (LIST, lambda one: one["items"][1].update(article_id="en-0001"), "holds article en-0001 2 times"),
        (LIST, lambda one: one["items"][0].update(score=0.5), "does not sort its items by score"),
        (LIST, lambda one: one["items"][0].update(movement="down"), "rank 1 says down"),
        (LIST, lambda one: one["items"][0].update(url="javascript:1"), "$.items[0].url"),
        (LIST, lambda one: one["items"][0].pop("shares"), "missing required field `shares`"),
        (LIST, lambda one: one["config"].update(length=2), "holds more than 2 items"),
        (LIST, lambda one: one.update(as_of="2026-03-14T11:00:00Z"), "describes 2026-03-14T11:00:00Z"),
        (LIST, lambda one: one.update(data_through=None), "another data_through"),
        (LIST, lambda one: one.update(list="trending"), "belongs at en/trending.json"),
        (LIST, lambda one: one.update(edition="ar"), "another edition than its scope"),
        (READ_NEXT, lambda one: one["items"][0].update(article_id="en-0001"), "offers the article itself"),
        (READ_NEXT, lambda one: one["items"][0].update(article_id="nobody"), "offers article nobody"),
        (READ_NEXT, lambda one: one.update(article_id="en-0002"), "belongs at en/read-next/en-0002.json"),
        (PAGE, lambda one: one.update(article_id="en-0002"), "belongs at en/page/en-0002.json"),
        (PAGE, lambda one: one.update(as_of="2026-03-14T11:00:00Z"), "describes 2026-03-14T11:00:00Z"),
        (PAGE, lambda one: one["most_read"]["items"].reverse(), "shows what the list most-read"),
        (PAGE, lambda one: one["most_read"].update(list="most-read-1h"), "shows what the list most-read-1h"),
        (PAGE, repeat_box, "en/page/en-0001.json: shows article"),
        (PAGE, lambda one: repeat_box(one, article_id="en-0001"), "shows article en-0001 again"),
        (PAGE, lambda one: tell_story(one, "x", "x", pick="x"), "tells article x of its story 2 times"),
        (PAGE, lambda one: tell_story(one, "en-0001", pick="en-0001"), "tells article en-0001 of its story 2 times"),
        (PAGE, lambda one: tell_story(one, "x", pick="y"), "picks what its story does not hold"),
        ("manifest.json", lambda one: one["files"].pop(0), "is not named by the manifest"),
        ("manifest.json", lambda one: one["files"].reverse(), "does not sort its files"),
        ("manifest.json", lambda one: one["files"].append(one["files"][-1]), "2 times"),
        ("manifest.json", lambda one: one["files"][-1].update(path="zz.json"), "zz.json: cannot be read"),
        ("manifest.json", lambda one: one["files"][-1].update(path="../zz"), "../zz: lies outside"),
        ("manifest.json", lambda one: one["files"][-1].update(bytes=1), "does not hold the bytes"),
        ("manifest.json", lambda one: one.update(status="fine"), "$.status"),
        ("manifest.json", lambda one: one.update(schema="readership/list/1"), "manifest.json: "),
    ],
)
def test_a_fault_is_named(reports: Path, path: str, change: Change, message: str) -> None:
    rewrite(reports, path, change)
    assert any(message in fault for fault in find(reports)), find(reports)


def test_boxes_that_may_repeat_each_other_are_no_fault_but_one_that_repeats_itself_is(reports: Path) -> None:
    rewrite(reports, PAGE, lambda one: one.update(is_distinct=False))
    rewrite(reports, PAGE, repeat_box)
    assert find(reports) == []
    rewrite(reports, PAGE, repeat_box)
    assert any("again" in fault for fault in find(reports))


def test_files_that_are_missing_changed_or_nobodys_are_named(reports: Path) -> None:
    (reports / LIST).unlink()
    (reports / READ_NEXT).write_bytes(b"{}")
    (reports / "notes.txt").write_text("")
    faults = find(reports)
    assert f"{LIST}: cannot be read (No such file or directory)" in faults
    assert f"{READ_NEXT}: does not hold the bytes the manifest names" in faults
    assert "notes.txt: is not named by the manifest" in faults


def test_a_folder_without_a_manifest_is_a_fault(tmp_path: Path) -> None:
    assert find(tmp_path) == ["manifest.json: cannot be read (No such file or directory)"]
