"""A small template language with grammatical agreement, and the tables it is fed from.

A template holds ``{slot}`` for a word of the story, ``[a|b]`` for a free choice and ``<slot:m|f>`` for a
form that agrees with the gender of a slot.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.demo.dice import Dice

LANGUAGES: Final = ("en", "ar", "es")
SECTION_TABLES: Final = (
    "politics",
    "economy",
    "sports",
    "arts-culture",
    "health",
    "technology",
    "environment",
)

_AGREEMENT: Final = re.compile(r"<(\w+):([^|<>]*)\|([^|<>]*)>")
_CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_CONTRACTION: Final = re.compile(r"\b(de|a|De|A) el\b")


@dataclass(frozen=True)
class Filling:
    """What the slots of a template hold: their words and, where it matters, their gender (m or f)."""

    words: Mapping[str, str]
    genders: Mapping[str, str]


@dataclass(frozen=True)
class TopicText:
    """One topic in one language; every list has the same length and order in each language."""

    subject: str
    subject_gender: str
    tags: tuple[str, ...]
    things: tuple[str, ...]
    headlines: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[str, ...]
    clauses: tuple[str, ...]
    alts: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """A subject the newsroom writes about, with its text by language."""

    key: str
    section: str
    slug: str
    texts: Mapping[str, TopicText]
    roles: Mapping[str, Mapping[str, Any]]


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return one table of the package's grammar folder.

    Examples
    --------
    >>> sorted(read_table("frames"))
    ['ar', 'en', 'es']
    """
    return tomllib.loads(files("analytics.demo").joinpath("grammar", f"{name}.toml").read_text("utf-8"))


@cache
def load_frames() -> dict[str, Any]:
    """Return the sentences that fit every topic, by language."""
    return read_table("frames")


@cache
def load_topics() -> tuple[Topic, ...]:
    """Return every topic, in the order of the section tables."""
    return tuple(topic for name in SECTION_TABLES for topic in _read_section(read_table(name)))


def _read_section(table: dict[str, Any]) -> list[Topic]:
    return [
        Topic(
            key=entry["key"],
            section=table["section"],
            slug=table["slug"],
            texts={language: _read_topic(entry[language]) for language in LANGUAGES},
            roles=table["cast"],
        )
        for entry in table["topic"]
    ]


def _read_topic(entry: dict[str, Any]) -> TopicText:
    subject, gender = (*entry["subject"], "m")[:2]
    lists = {name: tuple(values) for name, values in entry.items() if name != "subject"}
    return TopicText(subject=subject, subject_gender=gender, **lists)


def choose_form(word: str, gender: str) -> str:
    """Return the form of ``masculine|feminine`` that fits, or the word itself where it has one form.

    Examples
    --------
    >>> choose_form("maestro|maestra", "f"), choose_form("taxista", "f")
    ('maestra', 'taxista')
    """
    forms = word.split("|")
    return forms[-1] if gender == "f" else forms[0]


def fill_template(template: str, filling: Filling, dice: Dice) -> str:
    """Return the template with agreement, choices and slots resolved, in that order.

    Raises
    ------
    KeyError
        The template names a slot that the filling does not hold.

    Examples
    --------
    >>> from analytics.demo.dice import Dice
    >>> fill_template("<who:él|ella> vive en {city}", Filling({"city": "Lima"}, {"who": "f"}), Dice(1))
    'ella vive en Lima'
    """
    agreed = _AGREEMENT.sub(lambda m: m[3] if filling.genders[m[1]] == "f" else m[2], template)
    chosen = _CHOICE.sub(lambda m: dice.pick(m[1].split("|")), agreed)
    return _SLOT.sub(lambda m: filling.words[m[1]], chosen)


def finish_sentence(text: str, language: str) -> str:
    """Return the sentence with its first letter raised and, in Spanish, ``de el`` and ``a el`` contracted.

    Examples
    --------
    >>> finish_sentence("el precio de el pan sube.", "es")
    'El precio del pan sube.'
    """
    if language == "es":
        text = _CONTRACTION.sub(r"\1l", text)
    return raise_first_letter(text)


def raise_first_letter(text: str) -> str:
    """Return the text with its first letter in upper case, past any opening quotation mark."""
    for position, character in enumerate(text):
        if character.isdigit():
            return text
        if character.isalpha():
            return text[:position] + character.upper() + text[position + 1 :]
    return text
