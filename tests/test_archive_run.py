"""A landed file with addresses leaves keyed rows behind, and goes."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.pipeline import run

from .newsroom import Newsroom

LOG = "".join(
    f'192.0.2.{n} - - [15/May/2024:10:{n:02}:00 +0000] "GET /en/a0 HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux)"\n'
    for n in range(10, 20)
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", "[load]\nstable_seconds = 0\n[retention]\nlanding_days = 2\n")
    landed = newsroom.workspace.landing / "access.log"
    landed.write_text(LOG)
    os.utime(landed, (0, 0))
    return newsroom


def test_a_landed_file_with_addresses_is_archived_without_them_and_goes_after_two_days(newsroom: Newsroom) -> None:
    landed = newsroom.workspace.landing / "access.log"
    (report,) = run(newsroom.context()).reports
    assert (report.format, report.loaded) == ("combined", 10)
    (archived,) = (newsroom.workspace.root / "data" / "archive").rglob("*.parquet")
    assert b"192.0.2." not in archived.read_bytes()
    assert landed.is_file()
    newsroom.now += timedelta(days=2, seconds=1)
    run(newsroom.context())
    assert not landed.exists()
    assert archived.is_file()


def test_as_shipped_no_run_removes_a_landed_file(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "shipped", "[load]\nstable_seconds = 0\n")
    landed = newsroom.workspace.landing / "access.log"
    landed.write_text(LOG)
    os.utime(landed, (0, 0))
    run(newsroom.context())
    newsroom.now += timedelta(days=30)
    run(newsroom.context())
    assert landed.is_file()


def test_an_archived_file_that_was_changed_since_keeps_its_original(newsroom: Newsroom) -> None:
    run(newsroom.context())
    (archived,) = (newsroom.workspace.root / "data" / "archive").rglob("*.parquet")
    archived.write_bytes(archived.read_bytes()[:-200])
    newsroom.now += timedelta(days=3)
    run(newsroom.context())
    assert (newsroom.workspace.landing / "access.log").is_file()
