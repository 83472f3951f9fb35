"""The page of the shipped lists."""

from __future__ import annotations

from analytics.publish.paths import list_path
from analytics.rankings.lists import name_basis
from analytics.rankings.scopes import COLUMNS
from analytics.reference_pages.markdown import write_page, write_table
from analytics.settings import load_settings

_HEADER = ("list", "half-life", "window", "length", "read", "share", "engaged minute", "basis")


def build_lists_page() -> str:
    """Build the page of lists from the shipped settings."""
    lists = load_settings().lists
    rows = [
        (
            f"`{name}`",
            one.half_life,
            one.window,
            str(one.length),
            *(f"{weight:g}" for weight in (one.weights.read, one.weights.share, one.weights.engaged_minute)),
            f"`{name_basis(one.half_life_seconds, one.window_seconds)}`",
        )
        for name, one in sorted(lists.items())
    ]
    scopes = [
        (f"`{key}`", f"`articles.article.{column}`", f"`{list_path('most-read', {'edition': 'en'} | {key: 'x'})}`")
        for key, column in COLUMNS.items()
    ]
    return write_page(
        "Lists",
        [
            "The lists as shipped; each number is a setting of `[lists.NAME]`, see [settings](settings.md). How a "
            "list is made: [lists](../lists.md).",
            write_table(_HEADER, rows),
            "## Scope keys",
            write_table(("key", "what it compares", "such a document lies at"), scopes),
        ],
    )
