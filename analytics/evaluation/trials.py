"""Tries very many settings of a list at once, on sums that were made beforehand.

A trial is a list's settings. Its lists are filled by score and calm alone, as `rankings.slate` fills them: bans, age
and the scope have been applied, pins and the rules by section, author and likeness have not. What is chosen here is
therefore replayed before its figures are told. Where nothing was read in its window a trial goes down the ladder as its
list does, but for a floor of more than one reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.evaluation.metrics import ENOUGH_READS
from analytics.rankings.calm import favour
from analytics.rankings.decay import VANISHED_HALF_LIVES
from analytics.rankings.lists import RUNGS
from analytics.rankings.pace import blend_scores
from analytics.settings import ListSettings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Sum = tuple[int, int]
"""What a sum is decayed by, in seconds (0: by nothing), and its window in seconds."""
_TRIALS_AT_ONCE = 2000
_MINUTE_MILLISECONDS = 60_000
_LITTLE = 2.0**-44


def name_sums(settings: ListSettings) -> list[Sum]:
    """Name the sums that a list is scored by; what has vanished is not worth summing.

    Examples
    --------
    >>> name_sums(ListSettings("10m", "48h", 10, half_life_2="1h", rising=2.0))
    [(600, 60000), (3600, 172800)]
    """
    window = settings.window_seconds
    found = [settings.half_life_seconds or 0, *([second] if (second := settings.half_life_2_seconds) else [])]
    return [(seconds, min(window, seconds * VANISHED_HALF_LIVES or window)) for seconds in found]


def name_ladder(settings: ListSettings) -> list[Sum]:
    """Name the sums a list is filled by where none of its own is over 0: hard windows longer than its own.

    Examples
    --------
    >>> name_ladder(ListSettings("none", "24h", 10))
    [(0, 604800)]
    """
    return [(0, seconds) for seconds in RUNGS.values() if seconds > settings.window_seconds]


@dataclass(frozen=True)
class Outcome:
    """What trials came to, by group of moments.

    Attributes
    ----------
    caught : array
        Sum of the shares of the next hour's reads that the lists caught: a row a trial, a column a group.
    new : array
        Sum of the shares of the lists that were new.
    oracle : array
        Sum of what the best lists would have caught, by group.
    steps : array
        Moments with a moment before them, by group.
    """

    caught: Floats
    new: Floats
    oracle: Floats
    steps: Integers

    def foresight(self, *groups: int) -> Floats:
        """Give caught by oracle of each trial, over some groups or all."""
        chosen = list(groups or range(len(self.oracle)))
        found: Floats = self.caught[:, chosen].sum(axis=1) / self.oracle[chosen].sum()
        return found

    def churn(self, *groups: int) -> Floats:
        """Give the share of each trial's list that is new at each step, over some groups or all."""
        chosen = list(groups or range(len(self.oracle)))
        found: Floats = self.new[:, chosen].sum(axis=1) / max(1, int(self.steps[chosen].sum()))
        return found

    def join(self, other: Outcome) -> Outcome:
        """Add the trials of another outcome over the same moments."""
        caught, new = (np.concatenate(pair) for pair in ((self.caught, other.caught), (self.new, other.new)))
        return Outcome(caught, new, self.oracle, self.steps)


class Contest:
    """The articles that compete at each moment, and what was read of them in the hour after it.

    Parameters
    ----------
    pool : DataFrame
        `as_of`, `article_id`, `published_at`: who competes.
    following : DataFrame
        `list_at`, `article_id`, `reads`: all that was read in the scope.
    groups : DataFrame
        `as_of` ascending, and `group`, a number from 0, of every moment.
    length : int
        Slots of the list.
    """

    def __init__(self, pool: pl.DataFrame, following: pl.DataFrame, groups: pl.DataFrame, *, length: int) -> None:
        newest_first = pool.sort("as_of", "published_at", "article_id", descending=[False, True, False])
        places = newest_first.with_columns(place=pl.int_range(pl.len()).over("as_of")).sort("as_of", "article_id")
        self.pool = places.select("as_of", "article_id")
        # Of equal scores the newer article leads, then the smaller id: so little decides nothing else.
        self._edge = 1 - places["place"].to_numpy() * _LITTLE
        self.length = length
        self._sums: dict[Sum, Floats] = {}
        codes = self.pool["article_id"].rank("dense").to_numpy().astype(np.int64)
        counts = groups.join(self.pool.group_by("as_of").len(), on="as_of", how="left", maintain_order="left")
        ends = np.cumsum(counts["len"].fill_null(0).to_numpy()).tolist()
        self._places = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        self._codes = [codes[place] for place in self._places]
        after = following.rename({"list_at": "as_of"})
        read = self.pool.join(after, on=["as_of", "article_id"], how="left", maintain_order="left")
        self._read = read["reads"].fill_null(0).to_numpy().astype(np.float64)
        best = pl.col("reads").top_k(length).sum()
        known = after.group_by("as_of").agg(total=pl.sum("reads"), best=best)
        totals = groups.join(known, on="as_of", how="left", maintain_order="left").fill_null(0)
        self._totals, self._best = (totals[name].to_numpy().astype(np.float64) for name in ("total", "best"))
        self._groups = groups["group"].to_numpy().astype(np.int64)

    @property
    def sums(self) -> set[Sum]:
        """The sums that are known."""
        return set(self._sums)

    @property
    def kinds(self) -> set[str]:
        """The kinds of events, beside reads, that anything is known of."""
        names = ("share", "engaged_minute")
        return {name for row, name in enumerate(names, 1) if any(one[row].any() for one in self._sums.values())}

    def count_moments(self, group: int) -> int:
        """Count the moments of a group that can be judged."""
        return int(((self._totals >= ENOUGH_READS) & (self._groups == group)).sum())

    def add_sums(self, name: Sum, sums: pl.DataFrame) -> None:
        """Add the sums of the pool: `as_of`, `article_id`, `read_sum`, `share_sum`, `engaged_sum`."""
        joined = self.pool.join(sums, on=["as_of", "article_id"], how="left", maintain_order="left").fill_null(0)
        columns = [joined[f"{kind}_sum"].to_numpy() for kind in ("read", "share", "engaged")]
        self._sums[name] = np.vstack(columns).astype(np.float64)

    def play(self, trials: Sequence[ListSettings]) -> Outcome:
        """Fill the lists of all trials at all moments, each with the calm of its own list before."""
        parts = [self._play(trials[n : n + _TRIALS_AT_ONCE]) for n in range(0, len(trials), _TRIALS_AT_ONCE)]
        judged = self._totals >= ENOUGH_READS
        size = int(self._groups.max(initial=0)) + 1
        groups, best = self._groups[judged], self._best[judged] / self._totals[judged]
        oracle = np.array([best[groups == group].sum() for group in range(size)])
        steps = np.array([(groups[1:] == group).sum() for group in range(size)])
        caught, new = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
        return Outcome(caught, new, oracle, steps)

    def _play(self, trials: Sequence[ListSettings]) -> tuple[Floats, Floats]:
        shapes, shape_of = _name_shapes(trials)
        calm = np.array([[one.calm, one.calm_of_mean] for one in trials])
        caught, new = (np.zeros((len(trials), int(self._groups.max(initial=0)) + 1)) for _ in range(2))
        standing, shown = np.full((len(trials), self.length), -1), None
        for number, group in enumerate(self._groups):
            codes = self._codes[number]
            scores = np.array([self._score(shape, number) for shape in shapes])[shape_of]
            best = fill_lists(scores, hold_places(codes, standing), calm, self.length)
            standing = np.where(best < 0, -1, np.append(codes, -1)[best])
            if self._totals[number] < ENOUGH_READS:
                continue
            read = np.append(self._read[self._places[number]], 0.0)
            caught[:, group] += read[best].sum(axis=1) / self._totals[number]
            if shown is not None:
                was = np.append(hold_places(codes, shown), np.ones((len(trials), 1), dtype=bool), axis=1)
                new[:, group] += (~np.take_along_axis(was, best, axis=1)).sum(axis=1) / self.length
            shown = standing
        return caught, new

    def _score(self, settings: ListSettings, number: int) -> Floats:
        place = self._places[number]
        for names in (name_sums(settings), *([name] for name in name_ladder(settings))):
            sums = [_weigh(settings, self._sums[name][:, place]) for name in names]
            scores = sums[0] if len(sums) == 1 else _blend(settings, *sums)
            if (scores > 0).any():
                break
        return scores * self._edge[place]


def _blend(settings: ListSettings, own: Floats, other: Floats) -> Floats:
    ratio = (settings.half_life_seconds or 0) / (settings.half_life_2_seconds or 1)
    return blend_scores(settings, ratio, own, other)


def hold_places(codes: Integers, standing: Integers) -> NDArray[np.bool_]:
    """Tell which of the articles stand in each list.

    Examples
    --------
    >>> hold_places(np.array([2, 5, 7]), np.array([[5, 9], [-1, -1]])).tolist()
    [[False, True, False], [False, False, False]]
    """
    holds = np.zeros((len(standing), len(codes) + 1), dtype=bool)
    places = np.searchsorted(codes, standing)
    found = np.append(codes, -2)[places] == standing
    np.put_along_axis(holds, np.where(found, places, len(codes)), values=True, axis=1)
    return holds[:, :-1]


def fill_lists(scores: Floats, is_incumbent: NDArray[np.bool_], calm: Floats, length: int) -> Integers:
    """Give the places of those who stand in each list, in no order; -1 where nobody is left.

    Parameters
    ----------
    scores : array
        A row a list, a column an article; what is not over 0 stands in no list.
    is_incumbent : array
        Who stood in the list before.
    calm : array
        A row a list: `calm` and `calm_of_mean`.
    length : int
        Slots.

    Examples
    --------
    >>> scores, stood = np.array([[13.0, 11.0, 10.0]] * 2), np.array([[False, False, True]] * 2)
    >>> np.sort(fill_lists(scores, stood, np.array([[0.0, 0.0], [0.2, 0.0]]), 2)).tolist()
    [[0, 1], [0, 2]]
    """
    spare = max(0, length - scores.shape[1])
    scores = np.pad(np.maximum(scores, 0), ((0, 0), (0, spare)))
    best = -np.partition(-scores, length - 1, axis=1)[:, :length]
    mean = best.sum(axis=1) / np.maximum(1, (best > 0).sum(axis=1))
    favoured = favour(scores, mean[:, None], calm[:, :1], calm[:, 1:])
    is_incumbent = np.pad(is_incumbent, ((0, 0), (0, spare))) & (scores > 0)
    bar = np.where(is_incumbent, favoured, scores)
    places = np.argpartition(-bar, length - 1, axis=1)[:, :length]
    return np.where(np.take_along_axis(bar, places, axis=1) > 0, places, -1)


def _weigh(settings: ListSettings, sums: Floats) -> Floats:
    weights = settings.weights
    by_kind = np.array([weights.read, weights.share, weights.engaged_minute / _MINUTE_MILLISECONDS])
    weighed: Floats = by_kind @ sums
    return weighed


def _name_shapes(trials: Sequence[ListSettings]) -> tuple[list[ListSettings], Integers]:
    """Give the trials without their calm, each once, and which of them each trial is: they share their scores."""
    bare = [msgspec.structs.replace(one, calm=0.0, calm_of_mean=0.0) for one in trials]
    keys = [msgspec.json.encode(one) for one in bare]
    shapes = dict(zip(keys, bare, strict=True))
    numbers = {key: number for number, key in enumerate(shapes)}
    return list(shapes.values()), np.array([numbers[key] for key in keys])
