"""Metrics, filters and windows of lists, each against a plain account of its definition."""

from __future__ import annotations

import doctest
import json
import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from analytics.errors import NoInputError, SettingsError, UsageError
from analytics.publish.validate import validate_reports
from analytics.rankings.job import Moment, rank_list, rank_lists, score_articles
from analytics.rankings.rules import Known, RuleSet, fill_slots
from analytics.rankings.scopes import Scope
from analytics.rankings.unusual import fit_prior
from analytics.settings import Filter, ListSettings, Weights, load_settings

from .newsroom import DAY, HOUR, MINUTE, NOON, Newsroom, Row, article, pageview

ROOT = Path(__file__).parents[1]
SECOND = timedelta(seconds=1)
QUARTERS = [timedelta(minutes=15 * n) for n in range(4)]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", is_kept_open=True)


def shipped(name: str, **changes: object) -> ListSettings:
    return msgspec.structs.replace(load_settings().lists[name], **changes)


def score(newsroom: Newsroom, settings: ListSettings, as_of: datetime = NOON) -> dict[str, float]:
    with newsroom.open() as warehouse:
        found = score_articles(warehouse, settings, as_of)
    return dict(found.filter("is_scored").select("article_id", "score").rows())


def rank(newsroom: Newsroom, settings: ListSettings, *scopes: str, as_of: datetime = NOON) -> list[str]:
    with newsroom.open() as warehouse:
        return list(rank_list(warehouse, "any", settings, scope=Scope.of([*scopes]), as_of=as_of)["article_id"])


def stay(
    article_id: str, visitor: str, seconds: float | None, when: datetime = NOON - HOUR, **fields: object
) -> list[Row]:
    """Give a read and, where its engaged time is known, what the reader stayed."""
    rows = [pageview(article_id, when, visitor, **fields)]
    if seconds is not None:
        rows.append(pageview(article_id, when + MINUTE, visitor, kind="engaged", engaged_seconds=seconds))
    return rows


# Depth ---------------------------------------------------------------------------------------------------------------

LENGTHS = {"short": 200, "brief": 400, "long": 2000, "longer": 3500}


def make_stays(seed: int) -> tuple[list[Row], dict[tuple[str, ...], list[tuple[str, float]]]]:
    """Give events, and by class the article and the seconds of every reader."""
    dice = random.Random(seed)  # noqa: S311 - a crowd is no secret
    rows: list[Row] = []
    classes: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    for number in range(160):
        name, device = dice.choice([*LENGTHS]), dice.choice(["mobile", "desktop"])
        source = dice.choice(["https://www.google.com/", "https://www.facebook.com/"])
        seconds = float(dice.choice([5, 10, 20, 20, 40, 80]))
        rows += stay(name, f"v{number}", seconds, NOON - dice.randrange(2, 60) * HOUR, device=device, referrer=source)
        classes["short" if name in {"short", "brief"} else name, device, source].append((name, seconds))
    return rows, classes


def define_depth(classes: dict[tuple[str, ...], list[tuple[str, float]]], prior: float) -> dict[str, float]:
    """Average the percentiles: the share of the class below, and half of those that are equal."""
    found = defaultdict(list)
    for members in classes.values():
        seconds = sorted(one for _, one in members)
        for name, own in members:
            found[name].append((bisect_left(seconds, own) + bisect_right(seconds, own)) / 2 / len(seconds))
    return {name: (sum(all_of) + prior / 2) / (len(all_of) + prior) for name, all_of in found.items()}


@pytest.mark.parametrize("seed", [1, 2])
def test_depth_is_the_mean_percentile_within_length_device_and_referrer(newsroom: Newsroom, seed: int) -> None:
    newsroom.load_articles(*(article(name, body="word " * words) for name, words in LENGTHS.items()))
    rows, classes = make_stays(seed)
    newsroom.load_events(*rows)
    expected = define_depth(classes, 20)
    assert score(newsroom, shipped("deeply-read")) == pytest.approx(expected, abs=1e-9)
    assert score(newsroom, shipped("deeply-read", prior_readers=0.0)) == pytest.approx(
        define_depth(classes, 0), abs=1e-9
    )


def test_few_readers_who_stayed_long_stand_below_many_who_did(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("one"), article("many"), article("left"))
    many = [row for n in range(30) for row in stay("many", f"m{n}", 60) + stay("left", f"l{n}", 5)]
    newsroom.load_events(*stay("one", "o", 90), *many)
    assert rank(newsroom, shipped("deeply-read")) == ["many", "one", "left"]


def test_live_pages_videos_and_galleries_are_not_read_deeply(newsroom: Newsroom) -> None:
    kinds = ("article", "live", "video", "gallery", "opinion")
    newsroom.load_articles(*(article(kind, content_type=kind) for kind in kinds))
    newsroom.load_events(*(row for kind in kinds for row in stay(kind, f"v-{kind}", 60)))
    assert sorted(rank(newsroom, shipped("deeply-read"))) == ["article", "opinion"]


def test_depth_is_withheld_where_less_than_half_of_the_reads_were_measured(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"))
    newsroom.load_events(*stay("a", "v1", 60), *stay("a", "v2", None), *stay("a", "v3", None))
    with pytest.raises(NoInputError, match="33% of the reads"):
        score(newsroom, shipped("deeply-read"))
    newsroom.load_events(*stay("a", "v4", 60))
    assert score(newsroom, shipped("deeply-read")).keys() == {"a"}


def test_the_manifest_says_why_a_list_is_withheld_and_no_document_of_it_stays(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("a"))
    newsroom.load_events(*stay("a", "v1", 60))
    newsroom.run(NOON)
    document = newsroom.workspace.reports / "site" / "deeply-read.json"
    assert json.loads(document.read_bytes())["items"][0]["basis"] == "depth"
    newsroom.load_events(*(row for n in range(9) for row in stay("a", f"w{n}", None, NOON + n * MINUTE)))
    manifest = newsroom.run(NOON + HOUR).manifest
    assert manifest
    assert [one.list for one in manifest.withheld] == ["deeply-read"]
    assert "10% of the reads" in manifest.withheld[0].reason
    assert not document.exists()
    assert validate_reports(newsroom.workspace.reports) == []


# Unusual -------------------------------------------------------------------------------------------------------------


def define_unusual(rows: list[Row], articles: dict[str, tuple[str, datetime]], start: datetime) -> dict[str, float]:
    """Count hour by hour and article by article what rate, rhythm and the gamma distribution are made of."""

    def classify(age: int) -> int:
        return next((k for k in range(1, 10) if 2 ** (k - 1) - 1 <= age <= 2**k - 2), 10)

    def age_at(name: str, hour: datetime) -> int:
        published = articles[name][1].replace(minute=0, second=0, microsecond=0)
        return (hour - published) // HOUR

    def floor(row: Row) -> datetime:
        return datetime.fromisoformat(row["occurred_at"]).replace(tzinfo=None, minute=0, second=0, microsecond=0)

    window_from = NOON - 6 * HOUR
    read = [(row["article_id"], floor(row)) for row in rows]
    usual = [(name, hour) for name, hour in read if start <= hour < window_from and age_at(name, hour) >= 0]
    first = min(hour for _, hour in usual)
    hours = [first + n * HOUR for n in range((window_from - first) // HOUR)]
    mean = len(usual) / len(hours)

    def rhythm(hour: datetime) -> float:
        same = [one for one in hours if (one.weekday(), one.hour) == (hour.weekday(), hour.hour)]
        return (sum(one in same for _, one in usual) / mean + 1) / (len(same) + 1)

    pace = {hour: rhythm(hour) for hour in [*hours, *(window_from + n * HOUR for n in range(6))]}
    reads: dict[object, float] = defaultdict(float)
    exposure: dict[object, float] = defaultdict(float)
    for name, hour in usual:
        reads[articles[name][0], classify(age_at(name, hour))] += 1
    for name, (section, _) in articles.items():
        for hour in hours:
            if age_at(name, hour) >= 0:
                exposure[section, classify(age_at(name, hour))] += pace[hour]
    overall = sum(reads.values()) / sum(exposure.values())
    sections = {section for section, _ in articles.values()}

    def rate(section: str, age_class: int) -> float:
        of_age = (sum(reads[one, age_class] for one in sections) + 24 * overall) / (
            sum(exposure[one, age_class] for one in sections) + 24
        )
        return (reads[section, age_class] + 24 * of_age) / (exposure[section, age_class] + 24)

    observed = {name: sum(one == name and window_from <= hour < NOON for one, hour in read) for name in articles}
    expected = {
        name: sum(
            rate(section, classify(age_at(name, hour))) * pace[hour]
            for hour in (window_from + n * HOUR for n in range(6))
            if age_at(name, hour) >= 0
        )
        for name, (section, _) in articles.items()
    }
    level = sum(observed.values()) / sum(expected.values())
    surplus = sum((observed[name] - level * expected[name]) ** 2 - level * expected[name] for name in articles)
    shape = min(max(level**2 * sum(one**2 for one in expected.values()) / surplus, 0.1), 1000) if surplus > 0 else 1000
    return {
        name: float(gamma.ppf(0.05, shape + observed[name], scale=1 / (shape / level + expected[name])))
        for name in articles
        if observed[name]
    }


def make_week(seed: int) -> tuple[dict[str, tuple[str, datetime]], list[Row]]:
    """Give articles with their sections, and nine days of reads with a burst on one of them at the end."""
    dice = random.Random(seed)  # noqa: S311 - a crowd is no secret
    articles = {
        f"a{n}": (dice.choice(["politics", "sports"]), NOON - dice.randrange(1, 200) * HOUR - 20 * MINUTE)
        for n in range(12)
    }
    articles["a0"] = ("politics", NOON - 30 * HOUR)
    rows = []
    for number in range(700):
        name = dice.choice([*articles])
        when = NOON - dice.randrange(9 * 24) * HOUR - dice.choice(QUARTERS[1:])
        rows.append(pageview(name, when, f"v{number}"))
    rows += [pageview("a0", NOON - 2 * HOUR - n * MINUTE, f"burst{n}") for n in range(1, 40)]
    return articles, rows


def publish_all(articles: dict[str, tuple[str, datetime]]) -> list[Row]:
    return [
        article(name, section=section, published_at=when.isoformat() + "Z")
        for name, (section, when) in articles.items()
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_trending_is_the_lower_quantile_of_observed_over_expected(newsroom: Newsroom, seed: int) -> None:
    articles, rows = make_week(seed)
    newsroom.load_articles(*publish_all(articles))
    newsroom.load_events(*rows)
    # A read before its article's publication is none of the article's usual hours.
    expected = define_unusual(rows, articles, NOON - 6 * HOUR - 28 * DAY)
    plain = shipped("trending", minimum_readers=0, minimum_score=0.0)
    assert score(newsroom, plain) == pytest.approx(expected, rel=1e-9)
    assert rank(newsroom, shipped("trending"))[0] == "a0"


def test_trending_leaves_out_what_has_few_readers_or_is_as_usual(newsroom: Newsroom) -> None:
    articles, rows = make_week(1)
    newsroom.load_articles(*publish_all(articles))
    newsroom.load_events(*rows)
    assert rank(newsroom, shipped("trending")) == ["a0"]
    few = shipped("trending", minimum_readers=80)
    with newsroom.open() as warehouse:
        items = rank_list(warehouse, "trending", few, scope=Scope(()), as_of=NOON)
    assert set(items["basis"]) == {"latest"}
    assert (
        items["article_id"].to_list() == sorted(articles, key=lambda name: (-articles[name][1].timestamp(), name))[:10]
    )


def test_without_history_nothing_is_unusual(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("a"))
    newsroom.load_events(*(pageview("a", NOON - MINUTE, f"v{n}") for n in range(50)))
    assert score(newsroom, shipped("trending")) == {}


counts = st.lists(st.tuples(st.integers(0, 500), st.floats(0.1, 500)), min_size=1, max_size=20)


@given(counts)
def test_the_prior_has_the_mean_of_all_reads_over_all_expected(found: list[tuple[int, float]]) -> None:
    observed, expected = (np.array(column, dtype=float) for column in zip(*found, strict=True))
    shape, rate = fit_prior(observed, expected)
    assert 0.1 <= shape <= 1000
    if observed.any():
        assert shape / rate == pytest.approx(observed.sum() / expected.sum())


# Newest --------------------------------------------------------------------------------------------------------------


def breaking(article_id: str, age: timedelta, left: timedelta, **fields: object) -> Row:
    when, until = (NOON - age).isoformat() + "Z", (NOON + left).isoformat() + "Z"
    return article(article_id, published_at=when, breaking_until=until, **fields)


def test_breaking_holds_what_has_not_expired_the_newest_first(newsroom: Newsroom) -> None:
    newsroom.load_articles(
        breaking("older", 3 * HOUR, HOUR),
        breaking("newer", HOUR, MINUTE),
        breaking("expired", MINUTE, 0 * HOUR),
        breaking("line", MINUTE, HOUR, content_type="flash"),
        breaking("gone", MINUTE, HOUR, status="withdrawn"),
        breaking("tomorrow", -DAY, 2 * DAY),
        article("usual"),
    )
    newsroom.load_events(*(pageview("older", NOON - MINUTE, f"v{n}") for n in range(9)))
    assert rank(newsroom, shipped("breaking")) == ["newer", "older"]
    assert score(newsroom, shipped("breaking")) == {"newer": -1.0, "older": -3.0}
    assert rank(newsroom, shipped("breaking"), as_of=NOON + MINUTE) == ["older"]
    assert rank(newsroom, shipped("breaking"), as_of=NOON + HOUR) == []


def test_where_nothing_is_breaking_the_document_is_there_and_empty(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("a", section="Sports"))
    newsroom.load_events(pageview("a", NOON - HOUR))
    newsroom.run(NOON)
    for place in ("site/breaking.json", "en/breaking/section/sports.json"):
        document = json.loads((newsroom.workspace.reports / place).read_bytes())
        assert (document["basis"], document["items"]) == ("newest", [])
    assert "Nothing is breaking now." in (newsroom.workspace.reports / "en" / "index.html").read_text(encoding="utf-8")


# Filters, scopes of readers and groups -------------------------------------------------------------------------------

READERS = [
    {"device": device, "country": country, **({"referrer": source} if source else {})}
    for device in ("mobile", "desktop")
    for country in ("ES", "FR")
    for source in ("https://www.google.com/", None)
]
RECIPES = [
    ListSettings("6h", "48h", 10, Weights(1, 2, 0.5)),
    ListSettings("none", "7h", 10, Weights(1, 1, 0)),
    ListSettings("15m", "20h", 10, Weights(0, 1, 0.25)),
]


def make_crowd(seed: int) -> list[Row]:
    dice = random.Random(seed)  # noqa: S311 - a crowd is no secret
    kinds: list[Row] = [{}, {}, {"kind": "share", "share_network": "x"}, {"kind": "share", "share_network": "email"}]
    kinds.append({"kind": "engaged", "engaged_seconds": 31.5})
    return [
        pageview(
            f"a{dice.randrange(4)}",
            NOON - timedelta(microseconds=dice.randrange(3 * 86_400_000_000)),
            f"v{number}",
            **dice.choice(READERS),
            **dice.choice(kinds),
        )
        for number in range(400)
    ]


def weigh(row: Row, recipe: ListSettings) -> float:
    age = NOON - row["occurred_at"]
    if not timedelta(0) <= age < timedelta(seconds=recipe.window_seconds):
        return 0.0
    half_life, weights = recipe.half_life_seconds, recipe.weights
    worth = {
        "pageview": weights.read,
        "share": weights.share,
        "engaged": weights.engaged_minute * float(row["engaged_seconds"] or 0) / 60,
    }[row["kind"]]
    return worth * (1.0 if half_life is None else 2 ** -(age / timedelta(seconds=half_life)))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_filtered_score_is_the_sum_over_the_events_it_leaves_in(newsroom: Newsroom, recipe: ListSettings) -> None:
    newsroom.load_articles(*(article(f"a{n}") for n in range(4)))
    newsroom.load_events(*make_crowd(1))
    rows = newsroom.query("from events.counted where removed_by is null")
    wanted = Filter(countries=["es"], devices=["mobile", "Desktop"], share_networks=["x"], referrer_classes=["SEARCH"])
    expected: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["country"] == "ES" and row["referrer_class"] == "search" and row["share_network"] in {None, "x"}:
            expected[row["article_id"]] += weigh(row, recipe)
    found = score(newsroom, msgspec.structs.replace(recipe, filter=wanted))
    assert found == pytest.approx({name: value for name, value in expected.items() if value}, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_scores_of_all_devices_add_up_to_the_score(newsroom: Newsroom, recipe: ListSettings) -> None:
    newsroom.load_articles(*(article(f"a{n}") for n in range(4)))
    newsroom.load_events(*make_crowd(2))
    parts = [
        score(newsroom, msgspec.structs.replace(recipe, filter=Filter(devices=[one]))) for one in ("mobile", "desktop")
    ]
    whole = score(newsroom, recipe)
    assert {name: sum(part.get(name, 0) for part in parts) for name in whole} == pytest.approx(whole, rel=1e-9)


def test_most_shared_counts_shares_and_takes_a_network(newsroom: Newsroom) -> None:
    newsroom.load_articles(article("read"), article("told"), article("mailed"))
    shares = {"told": ["x", "x", "x"], "mailed": ["email", "email"]}
    newsroom.load_events(
        *(pageview("read", NOON - HOUR, f"r{n}") for n in range(9)),
        *(
            pageview(name, NOON - HOUR, f"{name}{n}", kind="share", share_network=network)
            for name, networks in shares.items()
            for n, network in enumerate(networks)
        ),
    )
    assert rank(newsroom, shipped("most-shared")) == ["told", "mailed"]
    assert rank(newsroom, shipped("most-shared", filter=Filter(share_networks=["email"]))) == ["mailed"]


def test_a_list_may_be_about_some_sections_and_content_types(newsroom: Newsroom) -> None:
    newsroom.load_articles(
        article("a", section="Sports"),
        article("b", section="Politics"),
        article("c", section="Sports", content_type="video"),
    )
    newsroom.load_events(*(pageview(name, NOON - HOUR) for name in "abc"))
    assert rank(newsroom, shipped("most-read", filter=Filter(sections=["sports"]))) == ["a", "c"]
    assert rank(newsroom, shipped("most-read", filter=Filter(content_types=["video"]))) == ["c"]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["country=es"], ["a", "b"]),
        (["device=mobile"], ["b"]),
        (["referrer=search"], ["b"]),
        (["country=ES", "device=mobile", "tag=rivers"], []),
        (["tag=Rivers"], ["a"]),
        (["author=Ann Lee"], ["c", "a"]),
        (["author=Ann Lee", "tag=rivers"], ["a"]),
    ],
)
def test_rank_takes_readers_tags_and_authors_as_scopes(tmp_path: Path, scopes: list[str], expected: list[str]) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(
        article("a", tags=["Rivers"], authors=["Ann Lee"]), article("b"), article("c", authors=["Bo", "Ann Lee"])
    )
    newsroom.load_events(
        pageview("a", NOON - HOUR, "v1", country="ES", device="desktop"),
        pageview("a", NOON - 2 * HOUR, "v2", country="ES", device="desktop"),
        pageview("b", NOON - HOUR, "v3", country="ES", device="mobile", referrer="https://www.google.com/"),
        *(pageview("c", NOON - HOUR, f"w{n}", country="FR") for n in range(4)),
    )
    document = newsroom.rank("most-read", *scopes, as_of=NOON)
    read = [item["article_id"] for item in document["items"] if item["basis"] == "decayed"]
    assert read == expected
    assert document["scope"] == dict(Scope.of(scopes).pairs)


def test_a_scope_of_readers_is_refused_where_the_list_cannot_tell(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.load_articles(article("a"), article("b", authors=["Ann Lee"]))
    with pytest.raises(UsageError, match="about all readers"):
        rank(newsroom, shipped("trending"), "device=mobile")
    with pytest.raises(UsageError, match="counts countries FR alone"):
        rank(newsroom, shipped("most-read", filter=Filter(countries=["FR"])), "country=ES")
    with pytest.raises(UsageError, match="did you mean Ann Lee"):
        newsroom.rank("most-read", "author=Ann Le")


def test_one_of_each_translation_group_stands_in_a_grouped_list(newsroom: Newsroom) -> None:
    newsroom.load_articles(
        article("en", translation_group="g"),
        article("es", translation_group="g", edition="es"),
        article("x"),
        article("y"),
    )
    times = {"en": 2, "es": 3, "x": 1, "y": 1}
    newsroom.load_events(*(pageview(name, NOON - HOUR, f"{name}{n}") for name in times for n in range(times[name])))
    grouped = shipped("most-read", one_per="translation_group")
    assert rank(newsroom, grouped) == ["es", "x", "y"]
    assert rank(newsroom, grouped, "edition=en") == ["en", "x", "y"]


@given(st.lists(st.sampled_from(["g", "h", None]), max_size=9), st.integers(0, 9))
def test_the_first_of_each_group_has_its_slot_and_the_others_none(found: list[str | None], pin: int) -> None:
    ids = [f"a{n}" for n in range(len(found))]
    ranked = pl.DataFrame(
        {"article_id": ids, "section_slug": [None] * len(ids), "basis": ["24h"] * len(ids)},
        schema={"article_id": pl.String, "section_slug": pl.String, "basis": pl.String},
    )
    groups = {one: group for one, group in zip(ids, found, strict=True) if group}
    ruled = fill_slots(ranked, RuleSet(), pins={f"a{pin}": 1}, length=9, known=Known(groups=groups))
    pinned = [one for one in ids if one == f"a{pin}"]
    order = pinned + [one for one in ids if one not in pinned]
    first = {groups.get(one, one): one for one in reversed(order)}
    kept = [one for one in order if first[groups.get(one, one)] == one]
    assert ruled.items["article_id"].to_list() == kept
    assert ruled.left_out.rows() == [(one, "one_per") for one in ids if one not in kept]


# Calendar windows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "zone", "as_of", "first"),
    [
        ("day", "UTC", "2024-05-15T12:00:00", "2024-05-15T00:00:00"),
        ("day", "Asia/Qatar", "2024-05-15T12:00:00", "2024-05-14T21:00:00"),
        ("day", "Asia/Qatar", "2024-05-15T21:00:00", "2024-05-14T21:00:00"),
        ("day", "Asia/Qatar", "2024-05-15T21:00:00.000001", "2024-05-15T21:00:00"),
        ("day", "Asia/Kathmandu", "2024-05-15T12:00:00", "2024-05-14T18:15:00"),
        ("week", "UTC", "2024-05-15T12:00:00", "2024-05-13T00:00:00"),
        ("week", "America/New_York", "2024-03-13T12:00:00", "2024-03-11T04:00:00"),
        ("week", "America/New_York", "2024-03-10T12:00:00", "2024-03-04T05:00:00"),
        ("month", "Europe/Madrid", "2024-03-31T12:00:00", "2024-02-29T23:00:00"),
        ("month", "UTC", "2024-06-01T00:00:00", "2024-05-01T00:00:00"),
    ],
)
def test_a_calendar_window_begins_with_the_local_day_week_or_month(
    calendar: str, zone: str, as_of: str, first: str
) -> None:
    settings = shipped("most-read-24h", calendar=calendar, time_zone=zone)
    begin = settings.begin_window(datetime.fromisoformat(as_of))
    assert begin == datetime.fromisoformat(first) - timedelta(microseconds=1)


@given(
    st.sampled_from(["day", "week", "month"]),
    st.sampled_from(["UTC", "Asia/Qatar", "Europe/Madrid", "Australia/Lord_Howe", "America/Sao_Paulo"]),
    st.datetimes(datetime(2015, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - naive UTC inside
)
def test_no_calendar_window_is_longer_than_its_list_says(calendar: str, zone: str, as_of: datetime) -> None:
    settings = shipped("most-read-24h", calendar=calendar, time_zone=zone)
    begin = settings.begin_window(as_of)
    assert timedelta(0) < as_of - begin <= timedelta(seconds=settings.window_seconds)
    first, last = ((one.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone)) for one in (begin + SECOND, as_of - SECOND))
    if as_of - begin > 2 * SECOND:
        same = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[calendar]
        assert first.strftime(same) == last.strftime(same)


def test_a_list_of_the_day_counts_from_local_midnight(tmp_path: Path) -> None:
    text = '[site]\ntime_zone = "Asia/Qatar"\n[lists.most-read-24h]\ncalendar = "day"\n'
    newsroom = Newsroom(tmp_path / "newsroom", text)
    newsroom.load_articles(article("today"), article("yesterday"))
    midnight = NOON - 15 * HOUR
    newsroom.load_events(
        pageview("today", midnight, "v1"),
        *(pageview("yesterday", midnight - SECOND, f"w{n}") for n in range(3)),
    )
    settings = newsroom.context().settings.lists["most-read-24h"]
    assert score(newsroom, settings) == {"today": 1.0}
    document = newsroom.rank("most-read-24h", as_of=NOON)
    assert (document["basis"], document["config"]["calendar"]) == ("day", "day")


# Settings and documents ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('metric = "unusual"\nhalf_life = "6h"', "takes half_life none"),
        ('metric = "depth"\nhalf_life = "none"\nfilter = { devices = ["mobile"] }', "takes no filter of events"),
        ('time_zone = "Mars/Base"', "no time zone 'Mars/Base'"),
        ('calendar = "year"', "calendar"),
        ("filter = { colour = 1 }", "colour"),
    ],
)
def test_settings_that_make_no_list_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "readership.toml"
    file.write_text(f"[lists.most-read]\n{text}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        load_settings(file)


def test_a_document_says_what_else_bears_on_its_list(tmp_path: Path) -> None:
    text = '[lists.most-read]\nhalf_life_2 = "1h"\nrising = 3.0\ncalm_of_mean = 0.2\nbox_click_weight = 0.0\n'
    newsroom = Newsroom(tmp_path / "newsroom", text)
    newsroom.load_articles(article("a"))
    newsroom.load_events(pageview("a", NOON - HOUR, "v1"))
    told = {"box_click_weight": 0.0, "calm_of_mean": 0.2, "half_life_2_hours": 1.0, "rising": 3.0}
    assert newsroom.rank("most-read", as_of=NOON)["config"]["tuning"] == told
    assert newsroom.rank("most-read-24h", as_of=NOON)["config"]["tuning"] == {}


def test_every_shipped_list_says_what_it_is_and_is_the_same_in_any_order_of_events(tmp_path: Path) -> None:
    articles, rows = make_week(3)
    found = []
    for number, order in enumerate((rows, rows[::-1])):
        newsroom = Newsroom(tmp_path / f"newsroom-{number}", is_kept_open=True)
        newsroom.load_articles(*publish_all(articles))
        newsroom.load_events(*order)
        with newsroom.open() as warehouse:
            rank_lists(warehouse, newsroom.context().settings.lists, Moment(NOON, None))
            found.append(warehouse.query("from rankings.item order by all"))
            withheld = warehouse.query("select list_name from rankings.withheld")["list_name"].to_list()
    assert found[0].equals(found[1])
    assert withheld == ["deeply-read"]
    assert set(found[0]["list_name"]) == load_settings().lists.keys() - {"deeply-read", "breaking"}


def test_the_worked_examples_of_the_page_on_lists_hold() -> None:
    result = doctest.testfile(str(ROOT / "docs" / "lists.md"), module_relative=False, encoding="utf-8")
    assert result.attempted >= len(load_settings().lists)
    assert result.failed == 0


def test_every_shipped_list_has_its_place_on_the_page_on_lists() -> None:
    page = (ROOT / "docs" / "lists.md").read_text(encoding="utf-8")
    assert [name for name in load_settings().lists if f"`{name}`" not in page] == []
    marks = [
        page.index(f"### `{name}`") for name in ("most-read", "most-shared", "trending", "deeply-read", "breaking")
    ]
    assert all(above < below for above, below in pairwise(marks))
