"""What editors said of articles: which of it holds at a moment, in which list and scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Self

import polars as pl

UNDOES = {"unpin": "pin", "unban": "ban", "restore": "withdraw"}
"""An action that takes back, and what it takes back."""


@dataclass(frozen=True)
class Edit:
    """One word of an editor.

    Parameters
    ----------
    action : str
        pin, ban, withdraw, or one of `UNDOES`.
    article_id : str
        The article.
    list_name, scope : str or None
        The list and the scope (as text); none for every one.
    slot : int or None
        The slot of a pin, from 1.
    until_at : datetime or None
        It holds for moments before this one (naive UTC).
    """

    action: str
    article_id: str
    list_name: str | None = None
    scope: str | None = None
    slot: int | None = None
    until_at: datetime | None = None

    def covers(self, list_name: str | None, scope: str | None) -> bool:
        """Tell whether it is about a list and a scope."""
        return self.list_name in {None, list_name} and self.scope in {None, scope}

    def is_over(self, as_of: datetime | None) -> bool:
        """Tell whether it holds no more at a moment; never where none is named."""
        return bool(as_of and self.until_at and self.until_at <= as_of)

    def is_undone_by(self, other: Edit) -> bool:
        """Tell whether another edit takes this one back: of the same article, for its list and scope or for all."""
        is_same = self.article_id == other.article_id and self.action == UNDOES.get(other.action)
        return is_same and other.covers(self.list_name, self.scope)

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """What a later edit of the same kind replaces."""
        return self.action, self.article_id, self.list_name, self.scope


@dataclass(frozen=True)
class Edits:
    """All that holds, the newest last.

    Examples
    --------
    >>> edits = Edits((Edit("pin", "a", slot=2), Edit("ban", "b", list_name="most-read")))
    >>> edits.list_pins("most-read", "site"), edits.list_bans("most-read-7d", "site")
    ({'a': 2}, set())
    """

    standing: tuple[Edit, ...] = ()

    @classmethod
    def read(cls, rows: pl.DataFrame, as_of: datetime | None) -> Self:
        """Find what holds at a moment.

        Parameters
        ----------
        rows : DataFrame
            As `rankings/edit` gives them: in the order they were typed.
        as_of : datetime or None
            The moment (naive UTC); what held until then holds no more. None for all that nobody took back.
        """
        standing: dict[tuple[str, str, str | None, str | None], Edit] = {}
        for row in rows.select(Edit.__dataclass_fields__.keys()).iter_rows(named=True):
            edit = Edit(**row)
            if edit.action in UNDOES:
                standing = {key: one for key, one in standing.items() if not one.is_undone_by(edit)}
            else:
                standing.pop(edit.key, None)
                standing[edit.key] = edit
        return cls(
            tuple(one for one in standing.values() if as_of is None or one.until_at is None or one.until_at > as_of)
        )

    def list_pins(self, list_name: str, scope: str) -> dict[str, int]:
        """Give the slot of each pinned article, by slot; of two for one slot the newer pin comes first."""
        slots: dict[str, int] = {}
        for one in reversed(self.standing):
            if one.action == "pin" and one.covers(list_name, scope):
                slots.setdefault(one.article_id, one.slot or 1)
        return dict(sorted(slots.items(), key=lambda pair: pair[1]))

    def list_bans(self, list_name: str, scope: str) -> set[str]:
        """Give the articles that may not stand in a list and scope."""
        return {one.article_id for one in self.standing if one.action == "ban" and one.covers(list_name, scope)}


def name_config(config_hash: str, edits: Edits, list_name: str) -> str:
    """Name what a ranking was made with: its list's settings and the edits about it.

    Examples
    --------
    >>> name_config("c0ffee", Edits(), "most-read")
    'c0ffee'
    """
    told = [repr(one) for one in edits.standing if one.list_name in {None, list_name} and one.action != "withdraw"]
    if not told:
        return config_hash
    return blake2b("\n".join([config_hash, *sorted(told)]).encode(), digest_size=16).hexdigest()
