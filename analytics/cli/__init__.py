"""The command line: reads arguments, calls the pipeline, prints. The only place that reads the clock."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import NoReturn

import rich_click as click

from analytics.cli.commands import cli
from analytics.cli.options import say

__all__ = ["cli", "main"]


def main() -> NoReturn:
    """Run the command, and leave with its documented exit code."""
    signal.signal(signal.SIGTERM, _stop)
    # A command makes many rows and hardly a cycle: looking for cycles rarely saves one part in twenty.
    gc.set_threshold(100_000)
    try:
        cli.main(prog_name="readership", standalone_mode=False)
        code = 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = say("stopped; nothing half-done is left behind", 130)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    _leave(code)


def _stop(*_: object) -> NoReturn:
    sys.exit(say("terminated; nothing half-done is left behind", 143))


def _leave(exit_code: int) -> NoReturn:
    """Leave without the interpreter's teardown, in which DuckDB's binding reports leaks on stderr."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        exit_code = exit_code or 0
    sys.stderr.flush()
    os._exit(exit_code)
