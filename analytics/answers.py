"""Answers to one question at a time: a list, what to read next, the state of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from analytics.context import Context
from analytics.coverage.reading import Told, read_story
from analytics.errors import UsageError, name_nearest
from analytics.instants import format_instant
from analytics.lookup import find_article
from analytics.publish.builders import build_list_document, build_read_next_document
from analytics.publish.documents import ListDocument, ReadNextDocument
from analytics.publish.write import read_manifest
from analytics.rankings.account import explain_article
from analytics.rankings.comparison import Comparison, compare_lists
from analytics.rankings.explanation import Explanation
from analytics.rankings.job import rank_list
from analytics.rankings.lists import name_empty
from analytics.rankings.rules import PINNED
from analytics.rankings.scopes import COLUMNS, EVENT_FILTERS, NAME_KEYS, Scope
from analytics.read_next.job import recommend_article
from analytics.read_next.signals import LIST_NAME
from analytics.runs import find_as_of, read_watermark
from analytics.settings import Settings
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
        basis=unpinned["basis"][0] if len(unpinned) else name_empty(context.settings.lists[name]),
        items=items.iter_rows(named=True),
        half_life_seconds=ranked["half_life_seconds"][0] if len(ranked) else None,
    )


def answer_explain(context: Context, name: str, scope: Scope, as_of: datetime | None, article: str) -> Explanation:
    """Give the account of one article's place in one list.

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
    article : str
        Its id or URL.

    Raises
    ------
    UsageError
        Where there is no such list or article, or no article in the scope.
    """
    if name == LIST_NAME:
        raise UsageError(f"{name} is no ranked list; `readership recommend ARTICLE` tells why each item is there")
    context.settings.recipe(name)
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest, _ = find_as_of(warehouse, context.settings.load)
        scope = resolve_scope(context, warehouse, scope)
        article_id, _ = find_article(warehouse, article, context.url_rules)
        settings = context.settings.lists[name]
        return explain_article(warehouse, name, settings, scope=scope, as_of=as_of or newest, article_id=article_id)


def answer_compare(  # noqa: PLR0913 - what two configurations are compared by
    context: Context,
    other: Settings,
    *,
    names: Sequence[str],
    scopes: Sequence[Scope],
    as_of: datetime | None,
    hours: int,
) -> Comparison:
    """Compare the lists of the workspace's settings with those of others.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    other : Settings
        The other settings.
    names : sequence of str
        The lists; none for all.
    scopes : sequence of Scope
        The parts of the site; none for the site and each edition.
    as_of : datetime, optional
        The moment; the newest `data_through` where none is given.
    hours : int
        Hours before it whose lists tell the churn.

    Raises
    ------
    UsageError
        Where there is no such list or scope.
    """
    sides = context.settings.lists, other.lists
    for name in names:
        if not any(name in side for side in sides):
            context.settings.recipe(name)
    now, then = ({name: one for name, one in side.items() if not names or name in names} for side in sides)
    with context.hold(), context.open(is_reader=True) as warehouse:
        newest, _ = find_as_of(warehouse, context.settings.load)
        found = [resolve_scope(context, warehouse, scope) for scope in scopes]
        if not found:
            editions = sorted(warehouse.distinct("articles.article", "edition"))
            found = [Scope(()), *(Scope((("edition", edition),)) for edition in editions)]
        return compare_lists(warehouse, now, then, scopes=found, as_of=as_of or newest, hours=hours)


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
        folder, settings = context.workspace.similarity, context.settings.read_next
        items = _join_cards(warehouse, recommend_article(warehouse, settings, moment, article_id, folder=folder))
    return build_read_next_document(article_id, edition, as_of=moment, items=items.iter_rows(named=True))


def answer_coverage(context: Context, name: str) -> Told | None:
    """Tell the story of an article, or the story of that id, as the last run left it.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    name : str
        Id or URL of an article, or id of a story.

    Returns
    -------
    Told or None
        Nothing where the article is in no story of at least two.

    Raises
    ------
    UsageError
        Where there is neither such an article nor such a story.
    """
    with context.hold(), context.open(is_reader=True) as warehouse:
        told = read_story(warehouse, context.settings.coverage, name)
        if told:
            return told
        article_id, _ = find_article(warehouse, name, context.url_rules)
        return read_story(warehouse, context.settings.coverage, article_id)


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
    scope = scope.resolve({"section": site.section_aliases, "region": site.region_aliases})
    values = warehouse.frame("publish/scope_value")
    for key, value in scope.pairs:
        if key in EVENT_FILTERS:
            continue
        known = _list_names(warehouse, key) if key in NAME_KEYS else set(values[COLUMNS[key]].drop_nulls())
        if value not in known:
            raise UsageError(f"no article has {key}={value}; {name_nearest(value, known)}")
    return scope


def _list_names(warehouse: Warehouse, key: str) -> set[str]:
    """List the tags, by key and by label, or the authors that articles have."""
    names = warehouse.frame("publish/scope_name")
    return set(names.filter(pl.col("scope_key") == key)["value"])


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
