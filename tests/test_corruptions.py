"""A fixed sample of damaged files of every format; scripts/soak loads many more."""

from __future__ import annotations

import json
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


def load_one(content: bytes, name: str, folder: Path) -> dict[str, object]:
    workspace = make_workspace(folder / "workspace")
    (folder / name).write_bytes(content)
    command = ["load", "events", str(folder / name), "--json", "--workspace", str(workspace)]
    result = CliRunner().invoke(cli, command)
    assert list_faults(result.exit_code, result.stdout, result.stderr, 1) == []
    (report,) = json.loads(result.stdout)["files"]
    return dict(report)


def test_a_field_whose_name_is_no_utf_8_ends_no_load(tmp_path: Path) -> None:
    row = b"%s,share,https://site.example/a,2026-03-01T00:00:00Z,%s\n"
    content = b"event_id,kind,url,occurred_at,\xff\xfd\n" + row % (b"e1", b"") + row % (b"e2", b"value")
    report = load_one(content, "events.csv", tmp_path)
    assert (report["loaded"], report["rejected"]) == (1, 1)


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
@pytest.mark.parametrize("text", ['{"event_id":"e1","kind":"share"}\n', "event_id,kind\ne1,share\n"])
def test_another_encoding_than_utf_8_sets_a_file_aside(codec: str, text: str, tmp_path: Path) -> None:
    report = load_one(text.encode(codec), "events.txt", tmp_path)
    assert (report["status"], report["reason"]) == ("set_aside", f"events.txt is {codec.upper()}; save it as UTF-8")


def test_the_same_seed_does_the_same_damage_and_another_seed_another() -> None:
    data = bytes(range(256)) * 20
    damaged = [corrupt(data, seed) for seed in range(100)]
    assert damaged == [corrupt(data, seed) for seed in range(100)]
    assert len({*damaged, data}) > 90
    assert len(corrupt(b"", 3)) < 5000
