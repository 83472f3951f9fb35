"""A list of many scopes at once is what each scope's list is by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.rankings.edits import Edit, Edits
from analytics.rankings.scopes import Scope, list_scopes
from analytics.rankings.sheet import Sheet
from analytics.rankings.slate import Slate
from analytics.settings import ListSettings, Rules
from analytics.warehouse import Warehouse

from .newsroom import DAY, HOUR, NOON, Newsroom, article, pageview

NAMES = [f"a{number}" for number in range(7)]
SCOPES = [None, "site", "edition=en", "edition=ar/section=politics"]
candidates = st.fixed_dictionaries(
    {
        "edition": st.sampled_from(["en", "ar"]),
        "section_slug": st.sampled_from(["politics", "sports", None]),
        "region_slug": st.sampled_from(["mena", None]),
        "reads": st.integers(0, 200),
        "age": st.integers(0, 9),
    }
)
edits = st.builds(
    Edit,
    st.sampled_from(["ban", "ban", "pin"]),
    st.sampled_from(NAMES),
    st.sampled_from([None, "most-read"]),
    st.sampled_from(SCOPES),
    st.just(1),
)
kinds = st.sampled_from([("events", "6h"), ("events", "none"), ("newest", "none"), ("unusual", "none")])
recipes = st.builds(
    lambda kind, **others: ListSettings(kind[1], metric=kind[0], **others),
    kind=kinds,
    window=st.sampled_from(["3h", "48h", "30d"]),
    length=st.integers(1, 4),
    floor_readers=st.sampled_from([1, 1, 2, 9]),
    rules=st.builds(Rules, maximum_age=st.sampled_from(["", "4d"]), per_section=st.sampled_from([0, 0, 1])),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    newsroom = Newsroom(tmp_path_factory.mktemp("scopes") / "newsroom", is_kept_open=True)
    newsroom.load_articles(article("a0"), article("a1"))
    # Two people, not the many that the candidates claim: a floor is told by these where the claim does not do.
    newsroom.load_events(pageview("a0", NOON - HOUR, "v1"), pageview("a1", NOON - HOUR, "v2"))
    with newsroom.open() as opened:
        yield opened


def make_candidates(rows: list[dict[str, Any]], share: float) -> pl.DataFrame:
    """Make the candidates of one rung: the wider the window, the greater the share of the reads it holds."""
    counts = [int(row["reads"] * share) for row in rows]
    fields = {
        "article_id": NAMES[: len(rows)],
        **{name: [row[name] for row in rows] for name in ("edition", "section_slug", "region_slug")},
        "published_at": [NOON - row["age"] * DAY for row in rows],
        "score": [float(count) for count in counts],
        **dict.fromkeys(("reads", "readers"), counts),
        "shares": [0] * len(rows),
        "is_scored": [count > 0 for count in counts],
    }
    types = dict.fromkeys(("article_id", "edition", "section_slug", "region_slug"), pl.String)
    times = {"published_at": pl.Datetime("us")}
    return pl.DataFrame(
        fields, schema_overrides=types | times | dict.fromkeys(("reads", "readers", "shares"), pl.Int64)
    )


TWO = [{"edition": "en", "section_slug": None, "region_slug": None, "reads": 12, "age": 0}] * 2


# Where one article's readers are too few for the floor and all together are enough, the list falls to no lower rung.
@example(rows=TWO, said=[], settings=ListSettings("6h", "3h", 2, floor_readers=2))
@given(rows=st.lists(candidates, min_size=1, max_size=len(NAMES)), said=st.lists(edits, max_size=2), settings=recipes)
def test_a_sheet_of_all_scopes_is_the_list_of_each(
    warehouse: Warehouse, rows: list[dict[str, Any]], said: list[Edit], settings: ListSettings
) -> None:
    def score(rung: ListSettings, _: int | None) -> pl.DataFrame:
        return make_candidates(rows, {"3h": 0.3, "24h": 0.5, "48h": 0.6, "7d": 0.8}.get(rung.window, 1.0))

    slate = Slate(warehouse, "most-read", settings, as_of=NOON, edits=Edits(tuple(said)), score=score)
    scopes = list_scopes(slate.candidates)
    sheet = slate.fill_scopes(scopes)
    alone = []
    for scope in scopes:
        filled = slate.fill(scope)
        items = filled.ruled.items.with_columns(scope=pl.lit(str(scope)))
        alone.append(Sheet.of([str(scope)], filled.basis, filled.half_life_seconds, items))
    wanted = Sheet.join(alone)
    assert sheet.scopes.sort("scope").rows() == wanted.scopes.sort("scope").rows()
    assert sheet.items.sort("scope", "rank").rows() == wanted.items.sort("scope", "rank").rows()


def test_a_sheet_without_scopes_is_empty(warehouse: Warehouse) -> None:
    settings = ListSettings("none", "24h", 3)
    found = make_candidates(TWO[:1], 1)
    slate = Slate(warehouse, "most-read", settings, as_of=NOON, edits=Edits(), score=lambda *_: found)
    assert slate.fill_scopes([]).scopes.is_empty()
    assert str(slate.fill_scopes([Scope(())]).items["article_id"][0]) == "a0"
