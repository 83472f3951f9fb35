"""The invented people of the newsroom's stories and the real places where they happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analytics.demo.grammar import LANGUAGES, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.demo.dice import Dice


@dataclass(frozen=True)
class Person:
    """Somebody a story quotes: first and family name by language, and the spellings desks typed as tags."""

    key: str
    gender: str
    names: Mapping[str, tuple[str, str]]
    spellings: Mapping[str, tuple[str, ...]]

    def full_name(self, language: str) -> str:
        """Return the first and the family name in a language."""
        return " ".join(self.names[language])


@dataclass(frozen=True)
class Place:
    """A city in its country and region, named by language."""

    region: str
    country_code: str
    country: Mapping[str, str]
    city: Mapping[str, str]


@dataclass(frozen=True)
class NamePool:
    """First and family names (Latin, Arabic) of one region."""

    men: tuple[tuple[str, str], ...]
    women: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Known:
    """A person who returns from story to story, and the desk and region that write about them."""

    person: Person
    section: str
    region: str


@cache
def load_places() -> tuple[Place, ...]:
    """Return every city of the places table, region by region."""
    return tuple(place for region in read_table("places")["region"] for place in _read_region(region))


def _read_region(region: dict[str, Any]) -> list[Place]:
    return [
        Place(
            region=region["label"],
            country_code=code,
            country=dict(zip(LANGUAGES, rows[0], strict=True)),
            city=dict(zip(LANGUAGES, city, strict=True)),
        )
        for code, rows in region["places"].items()
        for city in rows[1:]
    ]


@cache
def load_names() -> dict[str, NamePool]:
    """Return the name pool of each region."""
    return {
        region["label"]: NamePool(
            **{kind: tuple((latin, arabic) for latin, arabic in rows) for kind, rows in region["people"].items()}
        )
        for region in read_table("places")["region"]
    }


@cache
def load_known_people() -> tuple[Known, ...]:
    """Return the people who return from story to story; two of them share a name and are not one person."""
    return tuple(
        Known(
            person=Person(
                key=row["key"],
                gender=row["sex"],
                names={language: (row[language][0], row[language][1]) for language in LANGUAGES},
                spellings={language: tuple(row["spellings"][language]) for language in LANGUAGES},
            ),
            section=row["section"],
            region=row["region"],
        )
        for row in read_table("people")["person"]
    )


def invent_person(region: str, dice: Dice) -> Person:
    """Return a person with a first and a family name of the region."""
    pool = load_names()[region]
    gender = dice.pick("mf")
    first, family = dice.pick(pool.men if gender == "m" else pool.women), dice.pick(pool.family)
    latin, arabic = (first[0], family[0]), (first[1], family[1])
    names = {"en": latin, "ar": arabic, "es": latin}
    return Person(
        key=f"{region}:{latin[0]} {latin[1]}",
        gender=gender,
        names=names,
        spellings={language: (" ".join(name),) for language, name in names.items()},
    )


def invent_people(region: str, count: int, dice: Dice) -> list[Person]:
    """Return people of a region no two of whom share a first or a family name."""
    people: list[Person] = []
    while len(people) < count:
        person = invent_person(region, dice)
        taken = {name for other in people for name in other.names["en"]}
        if not taken & set(person.names["en"]):
            people.append(person)
    return people
