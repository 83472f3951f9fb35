"""Who reads what, when, and where they came from: sessions as parallel arrays of pageviews."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analytics.demo.attention import SPAN_HOURS, Attention
from analytics.demo.audience import Audience, Chance, load_audience
from analytics.demo.grammar import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

MAX_STEPS: Final = 8
READ_ON_SHARE: Final = 0.46
BURST_SHARE: Final = 0.09
TASTE_SHARE: Final = 0.4
SPAN_SECONDS: Final = SPAN_HOURS * 3600.0
NETWORK_REFERRERS: Final = {
    "facebook": "https://m.facebook.com/",
    "x": "https://t.co/",
    "whatsapp": "https://web.whatsapp.com/",
    "telegram": "https://web.telegram.org/",
}
BOXES: Final = ("", "read-next", "most-read")
# Where a session goes next: the same story, the same topic, the same section, anything in the edition.
NEXT_SHARES: Final = (0.24, 0.34, 0.17, 0.25)
ANYWHERE: Final = 3
READ_NEXT_SHARE: Final = 0.6
MOST_READ_SHARE: Final = 0.45


@dataclass(frozen=True)
class Pageviews:
    """Pageviews as parallel arrays.

    ``seconds`` count from the span's beginning, ``previous`` is the article read before in the session (-1
    at its start), ``referrer`` the outside address a session came from ("" later and for direct visits),
    ``box`` a position in `BOXES`, ``slot`` 0 outside a box, ``stay`` the seconds the page was really read.
    """

    reader: npt.NDArray[np.int64]
    session: npt.NDArray[np.int64]
    article: npt.NDArray[np.int64]
    previous: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    stay: npt.NDArray[np.float64]
    referrer: npt.NDArray[np.object_]
    box: npt.NDArray[np.int64]
    slot: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.reader)

    def keep(self, which: npt.NDArray[Any]) -> Pageviews:
        """Return the pageviews at the positions, or where the mask is true."""
        return Pageviews(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @staticmethod
    def join(parts: Sequence[Pageviews]) -> Pageviews:
        """Return the parts, one after the other."""
        names = [f.name for f in fields(Pageviews)]
        return Pageviews(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def simulate_sessions(count: int, audience: Audience, attention: Attention, chance: Chance) -> Pageviews:
    """Return the pageviews of ``count`` sessions, those after the span's end left out."""
    pull = _Pull(attention)
    views = _open_sessions(count, audience, attention, chance)
    _join_bursts(views, audience, attention, chance)
    steps = []
    for _ in range(MAX_STEPS):
        views = views.keep((views.article >= 0) & (views.seconds < SPAN_SECONDS))
        views = replace(views, stay=pull.hold(views.article, chance))
        steps.append(views)
        views = _read_on(views.keep(chance.uniform(len(views)) < READ_ON_SHARE), attention, chance)
    return Pageviews.join(steps)


def _open_sessions(count: int, audience: Audience, attention: Attention, chance: Chance) -> Pageviews:
    reader = (len(audience.edition) * chance.uniform(count) ** 1.25).astype(np.int64)
    seconds = pick_start_seconds(audience, reader, chance)
    none = np.zeros(count, dtype=np.int64)
    return Pageviews(
        reader=reader,
        session=np.arange(count),
        article=_pick_first(audience, attention, reader, seconds, chance),
        previous=none - 1,
        seconds=seconds,
        stay=np.zeros(count),
        referrer=_pick_referrers(count, chance),
        box=none,
        slot=none,
    )


def pick_start_seconds(audience: Audience, reader: npt.NDArray[np.int64], chance: Chance) -> npt.NDArray[np.float64]:
    """Return session starts that follow the daily rhythm of each reader's edition and time zone."""
    uniform, result = chance.uniform(len(reader)), np.zeros(len(reader))
    hours = np.arange(SPAN_HOURS)
    for number, language in enumerate(LANGUAGES):
        rhythm = np.array(load_audience()["rhythm"][language], dtype=np.float64)
        for offset in sorted(set(audience.offset_hours[audience.edition == number].tolist())):
            ours = (audience.edition[reader] == number) & (audience.offset_hours[reader] == offset)
            # the span begins at the hour of as_of, which the audience carries as its first hour
            local = (hours + audience.first_hour + int(np.floor(offset))) % 24
            edges = np.concatenate([[0.0], np.cumsum(rhythm[local])])
            result[ours] = np.interp(uniform[ours] * edges[-1], edges, np.arange(SPAN_HOURS + 1)) * 3600.0
    return result


def _pick_referrers(count: int, chance: Chance) -> npt.NDArray[np.object_]:
    table = load_audience()
    kind = chance.weighted(list(table["referrer_shares"].values()), count)
    host = chance.uniform(count) ** 2.2
    hosts = [table["referrers"].get(name, [""]) for name in table["referrer_shares"]]
    chosen = [hosts[k][int(h * len(hosts[k]))] for k, h in zip(kind.tolist(), host.tolist(), strict=True)]
    return np.array(chosen, dtype=object)


def _pick_first(
    audience: Audience,
    attention: Attention,
    reader: npt.NDArray[np.int64],
    seconds: npt.NDArray[np.float64],
    chance: Chance,
) -> npt.NDArray[np.int64]:
    bounds = attention.find_editions()[audience.edition[reader]]
    low, high = bounds[:, 0], bounds[:, 1]
    favourite = (low + audience.taste[reader] * (high - low)).astype(np.int64)
    follows_taste = chance.uniform(len(reader)) < TASTE_SHARE
    uniform = chance.uniform(len(reader))
    anything = attention.draw(seconds, bounds, uniform)
    liked = attention.draw(seconds, attention.topic_range[favourite], uniform)
    return np.where(follows_taste & (liked >= 0), liked, anything)


def _join_bursts(views: Pageviews, audience: Audience, attention: Attention, chance: Chance) -> None:
    """Turn a share of the sessions, in place, into visits that a burst brings to readers of its edition."""
    count = len(views)
    joins, which, lag = (
        chance.uniform(count) < BURST_SHARE,
        chance.uniform(count),
        chance.exponential(1800, count),
    )
    for n in np.flatnonzero(joins).tolist() if attention.bursts else []:
        burst = attention.bursts[int(which[n] ** 1.5 * len(attention.bursts))]
        edition = LANGUAGES.index(attention.articles[burst.article].edition)
        if edition == audience.edition[views.reader[n]]:
            views.seconds[n], views.article[n] = burst.start + lag[n], burst.article
            views.referrer[n] = NETWORK_REFERRERS[burst.network]


def _read_on(views: Pageviews, attention: Attention, chance: Chance) -> Pageviews:
    """Return the next pageview of each session; article -1 where it finds nothing new and ends."""
    count = len(views)
    seconds = views.seconds + views.stay + 3.0 + chance.exponential(12.0, count)
    way = chance.weighted(NEXT_SHARES, count)
    ranges = np.stack(
        [r[views.article] for r in (attention.story_range, attention.topic_range, attention.section_range)]
        + [attention.edition_range[views.article]]
    )
    uniform, again = chance.uniform(count), chance.uniform(count)
    near = attention.draw(seconds, ranges[way, np.arange(count)], uniform)
    far = attention.draw(seconds, ranges[ANYWHERE], again)
    is_stuck = (near == views.article) | (near < 0)
    article = np.where(is_stuck, far, near)
    box, slot = _pick_boxes(np.where(is_stuck, ANYWHERE, way), chance)
    return replace(
        views,
        article=np.where(article == views.article, -1, article),
        previous=views.article,
        seconds=seconds,
        referrer=np.full(count, "", dtype=object),
        box=box,
        slot=slot,
    )


def _pick_boxes(way: npt.NDArray[np.int64], chance: Chance) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return box and slot: near articles are mostly found in Read Next, far ones in Most Read."""
    count = len(way)
    through_box = chance.uniform(count)
    near = np.where(through_box < READ_NEXT_SHARE, BOXES.index("read-next"), 0)
    far = np.where(through_box < MOST_READ_SHARE, BOXES.index("most-read"), 0)
    box = np.where(way < ANYWHERE, near, far)
    slot = 1 + (4 * chance.uniform(count) ** 1.6).astype(np.int64)
    return box.astype(np.int64), np.where(box > 0, slot, 0)


class _Pull:
    """How long an article holds a reader: its length, a quality of its own, and luck."""

    def __init__(self, attention: Attention) -> None:
        words = np.array([len(a.body.split()) for a in attention.articles], dtype=np.float64)
        self._typical = (12.0 + words / 3.8) * (0.45 + 1.1 * Chance(len(words)).uniform(len(words)))

    def hold(self, article: npt.NDArray[np.int64], chance: Chance) -> npt.NDArray[np.float64]:
        """Return seconds of reading, at most fifteen minutes."""
        return np.minimum(900.0, 2.0 + self._typical[article] * chance.exponential(1.0, len(article)) ** 0.7)
