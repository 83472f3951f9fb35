"""What every command shares: its options, its errors' exit codes, how it prints."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rich_click as click

from analytics.errors import ReadershipError, UsageError
from analytics.instants import parse_duration, parse_instant


class Options:
    """What every command is given."""

    def __init__(self, workspace: Path, config: Path | None, *, is_json: bool, is_debug: bool, wait: bool) -> None:
        self.workspace = workspace.expanduser().absolute()
        self.config = config
        self.is_json = is_json
        self.is_debug = is_debug
        self.wait_seconds = -1.0 if wait else 0.0

    def read_context(self, progress: Callable[[str], None] = lambda _: None, *, layer: Path | None = None) -> Any:  # noqa: ANN401 - imported late
        """Read the workspace's settings, with a file laid over them, and the clock."""
        from analytics.context import Context
        from analytics.settings import load_settings
        from analytics.workspace import Workspace

        workspace = Workspace(self.workspace)
        workspace.require()
        files = [workspace.settings_file, *filter(None, (self.config, layer))]
        return Context(workspace, load_settings(*files), read_clock(), self.wait_seconds, progress, warn)


def read_clock() -> datetime:
    """Give the moment, naive UTC as everywhere inside."""
    return datetime.now(UTC).replace(tzinfo=None)


def write_out(path: Path, text: str) -> None:
    """Write what an option asked for to a file.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); name a file in an existing folder") from error


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options every command takes, and its errors their exit codes."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path),
        envvar="READERSHIP_WORKSPACE",
        default=Path(),
        help="Folder of the workspace; the current one by default.",
    )
    @click.option("--config", type=click.Path(path_type=Path), help="Settings laid over the workspace's own.")
    @click.option("--json", "is_json", is_flag=True, help="Print JSON for a program.")
    @click.option("--wait", is_flag=True, help="Wait while another process holds the warehouse.")
    @click.option("--debug", "is_debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def wrapped(
        workspace: Path,
        config: Path | None,
        is_json: bool,
        wait: bool,
        is_debug: bool,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        options = Options(workspace, config, is_json=is_json, is_debug=is_debug, wait=wait)
        try:
            command(options, **arguments)
        except ReadershipError as error:
            if is_debug:
                raise
            fail(error.message, error.exit_code)
        except BrokenPipeError:
            sys.exit(0)
        except OSError as error:
            if is_debug:
                raise
            fail(f"{error}; mend that and run again", 1)
        except Exception as error:
            if is_debug:
                raise
            fail(
                f"unexpected {type(error).__name__}: {error}; run again with --debug and report what it shows",
                1,
            )

    return wrapped


def fail(message: str, exit_code: int) -> NoReturn:
    """Print one sentence on stderr and leave."""
    sys.exit(say(message, exit_code))


def print_json(content: object) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(content, ensure_ascii=False, indent=2, default=str))  # noqa: T201 - the output


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant with a zone."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:  # noqa: ANN401 - click's signature
        """Read the text as naive UTC."""
        try:
            return value if isinstance(value, datetime) else parse_instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Duration(click.ParamType[timedelta]):
    """A number and a unit."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:  # noqa: ANN401 - click's signature
        """Read the text as a duration."""
        try:
            return value if isinstance(value, timedelta) else parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Zone(click.ParamType[str]):
    """The name of a time zone."""

    name = "zone"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:  # noqa: ANN401 - click's signature
        """Refuse a name that is none."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f"there is no time zone {value!r}; write it like Europe/Madrid", param, ctx)
        return str(value)


def warn(message: str) -> None:
    """Print a sentence on stderr that does not change how the command ends."""
    say(message, 0)


def say(message: str, exit_code: int) -> int:
    """Print one sentence on stderr and give the exit code back."""
    print(f"readership: {message}", file=sys.stderr)  # noqa: T201 - the sentence
    return exit_code
