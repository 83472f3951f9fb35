"""Arabic spelling: one form for words that writers spell in several ways."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u2066-\u2069]")
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیې", "ي"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ةہھە", "ه"),
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
    },
)
_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
_PARTICLES = frozenset("بكفل")
_SHORTEST_STEM = 3
_SHORT = 4


def normalise_arabic(text: str) -> str:
    """Return `text` with one spelling for what Arabic writers spell in several ways.

    Vowel marks, tatweel and direction controls go; the forms of alef become a bare alef, alef maqsura and
    the Persian ya become ya, the Persian kaf becomes kaf, ta marbuta becomes ha, and Arabic and Persian
    digits become 0 to 9. Other text is left alone, but for compatibility forms (NFKC).

    Examples
    --------
    >>> normalise_arabic("إِيـران") == "ايران"
    True
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).translate(_LETTERS)


def strip_prefix(word: str) -> str:
    """Return a normalised Arabic word without its definite article and the particles written onto it.

    These are wa (and), then the article alone or with bi-, ka-, fa- or li-, else one of these alone. What is
    left keeps its letters: a short word that only looks like it carries one stays as it is.

    Examples
    --------
    >>> strip_prefix("والرئيس") == strip_prefix("للرئيس") == strip_prefix("برئيس") == "رئيس"
    True
    """
    bare = word[1:] if word.startswith("و") and len(word) > _SHORT and not word.startswith("وال") else word
    for article in _ARTICLES:
        if bare.startswith(article) and len(bare) - len(article) >= _SHORTEST_STEM:
            return bare[len(article) :]
    if bare == word and word[:1] in _PARTICLES and len(word) > _SHORT:
        return word[1:]
    return bare
