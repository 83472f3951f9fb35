"""A fixed sample of damaged files of every format; scripts/soak loads many more."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from analytics.cli import cli

from .corruptions import corrupt, find_samples, list_faults, make_workspace, write_corruptions

SAMPLES = find_samples()
SEEDS = range(6)


@pytest.mark.parametrize(("entity", "form"), SAMPLES)
def test_a_damaged_file_loses_no_line_and_ends_no_load(entity: str, form: str, tmp_path: Path) -> None:
    files = write_corruptions(form, SAMPLES[entity, form], SEEDS, tmp_path / "files")
    workspace = make_workspace(tmp_path / "workspace")
    command = ["load", entity, *map(str, files), "--json", "--workspace", str(workspace)]
    result = CliRunner().invoke(cli, command)
    assert list_faults(result.exit_code, result.stdout, result.stderr, len(files)) == []


def test_the_same_seed_does_the_same_damage_and_another_seed_another() -> None:
    data = bytes(range(256)) * 20
    damaged = [corrupt(data, seed) for seed in range(100)]
    assert damaged == [corrupt(data, seed) for seed in range(100)]
    assert len({*damaged, data}) > 90
    assert len(corrupt(b"", 3)) < 5000
