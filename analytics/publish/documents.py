"""The documents of `reports/`, as types.

One definition serves three ends: the types are what the builders fill, what `validate` decodes, and what
the JSON Schemas under `schemas/` are made from. No document but the manifest holds a clock time, a path or a
random value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from analytics.publish.fields import Count, Image, Instant, Name, Rank, Reasons, Url
from analytics.publish.page_document import PageDocument

Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Movement: TypeAlias = Literal["new", "re-entry", "up", "down", "same"]
Status: TypeAlias = Literal["fresh", "stale", "degraded"]


class ListConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How a list counts; without a half-life every event in the window counts the same.

    Where `is_half_life_auto` is set, the half-life is the one that the readers of this scope can carry.
    Where `calendar` is set the window begins with that day, week or month, and `window_hours` is the usual longest.
    """

    half_life_hours: Annotated[float, Meta(gt=0)] | None
    window_hours: Annotated[float, Meta(gt=0)]
    length: Rank
    weights: dict[Name, Annotated[float, Meta(ge=0)]]
    is_half_life_auto: bool
    metric: Literal["events", "unusual", "depth", "newest"]
    calendar: Literal["day", "week", "month"] | None
    filter: dict[Name, tuple[Name, ...] | bool]
    tuning: dict[Name, Annotated[float, Meta(ge=0)]]


class ScopeFields(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a list is narrowed to, as in paths; nothing at all is the whole site."""

    edition: Name | UnsetType = UNSET
    section: Name | UnsetType = UNSET
    region: Name | UnsetType = UNSET
    content_type: Name | UnsetType = UNSET
    tag: Name | UnsetType = UNSET
    author: Name | UnsetType = UNSET
    country: Name | UnsetType = UNSET
    device: Name | UnsetType = UNSET
    referrer: Name | UnsetType = UNSET


class ListItem(Struct, frozen=True, forbid_unknown_fields=True):
    """One item of a list; `section` and `region` are as in scopes, `label` is what a box shows.

    Score and counts are null where the scope has fewer readers than its floor, and `basis` says what fills it instead.
    """

    rank: Rank
    previous_rank: Rank | None
    movement: Movement
    article_id: Name
    url: Url
    title: str
    section: str | None
    region: str | None
    label: str
    published_at: Instant
    reading_minutes: Count
    image: Image | None
    score: float | None
    reads: Count | None
    readers: Count | None
    shares: Count | None
    basis: Name
    peak_rank: Rank
    hours_on_list: Count
    rules: tuple[Name, ...]


class ListDocument(Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag="readership/list/1"):
    """A ranked list of one scope at one moment."""

    list: Name
    edition: Name | None
    scope: ScopeFields
    as_of: Instant
    data_through: Instant | None
    basis: Name
    config: ListConfig
    items: tuple[ListItem, ...]


class ReadNextItem(Struct, frozen=True, forbid_unknown_fields=True):
    """One article to read next."""

    rank: Rank
    article_id: Name
    url: Url
    title: str
    label: str
    section: str | None
    published_at: Instant
    image: Image | None
    score: float
    basis: Name
    reasons: Reasons


class ReadNextTab(Struct, frozen=True, forbid_unknown_fields=True):
    """What to read next of one section; may be empty."""

    section: Name
    items: tuple[ReadNextItem, ...]


class ReadNextDocument(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag="readership/read-next/1"
):
    """What to read after one article, of all sections and of those that have a tab; may be empty."""

    article_id: Name
    edition: Name
    as_of: Instant
    items: tuple[ReadNextItem, ...]
    tabs: tuple[ReadNextTab, ...]


class ManifestFile(Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A file of the set, by its path relative to the manifest."""

    path: Name
    bytes: Count
    sha256: Sha256


class WithheldList(Struct, frozen=True, forbid_unknown_fields=True):
    """A list that was not made, and what is missing."""

    list: Name
    reason: Name


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag="readership/manifest/1"):
    """What a published set holds; the only file with a clock time (`generated_at`, `next_expected_at`)."""

    run_id: Name
    as_of: Instant
    data_through: Instant | None
    final_through: Instant | None
    status: Status
    reasons: tuple[str, ...]
    config_hash: Name
    generated_at: Instant
    next_expected_at: Instant | None
    files: tuple[ManifestFile, ...]
    withheld: tuple[WithheldList, ...]


Document: TypeAlias = ListDocument | ReadNextDocument | PageDocument | Manifest
DOCUMENTS: dict[str, type[Struct]] = {
    "list": ListDocument,
    "manifest": Manifest,
    "page": PageDocument,
    "read-next": ReadNextDocument,
}
_DECODER: msgspec.json.Decoder[Document] = msgspec.json.Decoder(
    ListDocument | ReadNextDocument | PageDocument | Manifest
)


def encode(document: Document) -> bytes:
    r"""Write a document as JSON in UTF-8, with a newline at its end.

    Fields stand in the order of their type. There are too many documents of articles to indent them.

    Examples
    --------
    >>> encode(ReadNextDocument("en-1", "en", "2026-03-14T12:00:00Z", (), ()))[:46]
    b'{"schema":"readership/read-next/1","article_id'
    """
    text = msgspec.json.encode(document)
    if not isinstance(document, ReadNextDocument | PageDocument):
        text = msgspec.json.format(text, indent=2)
    return text + b"\n"


def decode(content: bytes) -> Document:
    """Read a document and hold it to its type.

    Raises
    ------
    msgspec.DecodeError
        Where it is no JSON, or breaks its contract; the message says where.

    Examples
    --------
    >>> decode(b'{"schema": "readership/read-next/1"}')
    Traceback (most recent call last):
    msgspec.ValidationError: Object missing required field `article_id`
    """
    return _DECODER.decode(content)


def build_schema(name: str) -> dict[str, Any]:
    """Make the JSON Schema (2020-12) of a document.

    Parameters
    ----------
    name
        A key of `DOCUMENTS`.

    Examples
    --------
    >>> build_schema("list")["$id"]
    'urn:readership:list:1'
    """
    schema = msgspec.json.schema(DOCUMENTS[name])
    for definition in schema["$defs"].values():
        definition["description"] = " ".join(definition["description"].split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:readership:{name}:1",
        **schema,
    }
