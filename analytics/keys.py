"""Keys of the pseudonymous hashes of visitors and networks, kept outside the database.

A supplied visitor id is hashed, in `sql/stage/event.sql`, with a secret made from the workspace's own key. A visitor
made from an address, an id that is kept for a day, and a network are hashed with a salt of the event's UTC day; the
salt dies two days after it was made, so that old keys cannot be made again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from analytics.errors import ReadershipError
from analytics.events.networks import network_prefix
from analytics.whole_file import replace_text

Hasher = hashlib.blake2b
Day = date | str
"""A UTC day, as a date or as its text such as 2026-03-14."""
SALT_LIFE = timedelta(days=2)
_BYTES = 32
_PRIVATE = 0o600


class VisitorKeys:
    """The keys of one workspace.

    Parameters
    ----------
    folder : Path
        Where the keys lie; files in it are readable by their owner alone.
    now : datetime
        The clock (naive UTC): salts made more than two days before it are deleted at once.

    Raises
    ------
    ReadershipError
        Where a file of keys is damaged: new keys in its place would make strangers of all visitors.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.now = now
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._close_folder()
        self._workspace_key = self._read_workspace_key()
        self._salts = self._read_salts()
        self.rotate(now)

    def rotate(self, now: datetime) -> int:
        """Delete the salts whose life is over; every run calls it, whether it loads or not.

        Parameters
        ----------
        now : datetime
            The clock (naive UTC).

        Returns
        -------
        int
            Salts deleted.
        """
        self.now = now
        living = [entry for entry in self._salts.values() if entry["salt"]]
        ahead = [entry for entry in living if datetime.fromisoformat(str(entry["made_at"])) > now]
        for entry in ahead:
            # Made by a clock that was wrong: without this it would live until that clock's day comes.
            entry["made_at"] = now.isoformat()
        over = [entry for entry in living if datetime.fromisoformat(str(entry["made_at"])) + SALT_LIFE < now]
        for entry in over:
            entry["salt"] = None  # what stays says that the day had one
        if ahead or over:
            self._write_salts()
        return len(over)

    def hash_visitors(self, visitors: Iterable[tuple[str, Day]]) -> list[int | None]:
        """Hash visitors of a day to 64 bits.

        Parameters
        ----------
        visitors : iterable of (str, date or str)
            The visitor's text, beginning ``address:`` or ``id:``, and the event's UTC day.

        Returns
        -------
        list of int or None
            Nothing where the salt of the day is dead. Two of a million visitors share a key once in 37 million sites.
        """
        pairs = list(visitors)
        hashers = self._prepare({day for _, day in pairs}, b"")
        return [_hash(text, hashers[day]) for text, day in pairs]

    def hash_networks(self, addresses: Iterable[tuple[str, Day]]) -> list[int | None]:
        """Hash the networks of addresses (the first 24 bits of IPv4, the first 48 of IPv6) to 64 bits.

        Parameters
        ----------
        addresses : iterable of (str, date or str)
            The address, and the event's UTC day.

        Returns
        -------
        list of int or None
            Nothing where the address is none, or the salt of the day is dead.
        """
        pairs = [(network_prefix(ip), day) for ip, day in addresses]
        hashers = self._prepare({day for prefix, day in pairs if prefix}, b"network")
        return [_hash(prefix, hashers[day]) if prefix else None for prefix, day in pairs]

    def find_daily_keys(self, visitor_id: str) -> list[int]:
        """Give the keys that a supplied visitor id has, or would have, on the days whose salt still lives."""
        living = (hasher for hasher in self._prepare(set(self._salts), b"").values() if hasher)
        return sorted({_digest(f"id:{visitor_id}", hasher) for hasher in living})

    def sign(self, text: str) -> str:
        """Sign a text with the workspace's own key: 16 hexadecimal digits that nobody else can make."""
        return hashlib.blake2b(text.encode(), key=self._workspace_key, digest_size=8, person=b"plan").hexdigest()

    @property
    def session_salt(self) -> str:
        """Salt of the session and pageview keys, made from the workspace's own key."""
        return hashlib.blake2b(b"session", key=self._workspace_key, digest_size=16).hexdigest()

    @property
    def visitor_salt(self) -> str:
        """Secret that supplied visitor ids are hashed with, made from the workspace's own key."""
        return hashlib.blake2b(b"visitor", key=self._workspace_key, digest_size=32).hexdigest()

    def _prepare(self, days: Collection[Day], person: bytes) -> dict[Day, Hasher | None]:
        """Make the days' hashers. A new salt is on the disk before anything is hashed with it.

        Were it the other way round, a crash after the load could leave keys that nobody can make again on that day.
        """
        if fresh := {str(day) for day in days} - self._salts.keys():
            for day in sorted(fresh):
                self._salts[day] = {"made_at": self.now.isoformat(), "salt": secrets.token_hex(_BYTES)}
            self._write_salts()
        salts = {day: self._salts[str(day)]["salt"] for day in days}
        return {day: _make_hasher(bytes.fromhex(salt), person) if salt else None for day, salt in salts.items()}

    def _close_folder(self) -> None:
        """Leave nothing readable to others, and nothing that a broken write left: it may hold a dead salt."""
        self.folder.chmod(0o700)
        for leftover in self.folder.glob(".*.next"):
            leftover.unlink()
        for file in self.folder.iterdir():
            file.chmod(0o600)

    def _read_workspace_key(self) -> bytes:
        file = self.folder / "visitor.key"
        if not file.exists():
            replace_text(file, secrets.token_hex(_BYTES), mode=_PRIVATE)
        try:
            key = bytes.fromhex(file.read_text(encoding="ascii"))
        except ValueError:
            key = b""
        if len(key) != _BYTES:
            raise _damaged(file, "every visitor is a new one")
        return key

    def _read_salts(self) -> dict[str, dict[str, str | None]]:
        file = self.folder / "day-salts.json"
        if not file.exists():
            return {}
        try:
            salts: dict[str, dict[str, str | None]] = json.loads(file.read_text("ascii"))
            for entry in salts.values():
                datetime.fromisoformat(str(entry["made_at"]))
                bytes.fromhex(entry["salt"] or "")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(file, "the days' visitors are new ones") from error
        return salts

    def _write_salts(self) -> None:
        replace_text(self.folder / "day-salts.json", json.dumps(self._salts, sort_keys=True, indent=1), mode=_PRIVATE)


def find_key_faults(folder: Path, now: datetime) -> list[str]:
    """Say what is wrong with the keys that lie in a folder, and change nothing.

    Parameters
    ----------
    folder : Path
        Where the keys lie.
    now : datetime
        The clock (naive UTC).

    Returns
    -------
    list of str
        One clause a fault; none where all is well.
    """
    names = ("visitor.key", "day-salts.json")
    faults = [f"{name} may be read by others" for name in names if _is_open_to_others(folder / name)]
    try:
        if len(bytes.fromhex((folder / names[0]).read_text("ascii"))) != _BYTES:
            faults.append(f"{names[0]} is damaged")
    except FileNotFoundError:
        faults.append(f"{names[0]} is missing")
    except ValueError:
        faults.append(f"{names[0]} is damaged")
    try:
        text = (folder / names[1]).read_text("ascii")
        salts = [entry for entry in json.loads(text).values() if entry["salt"]]
        oldest = min((datetime.fromisoformat(entry["made_at"]) for entry in salts), default=now)
    except FileNotFoundError:
        return faults
    except (ValueError, TypeError, KeyError, AttributeError):
        return [*faults, f"{names[1]} is damaged"]
    if oldest + SALT_LIFE < now:
        faults.append(f"a salt was made at {oldest:%Y-%m-%d %H:%M} and had to die two days later")
    return faults


def _is_open_to_others(file: Path) -> bool:
    return file.exists() and bool(file.stat().st_mode & 0o077)


def _make_hasher(key: bytes, person: bytes) -> Hasher:
    return hashlib.blake2b(key=key, digest_size=8, person=person)


def _hash(text: str, hasher: Hasher | None) -> int | None:
    return None if hasher is None else _digest(text, hasher)


def _digest(text: str, hasher: Hasher) -> int:
    """Hash a text with a copy of a keyed hasher, which is quicker than keying one each time."""
    copy = hasher.copy()
    copy.update(text.encode("utf-8", "replace"))
    return int.from_bytes(copy.digest())


def _damaged(file: Path, consequence: str) -> ReadershipError:
    return ReadershipError(
        f"{file} is damaged; put back a copy of it, or remove it, after which {consequence}",
    )
