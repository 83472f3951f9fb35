"""Where a workspace keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analytics.errors import UsageError


@dataclass(frozen=True)
class Workspace:
    """The folder that holds one newsroom's settings, data and reports.

    Parameters
    ----------
    root : Path
        The folder, absolute.

    Examples
    --------
    >>> Workspace(Path("/news")).reports.as_posix()
    '/news/reports'
    """

    root: Path

    @property
    def settings_file(self) -> Path:
        """The workspace's settings."""
        return self.root / "readership.toml"

    @property
    def tag_aliases(self) -> Path:
        """What editors decided of tags that may be one; the newsroom keeps it with its settings."""
        return self.root / "tag_aliases.csv"

    @property
    def landing(self) -> Path:
        """Where input files arrive; never edited."""
        return self.root / "data" / "landing"

    @property
    def warehouse(self) -> Path:
        """The warehouse, private to the writer."""
        return self.root / "data" / "warehouse.duckdb"

    @property
    def snapshot(self) -> Path:
        """The copy of the warehouse that analysts open."""
        return self.root / "data" / "published" / "readership.duckdb"

    @property
    def scratch(self) -> Path:
        """What is unpacked while it is read."""
        return self.root / "data" / "scratch"

    @property
    def similarity(self) -> Path:
        """Vectors and neighbours of the articles, kept from run to run; may be deleted at any time."""
        return self.root / "data" / "similarity"

    @property
    def spill(self) -> Path:
        """What DuckDB has no memory for."""
        return self.root / "data" / "spill"

    @property
    def keys(self) -> Path:
        """Keys of the visitor hashes, outside the database."""
        return self.root / "data" / "keys"

    @property
    def reports(self) -> Path:
        """What the site reads."""
        return self.root / "reports"

    def require(self) -> None:
        """Refuse a folder that is no workspace.

        Raises
        ------
        UsageError
            Where `readership init` has not been run in it.
        """
        if not self.settings_file.is_file():
            message = f"{self.root} is no workspace; run `readership init` there, or name one with --workspace"
            raise UsageError(message)

    def create(self) -> None:
        """Make the folders of the workspace; what exists stays."""
        for folder in (self.landing, self.snapshot.parent, self.reports):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
