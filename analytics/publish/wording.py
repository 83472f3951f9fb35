"""The words, numbers and dates of a page, in the edition's language."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

_STRINGS = Path(__file__).parent / "templates" / "strings.toml"
_FALLBACK = "en"
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_HOURS_BEFORE_DAYS = 48


@cache
def read_strings() -> dict[str, dict[str, str]]:
    """Read what the pages say, by language and key."""
    return tomllib.loads(_STRINGS.read_text(encoding="utf-8"))


def name_direction(language: str) -> str:
    """Give the direction of a language, for the `dir` attribute.

    Examples
    --------
    >>> name_direction("ar"), name_direction("es")
    ('rtl', 'ltr')
    """
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


class Wording:
    """Says things in one language.

    Parameters
    ----------
    language
        Language tag, such as ``ar`` or ``pt-BR``; where its words are not known it speaks English, with the
        language's own dates and numbers.

    Examples
    --------
    >>> Wording("es").say("reads"), Wording("en").count(12345), Wording("es").language_name()
    ('Lecturas', '12,345', 'español')
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._strings = read_strings()[_FALLBACK] | read_strings().get(language.split("-", maxsplit=1)[0], {})
        self._locale = _find_locale(language)

    def say(self, key: str, **values: str) -> str:
        """Say one of the fixed sentences."""
        return self._strings[key].format(**values)

    def name(self, kind: str, key: str) -> str:
        """Name a list or a reason; one without a name of its own is called by its key.

        Examples
        --------
        >>> Wording("en").name("list", "most-read"), Wording("en").name("list", "long-reads")
        ('Most Read', 'Long reads')
        """
        return self._strings.get(f"{kind}_{key}") or key.replace("-", " ").replace("_", " ").capitalize()

    def language_name(self) -> str:
        """Name the language in itself, as within a sentence; an unknown one by its tag."""
        if str(self._locale).replace("_", "-").lower() != self.language.lower():
            return self.language
        return self._locale.get_display_name(self._locale) or self.language

    def count(self, number: float | None) -> str:
        """Write a whole number; a dash where it is withheld."""
        return "–" if number is None else format_decimal(round(number), locale=self._locale)

    def score(self, number: float | None) -> str:
        """Write a score with one decimal; a dash where it is withheld."""
        return "–" if number is None else format_decimal(number, format="#,##0.0", locale=self._locale)

    def share(self, part: float, whole: float) -> str:
        """Write a part of a whole in percent; nothing where there is no whole."""
        if not whole:
            return "–"
        return self._isolate(format_percent(part / whole, format="#,##0.0 %", locale=self._locale))

    def change(self, now: float, before: float) -> str | None:
        """Write a change in percent with its sign; None where there was nothing before.

        Examples
        --------
        >>> Wording("en").change(112, 100), Wording("en").change(999, 1000), Wording("en").change(1, 0)
        ('+12 %', '±0 %', None)
        """
        if not before:
            return None
        change = round(now / before - 1, 2) or 0.0  # never minus zero
        pattern = "+#,##0 %;−#,##0 %" if change else "±#,##0 %"
        return self._isolate(format_percent(change, format=pattern, locale=self._locale))

    def day(self, moment: datetime) -> str:
        """Write a date short, such as ``Mar 14``."""
        return format_skeleton("MMMd", moment, locale=self._locale)

    def weekday(self, moment: datetime) -> str:
        """Write a date with its day of the week, such as ``Sat, Mar 14``."""
        return format_skeleton("MMMEd", moment, locale=self._locale)

    def short_day(self, moment: datetime) -> str:
        """Write a day where there is little room, such as ``Sat 14``."""
        return format_date(moment, "EEE d", locale=self._locale)

    def time(self, moment: datetime) -> str:
        """Write a time of day."""
        return f"{moment:%H:%M}"

    def moment(self, moment: datetime | None) -> str:
        """Write an instant in full."""
        if moment is None:
            return self.say("nothing_yet")
        date = format_date(moment, "long", locale=self._locale)
        return self.say("moment", date=date, time=self.time(moment))

    def duration(self, hours: float) -> str:
        """Write a number of hours in the unit that suits it.

        Examples
        --------
        >>> [Wording("en").duration(hours) for hours in (0.25, 6, 168)]
        ['15 minutes', '6 hours', '7 days']
        """
        value, unit = hours, "hour"
        if hours < 1:
            value, unit = hours * 60, "minute"
        elif hours > _HOURS_BEFORE_DAYS:
            value, unit = hours / 24, "day"
        for length in ("long", "short", "narrow"):
            words = format_unit(round(value, 1), f"duration-{unit}", length=length, locale=self._locale)
            if "duration" not in words:  # some languages lack a plural form in some length
                return words
        return f"{value:g} {unit}"

    def _isolate(self, text: str) -> str:
        """Keep a sign on its side of the number in a line that runs from right to left."""
        return f"\u2066{text}\u2069" if name_direction(self.language) == "rtl" else text


def _find_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_FALLBACK)
