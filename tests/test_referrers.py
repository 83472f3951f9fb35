"""The class of a referrer hangs on nothing behind its stem."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.events.agents import classify_referrer
from analytics.warehouse import Warehouse

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


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with open_empty_warehouse() as opened:
        yield opened


@given(st.lists(REFERRERS, min_size=1, max_size=40))
def test_a_stem_has_the_class_of_its_referrer(warehouse: Warehouse, referrers: list[str]) -> None:
    warehouse.drop_stage()
    warehouse.stage_frame("stage.given", pl.DataFrame({"referrer": referrers}))
    stems = warehouse.query("select referrer_stem(referrer) as stem from stage.given")["stem"]
    for referrer, stem in zip(referrers, stems, strict=True):
        assert classify_referrer(stem.strip(), HOSTS) == classify_referrer(referrer.strip(), HOSTS), referrer
