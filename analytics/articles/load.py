"""Loads a file of articles: every content is a version, the newest is the article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from analytics.articles.identity import choose_identities, rename_contents, rename_versions
from analytics.articles.reading import ArticleRules, Reading, read_articles
from analytics.articles.sources import FORMATS
from analytics.articles.versions import Content, build_tables, frame_versions
from analytics.errors import InputError, UsageError, name_nearest
from analytics.ledger import FileReport, make_rejects
from analytics.warehouse import Warehouse

__all__ = ["ArticleRules", "load_article_file", "load_article_rows"]

_REJECT_SCHEMA = {"line": pl.Int64, "reason": pl.String, "fields": pl.String}


@dataclass(frozen=True)
class _Arrivals:
    """What changes: versions that are new or come back, and ids that gave way to others."""

    versions: pl.DataFrame
    loaded: int
    renamed: pl.DataFrame
    loaded_at: datetime

    @property
    def changed(self) -> pl.DataFrame:
        """Give the ids whose tables are made anew."""
        return pl.concat([self.versions.select("article_id"), self.renamed]).unique()


def load_article_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: ArticleRules, form: str = "auto"
) -> FileReport:
    """Load one file of articles, all or nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    path : Path
        NDJSON, CSV or Parquet, a web page, a feed or a news sitemap; plain, gzip or zstd.
    report : FileReport
        Names the file: hash, name, bytes.
    rules : ArticleRules
        Limits, aliases, URL rules and the clock.
    form : str
        native, jsonld, feed or sitemap; auto to tell by the content.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.

    Raises
    ------
    UsageError
        Where there is no such format, or what reads it is not installed.
    InputError
        Where the rejects alone are replayed, and the file cannot be read again.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r} of articles; {name_nearest(form, FORMATS)}")
    try:
        reading = _read_file(warehouse, path, report, rules, form)
    except InputError as error:
        if report.part:
            raise
        reading, report = Reading(), replace(report, status="set_aside", reason=error.message)
    else:
        report = report.settle(_tally(report, reading), rules.load)
    arrivals = _choose_arrivals(warehouse, reading.articles if report.status == "loaded" else [], rules.loaded_at)
    if report.status == "loaded":
        duplicate = report.duplicate + len(reading.articles) - arrivals.loaded
        report = replace(report, loaded=report.loaded + arrivals.loaded, duplicate=duplicate)
    rejects = pl.DataFrame(reading.rejects, schema=_REJECT_SCHEMA, orient="row")
    if rules.is_dry:
        warehouse.drop_stage()
        return report.plan(rejects)
    with warehouse.transaction():
        _write_articles(warehouse, arrivals, rules)
        warehouse.replace_frame("loads.file", report.to_row(rules.loaded_at), content_hash=report.content_hash)
        warehouse.replace_frame("loads.reject", make_rejects(report, rejects), content_hash=report.content_hash)
    warehouse.drop_stage()
    return report


def load_article_rows(
    warehouse: Warehouse, rows: Sequence[Mapping[str, Any]], report: FileReport, rules: ArticleRules
) -> FileReport:
    """Load articles that were found in a file of something else, such as the metadata in a file of events.

    Writes neither ledger nor rejects.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing, outside a transaction.
    rows : sequence of mapping
        Native fields, as far as they are known, and `language` where `edition` is not.
    report : FileReport
        Names the file they were found in.
    rules : ArticleRules
        Limits, aliases, URL rules and the clock.

    Returns
    -------
    FileReport
        What became of the rows; its `reason` says why some were refused.
    """
    reading = Reading(report.format or "found")
    for number, row in enumerate(rows, 1):
        reading.take(number, row, rules)
    arrivals = _choose_arrivals(warehouse, reading.articles, rules.loaded_at)
    with warehouse.transaction():
        _write_articles(warehouse, arrivals, rules)
    warehouse.drop_stage()
    reasons = Counter(reason for _, reason, _ in reading.rejects)
    why = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items())) or None
    counts = replace(_tally(report, reading), loaded=arrivals.loaded, reason=why)
    return replace(counts, duplicate=len(reading.articles) - arrivals.loaded)


def _read_file(warehouse: Warehouse, path: Path, report: FileReport, rules: ArticleRules, form: str) -> Reading:
    """Read a file, or of one whose rejects are replayed the lines that were rejected."""
    if report.part is None:
        return read_articles(warehouse, path, rules, form)
    reading = read_articles(warehouse, path, rules, report.part.choose_format(form))
    report.part.refuse_other(reading.format, reading.lines)
    return reading.keep(frozenset(report.part.lines["line"]))


def _tally(report: FileReport, reading: Reading) -> FileReport:
    times = [article["published_at"] for article in reading.articles]
    return replace(
        report,
        format=reading.format,
        lines=reading.lines,
        rejected=len(reading.rejects),
        filtered=reading.filtered,
        first_occurred_at=min(times, default=None),
        last_occurred_at=max(times, default=None),
    )


def _choose_arrivals(warehouse: Warehouse, articles: list[Content], loaded_at: datetime) -> _Arrivals:
    """Keep the contents that are new, or that come back after another one, numbered by arrival."""
    warehouse.stage_frame("stage.incoming_url", _list_texts("url", [article["url"] for article in articles]))
    names = choose_identities(articles, warehouse.frame("articles/claim"))
    incoming = frame_versions(rename_contents(articles, names))
    renamed = _list_texts("article_id", [*names])
    warehouse.stage_frame("stage.incoming_article", pl.concat([incoming.select("article_id"), renamed]))
    every = warehouse.frame("articles/standing")
    _stage_addresses(warehouse, articles, every, names)
    standing = every.join(renamed, on="article_id", how="anti")
    moved = rename_versions(every, names)
    latest = standing.group_by("article_id").agg(pl.col("content_hash").sort_by("arrival_number").last())
    unchanged = incoming.filter(pl.col("article_id").is_first_distinct()).join(latest, on="content_hash", how="semi")
    fresh = incoming.join(unchanged, on="content_hash", how="anti", maintain_order="left")
    last = int(warehouse.frame("articles/last_arrival").item())
    numbered = fresh.with_row_index("arrival_number", offset=last + 1).cast({"arrival_number": pl.Int64})
    known = pl.concat([standing.select("content_hash"), moved.select("content_hash")])
    loaded = numbered.join(known, on="content_hash", how="anti").height
    kept = moved.join(pl.concat([standing, numbered], how="diagonal"), on="content_hash", how="anti")
    return _Arrivals(pl.concat([numbered, kept], how="diagonal"), loaded, renamed, loaded_at)


def _stage_addresses(
    warehouse: Warehouse, articles: list[Content], standing: pl.DataFrame, names: Mapping[str, str]
) -> None:
    """Note where the URLs of these articles lead until they are loaded, and which of them are known.

    An article that goes on under another id is the same one.
    """
    urls = [url for article in articles for url in (article["url"], *article.get("aliases", ()))]
    warehouse.stage_frame("stage.incoming_address", _list_texts("url", urls))
    addresses = warehouse.frame("articles/standing_address")
    ids = pl.col("article_id").replace(names)
    warehouse.stage_frame("stage.standing_address", addresses.with_columns(ids))
    warehouse.stage_frame("stage.standing_id", standing.select(ids.unique()))


def _list_texts(name: str, texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: texts}, schema={name: pl.String})


def _write_articles(warehouse: Warehouse, arrivals: _Arrivals, rules: ArticleRules) -> None:
    changed = arrivals.changed
    if not len(changed):
        return
    warehouse.replace_keys("articles.version", arrivals.versions.clear(), keys=arrivals.renamed)
    warehouse.replace_keys("articles.version", arrivals.versions, keys=arrivals.versions.select("content_hash"))
    versions = warehouse.frame("articles/standing").join(changed, on="article_id", how="semi")
    tables = build_tables(versions, rules.site, rules.tags)
    warehouse.replace_keys("articles.article", tables.articles, keys=changed)
    warehouse.replace_keys("articles.alias", tables.aliases, keys=changed)
    warehouse.replace_keys("articles.article_tag", tables.tags, keys=changed)
    warehouse.replace_all("articles/tag")
    warehouse.append("articles/alias_effect", loaded_at=arrivals.loaded_at)
