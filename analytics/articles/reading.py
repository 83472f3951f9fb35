"""Reads the articles of a file, each checked, or set aside with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from analytics.articles.sources import SOURCES
from analytics.articles.sources.items import ItemRules, parse_item
from analytics.articles.sources.native import FieldError, parse_article
from analytics.articles.sources.recognise import recognise_article_format
from analytics.articles.sources.sitemap import NO_NEWS
from analytics.articles.sources.whole import read_whole
from analytics.articles.versions import Content
from analytics.csv_records import BLANK_LINE
from analytics.inflate import read_head
from analytics.lines import LONG_LINE, Caps, Copy, copy_lines
from analytics.scratch import open_scratch
from analytics.settings import Load, Site
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse

_MARKS = {BLANK_LINE: "blank_line", LONG_LINE: "line_too_long"}
_FILTERED = ("blank_line", NO_NEWS)


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
    editions, default_edition, zone
        As in `ItemRules`; the zone serves native articles too.
    is_dry : bool
        Say what would come of it, and change nothing.
    scratch : Path, optional
        Where files are unpacked.
    tags : mapping of str to str
        Keys of accepted spellings of tags, each with the key it stands under.
    """

    load: Load
    site: Site
    urls: UrlRules
    loaded_at: datetime
    editions: tuple[str, ...] = ()
    default_edition: str | None = None
    zone: tzinfo | None = None
    is_dry: bool = False
    scratch: Path | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def items(self) -> ItemRules:
        """What reading a page or a feed needs to know."""
        return ItemRules(self.urls, self.editions, self.default_edition, self.zone)

    @property
    def caps(self) -> Caps:
        """How much of a file is read."""
        return Caps(self.load.line_bytes, self.load.file_bytes, self.load.expansion_ratio)


@dataclass
class Reading:
    """What the lines or items of a file came to.

    Parameters
    ----------
    format : str
        As the ledger names it.
    lines, filtered : int
        All of them, and those that are not ours to count.
    articles : list of dict
        The good ones.
    numbers : list of int
        Where each of these stands in the file.
    rejects : list of (int, str, str or None)
        Number, reason and fields of the others.
    """

    format: str = ""
    lines: int = 0
    filtered: int = 0
    articles: list[Content] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejects: list[tuple[int, str, str | None]] = field(default_factory=list)

    def take(
        self, number: int, record: Mapping[str, Any] | str, rules: ArticleRules, *, is_native: bool = False
    ) -> None:
        """Take one record, or the reason why there is none."""
        self.lines += 1
        if isinstance(record, str):
            if record in _FILTERED:
                self.filtered += 1
            else:
                self.rejects.append((number, record, None))
            return
        try:
            article = parse_article(record, rules.urls, rules.zone) if is_native else parse_item(record, rules.items)
        except FieldError as error:
            fields = json.dumps(record, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()
            self.rejects.append((number, error.reason, fields))
        else:
            self.articles.append(article)
            self.numbers.append(number)

    def keep(self, numbers: frozenset[int]) -> Reading:
        """Give what these lines alone came to."""
        good = [(number, one) for number, one in zip(self.numbers, self.articles, strict=True) if number in numbers]
        bad = [reject for reject in self.rejects if reject[0] in numbers]
        filtered = len(numbers) - len(good) - len(bad)
        return Reading(
            self.format, len(numbers), filtered, [one for _, one in good], [number for number, _ in good], bad
        )


def read_articles(warehouse: Warehouse, path: Path, rules: ArticleRules, form: str = "auto") -> Reading:
    """Read a file of articles.

    Parameters
    ----------
    warehouse : Warehouse
        Reads Parquet.
    path : Path
        The file.
    rules : ArticleRules
        Limits, URL rules and zones.
    form : str
        One of `FORMATS`; what is of none is read as native, which gives each line its reason.

    Raises
    ------
    InputError
        Where the file is damaged, or larger than the caps allow.
    UsageError
        Where what reads the format is not installed.
    """
    found = (recognise_article_format(read_head(path)) or "native") if form == "auto" else form
    if found in SOURCES:
        reading = Reading(found)
        for number, record in enumerate(SOURCES[found](read_whole(path, rules.caps), rules.urls), 1):
            reading.take(number, record, rules)
        return reading
    with open_scratch(rules.scratch) as folder:
        copy = copy_lines(path, folder, rules.caps)
        reading = Reading(f"native-{copy.format}")
        for number, record in _read_records(warehouse, copy):
            reading.take(number, record, rules, is_native=True)
    return reading


def _read_records(warehouse: Warehouse, copy: Copy) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Give each line's number with its record, or with the reason why it is none."""
    if copy.format == "parquet":
        yield from enumerate(warehouse.read_parquet(copy.path).iter_rows(named=True), 1)
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
