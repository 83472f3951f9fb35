"""Canonical URLs: one article has one address, and two articles never share one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reference_data import read_reference
from analytics.urls import MARKERS, UrlRules, canonicalise_url, identifying_pattern
from analytics.warehouse import Warehouse

from .newsroom import open_empty_warehouse

TRACKING = frozenset(row["parameter"] for row in read_reference("tracking_parameters"))
HOSTS = ("www.news.example", "news.example.net")
RULES = {
    "anywhere": UrlRules(tracking_parameters=TRACKING),
    "arabic": UrlRules(hosts=("أخبار.example",)),
    "named": UrlRules(hosts=HOSTS, identifying_parameters=("storyId", "lang", "خبر")),
    "open": UrlRules(keep_unknown_parameters=True, tracking_parameters=TRACKING),
    "paths": UrlRules(hosts=HOSTS, article_paths=("/news/*", "/*/2026/**"), other_paths=("/news/live",)),
    "plain": UrlRules(hosts=HOSTS, has_amp=False),
    "site": UrlRules(hosts=HOSTS, tracking_parameters=TRACKING),
    "views": UrlRules(hosts=HOSTS, index_names=("index.html", "index.php"), view_names=("print",)),
}
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
REPEAT = re.compile(r"\{(.)\*(\d+)\}")


def read_cases() -> list[tuple[str, str, str | None, str]]:
    r"""Read the table of cases: `\u0000` is a character by its number, `{a*9}` a character repeated."""
    with (Path(__file__).parent / "urls" / "cases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    return [(read_text(row["url"]), row["rules"], row["canonical"] or None, row["why"]) for row in rows]


def read_text(cell: str) -> str:
    plain = ESCAPE.sub(lambda match: chr(int(match[1], 16)), cell)
    return REPEAT.sub(lambda match: match[1] * int(match[2]), plain).replace("\\\\", "\\")


CASES = read_cases()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with open_empty_warehouse() as opened:
        yield opened


def stem(warehouse: Warehouse, url: str, rules: UrlRules) -> str:
    query = "select url_stem($url, $pattern)"
    return str(warehouse.query(query, {"url": url, "pattern": identifying_pattern(rules)}).item())


@pytest.mark.parametrize(
    ("url", "rules", "canonical", "why"), CASES, ids=[f"{rules}:{why}" for _, rules, _, why in CASES]
)
def test_a_url_has_the_canonical_form_of_its_case(url: str, rules: str, canonical: str | None, why: str) -> None:
    assert canonicalise_url(url, RULES[rules]) == canonical, why


def test_no_case_stands_twice() -> None:
    assert len(CASES) >= 150
    assert len({(url, rules) for url, rules, *_ in CASES}) == len(CASES)
    assert {rules for _, rules, *_ in CASES} == RULES.keys()


def test_the_stem_of_a_case_has_its_canonical_form(warehouse: Warehouse) -> None:
    for url, rules, canonical, _ in CASES:
        assert canonicalise_url(stem(warehouse, url, RULES[rules]), RULES[rules]) == canonical, url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/x?utm_source=a&fbclid=b#top", "/x"),
        ("/x#p=1", "/x"),
        ("/x#?p=1", "/x"),
        ("/a&p=1#x", "/a&p=1"),
        ("/x?utm_source=a&p=1&id=2#?p=3", "/x?p=1&id=2"),
        ("/x?p=1?p=2", "/x?p=1?p=2"),
        ("/x?utm_source=a&preview=true", "/x?preview=true"),
        ("/?s=rain&utm_source=a", "/?s=rain"),
        ("/x?", "/x"),
    ],
)
def test_a_stem_keeps_what_identifies_or_marks_a_page_alone(warehouse: Warehouse, url: str, expected: str) -> None:
    assert stem(warehouse, url, RULES["anywhere"]) == expected


def test_stems_of_one_article_are_one_text_whatever_its_links_carry(warehouse: Warehouse) -> None:
    urls = [f"https://a.example/x?{query}" for query in ("fbclid=1", "fbclid=2&utm_source=3", "gclid=4#5", "")]
    assert {stem(warehouse, url, RULES["site"]) for url in urls} == {"https://a.example/x"}


def test_no_url_has_no_stem(warehouse: Warehouse) -> None:
    assert warehouse.query("select url_stem(null, 'p')").item() is None


def test_the_tracking_parameters_are_in_small_letters_and_each_once() -> None:
    names = [row["parameter"] for row in read_reference("tracking_parameters")]
    assert names == [name.lower() for name in dict.fromkeys(names)]
    assert not {*names} & {*UrlRules().identifying_parameters, *MARKERS}


@pytest.mark.parametrize("host", ["news.example", "NEWS.example.", "news.example:8000", "bücher.example", "a..b", ""])
def test_any_text_may_stand_in_the_list_of_hosts(host: str) -> None:
    assert canonicalise_url("https://other.example/a", UrlRules(hosts=(host,))) == "https://other.example/a"


pieces = st.sampled_from(
    [
        "https://", "http://", "news.example", "www.", "m.", "amp.", "cdn.ampproject.org", "google.com", "[", "]",
        "::1", "@", ":", ":80", ":8080", "/", "//", "..", ".", "?", "&", "amp;", "#", "=", "p", "id", "P", "%70", "%3D",
        "%26", "%2F", "%2e", "a", "amp", ".amp", ".html", "/amp/", "index.html", "print", "news", "2026", "c", "s",
        "s=1", "utm_source", "fbclid=1", "preview=true", ";jsessionid=1", "\n", "\x00", "\xa0", "\ud800", "\u037e", " ",
        "+", ";", "*", "\\", "%", "%ff", "%c3", "%C3%A9", "caf\u00e9", "cafe\u0301", "خبر",
    ]
)  # fmt: skip
urls = st.lists(pieces, max_size=12).map("".join)
texts = urls | urls.map("https://news.example/{}".format) | st.text(max_size=60)
rule_sets = st.sampled_from([*RULES.values()])


@settings(max_examples=500)
@given(texts, rule_sets)
def test_a_canonical_address_is_its_own_canonical_address_and_no_text_raises(text: str, rules: UrlRules) -> None:
    canonical = canonicalise_url(text, rules)
    if canonical is not None:
        assert canonicalise_url(canonical, rules) == canonical
        assert canonical.isascii()
        assert canonical.startswith("https://" if rules.hosts else ("https://", "/"))


@settings(max_examples=300, deadline=None)
@given(texts.filter(lambda text: "\ud800" not in text), rule_sets)
def test_a_stem_has_the_canonical_form_of_its_url(warehouse: Warehouse, text: str, rules: UrlRules) -> None:
    assert canonicalise_url(stem(warehouse, text, rules), rules) == canonicalise_url(text, rules)


@given(st.from_regex(r"(/[A-Za-z0-9_.-]{1,4}){0,4}/?", fullmatch=True), rule_sets)
def test_an_address_is_one_however_many_of_its_letters_are_encoded(path: str, rules: UrlRules) -> None:
    encoded = "".join(letter if letter == "/" else f"%{ord(letter):02x}" for letter in path)
    for start in ("https://news.example", "HTTPS://News.example", "/en"):
        assert canonicalise_url(start + path, rules) == canonicalise_url(start + encoded, rules)
    assert canonicalise_url(f"https://news.example{path}", rules) == canonicalise_url(
        f"https://NEWS.example.{path}", rules
    )
