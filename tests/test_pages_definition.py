"""The written definition of a pageview, docs/pageviews.md, holds row by row, in Python and in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.events.pages import PAGE_REASONS, REQUEST_REASONS, is_prefetch, judge_page, judge_request
from analytics.urls import UrlRules, canonicalise_url
from analytics.warehouse import Warehouse

from .newsroom import MINUTE, NOON, Newsroom, article, open_empty_warehouse, pageview

PAGE = (Path(__file__).parents[1] / "docs" / "pageviews.md").read_text(encoding="utf-8")
RULES = {
    "none": UrlRules(),
    "town": UrlRules(
        hosts=("town.example",), article_paths=("/news/*", "/*/2026/**"), other_paths=("/news/live",)
    ),
}  # fmt: skip
SETTINGS = {
    "none": "[load]\nreject_limit_lines = 10",
    "town": """\
[load]
reject_limit_lines = 10
[site]
hosts = ["town.example"]
article_paths = ["/news/*", "/*/2026/**"]
other_paths = ["/news/live"]
""",
}
ROW = re.compile(r"^\| (none|town) \|(.*)\|$", re.MULTILINE)


def read_cases() -> list[tuple[str, ...]]:
    """Read the page's table: rules, url, method, status, content type, purpose, verdict."""
    return [(rules, *(cell.strip(" `") for cell in cells.split("|")[:6])) for rules, cells in ROW.findall(PAGE)]


CASES = read_cases()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with open_empty_warehouse() as opened:
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
    if canonicalise_url(url, RULES[rules]) is None:
        assert verdict == "reject: bad_url"
        return
    assert read_verdict(reason, prefetched=is_prefetch(purpose or None)) == verdict


@pytest.mark.parametrize("rules", RULES)
def test_a_loaded_request_has_the_verdict_that_the_page_gives_it(tmp_path: Path, rules: str) -> None:
    newsroom = Newsroom(tmp_path / "room", SETTINGS[rules], is_kept_open=True)
    cases = [case for case in CASES if case[0] == rules]
    names = ("url", "method", "status", "content_type", "purpose")
    newsroom.load_events(
        *(
            pageview(
                None,
                NOON + number * MINUTE,
                f"v{number}",
                **dict(zip(names, (cell or None for cell in cells), strict=True)),
            )
            for number, (_, *cells, _) in enumerate(cases)
        )
    )
    found = {row["line"] - 1: f"reject: {row['reason']}" for row in newsroom.query("from loads.reject")}
    for row in newsroom.query("from events.counted"):
        verdict = read_verdict(row["no_pageview_by"], prefetched=row["is_prefetch"])
        assert (row["removed_by"] or "pageview") == verdict.partition(": ")[0]
        found[(row["occurred_at"] - NOON) // MINUTE] = verdict
    assert {case: found.get(number) for number, case in enumerate(cases)} == {case: case[-1] for case in cases}


def test_the_table_has_every_reason_and_no_case_twice() -> None:
    assert len(CASES) >= 60
    assert len(set(CASES)) == len(CASES)
    reasons = {verdict.partition(": ")[2] for *_, verdict in CASES} - {""}
    assert reasons == {*REQUEST_REASONS, *PAGE_REASONS, "bad_url"}
    assert re.findall(r"^\| \d+ \| `(\w+)` \|", PAGE, re.MULTILINE) == [*REQUEST_REASONS, *PAGE_REASONS]


def test_a_preview_has_its_articles_address() -> None:
    url = "https://town.example/news/rain?preview=true"
    assert judge_page(url, RULES["town"]) == "preview"
    assert canonicalise_url(url, RULES["town"]) == "https://town.example/news/rain"


def test_an_address_outside_the_web_does_not_speak_against_a_named_article(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "room", SETTINGS["town"], is_kept_open=True)
    newsroom.load_articles(article("a1"))
    newsroom.load_events(pageview("a1", url="android-app://town.example/story/1"))
    assert [row["removed_by"] for row in newsroom.query("from events.counted")] == [None]


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
