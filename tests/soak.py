"""Loads many damaged files of every format by the real command: no traceback, no lost line, memory under a cap."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.corruptions import find_samples, list_faults, make_workspace, write_corruptions

MEMORY_CAP_MIB = 1024
BATCH = 20


def load(entity: str, files: list[Path], workspace: Path) -> list[str]:
    """Load files in a process of its own, and say what does not hold."""
    command = [sys.executable, "-m", "analytics", "load", entity, *map(str, files), "--json"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("READERSHIP_")}
    clean["READERSHIP_WORKSPACE"] = str(workspace)
    run = subprocess.run(command, env=clean, capture_output=True, encoding="utf-8", timeout=900, check=False)
    return list_faults(run.returncode, run.stdout, run.stderr, len(files))


def soak(entity: str, form: str, samples: list[Path], seeds: range, folder: Path) -> Iterator[str]:
    """Give the faults of one format; a batch that fails is loaded again file by file, to name the seed."""
    workspace = make_workspace(folder / "workspace")
    files = write_corruptions(form, samples, seeds, folder / "files")
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        if load(entity, batch, workspace):
            again = make_workspace(folder / f"again-{start}")
            faults = [f"seed {file.stem}: {fault}" for file in batch for fault in load(entity, [file], again)]
            yield from faults or [f"seeds {batch[0].stem} to {batch[-1].stem} fail together, each alone does not"]


def main() -> int:
    """Load so many damaged files of each format, or of the formats named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="such as combined or native; all by default")
    parser.add_argument("--count", type=int, default=200, help="damaged files of each format")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    arguments = parser.parse_args()
    is_good = True
    for (entity, form), samples in find_samples().items():
        if arguments.formats and form not in arguments.formats:
            continue
        with tempfile.TemporaryDirectory(prefix="readership-soak-") as folder:
            seeds = range(arguments.first, arguments.first + arguments.count)
            faults = [*soak(entity, form, samples, seeds, Path(folder))]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        if peak > MEMORY_CAP_MIB:
            faults.append(f"peak memory {peak} MiB is over {MEMORY_CAP_MIB} MiB")
        print(f"{entity} {form}: {arguments.count} damaged files, {len(faults)} faults, peak so far {peak} MiB")
        print(*(f"  {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
        is_good = is_good and not faults
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
