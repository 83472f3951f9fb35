"""Documents from rows: pure, and the same for the published files and for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, Protocol

import msgspec

from analytics.errors import ReportError
from analytics.instants import format_instant
from analytics.publish.documents import (
    ListConfig,
    ListDocument,
    ListItem,
    ReadNextDocument,
    ReadNextItem,
    ReadNextTab,
    ScopeFields,
)
from analytics.publish.fields import Image, Reasons, is_safe_url

Row = Mapping[str, Any]
_FEWEST_TOLD = 3
_COUNTS = ("score", "reads", "readers", "shares")


class ListRecipe(Protocol):
    """How a list is made, in the units its document states."""

    @property
    def name(self) -> str:
        """Name of the list, such as ``most-read``."""

    @property
    def half_life_hours(self) -> float | None:
        """Age at which an event counts half; None for a hard window."""

    @property
    def window_hours(self) -> float:
        """Oldest age counted."""

    @property
    def length(self) -> int:
        """Items, at most."""

    @property
    def weights(self) -> Mapping[str, float]:
        """What each kind of event is worth."""

    @property
    def is_half_life_auto(self) -> bool:
        """Whether each scope finds its half-life itself."""

    @property
    def metric(self) -> Literal["events", "unusual", "depth", "newest"]:
        """Name what the score is."""

    @property
    def calendar(self) -> Literal["day", "week", "month"] | None:
        """The day, week or month that the window begins with, if it does."""

    @property
    def filter(self) -> Mapping[str, Any]:
        """Which articles and events it is about, as far as that is set."""

    @property
    def tuning(self) -> Mapping[str, float]:
        """What else bears on its scores and order, as far as that is set."""


def build_list_document(  # noqa: PLR0913 - the fields of the document, by name
    recipe: ListRecipe,
    scope: Mapping[str, str],
    *,
    as_of: datetime,
    data_through: datetime | None,
    basis: str,
    items: Iterable[Row],
    half_life_seconds: int | None = None,
) -> ListDocument:
    """Build the document of one list and scope.

    Parameters
    ----------
    recipe
        The list's name and settings.
    scope
        Such as ``{"edition": "en", "section": "politics"}``; empty for the whole site.
    as_of, data_through
        Naive, in UTC.
    basis
        How the list was filled.
    items
        Rows with the columns of ``sql/publish/list_item.sql``, for this list and scope.
    half_life_seconds
        The half-life that the scope found, where the list leaves it to it.

    Raises
    ------
    ReportError
        Where an item's URL is none that may be linked to.
    """
    config = describe_config(recipe)
    if recipe.is_half_life_auto and half_life_seconds:
        config = msgspec.structs.replace(config, half_life_hours=half_life_seconds / 3600)
    return ListDocument(
        list=recipe.name,
        edition=scope.get("edition"),
        scope=ScopeFields(**scope),
        as_of=format_instant(as_of),
        data_through=None if data_through is None else format_instant(data_through),
        basis=basis,
        config=config,
        items=tuple(map(_build_list_item, sorted(items, key=itemgetter("rank")))),
    )


def build_read_next_document(
    article_id: str, edition: str, *, as_of: datetime, items: Iterable[Row]
) -> ReadNextDocument:
    """Build the read-next document of one article.

    Parameters
    ----------
    article_id, edition
        The article the reader is on.
    as_of
        Naive, in UTC.
    items
        Rows with the columns of ``sql/publish/read_next_item.sql``, by tab and rank.

    Examples
    --------
    >>> build_read_next_document("en-1", "en", as_of=datetime(2026, 3, 14, 12), items=[]).as_of
    '2026-03-14T12:00:00Z'
    """
    by_tab = {tab: tuple(map(_build_read_next_item, rows)) for tab, rows in groupby(items, key=itemgetter("tab"))}
    return ReadNextDocument(
        article_id=article_id,
        edition=edition,
        as_of=format_instant(as_of),
        items=by_tab.pop("", ()),
        tabs=tuple(ReadNextTab(section, rows) for section, rows in by_tab.items()),
    )


def describe_config(recipe: ListRecipe) -> ListConfig:
    """Give a recipe's numbers as the document states them."""
    return ListConfig(
        half_life_hours=None if recipe.half_life_hours is None else float(recipe.half_life_hours),
        window_hours=float(recipe.window_hours),
        length=recipe.length,
        weights={kind: float(weight) for kind, weight in sorted(recipe.weights.items())},
        is_half_life_auto=recipe.is_half_life_auto,
        metric=recipe.metric,
        calendar=recipe.calendar,
        filter={name: value if value is True else tuple(value) for name, value in sorted(recipe.filter.items())},
        tuning={name: float(value) for name, value in sorted(recipe.tuning.items())},
    )


def choose_label(row: Row) -> str:
    """Choose the category label a box shows: section, else region, else content type.

    Examples
    --------
    >>> choose_label({"section": None, "region": "MENA", "content_type": "video"})
    'MENA'
    """
    return str(row["section"] or row["region"] or row["content_type"])


def build_reasons(row: Row) -> Reasons:
    """Say why an item is there; what only one or two people did is nobody's business."""
    return Reasons(
        tags=tuple(row["shared_tags"]),
        terms=tuple(row["shared_terms"]),
        next_reads=row["next_reads"] if row["next_reads"] >= _FEWEST_TOLD else None,
    )


def build_image(row: Row) -> Image | None:
    """Build the picture of a row; None where it has none that may be shown."""
    url = row["image_url"]
    return Image(url, row["image_alt"]) if url and is_safe_url(url) else None


def require_safe_url(row: Row) -> str:
    """Give the URL of a row.

    Raises
    ------
    ReportError
        Where it is none that may be linked to.
    """
    url: str = row["url"]
    if not is_safe_url(url):
        message = f"article {row['article_id']!r} has no http or https URL; load it again with one"
        raise ReportError(message)
    return url


def _build_list_item(row: Row) -> ListItem:
    return ListItem(
        rank=row["rank"],
        previous_rank=row["previous_rank"],
        movement=row["movement"],
        article_id=row["article_id"],
        url=require_safe_url(row),
        title=row["title"],
        section=row["section_slug"],
        region=row["region_slug"],
        label=choose_label(row),
        published_at=format_instant(row["published_at"]),
        reading_minutes=row["reading_minutes"],
        image=build_image(row),
        **{name: None if row["is_withheld"] else row[name] for name in _COUNTS},
        basis=row["basis"],
        peak_rank=row["peak_rank"] or row["rank"],
        hours_on_list=row["hours_on_list"] or 0,
        rules=tuple(row["rules"] or ()),
    )


def _build_read_next_item(row: Row) -> ReadNextItem:
    return ReadNextItem(
        rank=row["rank"],
        article_id=row["article_id"],
        url=require_safe_url(row),
        title=row["title"],
        label=choose_label(row),
        section=row["section_slug"],
        published_at=format_instant(row["published_at"]),
        image=build_image(row),
        score=row["score"],
        basis=row["basis"],
        reasons=build_reasons(row),
    )
