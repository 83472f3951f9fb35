"""Documents: what they say, how they are written, and the schemas that hold them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from analytics.errors import ReportError
from analytics.publish import documents
from analytics.publish.builders import build_list_document, build_read_next_document
from analytics.publish.documents import DOCUMENTS, build_schema, decode, encode
from analytics.publish.fields import is_safe_url

from .newsroom import AS_OF, HOUR, RECIPES

SCHEMAS = Path(documents.__file__).with_name("schemas")
FILES = {
    "list": "en/most-read.json",
    "manifest": "manifest.json",
    "page": "en/page/en-0001.json",
    "read-next": "en/read-next/en-0001.json",
}


def item(**fields: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rank": 1, "previous_rank": None, "movement": "new", "article_id": "en-1",
        "url": "https://news.example/a", "title": "A title", "section": "Politics",
        "section_slug": "politics", "region": None, "region_slug": None,
        "content_type": "article", "published_at": AS_OF - HOUR,
        "reading_minutes": 2, "image_url": None, "image_alt": None, "score": 1.0, "reads": 1, "readers": 1,
        "shares": 0, "basis": "decayed", "rules": [], "peak_rank": 1, "hours_on_list": 0,
        "is_withheld": False, "tab": "", "next_reads": 2, "shared_tags": ["Ports"], "shared_terms": ["strike"],
    }  # fmt: skip
    return row | fields


def build(*rows: dict[str, Any]) -> documents.ListDocument:
    return build_list_document(
        RECIPES[0], {"edition": "en"}, as_of=AS_OF, data_through=None, basis="decayed", items=rows
    )


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_schema_file_is_the_one_of_the_types(name: str) -> None:
    assert json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")) == build_schema(name)
    jsonschema.Draft202012Validator.check_schema(build_schema(name))


def read_document(reports: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((reports / FILES[name]).read_bytes())
    return content


def is_accepted(name: str, document: dict[str, Any]) -> bool:
    """Ask the schema and the types, which must agree."""
    by_schema = jsonschema.Draft202012Validator(build_schema(name)).is_valid(document)
    try:
        decode(json.dumps(document).encode())
    except msgspec.DecodeError:
        assert not by_schema
        return False
    assert by_schema
    return True


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_published_document_fits_its_schema_and_needs_every_field(published: Path, name: str) -> None:
    document = read_document(published, name)
    assert is_accepted(name, document)
    for field in document:
        assert not is_accepted(name, {key: value for key, value in document.items() if key != field})
    assert not is_accepted(name, document | {"extra": 1})
    assert not is_accepted(name, document | {"schema": f"readership/{name}/2"})
    assert not is_accepted(name, document | {"as_of": "2026-03-14 12:00"})


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("rank", 0), ("rank", "1"), ("rank", 1.5), ("previous_rank", 0), ("movement", "sideways"),
        ("article_id", ""), ("url", "javascript:alert(1)"), ("url", "//evil.example/a"),
        ("url", "https://user@evil.example/"), ("url", 'https://news.example/"onclick='), ("title", None),
        ("published_at", "2026-03-14T12:00:00+03:00"), ("published_at", "2026-13-14T12:00:00Z"),
        ("reading_minutes", -1), ("image", "https://img.example/a.jpg"),
        ("image", {"url": "data:,", "alt": ""}),
        ("score", "1"), ("reads", -1), ("readers", "1"), ("shares", 0.5), ("basis", ""),
        ("peak_rank", 0), ("rules", [""]),
    ],
)  # fmt: skip
def test_a_broken_item_is_refused(published: Path, field: str, wrong: object) -> None:
    document = read_document(published, "list")
    broken = deepcopy(document)
    broken["items"][1][field] = wrong
    assert is_accepted("list", document)
    assert not is_accepted("list", broken)


def test_a_list_document_has_its_fields_in_order() -> None:
    document = json.loads(encode(build(item())))
    assert list(document) == [
        "schema", "list", "edition", "scope", "as_of", "data_through", "basis", "config", "items",
    ]  # fmt: skip
    assert list(document["items"][0]) == [
        "rank", "previous_rank", "movement", "article_id", "url", "title", "section", "region", "label",
        "published_at", "reading_minutes", "image", "score", "reads", "readers", "shares", "basis",
        "peak_rank", "hours_on_list", "rules",
    ]  # fmt: skip
    assert document["scope"] == {"edition": "en"}
    assert document["config"]["half_life_hours"] == 6


def test_rows_in_another_order_make_the_same_bytes() -> None:
    rows = [item(rank=rank, article_id=f"en-{rank}", score=1 / rank) for rank in (1, 2, 3)]
    assert encode(build(*rows)) == encode(build(*reversed(rows)))


def test_a_score_keeps_every_bit() -> None:
    score = 0.1 + 0.2
    assert json.loads(encode(build(item(score=score))))["items"][0]["score"] == score


def test_counts_of_a_scope_below_its_floor_are_withheld() -> None:
    (found,) = json.loads(encode(build(item(is_withheld=True, basis="latest"))))["items"]
    assert {name: found[name] for name in ("score", "reads", "readers", "shares", "basis")} == {
        **dict.fromkeys(("score", "reads", "readers", "shares")),
        "basis": "latest",
    }


def test_text_is_utf_8_and_ends_in_a_newline() -> None:
    content = encode(build(item(title="رئيسي </script>\u2028")))
    assert "رئيسي".encode() in content
    assert content.endswith(b"}\n")


def test_an_instant_shows_microseconds_only_where_there_are_some() -> None:
    document = build(item(published_at=AS_OF + HOUR / 3_600_000_000))
    assert document.items[0].published_at == "2026-03-14T12:00:00.000001Z"
    assert document.as_of == "2026-03-14T12:00:00Z"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,AA", "//evil.example/a.jpg", "a.jpg"])
def test_a_picture_with_an_unsafe_url_is_left_out(url: str) -> None:
    assert not is_safe_url(url)
    assert build(item(image_url=url, image_alt="x")).items[0].image is None


def test_an_article_with_an_unsafe_url_is_no_report() -> None:
    with pytest.raises(ReportError, match="en-1"):
        build(item(url="javascript:alert(1)"))


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"region": "MENA"}, "Politics"),
        ({"section": None, "region": "MENA"}, "MENA"),
        ({"section": "", "content_type": "video"}, "video"),
    ],
)
def test_the_label_is_section_else_region_else_type(fields: dict[str, object], label: str) -> None:
    assert build(item(**fields)).items[0].label == label


def test_a_read_next_document_says_why() -> None:
    document = build_read_next_document("en-9", "en", as_of=AS_OF, items=[item()])
    reasons = {"tags": ["Ports"], "terms": ["strike"], "next_reads": None}
    assert json.loads(encode(document))["items"][0]["reasons"] == reasons
