"""What the fields of documents may hold."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

_DAY_PATTERN = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
INSTANT_PATTERN = rf"^{_DAY_PATTERN}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{6}})?Z$"
# http or https, a host, no user information, and nothing that could leave an attribute.
URL_PATTERN = r"^https?://[^\s/?#@\\\"<>]+([/?#][^\s\"<>\\]*)?$"

Instant: TypeAlias = Annotated[
    str,
    Meta(
        pattern=INSTANT_PATTERN,
        description="An instant in UTC, with microseconds where they are not zero.",
        extra_json_schema={"format": "date-time"},
    ),
]
Url: TypeAlias = Annotated[
    str,
    Meta(pattern=URL_PATTERN, description="An http or https URL.", extra_json_schema={"format": "uri"}),
]
Name: TypeAlias = Annotated[str, Meta(min_length=1)]
Rank: TypeAlias = Annotated[int, Meta(ge=1)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]

_URL = re.compile(URL_PATTERN)


class Image(Struct, frozen=True, forbid_unknown_fields=True):
    """A picture and its alternative text, in the edition's language."""

    url: Url
    alt: str | None


class Reasons(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an item is there: the tags both articles carry, the words that weigh most, and how many went on to it."""

    tags: tuple[str, ...]
    terms: tuple[str, ...]
    next_reads: Count | None


def is_safe_url(url: str) -> bool:
    """Tell whether a URL may stand in a document: http or https, a host, no user information.

    Examples
    --------
    >>> is_safe_url("https://news.example/a?p=1"), is_safe_url("javascript:alert(1)")
    (True, False)
    """
    return _URL.search(url) is not None
