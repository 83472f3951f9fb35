from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from analytics.similarity.model import FieldTfidf

WORDS = ["harvest", "storm", "minister", "goal", "vaccine", "strike", "river", "budget"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=30)


def similarity(titles: list[str], **parameters: Any) -> np.ndarray:
    vectors = FieldTfidf(**parameters).fit_transform(pl.DataFrame({"title": titles}))
    return np.asarray((vectors @ vectors.T).toarray())


@given(TEXTS)
@settings(deadline=None, max_examples=40)
def test_every_article_with_a_term_has_a_unit_vector(titles: list[str]) -> None:
    vectors = FieldTfidf().fit_transform(pl.DataFrame({"title": titles}))
    norms = np.sqrt(vectors.power(2).sum(axis=1))
    assert np.all(np.isclose(norms, 1) | (np.diff(vectors.indptr) == 0))


@given(TEXTS)
@settings(deadline=None, max_examples=40)
def test_transforming_the_articles_it_was_fitted_on_gives_the_same_vectors(titles: list[str]) -> None:
    articles = pl.DataFrame({"title": titles, "body": titles[::-1]})
    model = FieldTfidf()
    assert (model.fit_transform(articles) != model.transform(articles)).nnz == 0


@given(TEXTS, st.randoms())
@settings(deadline=None, max_examples=40)
def test_an_article_has_the_same_vector_in_any_order_of_rows(titles: list[str], random: object) -> None:
    order = list(range(len(titles)))
    random.shuffle(order)  # type: ignore[attr-defined]
    articles = pl.DataFrame({"title": titles})
    first, second = FieldTfidf(), FieldTfidf()
    assert (first.fit_transform(articles)[order] != second.fit_transform(articles[order])).nnz == 0


def test_no_article_at_all_is_no_error() -> None:
    nothing = pl.DataFrame({"title": [], "tags": []}, schema={"title": pl.String, "tags": pl.List(pl.String)})
    assert FieldTfidf().fit_transform(nothing).shape == (0, 0)


def test_three_articles_keep_all_their_words() -> None:
    terms = FieldTfidf().fit(pl.DataFrame({"title": ["storm river", "storm goal", "storm"]})).terms_
    assert terms.tolist() == ["goal", "river", "storm"]


def test_a_word_of_most_articles_says_nothing() -> None:
    titles = [f"minister storm {'goal' if i < 10 else ''}" for i in range(60)] + ["river"]
    assert FieldTfidf().fit(pl.DataFrame({"title": titles})).terms_.tolist() == ["goal", "river"]


def test_a_tag_that_everyone_has_says_nothing() -> None:
    tags = [["Sports", "Derby" if i < 10 else "Cup"] for i in range(60)]
    model = FieldTfidf(max_keyword_df=0.5).fit(pl.DataFrame({"tags": tags}))
    assert model.terms_.tolist() == ["tags:derby"]


def test_a_tag_is_one_term_whatever_its_words() -> None:
    articles = pl.DataFrame({"tags": [["Ebrahim Raisi"], ["EBRAHIM RAISI"], ["Ebrahim"]]})
    vectors = FieldTfidf().fit_transform(articles)
    assert (vectors @ vectors.T).toarray().round(6)[0].tolist() == [1.0, 1.0, 0.0]


def test_names_weigh_what_the_setting_says_and_titles_do_not_make_names() -> None:
    articles = pl.DataFrame({"title": ["Storm", "Storm"], "body": ["Tehran storm", "Tehran storm"]})
    model = FieldTfidf(name_weight=0.5).fit(articles)
    assert dict(zip(model.terms_, model.weights_, strict=True)) == {"storm": 1.0, "tehran": 0.5}


def test_a_rare_shared_word_binds_more_than_a_common_one() -> None:
    found = similarity(["vaccine storm", "vaccine goal", "storm river", "storm budget", "storm strike"])
    assert found[0, 1] > found[0, 2]


def test_forms_of_a_word_and_its_case_are_one_term() -> None:
    assert similarity(["Storms", "STORM", "river"])[0, 1] == pytest.approx(1)


def test_arabic_spellings_and_the_article_do_not_part_two_texts() -> None:
    assert similarity(["الرئيس الإيرانى", "رئيس إيراني", "كرة"], language="ar")[0, 1] == pytest.approx(1)


def test_a_title_counts_as_its_weight_says_however_long_the_body() -> None:
    articles = pl.DataFrame({"title": ["storm", "storm", "goal"], "body": ["river " * 500, "budget", "strike"]})
    vectors = FieldTfidf(field_weights={"title": 1.0, "body": 1.0}).fit_transform(articles)
    assert (vectors @ vectors.T)[0, 1] == pytest.approx(0.5)


def test_an_unseen_form_of_a_known_word_is_recognised() -> None:
    model = FieldTfidf().fit(pl.DataFrame({"title": ["storm", "river"]}))
    vector = model.transform(pl.DataFrame({"title": ["STORMS unheard"]})).toarray()
    assert vector.tolist() == [[0.0, 1.0]]


def test_a_long_article_keeps_its_200_heaviest_terms() -> None:
    rare, common = ([f"{kind}{i}" for i in range(150)] for kind in ("rare", "common"))
    articles = pl.DataFrame({"body": [" ".join(rare + common), " ".join(common)]})
    long, short = FieldTfidf().fit_transform(articles).toarray()
    assert [np.count_nonzero(long[150:]), np.count_nonzero(long), np.count_nonzero(short)] == [150, 200, 150]


def test_the_model_can_be_cloned_with_its_parameters() -> None:
    assert clone(FieldTfidf(language="es", max_df=0.5)).get_params()["max_df"] == 0.5
