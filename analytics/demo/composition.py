"""The writing desk: turns an assignment into a headline, a summary and paragraphs in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analytics.demo.dice import Dice
from analytics.demo.grammar import (
    Filling,
    choose_form,
    fill_template,
    finish_sentence,
    load_frames,
    raise_first_letter,
)

if TYPE_CHECKING:
    from analytics.demo.assignments import Assignment

SMALL_NUMBERS: Final = {
    "en": ("three", "four", "five", "six", "seven", "eight", "nine"),
    "es": ("tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}
THOUSANDS: Final = {"en": ",000", "ar": " ألف", "es": ".000"}
LANGUAGE_SEEDS: Final = {"en": 1, "ar": 2, "es": 3}


@dataclass(frozen=True)
class Copy:
    """A finished text: ``body`` has its paragraphs apart by blank lines and is empty for a flash."""

    title: str
    summary: str
    body: str
    image_alt: str


class Writer:
    """Writes one assignment in one language.

    Two dice are at work: the structure follows the assignment alone, so that translations tell the same
    facts in the same order; the choice of words is each language's own.
    """

    def __init__(self, assignment: Assignment, language: str, author_gender: str = "m") -> None:
        self.assignment = assignment
        self.language = language
        self.text = assignment.topic.texts[language]
        self.frames: dict[str, Any] = load_frames()[language]
        self.structure = Dice(assignment.text_seed)
        self.wording = Dice(assignment.text_seed * 4 + LANGUAGE_SEEDS[language])
        self.filling = fill_slots(assignment, language, author_gender)
        self.fact_filling = use_fact_figures(self.filling)
        self.clauses = self.structure.order(range(len(self.text.clauses)))
        self.facts = self.structure.order(range(len(self.text.facts)))

    def write(self) -> Copy:
        """Return the finished text."""
        plan = {
            "opinion": self._argue,
            "analysis": self._analyse,
            "live": lambda: self._report_from("live"),
            "gallery": lambda: self._report_from("gallery"),
            "video": lambda: self._report_from("video"),
            "chart": lambda: self._report_from("chart"),
            "flash": self._stay_silent,
        }.get(self.assignment.form, self._report)
        paragraphs = plan()
        summary = "" if self.assignment.form == "flash" else self._summarise()
        alt = self._say(self.structure.pick(self.text.alts))
        return Copy(self._head(), summary, "\n\n".join(" ".join(lines) for lines in paragraphs), alt)

    def _summarise(self) -> str:
        sentence = self._state(-1)
        # Arabic facts are written to follow another sentence and begin with "and"
        return sentence.removeprefix("و") if self.language == "ar" else sentence

    def write_update(self) -> str:
        """Return the sentence that a later version of the article ends with."""
        return self._say(self.frames["labels"]["update_sentence"])

    def _head(self) -> str:
        form = self.assignment.form
        if form in {"opinion", "analysis"}:
            return self._say(self.structure.pick(self.frames[f"{form}_title"]))
        headline = self._say(self.text.headlines[self.assignment.phase])
        if form == "chart":
            return self._say(self.frames["labels"]["infograph"])
        if form in {"live", "gallery", "video"}:
            label: str = self.frames["labels"][form]
            return label.replace("{headline}", headline)
        return headline

    def _report(self) -> list[list[str]]:
        opening = [self._say(self.text.leads[self.assignment.phase]), self._state(0)]
        middle = [self._state(1), self._frame("context")]
        paragraphs = [opening, [self._frame("introduce"), self._frame("follow")], middle]
        if self.structure.chance(0.7):
            paragraphs.append([self._frame("expert"), self._state(2)])
        if self.structure.chance(0.65):
            paragraphs.append([self._frame("voice"), self._frame("outlook")])
        else:
            paragraphs.append([self._frame("outlook")])
        return paragraphs

    def _stay_silent(self) -> list[list[str]]:
        return []

    def _argue(self) -> list[list[str]]:
        lines = self.frames["opinion"]
        opening = [self._say(lines[0]), self._say(lines[2])]
        return [
            opening,
            [self._claim(lines[1]), self._state(0)],
            [self._claim(lines[3]), self._state(1)],
            [self._say(lines[4]), self._say(lines[5])],
        ]

    def _analyse(self) -> list[list[str]]:
        lines = self.frames["analysis"]
        return [
            [self._say(lines[0]), self._state(0)],
            [self._claim(lines[1]), self._claim(lines[2])],
            [self._frame("expert"), self._state(1)],
            [self._say(lines[3]), self._say(lines[4]), self._frame("outlook")],
        ]

    def _report_from(self, form: str) -> list[list[str]]:
        lead = self._say(self.text.leads[self.assignment.phase])
        frames = [self._claim(line) for line in self.frames[form]]
        return [
            [frames[0], lead],
            [*frames[1:], self._state(0)],
            [self._frame("context")],
        ]

    def _frame(self, kind: str) -> str:
        return self._claim(self.frames[kind][self.structure.below(len(self.frames[kind]))])

    def _claim(self, template: str) -> str:
        """Write a sentence that may hold a clause, each clause used once before any returns."""
        if "clause}" in template.lower():
            self.clauses.append(self.clauses.pop(0))
            clause = fill_template(self.text.clauses[self.clauses[-1]], self.filling, self.wording)
            self.filling = Filling(
                {**self.filling.words, "clause": clause, "Clause": raise_first_letter(clause)},
                self.filling.genders,
            )
        return self._say(template)

    def _state(self, place: int) -> str:
        """Write the fact at a place in this article's order of facts."""
        fact = self.text.facts[self.facts[place]]
        return finish_sentence(fill_template(fact, self.fact_filling, self.wording), self.language)

    def _say(self, template: str) -> str:
        return finish_sentence(fill_template(template, self.filling, self.wording), self.language)


def fill_slots(assignment: Assignment, language: str, author_gender: str) -> Filling:
    """Return the words and genders of an assignment's slots in a language."""
    text, place = assignment.topic.texts[language], assignment.place
    roles = Dice(assignment.text_seed + 1)
    cast = assignment.topic.roles[language]
    institution, gender = (*roles.pick(cast["institution"]), "m")[:2]
    people = {"lead": assignment.lead, "expert": assignment.expert, "voice": assignment.voice}
    words = {
        "city": place.city[language],
        "country": place.country[language],
        "subject": text.subject,
        "thing": text.things[assignment.thing],
        "inst": institution,
        "day": load_frames()[language]["days"][assignment.published_at.weekday()],
        **write_figures(assignment.figures, language),
    }
    genders = {"subject": text.subject_gender, "inst": gender, "author": author_gender}
    for slot, person in people.items():
        genders[slot] = person.gender
        words[slot] = person.full_name(language)
        words[f"{slot}_last"] = person.names[language][1]
        words[f"{slot}_role"] = choose_form(roles.pick(cast[f"{slot}_role"]), person.gender)
    return Filling(words, genders)


def use_fact_figures(filling: Filling) -> Filling:
    """Return the filling with the figures kept for facts, so that a fact does not echo the lead's number.

    Examples
    --------
    >>> use_fact_figures(Filling({"few": "3", "few_fact": "5"}, {})).words["few"]
    '5'
    """
    figures = {name.removesuffix("_fact"): word for name, word in filling.words.items() if name.endswith("_fact")}
    return Filling({**filling.words, **figures}, filling.genders)


def write_figures(figures: dict[str, int], language: str) -> dict[str, str]:
    """Return an assignment's numbers as the language writes them.

    Examples
    --------
    >>> write_figures({"few": 4, "thousands": 12}, "es")
    {'few': 'cuatro', 'thousands': '12.000'}
    """
    return {name: _write_figure(name, number, language) for name, number in figures.items()}


def _write_figure(name: str, number: int, language: str) -> str:
    if name.startswith("few") and language in SMALL_NUMBERS:
        return SMALL_NUMBERS[language][number - 3]
    return f"{number}{THOUSANDS[language]}" if name.startswith("thousands") else str(number)
