"""The page of the shipped lists."""

from __future__ import annotations

from analytics.rankings.lists import name_basis
from analytics.rankings.scopes import COLUMNS
from analytics.reference_pages.markdown import write_page, write_table
from analytics.settings import load_settings

_INTRODUCTION = """\
The lists as shipped; each number is a setting of `[lists.NAME]`, see [settings](settings.md). How a list is made:
[lists](../lists.md)."""
_SCOPES = """\
A run publishes the whole site, every edition, and the sections and regions of both; `readership rank --scope` takes
any of these keys together."""
_HEADER = ("list", "metric", "half-life", "window", "length", "read", "share", "engaged minute", "basis")


def build_lists_page() -> str:
    """Build the page of lists from the shipped settings."""
    lists = load_settings().lists
    rows = [
        (
            f"`{name}`",
            f"`{one.metric}`",
            one.half_life,
            one.window,
            str(one.length),
            *(f"{weight:g}" for weight in (one.weights.read, one.weights.share, one.weights.engaged_minute)),
            f"`{name_basis(one)}`",
        )
        for name, one in sorted(lists.items())
    ]
    scopes = [(f"`{key}`", f"`articles.article.{column}`") for key, column in COLUMNS.items()]
    scopes += [("`tag`", "`articles.article_tag.tag_key`, or `label`"), ("`author`", "`articles.article.authors`")]
    scopes += [
        ("`country`", "`events.counted.country`"),
        ("`device`", "`events.counted.device`"),
        ("`referrer`", "`events.counted.referrer_class`"),
    ]
    return write_page(
        "Lists",
        [
            _INTRODUCTION,
            write_table(_HEADER, rows),
            "## Scope keys",
            _SCOPES,
            write_table(("key", "what it compares"), scopes),
        ],
    )
