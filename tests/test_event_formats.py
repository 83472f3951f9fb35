"""Every format of events by its folder of cases, told apart by content, and never failing on a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.articles.sources.native import FIELDS as ARTICLE_FIELDS
from analytics.events.sources import (
    FORMATS,
    EventFormat,
    Filtered,
    Record,
    Rejected,
    SourceSettings,
    recognise_format,
    refuse_format,
)
from analytics.events.sources.native import FIELDS
from analytics.events.sources.parsely import read_article
from analytics.events.sources.snowplow import COLUMNS
from analytics.ledger import REASONS

ROOT = Path(__file__).parents[1]
CASES = sorted((Path(__file__).parent / "formats").glob("*/*"))
FORMAT = {form.name: form for form in FORMATS}
INTERNAL = {"content_type", "host", "heartbeat", "first_heartbeat_seconds", "hygiene"}
FILTERED = {"blank_line", "comment", "header", "asset", "other_event", "no_request"}
SETTINGS = SourceSettings()


def read_lines(case: Path) -> list[bytes]:
    (path,) = case.glob("input.*")
    return path.read_bytes().split(b"\n")[:-1]


def read_all(form: EventFormat, lines: list[bytes], settings: SourceSettings = SETTINGS) -> list[object]:
    read_line = form.make_reader(settings)
    return [read_line(line) for line in lines]


def show(result: object) -> object:
    if isinstance(result, Filtered):
        return {"filtered": result.reason}
    return {"rejected": result.reason} if isinstance(result, Rejected) else result


LINES = {name: [line for case in CASES if case.parent.name == name for line in read_lines(case)] for name in FORMAT}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_case_gives_what_it_expects_of_each_line(case: Path) -> None:
    expected = [json.loads(line) for line in (case / "expect.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [show(result) for result in read_all(FORMAT[case.parent.name], read_lines(case))] == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_case_is_recognised_as_its_own_format_and_as_no_other(case: Path) -> None:
    head = read_lines(case)[:50]
    assert [form.name for form in FORMATS if form.recognise(head)] == [case.parent.name]
    assert refuse_format(head) is None


@pytest.mark.parametrize("name", FORMAT)
def test_each_format_has_a_folder_of_cases(name: str) -> None:
    assert len([case for case in CASES if case.parent.name == name]) >= 6


@pytest.mark.parametrize("name", FORMAT)
def test_a_record_holds_native_fields_and_reasons_are_known(name: str) -> None:
    results = read_all(FORMAT[name], LINES[name])
    records = [result for result in results if isinstance(result, dict)]
    assert {field for record in records for field in record} <= {*FIELDS, *INTERNAL}
    assert {record["kind"] for record in records} <= {"pageview", "share", "engaged"}
    assert {result.reason for result in results if isinstance(result, Rejected)} <= set(REASONS)
    assert {result.reason for result in results if isinstance(result, Filtered)} <= FILTERED
    assert all(value not in (None, "") for record in records for value in record.values())


@pytest.mark.parametrize(
    "head",
    [
        (ROOT / "data" / "sample" / "events.ndjson").read_bytes().splitlines()[:50],
        [b"kind,occurred_at,url,visitor_id", b"pageview,2026-03-14T12:00:05Z,/a,v1"],
        [b"event_id\tkind\toccurred_at\turl", b"e1\tpageview\t2026-03-14T12:00:05Z\t/a"],
        [b'{"kind":"pageview","occurred_at":1773489605,"url":"/a","event_name":"x","action":"y"}'],
        [b"PAR1\x15\x04"],
        [],
        [b"", b"  "],
    ],
    ids=["sample", "csv", "tsv", "extra fields", "parquet", "empty", "blank"],
)
def test_a_native_or_unknown_file_is_no_format_and_is_not_refused(head: list[bytes]) -> None:
    assert recognise_format(head) is None
    assert refuse_format(head) is None


@pytest.mark.parametrize("name", FORMAT)
def test_one_bad_line_first_hides_no_format(name: str) -> None:
    case = next(case for case in CASES if case.parent.name == name and len(read_lines(case)) > 4)
    assert recognise_format([b"\xff broken", *read_lines(case)]) is FORMAT[name]


REFUSED = {
    "Plausible": [b"date,hostname,page,visits,visitors,pageviews,total_scroll_depth,total_time_on_page", b"2026-03-14"],
    "Plausible of the whole site": [b'"date","visitors","pageviews","bounces","visits","visit_duration"'],
    "GoatCounter": [
        b"2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,FirstVisit,Date"
    ],
    "GoatCounter by its help page": [b"2,Path,Title,Event,User-Agent,Browser,System,Session,Bot,Referrer"],
    "Umami": [b"website_id,session_id,visit_id,event_id,hostname,url_path,url_query,event_type,event_name,created_at"],
    "Matomo": [b'[{"idSite":"1","idVisit":"7","visitorId":"a1","actionDetails":[{"type":"action"}]}]'],
    "Matomo pretty": [b"[", b"  {", b'    "idVisit": "7",', b'    "actionDetails": [', b"      {"],
    "Segment": [
        b'{"type":"page","messageId":"m1","anonymousId":"a1","originalTimestamp":"2026-03-14T12:00:05Z","context":{}}',
    ],
    "RudderStack": [b'{"type":"track","messageId":"m1","userId":"u1","event":"share","timestamp":"2026-03-14"}'],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_known_shape_that_is_not_read_is_refused_with_what_to_do(name: str) -> None:
    sentence = refuse_format(REFUSED[name])
    assert sentence is not None
    assert name.split(maxsplit=1)[0] in sentence
    assert ("not read yet" in sentence and "write one line an event" in sentence) or "daily totals" in sentence
    assert recognise_format(REFUSED[name]) is None


def test_the_seconds_of_a_snowplow_ping_are_those_of_the_settings() -> None:
    (path,) = (ROOT / "tests" / "formats" / "snowplow").glob("a_page_ping*/input.tsv")
    settings = SourceSettings(snowplow_heartbeat_seconds=30, snowplow_minimum_visit_seconds=15)
    records = read_all(FORMAT["snowplow"], path.read_bytes().splitlines(), settings)
    seconds = [(record["engaged_seconds"], record["first_heartbeat_seconds"]) for record in records]
    assert seconds == [(30, 15)] * 3
    assert {record["heartbeat"] for record in records} == {1773489605 // 30}


SHARES = {
    "ga4": b'{"event_name":"NAME","event_timestamp":"1773489605000123","event_params":'
    b'[{"key":"page_location","value":{"string_value":"https://news.example/a"}}]}',
    "parsely": b'{"action":"NAME","apikey":"x","ts_action":"2026-03-14 12:00:05","url":"https://news.example/a"}',
    "snowplow": "\t".join(
        {
            "event": "struct",
            "se_action": "NAME",
            "collector_tstamp": "2026-03-14 12:00:05",
            "page_url": "https://news.example/a",
        }.get(column, "")
        for column in COLUMNS
    ).encode(),
}


@pytest.mark.parametrize("name", SHARES)
def test_the_site_says_which_actions_are_shares(name: str) -> None:
    settings = SourceSettings(share_actions=frozenset({"compartir"}))
    lines = [SHARES[name].replace(b"NAME", action) for action in (b"compartir", b"share")]
    shared, other = read_all(FORMAT[name], lines, settings)
    assert isinstance(shared, dict)
    assert shared["kind"] == "share"
    assert other == Filtered("other_event")


def test_the_article_of_a_parsely_line_is_read_in_native_fields() -> None:
    line = {
        "action": "pageview",
        "metadata_canonical_url": "https://news.example/2026/a/",
        "metadata_title": "The harbour opens",
        "metadata_pub_date_tmsp": 1773480000000,
        "metadata_save_date_tmsp": 1773483600000,
        "metadata_section": "Economy",
        "metadata_tags": ["harbour", "ميناء"],
        "metadata_authors": ["Ana Brook"],
        "metadata_image_url": "https://news.example/a.jpg",
    }
    article = read_article(json.dumps(line).encode())
    assert article == {
        "article_id": "https://news.example/2026/a/",
        "url": "https://news.example/2026/a/",
        "title": "The harbour opens",
        "published_at": 1773480000000000,
        "updated_at": 1773483600000000,
        "section": "Economy",
        "tags": ["harbour", "ميناء"],
        "authors": ["Ana Brook"],
        "image_url": "https://news.example/a.jpg",
    }
    assert set(article) <= set(ARTICLE_FIELDS)


@pytest.mark.parametrize("line", [b"{", b"", b"[]", b'{"metadata_title": 7}', b'{"metadata_canonical_url": "/a"}'])
def test_a_parsely_line_without_a_title_or_address_names_no_article(line: bytes) -> None:
    assert read_article(line) is None


def test_the_columns_of_snowplow_are_131_and_none_twice() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 131
    places = {"event": 5, "page_url": 29, "contexts": 52, "useragent": 77, "derived_tstamp": 124, "true_tstamp": 130}
    assert {name: COLUMNS.index(name) for name in places} == places


def assert_a_result(result: object) -> None:
    assert isinstance(result, (dict, Filtered, Rejected))
    if isinstance(result, dict):
        assert result["kind"] in {"pageview", "share", "engaged"}
        assert result["url"]
        json.dumps(result, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", FORMAT)
@given(data=st.data())
def test_any_line_gives_one_result_and_never_raises(name: str, data: st.DataObject) -> None:
    """Whole lines, lines with bytes cut out, put in or changed, and bytes that were never a line."""
    lines = LINES[name]
    read_line = FORMAT[name].make_reader(SETTINGS)
    for line in lines[:2]:
        read_line(line)
    line = data.draw(st.sampled_from(lines) | st.binary(max_size=200))
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(len(line), start + 20)))
    assert_a_result(read_line(line[:start] + data.draw(st.binary(max_size=8)) + line[end:]))


@pytest.mark.parametrize("name", FORMAT)
@given(head=st.lists(st.binary(max_size=80), max_size=5))
@example(head=[b"\x1f\x8b\x08"])
@example(head=[b"[" * 100_000])
@example(head=[b'"'])
def test_any_head_is_looked_at_without_raising(name: str, head: list[bytes]) -> None:
    assert FORMAT[name].recognise(head) in {True, False}
    assert refuse_format(head) is None or head


EVIL = {
    "big integer": b'{"action":"pageview","apikey":"x","url":"/a","session_id":' + b"1" * 5000 + b"}",
    "deep nesting": b'{"event_name":"page_view","event_params":' + b"[" * 100_000,
    "lone surrogate": rb'{"action":"pageview","apikey":"x","ts_action":"2026-03-14 12:00:05","url":"\ud800"}',
    "long number": b'{"event_name":"page_view","event_timestamp":"' + b"9" * 5000 + b'","event_params":[]}',
    "many quotes": b'192.0.2.7 - - [14/Mar/2026:12:00:05 +0000] "' + rb"\"" * 50_000,
    "many spaces": b"192.0.2.7 - " + b" " * 100_000,
    "long field": b"collector_tstamp,event,event_id," + b"x" * 200_000,
    "huge year": b"99999-12-31 23:59:59",
}


@pytest.mark.parametrize("name", FORMAT)
@pytest.mark.parametrize("evil", EVIL)
def test_a_line_made_to_break_a_reader_is_rejected_or_a_header(name: str, evil: str) -> None:
    (result,) = read_all(FORMAT[name], [EVIL[evil]])
    assert isinstance(result, (Filtered, Rejected))


def test_a_reader_remembers_nothing_of_another_file() -> None:
    header, row = b"collector_tstamp\tevent\tevent_id\tpage_url", b"2026-03-14 12:00:05\tpage_view\te1\t/a"
    assert isinstance(read_all(FORMAT["snowplow"], [header, row])[1], dict)
    assert read_all(FORMAT["snowplow"], [row]) == [Rejected("malformed_line")]


def test_the_columns_of_a_snowplow_export_are_found_in_any_order() -> None:
    names = ["page_url", "event", "collector_tstamp", "event_id"]
    values = {"page_url": "/a", "event": "page_view", "collector_tstamp": "2026-03-14 12:00:05", "event_id": "e1"}

    def read(order: list[str]) -> object:
        return read_all(FORMAT["snowplow"], ["\t".join(order).encode(), "\t".join(values[n] for n in order).encode()])[
            1
        ]

    expected: Record = {
        "kind": "pageview",
        "occurred_at": "2026-03-14T12:00:05Z",
        "url": "/a",
        "received_at": "2026-03-14T12:00:05Z",
        "event_id": "e1",
    }
    assert read(names) == read(names[::-1]) == expected
