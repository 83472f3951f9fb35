"""What each page shows: the documents' items and the rollups, laid out for the templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import msgspec
import polars as pl

from analytics.publish.charts import Sparkline, draw_sparkline
from analytics.publish.documents import ListDocument, ListItem, Status
from analytics.publish.paths import OVERVIEW, list_path, page_path
from analytics.publish.series import ChartView, Series, add_series, build_chart, build_series, spread_reads
from analytics.publish.wording import Wording, name_direction

_CHART_HEIGHT = 168
_SMALL_CHART_HEIGHT = 56
_SECTION_ROWS = 3
_FIGURES = ("reads", "readers", "shares")
OVERVIEW_LANGUAGE = "en"
MAIN_LIST = "most-read"
"""What a page shows first, and by section."""


@dataclass(frozen=True)
class Material:
    """Everything the pages are made from.

    Attributes
    ----------
    editions
        Edition and language, in the order of the links.
    documents
        The list documents of the set.
    homes
        Edition and language of each listed article.
    hourly, removed, item_hourly
        Rows of the statements of those names under ``sql/publish/``.
    """

    as_of: datetime
    data_through: datetime | None
    status: Status
    reasons: tuple[str, ...]
    editions: tuple[tuple[str, str], ...]
    documents: tuple[ListDocument, ...]
    homes: Mapping[str, tuple[str, str]]
    hourly: pl.DataFrame
    removed: pl.DataFrame
    item_hourly: pl.DataFrame

    def series(self, edition: str) -> Series:
        """Give an edition's hours."""
        return build_series(self.hourly.filter(edition=edition), self.as_of)

    @cached_property
    def item_reads(self) -> dict[str, tuple[int, ...]]:
        """Every listed article's reads of each hour."""
        return spread_reads(self.item_hourly, self.as_of)

    def draw_item(self, article_id: str) -> Sparkline:
        """Draw an article's line of reads; an article stands in many lists, and is drawn once."""
        if article_id not in self._drawn:
            self._drawn[article_id] = draw_sparkline(self.item_reads.get(article_id, (0, 0)))
        return self._drawn[article_id]

    @cached_property
    def _drawn(self) -> dict[str, Sparkline]:
        return {}

    def removals(self, edition: str) -> dict[str, int]:
        """Give an edition's removed pageviews by reason, the most frequent first."""
        rows = self.removed.filter(edition=edition).sort("pageviews", "reason", descending=[True, False])
        return dict(rows.select("reason", "pageviews").iter_rows())


@dataclass(frozen=True)
class Row:
    """An item of a list, with its line of reads and the length of its bar in percent of the first item's."""

    item: ListItem
    edition: str
    language: str
    direction: str
    sparkline: Sparkline
    bar: float


@dataclass(frozen=True)
class ListView:
    """A list on a page; `label` names its section where it has one.

    Movement is shown where some item was there before: in a first ranking all are new.
    """

    document: ListDocument
    path: str
    rows: tuple[Row, ...]
    label: str | None = None

    @property
    def has_movement(self) -> bool:
        """Whether movement says anything."""
        return any(row.item.previous_rank is not None for row in self.rows)


@dataclass(frozen=True)
class Link:
    """An edition as the links name it."""

    edition: str
    language: str
    direction: str
    name: str
    path: str


@dataclass(frozen=True)
class EditionView:
    """One edition: its hours, its lists and what was removed."""

    link: Link
    series: Series
    chart: ChartView
    small_chart: ChartView
    lists: tuple[ListView, ...]
    sections: tuple[ListView, ...]
    removed: Mapping[str, int]


@dataclass(frozen=True)
class Page:
    """What every page knows; `edition` is empty on the overview."""

    wording: Wording
    path: str
    root: str
    material: Material
    links: tuple[Link, ...]
    editions: tuple[EditionView, ...]
    edition: EditionView | None
    site: EditionView

    @property
    def direction(self) -> str:
        """Direction of the page's language."""
        return name_direction(self.wording.language)


def build_pages(material: Material) -> list[Page]:
    """Build the overview and a page for every edition.

    Parameters
    ----------
    material
        What the pages are made from.
    """
    links = tuple(_build_link(edition, language) for edition, language in material.editions)
    editions = tuple(_build_edition(material, link) for link in links)
    site = _build_site(material, editions)
    overview = Page(Wording(OVERVIEW_LANGUAGE), OVERVIEW, "", material, links, editions, None, site)
    return [
        overview,
        *(
            Page(Wording(one.link.language), one.link.path, "../", material, links, editions, one, site)
            for one in editions
        ),
    ]


def is_shown(list_name: str, scope: Mapping[str, str]) -> bool:
    """Tell whether a page may show the list of a scope, where the main list is among the lists.

    Examples
    --------
    >>> [is_shown(name, {"section": "politics"}) for name in ("most-read", "trending")]
    [True, False]
    """
    return not scope.keys() & {"section", "region", "content_type"} or (list_name == MAIN_LIST and "section" in scope)


def figures_of(series: Series) -> list[tuple[str, int, int]]:
    """Give each headline figure: its name, the last day's and the day before's."""
    return [(name, series.sum_day(name), series.sum_day(name, days_ago=1)) for name in _FIGURES]


def _build_link(edition: str, language: str) -> Link:
    name = Wording(edition).language_name()
    name = name[:1].upper() + name[1:]
    return Link(edition, language, name_direction(language), name, page_path(edition))


def _build_edition(material: Material, link: Link) -> EditionView:
    inside = sorted((one for one in material.documents if one.edition == link.edition), key=_find_place)
    sections = [one for one in inside if one.list == inside[0].list and one.scope.section is not msgspec.UNSET]
    series = material.series(link.edition)
    return EditionView(
        link=link,
        series=series,
        chart=build_chart(series, height=_CHART_HEIGHT),
        small_chart=build_chart(series, height=_SMALL_CHART_HEIGHT),
        lists=tuple(_build_list(material, one) for one in inside if _is_whole(one)),
        sections=_choose_sections(_build_list(material, one, length=_SECTION_ROWS) for one in sections),
        removed=material.removals(link.edition),
    )


def _build_site(material: Material, editions: Sequence[EditionView]) -> EditionView:
    series = add_series((one.series for one in editions), material.as_of)
    removed: dict[str, int] = {}
    for one in editions:
        for reason, pageviews in one.removed.items():
            removed[reason] = removed.get(reason, 0) + pageviews
    lists = sorted((one for one in material.documents if one.edition is None and _is_whole(one)), key=_find_place)
    return EditionView(
        link=Link("", OVERVIEW_LANGUAGE, "ltr", "", OVERVIEW),
        series=series,
        chart=build_chart(series, height=_CHART_HEIGHT),
        small_chart=build_chart(series, height=_SMALL_CHART_HEIGHT),
        lists=tuple(_build_list(material, one) for one in lists),
        sections=(),
        removed=dict(sorted(removed.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _build_list(material: Material, document: ListDocument, *, length: int | None = None) -> ListView:
    """Lay out the first items of a list, all of them where no length is given."""
    scope: dict[str, str] = msgspec.to_builtins(document.scope)
    top = max((item.score or 0 for item in document.items), default=0) or 1
    rows = []
    for item in document.items[:length]:
        edition, language = material.homes[item.article_id]
        sparkline = material.draw_item(item.article_id)
        bar = round(100 * max(item.score or 0, 0) / top, 2)
        rows.append(Row(item, edition, language, name_direction(language), sparkline, bar))
    label = document.items[0].label if "section" in scope and document.items else None
    return ListView(document, list_path(document.list, scope), tuple(rows), label)


def _choose_sections(views: Iterable[ListView]) -> tuple[ListView, ...]:
    """Choose the sections that were read, the most read first."""
    found = [view for view in views if view.label and view.rows[0].item.score is not None]
    found.sort(key=lambda view: (-(view.rows[0].item.score or 0), view.path))
    return tuple(found)


def _find_place(document: ListDocument) -> tuple[bool, float, str]:
    """Give a sort key on a page: the main list, then from the shortest window to the longest."""
    path = list_path(document.list, msgspec.to_builtins(document.scope))
    return (document.list != MAIN_LIST, document.config.window_hours, path)


def _is_whole(document: ListDocument) -> bool:
    scope = document.scope
    return scope.section is scope.region is scope.content_type is msgspec.UNSET
