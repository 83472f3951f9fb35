"""The documentation is true: its commands run, its words exist, nothing is left out of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analytics.articles.sources.native import FIELDS as ARTICLE_FIELDS
from analytics.cli import cli
from analytics.events.sources.native import FIELDS as EVENT_FIELDS
from analytics.ledger import REASONS
from analytics.publish.documents import DOCUMENTS
from analytics.reference_pages import FOLDER, build_pages, find_stale_pages
from analytics.settings import Settings, load_settings
from analytics.statements import list_statements, read_statement
from analytics.warehouse import Warehouse, query_snapshot

from .conftest import Readership

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("benchmarks/*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
TEXT_FOLDERS = ("analytics", "benchmarks", "data/sample", "docs", "scripts", "sql")
TEXT_SUFFIXES = {"", ".csv", ".html", ".md", ".ndjson", ".py", ".sql", ".toml"}
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|tmp|home|root|Users)/|pypi\.|pythonhosted|artifactory|nexus|devpi|\bTODO\b|\bFIXME\b"
)


def read_page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def find_blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", read_page(name), re.MULTILINE | re.DOTALL)


def list_pages_with(language: str) -> list[str]:
    return [name for name in NAMES if find_blocks(name, language)]


def squeeze(line: str) -> str:
    return " ".join(line.split())


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory, readership: Readership) -> Path:
    """Give a folder with a small demo, the sample and the command, as the console blocks expect it."""
    folder = tmp_path_factory.mktemp("docs")
    done = readership("demo", "--dir", folder / "demo", "--articles", 60, "--events", 6000)
    assert done.returncode == 0, done.stderr
    shutil.copytree(ROOT / "data" / "sample", folder / "sample")
    command = folder / "bin" / "readership"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m analytics "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def run_line(scratch: Path, line: str) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("READERSHIP_")}
    environment = clean | {"PATH": f"{scratch / 'bin'}:{os.environ['PATH']}", "COLUMNS": "140"}
    done = subprocess.run(
        ["bash", "-c", line], cwd=scratch, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return [squeeze(one) for one in done.stdout.splitlines()]


@pytest.mark.parametrize("name", list_pages_with("console"))
def test_the_commands_of_a_page_run_and_print_what_it_shows(scratch: Path, name: str) -> None:
    printed: list[str] = []
    for block in find_blocks(name, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                printed = run_line(scratch, line.removeprefix("$ "))
            else:
                assert squeeze(line) in printed


@pytest.mark.parametrize("name", list_pages_with("sql"))
def test_the_queries_of_a_page_give_rows(scratch: Path, name: str) -> None:
    snapshot = scratch / "demo" / "data" / "published" / "readership.duckdb"
    for query in find_blocks(name, "sql"):
        assert len(query_snapshot(snapshot, query)), query


@pytest.mark.parametrize("name", list_pages_with("toml"))
def test_the_settings_of_a_page_are_valid(tmp_path: Path, name: str) -> None:
    for number, block in enumerate(find_blocks(name, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(block, encoding="utf-8")
        assert load_settings(file) != load_settings()


@pytest.mark.parametrize("name", NAMES)
def test_the_links_of_a_page_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read_page(name)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings], target


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_only_scripts_and_files_that_exist(name: str) -> None:
    for path in re.findall(r"`((?:scripts|analytics|sql|tests|data/sample|data/reference)/[\w./-]*)`", read_page(name)):
        assert (ROOT / path).exists(), path


def test_the_reference_pages_are_current() -> None:
    assert find_stale_pages(FOLDER, build_pages()) == []


def test_a_page_that_changed_is_stale(tmp_path: Path) -> None:
    (tmp_path / "same.md").write_text("same", encoding="utf-8")
    (tmp_path / "other.md").write_text("old", encoding="utf-8")
    (tmp_path / "gone.md").write_text("", encoding="utf-8")
    pages = {"same.md": "same", "other.md": "new", "missing.md": ""}
    assert find_stale_pages(tmp_path, pages) == ["gone.md", "missing.md", "other.md"]


def test_every_setting_is_in_the_reference() -> None:
    page = read_page("docs/reference/settings.md")
    parts = msgspec.json.schema(Settings)["$defs"]
    groups = {"filter", "lists", "rules", "weights"}
    names = {name for part in parts.values() for name in part["properties"]} - groups
    assert [name for name in sorted(names) if not re.search(rf"[`\[.]{name}[`\]]", page)] == []


def test_every_command_and_option_is_in_the_reference() -> None:
    sections = read_page("docs/reference/command.md").split("\n## ")
    shared = sections[1]
    assert "`--workspace" in shared
    for name, command in list_commands(cli, "readership"):
        (own,) = (section for section in sections if section.startswith(f"`{name}`"))
        options = [one.opts[0] for one in command.params if one.param_type_name == "option"]
        assert [option for option in options if f"`{option}" not in own + shared] == []


def list_commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        yield from list_commands(command, f"{path} {name}") if hasattr(command, "commands") else ()


def test_every_table_and_column_has_a_comment_and_is_in_the_reference() -> None:
    page = read_page("docs/reference/tables.md")
    with Warehouse.in_memory() as warehouse:
        relations = warehouse.frame("reference/relation")
        columns = warehouse.frame("reference/relation_column")
    assert relations["comment"].null_count() == columns["comment"].null_count() == 0
    sections = {part.split("`")[1]: part for part in page.split("\n## ") if part.startswith("`")}
    assert sections.keys() == set(relations["name"])
    assert [row for row in columns.rows() if f"| `{row[1]}` | {row[2]} | {row[3]} |" not in sections[row[0]]] == []


def test_every_report_field_is_in_the_reference() -> None:
    page = read_page("docs/reference/reports.md")
    sections = {part.split("\n")[0]: part for part in page.split("\n## ")}
    for document in DOCUMENTS.values():
        for name, part in msgspec.json.schema(document)["$defs"].items():
            assert [field for field in part["properties"] if f"| `{field}` |" not in sections[name]] == []


def test_every_input_field_and_reject_reason_is_explained() -> None:
    page = read_page("docs/inputs.md")
    events, articles = page.split("## Articles")
    assert [name for name in EVENT_FIELDS if f"`{name}`" not in events] == []
    assert [name for name in ARTICLE_FIELDS if f"`{name}`" not in articles] == []
    assert [row for row in REASONS.items() if f"| `{row[0]}` | {row[1]} |" not in page] == []


def test_every_reason_that_removes_a_pageview_is_explained() -> None:
    early = read_statement("macros/early_reason").text
    late = re.search(r"case(.*?)end as removed_by", read_statement("stage/counted").text, re.DOTALL)
    assert late
    reasons = re.findall(r"then '(\w+)'", early + late[1])
    table = re.findall(r"^\| \d+ \| `(\w+)` \|", read_page("docs/counting.md"), re.MULTILINE)
    assert table == reasons


def test_every_worked_query_is_listed_for_analysts() -> None:
    listed = re.findall(r"^\| `(\w+)\.sql` \|", read_page("docs/analysts.md"), re.MULTILINE)
    assert sorted(f"explore/{name}" for name in listed) == list_statements("explore")


def test_the_text_names_no_machine_and_leaves_nothing_to_do() -> None:
    files = [path for folder in TEXT_FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in TEXT_SUFFIXES]
    texts = {path: path.read_text(encoding="utf-8") for path in [*PAGES, *files] if path.is_file()}
    assert len(texts) > len(PAGES)
    found = {str(path.relative_to(ROOT)): match[0] for path, text in texts.items() if (match := FOREIGN.search(text))}
    assert found == {}
