"""The demo newsroom's files: complete, valid, repeatable, with everything planted that is promised."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import crawleruseragents
import polars as pl
import pytest

from analytics.demo.addresses import list_variants
from analytics.demo.event_files import FIELDS
from analytics.demo.newsroom import NewsroomFiles, NewsroomPlan, write_editions, write_newsroom
from analytics.urls import UrlRules, canonicalise_url

SMALL = NewsroomPlan(articles_per_edition=12, events=500)
MIDDLE = NewsroomPlan(articles_per_edition=60, events=8_000)
Row = dict[str, Any]


def read_bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a native file without null fields; lines that are no JSON object are left out."""
    if path.suffix == ".parquet":
        return [{k: v for k, v in row.items() if v is not None} for row in pl.read_parquet(path).to_dicts()]
    text = read_bytes(path).decode("utf-8")
    if ".csv" in path.name:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(io.StringIO(text))]
    return [row for line in text.splitlines() if (row := read_line(line))]


def count_lines(path: Path) -> int:
    return pl.read_parquet(path).height if path.suffix == ".parquet" else read_bytes(path).count(b"\n")


def read_line(line: str) -> Row | None:
    try:
        row: Row = json.loads(line)
    except ValueError:
        return None
    return row


def read_instant(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def read_truth(files: NewsroomFiles) -> Row:
    truth: Row = json.loads(read_bytes(files.truth))
    return truth


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> NewsroomFiles:
    return write_newsroom(MIDDLE, tmp_path_factory.mktemp("newsroom"))


@pytest.fixture(scope="module")
def events(files: NewsroomFiles) -> list[Row]:
    rows = [row for path in files.events for row in read_rows(path)]
    return [row for row in rows if not row["event_id"].startswith("bad")]


@pytest.fixture(scope="module")
def articles(files: NewsroomFiles) -> list[Row]:
    return [row for path in files.articles for row in read_rows(path)]


@pytest.fixture(scope="module")
def truth(files: NewsroomFiles) -> Row:
    return read_truth(files)


def pick(events: list[Row], ids: list[str]) -> list[Row]:
    wanted = set(ids)
    return [row for row in events if row["event_id"] in wanted]


def test_one_plan_gives_the_same_content_twice(tmp_path: Path) -> None:
    first, second = (write_newsroom(SMALL, tmp_path / name) for name in ("first", "second"))
    names = [[p.name for p in (*made.articles, *made.events, made.truth)] for made in (first, second)]
    assert names[0] == names[1]
    assert all(read_bytes(tmp_path / "first" / n) == read_bytes(tmp_path / "second" / n) for n in names[0])


def test_another_seed_gives_another_newsroom(tmp_path: Path) -> None:
    other = NewsroomPlan(seed=8, articles_per_edition=12, events=500)
    first, second = write_newsroom(SMALL, tmp_path / "7"), write_newsroom(other, tmp_path / "8")
    assert all(read_bytes(one) != read_bytes(two) for one, two in zip(first.events, second.events, strict=True))


def test_the_default_newsroom_has_the_promised_size(tmp_path: Path) -> None:
    files = write_newsroom(NewsroomPlan(), tmp_path)
    assert 200_000 <= sum(count_lines(path) for path in files.events) <= 240_000
    for path in files.articles:
        assert len({row["article_id"] for row in read_rows(path)}) >= 300
    assert all(ids for ids in read_truth(files)["events"].values())


@pytest.mark.parametrize("plan", [SMALL, MIDDLE])
def test_every_kind_is_planted_in_a_small_newsroom_too(plan: NewsroomPlan, tmp_path: Path) -> None:
    truth = read_truth(write_newsroom(plan, tmp_path))
    assert {kind for kind, ids in truth["events"].items() if not ids} == set()
    for name in (
        "stories",
        "translation_groups",
        "near_duplicates",
        "withdrawn",
        "embargoed",
        "breaking",
        "flash",
    ):
        assert truth[name], name


def test_every_format_occurs(files: NewsroomFiles) -> None:
    for group in (files.articles, files.events):
        names = " ".join(path.name for path in group)
        assert ".ndjson.gz" in names
        assert ".csv" in names
        assert ".parquet" in names


def test_every_event_is_native_input(events: list[Row]) -> None:
    for row in events:
        if row["event_id"].startswith("e"):
            assert row.keys() <= set(FIELDS)
            assert row["kind"] in {"pageview", "share", "engaged"}
            assert ("article_id" in row) != ("url" in row)
            assert "visitor_id" in row or {"ip", "user_agent"} <= row.keys()
            assert read_instant(row["received_at"]) >= read_instant(row["occurred_at"])


def test_events_fill_three_days_before_as_of(events: list[Row]) -> None:
    moments = [read_instant(row["occurred_at"]) for row in events]
    assert min(moments) >= MIDDLE.as_of - timedelta(hours=72)
    assert max(moments) <= MIDDLE.as_of + timedelta(seconds=2)
    assert len({moment.date() for moment in moments}) == 4


def test_shares_and_heartbeats_carry_their_figures(events: list[Row]) -> None:
    pageviews = {row["pageview_id"] for row in events if row["kind"] == "pageview" and "pageview_id" in row}
    for row in events:
        if row["kind"] == "share":
            assert row["share_network"] in {"whatsapp", "x", "facebook", "telegram", "email"}
        if row["kind"] == "engaged":
            assert int(row["engaged_seconds"]) > 0
            assert row["pageview_id"] in pageviews
    assert {row["kind"] for row in events} == {"pageview", "share", "engaged"}


def test_every_article_is_native_input(articles: list[Row]) -> None:
    for row in articles:
        assert {"article_id", "url", "edition", "title", "published_at"} <= row.keys()
        assert row["url"].startswith(f"https://www.readership.example/{row['edition']}/")
        assert row["article_id"].startswith(f"{row['edition']}-")
        assert row["status"] in {"live", "withdrawn", "embargoed"}
        assert ("image_url" in row) == ("image_alt" in row)


def test_two_articles_never_share_an_address(articles: list[Row]) -> None:
    addresses = {(row["article_id"], row["url"]) for row in articles}
    assert len(addresses) == len({url for _, url in addresses}) == len({name for name, _ in addresses})


def test_an_embargoed_article_is_dated_after_as_of(articles: list[Row], truth: Row) -> None:
    rows = [row for row in articles if row["article_id"] in truth["embargoed"]]
    assert rows
    assert all(read_instant(row["embargo_until"]) > MIDDLE.as_of for row in rows)


def test_a_withdrawn_article_has_a_later_version_that_says_so(articles: list[Row], truth: Row) -> None:
    for article_id in truth["withdrawn"]:
        versions = [row for row in articles if row["article_id"] == article_id]
        newest = max(versions, key=lambda row: read_instant(row["updated_at"]))
        assert [row["status"] for row in versions].count("live") == 1
        assert newest["status"] == "withdrawn"


def test_nobody_reads_an_article_before_it_is_published(events: list[Row], articles: list[Row], truth: Row) -> None:
    published = {row["article_id"]: read_instant(row["published_at"]) for row in articles}
    unknown = set(truth["events"]["unknown_article"])
    for row in events:
        if "article_id" in row and row["event_id"] not in unknown:
            assert read_instant(row["occurred_at"]) >= published[row["article_id"]]


def test_some_articles_are_fresh_and_some_are_old(articles: list[Row]) -> None:
    ages = [MIDDLE.as_of - read_instant(row["published_at"]) for row in articles]
    assert sum(timedelta(0) <= age <= timedelta(hours=1) for age in ages) >= 3
    assert sum(age > timedelta(days=60) for age in ages) >= 3
    assert sum(age <= timedelta(days=10) for age in ages) >= 0.8 * len(ages)


def test_every_address_variant_folds_into_its_article() -> None:
    rules = UrlRules(hosts=("www.readership.example", "readership.example"), tracking_parameters=frozenset({"utm_*"}))
    for edition in write_editions(SMALL).values():
        for article in edition:
            *variants, last = list_variants(article)
            canonical = {canonicalise_url(url, rules) for url in variants}
            assert len(canonical) == 1, variants
            assert last in {*article.aliases, article.url}


def test_a_declared_robot_names_itself(events: list[Row], truth: Row) -> None:
    robots = pick(events, truth["events"]["declared_robot"])
    assert all(crawleruseragents.is_crawler(row["user_agent"]) for row in robots)
    others = {row["user_agent"] for row in events} - {row["user_agent"] for row in robots}
    assert not any(crawleruseragents.is_crawler(agent) for agent in others)


def test_a_behavioural_robot_reads_faster_or_longer_than_people(events: list[Row], truth: Row) -> None:
    robots = pick(events, truth["events"]["sweeper"] + truth["events"]["metronome"])
    views = Counter(row["ip"] for row in robots)
    assert len(views) == 3
    people = Counter(row["visitor_id"] for row in events if row["kind"] == "pageview" and "visitor_id" in row)
    assert min(views.values()) > max(people.values())


def test_a_repeat_follows_the_same_readers_pageview_within_30_minutes(events: list[Row], truth: Row) -> None:
    originals = {row["pageview_id"]: row for row in events if row["kind"] == "pageview" and "pageview_id" in row}
    for repeat in pick(events, truth["events"]["repeat"]):
        original = originals[repeat["pageview_id"].removesuffix("r")]
        gap = read_instant(repeat["occurred_at"]) - read_instant(original["occurred_at"])
        assert timedelta(0) < gap <= timedelta(minutes=30, seconds=1)
        assert repeat.get("visitor_id") == original.get("visitor_id")
        assert repeat.get("ip") == original.get("ip")


def test_a_duplicate_stands_twice_with_one_body(events: list[Row], truth: Row) -> None:
    conflicts = set(truth["events"]["id_conflict"])
    counts = Counter(row["event_id"] for row in events)
    duplicates = set(truth["events"]["duplicate"])
    assert {name for name, count in counts.items() if count > 1} == duplicates | conflicts
    for row in pick(events, sorted(duplicates - conflicts)):
        assert counts[row["event_id"]] >= 2


def test_a_late_event_arrives_an_hour_or_more_after_it_happened(files: NewsroomFiles, truth: Row) -> None:
    rows = {row["event_id"]: row for row in read_rows(files.events[-1])}
    for name in truth["events"]["late"]:
        lag = read_instant(rows[name]["received_at"]) - read_instant(rows[name]["occurred_at"])
        assert timedelta(hours=1) <= lag


def test_staff_prefetches_and_failures_are_marked(events: list[Row], truth: Row) -> None:
    planted = truth["events"]
    assert all(str(row["is_staff"]).lower() == "true" for row in pick(events, planted["staff"]))
    assert all(row["purpose"] == "prefetch" for row in pick(events, planted["prefetch"]))
    failures = pick(events, planted["no_pageview"])
    assert all(int(row["status"]) != 200 or row["method"] == "HEAD" for row in failures)


def test_a_box_click_names_its_box_and_slot(events: list[Row], truth: Row) -> None:
    clicks = pick(events, truth["events"]["box_click"])
    assert {row["source_box"] for row in clicks} == {"most-read", "read-next"}
    assert all(1 <= int(row["slot"]) <= 4 and row["kind"] == "pageview" for row in clicks)


def test_many_people_share_the_mobile_carriers_address(events: list[Row], truth: Row) -> None:
    rows = pick(events, truth["events"]["mobile_carrier"])
    assert {row["ip"] for row in rows} == {truth["carrier_address"]}
    assert len({row["user_agent"] for row in rows}) >= 30


def test_malformed_lines_stand_in_one_file_and_are_few(files: NewsroomFiles) -> None:
    bad = {}
    for path in files.events:
        if ".ndjson" in path.name:
            lines = read_bytes(path).decode("utf-8").splitlines()
            bad[path.name] = sum(bool(re.match(r"bad|.{13}bad", line)) for line in lines) / len(lines)
    assert sum(share > 0 for share in bad.values()) == 1
    assert max(bad.values()) < 0.05


def test_people_read_on_within_a_topic(events: list[Row], truth: Row) -> None:
    topics = {article: topic for topic, members in truth["topics"].items() for article in members}
    sessions: dict[str, list[Row]] = {}
    for row in events:
        if row["kind"] == "pageview" and "session_id" in row and row.get("article_id") in topics:
            sessions.setdefault(row["session_id"], []).append(row)
    pairs = [
        (topics[a["article_id"]], topics[b["article_id"]])
        for rows in sessions.values()
        for a, b in pairwise(rows)
        if a["article_id"] != b["article_id"]
    ]
    seen = Counter(topic for pair in pairs for topic in pair)
    by_chance = sum(count**2 for count in seen.values()) / seen.total() ** 2
    assert sum(a == b for a, b in pairs) / len(pairs) > 2.5 * by_chance


def test_one_person_has_several_tags_and_one_name_two_people(tmp_path: Path) -> None:
    truth = read_truth(write_newsroom(NewsroomPlan(events=500), tmp_path))
    people = {row["key"]: row["tags"] for row in truth["people"]}
    assert len(people["ebrahim-darwish"]) >= 4
    assert set(people["samir-haddad-minister"]) & set(people["samir-haddad-coach"])


def test_times_carry_their_zone(events: list[Row]) -> None:
    assert all(read_instant(row["occurred_at"]).tzinfo is not None for row in events)
