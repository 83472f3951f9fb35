"""The pages of `docs/reference/`, made from what they describe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analytics.reference_pages.command_page import build_command_page
from analytics.reference_pages.lists_page import build_lists_page
from analytics.reference_pages.reports_page import build_reports_page
from analytics.reference_pages.settings_page import build_settings_page
from analytics.reference_pages.tables_page import build_tables_page
from analytics.warehouse import Warehouse

__all__ = ["FOLDER", "build_pages", "find_stale_pages", "write_pages"]

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def build_pages() -> dict[str, str]:
    """Build every reference page, by file name.

    Examples
    --------
    >>> sorted(build_pages())
    ['command.md', 'lists.md', 'reports.md', 'settings.md', 'tables.md']
    """
    with Warehouse.in_memory() as warehouse:
        return {
            "command.md": build_command_page(),
            "lists.md": build_lists_page(),
            "reports.md": build_reports_page(warehouse),
            "settings.md": build_settings_page(),
            "tables.md": build_tables_page(warehouse),
        }


def find_stale_pages(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Name what a folder holds differently from the pages, lacks or holds beside them.

    Parameters
    ----------
    folder : Path
        Such as ``docs/reference``.
    pages : mapping of str to str
        As `build_pages` gives them.
    """
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
    return sorted(name for name in {*found, *pages} if found.get(name) != pages.get(name))


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages into a folder, made where missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
