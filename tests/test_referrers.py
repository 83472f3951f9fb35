"""The class of a referrer hangs on nothing behind its stem."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics.events.agents import classify_referrer

from .newsroom import open_empty_warehouse

HOSTS = frozenset({"news.example"})
BEGINNINGS = [
    "https://",
    "http://",
    "HTTPS://",
    "https:/",
    "//",
    "app://",
    "",
    "-",
    " https://",
    "https://u@",
    "https:///",
]
MIDDLES = ["www.news.example", "google.com", "t.co:443", "[::1]", "[", "-", "a\\b", "é.example", "a?b", "a#b", ""]
ENDS = ["", "/", "/find?q=x", "//y", "?u=https://t.co/", "#/x", "/a b", "/\t"]
REFERRERS = st.builds("".join, st.tuples(*map(st.sampled_from, (BEGINNINGS, MIDDLES, ENDS))))


@given(st.lists(REFERRERS, min_size=1, max_size=40))
def test_a_stem_has_the_class_of_its_referrer(referrers: list[str]) -> None:
    with open_empty_warehouse() as warehouse:
        warehouse.stage_frame("stage.given", pl.DataFrame({"referrer": referrers}))
        stems = warehouse.query("select referrer_stem(referrer) as stem from stage.given")["stem"]
    for referrer, stem in zip(referrers, stems, strict=True):
        assert classify_referrer(stem.strip(), HOSTS) == classify_referrer(referrer.strip(), HOSTS), referrer
