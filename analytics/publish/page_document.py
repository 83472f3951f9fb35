"""The document of an article's page, as types: what its boxes show, and the facts beside its text."""

from __future__ import annotations

from msgspec import Struct

from analytics.publish.fields import Count, Image, Instant, Name, Reasons, Url


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """What a box shows of an article."""

    article_id: Name
    url: Url
    title: str
    label: str
    section: str | None
    region: str | None
    published_at: Instant
    reading_minutes: Count
    image: Image | None


class MostReadCard(Card, frozen=True, forbid_unknown_fields=True):
    """An article of the Most Read box."""

    basis: Name


class ReadNextCard(Card, frozen=True, forbid_unknown_fields=True):
    """An article of the Read Next box."""

    basis: Name
    reasons: Reasons


class MostReadBox(Struct, frozen=True, forbid_unknown_fields=True):
    """The first articles of a list of the edition; empty where that list was not made."""

    list: Name
    basis: Name | None
    items: tuple[MostReadCard, ...]


class CoverageBox(Struct, frozen=True, forbid_unknown_fields=True):
    """The other articles of the page's story, of a very long one the newest, and a short pick of them.

    `all` may hold what other boxes show: it is the whole story.
    """

    story_id: Name
    lead: Name
    all: tuple[Card, ...]
    pick: tuple[Card, ...]


class PageTag(Struct, frozen=True, forbid_unknown_fields=True):
    """A tag, under the spelling that most articles of the edition use."""

    key: Name
    label: str


class PageShares(Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of the article's whole life, as far as its events are kept (setting `retention.events_days`)."""

    total: Count
    by_network: dict[Name, Count]


class Translation(Struct, frozen=True, forbid_unknown_fields=True):
    """The same article in another edition."""

    edition: Name
    language: Name
    article_id: Name
    url: Url


class PageDocument(Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag="readership/page/1"):
    """Everything beside the text of one article.

    Where `is_distinct` is set no article stands twice among `most_read`, `read_next` and the pick of `coverage`, in
    this order of precedence, nor the page's own article or one of its translations.
    """

    article_id: Name
    edition: Name
    as_of: Instant
    url: Url
    title: str
    label: str
    section: str | None
    region: str | None
    published_at: Instant
    source: str | None
    reading_minutes: Count
    tags: tuple[PageTag, ...]
    shares: PageShares
    translations: tuple[Translation, ...]
    is_distinct: bool
    most_read: MostReadBox
    read_next: tuple[ReadNextCard, ...]
    coverage: CoverageBox | None
