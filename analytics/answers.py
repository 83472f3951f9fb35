"""Answers to one question at a time: a list, what to read next, the state of the workspace."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import Any

import polars as pl

from analytics.context import Context
from analytics.errors import UsageError, name_nearest
from analytics.instants import format_instant
from analytics.publish.builders import build_list_document, build_read_next_document
from analytics.publish.documents import ListDocument, ReadNextDocument
from analytics.publish.write import read_manifest
from analytics.rankings.job import rank_list
from analytics.rankings.lists import LATEST
from analytics.rankings.rules import PINNED
from analytics.rankings.scopes import COLUMNS, Scope
from analytics.read_next.job import recommend_article
from analytics.runs import find_as_of, read_watermark
from analytics.urls import UrlRules, canonicalise_url
from analytics.warehouse import Warehouse


def answer_rank(context: Context, name: str, scope: Scope, as_of: datetime | None) -> ListDocument:
    """Give one list for one scope.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    name : str
        Name of the list.
    scope : Scope
        The part of the site.
    as_of : datetime, optional
        The moment; the newest `data_through` where none is given.

    Raises
    ------
    UsageError
        Where there is no such list, or no article in the scope.
    """
    recipe = context.settings.recipe(name)
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest, data_through = find_as_of(warehouse, context.settings.load)
        moment = as_of or newest
        scope = resolve_scope(context, warehouse, scope)
        ranked = rank_list(warehouse, name, context.settings.lists[name], scope=scope, as_of=moment)
        items = _join_cards(warehouse, ranked)
    unpinned = ranked.filter(pl.col("basis") != PINNED)
    return build_list_document(
        recipe,
        dict(scope.pairs),
        as_of=moment,
        data_through=data_through,
        basis=unpinned["basis"][0] if len(unpinned) else LATEST,
        items=items,
        half_life_seconds=ranked["half_life_seconds"][0] if len(ranked) else None,
    )


def answer_recommend(context: Context, article: str, as_of: datetime | None) -> ReadNextDocument:
    """Give what to read next after one article.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    article : str
        Its id or URL.
    as_of : datetime, optional
        The moment; the newest `data_through`, else the newest article, where none is given.

    Raises
    ------
    UsageError
        Where there is no such article.
    """
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest, _ = find_as_of(warehouse, context.settings.load)
        moment = as_of or newest
        article_id, edition = find_article(warehouse, article, context.url_rules)
        items = _join_cards(warehouse, recommend_article(warehouse, context.settings.read_next, moment, article_id))
    return build_read_next_document(article_id, edition, as_of=moment, items=items.iter_rows(named=True))


def answer_status(context: Context) -> dict[str, Any]:
    """Give the state of the workspace: what is loaded, how far it reaches, what is published."""
    with context.hold(), context.open(is_reader=True) as warehouse:
        (state,) = warehouse.frame("runs/status").iter_rows(named=True)
        mark = read_watermark(warehouse, context.settings.load)
    manifest = read_manifest(context.workspace.reports)
    published = manifest and {
        "as_of": manifest.as_of,
        "status": manifest.status,
        "reasons": list(manifest.reasons),
        "generated_at": manifest.generated_at,
        "run_id": manifest.run_id,
        "files": len(manifest.files),
    }
    state |= {name: getattr(mark, name) for name in ("data_through", "final_through", "newest_article_at")}
    return {name: format_instant(value) if isinstance(value, datetime) else value for name, value in state.items()} | {
        "published": published
    }


def _join_cards(warehouse: Warehouse, ranked: pl.DataFrame) -> pl.DataFrame:
    warehouse.stage_frame("stage.wanted_article", ranked.select("article_id"))
    return ranked.join(warehouse.frame("publish/card"), on="article_id", how="left", maintain_order="left")


def resolve_scope(context: Context, warehouse: Warehouse, scope: Scope) -> Scope:
    """Give a scope by the labels of the menu.

    Raises
    ------
    UsageError
        Where no article is inside; the sentence names the nearest.
    """
    site = context.settings.site
    resolved = scope.resolve({"section": site.section_aliases, "region": site.region_aliases})
    _require_scope(warehouse, resolved)
    return resolved


def _require_scope(warehouse: Warehouse, scope: Scope) -> None:
    values = warehouse.frame("publish/scope_value")
    for key, value in scope.pairs:
        known = set(values[COLUMNS[key]].drop_nulls())
        if value not in known:
            raise UsageError(f"no article has {key}={value}; {name_nearest(value, known)}")


def find_article(warehouse: Warehouse, article: str, urls: UrlRules) -> tuple[str, str]:
    """Give id and edition of an article by its id or URL.

    Raises
    ------
    UsageError
        Where there is none; the sentence names the nearest.
    """
    for name in filter(None, (article, canonicalise_url(article, urls))):
        for article_id, edition in warehouse.frame("publish/article_edition", article=name).rows():
            return str(article_id), str(edition)
    known = warehouse.distinct("articles.article", "article_id")
    near = get_close_matches(article, known, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "load it with `readership load articles`"
    raise UsageError(f"there is no article {article!r}; {hint}")


def answer_rejects(context: Context, name: str | None, reason: str | None, length: int) -> pl.DataFrame:
    """List the lines that were set aside: name, line, byte_offset, reason, detail, fields.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    name, reason : str, optional
        Only those of this file, or with this reason.
    length : int
        So many at most.
    """
    with context.hold(), context.open(is_reader=True) as warehouse:
        return warehouse.frame("runs/reject", file_name=name or "", reason=reason or "", length=length)


def answer_runs(context: Context, length: int) -> pl.DataFrame:
    """List the newest runs, as `runs.run` keeps them, with the number of slots each found to correct."""
    with context.hold(), context.open(is_reader=True) as warehouse:
        return warehouse.frame("runs/run", length=length)


def answer_corrections(context: Context, length: int) -> pl.DataFrame:
    """List the slots of published rankings that would have been different, the newest finding first."""
    with context.hold(), context.open(is_reader=True) as warehouse:
        return warehouse.frame("runs/correction", length=length)
