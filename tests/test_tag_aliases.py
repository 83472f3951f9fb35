"""The reviewed file of tags: strict to read, whole to write, and in effect at the next load or run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.articles.tags import key_tag
from analytics.context import Context
from analytics.errors import SettingsError, UsageError
from analytics.pipeline import LoadOptions, load_files, run
from analytics.rebuild import rebuild
from analytics.tags.alias_file import ACCEPTED, REJECTED, Aliases, Ruling, check_rulings
from analytics.tags.job import decide_tags

from .newsroom import MINUTE, NOON, Newsroom, article, pageview

HEADER = "tag,canonical,verdict,by,at,why\n"
GOOD = HEADER + "Irak,Iraq,accepted,ann,2024-05-15T12:00:00Z,one country\nIran,Iraq,rejected,,,\n"
BAD = {
    "no verdict 'maybe'": (HEADER + "Irak,Iraq,maybe,,,\n", 2),
    "accepted on line 2 already": (HEADER + "Irak,Iraq,accepted,,,\nIRAK,Basra,accepted,,,\n", 3),
    "goes round in a circle": (HEADER + "Irak,Iraq,accepted,,,\nIraq,Irak,accepted,,,\n", 2),
    "round in a circle": (HEADER + "a,b,accepted,,,\nb,c,accepted,,,\nc,a,accepted,,,\n", 2),
    "itself stands under 'iraq'": (HEADER + "Irak,al-Iraq,accepted,,,\n\nal-Iraq,Iraq,accepted,,,\n", 2),
    "the same two tags stand on line 2": (HEADER + "Irak,Iraq,accepted,,,\nIraq,Irak,rejected,,,\n", 3),
    "are the same tag already": (HEADER + "IRAQ,Iraq,accepted,,,\n", 2),
    "never empty": (HEADER + ",Iraq,accepted,,,\n", 2),
    "5 cells for 6 columns": (HEADER + "Irak,Iraq,accepted,ann,\n", 2),
    "no column 'canonical'": ("tag,other,verdict\n", 1),
    "accepted lines put both under one tag": (HEADER + "a,c,accepted,,,\na,b,rejected,,,\nb,c,accepted,,,\n", 3),
    "mend the quotes": (HEADER + 'Irak,"Iraq,accepted,,,\n', 2),
}


class Desk(Newsroom):
    """A newsroom with two articles that write Iraq in two ways, and readers of the one tagged Irak."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.load_articles(
            article("a1", tags=["Iraq", "Basra"]), article("a2", tags=["Irak"]), article("a3", tags=["Irak", "Iraq"])
        )
        self.load_events(*(pageview("a2", NOON - MINUTE * n, f"v{n}") for n in range(3)), pageview("a1"))

    @property
    def file(self) -> Path:
        return self.workspace.tag_aliases

    def decide(self, verdict: str, tag: str, canonical: str, *, made_by: str = "ann") -> Any:
        return decide_tags(self.context(), Ruling(tag, canonical, verdict, made_by, "", "one country"))

    def tags(self) -> dict[str, tuple[str, int]]:
        rows = self.query("from articles.tag order by tag_key")
        return {row["tag_key"]: (row["label"], row["articles"]) for row in rows}

    def listed(self, tag: str) -> set[str]:
        return {item["article_id"] for item in self.rank("most-read", f"tag={tag}")["items"]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "newsroom")


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, fault: str) -> None:
    text, line = BAD[fault]
    path = tmp_path / "tag_aliases.csv"
    path.write_text(text)
    with pytest.raises(SettingsError, match=f"tag_aliases.csv, line {line}: .*{fault}"):
        Aliases.read(path)


def test_a_bad_file_stops_a_load_and_a_run_and_changes_nothing(desk: Desk) -> None:
    desk.file.write_text(HEADER + "Irak,Iraq,maybe,,,\n")
    before = desk.tags()
    with pytest.raises(SettingsError) as caught:
        desk.load_articles(article("a4"))
    assert caught.value.exit_code == 78
    with pytest.raises(SettingsError):
        desk.run()
    assert desk.tags() == before


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tag_aliases.csv"
    path.write_bytes(HEADER.encode() + b"Per\xfa,Peru,accepted,,,\n")
    with pytest.raises(SettingsError, match="no UTF-8"):
        Aliases.read(path)


@pytest.mark.parametrize("text", [GOOD, "\ufeff" + GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\n\n").title()])
def test_a_file_from_a_spreadsheet_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tag_aliases.csv"
    path.write_bytes(text.replace("Accepted", "accepted").replace("Rejected", "rejected").encode())
    aliases = Aliases.read(path)
    assert aliases.canonical == {"irak": "iraq"}
    assert aliases.decided == {frozenset({"irak", "iraq"}), frozenset({"iran", "iraq"})}


def test_what_is_accepted_takes_effect_at_once_and_labels_stay_as_written(desk: Desk) -> None:
    assert desk.tags() == {"basra": ("Basra", 1), "irak": ("Irak", 2), "iraq": ("Iraq", 2)}
    desk.decide(ACCEPTED, "irak", "IRAQ")
    assert desk.tags() == {"basra": ("Basra", 1), "iraq": ("Iraq", 3)}
    carried = desk.query(
        "select article_id, label from articles.article_tag where tag_key = 'iraq' order by article_id"
    )
    assert [(row["article_id"], row["label"]) for row in carried] == [("a1", "Iraq"), ("a2", "Irak"), ("a3", "Irak")]


def test_a_scope_answers_for_every_accepted_spelling(desk: Desk) -> None:
    assert desk.listed("Irak") == {"a2"}
    desk.decide(ACCEPTED, "Irak", "Iraq")
    for name in ("Irak", "irak", "Iraq", "iraq"):
        assert desk.listed(name) == {"a1", "a2"}


def test_a_tag_that_is_taken_back_is_as_it_was(desk: Desk) -> None:
    before = desk.query("from articles.article_tag order by all")
    desk.decide(ACCEPTED, "Irak", "Iraq")
    desk.decide(REJECTED, "Iraq", "Irak")
    assert desk.query("from articles.article_tag order by all") == before
    assert desk.query("from articles.tag_alias") == []


def test_a_file_that_was_edited_by_hand_takes_effect_at_the_next_load(desk: Desk) -> None:
    desk.file.write_text(GOOD)
    desk.load_articles(article("a4", tags=["IRAK"]))
    assert desk.tags()["iraq"] == ("Iraq", 4)
    desk.file.unlink()
    desk.load_articles(article("a5"))
    assert desk.tags()["irak"] == ("Irak", 3)


@pytest.mark.parametrize("is_loading", [True, False], ids=["run", "publish"])
def test_a_file_that_was_edited_by_hand_is_news_for_the_next_run_alone(desk: Desk, *, is_loading: bool) -> None:

    def news() -> bool:
        return run(desk.context(), is_loading=is_loading).is_news

    assert [news(), news()] == [True, False]
    desk.file.write_text(GOOD)
    assert [news(), news()] == [True, False]
    desk.file.write_text(GOOD.replace("one country", "another reason"))
    assert not news()
    assert desk.tags()["iraq"] == ("Iraq", 3)


def test_a_ruling_given_twice_leaves_the_file_byte_for_byte(desk: Desk) -> None:
    assert desk.decide(ACCEPTED, "Irak", "Iraq").is_new
    before = desk.file.read_bytes()
    assert not desk.decide(ACCEPTED, "IRAK", "iraq", made_by="ben").is_new
    assert desk.file.read_bytes() == before
    assert before.decode().splitlines()[1] == "Irak,Iraq,accepted,ann,2024-05-20T00:00:00Z,one country"


def test_a_spelling_accepted_under_another_goes_under_what_that_stands_for(desk: Desk) -> None:
    desk.load_articles(article("a4", tags=["al-Iraq"]))
    desk.decide(ACCEPTED, "Irak", "Iraq")
    desk.decide(ACCEPTED, "al-Iraq", "Irak")
    assert Aliases.read(desk.file).canonical == {"irak": "iraq", "al-iraq": "iraq"}
    desk.decide(ACCEPTED, "Iraq", "Irak")
    assert Aliases.read(desk.file).canonical == {"al-iraq": "irak", "iraq": "irak"}
    assert desk.tags()["irak"] == ("Irak", 4)


@pytest.mark.parametrize(
    ("verdict", "names", "made_by", "words"),
    [
        (ACCEPTED, ("Irakk", "Iraq"), "ann", "no article carries the tag 'Irakk'; did you mean Irak"),
        (REJECTED, ("Iraq", "Basrah"), "ann", "did you mean Basra"),
        (ACCEPTED, ("IRAQ", "Iraq"), "ann", "the same tag already"),
        (ACCEPTED, ("Irak", "Iraq"), " ", "never empty"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_writes_nothing(
    desk: Desk, verdict: str, names: tuple[str, str], made_by: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        desk.decide(verdict, *names, made_by=made_by)
    assert not desk.file.exists()


def test_rejected_tags_never_meet_under_a_third(desk: Desk) -> None:
    desk.load_articles(article("a4", tags=["al-Iraq"]))
    desk.decide(ACCEPTED, "Irak", "Iraq")
    desk.decide(REJECTED, "al-Iraq", "Irak")
    with pytest.raises(UsageError, match="'al-Iraq' and 'Irak' are rejected, and would both stand under 'Iraq'"):
        desk.decide(ACCEPTED, "al-Iraq", "Iraq")


def test_a_dry_load_reads_the_file_and_changes_no_tag(desk: Desk) -> None:

    desk.file.write_text(GOOD)
    load_files(desk.context(), "articles", [desk.write([article("a9")])], LoadOptions(is_dry=True))
    assert desk.tags()["irak"] == ("Irak", 2)


def test_a_warehouse_made_anew_has_the_accepted_tags(desk: Desk) -> None:

    desk.decide(ACCEPTED, "Irak", "Iraq")
    before = desk.query("from articles.article_tag order by all")
    for path in desk.incoming.iterdir():
        path.rename(desk.workspace.landing / path.name)
    rebuild(Context(desk.workspace, desk.context().settings, desk.now.replace(year=2027)))
    assert desk.query("from articles.article_tag order by all") == before


tags = st.sampled_from(["Iraq", "Irak", "al-Iraq", "IRAQ", "a, b", 'say "no"', "العراق"])
rulings = st.builds(
    Ruling, tags, tags, st.sampled_from([ACCEPTED, REJECTED]), st.just("ann"), st.just(""), tags
).filter(lambda ruling: key_tag(ruling.tag) != key_tag(ruling.canonical))


def decide_all(told: list[Ruling]) -> Aliases:
    """Take the rulings that can be taken, one after the other."""
    aliases = Aliases()
    for ruling in told:
        with suppress(UsageError):
            aliases = aliases.decide(ruling)
            assert aliases.decide(ruling) is aliases
    return aliases


@given(st.lists(rulings, max_size=12))
def test_any_rulings_make_a_file_that_keeps_its_rules_and_part_what_is_rejected(told: list[Ruling]) -> None:
    aliases = decide_all(told)
    check_rulings(enumerate(aliases.rulings, 2))
    for one in aliases.rulings:
        is_one = aliases.find_canonical(one.keys[0]) == aliases.find_canonical(one.keys[1])
        assert is_one == one.is_accepted


@given(st.lists(rulings, max_size=8))
def test_a_file_that_is_written_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, told: list[Ruling]) -> None:
    aliases = decide_all(told)
    path = tmp_path_factory.mktemp("file") / "tag_aliases.csv"
    aliases.write(path)
    assert Aliases.read(path) == aliases
    assert [one.name for one in path.parent.iterdir()] == ["tag_aliases.csv"]


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "kept.csv", tmp_path / "tag_aliases.csv"
    link.symlink_to(target)
    Aliases((Ruling("Irak", "Iraq", ACCEPTED),)).write(link)
    assert link.is_symlink()
    assert Aliases.read(target).canonical == {"irak": "iraq"}
