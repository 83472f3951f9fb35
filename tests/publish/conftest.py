from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from analytics.publish.job import publish_reports
from analytics.publish.write import PublishedSet
from analytics.warehouse import Warehouse, open_warehouse

from .newsroom import AS_OF, HOUR, PAGE, RECIPES, Publish, fill, make_articles


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "warehouse.duckdb") as one:
        fill(one, make_articles())
        yield one


def publish_newsroom(warehouse: Warehouse, folder: Path, **fields: object) -> PublishedSet:
    given: dict[str, Any] = {
        "reports": folder, "lists": RECIPES, "page": PAGE, "as_of": AS_OF, "data_through": AS_OF,
        "config_hash": "c0ffee", "status": "fresh", "reasons": [],
        "generated_at": AS_OF + HOUR / 4, "next_expected_at": AS_OF + HOUR,
    }  # fmt: skip
    return publish_reports(warehouse, **(given | fields))


@pytest.fixture
def publish(warehouse: Warehouse, tmp_path: Path) -> Publish:
    """Publish the newsroom into ``reports``; fields of the manifest may be given."""
    return partial(publish_newsroom, warehouse, tmp_path / "reports")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a published set that all tests share, to be read only."""
    folder = tmp_path_factory.mktemp("newsroom")
    with open_warehouse(folder / "warehouse.duckdb") as one:
        fill(one, make_articles())
        publish_newsroom(one, folder / "reports")
    return folder / "reports"


@pytest.fixture
def reports(published: Path, tmp_path: Path) -> Path:
    """Give a published set that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "reports"))
