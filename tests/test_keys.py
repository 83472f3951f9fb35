"""Keys and privacy: what is kept of a reader, and for how long it can be made again."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analytics.keys import VisitorKeys

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

SECOND = timedelta(seconds=1)
TODAY = "2024-05-15"
ADDRESS, AGENT, VISITOR = "198.51.100.23", "Mozilla/5.0 (Rarebird; rv:99.7) Quetzal/20.24", "reader-4711-secret"
SIX, LANGUAGE, SESSION, VIEW = (
    "2001:db8:85a3::8a2e:370:7334",
    "xq-ZZ,xq;q=0.8",
    "session-0815-secret",
    "view-0815-secret",
)
READER: Row = {
    "ip": ADDRESS,
    "user_agent": AGENT,
    "accept_language": LANGUAGE,
    "session_id": SESSION,
    "pageview_id": VIEW,
}


def hash_one(folder: Path, now: datetime, text: str = "address:x", day: str = TODAY) -> int | None:
    return VisitorKeys(folder, now).hash_visitors([(text, day)])[0]


def test_a_supplied_visitor_has_one_key_for_ever_and_another_in_another_workspace(tmp_path: Path) -> None:
    keys = {
        hash_one(tmp_path / "one", NOON + age, "id:ann", day) for age in (0 * DAY, 400 * DAY) for day in (TODAY, "")
    }
    assert len(keys) == 1
    assert None not in keys
    assert hash_one(tmp_path / "other", NOON, "id:ann") not in keys


def test_an_address_has_another_key_every_day(tmp_path: Path) -> None:
    first, same, other = VisitorKeys(tmp_path, NOON).hash_visitors(
        [("address:x", TODAY)] * 2 + [("address:x", "2024-05-16")]
    )
    assert first == same != other
    assert hash_one(tmp_path, NOON + HOUR) == first


def test_a_days_salt_dies_two_days_after_it_was_made_and_is_never_made_again(tmp_path: Path) -> None:
    first = hash_one(tmp_path, NOON)
    assert hash_one(tmp_path, NOON + 2 * DAY) == first
    assert hash_one(tmp_path, NOON + 2 * DAY + SECOND) is None
    assert hash_one(tmp_path, NOON + 90 * DAY) is None


def test_a_dead_salt_is_gone_from_the_disk_as_soon_as_the_keys_are_opened(tmp_path: Path) -> None:
    hash_one(tmp_path, NOON)
    file = tmp_path / "day-salts.json"
    salt = json.loads(file.read_text())[TODAY]["salt"]
    VisitorKeys(tmp_path, NOON + DAY)
    assert salt in file.read_text()
    VisitorKeys(tmp_path, NOON + 2 * DAY + SECOND)
    assert salt not in b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Give a workspace that has loaded every kind of personal field, in good lines, rejects and a file set aside."""
    newsroom = Newsroom(tmp_path / "newsroom", "[load]\nreject_limit_lines = 20\n", now=NOON + HOUR)
    newsroom.load_articles(article(), article("a2"))
    bad: list[Row] = [{"kind": "scroll"}, {"occurred_at": "soon"}, {"slot": "first"}, {"event_id": "e1"}]
    newsroom.load_events(
        *(pageview("a1", NOON - n * HOUR, None, **READER) for n in range(20)),
        pageview("a1", NOON, None, **(READER | {"ip": SIX})),
        pageview("a2", NOON - MINUTE, VISITOR, **READER, event_id="e1"),
        *(pageview("a1", NOON, VISITOR, **READER) | fields for fields in bad),
    )
    newsroom.load("events", [pageview("a1", NOON, VISITOR, **READER, kind="scroll") for _ in range(50)])
    newsroom.load("events", f'{{"kind": "pageview", "ip": "{ADDRESS}", "user_agent": "{AGENT}"\n'.encode())
    newsroom.run()
    return newsroom


def list_files(newsroom: Newsroom) -> Iterator[Path]:
    return (path for path in newsroom.workspace.root.rglob("*") if path.is_file())


def test_no_file_of_the_workspace_holds_an_address_a_user_agent_or_a_visitors_name(newsroom: Newsroom) -> None:
    secrets = [text.encode() for text in (ADDRESS, SIX, AGENT, "Rarebird", VISITOR, LANGUAGE, SESSION, VIEW)]
    found = {(path.name, secret) for path in list_files(newsroom) for secret in secrets if secret in path.read_bytes()}
    assert found == set()


def test_no_cell_of_the_warehouse_holds_them_either(newsroom: Newsroom) -> None:
    with newsroom.open() as warehouse:
        cells = "\n".join(str(warehouse.query("from " + table).rows()) for table in warehouse.count_tables())
    assert "scroll" in cells
    secrets = (ADDRESS, SIX, "Rarebird", VISITOR, LANGUAGE, SESSION, VIEW)
    assert [secret for secret in secrets if secret in cells] == []


def test_keys_are_readable_by_their_owner_alone_and_lie_outside_what_is_published(newsroom: Newsroom) -> None:
    workspace = newsroom.workspace
    files = sorted(path for path in workspace.keys.iterdir())
    assert [path.name for path in files] == ["day-salts.json", "visitor.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(workspace.keys.stat().st_mode) == 0o700
    key = bytes.fromhex((workspace.keys / "visitor.key").read_text())
    others = [path for path in list_files(newsroom) if workspace.keys not in path.parents]
    assert not [path for path in others if key in path.read_bytes() or key.hex().encode() in path.read_bytes()]


def test_rows_of_a_day_whose_salt_is_dead_are_loaded_without_a_visitor_and_counted_as_unkeyed(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", now=NOON + HOUR)
    newsroom.load_articles(article())
    newsroom.load_events(pageview("a1", NOON, None, ip=ADDRESS, user_agent=AGENT))
    newsroom.now += 3 * DAY
    newsroom.load_events(pageview("a1", NOON + MINUTE, None, ip=ADDRESS, user_agent=AGENT))
    (row,) = newsroom.query("select reads, readers, unkeyed_reads from rollups.article_hourly")
    assert row == {"reads": 2, "readers": 1, "unkeyed_reads": 1}


def test_an_address_alone_is_no_visitor(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_in_memory=True)
    newsroom.load_events(pageview(visitor=None, ip=ADDRESS), pageview("a2", visitor=None, user_agent=AGENT))
    assert {row["visitor_key"] for row in newsroom.query("from events.counted")} == {None}


def test_readers_behind_one_address_are_told_apart_by_agent_and_language(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_in_memory=True)
    agents = [(AGENT, "en"), (AGENT, "ar"), ("Mozilla/5.0 Firefox/140", "en"), (AGENT, "en")]
    rows = [pageview("a1", NOON, None, ip=ADDRESS, user_agent=agent, accept_language=language, slot=n)
            for n, (agent, language) in enumerate(agents)]  # fmt: skip
    newsroom.load_events(*rows)
    found = [row["visitor_key"] for row in newsroom.query("from events.counted order by slot")]
    assert len(set(found)) == 3
    assert found[0] == found[3]
