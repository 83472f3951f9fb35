"""What a file of events says about its articles, where its format says anything of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from analytics.events.reading import find_format
from analytics.events.sources import FORMATS
from analytics.inflate import Caps
from analytics.lines import read_blocks

_READERS = {form.name: form.read_article for form in FORMATS if form.read_article}


def describes_articles(path: Path, form: str = "auto") -> bool:
    """Tell by its format whether a file of events says anything of its articles.

    Raises
    ------
    InputError, UsageError
        As `find_format`.

    Examples
    --------
    >>> describes_articles(Path("data/sample/events.ndjson"))
    False
    """
    return find_format(path, form) in _READERS


def read_found_articles(path: Path, form: str, caps: Caps) -> list[dict[str, Any]]:
    """Read the articles that such a file describes, each description once, where it stands last.

    Parameters
    ----------
    path : Path
        The file.
    form : str
        Name of its format, or auto.
    caps : Caps
        How much is read.

    Returns
    -------
    list of dict
        Native fields of articles.

    Raises
    ------
    InputError
        Where the file cannot be read or is damaged.
    """
    read_article = _READERS[find_format(path, form)]
    found: dict[bytes, None] = {}
    for block in read_blocks(path, caps):
        for line in block.data.split(b"\n"):
            if article := read_article(line):
                text = msgspec.json.encode(article)
                found.pop(text, None)
                found[text] = None
    return [msgspec.json.decode(text) for text in found]
