"""Tags: spellings that are surely the same word are one tag, and nothing weaker is."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.articles.tags import key_tag

from .newsroom import Newsroom, article

SAME = {
    "case": ["Ebrahim Raisi", "ebrahim raisi", "EBRAHIM RAISI"],
    "spaces": ["Gaza Strip", "  Gaza   Strip ", "Gaza\u00a0Strip", "Gaza\tStrip"],
    "compatibility forms": ["G20", "Ｇ２０", "G²⁰"],
    "marks of Latin letters": ["Erdoğan", "Erdog\u0306an", "Erdogan", "ERDOĞAN"],
    "Arabic marks": ["مُحَمَّد", "محمد"],
    "tatweel": ["العـــراق", "العراق"],
    "bidi controls": ["\u200fالعراق\u200e", "\u2067العراق\u2069", "العراق"],
    "Persian ya and kaf": ["کویت", "كويت"],
    "digits of every script": ["كورونا ١٩", "كورونا 19", "كورونا ۱۹"],
    "invisible letters": ["Net\u200bzero", "Net\u200dzero", "Netzero", "\ufeffNetzero"],
    "sharp s": ["Straße", "STRASSE"],
}
APART = [
    ("Ebrahim Raisi", "Ibrahim Raisi"),
    ("احمد", "أحمد"),
    ("غزة", "غزه"),
    ("العراق", "عراق"),
    ("Gaza", "Gaza Strip"),
    ("Net zero", "Netzero"),
    ("COVID-19", "COVID 19"),
    ("Iran", "إيران"),
    ("مقتدى", "مقتدي"),
    ("C", "C++"),
]


@pytest.mark.parametrize("name", SAME)
def test_spellings_of_one_word_have_one_key(name: str) -> None:
    assert len({key_tag(label) for label in SAME[name]}) == 1


@pytest.mark.parametrize(("one", "other"), APART)
def test_spellings_that_need_an_editors_word_stay_apart(one: str, other: str) -> None:
    assert key_tag(one) != key_tag(other)


labels = st.text(
    st.sampled_from("aAéßİıǅ ١۱1كکيىی\u0640\u064e\u0654\u0655\u200f\u2066\ufeff\u0301ﬁ²-&")
    | st.characters(codec="utf-8"),
    max_size=12,
)


@given(labels)
def test_a_key_is_its_own_key(label: str) -> None:
    assert key_tag(key_tag(label)) == key_tag(label)


@given(labels)
def test_case_unicode_form_and_spaces_never_make_another_key(label: str) -> None:
    spellings = [unicodedata.normalize(form, label) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert {key_tag(one) for one in [*spellings, f" {label}\t"]} == {key_tag(label)}


def test_an_article_carries_a_tag_once_and_the_tag_shows_its_commonest_spelling(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "newsroom", is_kept_open=True)
    spellings = ["Ebrahim Raisi", "ebrahim raisi", "Ebrahim Raisi"]
    newsroom.load_articles(
        *(article(f"a{n}", tags=[label, "Iran"]) for n, label in enumerate(spellings)),
        article("a9", tags=["EBRAHIM RAISI", "Ebrahim  Raisi", "\u200f"]),
    )
    tags = newsroom.query("from articles.tag order by tag_key")
    assert tags == [
        {"tag_key": "ebrahim raisi", "label": "Ebrahim Raisi", "articles": 4},
        {"tag_key": "iran", "label": "Iran", "articles": 3},
    ]
    carried = newsroom.query("select label from articles.article_tag where article_id = 'a9'")
    assert carried == [{"label": "EBRAHIM RAISI"}]
