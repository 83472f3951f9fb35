"""The people who read: where they live, what they read with, what they care about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analytics.demo.grammar import LANGUAGES, read_table

if TYPE_CHECKING:
    import numpy.typing as npt


CARRIER_ADDRESS: Final = "203.0.113.77"
CARRIER_SHARE: Final = 0.06
KEYED_SHARE: Final = 0.68
MOBILE_SHARE: Final = 0.71
TABLET_SHARE: Final = 0.04
PHONES: Final = (
    "SM-A155F",
    "SM-S921B",
    "Pixel 8",
    "Redmi Note 13",
    "moto g84",
    "CPH2581",
    "V2310",
    "TECNO KJ5",
)
DESKTOPS: Final = ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")


@cache
def load_audience() -> dict[str, Any]:
    """Return the audience table."""
    return read_table("audience")


class Chance:
    """Arrays of random choices made from uniform doubles of one PCG64 stream alone."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def uniform(self, count: int) -> npt.NDArray[np.float64]:
        """Return ``count`` numbers in ``[0, 1)``."""
        return self._generator.random(count)

    def below(self, limit: int, count: int) -> npt.NDArray[np.int64]:
        """Return ``count`` integers in ``[0, limit)``."""
        numbers: npt.NDArray[np.int64] = (self.uniform(count) * limit).astype(np.int64)
        return numbers

    def weighted(self, weights: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
        """Return ``count`` positions drawn in proportion to the weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        positions = np.searchsorted(edges, self.uniform(count) * edges[-1], side="right")
        chosen: npt.NDArray[np.int64] = np.minimum(positions, len(edges) - 1).astype(np.int64)
        return chosen

    def exponential(self, mean: float, count: int) -> npt.NDArray[np.float64]:
        """Return ``count`` exponential waiting times."""
        return -mean * np.log1p(-self.uniform(count))


@dataclass(frozen=True)
class Audience:
    """Readers as parallel arrays of one length; ``visitor_id`` or ``ip`` is None, never both.

    ``first_hour`` is the UTC hour of day at which the observed span begins, ``offset_hours`` each reader's
    distance from UTC, ``taste`` a number in [0, 1) that picks a favourite topic.
    """

    first_hour: int
    edition: npt.NDArray[np.int64]
    offset_hours: npt.NDArray[np.float64]
    taste: npt.NDArray[np.float64]
    country: npt.NDArray[np.object_]
    accept_language: npt.NDArray[np.object_]
    device: npt.NDArray[np.object_]
    user_agent: npt.NDArray[np.object_]
    visitor_id: npt.NDArray[np.object_]
    ip: npt.NDArray[np.object_]


def gather_audience(count: int, first_hour: int, seed: int) -> Audience:
    """Return ``count`` readers of the three editions."""
    table, chance = load_audience(), Chance(seed)
    edition = chance.weighted([table["editions"][name] for name in LANGUAGES], count)
    homes = _find_homes(edition, chance)
    is_carrier = chance.uniform(count) < CARRIER_SHARE
    is_keyed = (chance.uniform(count) < KEYED_SHARE) & ~is_carrier
    is_mobile = (chance.uniform(count) < MOBILE_SHARE) | is_carrier
    numbers = np.arange(count)
    visitor = np.array([f"v{number:06d}" for number in numbers], dtype=object)
    visitor[~is_keyed] = None
    address = np.array([f"2001:db8:{n >> 12:x}:{n & 0xFFF:x}::{n % 251 + 1:x}" for n in numbers], dtype=object)
    address[is_carrier] = CARRIER_ADDRESS
    address[is_keyed] = None
    tablets = chance.uniform(count) < TABLET_SHARE
    return Audience(
        first_hour=first_hour,
        edition=edition,
        offset_hours=np.array([home[1] for home in homes], dtype=np.float64),
        taste=chance.uniform(count),
        country=np.array([home[0] for home in homes], dtype=object),
        accept_language=np.array([home[3] for home in homes], dtype=object),
        device=np.where(tablets, "tablet", np.where(is_mobile, "mobile", "desktop")).astype(object),
        user_agent=_choose_agents(is_mobile, chance),
        visitor_id=visitor,
        ip=address,
    )


def _find_homes(edition: npt.NDArray[np.int64], chance: Chance) -> list[list[Any]]:
    countries = load_audience()["countries"]
    draws = [chance.weighted([row[2] for row in countries[name]], len(edition)) for name in LANGUAGES]
    return [countries[LANGUAGES[e]][draws[e][reader]] for reader, e in enumerate(edition.tolist())]


def _choose_agents(is_mobile: npt.NDArray[np.bool_], chance: Chance) -> npt.NDArray[np.object_]:
    count = len(is_mobile)
    release, build = chance.below(12, count), chance.below(60, count)
    model, system = chance.below(len(PHONES) + 4, count), chance.below(7, count)
    agents = [
        name_browser(bool(is_mobile[n]), int(release[n]), int(build[n]), int(model[n]), int(system[n]))
        for n in range(count)
    ]
    return np.array(agents, dtype=object)


def name_browser(is_mobile: bool, release: int, build: int, model: int, system: int) -> str:  # noqa: FBT001
    """Return the user agent of a common browser.

    Examples
    --------
    >>> name_browser(True, 3, 7, 99, 2)
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
Version/17.2 Mobile/15E007 Safari/604.1'
    """
    if is_mobile and model >= len(PHONES):
        version = 14 + release
        return (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS {version}_{system} like Mac OS X) AppleWebKit/605.1.15 "
            f"(KHTML, like Gecko) Version/{version}.{system} Mobile/15E{build:03d} Safari/604.1"
        )
    host = f"Linux; Android {9 + system}; {PHONES[model]}" if is_mobile else DESKTOPS[model % len(DESKTOPS)]
    return (
        f"Mozilla/5.0 ({host}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{122 + release}.0.{6000 + build}.{10 + system}{' Mobile' if is_mobile else ''} Safari/537.36"
    )
