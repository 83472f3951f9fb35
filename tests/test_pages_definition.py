"""The written definition of a pageview, docs/pageviews.md, holds row by row, in Python and in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.events.pages import PAGE_REASONS, REQUEST_REASONS, is_prefetch, judge_page, judge_request
from analytics.urls import UrlRules, canonicalise_url, identifying_pattern
from analytics.warehouse import Warehouse

PAGE = (Path(__file__).parents[1] / "docs" / "pageviews.md").read_text(encoding="utf-8")
RULES = {
    "none": UrlRules(),
    "town": UrlRules(
        hosts=("town.example",), article_paths=("/news/*", "/*/2026/**"), other_paths=("/news/live",)
    ),
}  # fmt: skip
ROW = re.compile(r"^\| (none|town) \|(.*)\|$", re.MULTILINE)


def read_cases() -> list[tuple[str, ...]]:
    """Read the page's table: rules, url, method, status, content type, purpose, verdict."""
    return [(rules, *(cell.strip(" `") for cell in cells.split("|")[:6])) for rules, cells in ROW.findall(PAGE)]


CASES = read_cases()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as opened:
        yield opened


def read_verdict(no_pageview_reason: str | None, *, prefetched: bool) -> str:
    if no_pageview_reason:
        return f"no_pageview: {no_pageview_reason}"
    return "prefetch" if prefetched else "pageview"


@pytest.mark.parametrize(("rules", "url", "method", "status", "content_type", "purpose", "verdict"), CASES)
def test_a_request_has_the_verdict_that_the_page_gives_it(  # noqa: PLR0913, PLR0917
    rules: str, url: str, method: str, status: str, content_type: str, purpose: str, verdict: str
) -> None:
    reason = judge_request(method or None, int(status) if status else None, content_type or None)
    reason = reason or judge_page(url, RULES[rules])
    assert read_verdict(reason, prefetched=is_prefetch(purpose or None)) == verdict


def test_the_sql_gives_every_case_the_same_verdict(warehouse: Warehouse) -> None:
    query = """
        select
            no_pageview_reason(nullif($method, ''), $status::smallint, nullif($type, '')) as reason,
            is_prefetch(nullif($purpose, '')) as prefetched,
            url_stem($url, $pattern) as stem
    """
    for rules, url, method, status, content_type, purpose, verdict in CASES:
        found = warehouse.query(
            query,
            {
                "url": url,
                "method": method,
                "status": status or None,
                "type": content_type,
                "purpose": purpose,
                "pattern": identifying_pattern(RULES[rules]),
            },
        ).row(0, named=True)
        reason = found["reason"] or judge_page(found["stem"], RULES[rules])
        assert read_verdict(reason, prefetched=found["prefetched"]) == verdict, url


def test_the_table_has_every_reason_and_no_case_twice() -> None:
    assert len(CASES) >= 60
    assert len(set(CASES)) == len(CASES)
    reasons = {verdict.partition(": ")[2] for *_, verdict in CASES} - {""}
    assert reasons == {*REQUEST_REASONS, *PAGE_REASONS}
    assert re.findall(r"^\| \d+ \| `(\w+)` \|", PAGE, re.MULTILINE) == [*REQUEST_REASONS, *PAGE_REASONS]


def test_a_preview_is_told_from_the_stem_and_has_its_articles_address() -> None:
    url = "https://town.example/news/rain?preview=true"
    assert judge_page(url, RULES["town"]) == "preview"
    assert canonicalise_url(url, RULES["town"]) == "https://town.example/news/rain"


methods = st.none() | st.sampled_from(["GET", " GET ", "get", "HEAD", "", "-"]) | st.text(max_size=4)
types = st.none() | st.lists(
    st.sampled_from(["text/html", "TEXT/HTML", "application/xhtml+xml", ";", ",", " ", "-", "\n", "İ", "ı"]), max_size=4
).map("".join)  # fmt: skip
purposes = st.none() | st.lists(
    st.sampled_from(["prefetch", "PREVIEW", "prerender", ";", ",", " ", "\t", "\n", "x", "ı"]), max_size=4
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(methods, st.none() | st.integers(-1, 600), types, purposes)
def test_sql_and_python_judge_a_request_alike(
    warehouse: Warehouse, method: str | None, status: int | None, content_type: str | None, purpose: str | None
) -> None:
    query = "select no_pageview_reason($method::varchar, $status::smallint, $type::varchar), is_prefetch($p::varchar)"
    found = warehouse.query(query, {"method": method, "status": status, "type": content_type, "p": purpose}).row(0)
    assert found == (judge_request(method, status, content_type), is_prefetch(purpose))


@given(st.text(max_size=60) | st.text(max_size=40).map("https://town.example/{}".format), st.sampled_from([*RULES]))
def test_any_text_is_judged(text: str, rules: str) -> None:
    assert judge_page(text, RULES[rules]) in {None, *PAGE_REASONS}
