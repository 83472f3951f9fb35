"""Vectors and neighbours kept from run to run: many small steps come to what one full build does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.similarity import index as indexes
from analytics.similarity.index import POOL, NeighbourIndex
from analytics.similarity.weigher import TermWeigher

WORDS = ["harvest", "storm", "minister", "goal", "vaccine", "strike", "river", "budget", "court", "school"]
ARTICLES = st.lists(
    st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), st.booleans()),
    min_size=2,
    max_size=24,
)


def frame(articles: list[tuple[str, bool]], first: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "article_id": [f"a{number + first:03}" for number in range(len(articles))],
            "text_hash": [hash(title) % 2**63 for title, _ in articles],
            "title": [title for title, _ in articles],
            "is_candidate": [is_candidate for _, is_candidate in articles],
        },
        schema_overrides={"text_hash": pl.UInt64, "is_candidate": pl.Boolean, "title": pl.String},
    )


def list_neighbours(index: NeighbourIndex, articles: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The neighbours of every article by id, with their cosines."""
    found = {}
    for article_id, row in zip(articles["article_id"], index.locate(articles), strict=True):
        pairs = zip(index.near[row].tolist(), index.similarities[row].tolist(), strict=True)
        found[article_id] = {str(index.ids[other]): round(cosine, 5) for other, cosine in pairs if other >= 0}
    return found


def compare_all(index: NeighbourIndex, articles: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The same by comparing every pair, with the model as it stands."""
    vectors = index.model.transform(articles).toarray().astype(float)
    cosines, ids = vectors @ vectors.T, articles["article_id"].to_list()
    may = articles["is_candidate"].to_list()
    return {
        seed: {
            ids[other]: round(float(cosines[row, other]), 5)
            for other in range(len(ids))
            if other != row and may[other] and cosines[row, other] >= indexes.FAINTEST
        }
        for row, seed in enumerate(ids)
    }


def assert_alike(found: dict[str, dict[str, float]], exact: dict[str, dict[str, float]]) -> None:
    """The same pairs with the same cosines, but for the last digits of a 32-bit number."""
    assert found.keys() == exact.keys()
    for seed, others in exact.items():
        every = others.keys() | found[seed].keys()
        cosines = {
            other: (found[seed].get(other, indexes.FAINTEST), others.get(other, indexes.FAINTEST)) for other in every
        }
        assert {other: one for other, (one, _) in cosines.items()} == pytest.approx(
            {other: one for other, (_, one) in cosines.items()}, abs=2e-5
        )


@pytest.fixture
def _never_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "SMALL", 0)
    monkeypatch.setattr(indexes, "REFIT_SHARE", 1e9)


@pytest.fixture
def _small_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "POOL", 4)
    monkeypatch.setattr(indexes, "_WORN", 1)


@pytest.mark.usefixtures("_never_anew")
@given(ARTICLES, st.lists(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 3)), max_size=6), max_size=5))
@settings(deadline=None, max_examples=40)
def test_after_any_small_steps_the_neighbours_are_those_of_comparing_all(
    tmp_path_factory: pytest.TempPathFactory, articles: list[tuple[str, bool]], steps: list[list[tuple[int, int]]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "index.npz"
    standing = frame(articles)
    index = NeighbourIndex.build(TermWeigher(), standing)
    index.save(path, "key")
    number = len(articles)
    for step in steps:
        for place, kind in step:
            row = place % max(standing.height, 1)
            other = articles[place % len(articles)][0]
            if kind == 0:
                standing = pl.concat([standing, frame([(other, True)], number)])
                number += 1
            elif kind == 1 and standing.height > 1:
                standing = standing[[at for at in range(standing.height) if at != row]]
            elif kind == 2:
                titles = standing["title"].to_list()
                titles[row] = f"{titles[row]} {WORDS[place % len(WORDS)]}"
                hashes = [hash(title) % 2**63 for title in titles]
                standing = standing.with_columns(title=pl.Series(titles), text_hash=pl.Series(hashes, dtype=pl.UInt64))
            else:
                may = standing["is_candidate"].to_list()
                may[row] = False
                standing = standing.with_columns(is_candidate=pl.Series(may))
        kept = NeighbourIndex.load(path, "key", TermWeigher())
        assert kept is not None
        updated = kept.update(standing)
        if updated is not kept:
            updated.save(path, "key")
        index = index.update(standing)
        assert list_neighbours(updated, standing) == list_neighbours(index, standing)
    assert_alike(list_neighbours(index, standing), compare_all(index, standing))


@pytest.mark.usefixtures("_never_anew", "_small_pools")
@given(
    st.lists(st.lists(st.sampled_from(WORDS[:4]), min_size=1, max_size=4).map(" ".join), min_size=6, max_size=16),
    st.lists(st.lists(st.tuples(st.integers(0, 23), st.booleans()), min_size=1, max_size=4), max_size=6),
)
@settings(deadline=None, max_examples=100)
def test_a_pool_holds_the_nearest_nobody_twice_and_is_never_short_while_there_are_others(
    titles: list[str], steps: list[list[tuple[int, bool]]]
) -> None:
    standing = frame([(title, True) for title in titles])
    index = NeighbourIndex.build(TermWeigher(), standing)
    number = len(titles)
    for step in steps:
        for place, is_new in step:
            if is_new:
                standing = pl.concat([standing, frame([(titles[place % len(titles)], True)], number)])
                number += 1
            elif standing.height > 1:
                standing = standing[[at for at in range(standing.height) if at != place % standing.height]]
        index = index.update(standing)
        for row in index.locate(standing).tolist():
            assert len(set(near := [one for one in index.near[row].tolist() if one >= 0])) == len(near)
    found, exact = list_neighbours(index, standing), compare_all(index, standing)
    for seed, others in exact.items():
        assert found[seed].items() <= {one: pytest.approx(cosine, abs=2e-5) for one, cosine in others.items()}.items()
        assert len(found[seed]) >= min(len(others), 3)
        left_out = max((cosine for one, cosine in others.items() if one not in found[seed]), default=0.0)
        assert left_out <= min(found[seed].values(), default=1.0) + 2e-5


@given(ARTICLES)
@settings(deadline=None, max_examples=30)
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, articles: list[tuple[str, bool]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "index.npz"
    standing = frame(articles)
    index = NeighbourIndex.build(TermWeigher(), standing)
    index.save(path, "key")
    read = NeighbourIndex.load(path, "key", TermWeigher())
    assert read is not None
    assert list_neighbours(read, standing) == list_neighbours(index, standing)
    assert read.update(standing) is read
    assert NeighbourIndex.load(path, "another key", TermWeigher()) is None


def test_a_file_that_is_cut_or_no_index_is_taken_for_none(tmp_path: Path) -> None:
    path = tmp_path / "index.npz"
    assert NeighbourIndex.load(path, "key", TermWeigher()) is None
    NeighbourIndex.build(TermWeigher(), frame([("storm", True), ("storm river", True)])).save(path, "key")
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not an index", whole[:300] + b"\0" * 40 + whole[340:]):
        path.write_bytes(content)
        assert NeighbourIndex.load(path, "key", TermWeigher()) is None


@pytest.mark.usefixtures("_never_anew")
def test_what_a_second_file_told_is_found_again_where_it_is_damaged_or_of_another_first(tmp_path: Path) -> None:
    path, since = tmp_path / "index.npz", tmp_path / "index.since.npz"
    rng = np.random.default_rng(5)
    standing = frame([(" ".join(rng.choice(WORDS, 3)), True) for _ in range(40)])
    NeighbourIndex.build(TermWeigher(), standing).save(path, "key")
    first = path.read_bytes()
    more = pl.concat([standing[1:], frame([("storm at school", True), ("river court", True)], 40)])

    def load() -> NeighbourIndex:
        kept = NeighbourIndex.load(path, "key", TermWeigher())
        assert kept is not None
        return kept

    load().update(more).save(path, "key")
    assert path.read_bytes() == first
    whole, expected = since.read_bytes(), list_neighbours(load(), more)
    assert load().changes == 3
    assert load().update(more).changes == 3
    for content in (whole[: len(whole) // 2], b"", whole[:300] + b"\0" * 40 + whole[340:]):
        since.write_bytes(content)
        assert load().changes == 0
        assert list_neighbours(load().update(more), more) == expected
    # All was written anew and the process ended before the second file was taken away.
    NeighbourIndex.build(TermWeigher(), standing[:30]).save(path, "key")
    assert not since.exists()
    since.write_bytes(whole)
    assert len(load().ids) == 30


def test_a_few_changes_cost_no_new_model_and_one_in_fifty_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "SMALL", 10)
    rng = np.random.default_rng(3)
    titles = [" ".join(rng.choice(WORDS, 4)) for _ in range(200)]
    standing = frame([(f"{title} number{place}", True) for place, title in enumerate(titles)])
    index = NeighbourIndex.build(TermWeigher(), standing)
    few = pl.concat([standing, frame([("storm in the court", True)] * 3, 200)])
    kept = index.update(few)
    assert kept.changes == 3
    assert kept.model.articles_ == 200
    assert (kept.near[:200] >= 200).any()
    many = pl.concat([few, frame([("goal at school", True)] * 2, 203)])
    anew = kept.update(many)
    assert anew.changes == 0
    assert anew.model.articles_ == many.height
    assert len(anew.ids) == many.height


@pytest.mark.usefixtures("_never_anew")
def test_a_name_that_nobody_wrote_before_brings_new_articles_together(tmp_path: Path) -> None:
    path = tmp_path / "index.npz"
    standing = frame([(f"storm over river{place}", True) for place in range(30)])
    NeighbourIndex.build(TermWeigher(), standing).save(path, "key")
    for number in range(30, 33):
        kept = NeighbourIndex.load(path, "key", TermWeigher())
        assert kept is not None
        standing = pl.concat([standing, frame([(f"Boris visits court{number}", True)], number)])
        kept.update(standing).save(path, "key")
    kept = NeighbourIndex.load(path, "key", TermWeigher())
    assert kept is not None
    found = list_neighbours(kept, standing)
    assert {seed: set(found[seed]) for seed in ("a030", "a031", "a032")} == {
        "a030": {"a031", "a032"},
        "a031": {"a030", "a032"},
        "a032": {"a030", "a031"},
    }
    exact = compare_all(kept, standing)
    assert_alike(found, exact)


def test_a_pool_that_lost_a_third_is_filled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "SMALL", 0)
    monkeypatch.setattr(indexes, "REFIT_SHARE", 1e9)
    standing = frame([(f"storm{place % 3} river{place % 3} own{place}", True) for place in range(POOL * 6)])
    index = NeighbourIndex.build(TermWeigher(), standing)
    nearest = {int(row) for row in index.near[0, : POOL // 2]}
    fewer = standing[[row for row in range(standing.height) if row not in nearest]]
    index = index.update(fewer)
    assert (index.near[0] >= 0).all()
    assert not nearest & set(index.near.ravel().tolist())
