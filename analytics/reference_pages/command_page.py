"""The page of the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from analytics.cli import cli
from analytics.errors import ReadershipError
from analytics.reference_pages.markdown import write_page, write_table

_OTHER_CODES = {
    0: ["done"],
    1: ["a failure of ours"],
    65: ["`doctor` or `validate` found a fault"],
    130: ["stopped by Ctrl-C"],
    143: ["terminated by SIGTERM"],
}
_STREAMS = """\
What a command answers goes to stdout; progress and messages go to stderr, and the progress bar is gone when stderr is
no terminal. Nothing asks a question. On a failure one sentence on stderr says what went wrong and what to do."""


def build_command_page() -> str:
    """Build the page of the command from its own options and help texts."""
    top = cli.make_context("readership", [], resilient_parsing=True)
    commands = [*_list_commands(cli, top)]
    takers = [command for command, _ in commands if command.params]  # a group may take none of its own
    shared = set.intersection(*({one.name for one in command.params} for command in takers))
    blocks = [str(cli.help), _STREAMS, "## Options of every command"]
    blocks += [_list_options(one for one in takers[0].params if one.name in shared), "## Exit codes"]
    blocks += [write_table(("code", "meaning"), ((str(code), text) for code, text in sorted(_list_codes())))]
    for command, context in commands:
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        own = (one for one in command.params if one.name not in shared)
        blocks += [f"## `{context.command_path}`", cleandoc(str(command.help)), f"`{usage}`", _list_options(own)]
    return write_page("The command", blocks)


def _list_commands(group: Any, parent: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - click's own types
    """List the commands of a group with their contexts, each group before its own."""
    for name in sorted(group.commands):
        command = group.commands[name]
        context = command.make_context(name, [], parent=parent, resilient_parsing=True)
        yield command, context
        if hasattr(command, "commands"):
            yield from _list_commands(command, context)


def _list_options(options: Iterable[Any]) -> str:
    rows = [
        (f"`{_spell(one)}`", one.help or "", _name_default(one)) for one in options if one.param_type_name == "option"
    ]
    return write_table(("option", "what it does", "where not given"), rows)


def _spell(option: Any) -> str:  # noqa: ANN401 - click's own type, which only the command line imports
    return option.opts[0] if option.is_flag else f"{option.opts[0]} {option.metavar or option.type.name.upper()}"


def _name_default(option: Any) -> str:  # noqa: ANN401 - as above
    shown = f"`{option.default}`" if isinstance(option.default, (str, int, Path)) and not option.is_flag else ""
    return f"`${option.envvar}`, else {shown}" if option.envvar else shown


def _list_codes() -> Iterator[tuple[int, str]]:
    meanings = {code: list(texts) for code, texts in _OTHER_CODES.items()}
    for error in _list_errors(ReadershipError):
        first = str(error.__doc__).splitlines()[0].removesuffix(".")
        meanings.setdefault(error.exit_code, []).append(first[0].lower() + first[1:])
    yield from ((code, "; ".join(texts)) for code, texts in meanings.items())


def _list_errors(base: type[ReadershipError]) -> Iterator[type[ReadershipError]]:
    for error in base.__subclasses__():
        yield error
        yield from _list_errors(error)
