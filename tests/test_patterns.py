"""Regular expressions mean the same in every Python that is allowed."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

ANALYTICS = Path(__file__).parents[1] / "analytics"


def test_no_pattern_has_an_atomic_or_possessive_group() -> None:
    # Python below 3.11.5 gives such groups back where they must not be given back.
    group = re.compile(r"\(\?>|(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+")
    for path in ANALYTICS.rglob("*.py"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            is_pattern = token.type == tokenize.STRING and "r" in token.string.partition(token.string[-1])[0].lower()
            assert not (is_pattern and group.search(token.string)), f"{path.name}: {token.string}"
