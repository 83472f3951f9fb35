"""Keys and privacy: what is kept of a reader, and for how long it can be made again."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from analytics.errors import ReadershipError
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


def load_keys(root: Path, *visitors: str) -> list[int]:
    """Load a pageview of each visitor, one a day, and give the keys by day."""
    newsroom = Newsroom(root, is_kept_open=True)
    newsroom.load_events(*(pageview("a1", NOON + n * DAY, visitor) for n, visitor in enumerate(visitors)))
    return [row["visitor_key"] for row in newsroom.query("from events.counted order by occurred_at")]


def test_a_supplied_visitor_has_one_key_on_all_days_and_another_in_another_workspace(tmp_path: Path) -> None:
    ann, same, ben = load_keys(tmp_path / "one", "ann", "ann", "ben")
    assert ann == same != ben
    assert load_keys(tmp_path / "other", "ann")[0] not in {ann, ben}


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


def test_the_daily_keys_of_an_id_are_found_while_they_can_be_made(tmp_path: Path) -> None:
    keys = VisitorKeys(tmp_path, NOON)
    daily = keys.hash_visitors([("id:ann", date(2024, 5, 15)), ("id:ann", "2024-05-16"), ("id:ann", TODAY)])
    assert len(set(daily)) == 2
    assert set(keys.find_daily_keys("ann")) == set(daily)
    assert VisitorKeys(tmp_path, NOON + 3 * DAY).find_daily_keys("ann") == []


def test_a_network_is_the_first_24_bits_of_an_old_address_and_the_first_48_of_a_new_one(tmp_path: Path) -> None:
    addresses = [ADDRESS, "198.51.100.99", "::ffff:198.51.100.4", "198.51.101.23", SIX, "2001:db8:85a3:ff::1", "x", ""]
    one, same, mapped, other, six, same_six, *none = VisitorKeys(tmp_path, NOON).hash_networks(
        [(address, TODAY) for address in addresses]
    )
    assert one == same == mapped
    assert six == same_six
    assert len({one, other, six}) == 3
    assert none == [None, None]


def test_a_network_has_another_key_every_day_and_none_after_the_salt_is_dead(tmp_path: Path) -> None:
    today, tomorrow = VisitorKeys(tmp_path, NOON).hash_networks([(ADDRESS, TODAY), (ADDRESS, "2024-05-16")])
    assert today != tomorrow
    assert VisitorKeys(tmp_path, NOON + 3 * DAY).hash_networks([(ADDRESS, TODAY)]) == [None]


def test_a_network_never_has_the_key_of_a_visitor_with_the_same_text(tmp_path: Path) -> None:
    keys = VisitorKeys(tmp_path, NOON)
    assert keys.hash_networks([(ADDRESS, TODAY)]) != keys.hash_visitors([("198.51.100.0/24", TODAY)])


def test_a_run_that_loads_nothing_buries_dead_salts_too(tmp_path: Path) -> None:
    keys = VisitorKeys(tmp_path, NOON)
    keys.hash_visitors([("address:x", TODAY)])
    assert keys.rotate(NOON + DAY) == 0
    assert keys.rotate(NOON + 2 * DAY + SECOND) == 1
    assert json.loads((tmp_path / "day-salts.json").read_text())[TODAY]["salt"] is None
    assert keys.hash_visitors([("address:x", TODAY)]) == [None]


def test_a_salt_made_by_a_clock_that_was_ahead_lives_two_days_from_when_that_is_seen(tmp_path: Path) -> None:
    hash_one(tmp_path, NOON + 400 * DAY)
    assert hash_one(tmp_path, NOON) is not None
    assert hash_one(tmp_path, NOON + 2 * DAY + SECOND) is None


def test_a_load_that_is_killed_after_hashing_leaves_a_salt_that_makes_the_same_keys(tmp_path: Path) -> None:
    program = (
        "import os; from datetime import datetime; from pathlib import Path; from analytics.keys import VisitorKeys\n"
        f"keys = VisitorKeys(Path({str(tmp_path)!r}), datetime.fromisoformat({NOON.isoformat()!r}))\n"
        f"print(keys.hash_visitors([('address:x', {TODAY!r})])[0], flush=True); os._exit(9)"
    )
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert killed.returncode == 9, killed.stderr
    assert hash_one(tmp_path, NOON + HOUR) == int(killed.stdout)


def test_what_a_killed_write_left_is_removed_because_it_may_hold_a_dead_salt(tmp_path: Path) -> None:
    hash_one(tmp_path, NOON)
    leftover = tmp_path / ".day-salts.json.next"
    leftover.write_bytes((tmp_path / "day-salts.json").read_bytes())
    VisitorKeys(tmp_path, NOON + 3 * DAY)
    assert not leftover.exists()


def test_rights_that_a_restore_widened_are_narrowed_again(tmp_path: Path) -> None:
    hash_one(tmp_path, NOON)
    tmp_path.chmod(0o755)
    (tmp_path / "visitor.key").chmod(0o644)
    VisitorKeys(tmp_path, NOON)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "visitor.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(("name", "text"), [("visitor.key", "ab12"), ("visitor.key", "?"), ("day-salts.json", "{"),
                                            ("day-salts.json", '{"2024-05-15": {"salt": "zz"}}')])  # fmt: skip
def test_damaged_keys_are_refused_and_not_replaced(tmp_path: Path, name: str, text: str) -> None:
    hash_one(tmp_path, NOON)
    (tmp_path / name).write_text(text)
    with pytest.raises(ReadershipError, match="is damaged"):
        VisitorKeys(tmp_path, NOON)
    assert (tmp_path / name).read_text() == text


def test_a_signature_holds_for_its_text_and_its_workspace_alone(tmp_path: Path) -> None:
    keys = VisitorKeys(tmp_path / "one", NOON)
    other = VisitorKeys(tmp_path / "other", NOON)
    assert len({keys.sign("a"), keys.sign("b"), other.sign("a")}) == 3
    assert keys.sign("a") == VisitorKeys(tmp_path / "one", NOON + DAY).sign("a")


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
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    newsroom.load_events(pageview(visitor=None, ip=ADDRESS), pageview("a2", visitor=None, user_agent=AGENT))
    assert {row["visitor_key"] for row in newsroom.query("from events.counted")} == {None}


def test_readers_behind_one_address_are_told_apart_by_agent_and_language(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    agents = [(AGENT, "en"), (AGENT, "ar"), ("Mozilla/5.0 Firefox/140", "en"), (AGENT, "en")]
    rows = [pageview("a1", NOON, None, ip=ADDRESS, user_agent=agent, accept_language=language, slot=n)
            for n, (agent, language) in enumerate(agents)]  # fmt: skip
    newsroom.load_events(*rows)
    found = [row["visitor_key"] for row in newsroom.query("from events.counted order by slot")]
    assert len(set(found)) == 3
    assert found[0] == found[3]
