from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..newsroom import MINUTE, NOON, Newsroom, article, pageview  # noqa: TID252 - no package of the tests is on the path

ARTICLES = [article(f"a{number}", section=("Politics", "Sports")[number % 2]) for number in range(4)]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a newsroom of four articles and 40 pageviews, published, for the tests to copy."""
    newsroom = Newsroom(tmp_path_factory.mktemp("published") / "newsroom")
    newsroom.load_articles(*ARTICLES)
    newsroom.load_events(*(pageview(f"a{n % 4}", NOON - n * MINUTE, f"v{n}", event_id=f"old-{n}") for n in range(40)))
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def newsroom(published: Path, tmp_path: Path) -> Newsroom:
    return Newsroom(shutil.copytree(published, tmp_path / "newsroom"))
