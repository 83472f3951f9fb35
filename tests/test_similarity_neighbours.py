from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from analytics.similarity.neighbours import find_nearest, find_nearest_earlier


def draw_rows(count: int) -> sparse.csr_array:
    rows = sparse.random_array((count, 40), density=0.2, rng=np.random.default_rng(7), format="csr")
    return sparse.csr_array(sparse.diags_array(1 / np.sqrt(rows.power(2).sum(axis=1) + 1e-12)) @ rows)


def test_the_nearest_are_those_of_the_full_product() -> None:
    rows = draw_rows(60)
    products = np.round((rows @ rows.T).toarray(), 6)
    for seed, found in find_nearest(rows, rows, 5).group_by("seed"):
        best = np.lexsort((np.arange(60), -products[seed[0]]))[:5]
        assert found["candidate"].to_list() == best.tolist()


def test_no_candidate_is_no_error() -> None:
    assert find_nearest(draw_rows(3), draw_rows(3)[:0], 5).is_empty()


@pytest.mark.parametrize("within_days", [0.5, 3, 1000])
def test_the_nearest_earlier_are_before_the_seed_and_within_the_days(within_days: float) -> None:
    count = 1_300
    rows = draw_rows(count)
    hours = np.random.default_rng(1).integers(0, 24 * 40, count)
    times = np.datetime64("2026-01-01", "us") + hours.astype("timedelta64[h]")
    found = find_nearest_earlier(rows, times, 4, within_days)
    age = hours[:, None] - hours[None, :]
    products = np.where((age > 0) & (age <= 24 * within_days), np.round((rows @ rows.T).toarray(), 6), 0)
    expected = -np.sort(-products, axis=1)[:, :4]
    got = np.zeros((count, 4))
    place = found.select(place=found["seed"].rle_id())["place"].to_numpy()
    rank = np.arange(len(place)) - np.searchsorted(place, place)
    got[found["seed"].to_numpy(), rank] = found["score"].to_numpy()
    assert np.allclose(got, expected)
    assert np.all(age[found["seed"].to_numpy(), found["candidate"].to_numpy()] > 0)
