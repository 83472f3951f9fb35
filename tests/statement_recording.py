"""Records what the commands ask of the warehouse while they load, run and answer in a small workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from analytics.cli import cli
from analytics.warehouse import Warehouse

STATEMENT_METHODS = (
    "frame",
    "stage",
    "stage_append",
    "stage_file",
    "stage_view",
    "append",
    "replace",
    "replace_all",
)
TABLE_METHODS = (
    "stage_frame",
    "stage_like",
    "append_frame",
    "replace_frame",
    "replace_keys",
    "delete",
    "delete_within",
)
NEW_STAGE, COMMAND = "drop_stage", "command"
_PLANNED = ("forget", "purge")

_ARTICLES = [
    {
        "article_id": name,
        "url": f"https://news.example/{name}",
        "edition": "en",
        "title": f"The river rises near {name}",
        "body": "The river rises after a week of rain, and the bridges close.",
        "section": "News",
        "tags": ["rivers", f"{name} in spring"],
        "published_at": "2024-05-01T06:00:00Z",
    }
    for name in ("dams", "floods")
]
_CAME = {"received_at": "2024-05-01T12:00:00Z"}
_WAITING = {
    "kind": "share",
    "occurred_at": "2024-05-01T10:30:00Z",
    "url": "https://news.example/floods?utm_source=letter",
    "visitor_id": "ben",
    "environment": "a field of the source's own",
    "campaign": "letter",
}
_READS = [
    {
        "event_id": f"read-{hour}",
        "kind": "pageview",
        "occurred_at": f"2024-05-01T{hour:02}:10:00Z",
        "article_id": "dams",
        "visitor_id": "ann",
    }
    | _CAME
    for hour in (9, 10, 11)
]
# The history holds the first two: one comes again as it was, one with an earlier time.
_AGAIN = [_READS[0], _READS[1] | {"occurred_at": "2024-05-01T08:10:00Z"}, {"kind": "scroll"} | _CAME, {}]
_OLD = {"kind": "pageview", "occurred_at": "2024-01-01T10:00:00Z", "article_id": "dams", "visitor_id": "old"}
_CROWD = [
    {"kind": "pageview", "occurred_at": "2024-05-01T11:05:00Z", "article_id": "floods", "visitor_id": f"v{number}"}
    | _CAME
    for number in range(60)
]
_REQUEST = (
    '192.0.2.7 - - [01/May/2024:10:{minute}:05 +0000] "GET /dams HTTP/1.1" 200 512 "https://news.example/" "Firefox"'
)


@dataclass(frozen=True)
class Call:
    """One call of a method of the warehouse, with the statement or the table it names; or the start of a command.

    Of a deletion, `within` is the table that lists what goes.
    """

    method: str
    name: str = ""
    within: str = ""


@dataclass
class Recording:
    """The calls in their order, and the columns with their types that the working tables had."""

    calls: list[Call] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)


@cache
def record_commands() -> Recording:
    """Load events and articles, run, ask every question the command line can answer, and take readers out."""
    recording = Recording()
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        _make_archive(Path(folder) / "other")
        _watch(patch, recording)
        for arguments in _write_inputs(Path(folder)):
            result = _give_command(recording, *arguments, "--workspace", folder)
            if arguments[0] in _PLANNED:
                token = json.loads(result.stdout)["token"]
                _give_command(recording, *arguments, "--token", token, "--workspace", folder)
    return recording


def describe_table(warehouse: Warehouse, table: str) -> dict[str, str]:
    """Give a table's columns with their types."""
    return {row[0]: row[1] for row in warehouse.query(f"describe {table}").rows()}


def _make_archive(root: Path) -> None:
    """Make another workspace, whose archive holds a file that this one does not know."""
    landed = root / "data" / "landing" / "access.log"
    landed.parent.mkdir(parents=True)
    landed.write_text(_REQUEST.format(minute=30) + "\n")
    (root / "readership.toml").write_text("[load]\nstable_seconds = 0\n")
    _give_command(Recording(), "run", "--workspace", str(root))


def _write_inputs(folder: Path) -> list[list[str]]:
    lines: dict[str, list[dict[str, Any]]] = {
        "articles": _ARTICLES,
        "waiting": [_WAITING | _CAME],
        "reads": _READS,
        "again": _AGAIN,
        "old": [_OLD],
        "crowd": _CROWD,
    }
    for name, records in lines.items():
        (folder / f"{name}.ndjson").write_text("\n".join(map(json.dumps, records)) + "\n")
    wide = [_WAITING | _CAME | {"Campaign": "mail"}]
    (folder / "wide.ndjson").write_text("\n".join(map(json.dumps, wide)) + "\n")
    pl.DataFrame([_WAITING | _CAME | {f"field_{n}": n for n in range(51)}]).write_parquet(folder / "wide.parquet")
    share = {"kind": "share", "occurred_at": "2024-05-01T11:20:00Z", "article_id": "dams", "campaign": 7} | _CAME
    pl.DataFrame([share]).write_parquet(folder / "shares.parquet")
    landing = folder / "data" / "landing"
    landing.mkdir(parents=True)
    (landing / "access.log").write_text("".join(_REQUEST.format(minute=minute) + "\n" for minute in (10, 20)))
    (folder / "stories.csv").write_text("article_id,story_id\ndams,rain\nfloods,rain\n")
    (folder / "other.toml").write_text("[lists.most-read]\nlength = 1\n")
    (folder / "readership.toml").write_text("[load]\nreject_limit_lines = 9\nstable_seconds = 0\n")
    events = ["load", "events"]
    return [
        ["init"],
        [*events, str(folder / "waiting.ndjson")],
        ["load", "articles", str(folder / "articles.ndjson")],
        [*events, str(folder / "reads.ndjson"), str(folder / "shares.parquet")],
        [*events, "--dry-run", str(folder / "again.ndjson")],
        [*events, str(folder / "again.ndjson")],
        ["run"],
        [*events, str(folder / "old.ndjson"), str(folder / "wide.ndjson"), str(folder / "wide.parquet")],
        ["run"],
        ["rank", "--scope", "edition=en"],
        ["rank", "--scope", "country=ES", "--scope", "tag=rivers"],
        ["explain", "dams", "--scope", "edition=en"],
        ["compare", "--with", str(folder / "other.toml"), "--hours", "1"],
        [*events, str(folder / "crowd.ndjson")],
        ["evaluate", "most-read", "--from", "2024-05-01T11:00:00Z", "--until", "2024-05-01T12:00:00Z"],
        ["recommend", "dams"],
        ["coverage", "dams"],
        ["evaluate", "coverage", "--judgements", str(folder / "stories.csv")],
        ["tags", "suggest"],
        ["tags", "preview", "dams in spring", "rivers"],
        ["tags", "accept", "dams in spring", "rivers", "--by", "ann", "--why", "a test"],
        ["status"],
        ["rejects", "list"],
        ["rejects", "replay", "--source", str(folder / "again.ndjson")],
        [*events, str(folder / "other" / "data" / "archive")],
        ["runs"],
        ["runs", "corrections"],
        ["backfill", "--from", "2024-05-01T00:00:00Z", "--until", "2024-05-02T00:00:00Z", "--dry-run"],
        ["backfill", "--from", "2024-05-01T00:00:00Z", "--until", "2024-05-02T00:00:00Z"],
        ["forget", "ben", "--json"],
        ["purge", "--json"],
    ]


def _give_command(recording: Recording, *arguments: str) -> Result:
    recording.calls.append(Call(COMMAND))
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, f"{arguments}: {result.output} {result.exception!r}"
    return result


def _watch(patch: pytest.MonkeyPatch, recording: Recording) -> None:
    """Record the outermost calls alone: one method may call another."""
    open_calls: list[str] = []

    def watched(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def call(warehouse: Warehouse, *names: str, **values: object) -> object:
            if not open_calls:
                recording.calls.append(Call(method, "".join(names[:1]), str(values.get("within", ""))))
            open_calls.append(method)
            try:
                return original(warehouse, *names, **values)
            finally:
                open_calls.pop()
                if not open_calls and method.startswith("stage"):
                    _record_columns(warehouse, recording)

        return call

    for method in (*STATEMENT_METHODS, *TABLE_METHODS, NEW_STAGE):
        patch.setattr(Warehouse, method, watched(method, getattr(Warehouse, method)))


def _record_columns(warehouse: Warehouse, recording: Recording) -> None:
    """Note the columns of each working table as the load makes it first, of the views too."""
    text = "select table_catalog || '.' || table_name from information_schema.tables "
    text += "where table_catalog in ('stage', 'chunk')"
    for (table,) in warehouse.query(text).rows():
        if table not in recording.columns:
            recording.columns[table] = describe_table(warehouse, table)
