"""Repeatable choices, built on uniform doubles alone so that they outlive library versions."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """A source of choices that depends on its seed and on nothing else.

    Parameters
    ----------
    seed
        Any integer.

    Examples
    --------
    >>> Dice(1).pick("abc") == Dice(1).pick("abc")
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._uniform = Random(seed).random  # noqa: S311 - a demo newsroom needs repeatability, not secrecy

    def below(self, count: int) -> int:
        """Return an integer in ``[0, count)``."""
        return int(self._uniform() * count)

    def whole(self, low: int, high: int) -> int:
        """Return an integer in ``[low, high]``."""
        return low + self.below(high - low + 1)

    def between(self, low: float, high: float) -> float:
        """Return a number in ``[low, high)``."""
        return low + self._uniform() * (high - low)

    def chance(self, share: float) -> bool:
        """Return true in the given share of the calls."""
        return self._uniform() < share

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely as the others."""
        return options[self.below(len(options))]

    def order(self, options: Sequence[T]) -> list[T]:
        """Return the options in a random order (Fisher-Yates)."""
        mixed = list(options)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
