"""What is unpacked lies in the workspace, and goes with its process or with the next command."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from analytics.scratch import list_abandoned, open_scratch

from .newsroom import Newsroom

_HOLDER = """
import sys, time
from pathlib import Path
from analytics.scratch import open_scratch
with open_scratch(Path(sys.argv[1])) as folder:
    (folder / "unpacked").write_text("192.0.2.1")
    print(folder, flush=True)
    time.sleep(60)
"""


def start_holder(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    child = subprocess.Popen([sys.executable, "-c", _HOLDER, str(parent)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    return child, Path(child.stdout.readline().strip())


def test_the_folder_of_a_living_process_stays_and_that_of_a_killed_one_goes_with_the_next_command(
    tmp_path: Path,
) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    parent = newsroom.workspace.scratch
    child, folder = start_holder(parent)
    with child:
        newsroom.query("select 1")
        assert (folder / "unpacked").is_file()
        assert list_abandoned(parent) == []
        child.send_signal(signal.SIGKILL)
    assert list_abandoned(parent) == [folder]
    newsroom.query("select 1")
    assert list(parent.iterdir()) == []


def test_only_the_owner_may_look_into_it_and_nothing_stays(tmp_path: Path) -> None:
    parent = tmp_path / "data" / "scratch"
    parent.parent.mkdir()
    with open_scratch(parent) as folder:
        assert folder.parent == parent
        assert [oct(path.stat().st_mode & 0o777) for path in (parent, folder)] == ["0o700", "0o700"]
    assert list(parent.iterdir()) == []
