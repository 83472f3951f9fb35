"""The demo's articles: identity, addresses, tags, versions and the popularity readers will show."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from analytics.demo.cast import Person, invent_person, load_names
from analytics.demo.composition import Copy, Writer
from analytics.demo.dice import Dice
from analytics.demo.grammar import LANGUAGES

if TYPE_CHECKING:
    from analytics.demo.assignments import Assignment

SITE: Final = "https://www.readership.example"
CONTENT_TYPES: Final = {
    "gallery": "gallery",
    "video": "video",
    "chart": "infograph",
    "live": "live",
    "flash": "flash",
}
SECTIONS: Final = {
    "opinion": "Opinion",
    "analysis": "Analysis",
    "gallery": "In Pictures",
    "chart": "Infographs",
    "video": "NewsFeed",
}
AGENCIES: Final = {"en": "Agencies", "ar": "وكالات", "es": "Agencias"}
AUTHOR_REGIONS: Final = {"en": "Europe", "ar": "MENA", "es": "Latin America"}
STORY_LABELS: Final = {"en": "live story", "ar": "متابعات", "es": "en desarrollo"}


@dataclass(frozen=True)
class Article:
    """One version of one article, with what the planted truth and the readers need to know of it.

    ``appeal`` is the relative number of readers at publication, ``half_life_hours`` how fast they leave.
    """

    article_id: str
    url: str
    edition: str
    title: str
    summary: str
    body: str
    section: str
    region: str
    content_type: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    source: str | None
    published_at: datetime
    updated_at: datetime
    image_url: str | None
    image_alt: str | None
    status: str
    embargo_until: datetime | None
    breaking_until: datetime | None
    translation_group: str | None
    aliases: tuple[str, ...]
    assignment: Assignment = field(repr=False)
    appeal: float = 1.0
    half_life_hours: float = 6.0
    withdrawn_at: datetime | None = None


def write_edition(plan: list[Assignment], edition: str, as_of: datetime) -> list[Article]:
    """Return the first version of each article of an edition, oldest first."""
    ours = sorted((a for a in plan if edition in a.editions), key=lambda a: (a.published_at, a.number))
    desk = Desk(edition, as_of)
    return [desk.write_article(assignment, number) for number, assignment in enumerate(ours, 1)]


def write_later_versions(articles: list[Article], as_of: datetime) -> list[Article]:
    """Return second versions: updated texts and withdrawals, never dated after ``as_of``."""
    later = []
    for article in articles:
        dice = Dice(article.assignment.text_seed + 5)
        if article.withdrawn_at is not None:
            later.append(replace(article, status="withdrawn", updated_at=article.withdrawn_at))
        elif article.body and article.assignment.form in {"news", "breaking", "live"} and dice.chance(0.14):
            moment = article.published_at + timedelta(minutes=dice.whole(20, 300))
            if moment < as_of:
                sentence = Writer(article.assignment, article.edition).write_update()
                later.append(replace(article, body=f"{article.body}\n\n{sentence}", updated_at=moment))
    return later


def _hire_authors(edition: str) -> list[Person]:
    dice = Dice(100 + LANGUAGES.index(edition))
    regions = [*[AUTHOR_REGIONS[edition]] * 8, *load_names()]
    hired = {person.key: person for person in (invent_person(dice.pick(regions), dice) for _ in range(18))}
    return [hired[key] for key in sorted(hired)]


class Desk:
    """One edition's desk: its authors and the addresses it has given out.

    Parameters
    ----------
    edition
        ``en``, ``ar`` or ``es``.
    as_of
        The moment the newsroom is seen from; withdrawals come before it.
    """

    def __init__(self, edition: str, as_of: datetime) -> None:
        self.edition, self.as_of = edition, as_of
        self._authors = _hire_authors(edition)
        self._urls: set[str] = set()

    def write_article(self, assignment: Assignment, number: int) -> Article:
        """Return the article of an assignment; ``number`` makes its id."""
        edition, form, moment = self.edition, assignment.form, assignment.published_at
        dice = Dice(assignment.text_seed + 2 + LANGUAGES.index(edition))
        signed = dice.order(self._authors)[: 2 if dice.chance(0.15) and form != "opinion" else 1]
        text = Writer(assignment, edition, signed[0].gender).write()
        article_id, has_image = f"{edition}-{number:04d}", form != "flash"
        return Article(
            article_id=article_id,
            url=self._make_url(assignment, text),
            edition=edition,
            title=text.title,
            summary=text.summary,
            body=_drop_last_paragraph(text.body) if form == "copied" else text.body,
            section=SECTIONS.get(form, assignment.topic.section),
            region=_label_region(assignment, dice),
            content_type=CONTENT_TYPES.get(form, "article"),
            tags=tag_article(assignment, edition, dice),
            authors=tuple(author.full_name(edition) for author in signed) if has_image else (),
            source=AGENCIES[edition] if form in {"copied", "flash"} or dice.chance(0.18) else None,
            published_at=moment,
            updated_at=moment,
            image_url=_make_image_url(assignment) if has_image else None,
            image_alt=text.image_alt if has_image else None,
            status="embargoed" if form == "embargoed" else "live",
            embargo_until=moment if form == "embargoed" else None,
            breaking_until=_end_breaking(assignment, dice),
            translation_group=f"tg-{assignment.number:05d}" if len(assignment.editions) > 1 else None,
            aliases=_make_aliases(article_id, assignment, dice),
            assignment=assignment,
            appeal=_draw_appeal(assignment, dice),
            half_life_hours=_draw_half_life(assignment, dice),
            withdrawn_at=_pick_withdrawal(assignment, self.as_of, dice),
        )

    def _make_url(self, assignment: Assignment, text: Copy) -> str:
        section = slugify(SECTIONS.get(assignment.form, assignment.topic.section))
        day = f"{assignment.published_at:%Y/%m/%d}"
        stem = f"{SITE}/{self.edition}/{section}/{day}/{slugify(text.title)}"
        url, copy_number = stem, 2
        while url in self._urls:
            url, copy_number = f"{stem}-{copy_number}", copy_number + 1
        self._urls.add(url)
        return url


def slugify(title: str) -> str:
    """Return the first nine words of a title as a URL path segment; Arabic stays Arabic.

    Examples
    --------
    >>> slugify("Análisis: Arts & Culture"), slugify("قانون الانتخابات")
    ('analisis-arts-culture', 'قانون-الانتخابات')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    composed = unicodedata.normalize("NFC", title if re.search(r"[\u0600-\u06ff]", title) else plain)
    return "-".join(re.findall(r"\w+", composed.lower())[:9])


def tag_article(assignment: Assignment, edition: str, dice: Dice) -> tuple[str, ...]:
    """Return an article's tags as a hurried desk types them: topic, place, person, in varying spelling."""
    person = dice.pick(assignment.lead.spellings[edition])
    topic_tags = [_vary_case(tag, dice) for tag in assignment.topic.texts[edition].tags]
    tags = [*topic_tags, person, assignment.place.country[edition].removeprefix("the ")]
    if dice.chance(0.5):
        tags.append(assignment.place.city[edition])
    if assignment.story is not None and dice.chance(0.3):
        tags.append(STORY_LABELS[edition])
    return tuple(dict.fromkeys(tags))


def _vary_case(tag: str, dice: Dice) -> str:
    return dice.pick((tag, tag, tag, tag.capitalize(), tag.title()))


def _label_region(assignment: Assignment, dice: Dice) -> str:
    """Return the region; a few pieces carry a label outside the menu, as an old import left it."""
    outside = assignment.place.country_code in {"IQ", "JO"} and dice.chance(0.25)
    return "West Asia" if outside else assignment.place.region


def _drop_last_paragraph(body: str) -> str:
    return body.rpartition("\n\n")[0]


def _make_image_url(assignment: Assignment) -> str:
    picture = 1 + assignment.text_seed % 97
    return f"https://images.readership.example/{assignment.published_at:%Y/%m}/{assignment.topic.key}-{picture}.jpg"


def _end_breaking(assignment: Assignment, dice: Dice) -> datetime | None:
    if assignment.form == "flash":
        return assignment.published_at + timedelta(hours=2)
    if assignment.form == "breaking":
        return assignment.published_at + timedelta(hours=dice.pick((1, 6, 24)))
    return None


def _make_aliases(article_id: str, assignment: Assignment, dice: Dice) -> tuple[str, ...]:
    share = 0.6 if assignment.form == "archive" else 0.06
    if not dice.chance(share):
        return ()
    return (f"{SITE}/{article_id[:2]}/news/{assignment.published_at:%Y}/{article_id}.html",)


def _draw_appeal(assignment: Assignment, dice: Dice) -> float:
    """Draw from a Pareto law with exponent 1.2, cut at 200; stories and breaking news draw more."""
    heavy = min(200.0, math.pow(1.0 - dice.between(0, 1), -1 / 1.2))
    boost = {"flash": 0.0, "embargoed": 0.0, "archive": 0.05, "breaking": 6.0, "live": 5.0, "gallery": 0.8}
    return heavy * boost.get(assignment.form, 1.8 if assignment.story else 1.0)


def _draw_half_life(assignment: Assignment, dice: Dice) -> float:
    if assignment.form == "archive":
        return 24.0 * 365 * 4
    return dice.between(10, 40) if assignment.form in {"opinion", "analysis"} else dice.between(2.5, 10)


def _pick_withdrawal(assignment: Assignment, as_of: datetime, dice: Dice) -> datetime | None:
    if assignment.form != "withdrawn":
        return None
    age = as_of - assignment.published_at
    return assignment.published_at + age * dice.between(0.3, 0.9)
