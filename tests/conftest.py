from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

_outcome = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_outcome] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without the interpreter's teardown: DuckDB's binding reports leaks there, after the closing line."""
    if _outcome in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_outcome])


Readership = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def readership() -> Readership:
    """Run the real command in a process of its own; `cwd` and `stdin` are optional."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "analytics", *map(str, arguments)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("READERSHIP_")}
        return subprocess.run(
            command,
            cwd=cwd,
            env=clean,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Give the folder of public collections that lies outside the checkout."""
    folder = os.environ.get("READERSHIP_REALDATA")
    if not folder:
        pytest.skip("set READERSHIP_REALDATA to the folder of public collections to run this test")
    return Path(folder).resolve(strict=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the browser, for playwright's `executable_path`."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("install chromium to run this test")
    return path
