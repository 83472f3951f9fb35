"""Evaluating Read Next: what is ranked, and what the figures mean."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from sklearn.metrics import ndcg_score

from analytics.cli import cli
from analytics.errors import InputError, NoInputError, UsageError
from analytics.evaluation.judgements import LabelJudgements, PairJudgements, read_judgements
from analytics.evaluation.read_next import evaluate_judgements, evaluate_probe
from analytics.instants import format_instant

from .newsroom import DAY, NOON, Newsroom, article

SUBJECTS = ["river flood rescue boats", "striker goal derby stadium", "vaccine trial clinic nurse"]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    made = Newsroom(tmp_path / "newsroom")
    made.load_articles(
        *(
            article(
                f"a{number:02}",
                title=SUBJECTS[number % 3],
                body=f"{SUBJECTS[number % 3]} near the town, word{number} and more of it, reported ours{number} again",
                tags=["shared"] if number in {1, 3} else [],
                published_at=format_instant(NOON + number * DAY),
            )
            for number in range(24)
        )
    )
    return made


def write_csv(folder: Path, text: str) -> Path:
    path = folder / "judgements.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_labelled_article_is_a_seed_at_its_own_publication(newsroom: Newsroom) -> None:
    labels = LabelJudgements(
        pl.DataFrame(
            [(f"a{number:02}", f"t{number % 3}") for number in range(24)], schema=["article_id", "topic"], orient="row"
        )
    )
    result = evaluate_judgements(newsroom.context(), labels, length=5, max_age=timedelta(days=6))
    places = result.lists.with_columns(
        gap=pl.col("query").str.slice(1).cast(int) - pl.col("article_id").str.slice(1).cast(int)
    )
    assert places["gap"].is_between(1, 6).all()
    assert set(places.filter(pl.col("query") == "a20")["article_id"][:2]) == {"a17", "a14"}


def test_only_labels_that_few_articles_carry_and_seeds_with_something_before_them_are_measured(
    newsroom: Newsroom,
) -> None:
    rows = [(f"a{number:02}", "everywhere" if number % 2 else f"t{number % 5}") for number in range(24)]
    labels = LabelJudgements(pl.DataFrame(rows, schema=["article_id", "topic"], orient="row"))
    times = {row["article_id"]: row["published_at"] for row in newsroom.query("from articles.article")}
    assert labels.choose_queries(times) == [f"a{number:02}" for number in range(8, 24, 2)]


def test_the_gain_of_a_list_is_that_of_scikit_learn() -> None:
    start = NOON
    topics = {"seed": ["x", "y"], "both": ["x", "y"], "one": ["x"], "none": ["z"], "late": ["y", "w"]}
    labels = pl.DataFrame(
        [(one, t) for one, own in topics.items() for t in own], schema=["article_id", "topic"], orient="row"
    )
    times = {one: start + number * DAY for number, one in enumerate(["none", "one", "late", "both"])} | {
        "seed": start + 20 * DAY
    }
    padding = pl.DataFrame([(f"p{number}", f"q{number}") for number in range(9)], schema=labels.schema, orient="row")
    judged = LabelJudgements(pl.concat([labels, padding]))
    times |= {f"p{number}": start for number in range(9)}
    order = ["none", "both", "unlabelled", "late", "one"]
    lists = pl.DataFrame({"query": "seed", "rank": range(1, 6), "article_id": order})
    figures = judged.measure(lists, times, timedelta(days=90))
    gains = {"both": 1.0, "one": 0.5, "late": 1 / 3, "none": 0.0} | {f"p{number}": 0.0 for number in range(9)}
    shown = {one: 1 / (place + 1) for place, one in enumerate(order)}
    scores = [shown.get(one, -1.0) for one in gains]
    expected = ndcg_score([list(gains.values())], [scores], k=10)
    assert figures == {"queries": 1, "ndcg_at_10": pytest.approx(expected), "precision_at_5": 3 / 5}


def test_a_pair_across_two_groups_is_not_measured() -> None:
    groups = [[f"{name}{number}" for number in range(6)] for name in "gh"]
    inside = [(a, b) for group in groups for a in group for b in group if a < b]
    across = [("g0", "h0"), ("g1", "h3"), ("x", "y")]
    rows = [(a, b, 1, None) for a, b in inside + across]
    judged = PairJudgements(
        pl.DataFrame(
            rows, schema={"article_a": str, "article_b": str, "would_follow": int, "similarity": float}, orient="row"
        )
    )
    assert judged.choose_groups().select("article_a", "article_b").rows() == inside


def test_fields_that_are_not_named_are_not_read(newsroom: Newsroom, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        "article_a,article_b,would_follow,similarity\n"
        + "".join(
            f"a{a:02},a{b:02},{int((b - a) % 3 == 0)},{float((b - a) % 3 == 0)}\n"
            for a in range(6)
            for b in range(a + 1, 6)
        ),
    )
    judged = read_judgements(path)
    with_tags, without = (
        evaluate_judgements(newsroom.context(), judged, length=30, max_age=DAY, fields=fields).lists.filter(
            pl.col("query") == "a01", pl.col("article_id") == "a03"
        )
        for fields in (["title", "body", "tags"], ["title", "body"])
    )
    assert with_tags["score"].item() > (without["score"].item() if len(without) else 0)
    with pytest.raises(UsageError, match=r"no field 'titel'.*title"):
        evaluate_judgements(newsroom.context(), judged, length=3, max_age=DAY, fields=["titel"])


def test_a_title_finds_its_own_text_and_the_lists_say_where(newsroom: Newsroom) -> None:
    result = evaluate_probe(newsroom.context(), edition="en", length=10)
    ranks = dict(result.lists.filter(pl.col("query") == pl.col("article_id")).select("query", "rank").rows())
    assert result.to_json()["mrr_at_10"] == pytest.approx(sum(1 / rank for rank in ranks.values()) / 24)
    with pytest.raises(UsageError, match="edition 'xx'"):
        evaluate_probe(newsroom.context(), edition="xx", length=10)


def test_the_command_writes_the_lists_and_prints_the_figures(newsroom: Newsroom, tmp_path: Path) -> None:
    lists = tmp_path / "lists.csv"
    arguments = ["evaluate", "read-next", "--probe", "--edition", "en", "--lists-out", str(lists), "--json"]
    workspace = ["--workspace", str(newsroom.workspace.root)]
    result = CliRunner().invoke(cli, [*arguments, *workspace])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["judged_by"], told["articles"]) == ("probe", 24)
    assert list(told["baselines"]) == ["plain TF-IDF", "BM25"]
    assert lists.read_text(encoding="utf-8").startswith("query,rank,article_id,score\n")
    both = CliRunner().invoke(cli, ["evaluate", "read-next", *workspace])
    assert both.exit_code == 2
    nowhere = CliRunner().invoke(cli, [*arguments[:-2], str(tmp_path / "gone" / "lists.csv"), *workspace])
    assert nowhere.exit_code == 2
    assert "existing folder" in nowhere.output


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("article,topic\na,b\n", "judgements have"),
        ("article_a,article_b,would_follow,similarity\na,b,1,1\na,c,maybe,1\n", "line 3 has would_follow 'maybe'"),
        ("article_a,article_b,would_follow,similarity\na,b,0,nan\n", "similarity a number or empty"),
        ("article_a,article_b,would_follow,similarity\na,b,1,1\na,c,1,2\n", "nothing is to be told apart"),
    ],
)
def test_a_file_of_something_else_is_refused_with_its_reason(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read_judgements(write_csv(tmp_path, text))
    with pytest.raises(NoInputError):
        read_judgements(tmp_path / "nowhere.csv")
