"""The pages in a real browser: quiet, safe, readable by everyone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from analytics.publish.wording import Wording, read_strings
from analytics.warehouse import Warehouse

from .newsroom import AS_OF, HOUR, Publish, article, fill, frame_articles, make_articles

PAGES = ["index.html", "en/index.html", "ar/index.html", "es/index.html"]
FLAGS = [
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\"{{7*7}}"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_file(file: Path, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_network_for_nothing_and_raises_no_error(browser: Browser, published: Path, path: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((published / path).as_uri())
    page.wait_for_load_state("networkidle")
    assert asked == [(published / path).as_uri()]
    assert complaints == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation(open_page: Open, published: Path, path: str, scheme: str) -> None:
    page = open_page(published / path, color_scheme=scheme, bypass_csp=True)
    for details in page.locator("summary").all():
        details.click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone(open_page: Open, published: Path, path: str) -> None:
    page = open_page(published / path, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_arabic_runs_from_right_to_left_and_time_from_left_to_right(open_page: Open, published: Path) -> None:
    page = open_page(published / "ar" / "index.html")
    assert page.locator("html").get_attribute("lang") == "ar"
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    row = page.locator(".ranked tbody tr").first
    rank, story = row.locator(".rank").bounding_box(), row.locator(".story").bounding_box()
    assert rank
    assert story
    assert rank["x"] > story["x"]
    assert page.evaluate("getComputedStyle(document.querySelector('.chart')).direction") == "ltr"


def test_the_chart_and_its_table_hold_the_same_numbers(open_page: Open, published: Path) -> None:
    page = open_page(published / "en" / "index.html")
    heights = page.locator("main > section .columns rect").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('height')))"
    )
    cells = page.locator("details tbody td:nth-child(3)").all_text_contents()
    reads = [int(cell.replace(",", "")) for cell in cells]
    assert len(heights) == len(reads) == 48
    assert sum(reads[24:]) == int(page.locator(".figure").first.inner_text().replace(",", ""))
    tallest = max(reads)
    for height, count in zip(heights, reads, strict=True):
        assert height / max(heights) == pytest.approx(count / tallest, abs=0.001)


def test_links_lead_to_pages_and_documents_of_the_set(open_page: Open, published: Path) -> None:
    for path in PAGES:
        page = open_page(published / path)
        links = page.locator("nav a, footer a, h3 a").evaluate_all("all => all.map(one => one.href)")
        assert len(links) > 4
        assert all(Path(link.removeprefix("file://")).is_file() for link in links)


@pytest.fixture
def attacked(warehouse: Warehouse, publish: Publish, tmp_path: Path) -> Path:
    """Publish a newsroom whose most read article is an attack in every field."""
    attack = article(
        "../../en-0001", "en", ATTACK, section=ATTACK, section_slug="attack", region=ATTACK, region_slug="r",
        image_alt=ATTACK, published_at=AS_OF - HOUR, url="https://news.example/a?x='\u202e",
    )  # fmt: skip
    fill(warehouse, make_articles().vstack(frame_articles([attack])))
    publish(status="stale", reasons=[ATTACK])
    return tmp_path / "reports"


@pytest.mark.parametrize("path", ["index.html", "en/index.html"])
def test_markup_in_any_field_is_shown_and_never_run(open_page: Open, attacked: Path, path: str) -> None:
    page = open_page(attacked / path, bypass_csp=True)
    assert page.title().endswith("Readership")
    assert page.locator("script, img, iframe, object, embed, [onerror]").count() == 0
    assert page.locator("bdi", has_text=re.compile(re.escape(ATTACK))).count() > 0
    assert page.locator(".notice li").inner_text() == ATTACK


def test_no_script_could_run_even_if_one_slipped_in(open_page: Open, published: Path) -> None:
    page = open_page(published / "en" / "index.html")
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'owned'";
        document.body.append(script);
    }""")
    assert page.title() == "English edition · Readership"


def test_titles_of_every_language_are_isolated_from_the_line_around_them(open_page: Open, published: Path) -> None:
    page = open_page(published / "index.html")
    assert page.locator("a.title").count() == page.locator("a.title > bdi[dir]").count() > 0
    assert page.locator("a.title[lang=ar] > bdi[dir=rtl]").count() > 0


def test_a_state_that_is_not_fresh_is_said_on_the_page(publish: Publish, tmp_path: Path) -> None:
    publish(status="degraded", reasons=["reads fell by 80 %"])
    text = (tmp_path / "reports" / "es" / "index.html").read_text(encoding="utf-8")
    assert "Con fallos" in text
    assert "reads fell by 80 %" in text


def test_every_language_says_every_sentence_with_the_same_blanks() -> None:
    strings = read_strings()
    blanks = {key: sorted(re.findall(r"{\w+}", text)) for key, text in strings["en"].items()}
    assert set(strings) == {"ar", "en", "es"}
    for sentences in strings.values():
        assert {key: sorted(re.findall(r"{\w+}", text)) for key, text in sentences.items()} == blanks


def test_a_language_without_words_of_its_own_speaks_english_with_its_own_dates() -> None:
    wording = Wording("fr")
    assert wording.say("reads") == "Reads"
    assert wording.day(AS_OF) == "14 mars"
