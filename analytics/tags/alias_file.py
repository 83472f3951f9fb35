"""The reviewed file of tags that are one thing: read strictly, written whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from analytics.articles.tags import key_tag
from analytics.errors import SettingsError, UsageError
from analytics.whole_file import replace_text

FILE_NAME = "tag_aliases.csv"
COLUMNS = ("tag", "canonical", "verdict", "by", "at", "why")
ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True)
class Ruling:
    """What an editor decided of two tags.

    Attributes
    ----------
    tag, canonical : str
        The tags as written.
    verdict : str
        accepted, where the first is another spelling of the second; rejected, where they are two things.
    made_by, made_at, reason : str
        Who, when (ISO 8601) and why.
    """

    tag: str
    canonical: str
    verdict: str
    made_by: str = ""
    made_at: str = ""
    reason: str = ""

    @property
    def keys(self) -> tuple[str, str]:
        """The keys of the two tags."""
        return key_tag(self.tag), key_tag(self.canonical)

    @property
    def pair(self) -> frozenset[str]:
        """The same in no order."""
        return frozenset(self.keys)

    @property
    def is_accepted(self) -> bool:
        """Whether the two are one."""
        return self.verdict == ACCEPTED


@dataclass(frozen=True)
class Aliases:
    """All rulings, in the order of the file.

    Examples
    --------
    >>> aliases = Aliases((Ruling("Ibrahim Raisi", "Ebrahim Raisi", "accepted"),))
    >>> aliases.canonical
    {'ibrahim raisi': 'ebrahim raisi'}
    """

    rulings: tuple[Ruling, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; where there is none, nothing has been decided.

        Raises
        ------
        SettingsError
            Where a line breaks a rule; the sentence names the file and the line.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return cls()
        except UnicodeDecodeError as error:
            raise SettingsError(f"{path.name} is no UTF-8 text; save it as CSV in UTF-8") from error
        return cls(tuple(ruling for _, ruling in check_rulings(_read_rows(text, path.name), path.name)))

    @cached_property
    def canonical(self) -> Mapping[str, str]:
        """By key of an accepted tag, the key it stands under."""
        return dict(ruling.keys for ruling in self.rulings if ruling.is_accepted)

    @cached_property
    def decided(self) -> frozenset[frozenset[str]]:
        """The pairs of keys that are not to be proposed."""
        return frozenset(ruling.pair for ruling in self.rulings)

    def find_canonical(self, key: str) -> str:
        """Give the key that a key stands under: its own, where nothing is accepted."""
        return self.canonical.get(key, key)

    def decide(self, ruling: Ruling) -> Self:
        """Add a ruling; what was decided of the same two tags before gives way.

        The file never holds a chain: what is accepted under a spelling goes under the tag of that spelling, and the
        spellings of a tag move on with it. A ruling that says nothing new leaves all as it is.

        Raises
        ------
        UsageError
            Where two tags that are said to be two things would stand under one.
        """
        if not ruling.is_accepted and any(one.pair == ruling.pair and not one.is_accepted for one in self.rulings):
            return self
        parted = type(self)((*self._without(ruling.pair), ruling))
        decided = self._accept(ruling) if ruling.is_accepted else parted
        if meeting := decided.find_meeting():
            raise UsageError(
                f"{meeting.tag!r} and {meeting.canonical!r} are rejected, and would both stand under "
                f"{self._name(decided, meeting)!r}; take one of the two back first"
            )
        return decided

    def find_meeting(self) -> Ruling | None:
        """Find two tags that are said to be two things, and stand under one."""
        for one in self.rulings:
            tag, other = one.keys
            if not one.is_accepted and self.find_canonical(tag) == self.find_canonical(other):
                return one
        return None

    @staticmethod
    def _name(aliases: Aliases, ruling: Ruling) -> str:
        above = aliases._find(ruling.keys[0]) or aliases._find(ruling.keys[1])
        return above.canonical if above else ruling.canonical

    def _accept(self, ruling: Ruling) -> Self:
        tag, canonical = ruling.keys
        above = self._find(canonical)
        if above and above.keys[1] != tag:
            ruling = replace(ruling, canonical=above.canonical)
            canonical = ruling.keys[1]
        if self.canonical.get(tag) == canonical:
            return self
        kept = [one for one in self._without(ruling.pair) if not (one.is_accepted and one.keys[0] == tag)]
        moved = [replace(one, canonical=ruling.canonical) if self._stands_under(one, tag) else one for one in kept]
        return type(self)((*moved, ruling))

    def _find(self, key: str) -> Ruling | None:
        return next((one for one in self.rulings if one.is_accepted and one.keys[0] == key), None)

    def _without(self, pair: frozenset[str]) -> list[Ruling]:
        return [one for one in self.rulings if one.pair != pair]

    @staticmethod
    def _stands_under(ruling: Ruling, key: str) -> bool:
        return ruling.is_accepted and ruling.keys[1] == key

    def write(self, path: Path) -> None:
        """Replace the file whole, also where a link leads to it; when this returns, the disk has it."""
        path = path.resolve()
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(astuple(ruling) for ruling in self.rulings)
        replace_text(path, target.getvalue())


def _read_rows(text: str, name: str) -> list[tuple[int, Ruling]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, Ruling]] = []
    try:
        header = tuple(cell.strip().casefold() for cell in next(reader, ()))
        if missing := [column for column in COLUMNS[:3] if column not in header]:
            raise SettingsError(f"{name}, line 1: the header has no column {missing[0]!r}; write {','.join(COLUMNS)}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise SettingsError(
                    f"{name}, line {reader.line_num}: {len(cells)} cells for {len(header)} columns; "
                    "quote a cell that holds a comma"
                )
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            rows.append((reader.line_num, Ruling(*(row.get(column, "") for column in COLUMNS))))
    except csv.Error as error:
        raise SettingsError(f"{name}, line {reader.line_num}: {error}; mend the quotes") from error
    return rows


def check_rulings(rows: Iterable[tuple[int, Ruling]], name: str = FILE_NAME) -> list[tuple[int, Ruling]]:
    """Check rulings against each other: no tag twice, no chain, no cycle, nothing both accepted and rejected.

    Parameters
    ----------
    rows : iterable of (int, Ruling)
        With the number of the line.
    name : str
        Of the file, for the sentence.

    Raises
    ------
    SettingsError
        Where one breaks a rule.
    """
    told = list(rows)
    lines: dict[str, int] = {}
    pairs: dict[frozenset[str], tuple[int, Ruling]] = {}
    for line, ruling in told:
        tag, _ = ruling.keys
        if fault := _find_fault(ruling):
            raise SettingsError(f"{name}, line {line}: {fault}")
        if ruling.is_accepted and tag in lines:
            raise SettingsError(
                f"{name}, line {line}: {ruling.tag!r} is accepted on line {lines[tag]} already; keep one"
            )
        earlier, twin = pairs.get(ruling.pair, (0, ruling))
        # Each accepted as the other's spelling is a circle, which is told as such.
        if earlier and not (ruling.is_accepted and twin.is_accepted):
            raise SettingsError(f"{name}, line {line}: the same two tags stand on line {earlier}; keep one")
        if ruling.is_accepted:
            lines[tag] = line
        pairs[ruling.pair] = line, ruling
    _refuse_chains(told, lines, name)
    if meeting := Aliases(tuple(ruling for _, ruling in told)).find_meeting():
        line = next(line for line, ruling in told if ruling is meeting)
        raise SettingsError(f"{name}, line {line}: the two are rejected, and accepted lines put both under one tag")
    return told


def _find_fault(ruling: Ruling) -> str | None:
    tag, canonical = ruling.keys
    if not tag or not canonical:
        return "tag and canonical are never empty"
    if ruling.verdict not in {ACCEPTED, REJECTED}:
        return f"there is no verdict {ruling.verdict!r}; write {ACCEPTED} or {REJECTED}"
    return f"{ruling.tag!r} and {ruling.canonical!r} are the same tag already" if tag == canonical else None


def _refuse_chains(told: list[tuple[int, Ruling]], lines: Mapping[str, int], name: str) -> None:
    canonical = dict(ruling.keys for _, ruling in told if ruling.is_accepted)
    for line, ruling in told:
        if not ruling.is_accepted or ruling.keys[1] not in lines:
            continue
        seen, key = [ruling.keys[0]], ruling.keys[1]
        while key in canonical and key not in seen:
            seen.append(key)
            key = canonical[key]
        if key in seen:
            raise SettingsError(
                f"{name}, line {line}: {' → '.join([*seen, key])} goes round in a circle; remove a line"
            )
        raise SettingsError(
            f"{name}, line {line}: {ruling.canonical!r} itself stands under {key!r} (line {lines[ruling.keys[1]]}); "
            f"write {key!r} here too",
        )
