"""Keys of the pseudonymous visitor hashes, kept outside the database.

A supplied visitor id is hashed with the workspace's own key. A visitor made from address and user agent is hashed
with a salt of the event's UTC day; the salt dies two days after it was made, so that old keys cannot be made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

SALT_LIFE = timedelta(days=2)
_BYTES = 32


class VisitorKeys:
    """The keys of one workspace.

    Parameters
    ----------
    folder : Path
        Where the keys lie; files in it are readable by their owner alone.
    now : datetime
        The clock (naive UTC): salts made more than two days before it are deleted at once.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.now = now
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._workspace_key = self._read_workspace_key()
        self._salts = self._read_salts()
        if self._bury_salts():
            self._write_salts()

    def hash_visitors(self, visitors: Iterable[tuple[str, str]]) -> list[int | None]:
        """Hash visitors to 64 bits.

        Parameters
        ----------
        visitors : iterable of (str, str)
            The visitor's text, beginning ``id:`` or ``address:``, and the event's UTC day such as 2026-03-14.

        Returns
        -------
        list of int or None
            Nothing where the salt of the day is dead. Two of a million visitors share a key once in 37 million sites.
        """
        hashed = [self._hash(text, str(day)) for text, day in visitors]
        self._write_salts()
        return hashed

    @property
    def session_salt(self) -> str:
        """Salt of the session and pageview keys, made from the workspace's own key."""
        return hashlib.blake2b(b"session", key=self._workspace_key, digest_size=16).hexdigest()

    @property
    def visitor_salt(self) -> str:
        """Secret that supplied visitor ids are hashed with, made from the workspace's own key."""
        return hashlib.blake2b(b"visitor", key=self._workspace_key, digest_size=32).hexdigest()

    def hash_networks(self, addresses: Iterable[tuple[str, str]]) -> list[int | None]:
        return [None for _ in addresses]

    def _hash(self, text: str, day: str) -> int | None:
        key = self._workspace_key if text.startswith("id:") else self._salt_of(day)
        if key is None:
            return None
        return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), key=key, digest_size=8).digest())

    def _salt_of(self, day: str) -> bytes | None:
        if day not in self._salts:
            self._salts[day] = {"made_at": self.now.isoformat(), "salt": secrets.token_hex(_BYTES)}
        salt = self._salts[day]["salt"]
        return None if salt is None else bytes.fromhex(salt)

    def _read_workspace_key(self) -> bytes:
        file = self.folder / "visitor.key"
        if not file.exists():
            _write_private(file, secrets.token_hex(_BYTES))
        return bytes.fromhex(file.read_text(encoding="ascii"))

    def _read_salts(self) -> dict[str, dict[str, str | None]]:
        file = self.folder / "day-salts.json"
        salts: dict[str, dict[str, str | None]] = json.loads(file.read_text("ascii")) if file.exists() else {}
        return salts

    def _bury_salts(self) -> bool:
        """Forget the salts whose life is over; what stays says that the day had one."""
        over = [
            entry
            for entry in self._salts.values()
            if entry["salt"] and datetime.fromisoformat(str(entry["made_at"])) + SALT_LIFE < self.now
        ]
        for entry in over:
            entry["salt"] = None
        return bool(over)

    def _write_salts(self) -> None:
        _write_private(self.folder / "day-salts.json", json.dumps(self._salts, sort_keys=True, indent=1))


def _write_private(file: Path, text: str) -> None:
    """Replace a file whole, readable by its owner alone."""
    fresh = file.with_name(f".{file.name}.next")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)
