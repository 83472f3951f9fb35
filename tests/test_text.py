from __future__ import annotations

import polars as pl
import pytest

from analytics.articles.arabic import normalise_arabic, strip_prefix
from analytics.articles.text import (
    normalise_words,
    read_language,
    reading_minutes,
    stem_vocabulary,
    stop_words,
    tokenise,
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("إِيرَان", "ايران"),
        ("ايـــران", "ايران"),
        ("آسيا", "اسيا"),
        ("مستشفى", "مستشفي"),
        ("مدرسة", "مدرسه"),
        ("ایران", "ايران"),
        ("کتاب", "كتاب"),
        ("١٤٤٥", "1445"),
        ("\u200fايران\u200e", "ايران"),
    ],
)
def test_spellings_of_one_arabic_word_become_one(written: str, plain: str) -> None:
    assert normalise_arabic(written) == plain


@pytest.mark.parametrize(
    ("word", "bare"),
    [("الرئيس", "رئيس"), ("والرئيس", "رئيس"), ("بالرئيس", "رئيس"), ("للرئيس", "رئيس"), ("رئيس", "رئيس")],
)
def test_the_arabic_article_and_what_is_written_onto_it_go(word: str, bare: str) -> None:
    assert strip_prefix(word) == bare


@pytest.mark.parametrize("word", ["الم", "وطن", "ولد", "بلد", "كتاب", "الله"])
def test_a_short_arabic_word_that_looks_like_it_has_a_prefix_stays(word: str) -> None:
    assert strip_prefix(word) == word


def test_a_vocalised_arabic_text_is_cut_into_whole_words() -> None:
    assert tokenise(pl.Series(["كِتَابٌ جَدِيدٌ"])).to_list() == [["كِتَابٌ", "جَدِيدٌ"]]


def test_a_missing_text_has_no_words() -> None:
    assert tokenise(pl.Series([None, ""], dtype=pl.String)).to_list() == [[], []]


def test_forms_of_one_word_share_a_stem() -> None:
    for language, forms in {
        "en": ["elections", "election"],
        "es": ["elecciones", "elección"],
        "pt": ["eleitores", "eleitor"],
        "ar": ["الرئيس", "للرئيس", "رئيس"],
    }.items():
        assert len(set(stem_vocabulary(normalise_words(forms, language), language))) == 1, language


def test_a_language_without_stemmer_or_stop_words_keeps_its_words() -> None:
    assert stem_vocabulary(["umuyaga", "imiyaga"], "rw-unknown") == ["umuyaga", "imiyaga"]
    assert stop_words("rw-unknown") == frozenset()


def test_arabic_stop_words_are_known_in_the_spelling_of_normalised_words() -> None:
    assert set(normalise_words(["إلى", "على"], "ar")) <= stop_words("ar")


@pytest.mark.parametrize(("tag", "language"), [("pt-BR", "pt"), ("EN", "en"), ("zh_Hant_TW", "zh"), ("ar", "ar")])
def test_the_language_of_an_edition_is_its_primary_subtag(tag: str, language: str) -> None:
    assert read_language(tag) == language


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [
        (0, "en", 0),
        (1, "en", 1),
        (238, "en", 1),
        (356, "en", 1),
        (357, "en", 2),
        (288, "ar", 2),
        (456, "es", 2),
    ],
)
def test_reading_time_is_words_at_the_speed_of_the_language(words: int, language: str, minutes: int) -> None:
    assert reading_minutes("palabra " * words, language) == minutes


def test_a_site_sets_its_own_reading_speed() -> None:
    assert reading_minutes("word " * 300, "en", {"en": 100}) == 3
    assert reading_minutes("word " * 300, "de", {"en": 100}, 150) == 2
