"""Text as a terminal may show it."""

from __future__ import annotations


def clean(text: str) -> str:
    r"""Take out control characters, which could drive the terminal.

    Examples
    --------
    >>> clean("a\x1b[31mb\n")
    'a [31mb '
    """
    return "".join(letter if letter.isprintable() else " " for letter in text)
