"""Every knob, its unit, its default and one line of help.

Settings are TOML. The shipped ones (`analytics/defaults.toml`) lie at the bottom, the workspace's
`readership.toml` over them, and a file named with `--config` on top.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as plain_field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, field

from analytics.errors import SettingsError, UsageError, name_nearest
from analytics.instants import hours_of, parse_duration
from analytics.similarity.fields import FIELD_WEIGHTS

Metric: TypeAlias = Literal["events", "unusual", "depth", "newest"]
Calendar: TypeAlias = Literal["day", "week", "month"]
_DEFAULTS = Path(__file__).with_name("defaults.toml")
_SHORTEST_HALF_LIFE_HOURS = 1 / 6
_READ_NEXT = "read-next"
AUTO = "auto"
"""The half-life that each scope finds by its own readers."""
HALF_LIFE_PRESETS_SECONDS = (900, 3600, 7200, 10_800, 21_600, 86_400)
"""What it is chosen from, shortest first."""
_CALENDAR_HOURS = {"day": 24, "week": 168, "month": 744}


@dataclass(frozen=True)
class Recipe:
    """A list as its documents state it.

    Parameters
    ----------
    name : str
        Name of the list.
    half_life_hours : float or None
        Age at which an event counts half; nothing for a hard window.
    window_hours : float
        Oldest age counted.
    length : int
        Items at most.
    weights : mapping of str to float
        What each kind of event is worth.
    is_half_life_auto : bool
        Whether each scope finds its half-life itself.
    metric : str
        What the score is: events, unusual, depth or newest.
    calendar : str or None
        The day, week or month the window begins with, if it does.
    filter : mapping
        What of `Filter` is set.
    tuning : mapping of str to float
        What else bears on its scores and order, as far as it is set.
    """

    name: str
    half_life_hours: float | None
    window_hours: float
    length: int
    weights: Mapping[str, float]
    is_half_life_auto: bool = False
    metric: Metric = "events"
    calendar: Calendar | None = None
    filter: Mapping[str, Any] = plain_field(default_factory=dict)
    tuning: Mapping[str, float] = plain_field(default_factory=dict)


@dataclass(frozen=True)
class PageRecipe:
    """What the document of an article's page holds.

    Parameters
    ----------
    list_name : str
        The list of the edition that its Most Read box shows.
    most_read_length, read_next_length, story_length, pick_length : int
        Articles of each box at most: of Coverage the newest of the story, and the short pick of them.
    read_within : timedelta
        An article read or published in so long before the moment described has a document.
    is_distinct : bool
        Whether the boxes of a page do not repeat each other.
    """

    list_name: str
    most_read_length: int
    read_next_length: int
    story_length: int
    pick_length: int
    read_within: timedelta
    is_distinct: bool


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a workspace."""

    site: Annotated[Site, Meta(description="The site the events come from.")]
    engine: Annotated[Engine, Meta(description="What the program may use of the machine.")]
    load: Annotated[Load, Meta(description="How input is read and refused.")]
    sources: Annotated[Sources, Meta(description="The systems that events come from.")]
    counting: Annotated[Counting, Meta(description="What counts as reading.")]
    retention: Annotated[Retention, Meta(description="How long what is kept.")]
    lists: Annotated[dict[str, ListSettings], Meta(description="The ranked lists, by name.")]
    read_next: Annotated[ReadNext, Meta(description="What to read after an article.")]
    coverage: Annotated[Coverage, Meta(description="When articles are on one event.")]
    page: Annotated[Page, Meta(description="What the document of an article's page holds.")]
    policy: Annotated[Policy, Meta(description="What a set of lists must keep to be published.")] = field(
        default_factory=lambda: Policy()  # noqa: PLW0108 - the class stands below
    )

    def __post_init__(self) -> None:
        if _READ_NEXT in self.lists:
            message = f"[lists.{_READ_NEXT}]: editors call Read Next by that name; give the list another"
            raise ValueError(message)
        if self.page.list not in self.lists:
            message = f"[page] list: there is no list {self.page.list!r}; {name_nearest(self.page.list, self.lists)}"
            raise ValueError(message)

    @property
    def config_hash(self) -> str:
        """Hash of everything that can change a result; the machine's limits cannot."""
        content = msgspec.to_builtins(self)
        del content["engine"]
        return _hash(content)

    @property
    def recipes(self) -> list[Recipe]:
        """The lists in the order of their names, in the units documents state."""
        return [self.recipe(name) for name in sorted(self.lists)]

    def recipe(self, name: str) -> Recipe:
        """Give one list in the units documents state.

        Raises
        ------
        UsageError
            Where there is no such list.
        """
        if name not in self.lists:
            raise UsageError(f"there is no list {name!r}; {name_nearest(name, self.lists)}")
        one = self.lists[name]
        half_life = one.half_life_seconds
        return Recipe(
            name=name,
            half_life_hours=None if half_life is None else half_life / 3600,
            window_hours=_CALENDAR_HOURS.get(one.calendar, one.window_seconds / 3600),
            length=one.length,
            weights=msgspec.to_builtins(one.weights),
            is_half_life_auto=one.half_life == AUTO,
            metric=one.metric,
            calendar=one.calendar or None,
            filter={key: value for key, value in msgspec.to_builtins(one.filter).items() if value},
            tuning=one.tuning,
        )

    @property
    def page_recipe(self) -> PageRecipe:
        """What the document of an article's page holds."""
        return PageRecipe(
            list_name=self.page.list,
            most_read_length=self.page.most_read,
            read_next_length=self.read_next.length,
            story_length=self.page.story,
            pick_length=self.coverage.pick_length,
            read_within=parse_duration(self.page.read_within),
            is_distinct=self.page.is_distinct,
        )

    @property
    def half_lives_seconds(self) -> list[int]:
        """The half-lives of all lists, in seconds, each once, ascending."""
        each = ((one.half_life_seconds, one.half_life_2_seconds) for one in self.lists.values())
        found = {seconds for pair in each for seconds in pair if seconds is not None}
        if any(one.half_life == AUTO for one in self.lists.values()):
            found.update(HALF_LIFE_PRESETS_SECONDS)
        return sorted(found)


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The site the events come from."""

    hosts: Annotated[
        list[str],
        Meta(description="The site's host names; the first is the canonical one. Empty: hosts stand for themselves."),
    ]
    identifying_parameters: Annotated[
        list[str],
        Meta(description="Query parameters that tell articles apart, such as p; all others are dropped from URLs."),
    ]
    keep_unknown_parameters: Annotated[
        bool,
        Meta(description="Keep parameters that are neither identifying nor known for tracking."),
    ]
    article_paths: Annotated[
        list[str],
        Meta(description="Patterns of the articles' paths, such as /news/*; empty: any path may be an article's."),
    ]
    other_paths: Annotated[
        list[str],
        Meta(description="Patterns of paths that are no article's although article_paths has them."),
    ]
    index_names: Annotated[
        list[str],
        Meta(description="Last segments of a path that stand for their folder, such as index.html."),
    ]
    view_names: Annotated[
        list[str],
        Meta(description="Last segments of a path that show the same article in another form, such as print."),
    ]
    has_amp: Annotated[
        bool,
        Meta(description="Whether /amp and the like at either end of a path show the same article."),
    ]
    editions: Annotated[
        list[str],
        Meta(description="Editions named by a full language tag, such as es-MX; of others only the language is taken."),
    ]
    default_edition: Annotated[
        str,
        Meta(description="Edition of articles whose source names no language; empty: they are refused."),
    ]
    section_aliases: Annotated[
        dict[str, str],
        Meta(description="Section label outside the menu = the section it belongs to."),
    ]
    region_aliases: Annotated[
        dict[str, str],
        Meta(description="Region label outside the menu = the region it belongs to, such as West Asia = MENA."),
    ]
    words_per_minute: Annotated[
        dict[str, int],
        Meta(description="Silent reading speed by language, words a minute; default for the others."),
    ]
    time_zone: Annotated[
        str,
        Meta(description="The site's time zone, such as Asia/Qatar: where days, weeks and months of a list begin."),
    ] = "UTC"

    def __post_init__(self) -> None:
        require_zone(self.time_zone)


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the program may use of the machine."""

    memory_limit: Annotated[str, Meta(description="Memory DuckDB may use before it spills to disk.")]
    threads: Annotated[int, Meta(ge=0, description="Threads DuckDB may use; 0 means all cores.")]


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How input is read and refused."""

    reject_limit_share: Annotated[
        float,
        Meta(ge=0, le=1, description="A file with a larger share of bad lines is set aside whole."),
    ]
    reject_limit_lines: Annotated[
        int,
        Meta(ge=0, description="So many bad lines are always allowed, whatever their share."),
    ]
    line_bytes: Annotated[int, Meta(ge=1024, description="Longest line that is read, in bytes.")]
    file_bytes: Annotated[int, Meta(ge=1024, description="Largest decompressed file that is read, in bytes.")]
    expansion_ratio: Annotated[
        float,
        Meta(ge=1, description="Largest ratio of decompressed to compressed bytes, past the first 64 MiB."),
    ]
    future_skew_minutes: Annotated[
        float,
        Meta(
            ge=0,
            description="How far ahead of its receipt an event's time may lie, in minutes; it counts at its receipt.",
        ),
    ]
    stable_seconds: Annotated[
        float,
        Meta(ge=0, description="A file in data/landing/ is left alone until it has not changed for so long."),
    ]
    late_window_hours: Annotated[
        float,
        Meta(ge=0, description="Age at which an hour is taken for final; a later change of a list is a correction."),
    ]
    loss_limit_share: Annotated[
        float,
        Meta(ge=0, le=1, description="Reports stay as they are where more numbered events of an hour are missing."),
    ]


class Sources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The systems that events come from."""

    share_actions: Annotated[
        list[str],
        Meta(description="Names of the actions that are shares: Parse.ly actions, Snowplow se_action, GA4 events."),
    ]
    snowplow_heartbeat_seconds: Annotated[
        int,
        Meta(ge=1, description="Heartbeat that the Snowplow tracker was given, in seconds."),
    ]
    snowplow_minimum_visit_seconds: Annotated[
        int,
        Meta(ge=0, description="Minimum visit that the Snowplow tracker was given, in seconds."),
    ]


class Counting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as reading."""

    reads_a_day: Annotated[
        int,
        Meta(ge=1, description="Reads of one article that count for one visitor on one UTC day."),
    ]
    shares_a_day: Annotated[
        int,
        Meta(ge=1, description="Shares of one article that count for one visitor on one UTC day."),
    ]
    engaged_cap_minutes: Annotated[
        float,
        Meta(gt=0, description="Engaged time that counts for one pageview, in minutes."),
    ]
    visitor_key: Annotated[
        Literal["stable", "daily"],
        Meta(description="How a supplied visitor_id is keyed: stable, or daily, a new key every UTC day."),
    ]
    data_centre_ranges: Annotated[
        str,
        Meta(description="File of address ranges of data centres, one a line, in the workspace; empty: none."),
    ]
    staff_ranges: Annotated[
        str,
        Meta(description="File of address ranges of staff and monitors, one a line, in the workspace; empty: none."),
    ]


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long what is kept, counted from the newest event."""

    events_days: Annotated[
        int, Meta(ge=1, description="Whole UTC days of raw events kept before the newest event's day.")
    ] = 90
    rollups_months: Annotated[int, Meta(ge=1, description="Months of hourly sums kept.")] = 25
    rejects_days: Annotated[int, Meta(ge=1, description="Days that rejects are kept.")] = 30
    landing_days: Annotated[
        float,
        Meta(ge=0, description="Days a landed file stays after it was archived; 0: until you remove it yourself."),
    ] = 2.0
    is_automatic: Annotated[bool, Meta(description="Let a run purge what is due.")] = False


class ListSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ranked list: a metric, a decay, a window, a filter, a grouping and a length."""

    half_life: Annotated[
        str,
        Meta(
            description="Age at which an event counts half, such as 6h, at least 10m; none for a hard window; auto for "
            "the shortest of 15m, 1h, 2h, 3h, 6h and 24h that the readers of a scope can carry."
        ),
    ]
    window: Annotated[str, Meta(description="Oldest age counted, such as 48h.")]
    length: Annotated[int, Meta(ge=1, le=1000, description="Items in the list.")]
    weights: Annotated[
        Weights,
        Meta(description="What a read, a share and a minute of engaged time are worth."),
    ] = field(default_factory=lambda: Weights())  # noqa: PLW0108 - the class stands below
    box_click_weight: Annotated[
        float, Meta(ge=0, le=1, description="What a read that came from a box is worth, as a share of another read.")
    ] = 1.0
    half_life_2: Annotated[
        str,
        Meta(description="A second half-life, for half_life_2_share and rising; empty: none."),
    ] = ""
    half_life_2_share: Annotated[
        float, Meta(ge=0, le=1, description="Share of the score that is decayed with the second half-life.")
    ] = 0.0
    rising: Annotated[
        float,
        Meta(
            ge=0, le=10, description="How many times more counts what exceeds twice the pace of the second half-life."
        ),
    ] = 0.0
    calm: Annotated[
        float, Meta(ge=0, le=10, description="A challenger must beat an incumbent by this share of its score.")
    ] = 0.0
    calm_of_mean: Annotated[
        float, Meta(ge=0, le=10, description="And by this share of the mean score of the list's best.")
    ] = 0.0
    floor_readers: Annotated[
        int,
        Meta(ge=1, description="With fewer distinct readers in the window a scope is filled from a lower rung."),
    ] = 1
    rules: Annotated[
        Rules,
        Meta(description="Who may stand in the list, beyond being live."),
    ] = field(default_factory=lambda: Rules())  # noqa: PLW0108 - as above
    metric: Annotated[
        Metric,
        Meta(
            description="What the score is: events by weight, how unusual the reads are, how deeply was read, "
            "or how new the article is."
        ),
    ] = "events"
    calendar: Annotated[
        Literal["", "day", "week", "month"],
        Meta(description="Count from the beginning of the day, week or month in the time zone instead of by window."),
    ] = ""
    time_zone: Annotated[
        str, Meta(description="Time zone of calendar and of the hours of a week; empty: the site's.")
    ] = ""
    filter: Annotated[
        Filter,
        Meta(description="Which articles and which events the list is about."),
    ] = field(default_factory=lambda: Filter())  # noqa: PLW0108 - as above
    one_per: Annotated[
        Literal["", "translation_group", "story"],
        Meta(
            description="At most one article of each group: translation_group, the editions of one article; story, the "
            "articles on one event; empty: no limit."
        ),
    ] = ""
    minimum_readers: Annotated[
        int, Meta(ge=0, description="An article with fewer readers in the window does not stand by score.")
    ] = 0
    minimum_score: Annotated[
        float, Meta(ge=0, description="An article with a smaller score does not stand by score.")
    ] = 0.0
    baseline: Annotated[
        str, Meta(description="Metric unusual: how much time before the window is taken for the usual.")
    ] = "28d"
    prior_readers: Annotated[
        float, Meta(ge=0, description="Metric depth: readers in the middle that are added to every article's own.")
    ] = 20.0

    def __post_init__(self) -> None:
        if self.metric != "events" and self.half_life != "none":
            message = f"metric {self.metric!r} takes half_life none, not {self.half_life!r}"
            raise ValueError(message)
        if self.metric in {"unusual", "depth"} and self.filter.is_of_events:
            message = f"metric {self.metric!r} is about all readers; it takes no filter of events"
            raise ValueError(message)
        if self.time_zone:
            require_zone(self.time_zone)
        parse_duration(self.baseline)
        if (
            self.half_life not in {"none", AUTO}
            and hours_of(parse_duration(self.half_life)) < _SHORTEST_HALF_LIFE_HOURS
        ):
            message = f"half_life {self.half_life!r} is under 10m"
            raise ValueError(message)
        self._check_second()
        if parse_duration(self.window).total_seconds() < 1:
            message = f"window {self.window!r} is under a second"
            raise ValueError(message)

    def _check_second(self) -> None:
        if not self.half_life_2:
            if self.half_life_2_share or self.rising:
                raise ValueError("half_life_2_share and rising need half_life_2")
            return
        if self.half_life in {"none", AUTO}:
            message = f"half_life_2 stands beside a half-life of its own, not beside {self.half_life!r}"
            raise ValueError(message)
        if hours_of(parse_duration(self.half_life_2)) < _SHORTEST_HALF_LIFE_HOURS:
            message = f"half_life_2 {self.half_life_2!r} is under 10m"
            raise ValueError(message)

    @property
    def config_hash(self) -> str:
        """Hash of the list's settings."""
        return _hash(msgspec.to_builtins(self))

    @property
    def half_life_seconds(self) -> int | None:
        """The half-life in seconds; nothing for a hard window; the longest where each scope finds its own."""
        if self.half_life == AUTO:
            return HALF_LIFE_PRESETS_SECONDS[-1]
        return None if self.half_life == "none" else round(parse_duration(self.half_life).total_seconds())

    @property
    def tuning(self) -> dict[str, float]:
        """What bears on scores and order beside half-life, window and weights, as far as it is set.

        Examples
        --------
        >>> ListSettings("6h", "48h", 10, calm=0.2, half_life_2="1h", rising=3.0).tuning
        {'calm': 0.2, 'half_life_2_hours': 1.0, 'rising': 3.0}
        """
        names = ("calm", "calm_of_mean", "half_life_2_share", "rising")
        found = {name: float(getattr(self, name)) for name in names if getattr(self, name)}
        if self.half_life_2_seconds:
            found["half_life_2_hours"] = self.half_life_2_seconds / 3600
        if self.box_click_weight != 1:
            found["box_click_weight"] = float(self.box_click_weight)
        return dict(sorted(found.items()))

    @property
    def half_life_2_seconds(self) -> int | None:
        """The second half-life in seconds, where there is one."""
        return round(parse_duration(self.half_life_2).total_seconds()) if self.half_life_2 else None

    @property
    def window_seconds(self) -> int:
        """The window in seconds; the longest one where the calendar says when it begins."""
        if self.calendar:
            # A day of a time zone can be longer by what its clocks are put back.
            return _CALENDAR_HOURS[self.calendar] * 3600 + 7200
        return round(parse_duration(self.window).total_seconds())

    @property
    def baseline_seconds(self) -> int:
        """The baseline in seconds."""
        return round(parse_duration(self.baseline).total_seconds())

    def begin_window(self, as_of: datetime) -> datetime:
        """Give the instant after which events count (naive UTC).

        Parameters
        ----------
        as_of : datetime
            The moment described (naive UTC).

        Notes
        -----
        A calendar window holds the first instant of its day, week (from Monday) or month. At midnight itself it is
        still the one that ends.

        Examples
        --------
        >>> today = ListSettings("none", "24h", 10, calendar="day", time_zone="Asia/Qatar")
        >>> str(today.begin_window(datetime(2026, 3, 14, 12)))
        '2026-03-13 20:59:59.999999'
        """
        if not self.calendar:
            return as_of - timedelta(seconds=self.window_seconds)
        zone, instant = ZoneInfo(self.time_zone or "UTC"), timedelta(microseconds=1)
        local = (as_of - instant).replace(tzinfo=UTC).astimezone(zone)
        start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if self.calendar == "week":
            start -= timedelta(days=start.weekday())
        elif self.calendar == "month":
            start = start.replace(day=1)
        return start.astimezone(UTC).replace(tzinfo=None) - instant


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which articles and which events a list is about; empty: all."""

    content_types: Annotated[list[str], Meta(description="Only articles of these content types.")] = []
    except_content_types: Annotated[list[str], Meta(description="No articles of these content types.")] = []
    sections: Annotated[list[str], Meta(description="Only articles of these sections, as in paths.")] = []
    is_breaking: Annotated[bool, Meta(description="Only articles whose breaking_until lies ahead.")] = False
    countries: Annotated[list[str], Meta(description="Only events of readers in these countries.")] = []
    devices: Annotated[list[str], Meta(description="Only events of these device classes.")] = []
    referrer_classes: Annotated[list[str], Meta(description="Only events with these referrer classes.")] = []
    share_networks: Annotated[list[str], Meta(description="Only shares to these networks.")] = []

    @property
    def is_of_events(self) -> bool:
        """Whether it leaves out events of an article, which the rollups hold together."""
        return bool(self.countries or self.devices or self.referrer_classes or self.share_networks)


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a list counts."""

    read: Annotated[float, Meta(ge=0, description="Weight of a read.")] = 1.0
    share: Annotated[float, Meta(ge=0, description="Weight of a share.")] = 0.0
    engaged_minute: Annotated[float, Meta(ge=0, description="Weight of a minute of engaged time.")] = 0.0


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may stand in a list; each rule is off until it is set."""

    minimum_age: Annotated[str, Meta(description="Youngest article, such as 10m; empty: any.")] = ""
    maximum_age: Annotated[str, Meta(description="Oldest article, such as 7d; empty: any.")] = ""
    resurfaced_age: Annotated[
        str,
        Meta(description="Age from which an article that comes back needs many networks; empty: none."),
    ] = ""
    resurfaced_networks: Annotated[
        int, Meta(ge=1, description="From so many networks the readers of an article that comes back must come.")
    ] = 20
    per_section: Annotated[
        int, Meta(ge=0, description="At most so many of one section, in lists of more than one; 0 for no limit.")
    ] = 0
    per_author: Annotated[int, Meta(ge=0, description="At most so many of one author; 0 for no limit.")] = 0
    near_duplicate_similarity: Annotated[
        float,
        Meta(ge=0, le=1, description="From this share of common words on, two articles share a slot; 0 for off."),
    ] = 0.0

    def __post_init__(self) -> None:
        for age in filter(None, (self.minimum_age, self.maximum_age, self.resurfaced_age)):
            parse_duration(age)


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the lists of the site and of each edition must keep; else the last good reports stay."""

    minimum_items: Annotated[int, Meta(ge=0, description="Fewest items of a list; 0 for no check.")] = 0
    section_share_limit: Annotated[
        float, Meta(gt=0, le=1, description="Largest share of a list's items of one section; 1 for no check.")
    ] = 1.0
    barred_content_types: Annotated[list[str], Meta(description="Content types that no list may hold.")] = field(
        default_factory=list
    )
    moved_slots_limit: Annotated[
        int, Meta(ge=0, description="Most slots an item may move since the ranking before; 0 for no check.")
    ] = 0


class ReadNext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to read after an article."""

    length: Annotated[int, Meta(ge=1, le=100, description="Items for each article.")]
    field_weights: Annotated[
        dict[str, float],
        Meta(description="Weight of each text field: title, summary, body, tags, section."),
    ]
    name_weights: Annotated[
        dict[str, float],
        Meta(description="By language, the weight of words that are always written with a capital; 1 for the others."),
    ]
    minimum_similarity: Annotated[
        float,
        Meta(ge=0, le=1, description="Weaker neighbours are left out: fewer items rather than weak ones."),
    ]
    minimum_similarity_share: Annotated[
        float,
        Meta(ge=0, le=1, description="So are those below this share of the nearest's similarity; tabs keep them."),
    ]
    near_duplicate_similarity: Annotated[
        float,
        Meta(ge=0, le=1.01, description="An item this like the seed is the same text again and is left out."),
    ]
    recency_half_life_days: Annotated[
        float,
        Meta(gt=0, description="Age at which the recency part of the score counts half, in days."),
    ]
    recency_floor: Annotated[float, Meta(ge=0, le=1, description="Share of the score that age cannot take away.")]
    maximum_age_days: Annotated[
        dict[str, float],
        Meta(description="Oldest item by content type, in days before the moment described; default for the others."),
    ]
    per_section: Annotated[int, Meta(ge=0, description="At most so many items of one section; 0 for no limit.")]
    minimum_next_reads: Annotated[
        int, Meta(ge=1, description="What so many readers went on to, in the last 7 days, is never too weak.")
    ] = 3
    popularity_weight: Annotated[
        float, Meta(ge=0, le=1, description="Share of popularity in what is expected before anybody went on.")
    ] = 0.5
    sharpness: Annotated[
        float, Meta(gt=0, le=20, description="Power of the similarity: how much likelier the nearest texts are.")
    ] = 3.0
    is_one_per_story: Annotated[
        bool, Meta(description="At most one article of a story, and none of the seed's own, which Coverage shows.")
    ] = True
    diversity: Annotated[
        float,
        Meta(ge=0, le=1, description="How much being unlike the items above counts against the score; 0 for off."),
    ] = 0.0
    calm: Annotated[
        float, Meta(ge=0, le=10, description="An item stays unless what would take its place is better by this share.")
    ] = 0.05
    tabs: Annotated[list[str], Meta(description="Sections, as in paths, with a list of their own.")] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        unknown = self.field_weights.keys() - FIELD_WEIGHTS.keys()
        if unknown:
            raise ValueError(
                f"field_weights: there is no field {min(unknown)!r}; {name_nearest(min(unknown), FIELD_WEIGHTS)}"
            )
        for name in ("field_weights", "name_weights", "maximum_age_days"):
            if not all(0 <= value < inf for value in getattr(self, name).values()):
                raise ValueError(f"{name}: every number must be 0 or more, and finite")
        if not any(self.field_weights.values()):
            raise ValueError("field_weights: at least one field must weigh something")
        if "" in self.tabs or len(set(self.tabs)) < len(self.tabs):
            raise ValueError("tabs: name each section once, as in paths")


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When articles are on one event; a similarity is the mean cosine of two sets of articles, pair by pair."""

    similarity: Annotated[float, Meta(gt=0, le=1, description="An article this like the articles of a story joins it.")]
    merge_similarity: Annotated[float, Meta(gt=0, le=1, description="Two stories this alike become one.")]
    split_similarity: Annotated[
        float, Meta(ge=0, le=1, description="A story whose two parts are less alike than this falls apart; 0: never.")
    ]
    window_hours: Annotated[
        float, Meta(gt=0, le=8760, description="Only articles published at most so many hours apart are compared.")
    ]
    pick_length: Annotated[int, Meta(ge=1, le=100, description="Articles in the short pick of a story.")]

    def __post_init__(self) -> None:
        if not self.split_similarity <= self.similarity <= self.merge_similarity:
            raise ValueError("split_similarity, similarity and merge_similarity must not fall in this order")


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the document of an article's page holds."""

    read_within: Annotated[
        str, Meta(description="An article read or published in so long before the moment described has a document.")
    ]
    list: Annotated[str, Meta(description="The list of its edition that a page's Most Read box shows.")]
    most_read: Annotated[int, Meta(ge=0, le=100, description="Articles of the Most Read box; 0 for none.")]
    story: Annotated[int, Meta(ge=1, le=1000, description="Other articles of its story, the newest of a longer one.")]
    is_distinct: Annotated[
        bool,
        Meta(description="Whether no article stands twice among Most Read, Read Next and the short pick of Coverage."),
    ]

    def __post_init__(self) -> None:
        parse_duration(self.read_within)


def require_zone(name: str) -> None:
    """Refuse a time zone that there is not.

    Raises
    ------
    ValueError
        Where it has no such name.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = f"there is no time zone {name!r}"
        raise ValueError(message) from error


def load_settings(*files: Path) -> Settings:
    """Read the shipped settings and lay files over them, the last on top.

    Parameters
    ----------
    *files : Path
        TOML files.

    Raises
    ------
    SettingsError
        Where a file is no TOML, a key is unknown or a value is out of range.

    Examples
    --------
    >>> load_settings().lists["most-read"].half_life
    '6h'
    """
    content = _read_toml(_DEFAULTS)
    for file in files:
        layer = _read_toml(file)
        content = _lay_over(content, layer)
        try:
            settings = _convert(content)
        except msgspec.ValidationError as error:
            raise SettingsError(_explain(file, str(error))) from error
    return settings if files else _convert(content)


def _convert(content: dict[str, Any]) -> Settings:
    """Check the settings; a list without a time zone of its own has the site's."""
    settings = msgspec.convert(content, Settings)
    zone = settings.site.time_zone
    lists = {
        name: one if one.time_zone else msgspec.structs.replace(one, time_zone=zone)
        for name, one in settings.lists.items()
    }
    return msgspec.structs.replace(settings, lists=lists)


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the settings file {file} cannot be read ({error.strerror}); name another with --config"
        raise SettingsError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"the settings file {file} is no valid TOML ({error}); mend that line"
        raise SettingsError(message) from error


def _lay_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _lay_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _explain(file: Path, reason: str) -> str:
    match = re.search(r"unknown field `(.+?)`(?: - at `\$\.?(.*?)`)?$", reason)
    if not match:
        return f"{file}: {reason}; see docs/reference/settings.md"
    place = f"[{match[2]}]" if match[2] else "the top level"
    return f"{file}: there is no setting {match[1]!r} in {place}; {name_nearest(match[1], _known_keys())}"


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _known_keys() -> set[str]:
    structs = (
        Settings,
        Site,
        Engine,
        Load,
        Sources,
        Counting,
        Retention,
        ListSettings,
        Weights,
        Filter,
        Rules,
        Policy,
        ReadNext,
        Coverage,
        Page,
    )
    return {name for struct in structs for name in struct.__struct_fields__}
