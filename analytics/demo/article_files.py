"""Writes articles as native files, one format an edition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from analytics.demo.event_files import write_gzip
from analytics.demo.grammar import read_table

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from analytics.demo.articles import Article

FIELDS: Final = (
    "article_id",
    "url",
    "edition",
    "title",
    "summary",
    "body",
    "section",
    "region",
    "content_type",
    "tags",
    "authors",
    "source",
    "published_at",
    "updated_at",
    "image_url",
    "image_alt",
    "status",
    "embargo_until",
    "breaking_until",
    "translation_group",
    "aliases",
)
TIMES: Final = ("published_at", "updated_at", "embargo_until", "breaking_until")
LISTS: Final = ("tags", "authors", "aliases")


def write_articles(versions: list[Article], edition: str, folder: Path) -> Path:
    """Write one edition's article versions: English NDJSON, Arabic Parquet, Spanish CSV."""
    if edition == "ar":
        return _write_parquet(versions, folder / "articles-ar.parquet")
    if edition == "es":
        return _write_csv(versions, folder / "articles-es.csv")
    rows = (describe_article(version) for version in versions)
    lines = [json.dumps({k: v for k, v in row.items() if v not in (None, "")}, ensure_ascii=False) for row in rows]
    return write_gzip("\n".join(lines) + "\n", folder / f"articles-{edition}.ndjson.gz")


def describe_article(article: Article) -> dict[str, Any]:
    """Return the native fields of one version, times as ISO 8601 in UTC, lists as lists."""
    row = _list_fields(article)
    return row | {name: _print_time(row[name]) for name in TIMES}


def list_label_aliases(kind: str) -> dict[str, str]:
    """Return the label of the site's menu that each edition's own label belongs to.

    Parameters
    ----------
    kind
        ``section`` or ``region``.

    Examples
    --------
    >>> list_label_aliases("section")["Deportes"]
    'Sports'
    """
    table = read_table("labels")[kind]
    return {label: menu for menu, labels in table.items() for label in labels.values() if label != menu}


def _list_fields(article: Article) -> dict[str, Any]:
    """Return the fields with lists as lists and labels as the edition writes them."""
    row: dict[str, Any] = {name: getattr(article, name) for name in FIELDS}
    labels = read_table("labels")
    for kind in ("section", "region"):
        row[kind] = labels[kind].get(row[kind], {}).get(article.edition, row[kind])
    return row | {name: list(row[name]) for name in LISTS}


def _print_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_csv(versions: list[Article], path: Path) -> Path:
    """Write CSV in which a list is a JSON array in its cell."""
    rows = [describe_article(version) for version in versions]
    for row in rows:
        row.update({name: json.dumps(row[name], ensure_ascii=False) for name in LISTS})
    path.write_text(pl.DataFrame(rows, schema=dict.fromkeys(FIELDS, pl.String)).write_csv(), "utf-8", newline="")
    return path


def _write_parquet(versions: list[Article], path: Path) -> Path:
    schema: dict[str, Any] = dict.fromkeys(FIELDS, pl.String)
    schema |= dict.fromkeys(TIMES, pl.Datetime("us", "UTC")) | dict.fromkeys(LISTS, pl.List(pl.String))
    pl.DataFrame([_list_fields(version) for version in versions], schema=schema).write_parquet(
        path, compression="zstd", statistics=False
    )
    return path
