"""Publish what the tables hold: documents, pages and the manifest over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import msgspec
import polars as pl

from analytics.instants import format_instant
from analytics.publish.article_pages import build_article_pages
from analytics.publish.builders import ListRecipe, build_list_document, build_read_next_document
from analytics.publish.documents import ListDocument, Manifest, ManifestFile, Status, WithheldList, encode
from analytics.publish.frames import FrameSource, group_rows
from analytics.publish.pages import MAIN_LIST, Material, is_shown
from analytics.publish.paths import MANIFEST, article_page_path, is_article_page, list_path, read_next_path
from analytics.publish.policy import check_policy
from analytics.publish.render import render_pages
from analytics.publish.write import PublishedSet, find_standing, publish_set, read_manifest, replace_file
from analytics.rankings.scopes import Scope
from analytics.settings import PageRecipe, Policy


def publish_reports(  # noqa: PLR0913 - the fields of the manifest, by name
    warehouse: FrameSource,
    *,
    reports: Path,
    lists: Sequence[ListRecipe],
    page: PageRecipe,
    as_of: datetime,
    data_through: datetime | None,
    final_through: datetime | None = None,
    config_hash: str,
    status: Status,
    reasons: Sequence[str],
    generated_at: datetime,
    next_expected_at: datetime | None,
    policy: Policy | None = None,
    touched: Collection[Scope] | None = None,
    is_read_next_touched: bool = False,
) -> PublishedSet:
    """Publish the rankings, the read-next lists and the pages of one moment as a whole set.

    Parameters
    ----------
    warehouse
        Where the tables are read.
    reports
        The folder to publish into.
    lists
        The lists as configured; a ranking of a list that is not among them is left out.
    page
        What the document of an article's page holds.
    as_of, data_through, final_through
        The moment described, the hour up to which events are complete, and the one whose late window has closed
        (naive UTC).
    config_hash
        Hash of the settings.
    status, reasons
        The state the set is published in, and why.
    generated_at, next_expected_at
        Clock times for the manifest (naive UTC).
    policy
        What the lists must keep to be published.
    touched
        The scopes whose lists may have changed since the set that stands in `reports`, where nothing else did: what
        they do not touch stays without being made again, pages aside. All is made where none are given.
    is_read_next_touched
        Whether what to read next may have changed beside those scopes.

    Returns
    -------
    PublishedSet
        With the manifest, whose `run_id` is a hash of moment, settings and content.

    Raises
    ------
    CheckFailed
        Where the lists break the policy; the old set stays.
    ReportError
        Where a document would break its contract, or the folder cannot be written; the old set stays.
    """
    items = warehouse.frame("publish/list_item", as_of=as_of)
    check_policy(policy or Policy(), warehouse.frame("publish/ranking", as_of=as_of), items)
    standing = None if touched is None else _find_standing(reports, lists, touched)
    documents = _build_lists(
        warehouse,
        items,
        lists,
        as_of=as_of,
        data_through=data_through,
        touched=None if standing is None else touched,
    )
    files = {list_path(one.list, msgspec.to_builtins(one.scope)): encode(one) for one in documents}
    if standing is None or is_read_next_touched:
        files.update(_build_read_next(warehouse, as_of))
    pages = build_article_pages(warehouse, page, documents, as_of)
    files.update((article_page_path(one.edition, one.article_id), encode(one)) for one in pages)
    homes = items.select("article_id", "edition", "language")
    material = Material(
        as_of=as_of,
        data_through=data_through,
        status=status,
        reasons=tuple(reasons),
        editions=tuple(warehouse.frame("publish/edition").iter_rows()),
        documents=tuple(documents),
        homes={one: (edition, language) for one, edition, language in homes.iter_rows()},
        hourly=warehouse.frame("publish/edition_hourly", as_of=as_of),
        removed=warehouse.frame("publish/edition_removed", as_of=as_of),
        item_hourly=warehouse.frame("publish/item_hourly", as_of=as_of),
    )
    files.update(render_pages(material))

    withheld = tuple(WithheldList(*row) for row in warehouse.frame("publish/withheld", as_of=as_of).rows())

    def build_manifest(described: tuple[ManifestFile, ...]) -> Manifest:
        return Manifest(
            run_id=name_run(as_of, config_hash, described),
            as_of=format_instant(as_of),
            data_through=_format_optional(data_through),
            final_through=_format_optional(final_through),
            status=status,
            reasons=tuple(reasons),
            config_hash=config_hash,
            generated_at=format_instant(generated_at),
            next_expected_at=_format_optional(next_expected_at),
            files=described,
            withheld=withheld,
        )

    standing = [file for file in standing or () if file.path not in files]
    return publish_set(reports, files, build_manifest, standing=standing)


def restate_reports(
    reports: Path,
    *,
    status: Status,
    reasons: Sequence[str],
    generated_at: datetime,
    next_expected_at: datetime | None,
) -> Manifest | None:
    """Say in the manifest how the published set now stands; every other file stays as it is.

    Returns
    -------
    Manifest or None
        None where nothing has been published yet.
    """
    manifest = read_manifest(reports)
    if manifest is None:
        return None
    manifest = msgspec.structs.replace(
        manifest,
        status=status,
        reasons=tuple(reasons),
        generated_at=format_instant(generated_at),
        next_expected_at=_format_optional(next_expected_at),
    )
    replace_file(reports / MANIFEST, encode(manifest))
    return manifest


def name_run(as_of: datetime, config_hash: str, files: Sequence[ManifestFile]) -> str:
    """Name a run by what it says: a hash of moment, settings and content.

    Examples
    --------
    >>> name_run(datetime(2026, 3, 14, 12), "c0ffee", [])
    'bb2e7c721a48291142170326093d48ad'
    """
    lines = [format_instant(as_of), config_hash, *(f"{file.path} {file.sha256}" for file in sorted(files))]
    return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def _build_lists(  # noqa: PLR0913 - what the documents say, by name
    warehouse: FrameSource,
    items: pl.DataFrame,
    lists: Sequence[ListRecipe],
    *,
    as_of: datetime,
    data_through: datetime | None,
    touched: Collection[Scope] | None,
) -> list[ListDocument]:
    """Build the documents; where only some scopes are touched, theirs and those that the pages show."""
    recipes = {recipe.name: recipe for recipe in lists}
    places = {name: place for place, name in enumerate(recipes)}
    rankings = [
        (name, Scope.parse(scope), basis, half_life_seconds)
        for name, scope, basis, half_life_seconds in warehouse.frame("publish/ranking", as_of=as_of)
        .select("list_name", "scope", "basis", "half_life_seconds")
        .iter_rows()
        if name in recipes
    ]
    if touched is not None:
        rankings = [row for row in rankings if row[1] in touched or is_shown(row[0], dict(row[1].pairs))]
    scopes = {str(scope) for _, scope, *_ in rankings}
    by_list = group_rows(items.filter(pl.col("scope").is_in(scopes)), "list_name", "scope")
    order = sorted(rankings, key=lambda row: (places[row[0]], row[0], str(row[1])))
    return [
        build_list_document(
            recipes[name],
            dict(scope.pairs),
            as_of=as_of,
            data_through=data_through,
            basis=basis,
            items=by_list.get((name, str(scope)), ()),
            half_life_seconds=half_life_seconds,
        )
        for name, scope, basis, half_life_seconds in order
    ]


def _find_standing(reports: Path, lists: Sequence[ListRecipe], touched: Collection[Scope]) -> list[ManifestFile] | None:
    """Describe what of the published set stands where only these scopes are touched; None where all must be made."""
    if MAIN_LIST not in {recipe.name for recipe in lists}:
        return None
    anew = {list_path(recipe.name, dict(scope.pairs)) for recipe in lists for scope in touched}
    standing = find_standing(reports, anew)
    return None if standing is None else [file for file in standing if not is_article_page(file.path)]


def _build_read_next(warehouse: FrameSource, as_of: datetime) -> Iterator[tuple[str, bytes]]:
    by_seed = group_rows(warehouse.frame("publish/read_next_item"), "seed_article_id")
    for article_id, edition in warehouse.frame("publish/seed", as_of=as_of).iter_rows():
        document = build_read_next_document(article_id, edition, as_of=as_of, items=by_seed.get(article_id, []))
        yield read_next_path(edition, article_id), encode(document)


def _format_optional(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment)
