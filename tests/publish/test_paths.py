"""Names of files: safe, reversible, and never shared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.publish.paths import (
    LONGEST_NAME_BYTES,
    decode_name,
    edition_folder,
    encode_name,
    list_path,
    page_path,
    read_next_path,
)

ids = st.text() | st.text("aAbB~.-_/0 ", max_size=8) | st.sampled_from(["..", ".", "", "~", "~~", "con", "x" * 4000])


@given(ids, ids)
def test_two_ids_never_share_a_file_even_where_case_and_unicode_form_are_ignored(one: str, other: str) -> None:
    def fold(name: str) -> str:
        return unicodedata.normalize("NFKD", name).casefold()

    assert (fold(encode_name(one)) == fold(encode_name(other))) == (one == other)


@given(ids)
def test_a_name_is_one_safe_step_of_a_path(one: str) -> None:
    name = encode_name(one)
    assert 0 < len(name.encode()) <= LONGEST_NAME_BYTES
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-_.~")
    assert not name.startswith(".")
    assert not name.endswith(".")


@given(ids)
def test_a_short_name_gives_the_id_back(one: str) -> None:
    assert decode_name(encode_name(one)) in {one, None}


@given(st.binary(max_size=50))
def test_an_id_of_up_to_50_bytes_is_kept_whole(content: bytes) -> None:
    one = content.decode("utf-8", "ignore")
    assert decode_name(encode_name(one)) == one


@pytest.mark.parametrize("plain", ["en-0001", "politics", "a.b_c-9", "arts-culture"])
def test_a_plain_id_is_its_own_name(plain: str) -> None:
    assert encode_name(plain) == plain


def test_hostile_ids_stay_inside_their_folder() -> None:
    for hostile in (
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "x\0y",
        "a\nb",
        "C:\\x",
        "رئيسي",
        "\u202etxt",
    ):
        path = read_next_path("en", hostile)
        assert path.startswith("en/read-next/")
        assert path.count("/") == 2


@pytest.mark.parametrize("reserved", ["site", "data", "index.html", "manifest.json"])
def test_an_edition_cannot_take_a_name_that_reports_needs(reserved: str) -> None:
    assert edition_folder(reserved) != reserved
    assert decode_name(edition_folder(reserved)) == reserved


def test_lists_lie_by_edition_and_scope() -> None:
    assert list_path("most-read", {}) == "site/most-read.json"
    assert list_path("most-read", {"section": "politics"}) == "site/most-read/section/politics.json"
    assert list_path("most-read", {"edition": "en", "region": "mena"}) == "en/most-read/region/mena.json"
    assert page_path("pt-BR") == "pt-~b~r/index.html"
