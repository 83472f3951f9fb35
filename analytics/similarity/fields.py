"""The fields of an article's text, and what each weighs where nothing else is set."""

from __future__ import annotations

from collections.abc import Mapping

FIELD_WEIGHTS: Mapping[str, float] = {"title": 0.5, "summary": 0.4, "body": 1.0, "tags": 0.2, "section": 0.0}
NAME_WEIGHTS: Mapping[str, float] = {"en": 0.75}
TITLE = "title"
KEYWORD_FIELDS = ("tags", "section")
