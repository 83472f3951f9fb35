"""Stories: what joins, founds, merges and splits them, and what never matters."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analytics.coverage.occasions import learn_rarity, weigh_occasions
from analytics.coverage.stories import Stories, StoryRules, grow_stories, link_components

from .newsroom import DAY, HOUR, NOON

RULES = StoryRules(similarity=0.6, merge_similarity=0.65, split_similarity=0.4)
Draft = tuple[int, tuple[int, ...]]
drafts = st.lists(
    st.tuples(st.integers(0, 150), st.tuples(*[st.integers(0, 3)] * 4).filter(any)), min_size=1, max_size=14
)


def write(*drafts: Draft) -> tuple[pl.DataFrame, sparse.csr_array]:
    """Give articles `a00`, `a01`, … published so many hours after noon, with unit vectors of these directions."""
    ids = [f"a{number:02}" for number in range(len(drafts))]
    articles = pl.DataFrame({"article_id": ids, "published_at": [NOON + hours * HOUR for hours, _ in drafts]})
    directions = np.array([direction for _, direction in drafts], dtype=float)
    return articles, sparse.csr_array(directions / np.linalg.norm(directions, axis=1, keepdims=True))


def grow(*drafts: Draft, rules: StoryRules = RULES) -> Stories:
    return grow_stories(*write(*drafts), rules)


def tell(stories: Stories) -> dict[str, str]:
    return dict(stories.members.select("article_id", "story_id").rows())


@given(drafts, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(drafts: list[Draft], chance: Random) -> None:
    articles, vectors = write(*drafts)
    order = chance.sample(range(len(drafts)), len(drafts))
    one, other = grow_stories(articles, vectors, RULES), grow_stories(articles[order], vectors[order], RULES)
    assert one.members.equals(other.members)
    assert one.changes.equals(other.changes)


@given(drafts, st.sets(st.integers(1, 13)))
def test_several_passes_in_order_give_the_stories_of_one(drafts: list[Draft], cuts: set[int]) -> None:
    articles, vectors = write(*drafts)
    whole = grow_stories(articles, vectors, RULES)
    order = articles.with_row_index("row").sort("published_at", "article_id")
    known, changes = None, [whole.changes.clear()]
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), len(drafts)], strict=True):
        fresh = order[start:stop]
        near = [
            any(abs(one - other) <= RULES.window for other in fresh["published_at"])
            for one in order[:stop]["published_at"]
        ]
        rows = order[:stop].filter(pl.Series(near, dtype=pl.Boolean))
        passed = grow_stories(rows, vectors[rows["row"].to_numpy()], RULES, known)
        changes.append(passed.changes)
        known = passed.members.drop("similarity").join(articles, on="article_id")
    assert known is not None
    assert dict(known.select("article_id", "story_id").rows()) == tell(whole)
    assert pl.concat(changes).equals(whole.changes)


@given(drafts)
def test_every_article_has_one_story_and_the_centre_is_near(drafts: list[Draft]) -> None:
    members = grow(*drafts).members
    assert members["article_id"].to_list() == [f"a{number:02}" for number in range(len(drafts))]
    sizes = members.select(pl.len().over("story_id")).to_series()
    assert members["similarity"].is_null().to_list() == (sizes == 1).to_list()
    assert members["similarity"].drop_nulls().is_between(0, 1 + 1e-6).all()


@given(drafts)
def test_a_pass_without_a_new_article_changes_nothing(drafts: list[Draft]) -> None:
    articles, vectors = write(*drafts)
    first = grow_stories(articles, vectors, RULES)
    known = first.members.join(articles, on="article_id").select("article_id", "story_id", "published_at")
    again = grow_stories(articles, vectors, RULES, known)
    assert again.members.equals(first.members)
    assert again.changes.is_empty()


@pytest.mark.parametrize(("hours", "stories"), [(72, ["a00", "a00"]), (73, ["a00", "a01"])])
def test_a_story_takes_articles_for_72_hours_after_its_last(hours: int, stories: list[str]) -> None:
    assert list(tell(grow((0, (1, 0)), (hours, (1, 0)))).values()) == stories


def test_a_story_lives_as_long_as_it_is_told_on() -> None:
    grown = grow(*[(hours, (1, 0)) for hours in range(0, 600, 70)])
    assert set(tell(grown).values()) == {"a00"}


def test_a_chain_of_alike_pairs_is_no_story() -> None:
    chain: list[Draft] = [(0, (4, 0)), (1, (3, 3)), (2, (0, 4))]
    assert tell(grow(*chain)) == {"a00": "a00", "a01": "a00", "a02": "a02"}
    linked = link_components(*write(*chain), RULES)
    assert set(linked["story_id"]) == {"a00"}


def test_an_article_like_two_stories_merges_them_into_the_older() -> None:
    grown = grow((0, (4, 3)), (1, (3, 5)), rules=StoryRules(0.94, 0.94, 0.1))
    assert set(tell(grown).values()) == {"a00", "a01"}
    grown = grow((0, (4, 3)), (1, (3, 5)), (2, (4, 5)), rules=StoryRules(0.94, 0.94, 0.1))
    assert set(tell(grown).values()) == {"a00"}
    assert grown.changes.drop("similarity").rows() == [("merged", "a01", "a00", "a02", 2)]


def test_a_merger_takes_articles_along_that_are_too_old_to_be_compared() -> None:
    articles, vectors = write((0, (4, 3)), (1, (3, 5)), (2, (4, 5)))
    known = pl.DataFrame(
        {
            "article_id": ["old", "a00", "a01"],
            "story_id": ["a01", "a00", "a01"],
            "published_at": [NOON - 9 * DAY, NOON, NOON + HOUR],
        }
    )
    grown = grow_stories(articles, vectors, StoryRules(0.94, 0.94, 0.1), known)
    assert set(tell(grown).items()) == {(one, "a01") for one in ("old", "a00", "a01", "a02")}
    assert grown.changes.row(0)[:5] == ("merged", "a00", "a01", "a02", 1)


def test_a_story_falls_apart_when_its_first_articles_are_gone_from_the_window() -> None:
    bridge: list[Draft] = [(0, (3, 3)), (1, (4, 1)), (2, (1, 4))]
    later: list[Draft] = [(81, (1, 0)), (82, (0, 1))]
    rules = StoryRules(0.5, 0.5, 0.4, timedelta(hours=80))
    assert set(tell(grow(*bridge, rules=rules)).values()) == {"a00"}
    grown = grow(*bridge, *later, rules=rules)
    assert tell(grown) == {"a00": "a00", "a01": "a00", "a02": "a02", "a03": "a00", "a04": "a02"}
    assert grown.changes.drop("similarity").rows() == [("split", "a00", "a02", "a03", 1)]


def test_a_story_whose_id_is_taken_gets_a_number() -> None:
    articles, vectors = write((0, (1, 0)), (1, (0, 1)))
    known = pl.DataFrame({"article_id": ["a01"], "story_id": ["a00"], "published_at": [NOON + HOUR]})
    assert tell(grow_stories(articles, vectors, RULES, known)) == {"a00": "a00~2", "a01": "a00"}


def test_an_article_without_a_word_stands_alone() -> None:
    articles, _ = write((0, (1, 0)), (1, (1, 0)))
    grown = grow_stories(articles, sparse.csr_array((2, 2)), RULES)
    assert tell(grown) == {"a00": "a00", "a01": "a01"}


def test_no_article_has_no_story() -> None:
    articles, vectors = write((0, (1, 0)))
    grown = grow_stories(articles.clear(), vectors[:0], RULES)
    assert grown.members.is_empty()
    assert grown.changes.is_empty()


def test_words_of_every_day_make_no_articles_alike() -> None:
    days = pl.Series([NOON + number * DAY for number in range(28)])
    usual, own = np.full((28, 1), 2.0), np.eye(28)
    own[1] = own[0]
    rows = np.hstack([usual, own])
    vectors = sparse.csr_array(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    weighed = weigh_occasions(vectors, learn_rarity(vectors, days))
    before, after = ((one @ one.T).toarray().round(6) for one in (vectors, weighed))
    assert before[2, 3] == pytest.approx(0.8)
    assert after[2, 3] == 0
    assert after[0, 1] == 1


def test_on_a_single_day_every_word_says_as_much_as_before() -> None:
    vectors = write((0, (1, 2)), (1, (3, 0)))[1]
    weighed = weigh_occasions(vectors, learn_rarity(vectors, pl.Series([NOON, NOON + HOUR])))
    assert np.allclose(weighed.toarray(), vectors.toarray())
