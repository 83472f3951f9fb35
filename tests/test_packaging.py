from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = PROJECT["optional-dependencies"]
LOCKED_EXTRAS = [Requirement(text) for text in EXTRAS["dev"]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("readership-*.whl"))


@pytest.fixture(scope="module")
def shipped(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_folder(folder: str, shipped_as: str) -> dict[str, bytes]:
    paths = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {f"{shipped_as}/{path.relative_to(ROOT / folder).as_posix()}": path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("folder", "shipped_as"),
    [("sql", "analytics/sql"), ("data/reference", "analytics/reference"), ("analytics", "analytics")],
)
def test_the_wheel_carries_every_file_of_the_folder(shipped: dict[str, bytes], folder: str, shipped_as: str) -> None:
    expected = read_folder(folder, shipped_as)
    assert expected
    assert {name: shipped.get(name) for name in expected} == expected


def test_the_wheel_carries_nothing_else(shipped: dict[str, bytes]) -> None:
    expected = {
        **read_folder("sql", "analytics/sql"),
        **read_folder("data/reference", "analytics/reference"),
        **read_folder("analytics", "analytics"),
    }
    assert {name for name in shipped if ".dist-info/" not in name} == set(expected)


def test_an_installed_wheel_finds_its_statements(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = (
        "from analytics.statements import find_sql_folder, list_migrations, list_statements;"
        "print(find_sql_folder(), *list_statements(), *list_migrations(2, 6), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    folder, *names = done.stdout.splitlines()
    assert Path(folder) == tmp_path / "installed" / "analytics" / "sql"
    assert len(names) == len(list((ROOT / "sql").rglob("*.sql")))


def read_pins(lock: str) -> dict[str, list[Version]]:
    pins: dict[str, list[Version]] = {}
    for line in (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line):
            pins.setdefault(canonicalize_name(found[1]), []).append(Version(found[2]))
    return pins


@pytest.mark.parametrize("requirement", [*RUNTIME, *LOCKED_EXTRAS], ids=str)
def test_the_lock_meets_the_requirement(requirement: Requirement) -> None:
    if requirement.name == PROJECT["name"]:
        assert requirement.extras <= set(EXTRAS)
        return
    pinned = read_pins("dev.lock")[canonicalize_name(requirement.name)]
    assert all(requirement.specifier.contains(version) for version in pinned)


@pytest.mark.parametrize("requirement", RUNTIME, ids=str)
def test_the_lowest_versions_are_those_that_the_project_allows(requirement: Requirement) -> None:
    floor = next(part.version for part in requirement.specifier if part.operator == ">=")
    assert read_pins("lowest.txt")[canonicalize_name(requirement.name)] == [Version(floor)]


@pytest.mark.parametrize("requirement", RUNTIME, ids=str)
def test_every_runtime_dependency_says_what_it_is_for(requirement: Requirement) -> None:
    decision = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    assert f"| `{requirement.name}`" in decision
