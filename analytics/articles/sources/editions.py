"""The edition an article belongs to, from the language its page or feed names."""

from __future__ import annotations

import re
from collections.abc import Collection

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def choose_edition(language: object, editions: Collection[str] = ()) -> str | None:
    """Choose the edition of a language: its whole tag where the site has such an edition, else its primary subtag.

    Parameters
    ----------
    language : object
        A language tag, with hyphens or underscores.
    editions : collection of str
        Tags of the site's editions that are more than a language, such as ``pt-BR``.

    Returns
    -------
    str or None
        Nothing where it is no language tag.

    Examples
    --------
    >>> choose_edition("en-GB"), choose_edition("pt_br", ["pt-BR"]), choose_edition("English")
    ('en', 'pt-BR', None)
    """
    tag = language.strip().replace("_", "-") if isinstance(language, str) else ""
    if not _TAG.fullmatch(tag):
        return None
    known = {edition.lower(): edition for edition in editions}
    return known.get(tag.lower()) or tag.partition("-")[0].lower()
