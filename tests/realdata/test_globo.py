"""Most Read on 1.5 million real clicks, against its definition computed from the file itself."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.evaluation.job import evaluate_list
from analytics.evaluation.period import Period
from analytics.evaluation.tuning import calibrate_list
from analytics.instants import parse_instant
from analytics.rankings.scopes import Scope

from ..newsroom import Newsroom, Row  # noqa: TID252 - no package of the tests is on the path

HALF_LIVES = {"15m": 0.25, "6h": 6.0, "72h": 72.0}
WINDOWS = {"6h": 6, "48h": 48}
LIST = '[lists.read-{half_life}-{window}]\nhalf_life = "{half_life}"\nwindow = "{window}"\nlength = 10\n'
LISTS = "".join(LIST.format(half_life=half_life, window=window) for half_life in HALF_LIVES for window in WINDOWS)
MOMENTS = {
    "on the hour": parse_instant("2017-10-05T15:00:00Z"),
    "inside an hour": parse_instant("2017-10-07T20:17:43.654321Z"),
}
EVENTS, ARTICLES = "globo/events.parquet", "globo/articles.ndjson.gz"
REPEAT = timedelta(minutes=30)


@pytest.fixture(scope="session")
def globo(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    newsroom = Newsroom(tmp_path_factory.mktemp("globo") / "newsroom", LISTS)
    reports = newsroom.load("articles", realdata / ARTICLES) + newsroom.load("events", realdata / EVENTS)
    assert [(report.lines, report.loaded, report.rejected) for report in reports] == [
        (25_921, 25_921, 0), (1_538_528, 1_538_528, 0)]  # fmt: skip
    return newsroom


@pytest.fixture(scope="session")
def reads(realdata: Path) -> pl.DataFrame:
    """Give the reads of the file by the definition: no pageview of the same article in the 30 minutes before."""
    views = pl.read_parquet(realdata / EVENTS).unique()
    views = views.with_columns(pl.col("occurred_at").dt.convert_time_zone("UTC").dt.replace_time_zone(None))
    views = views.sort("visitor_id", "article_id", "occurred_at")
    before = pl.col("occurred_at").shift().over("visitor_id", "article_id")
    found = views.filter((pl.col("occurred_at") - before > REPEAT).fill_null(value=True))
    day = pl.col("occurred_at").dt.date()
    is_reader = pl.struct("visitor_id", "article_id", day).is_first_distinct()
    return found.select("article_id", "occurred_at", is_reader=is_reader)


@pytest.fixture(scope="session")
def published(realdata: Path) -> pl.DataFrame:
    articles = pl.read_ndjson(realdata / ARTICLES).filter(edition="pt")
    return articles.select("article_id", published_at=pl.col("published_at").str.to_datetime(time_zone="UTC"))


def define_list(
    reads: pl.DataFrame, published: pl.DataFrame, half_life: float, window: int, as_of: datetime
) -> pl.DataFrame:
    """Rank by the sum of 2^(-(as_of - occurred_at)/half_life) over (as_of - window, as_of]."""
    age = pl.lit(as_of) - pl.col("occurred_at")
    inside = reads.filter(age >= timedelta(0), age < timedelta(hours=window))
    weight = (2.0 ** (-age.dt.total_microseconds() / (half_life * 3.6e9))).alias("weight")
    counts = {"score": pl.sum("weight"), "reads": pl.len(), "readers": pl.sum("is_reader")}
    scores = inside.with_columns(weight).group_by("article_id").agg(**counts)
    order = ["score", "reads", "published_at", "article_id"]
    live = published.filter(pl.col("published_at").dt.replace_time_zone(None) <= as_of)
    return scores.join(live, on="article_id").sort(order, descending=[True, True, True, False]).head(10)


@pytest.mark.parametrize(("half_life", "window", "moment"), [*product(HALF_LIVES, WINDOWS, MOMENTS)])
def test_a_list_is_what_the_definition_says(  # noqa: PLR0913, PLR0917 - one case of three knobs
    globo: Newsroom, reads: pl.DataFrame, published: pl.DataFrame, half_life: str, window: str, moment: str
) -> None:
    as_of = MOMENTS[moment]
    document = globo.rank(f"read-{half_life}-{window}", "edition=pt", as_of=as_of)
    expected = define_list(reads, published, HALF_LIVES[half_life], WINDOWS[window], as_of)
    assert [item["article_id"] for item in document["items"]] == expected["article_id"].to_list()
    for name in ("reads", "readers"):
        assert [item[name] for item in document["items"]] == expected[name].to_list()
    scores = [item["score"] for item in document["items"]]
    np.testing.assert_allclose(scores, expected["score"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("half_life", ["3h", "47m"])
def test_a_half_life_without_stored_weights_is_as_exact(
    globo: Newsroom, reads: pl.DataFrame, published: pl.DataFrame, tmp_path: Path, half_life: str
) -> None:
    layer = tmp_path / "layer.toml"
    layer.write_text(f'[lists.most-read]\nhalf_life = "{half_life}"\n')
    as_of, hours = MOMENTS["inside an hour"], {"3h": 3, "47m": 47 / 60}[half_life]
    document = globo.rank("most-read", "edition=pt", as_of=as_of, layers=[layer])
    expected = define_list(reads, published, hours, 48, as_of)
    assert [item["article_id"] for item in document["items"]] == expected["article_id"].to_list()
    np.testing.assert_allclose([item["score"] for item in document["items"]], expected["score"], rtol=1e-9)


def list_documents(newsroom: Newsroom) -> bytes:
    names = [f"read-{half_life}-{window}" for half_life in HALF_LIVES for window in WINDOWS]
    scopes: list[list[str]] = [[], ["edition=pt"], ["edition=pt", "section=section-8"]]
    documents: list[Row] = [
        newsroom.rank(name, *scope, as_of=as_of)
        for name in ("most-read", *names)
        for scope in (scopes if name == "most-read" else scopes[1:2])
        for as_of in MOMENTS.values()
    ]
    return json.dumps(documents).encode()


VERDICTS = (
    "select removed_by, count(*) as events, count(*) filter (where is_reader) as readers from events.counted group by 1"
)


def test_shuffled_split_and_half_loaded_twice_in_another_workspace_the_lists_keep_their_bytes(
    globo: Newsroom, realdata: Path, tmp_path: Path
) -> None:
    other = Newsroom(tmp_path / "other", LISTS)
    events = pl.read_parquet(realdata / EVENTS).sample(fraction=1, shuffle=True, seed=7)
    half, size = events.height // 2, events.height // 4 + 1
    pieces = [events[start : start + size] for start in range(0, events.height, size)]
    again = events[:half].sample(fraction=1, shuffle=True, seed=8)
    for number, piece in enumerate([*pieces, again[: half // 2], again[half // 2 :]]):
        piece.write_parquet(other.incoming / f"{number:02}.parquet")
    reports = other.load("events", *sorted(other.incoming.glob("*.parquet")))
    other.load("articles", realdata / ARTICLES)
    assert len(pieces) == 4
    assert sum(report.loaded for report in reports) == events.height
    assert sum(report.duplicate for report in reports) == half
    assert sorted(other.query(VERDICTS), key=str) == sorted(globo.query(VERDICTS), key=str)
    assert list_documents(other) == list_documents(globo)


WEEK = Period(parse_instant("2017-10-02T03:00:00Z"), parse_instant("2017-10-09T03:00:00Z"), timedelta(hours=1))


def judge(reads: pl.DataFrame, lists: pl.DataFrame) -> tuple[float, float]:
    """Give what lists caught of the next hour by what the best would have, and their churn, from the file's reads."""
    length = max(lists["rank"])
    caught, best, fresh, before = 0.0, 0.0, [], None
    for (at,), shown in lists.group_by("list_at", maintain_order=True):
        after = reads.filter(pl.col("occurred_at") > at, pl.col("occurred_at") <= at + timedelta(hours=1))
        counts = dict(after["article_id"].value_counts().rows())
        names = set(shown["article_id"])
        caught += sum(counts.get(name, 0) for name in names) / len(after)
        best += sum(sorted(counts.values())[-length:]) / len(after)
        fresh.append(0.0 if before is None else len(names - before) / length)
        before = names
    return caught / best, sum(fresh) / (len(fresh) - 1)


@pytest.mark.parametrize("length", [10, 4])
def test_the_figures_of_a_week_are_those_of_its_reads(globo: Newsroom, reads: pl.DataFrame, length: int) -> None:
    found = evaluate_list(globo.context(), "most-read", Scope.of(["edition=pt"]), WEEK, length=length)
    assert found.figures.moments == 161
    assert judge(reads, found.lists) == pytest.approx((found.figures.foresight, found.figures.churn), abs=1e-12)


def test_a_calibrated_list_foretells_nine_tenths_of_what_hindsight_could_and_is_calm(
    globo: Newsroom, reads: pl.DataFrame
) -> None:
    found = calibrate_list(globo.context(), "most-read", Scope.of(["edition=pt"]), WEEK, churn_at_most=0.13)
    assert found.gain.low > 0
    foresight, churn = judge(reads, found.tuned.lists)
    assert foresight >= 0.92
    assert churn <= 0.13 + 1e-9
    peers = {peer.name.partition(":")[0]: peer for peer in found.frontier.peers}
    assert max(peer.foresight for peer in peers.values()) == peers["Guardian"].foresight < foresight
    assert peers["Guardian"].churn > churn
