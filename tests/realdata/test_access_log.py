"""A real combined log: every line gets one result, and none is rejected."""

from __future__ import annotations

import gzip
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from analytics.events.sources import Rejected, SourceSettings, recognise_format


@pytest.fixture(scope="module")
def lines(realdata: Path) -> list[bytes]:
    return gzip.decompress((realdata / "access-log" / "combined.log.gz").read_bytes()).splitlines()


def test_each_of_the_10_001_lines_has_a_verdict(lines: list[bytes]) -> None:
    form = recognise_format(lines[:50])
    assert form is not None
    assert form.name == "combined"
    read_line = form.make_reader(SourceSettings())
    results = [read_line(line) for line in lines]
    records = [result for result in results if isinstance(result, dict)]
    assert [result for result in results if isinstance(result, Rejected)] == []
    assert (len(lines), len(records)) == (10_001, 4_590)
    assert Counter(record["status"] for record in records).most_common(4) == [
        (200, 4_114),
        (301, 164),
        (404, 163),
        (304, 108),
    ]


def test_times_keep_their_zone_and_go_back_as_often_as_the_log_does(lines: list[bytes]) -> None:
    form = recognise_format(lines[:50])
    assert form is not None
    read_line = form.make_reader(SourceSettings())
    times = [str(record["occurred_at"]) for record in map(read_line, lines) if isinstance(record, dict)]
    assert all(time.endswith("+00:00") for time in times)
    assert (min(times)[:10], max(times)[:10]) == ("2015-05-17", "2015-05-20")
    assert sum(later < earlier for earlier, later in pairwise(times)) > 1_000
