"""The identity of a tag: spellings that are surely the same word get one key."""

from __future__ import annotations

import re
import unicodedata

_PERSIAN = str.maketrans("یک", "يك")
_NOT_SPOKEN = re.compile("[\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def key_tag(label: str) -> str:
    """Give the identity key of a tag.

    Case, compatibility forms, marks, tatweel, bidi controls, Persian ya and kaf, digits and spacing are made equal.
    Hamza, ta marbuta, the definite article and spelling are not: those are proposals for an editor.

    Parameters
    ----------
    label : str
        The tag as written.

    Examples
    --------
    >>> key_tag("  Ebrahim  RAISI ") == key_tag("ebrahim raisi")
    True
    >>> key_tag("إبراهيم رئيسی") == key_tag("إبراهيم رئيسي"), key_tag("احمد") == key_tag("أحمد")
    (True, False)
    """
    text = _NOT_SPOKEN.sub("", unicodedata.normalize("NFKC", label)).casefold().translate(_PERSIAN)
    text = "".join(_fold_mark(letter) for letter in unicodedata.normalize("NFKC", text))
    return " ".join(text.split())


def _fold_mark(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(letter) == "Mn":
        return ""
    base = unicodedata.normalize("NFD", letter)
    # A Latin or Greek letter loses its accent; an Arabic letter keeps its hamza, which is part of the spelling.
    return letter if "\u0600" <= letter <= "\u06ff" else "".join(c for c in base if unicodedata.category(c) != "Mn")
