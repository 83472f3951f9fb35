"""The page of report documents."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import msgspec

from analytics.publish.documents import DOCUMENTS
from analytics.publish.paths import MANIFEST, article_page_path, list_path, read_next_path
from analytics.reference_pages.markdown import name_type, write_page, write_table
from analytics.warehouse import Warehouse

_INTRODUCTION = """\
The JSON documents of `reports/`, field by field. A field is always there, null where it says nothing; a scope holds
only the keys it narrows. The schemas as files: `analytics/publish/schemas/`."""
_PATHS = {
    "list": (list_path("most-read", {}), list_path("most-read", {"edition": "en", "section": "politics"})),
    "manifest": (MANIFEST,),
    "page": (article_page_path("en", "en-0001"),),
    "read-next": (read_next_path("en", "en-0001"),),
}
_SOURCES = {
    "ListDocument": ("rankings.ranking",),
    "ListItem": ("rankings.item", "articles.article"),
    "ScopeFields": ("articles.article",),
    "ReadNextDocument": ("rankings.ranking", "articles.article"),
    "ReadNextItem": ("read_next.item", "articles.article"),
    "Card": ("articles.article",),
    "MostReadCard": ("articles.article",),
    "ReadNextCard": ("read_next.item", "articles.article"),
    "CoverageBox": ("coverage.member",),
    "Translation": ("articles.article",),
    "PageDocument": ("rankings.ranking", "articles.article"),
    "Manifest": ("runs.run",),
}
"""The tables whose columns the fields of a part come from."""
_MEANINGS = {
    "schema": "Name and version of the document's form.",
    "items": "The items, best first.",
    "section": "Section as it stands in paths and scopes.",
    "region": "Region as it stands in paths and scopes.",
    "label": "The category label a box shows: section, else region, else content type.",
    "image": "Picture of the article; null where it has none.",
    "ListDocument.list": "Name of the list.",
    "ListDocument.edition": "The edition; null for the whole site.",
    "ListDocument.scope": "What the list is narrowed to.",
    "ListDocument.config": "The numbers the list was made with.",
    "ListConfig.half_life_hours": "Age at which an event counts half; null for a hard window.",
    "ListConfig.window_hours": "Oldest age counted.",
    "ListConfig.length": "Items at most.",
    "ListConfig.weights": "What a read, a share and a minute of engaged time are worth.",
    "ListConfig.is_half_life_auto": "Whether the half-life was found by the readers of this scope.",
    "ListItem.score": "Score in reads: a read made at as_of is 1; null where counts are withheld.",
    "ListItem.reads": "Reads in the window; null where counts are withheld.",
    "ListItem.readers": "Readers in the window; null where counts are withheld.",
    "ListItem.shares": "Shares in the window; null where counts are withheld.",
    "ListItem.basis": "How the item earned its slot: decayed, a window such as 24h, latest, or pinned.",
    "ListItem.rules": "Rules that put the item in its slot, such as pin.",
    "ListItem.peak_rank": "Best rank so far, in the rankings of the last 30 days.",
    "ListItem.hours_on_list": "Whole hours it stood in the list before, in the last 30 days.",
    "ListConfig.metric": "What the score is: events by weight, unusual, depth or newest.",
    "ListConfig.calendar": "What the window begins with; null where it is as long as window_hours.",
    "ListConfig.filter": "Which articles and events the list is about, as far as that is set.",
    "ListConfig.tuning": "What else bears on scores and order, as far as it is set: rising, calm, box clicks.",
    "ScopeFields.tag": "Tag, by key or by label.",
    "ScopeFields.author": "Author as written.",
    "ScopeFields.country": "Country of the readers whose events count.",
    "ScopeFields.device": "Device class of the readers whose events count.",
    "ScopeFields.referrer": "Class of the referrers whose events count.",
    "Image.url": "Where the picture is.",
    "Image.alt": "The picture in words, in the edition's language.",
    "ReadNextDocument.article_id": "The article the reader is on.",
    "ReadNextItem.reasons": "Why the item is there.",
    "Reasons.tags": "Tags both articles carry, as most articles of the edition write them.",
    "Reasons.terms": "Words that weigh most in the similarity, heaviest first.",
    "Reasons.next_reads": "How many went straight on to the item in 7 days; null where hardly anybody did.",
    "ReadNextDocument.tabs": "The lists of single sections, as set by read_next.tabs.",
    "ReadNextTab.section": "Section the list is for, as it stands in paths and scopes.",
    "MostReadCard.basis": "How the item earned its slot: decayed, a window such as 24h, latest, or pinned.",
    "ReadNextCard.reasons": "Why the item is there.",
    "MostReadBox.list": "Name of the list, as set by page.list.",
    "MostReadBox.basis": "How the list was filled; null where it was not made.",
    "MostReadBox.items": "The first items of the list that the page may show, best first.",
    "CoverageBox.lead": "The article that leads the story; it may be the page's own.",
    "CoverageBox.all": "The other live articles of the story, the oldest first; at most page.story of them.",
    "CoverageBox.pick": "The most read of the last 24 hours that no other box shows; of equals the newest.",
    "PageTag.key": "Identity of the tag, as in scopes.",
    "PageTag.label": "The spelling that most articles of the edition use.",
    "PageShares.total": "All shares that count, of no known network too.",
    "PageShares.by_network": "Shares by the network that the event named.",
    "PageDocument.article_id": "The article the reader is on.",
    "PageDocument.tags": "Its tags, in the order of the article.",
    "PageDocument.shares": "How often it was shared.",
    "PageDocument.translations": "The live articles of its translation group, by edition.",
    "PageDocument.is_distinct": "Whether boxes repeat nothing; as set by page.is_distinct.",
    "PageDocument.most_read": "The Most Read box.",
    "PageDocument.read_next": "The Read Next box, best first.",
    "PageDocument.coverage": "The Coverage box; null where the article has no story.",
    "Manifest.run_id": "Hash of as_of, configuration and content.",
    "Manifest.as_of": "The moment the set describes (UTC).",
    "Manifest.final_through": "The hour whose late window has closed; null so far.",
    "Manifest.status": "How the set stands.",
    "Manifest.reasons": "Why it is not fresh, a sentence each.",
    "Manifest.generated_at": "Clock when the set was last made or confirmed (UTC).",
    "Manifest.next_expected_at": "Clock by which the next run is expected (UTC); null where that is not known.",
    "Manifest.files": "Every file of the set but the manifest, sorted by path.",
    "Manifest.withheld": "Lists that were not made, by name.",
    "WithheldList.list": "Name of the list.",
    "WithheldList.reason": "What is missing.",
    "ManifestFile.path": "Path relative to the manifest.",
    "ManifestFile.bytes": "Size.",
    "ManifestFile.sha256": "Hash of the content.",
}
"""What a field means where no column says it, by part and name, or by name alone."""


def build_reports_page(warehouse: Warehouse) -> str:
    """Build the page of report documents from their types and the comments in the warehouse."""
    columns = {
        f"{relation}.{name}": comment
        for relation, name, _, comment in warehouse.frame("reference/relation_column").iter_rows()
    }
    parts: dict[str, Any] = {}
    blocks = [_INTRODUCTION]
    for name, document in DOCUMENTS.items():
        found = msgspec.json.schema(document)["$defs"]
        paths = " and ".join(f"`{path}`" for path in _PATHS[name])
        blocks.append(f"**[{document.__name__}](#{document.__name__.lower()})**: such as {paths}.")
        parts |= found
    for name, part in parts.items():
        rows = [
            (f"`{field}`", name_type(kind), _explain(name, field, columns))
            for field, kind in part["properties"].items()
        ]
        blocks += [f"## {name}", cleandoc(part["description"]), write_table(("field", "type", "meaning"), rows)]
    return write_page("Reports", blocks)


def _explain(part: str, field: str, columns: Mapping[str, str]) -> str:
    for key in (f"{part}.{field}", field):
        if key in _MEANINGS:
            return _MEANINGS[key]
    sources = [f"{table}.{field}" for table in _SOURCES.get(part, ())]
    return next(columns[source] for source in sources if source in columns)
