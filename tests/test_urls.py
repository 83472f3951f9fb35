"""Canonical URLs: one article has one address, and two articles never share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reference_data import read_reference
from analytics.urls import UrlRules, canonicalise_url

TRACKING = frozenset(row["parameter"] for row in read_reference("tracking_parameters"))
ANYWHERE = UrlRules(tracking_parameters=TRACKING)
SITE = UrlRules(hosts=("www.news.example", "news.example.net"), tracking_parameters=TRACKING)
OPEN = UrlRules(keep_unknown_parameters=True, tracking_parameters=TRACKING)
RAIN = "https://www.news.example/en/rain"

SAME = [
    RAIN,
    "http://news.example/en/rain",
    "HTTPS://WWW.News.Example:443/en/rain",
    "http://news.example:80/en/rain/",
    "https://m.news.example/en/rain",
    "https://amp.news.example/en/rain/amp",
    "https://mobile.news.example/en/rain.amp",
    "https://news.example/en/rain/amp.html",
    "https://news.example.net//en//rain",
    "https://news.example./en/rain#comments",
    "https://news.example/en/rain?utm_source=x&utm_campaign=y&fbclid=z&gclid=1",
    "https://news.example/en/rain?whatever=1",
    "https://news.example/%65n/r%61in",
    "http://news.example:443/en/rain",
    "https://amp.www.news.example/en/rain/amp/",
    " /en/rain ",
    "/en/rain?",
]


@pytest.mark.parametrize("text", SAME)
def test_every_way_to_link_an_article_gives_its_one_address(text: str) -> None:
    assert canonicalise_url(text, SITE) == RAIN


APART = [
    RAIN,
    "https://www.news.example/en/Rain",
    "https://www.news.example/ar/rain",
    "https://www.news.example/en/rain?p=1",
    "https://www.news.example/en/rain?p=2",
    "https://www.news.example/en/rain?p=",
    "https://www.news.example/en/rain-2",
    "https://www.news.example/en/rain%2Fsnow",
    "https://www.news.example/en/rain/snow",
    "https://www.news.example/en/rain%3Fp=1",
    "https://www.news.example:8443/en/rain",
    "https://blog.news.example/en/rain",
    "https://other.example/en/rain",
    "https://www.news.example/",
    "https://www.news.example/en/camp",
    "https://www.news.example/en/example.amplitude",
]


def test_addresses_that_differ_where_articles_can_differ_stay_apart() -> None:
    assert len({canonicalise_url(text, SITE) for text in APART}) == len(APART)


@pytest.mark.parametrize(
    "text",
    [
        "", "rain", "javascript:alert(1)", "data:text/html,x", "ftp://news.example/a", "//evil.example/a", "https://",
        "https:///a", "https://user@news.example/a", "https://user:word@news.example/a", "https://news.example:port/a",
        "https://news.example:99999/a", "https://exa\nmple.org/a", "https://news.example/a\x00b", "mailto:a@b.example",
        "https://[::1/a", "https://" + "a" * 70 + ".example/a", "https://news.example/" + "a" * 2048,
    ],
)  # fmt: skip
def test_what_is_no_web_address_has_none(text: str) -> None:
    assert canonicalise_url(text, ANYWHERE) is None


def test_a_bare_path_is_an_address_only_where_the_site_names_its_hosts() -> None:
    assert canonicalise_url("/en/rain", ANYWHERE) is None


def test_an_encoded_slash_is_part_of_a_name() -> None:
    texts = ("https://a.example/rain%2fsnow", "https://a.example/rain%2Fsnow/", "https://a.example/r%61in%2fsnow/amp")
    assert {canonicalise_url(text, ANYWHERE) for text in texts} == {"https://a.example/rain%2Fsnow"}


def test_letters_of_every_script_have_one_spelling() -> None:
    composed, parted, encoded = "/caf\u00e9", "/cafe\u0301", "/caf%c3%a9"
    assert {canonicalise_url(f"https://a.example{path}", ANYWHERE) for path in (composed, parted, encoded)} == {
        "https://a.example/caf%C3%A9"
    }
    assert canonicalise_url("https://a.example/خبر", ANYWHERE) == "https://a.example/%D8%AE%D8%A8%D8%B1"
    assert canonicalise_url("https://bücher.example/a", ANYWHERE) == "https://xn--bcher-kva.example/a"


@pytest.mark.parametrize(
    ("query", "rules", "kept"),
    [
        ("p=1&utm_source=x", ANYWHERE, "?p=1"),
        ("id=7&p=1", ANYWHERE, "?id=7&p=1"),
        ("p=1&id=7", ANYWHERE, "?id=7&p=1"),
        ("page=2", ANYWHERE, ""),
        ("email=reader@example.org", ANYWHERE, ""),
        ("page=2&UTM_Source=x&fbclid=y", OPEN, "?page=2"),
        ("page=2", UrlRules(identifying_parameters=("page",)), "?page=2"),
        ("p=%D8%AE", ANYWHERE, "?p=%D8%AE"),
    ],
)
def test_only_parameters_that_tell_articles_apart_stay(query: str, rules: UrlRules, kept: str) -> None:
    assert canonicalise_url(f"https://a.example/x?{query}", rules) == f"https://a.example/x{kept}"


words = st.sampled_from(
    ["en", "rain", "amp", "Caf\u00e9", "cafe\u0301", "%2f", "%ff", "%C3%A9", "%41", "%zz", "a b", ".amp", "", "خبر"]
)
paths = st.lists(words, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))
hosts = st.sampled_from(
    ["news.example", "WWW.news.example", "m.news.example", "amp.www.news.example", "www.www.a.example"]
)
urls = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8080"]),
    paths,
    st.sampled_from(["", "/", "/amp", "/amp/"]),
    st.sampled_from(["", "?", "?p=1", "?utm_source=x&p=%20", "#top", "?id=2&p=1#x"]),
)


@given(urls, st.sampled_from([ANYWHERE, SITE, OPEN]))
def test_a_canonical_address_is_its_own_canonical_address(text: str, rules: UrlRules) -> None:
    canonical = canonicalise_url(text, rules)
    assert canonical is not None
    assert canonicalise_url(canonical, rules) == canonical


@given(st.text(max_size=60) | st.text(max_size=40).map("https://{}".format))
def test_any_text_gives_a_web_address_or_none(text: str) -> None:
    canonical = canonicalise_url(text, ANYWHERE)
    assert canonical is None or (canonical.startswith("https://") and canonical.isascii())
