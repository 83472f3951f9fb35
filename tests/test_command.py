"""The command: exit codes, one sentence on stderr, and output a program can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Readership
from .newsroom import HOUR, MINUTE, NOON, Newsroom, Row, article, hash_files, pageview, to_ndjson

ARTICLES = [
    article("a1", section="Politics", tags=["Floods", "Dams"], title="Dam holds as floods rise in the north"),
    article("a2", section="Sports", tags=["Floods"], title="Floods rise again in the north as dam fails"),
    article("a3", region="MENA", edition="ar", title="السد يصمد", aliases=["https://news.example/old/a3"]),
]
EVENTS = [pageview(f"a{1 + n % 3}", NOON - n * MINUTE, f"v{n}") for n in range(30)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Its few articles are one story, which Read Next would leave to Coverage.
    settings = "[read_next]\nis_one_per_story = false\n"
    newsroom = Newsroom(tmp_path_factory.mktemp("command") / "newsroom", settings)
    newsroom.load("articles", ARTICLES)
    newsroom.load("events", EVENTS)
    newsroom.run()
    return newsroom.workspace.root


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return Newsroom(tmp_path / "empty").workspace.root


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["rank", "--list", "most-raed"], 2, ["most-raed", "did you mean most-read"]),
        (["rank", "--scope", "sektion=politics"], 2, ["sektion", "section"]),
        (["rank", "--scope", "section=politcs"], 2, ["politcs", "did you mean politics"]),
        (["rank", "--scope", "section"], 2, ["key=value"]),
        (["rank", "--scope", "edition=en", "--scope", "edition=ar"], 2, ["once a key"]),
        (["recommend", "a11"], 2, ["'a11'", "did you mean a1"]),
        (["recommend", "https://news.example/en/unknown"], 2, ["there is no article"]),
        (["load", "events", "gone.ndjson"], 66, ["gone.ndjson", "does not exist"]),
        (["run", "--as-of", "2024-05-15T08:00:00Z"], 2, ["newer", "--force"]),
        (["status", "--config", "gone.toml"], 78, ["gone.toml", "cannot be read"]),
        (["run", "--as-of", "2099-05-15T08:00:00Z"], 2, ["2099", "still to come"]),
        (["sql", "select * from events.nothing"], 2, ["nothing"]),
        (["explain", "a1", "--list", "read-next"], 2, ["no ranked list", "recommend"]),
        (["recommend", "a1", "--as-of", "2020-01-01T00:00:00Z"], 2, ["a1 is not published yet"]),
        (["evaluate", "read-next", "--probe", "--fields", "title"], 2, ["--fields", "--judgements"]),
        (["evaluate", "read-next", "--probe"], 66, ["body"]),
    ],
)
def test_an_error_is_one_sentence_on_stderr_and_its_exit_code(
    workspace: Path, readership: Readership, arguments: list[str], exit_code: int, words: list[str]
) -> None:
    done = readership(*arguments, "--workspace", workspace)
    assert (done.returncode, done.stdout) == (exit_code, "")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words)


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["load", "frogs", "x"], ["rank", "--lst", "x"], ["rank", "--as-of", "yesterday"], ["recommend"]],
)
def test_a_command_line_that_makes_no_sense_leaves_with_2_and_prints_nothing_on_stdout(
    workspace: Path, readership: Readership, arguments: list[str]
) -> None:
    done = readership(*arguments, "--workspace", workspace) if arguments != ["nonsense"] else readership(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_workspace_is_refused_with_what_to_do(tmp_path: Path, readership: Readership) -> None:
    done = readership("status", "--workspace", tmp_path)
    assert done.returncode == 2
    assert "readership init" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_setting_leaves_with_78_and_names_the_nearest(
    workspace: Path, readership: Readership, tmp_path: Path
) -> None:
    layer = write(tmp_path / "mine.toml", b'[lists.most-read]\nhalflife = "3h"\n')
    done = readership("rank", "--workspace", workspace, "--config", layer)
    assert (done.returncode, done.stdout) == (78, "")
    assert "'halflife'" in done.stderr
    assert "half_life" in done.stderr
    assert "mine.toml" in done.stderr


def test_a_layer_of_settings_changes_a_list_for_one_call(
    workspace: Path, readership: Readership, tmp_path: Path
) -> None:
    layer = write(tmp_path / "mine.toml", b'[lists.most-read]\nhalf_life = "1h"\nlength = 1\n')
    plain, mine = (
        json.loads(readership("rank", "--json", "--workspace", workspace, *more).stdout)
        for more in ([], ["--config", layer])
    )
    assert (plain["config"]["half_life_hours"], len(plain["items"])) == (6, 3)
    assert (mine["config"]["half_life_hours"], len(mine["items"])) == (1, 1)
    assert mine["items"][0]["score"] < plain["items"][0]["score"]


def test_a_ranked_list_is_the_published_document(workspace: Path, readership: Readership) -> None:
    pairs = {"site": [], "en": ["--scope", "edition=en"], "ar": ["--scope", "edition=ar"]}
    for folder, scope in pairs.items():
        done = readership("rank", "--json", *scope, "--workspace", workspace)
        assert done.stdout == (workspace / "reports" / folder / "most-read.json").read_text()
    sections = readership(
        "rank", "--json", "--scope", "section=Politics", "--scope", "edition=en", "--workspace", workspace
    )
    assert sections.stdout == (workspace / "reports/en/most-read/section/politics.json").read_text()


def test_a_recommendation_is_the_published_document_and_says_why(workspace: Path, readership: Readership) -> None:
    done = readership("recommend", "a1", "--json", "--workspace", workspace)
    assert done.stdout == (workspace / "reports/en/read-next/a1.json").read_text()
    (item,) = json.loads(done.stdout)["items"]
    assert item["article_id"] == "a2"
    assert item["reasons"]["tags"] == ["Floods"]
    assert item["reasons"]["terms"]


def test_an_article_is_found_by_any_of_its_addresses(workspace: Path, readership: Readership) -> None:
    published = (workspace / "reports/ar/read-next/a3.json").read_text()
    for address in ("https://news.example/old/a3", "http://www.news.example/en/a3/?utm_source=x"):
        done = readership("recommend", address, "--json", "--workspace", workspace)
        assert done.stdout == published


@pytest.mark.parametrize("arguments", [["rank"], ["recommend", "a1"], ["status"], ["sql", "select 1 as one"]])
def test_what_a_person_reads_stands_on_stdout_alone(
    workspace: Path, readership: Readership, arguments: list[str]
) -> None:
    done = readership(*arguments, "--workspace", workspace)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    assert "\x1b" not in done.stdout


def test_a_run_without_news_and_a_valid_folder_say_nothing(workspace: Path, readership: Readership) -> None:
    for command in ("run", "publish", "validate"):
        done = readership(command, "--workspace", workspace)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_loading_prints_one_document_also_when_a_file_is_set_aside(
    empty: Path, readership: Readership, tmp_path: Path
) -> None:
    files = {
        "good.ndjson": to_ndjson([pageview("a1"), pageview("a1"), pageview("a2")]) + b"\n",
        "bad.ndjson": to_ndjson([pageview("a3"), {"kind": "scroll"}]),
        "cut.ndjson.gz": b"\x1f\x8b\x08\x00cut",
    }
    paths = [write(tmp_path / name, content) for name, content in files.items()]
    done = readership("load", "events", *paths, "--json", "--workspace", empty)
    assert done.returncode == 65
    assert len(done.stderr.splitlines()) == 1
    assert "bad.ndjson is set aside" in done.stderr
    content: Row = json.loads(done.stdout)
    assert [file["status"] for file in content["files"]] == ["loaded", "set_aside", "set_aside"]
    counts = ("lines", "loaded", "rejected", "duplicate", "filtered")
    assert [[file[name] for name in counts] for file in content["files"]] == [[4, 2, 0, 1, 1], [2, 0, 1, 0, 1], [0] * 5]
    assert content["total"] == dict(zip(counts, (6, 2, 1, 1, 2), strict=True))


def test_a_folder_stands_for_its_files_and_the_same_content_is_skipped(
    empty: Path, readership: Readership, tmp_path: Path
) -> None:
    folder = tmp_path / "day"
    (folder / "hour").mkdir(parents=True)
    write(folder / "hour" / "1.ndjson", to_ndjson(EVENTS[:9]))
    write(folder / "2.ndjson", to_ndjson(EVENTS[:9]))
    write(folder / ".hidden", b"garbage")
    done = readership("load", "events", folder, "--json", "--workspace", empty)
    assert done.returncode == 0
    assert sorted(file["status"] for file in json.loads(done.stdout)["files"]) == ["loaded", "skipped"]


def test_a_run_prints_what_it_did_for_a_program(empty: Path, readership: Readership) -> None:
    write(empty / "data/landing/articles.ndjson", to_ndjson(ARTICLES))
    layer = write(empty / "now.toml", b"[load]\nstable_seconds = 0\n")
    done = readership("run", "--json", "--workspace", empty, "--config", layer)
    content: Row = json.loads(done.stdout)
    assert (content["status"], content["is_news"], content["loads"]["total"]["loaded"]) == ("stale", True, 3)
    state = json.loads(readership("status", "--json", "--workspace", empty).stdout)
    assert (state["articles"], state["published"]["run_id"]) == (3, content["run_id"])


def test_the_state_says_what_is_loaded_and_how_far_it_reaches(workspace: Path, readership: Readership) -> None:
    state = json.loads(readership("status", "--json", "--workspace", workspace).stdout)
    assert (state["events"], state["reads"], state["articles"]) == (30, 30, 3)
    assert (state["data_through"], state["published"]["as_of"]) == ("2024-05-15T12:00:00Z", "2024-05-15T12:00:00Z")


def test_a_query_reads_the_snapshot_and_nothing_else(workspace: Path, readership: Readership, tmp_path: Path) -> None:
    done = readership("sql", "select count(*) as n from events.counted", "--json", "--workspace", workspace)
    assert json.loads(done.stdout) == [{"n": 30}]
    piped = readership("sql", "--json", "--workspace", workspace, stdin="select 1 as one")
    assert json.loads(piped.stdout) == [{"one": 1}]
    secret, out = write(tmp_path / "secret.csv", b"a,b\n1,2\n"), tmp_path / "out"
    attempts = (f"from read_csv('{secret}')", f"copy (select 1) to '{out}'", f"attach '{out}'",
                "delete from events.counted", "install httpfs")  # fmt: skip
    for text in attempts:
        done = readership("sql", text, "--workspace", workspace)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_spoilt_folder_of_reports_is_found_with_65(workspace: Path, readership: Readership, tmp_path: Path) -> None:
    write(tmp_path / "manifest.json", (workspace / "reports/manifest.json").read_bytes())
    done = readership("validate", tmp_path, "--json", "--workspace", workspace)
    assert done.returncode == 65
    assert len(json.loads(done.stdout)["faults"]) > 3


def test_a_workspace_is_made_once_and_never_overwritten(readership: Readership, tmp_path: Path) -> None:
    root = tmp_path / "news"
    assert readership("init", "--workspace", root).returncode == 0
    write(root / "readership.toml", b"[lists.most-read]\nlength = 3\n")
    before = hash_files(root)
    done = readership("init", "--workspace", root, "--json")
    assert json.loads(done.stdout)["created"] is False
    assert hash_files(root) == before


def test_an_error_shows_its_traceback_only_when_asked(workspace: Path, readership: Readership) -> None:
    done = readership("rank", "--list", "x", "--debug", "--workspace", workspace)
    assert done.returncode not in {0, 2}
    assert "Traceback" in done.stderr


def test_a_question_about_the_past_is_answered_as_of_then(workspace: Path, readership: Readership) -> None:
    moment = (NOON - HOUR / 4).isoformat() + "+00:00"
    document = json.loads(readership("rank", "--json", "--as-of", moment, "--workspace", workspace).stdout)
    assert document["as_of"] == "2024-05-15T11:45:00Z"
    assert sum(item["reads"] for item in document["items"]) == 15


def test_a_demo_never_replaces_a_folder_that_is_none(readership: Readership, tmp_path: Path) -> None:
    (tmp_path / "newsroom").mkdir()
    write(tmp_path / "novel.txt", b"chapter one")
    done = readership("demo", "--dir", tmp_path, "--articles", "12", "--events", "500")
    assert done.returncode == 2
    assert (tmp_path / "novel.txt").read_bytes() == b"chapter one"
