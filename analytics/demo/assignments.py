"""The newsroom's planning desk: what is written, when, in which editions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from analytics.demo.cast import Person, Place, invent_people, load_known_people, load_places
from analytics.demo.grammar import LANGUAGES, Topic, load_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.demo.dice import Dice

RECENT_DAYS: Final = 10
LAST_PHASE: Final = 3
STORY_SHARE: Final = 0.16
KNOWN_SHARE: Final = 0.7
TRIES: Final = 50
OPENING_FORMS: Final = (
    "copied",
    "breaking",
    "flash",
    "archive",
    "withdrawn",
    "embargoed",
    "opinion",
    "gallery",
)
LATER_FORMS: Final = (
    ("news", 50),
    ("opinion", 12),
    ("analysis", 10),
    ("archive", 9),
    ("flash", 5),
    ("gallery", 4),
    ("video", 4),
    ("chart", 3),
    ("live", 3),
    ("fresh", 2),
    ("embargoed", 2),
    ("withdrawn", 2),
    ("breaking", 2),
    ("copied", 1),
)


@dataclass(frozen=True)
class Assignment:
    """One piece to be written in one or more editions; everything the writer needs to know.

    ``form`` says what kind of piece it is, ``phase`` (0 to 3) how far its story has come.
    """

    number: int
    topic: Topic
    place: Place
    thing: int
    form: str
    phase: int
    story: str | None
    published_at: datetime
    editions: tuple[str, ...]
    lead: Person
    expert: Person
    voice: Person
    figures: dict[str, int]
    text_seed: int
    copies: int | None = None


def plan_assignments(per_edition: int, as_of: datetime, dice: Dice) -> list[Assignment]:
    """Return assignments that give each edition exactly ``per_edition`` articles.

    Parameters
    ----------
    per_edition
        Articles an edition.
    as_of
        The newest articles come from the hour before it; embargoed ones are dated after it.
    dice
        The source of every choice.
    """
    room = dict.fromkeys(LANGUAGES, per_edition)
    plan: list[Assignment] = []
    for draft in Planner(as_of, dice).draft_pieces():
        editions = tuple(edition for edition in draft.editions if room[edition] > 0)
        for edition in editions:
            room[edition] -= 1
        if editions:
            plan.append(replace(draft, number=len(plan), editions=editions))
        if not any(room.values()):
            break
    return plan


class Planner:
    """Drafts pieces without end, no two stories on the same thing in the same city while others are left.

    Parameters
    ----------
    as_of
        The moment the newsroom is seen from.
    dice
        The source of every choice.
    """

    def __init__(self, as_of: datetime, dice: Dice) -> None:
        self._as_of, self._dice = as_of, dice
        self._taken: set[tuple[str, str, int]] = set()

    def draft_pieces(self) -> Iterator[Assignment]:
        """Yield pieces: first one of each form in all editions, then a mixture."""
        yield from self._draft_story(LANGUAGES)[:LAST_PHASE]
        for form in OPENING_FORMS:
            yield from self._draft_single(form, LANGUAGES)
        bag = [form for form, count in LATER_FORMS for _ in range(count)]
        while True:
            editions = self._pick_editions()
            if self._dice.chance(STORY_SHARE):
                yield from self._draft_story(editions)
            else:
                yield from self._draft_single(self._dice.pick(bag), editions)

    def _pick_editions(self) -> tuple[str, ...]:
        count = (1, 1, 1, 2, 3)[self._dice.below(5)]
        chosen = self._dice.order(LANGUAGES)[:count]
        return tuple(language for language in LANGUAGES if language in chosen)

    def _draft_single(self, form: str, editions: tuple[str, ...]) -> list[Assignment]:
        moment = _pick_moment(form, self._as_of, self._dice)
        piece = self._draft("news" if form in {"fresh", "copied"} else form, moment, editions)
        if form != "copied":
            return [piece]
        later = moment + timedelta(minutes=self._dice.whole(15, 90))
        later = min(later, self._as_of - timedelta(minutes=1))
        return [piece, replace(piece, form="copied", published_at=later, copies=piece.text_seed)]

    def _draft_story(self, editions: tuple[str, ...]) -> list[Assignment]:
        dice, as_of = self._dice, self._as_of
        first = self._draft("news", as_of - timedelta(hours=dice.between(4, 24 * RECENT_DAYS)), editions)
        forms = ["news"] * LAST_PHASE + dice.order(("news", "analysis", "opinion", "video", "gallery"))
        pieces, moment = [], first.published_at
        for step in range(dice.whole(3, 6)):
            piece = replace(
                first,
                form=forms[step],
                phase=min(step, LAST_PHASE),
                story=f"story-{first.text_seed}",
                published_at=moment,
                text_seed=first.text_seed + step,
                voice=invent_people(first.place.region, 1, dice)[0],
            )
            pieces.append(piece)
            later = moment + timedelta(minutes=dice.whole(180, 1800))
            moment = min(later, as_of - timedelta(minutes=2 + step * 7))
        return pieces

    def _draft(self, form: str, moment: datetime, editions: tuple[str, ...]) -> Assignment:
        dice = self._dice
        topic, place, thing = self._pick_subject()
        lead, expert, voice = invent_people(place.region, 3, dice)
        desk = (topic.section, place.region)
        known = [k.person for k in load_known_people() if (k.section, k.region) == desk]
        if known and dice.chance(KNOWN_SHARE):
            lead = dice.pick(known)
        return Assignment(
            number=0,
            topic=topic,
            place=place,
            thing=thing,
            form=form,
            phase=dice.below(LAST_PHASE + 1),
            story=None,
            published_at=moment.replace(second=0, microsecond=0),
            editions=editions,
            lead=lead,
            expert=expert,
            voice=voice,
            figures=_draw_figures(dice),
            text_seed=dice.below(10**9) * 10,
        )

    def _pick_subject(self) -> tuple[Topic, Place, int]:
        dice = self._dice
        for _ in range(TRIES):
            topic, place = dice.pick(load_topics()), dice.pick(load_places())
            thing = dice.below(len(topic.texts["en"].things))
            key = (topic.key, place.city["en"], thing)
            if key not in self._taken:
                break
        self._taken.add(key)
        return topic, place, thing


def _draw_figures(dice: Dice) -> dict[str, int]:
    """Draw the numbers of a story, anew for its news, its frame sentences and its background facts."""
    ranges = {"few": (3, 9, 1), "tens": (2, 9, 10), "hundreds": (2, 9, 100), "thousands": (11, 90, 1)}
    ranges |= {"millions": (11, 95, 1), "percent": (11, 78, 1)}
    return {
        f"{name}{suffix}": dice.whole(low, high) * unit
        for suffix in ("", "_frame", "_fact")
        for name, (low, high, unit) in ranges.items()
    }


def _pick_moment(form: str, as_of: datetime, dice: Dice) -> datetime:
    if form == "archive":
        return as_of - timedelta(days=dice.whole(90, 1860), minutes=dice.below(1440))
    if form == "embargoed":
        return as_of + timedelta(hours=dice.between(3, 40))
    if form in {"fresh", "flash"}:
        return as_of - timedelta(minutes=dice.whole(4, 58))
    if form in {"breaking", "live"}:
        return as_of - timedelta(hours=dice.between(0.3, 30))
    days = RECENT_DAYS * dice.between(0, 1) ** 1.4
    return as_of - timedelta(minutes=10) - timedelta(days=days)
