"""What other settings would change: who enters, who leaves, and how calm the list would be."""

from __future__ import annotations

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analytics.answers import answer_compare
from analytics.rankings.comparison import Comparison, correlate_ranks
from analytics.rankings.scopes import Scope
from analytics.settings import load_settings

from .conftest import Readership
from .newsroom import HOUR, NOON, Newsroom, article, pageview

OTHER = (
    '[lists.most-read]\nhalf_life = "15m"\nlength = 2\n[lists.mine]\nhalf_life = "none"\nwindow = "3h"\nlength = 3\n'
)


def make(root: Path) -> Newsroom:
    """Give a newsroom in which everyone once read `old`, and a few now read `new`; `some` is read all along."""
    newsroom = Newsroom(root / "newsroom", "[lists.most-read]\nlength = 2\n")
    newsroom.load_articles(*(article(name) for name in ("old", "new", "some")), article("ar", edition="ar"))
    newsroom.load_events(
        *(pageview("old", NOON - 4 * HOUR, f"v{n}") for n in range(40)),
        *(pageview("some", NOON - n * HOUR, f"s{n}-{k}") for n in range(6) for k in range(5)),
        *(pageview("new", NOON, f"w{n}") for n in range(9)),
        pageview("ar", NOON, "x"),
    )
    return newsroom


def compare(newsroom: Newsroom, text: str = OTHER, *, names: tuple[str, ...] = (), hours: int = 2) -> Comparison:
    file = newsroom.incoming / "other.toml"
    file.write_text(text)
    other = load_settings(newsroom.workspace.settings_file, file)
    scopes = [Scope.of(["edition=en"])]
    return answer_compare(newsroom.context(), other, names=names, scopes=scopes, as_of=NOON, hours=hours)


def test_it_names_who_enters_and_who_leaves_with_their_ranks(tmp_path: Path) -> None:
    told = compare(make(tmp_path))
    (one,) = told.lists
    assert (one.list, one.scope, one.is_same) == ("most-read", "edition=en", False)
    assert [(each.article_id, each.title, each.rank, each.other_rank) for each in one.enters] == [
        ("new", "Title of new", None, 1)
    ]
    assert [(each.article_id, each.rank, each.other_rank) for each in one.leaves] == [("old", 1, None)]
    assert one.moves == ()
    assert told.lists_only_other == ("mine",)
    assert "trending" in told.lists_unchanged


def test_churn_is_the_share_of_the_list_that_is_new_since_an_hour_before(tmp_path: Path) -> None:
    (one,) = compare(make(tmp_path)).lists
    assert one.churn.now == 0.0
    # With 15 minutes the list is some, old at 10 and at 11; at 12 new takes the place of old.
    assert one.churn.other == 0.25


def test_the_same_settings_compare_as_the_same(tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    told = compare(newsroom, "[load]\nreject_limit_lines = 7\n")
    assert told.lists == ()
    assert set(told.lists_unchanged) == set(load_settings().lists)
    (one,) = compare(newsroom, '[lists.most-read]\nwindow = "47h"\n').lists
    assert (one.is_same, one.enters, one.leaves, one.moves, one.rank_correlation) == (True, (), (), (), 1.0)


@given(st.permutations("abcdef"), st.permutations("abcdef"), st.integers(1, 6))
def test_rank_correlation_is_kendalls_tau_and_knows_no_side(one: list[str], other: list[str], length: int) -> None:
    found = correlate_ranks(one, other)
    pairs = [(a, b) for a in "abcdef" for b in "abcdef" if a < b]
    agree = sum(((one.index(a) < one.index(b)) == (other.index(a) < other.index(b))) or -1 for a, b in pairs)
    assert found is not None
    assert abs(found - agree / len(pairs)) < 1e-12
    short, also = one[:length], other[:length]
    assert correlate_ranks(short, also) == correlate_ranks(also, short)


def test_the_command_prints_who_enters_and_leaves(readership: Readership, tmp_path: Path) -> None:
    newsroom = make(tmp_path)
    file = tmp_path / "other.toml"
    file.write_text(OTHER)
    arguments = ("compare", "--with", file, "--as-of", "2024-05-15T12:00:00Z", "--workspace", newsroom.workspace.root)
    done = readership(*arguments, "--list", "most-read", "--json")
    assert done.returncode == 0, done.stderr
    told = msgspec.json.decode(done.stdout)
    assert [one["scope"] for one in told["lists"]] == ["site", "edition=ar", "edition=en"]
    assert "enters" in told["lists"][0]
    shown = readership(*arguments)
    assert "leaves" in shown.stdout
    assert "only in the others: mine" in shown.stdout
    assert readership(*arguments[:2], tmp_path / "nowhere.toml", *arguments[3:]).returncode == 78
