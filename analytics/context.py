"""What every job of the pipeline is given: a workspace, its settings and the clock."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from analytics.events.networks import Ranges
from analytics.inflate import Caps
from analytics.reference_data import read_reference
from analytics.scratch import remove_abandoned
from analytics.settings import Settings
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse, lock_warehouse, open_warehouse
from analytics.workspace import Workspace

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """A workspace, its settings and the clock.

    Parameters
    ----------
    workspace : Workspace
        Where the files are.
    settings : Settings
        All of its settings.
    now : datetime
        The clock, read once (naive UTC).
    wait_seconds : float
        How long to wait for another holder of the warehouse; negative waits for ever.
    progress : callable
        Told the name of each step.
    warn : callable
        Told what a person should know though all goes on, one sentence at a time.
    """

    workspace: Workspace
    settings: Settings
    now: datetime
    wait_seconds: float = 0
    progress: Progress = field(default=lambda _: None)
    warn: Progress = field(default=lambda _: None)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the workspace's lock; what a killed process unpacked or spilled is removed first."""
        self.workspace.require()
        with lock_warehouse(self.workspace.warehouse, wait_seconds=self.wait_seconds):
            remove_abandoned(self.workspace.scratch)
            shutil.rmtree(self.workspace.spill, ignore_errors=True)
            yield

    @contextmanager
    def open(self, *, is_reader: bool = False) -> Iterator[Warehouse]:
        """Open the warehouse under the lock that is already held.

        Parameters
        ----------
        is_reader : bool
            Whether it is opened for an answer: only a command that writes brings an older layout to the newest.
        """
        engine = self.settings.engine
        with open_warehouse(
            self.workspace.warehouse,
            memory_limit=engine.memory_limit,
            threads=engine.threads or None,
            is_reader=is_reader,
            warn=self.warn,
        ) as warehouse:
            yield warehouse

    @property
    def url_rules(self) -> UrlRules:
        """What the site says about its URLs."""
        site = self.settings.site
        return UrlRules(
            hosts=tuple(site.hosts),
            identifying_parameters=tuple(site.identifying_parameters),
            keep_unknown_parameters=site.keep_unknown_parameters,
            tracking_parameters=frozenset(row["parameter"] for row in read_reference("tracking_parameters")),
            article_paths=tuple(site.article_paths),
            other_paths=tuple(site.other_paths),
            index_names=tuple(site.index_names),
            view_names=tuple(site.view_names),
            has_amp=site.has_amp,
        )

    def read_ranges(self, name: str) -> Ranges:
        """Read a file of address ranges that the settings name; none where they name none."""
        return Ranges.read(self.workspace.root / name) if name else Ranges()

    @property
    def caps(self) -> Caps:
        """How much of a file is read."""
        load = self.settings.load
        return Caps(load.line_bytes, load.file_bytes, load.expansion_ratio)
