"""Weaker spellings: which tags may be one word, by the letters alone."""

from __future__ import annotations

import doctest
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.articles.tags import key_tag
from analytics.tags.spelling import KINDS, find_variants

ALIKE = {
    "spacing": [("e-commerce", "ecommerce"), ("COVID-19", "Covid 19"), ("U.S. Congress", "US Congress")],
    "hamza": [("أحمد", "احمد"), ("إيران", "ايران")],
    "ta marbuta": [("فاطمة", "فاطمه")],
    "alef maqsura": [("مستشفى", "مستشفي")],
    "definite article": [("العراق", "عراق"), ("Bashar al-Assad", "Bashar Assad"), ("Huda Alrahmani", "Huda Rahmani")],
    "order of names": [("Raisi, Ebrahim", "Ebrahim Raisi")],
    "sound": [
        ("Ebrahim Raisi", "Ibrahim Raisi"),
        ("Muhammad bin Salman", "Mohamed bin Salman"),
        ("Rania Khalidi", "Rania Jalidi"),
        ("Gaddafi", "Qaddafi"),
        ("Osama bin Laden", "Usama bin Laden"),
        ("كوامي ساربونغ", "كوامي ساربونج"),
        ("Irak", "Iraq"),
    ],
    "script": [
        ("Ebrahim Raisi", "إبراهيم رئيسي"),
        ("Mohammed bin Salman", "محمد بن سلمان"),
        ("Muammar Gaddafi", "معمر القذافي"),
        ("Abdel Fattah el-Sisi", "عبد الفتاح السيسي"),
        ("Hassan Nasrallah", "حسن نصر الله"),
        ("Vladimir Putin", "فلاديمير بوتين"),
        ("Jalidi", "خالدي"),
        ("Mosul", "الموصل"),
        ("Chile", "تشيلي"),
    ],
    "letters": [("Volodymyr Zelensky", "Volodymyr Zelenkky"), ("conservation", "conservacion")],
}
APART = [
    ("Iran", "Iraq"),
    ("Niger", "Nigeria"),
    ("Austria", "Australia"),
    ("Samir Haddad", "Samira Haddad"),
    ("سمير حداد", "سميرة حداد"),
    ("Samira Haddad", "سمير حداد"),
    ("Mario Vargas", "Maria Vargas"),
    ("Mohammed Abbas", "Mahmoud Abbas"),
    ("Mohammed Abbas", "محمود عباس"),
    ("محمد علي", "محمود علي"),
    ("Ali Hassan", "Ali Hussein"),
    ("G7", "G8"),
    ("World Cup 2022", "World Cup 2026"),
    ("C", "C++"),
    ("Kenya", "غانا"),
    ("Slovakia", "Slovenia"),
    ("-", "…"),
    ("weather report", "weather reporter"),
]
names = st.lists(
    st.sampled_from(
        [
            "Ebrahim",
            "Ibrahim",
            "Raisi",
            "al-Raisi",
            "إبراهيم",
            "ابراهيم",
            "رئيسي",
            "الرئيسي",
            "Huda",
            "Hoda",
            "هدى",
            "2024",
            "-",
        ]
    )
    | st.text("abhimrs ال-ة'", min_size=1, max_size=6),
    min_size=1,
    max_size=3,
).map(lambda words: key_tag(" ".join(words)))


def find(*labels: str) -> str | None:
    found = [*find_variants(map(key_tag, labels)).values()]
    return found[0].kind if found else None


@pytest.mark.parametrize(("kind", "labels"), [(kind, pair) for kind, pairs in ALIKE.items() for pair in pairs])
def test_a_variant_is_found_and_named_by_its_kind(kind: str, labels: tuple[str, str]) -> None:
    assert find(*labels) == kind


@pytest.mark.parametrize("labels", APART)
def test_words_that_only_look_alike_are_apart(labels: tuple[str, str]) -> None:
    assert find(*labels) is None


@given(st.lists(names, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_tags_changes_nothing(keys: list[str], dice: random.Random) -> None:
    shuffled = dice.sample(keys, len(keys))
    assert find_variants(shuffled) == find_variants(keys)


@given(names, names)
def test_a_pair_is_found_from_either_side_with_one_figure(one: str, other: str) -> None:
    found = find_variants([one, other])
    assert found == find_variants([other, one])
    assert all(pair == tuple(sorted({one, other})) for pair in found)
    assert all(0 < variant.similarity < 1 and variant.kind in KINDS for variant in found.values())


@given(st.lists(names, max_size=6), names, names)
def test_other_tags_neither_make_a_pair_nor_unmake_it(others: list[str], one: str, other: str) -> None:
    pair = (min(one, other), max(one, other))
    assert find_variants([*others, one, other]).get(pair) == find_variants([one, other]).get(pair)


def test_the_examples_of_the_page_are_true() -> None:
    page = Path(__file__).parents[1] / "docs" / "tags.md"
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert (result.failed, result.attempted) == (0, 3)
