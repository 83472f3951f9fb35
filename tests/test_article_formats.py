"""Pages, feeds and sitemaps: what each case under `tests/articles_formats/` becomes, and what damage does not do."""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.articles.load import load_article_file
from analytics.articles.reading import ArticleRules, Reading, read_articles
from analytics.articles.sources import FORMATS, SOURCES
from analytics.articles.sources.items import ItemRules, parse_item
from analytics.articles.sources.markup import read_html, strip_markup
from analytics.articles.sources.native import FieldError
from analytics.articles.sources.recognise import recognise_article_format
from analytics.articles.sources.whole import DOCUMENT_BYTES, read_whole
from analytics.errors import InputError, UsageError
from analytics.instants import format_instant
from analytics.ledger import REASONS, FileReport
from analytics.settings import load_settings
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse

from .newsroom import NOW, article, open_empty_warehouse, to_csv, to_gzip, to_ndjson, to_parquet

ROOT = Path(__file__).parent / "articles_formats"
CASES = sorted(path.parent.relative_to(ROOT).as_posix() for path in ROOT.rglob("expect.ndjson"))
RULES = ArticleRules(load_settings().load, load_settings().site, UrlRules(), NOW)
LONGEST_SECONDS = 10


def read_case(case: str) -> tuple[Path, list[dict[str, Any]]]:
    (path,) = (ROOT / case).glob("input.*")
    return path, [json.loads(line) for line in (ROOT / case / "expect.ndjson").read_text("utf-8").splitlines()]


def read_file(path: Path, form: str = "auto") -> Reading:
    with open_empty_warehouse() as warehouse:
        return read_articles(warehouse, path, RULES, form)


def describe(reading: Reading) -> list[dict[str, Any]]:
    """Give the articles, then the rejects, then how many were not ours to count, as a case writes them."""
    articles = [
        {
            name: format_instant(value) if isinstance(value, datetime) else value
            for name, value in content.items()
            if name != "is_item"
        }
        for content in reading.articles
    ]
    rejects = [{"item": number, "reason": reason} for number, reason, _ in reading.rejects]
    return [*articles, *rejects, *([{"filtered": reading.filtered}] if reading.filtered else [])]


@pytest.mark.parametrize("case", CASES)
def test_an_input_becomes_what_its_case_expects(case: str) -> None:
    path, expected = read_case(case)
    if "refused" in expected[0]:
        with pytest.raises(InputError, match=expected[0]["refused"]):
            read_file(path)
        return
    reading = read_file(path)
    assert describe(reading) == expected
    assert reading.format == case.partition("/")[0]
    assert reading.lines == len(reading.articles) + len(reading.rejects) + reading.filtered
    assert {reason for _, reason, _ in reading.rejects} <= REASONS.keys()


@pytest.mark.parametrize("form", SOURCES)
def test_every_format_has_cases_in_three_languages(form: str) -> None:
    cases = [read_case(case)[1] for case in CASES if case.startswith(f"{form}/")]
    editions = {line["edition"] for lines in cases for line in lines if "edition" in line}
    assert len(cases) >= 6
    assert {"en", "ar", "es"} <= editions


@pytest.mark.parametrize("case", CASES)
def test_a_document_is_recognised_by_its_first_bytes(case: str) -> None:
    path, _ = read_case(case)
    found = recognise_article_format(path.read_bytes()[:300])
    assert found == case.partition("/")[0]


def test_native_files_are_recognised_by_their_fields() -> None:
    rows = [article(), article("a2", body="x" * 9000)]
    forms = {"ndjson": to_ndjson(rows), "csv": to_csv(rows), "parquet": to_parquet(rows)}
    assert {recognise_article_format(content[:200]) for content in forms.values()} == {
        f"native-{form}" for form in forms
    }
    event = b'{"kind": "pageview", "occurred_at": "2024-05-15T12:00:00Z", "title": "x"}\n'
    others = (b"", b"\xff\xfe", b"[1, 2]", b"<svg xmlns='x'>", b"<?xml version='1.0'?><note/>", event, b"a,b\n1,2\n")
    assert [recognise_article_format(other) for other in others] == [None] * len(others)
    assert recognise_article_format('\ufeff<?xml version="1.0"?><urlset>'.encode("utf-16")) == "sitemap"


def test_a_format_that_is_named_is_not_guessed(tmp_path: Path) -> None:
    path, expected = read_case("feed/an_atom_entry_gives_all_it_carries")
    with pytest.raises(InputError, match="no sitemap"):
        read_file(path, "sitemap")
    packed = tmp_path / "packed"
    packed.write_bytes(to_gzip(path.read_bytes()))
    assert describe(read_file(packed, "feed")) == expected
    assert FORMATS == ("auto", "native", "jsonld", "feed", "sitemap")


@pytest.mark.parametrize(
    ("language", "edition"), [("pt-BR", "pt-BR"), ("pt_br", "pt-BR"), ("pt-PT", "pt"), ("EN", "en")]
)
def test_a_language_is_its_primary_subtag_unless_the_whole_tag_is_an_edition(language: str, edition: str) -> None:
    record = {"article_id": "1", "url": "https://news.example/1", "title": "A", "published_at": "2024-05-14T10:00:00Z"}
    assert parse_item(record | {"language": language}, ItemRules(editions=("pt-BR",)))["edition"] == edition


def test_a_time_without_a_zone_is_in_the_zone_that_was_given() -> None:
    record = {"article_id": "1", "url": "https://news.example/1", "title": "A", "language": "ar"}
    rules = ItemRules(zone=ZoneInfo("Asia/Qatar"))
    times = {
        text: parse_item(record | {"published_at": text}, rules)["published_at"]
        for text in ("2024-05-14T10:00:00", "2024-05-14T10:00:00Z")
    }
    assert list(times.values()) == [datetime(2024, 5, 14, 7), datetime(2024, 5, 14, 10)]  # noqa: DTZ001


def test_a_time_at_the_end_of_the_calendar_is_refused() -> None:
    record = {"article_id": "1", "url": "https://news.example/1", "title": "A", "language": "en"}
    for text in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9" * 400, 10**400):
        with pytest.raises(FieldError, match="bad_time"):
            parse_item(record | {"published_at": text}, ItemRules())


@pytest.mark.parametrize(
    "image",
    ["javascript:alert(1)", "data:image/png;base64,A", "//evil.example/a.jpg", "https://u:p@evil.example/a.jpg",
     "https://", "https://[bad/a.jpg", "https://img.example/a\u2028b.jpg", "file:///etc/passwd"],
)  # fmt: skip
def test_a_hostile_picture_falls_away_and_leaves_the_article(image: str) -> None:
    record = {"article_id": "1", "url": "https://news.example/1", "title": "A", "language": "en",
              "published_at": "2024-05-14T10:00:00Z", "image_url": image}  # fmt: skip
    assert "image_url" not in parse_item(record, ItemRules())


def test_a_feed_without_its_parser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    with pytest.raises(UsageError, match=r"readership\[feeds\]"):
        read_file(read_case("feed/an_atom_entry_gives_all_it_carries")[0])


def test_a_document_larger_than_the_cap_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(to_gzip(b"<rss>" + b" " * DOCUMENT_BYTES))
    with pytest.raises(InputError, match="grows past"):
        read_whole(path, RULES.caps)


BOMBS = {
    "deep elements": "<div>" * 400_000,
    "reopened elements": "<p>" + "".join(f"<b a{n}>" for n in range(20_000)) + "</p>" + "<p>x</p>" * 20_000,
    "tags without an end": "<a" * 500_000,
    "comments without an end": "<!--" * 500_000,
    "quotes without an end": '<a b="' * 300_000,
    "scripts without an end": "<script>" * 300_000,
    "end tags alone": "</a " * 400_000,
    "white space": "<a " + " " * 1_000_000,
    "equal signs": "<a " + "= " * 500_000,
    "entities": "&#" * 500_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_page_made_to_choke_a_browser_is_read_in_one_pass(bomb: str) -> None:
    started = time.monotonic()
    read_html("<html><article>" + BOMBS[bomb])
    strip_markup(BOMBS[bomb])
    assert time.monotonic() - started < LONGEST_SECONDS


@pytest.mark.parametrize(
    "item",
    ["<category>x</category>" * 30_000, "".join(f'<x xmlns:x{n}="u{n}"/>' for n in range(3000))],
    ids=["tags", "name spaces"],
)
def test_a_feed_made_to_choke_its_parser_is_refused(item: str) -> None:
    with pytest.raises(InputError, match="more elements"):
        SOURCES["feed"](f"<rss><channel><item>{item}</item></channel></rss>".encode(), UrlRules())


@given(st.sampled_from([*SOURCES]), st.binary(max_size=300), st.sampled_from([b"", b"<rss>", b"<urlset>", b"<html>"]))
def test_arbitrary_bytes_are_read_or_refused(form: str, content: bytes, start: bytes) -> None:
    recognise_article_format(start + content)
    read_or_refuse(form, start + content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["https://a.org/1", "2024-05-14"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@id", "@type", "name", "url", "@value", "caption"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PROPERTIES = [
    "@id", "headline", "url", "mainEntityOfPage", "datePublished", "dateModified", "author", "image", "keywords",
    "articleSection", "inLanguage", "articleBody", "description", "@type", "@graph", "mainEntity",
]  # fmt: skip
NODE = {"@type": "NewsArticle", "headline": "A", "url": "https://a.org/1", "datePublished": "2024-05-14T10:00:00Z"}


@given(VALUES, st.sampled_from(PROPERTIES))
def test_a_property_of_any_type_is_read_or_refused(value: object, name: str) -> None:
    data = json.dumps([NODE | {name: value}, NODE | {"@id": "x"}]).replace("</", "<\\/")
    read_or_refuse("jsonld", f'<html lang=en><script type="application/ld+json">{data}</script>'.encode())


def read_or_refuse(form: str, content: bytes) -> None:
    reading = Reading(form)
    try:
        records = SOURCES[form](content, UrlRules())
    except InputError:
        return
    for number, record in enumerate(records, 1):
        reading.take(number, record, RULES)
    assert reading.lines == len(records) == len(reading.articles) + len(reading.rejects) + reading.filtered
    json.dumps(reading.rejects, ensure_ascii=False).encode()


def corrupt(content: bytes, chance: random.Random) -> bytes:
    place, kind = chance.randrange(len(content)), chance.randrange(4)
    if kind == 0:
        return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
    if kind == 1:
        return content[:place]
    if kind == 2:
        return content[:place] + chance.randbytes(chance.randrange(1, 9)) + content[place:]
    return content[:place] + content[place + chance.randrange(1, 40) :]


NATIVE = {
    "native-ndjson": to_ndjson([article(f"a{n}", tags=["Floods", "طقس"], body="Rain. " * 9) for n in range(9)]),
    "native-csv": to_csv([article(f"a{n}", tags=["Floods", "طقس"], body="Rain. " * 9) for n in range(9)]),
    "native-parquet": to_parquet(
        [article(f"a{n}", tags=["Floods"], updated_at="2024-05-14T00:00:00Z") for n in range(9)]
    ),
}


@pytest.mark.parametrize("form", [*SOURCES, *NATIVE])
def test_200_corruptions_of_a_file_lose_no_line_and_raise_nothing(tmp_path: Path, form: str) -> None:
    chance = random.Random(20240514)  # noqa: S311
    contents = [read_case(case)[0].read_bytes() for case in CASES if case.startswith(f"{form}/")] or [NATIVE[form]]
    with open_empty_warehouse() as warehouse:
        for number in range(200):
            path = tmp_path / f"{number}.{form.rpartition('-')[2]}"
            path.write_bytes(corrupt(chance.choice(contents), chance))
            load_one(warehouse, path)
        ledger = warehouse.query(
            "select count(*) from loads.file where lines <> loaded + rejected + duplicate + filtered"
        )
        assert ledger.item() == 0
        assert warehouse.count("articles.article") > 0


def load_one(warehouse: Warehouse, path: Path) -> None:
    report = load_article_file(warehouse, path, FileReport(path.name, path.name, "articles"), RULES)
    assert report.status in ("loaded", "set_aside")
    assert (report.status == "set_aside") == bool(report.reason)
