"""Makes the events that ``load.py`` loads: the same from the same seed, kept in a folder for the next run."""

from __future__ import annotations

import argparse
import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
from isal import igzip_threaded

SEED, ARTICLES, DAYS_BEFORE = 7, 20_000, 100
START = "2026-03-02 00:00:00"
BLOCK = 8 << 20
BAD_EVERY = 1_000

_MACROS = """
create macro dice(number, salt) as (hash(xor(hash(number), hash(salt))) >> 11) / 9007199254740992.0;
create macro waiting(number, salt) as -ln(1 - dice(number, salt));
create macro random_id(text) as md5(text)::uuid::text;
create macro pick(names, number, salt) as names[1 + floor(len(names) * dice(number, salt))::int];
"""

# Published evenly from 100 days before the first week to its end; 60 to 90 characters of address.
_ARTICLES = """
create table article as
select
    number as article_number,
    $start::timestamp + to_seconds(86400 * (number / $articles * ($before + $days) - $before)) as published_at,
    'https://www.example.org/' || pick($sections, number, 1) || strftime(published_at, '/%Y/%m/')
    || array_to_string([pick($words, number, salt) for salt in range(2, 6)], '-') || '-' || 100000 + number as url
from range($articles) as numbers (number)
"""

# An article's reads come within a day or so, a seventh of them later; one in forty of an hour's articles leads.
# Lines are written in order, each some seconds after its event, one in twenty a minute or two. An eighth of the
# visitors' views are a visitor's only one; the others have a long tail.
_EVENTS = """
copy (
    with drawn as (
        select
            number,
            (number + 0.5) / $events * $days as even_day,
            $first_day + even_day + if($days >= 1, 0.08 * sin(2 * pi() * even_day), 0) as day,
            waiting(number, $salt + 1) * if(dice(number, $salt + 2) < 0.05, 90, 4) as delay_seconds,
            waiting(number, $salt + 3) * if(dice(number, $salt + 4) < 0.15, 10, 0.5) as age_days,
            floor((day + $before - age_days) * $articles / ($before + $days_of_articles))::bigint as newest,
            greatest(newest, 40) // 40 * 40 - 40 as first,
            least(first + (floor(40 ** dice(number, $salt + 5))::bigint * 17 + first // 40 * 23) % 40, $articles - 1)
                as article_number,
            if(
                dice(number, $salt + 6) < 0.12,
                'once ' || ($salt + number),
                'again ' || floor($visitors * dice(number, $salt + 7) ** 1.7)::bigint
            ) as visitor,
            dice(number, $salt + 8) as kind_dice,
            dice(number, $salt + 9) < 0.2 as has_utm,
            dice(number, $salt + 10) < 0.15 as has_fbclid,
            if(
                dice(visitor, 11) < 0.02,
                $agents + floor($robots * dice(visitor, 12))::bigint,
                floor(($agents + 1) ** dice(visitor, 12))::bigint - 1
            ) as agent_number
        from range($events) as numbers (number)
    )
    select
        random_id('event ' || ($salt + number)) as event_id,
        case when kind_dice < 0.97 then 'pageview' when kind_dice < 0.98 then 'share' else 'engaged' end as kind,
        make_timestamptz(epoch_us($start::timestamp) + ((day * 86400 - delay_seconds) * 1000)::bigint * 1000)
            as occurred_at,
        article.url
        || case when has_utm then
            '?utm_source=' || pick($sources, number, $salt + 13) || '&utm_medium='
            || pick($mediums, number, $salt + 14) || '&utm_campaign=' || pick($words, number, $salt + 15) || '-'
            || floor(200 * dice(number, $salt + 16))::int
        else '' end
        || case when has_fbclid then
            if(has_utm, '&', '?') || 'fbclid=' || translate(to_base64(unhex(left(
                md5('a' || ($salt + number)) || md5('b' || ($salt + number)) || md5('c' || ($salt + number)), 90
            ))), '+/', '-_')
        else '' end as url,
        random_id(visitor) as visitor_id,
        agent.user_agent,
        case when dice(number, $salt + 17) >= 0.4 then
            'https://' || $hosts[floor(51 ** dice(number, $salt + 18))::int] || '/'
            || pick($words, number, $salt + 19) || '/' || floor(400 ** dice(number, $salt + 20))::int
        end as referrer,
        $countries[floor(61 ** dice(visitor, 21))::int] as country,
        pick(['mobile', 'desktop', 'tablet'], agent.agent_number, 22) as device,
        if(kind = 'engaged', round(1 + 30 * waiting(number, $salt + 23), 1), null) as engaged_seconds
    from drawn
    inner join article on drawn.article_number = article.article_number
    inner join agent on drawn.agent_number = agent.agent_number
) to $path (format parquet, compression zstd)
"""

_LINES = """
copy (
    select * replace (strftime(occurred_at::timestamp, '%Y-%m-%dT%H:%M:%S.%gZ') as occurred_at)
    from read_parquet($source)
) to $path (format json)
"""

_ARTICLE_LINES = """
copy (
    select
        'a' || article_number as article_id,
        url,
        'en' as edition,
        array_to_string([pick($words, article_number, salt) for salt in range(2, 6)], ' ') as title,
        strftime(published_at, '%Y-%m-%dT%H:%M:%SZ') as published_at
    from article
    order by article_number
) to $path (format json)
"""

_WORDS = """
harbour minister budget election ferry storm hospital strike river school market border treaty railway museum football
refugees drought parliament airport verdict vaccine housing inflation orchestra satellite volcano coast library mountain
inquiry protest wages island tunnel summit
"""
_HOSTS = """
www.google.com www.example.org news.google.com www.facebook.com t.co www.bing.com duckduckgo.com www.reddit.com
lm.facebook.com l.instagram.com www.linkedin.com chatgpt.com www.perplexity.ai news.ycombinator.com web.whatsapp.com
"""


@dataclass(frozen=True)
class Batch:
    """One file of events.

    Parameters
    ----------
    events : int
        How many.
    days : float
        Over how long.
    first_day : float
        Days from START to its first event.
    number : int
        Tells its ids and dice from another batch's.
    """

    events: int
    days: float
    first_day: float = 0
    number: int = 0


@dataclass(frozen=True)
class Store:
    """The folder that holds what was made.

    Parameters
    ----------
    folder : Path
        Kept for the next run.
    events : int
        In the file that everything but the history measures.
    days : int
        Over how long.
    """

    folder: Path
    events: int
    days: int

    @property
    def articles(self) -> Path:
        return self.folder / "articles.ndjson"

    @property
    def parquet(self) -> Path:
        return self.folder / "events.parquet"

    @property
    def lines(self) -> Path:
        return self.folder / "events.ndjson.gz"

    @property
    def clean_lines(self) -> Path:
        return self.folder / "events_clean.ndjson.gz"

    def week(self, number: int, events: int) -> Path:
        """Give a file of the history; week 0 is the newest."""
        return self.folder / f"history-{events}-{number:02d}.parquet"

    def next_hour(self, events: int) -> Path:
        """Give the file of the hour after week 0."""
        return self.folder / f"hour-{events}.parquet"

    def claim(self) -> None:
        """Refuse a folder that holds other events."""
        self.folder.mkdir(parents=True, exist_ok=True)
        made, wanted = self.folder / "made.json", {"seed": SEED, "events": self.events, "days": self.days}
        if made.exists() and json.loads(made.read_text()) != wanted:
            raise SystemExit(f"{self.folder} holds other events ({made.read_text()}); name another --folder")
        made.write_text(json.dumps(wanted))


class Maker:
    """Makes the files that are missing."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.names: dict[str, object] = {
            "words": _WORDS.split(),
            "sections": ["news", "world", "business", "culture", "sport", "opinion"],
            "sources": ["newsletter", "facebook", "twitter", "whatsapp", "telegram", "app", "partner", "push"],
            "mediums": ["email", "social", "referral", "cpc", "notification"],
            "hosts": [*_HOSTS.split(), *(f"www.site-{number}.example" for number in range(35))],
            "countries": [a + b for a, b in itertools.product("BDEFGIMPSU", "AEIMRS")],
        }
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(_MACROS)
        self.bind(_ARTICLES, start=START, articles=ARTICLES, before=DAYS_BEFORE, days=store.days)
        self.connection.execute("create table agent (agent_number bigint, user_agent varchar)")
        rows = list(enumerate([*list_browsers(), *list_robots()]))
        self.connection.executemany("insert into agent values (?, ?)", rows)

    def bind(self, text: str, **values: object) -> None:
        """Run a statement with the values it names, and those of the lists of names that it mentions."""
        names = {name: value for name, value in self.names.items() if f"${name}" in text}
        self.connection.execute(text, names | values)

    def make_articles(self) -> None:
        with fresh(self.store.articles) as path:
            self.bind(_ARTICLE_LINES, path=str(path))

    def make_events(self, target: Path, batch: Batch) -> None:
        values = asdict(batch) | {
            "salt": (SEED + batch.number) << 40,
            "start": START,
            "before": DAYS_BEFORE,
            "days_of_articles": self.store.days,
            "articles": ARTICLES,
            "visitors": math.ceil(0.14 * max(batch.events, 1000)),
            "agents": len(list_browsers()),
            "robots": len(list_robots()),
        }
        del values["number"]
        with fresh(target) as path:
            self.bind(_EVENTS, path=str(path), **values)

    def make_lines(self) -> None:
        """Write the clean lines and the ones with bad lines among them, compressed alike."""
        plain = self.store.folder / "events.ndjson"
        self.bind(_LINES, source=str(self.store.parquet), path=str(plain))
        with (
            fresh(self.store.clean_lines) as clean_path,
            fresh(self.store.lines) as path,
            compress(clean_path) as clean,
            compress(path) as spoilt,
        ):
            number = 0
            for lines in read_blocks(plain):
                clean.write(b"".join(lines))
                for index in range(-number % BAD_EVERY, len(lines), BAD_EVERY):
                    lines[index] = spoil(lines[index], (number + index) // BAD_EVERY)
                spoilt.write(b"".join(lines))
                number += len(lines)
        plain.unlink()


def compress(path: Path) -> BinaryIO:
    return cast("BinaryIO", igzip_threaded.open(path, "wb", compresslevel=2, threads=1))  # type: ignore[no-untyped-call]


@contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """Give a path to write to, and let the file appear under its name when it is whole."""
    path = target.with_name(f"{target.name}.part")
    yield path
    path.replace(target)


def list_browsers() -> list[str]:
    mozilla, tail = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
    desks = ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"]
    phones = [f"Linux; Android {10 + n % 6}; SM-{'AFGS'[n % 4]}{100 + 7 * n}B" for n in range(20)]
    chrome = (
        f"{mozilla} ({system}) {tail} Chrome/{version}.0.0.0 {'Mobile ' * system.startswith('Linux;')}Safari/537.36"
        for version, system in itertools.product(range(144, 74, -1), [*desks, *phones])
    )
    safari = (
        f"{mozilla} (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{major}.{minor} Mobile/15E{build} Safari/604.1"
        for major, minor, build in itertools.product(range(26, 12, -1), range(8), (148, 302, 604))
    )
    return list(itertools.islice((one for pair in itertools.zip_longest(chrome, safari) for one in pair if one), 1960))


def list_robots() -> list[str]:
    names = [
        "Googlebot",
        "bingbot",
        "AhrefsBot",
        "SemrushBot",
        "GPTBot",
        "DuckDuckBot",
        "Applebot",
        "facebookexternalhit",
    ]
    return [
        f"Mozilla/5.0 (compatible; {name}/{version}.{minor}; +https://robots.example/{name.lower()})"
        for name, version, minor in itertools.product(names, range(1, 6), (0,))
    ]


def read_blocks(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as file:
        while lines := file.readlines(BLOCK):
            yield lines


def spoil(line: bytes, number: int) -> bytes:
    """Make a line bad in one of several ways; once, near the beginning, by its length."""
    ways = (
        line[: len(line) // 2] + b"\n",
        b"GET /news HTTP/1.1\n",
        b"[1, 2, 3]\n",
        line.replace(b'"kind":', b'"sort":', 1),
        line.replace(b'"kind":"', b'"kind":"page-', 1),
        line.replace(b'Z","url"', b'","url"', 1),
        line.replace(b'"occurred_at":"', b'"occurred_at":"about ', 1),
        line.replace(b'"https://www.', b'"javascript://', 1),
        line.replace(b'"country":"', b'"country":"\xff', 1),
        line.replace(b'"country":"', b'"country":"\x00', 1),
        line.rstrip() + line,
        b'{"a":' * 3000 + b"\n",
    )
    return b'{"kind":"' + b"x" * (5 << 20) + b'"}\n' if number == 50 else ways[number % len(ways)]


def make(store: Store, wanted: list[str], *, history: int, step: int) -> None:
    """Make what is missing: parquet, ndjson, history."""
    store.claim()
    maker = Maker(store)
    if not store.articles.exists():
        maker.make_articles()
    if not store.parquet.exists():
        maker.make_events(store.parquet, Batch(store.events, store.days))
    if "ndjson" in wanted and not (store.lines.exists() and store.clean_lines.exists()):
        maker.make_lines()
    if "history" in wanted:
        hour = Batch(step // 10, 1 / 24, store.days, number=1)
        batches = {store.next_hour(hour.events): hour}
        for week in range(history // step):
            batches[store.week(week, step)] = Batch(step, 7, store.days - 7 * (week + 1), number=2 + week)
        for path, batch in batches.items():
            if not path.exists():
                maker.make_events(path, batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--only", default="parquet,ndjson", help="parquet, ndjson, history")
    parser.add_argument("--history", type=float, default=100, help="millions of events")
    parser.add_argument("--history-step", type=float, default=10, help="millions of events a file")
    options = parser.parse_args()
    store = Store(options.folder, options.events, options.days)
    step = round(options.history_step * 1e6)
    make(store, options.only.split(","), history=round(options.history * 1e6), step=step)


if __name__ == "__main__":
    main()
