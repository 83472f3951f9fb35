"""Regular expressions mean the same in every Python that is allowed."""

from __future__ import annotations

import re
from pathlib import Path

ANALYTICS = Path(__file__).parents[1] / "analytics"


def test_no_pattern_has_an_atomic_or_possessive_group() -> None:
    # Python below 3.11.5 gives such groups back where they must not be given back.
    group = re.compile(r"\(\?>|(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+")
    texts = {path: path.read_text(encoding="utf-8") for path in ANALYTICS.rglob("*.py")}
    assert [path.name for path, text in texts.items() if group.search(text)] == []
