"""Loads a file of articles: every content is a version, the newest is the article."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from analytics.articles.sources.native import FIELDS, FieldError, parse_article
from analytics.articles.tags import key_tag
from analytics.articles.text import read_language, reading_minutes
from analytics.errors import InputError
from analytics.instants import format_instant, parse_instant
from analytics.ledger import FileReport, make_rejects
from analytics.lines import BLANK_LINE, LONG_LINE, Caps, Copy, copy_lines
from analytics.rankings.scopes import slugify
from analytics.settings import Load, Site
from analytics.urls import UrlRules, canonicalise_url
from analytics.warehouse import Warehouse

_TIMES = ("published_at", "updated_at", "embargo_until", "breaking_until")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **{name: pl.String for name in FIELDS if name != "aliases"},
    **dict.fromkeys(_TIMES, pl.Datetime("us")),
    **dict.fromkeys(("tags", "authors"), pl.List(pl.String)),
    **dict.fromkeys(("language", "section_slug", "region_slug"), pl.String),
    "reading_minutes": pl.Int32,
}
_MARKS = {BLANK_LINE: "blank_line", LONG_LINE: "line_too_long"}


@dataclass(frozen=True)
class ArticleRules:
    """What loading articles needs to know beside the file.

    Parameters
    ----------
    load : Load
        Limits and caps.
    site : Site
        Aliases of labels and reading speeds.
    urls : UrlRules
        What the site says about its URLs.
    loaded_at : datetime
        The clock (naive UTC).
    """

    load: Load
    site: Site
    urls: UrlRules
    loaded_at: datetime


def load_article_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: ArticleRules
) -> FileReport:
    """Load one file of articles, all or nothing.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing.
    path : Path
        NDJSON, CSV or Parquet; plain, gzip or zstd.
    report : FileReport
        Names the file: hash, name, bytes.
    rules : ArticleRules
        Limits, aliases, URL rules and the clock.

    Returns
    -------
    FileReport
        The row the ledger now holds. A damaged file, or one with too many bad lines, is set aside.
    """
    try:
        articles, rejects, report = _read_file(warehouse, path, report, rules)
    except InputError as error:
        report = replace(report, status="set_aside", reason=error.message)
        articles, rejects = [], []
    limit = max(rules.load.reject_limit_share * report.lines, rules.load.reject_limit_lines)
    if report.rejected > limit:
        share = report.rejected / report.lines
        report = report.set_aside(
            f"{share:.1%} of its lines are bad; see loads.reject for the reason of each"
        )
        articles = []
    fresh = _choose_fresh(warehouse, articles)
    if report.status == "loaded":
        report = replace(report, loaded=len(fresh), duplicate=len(articles) - len(fresh))
    with warehouse.transaction():
        if len(fresh):
            _write_articles(warehouse, fresh, rules)
        warehouse.replace_frame(
            "loads.file", report.to_row(rules.loaded_at), content_hash=report.content_hash
        )
        rows = pl.DataFrame(
            rejects, schema={"line": pl.Int64, "reason": pl.String, "fields": pl.String}, orient="row"
        )
        warehouse.replace_frame("loads.reject", make_rejects(report, rows), content_hash=report.content_hash)
    warehouse.drop_stage()
    return report


def build_article(content: Mapping[str, Any], rules: ArticleRules) -> dict[str, Any]:
    """Build the row of `articles.article` from a version's content.

    Parameters
    ----------
    content : mapping
        A version as `articles.version` holds it, times parsed.
    rules : ArticleRules
        Aliases of labels, reading speeds and URL rules.
    """
    language = read_language(content["edition"])
    words = dict(rules.site.words_per_minute)
    text = " ".join(filter(None, (content["summary"] if not content["body"] else None, content["body"])))
    row = {name: value for name, value in content.items() if name != "aliases"}
    return row | {
        "language": language,
        "section_slug": _slug_label(content["section"], rules.site.section_aliases),
        "region_slug": _slug_label(content["region"], rules.site.region_aliases),
        "reading_minutes": max(1, reading_minutes(text, language, words, words.get("default", 238))),
    }


def _slug_label(label: str | None, aliases: Mapping[str, str]) -> str | None:
    if not label:
        return None
    known = {slugify(name): target for name, target in aliases.items()}
    return slugify(known.get(slugify(label), label)) or None


def _read_file(
    warehouse: Warehouse, path: Path, report: FileReport, rules: ArticleRules
) -> tuple[list[dict[str, Any]], list[tuple[int, str, str | None]], FileReport]:
    load = rules.load
    articles, rejects = [], []
    lines = filtered = 0
    with tempfile.TemporaryDirectory(prefix="readership-") as folder:
        copy = copy_lines(path, Path(folder), Caps(load.line_bytes, load.file_bytes, load.expansion_ratio))
        for number, record in _read_records(warehouse, copy):
            lines += 1
            if record == "blank_line":
                filtered += 1
            elif isinstance(record, str):
                rejects.append((number, record, None))
            else:
                try:
                    articles.append(_parse(record, rules.urls))
                except FieldError as error:
                    rejects.append(
                        (number, error.reason, json.dumps(record, ensure_ascii=False, default=str))
                    )
    times = [article["published_at"] for article in articles]
    return (
        articles,
        rejects,
        replace(
            report,
            format=f"native-{copy.format}",
            lines=lines,
            rejected=len(rejects),
            filtered=filtered,
            first_occurred_at=min(times, default=None),
            last_occurred_at=max(times, default=None),
        ),
    )


def _read_records(warehouse: Warehouse, copy: Copy) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Give each line's number with its record, or with the reason why it is none."""
    if copy.format == "parquet":
        rows = warehouse.read_parquet(copy.path)
        yield from enumerate(rows.iter_rows(named=True), 1)
        return
    with copy.path.open("rb") as file:
        for number, line in enumerate(file, copy.first_line):
            yield number, _read_record(line.rstrip(b"\n"))


def _read_record(line: bytes) -> dict[str, Any] | str:
    if line in _MARKS:
        return _MARKS[line]
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "malformed_line"


def _parse(record: Mapping[str, Any], rules: UrlRules) -> dict[str, Any]:
    article = parse_article(record)
    article["url"] = canonicalise_url(article["url"], rules)
    if article["url"] is None:
        raise FieldError("bad_url")
    image = article["image_url"]
    if image and not image.startswith(("https://", "http://")):
        article["image_url"] = None
    article["aliases"] = sorted({url for old in article["aliases"] if (url := canonicalise_url(old, rules))})
    return article


def _choose_fresh(warehouse: Warehouse, articles: list[dict[str, Any]]) -> pl.DataFrame:
    """Keep the contents that are no known version yet, numbered by arrival."""
    texts = [_write_content(article) for article in articles]
    incoming = pl.DataFrame(
        {
            "article_id": [article["article_id"] for article in articles],
            "content_hash": [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts],
            "updated_at": [article["updated_at"] for article in articles],
            "content": texts,
        },
        schema={
            "article_id": pl.String,
            "content_hash": pl.String,
            "updated_at": pl.Datetime("us"),
            "content": pl.String,
        },
    ).unique(["article_id", "content_hash"], keep="first", maintain_order=True)
    warehouse.stage_frame("stage.incoming_article", incoming.select("article_id"))
    known = warehouse.frame("articles/standing").select("article_id", "content_hash")
    last = int(warehouse.frame("articles/last_arrival").item())
    fresh = incoming.join(known, on=["article_id", "content_hash"], how="anti", maintain_order="left")
    return fresh.with_row_index("arrival_number", offset=last + 1).with_columns(
        pl.col("arrival_number").cast(pl.Int64)
    )


def _write_content(article: Mapping[str, Any]) -> str:
    content = {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in article.items()
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _read_content(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text)
    return content | {name: parse_instant(content[name]) for name in _TIMES if content[name]}


def _write_articles(warehouse: Warehouse, fresh: pl.DataFrame, rules: ArticleRules) -> None:
    warehouse.append_frame("articles.version", fresh)
    versions = warehouse.frame("articles/standing").join(
        fresh.select("article_id").unique(), on="article_id", how="semi"
    )
    rows, aliases = [], []
    for history in versions.sort("article_id", "arrival_number").partition_by(
        "article_id", maintain_order=True
    ):
        contents = [_read_content(text) for text in history["content"]]
        newest = _choose_newest(contents)
        rows.append(build_article(newest, rules))
        aliases += _list_aliases(contents, newest)
    articles = pl.DataFrame(rows, schema=_SCHEMA)
    keys = articles.select("article_id")
    tags = _list_tags(rows)
    for table, frame in (
        ("articles.article", articles),
        ("articles.alias", _frame_aliases(aliases)),
        ("articles.article_tag", tags),
    ):
        warehouse.replace_keys(table, frame, keys=keys)
    warehouse.replace_all("articles/tag")


def _choose_newest(contents: list[dict[str, Any]]) -> dict[str, Any]:
    """Choose the content with the newest update; of equals, the last that arrived."""
    numbered = enumerate(contents)
    return max(numbered, key=lambda pair: (pair[1]["updated_at"] or pair[1]["published_at"], pair[0]))[1]


def _list_aliases(contents: Iterable[dict[str, Any]], newest: dict[str, Any]) -> list[tuple[str, str, bool]]:
    old = {url for content in contents for url in (content["url"], *content["aliases"])} - {newest["url"]}
    article_id = newest["article_id"]
    return [(newest["url"], article_id, True), *((url, article_id, False) for url in sorted(old))]


def _frame_aliases(aliases: list[tuple[str, str, bool]]) -> pl.DataFrame:
    return pl.DataFrame(
        aliases, schema={"url": pl.String, "article_id": pl.String, "is_current": pl.Boolean}, orient="row"
    )


def _list_tags(rows: list[dict[str, Any]]) -> pl.DataFrame:
    tags = {
        (row["article_id"], key): label
        for row in rows
        for label in reversed(row["tags"])
        if (key := key_tag(label))
    }
    return pl.DataFrame(
        [(article_id, key, label) for (article_id, key), label in sorted(tags.items())],
        schema={"article_id": pl.String, "tag_key": pl.String, "label": pl.String},
        orient="row",
    )
