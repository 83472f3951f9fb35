"""Proposals: evidence from the articles, what an editor decided, and the warning of two people with one name."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from analytics.cli import cli
from analytics.tags.groups import Company
from analytics.tags.proposals import Proposal, propose

from .newsroom import MINUTE, NOON, Newsroom, article, pageview

SCHEMA = ["article_id", "tag_key", "edition", "section", "translation_group"]
KHALED, KHALID, KHALED_AR, OTHER_AR = "khaled zaki", "khalid zaki", "خالد زكي", "سمير حداد"


def carry(*articles: tuple[str, str, str, str | None, list[str]]) -> pl.DataFrame:
    """Give the rows of articles: id, edition, section, translation group, tags."""
    rows = [(name, tag, edition, section, group) for name, edition, section, group, tags in articles for tag in tags]
    return pl.DataFrame(rows, schema=dict.fromkeys(SCHEMA, pl.String), orient="row")


def find(carried: pl.DataFrame, *decided: frozenset[str], least_score: float = 0) -> dict[frozenset[str], Proposal]:
    owners = {key: key for key in carried["tag_key"]}
    return {
        frozenset((one.tag, one.canonical)): one for one in propose(owners, carried, decided, least_score=least_score)
    }


def score(*articles: list[str]) -> float:
    """Give the score of the two spellings of Khaled, in articles with these tags."""
    carried = carry(*((f"a{n}", "en", "news", None, tags) for n, tags in enumerate(articles)))
    return find(carried)[frozenset({KHALED, KHALID})].score


def test_the_tag_of_fewer_articles_is_to_stand_under_the_other() -> None:
    carried = carry(
        ("a1", "en", "news", None, [KHALED]), ("a2", "en", "news", None, [KHALID]), ("a3", "en", "news", None, [KHALID])
    )
    (one,) = find(carried).values()
    assert (one.tag, one.canonical, one.articles, one.canonical_articles) == (KHALED, KHALID, 1, 2)


def test_common_company_speaks_for_a_pair_and_common_articles_against() -> None:
    strangers = score([KHALED, "rain"], [KHALID, "sun"])
    assert score([KHALED, "rain"], [KHALID, "rain"]) > strangers
    assert score([KHALED, KHALID], [KHALID, "sun"]) < strangers - 0.3


def test_the_company_of_a_pair_is_told_the_rarest_first() -> None:
    carried = carry(
        ("a1", "en", "news", None, [KHALED, "iran", "dams"]),
        ("a2", "en", "news", None, [KHALID, "iran", "dams", "sun"]),
        ("a3", "en", "news", None, ["iran"]),
    )
    assert find(carried)[frozenset({KHALED, KHALID})].common_tags == ("dams", "iran")


def translate(groups: int, tag_ar: str) -> dict[frozenset[str], Proposal]:
    english = [(f"e{n}", "en", "news", f"t{n}", [KHALED]) for n in range(4)]
    arabic = [(f"r{n}", "ar", "news", f"t{n}" if n < groups else f"u{n}", [KHALED_AR]) for n in range(4)]
    others = [(f"o{n}", "ar", "news", f"t{n}", [tag_ar]) for n in range(groups, 4)]
    twins = [(f"p{n}", "en", "news", f"u{n}", ["rain"]) for n in range(groups, 4)]
    return find(carry(*english, *arabic, *others, *twins))


def test_translations_that_have_the_other_tag_speak_for_a_pair_and_those_that_never_do_against() -> None:
    pair = frozenset({KHALED, KHALED_AR})
    always, sometimes, never = (translate(groups, OTHER_AR)[pair] for groups in (4, 2, 0))
    assert (always.common_groups, always.groups) == (4, 4)
    assert always.score > sometimes.score > never.score + 0.1


def test_a_tag_that_is_a_better_match_for_a_third_is_no_match_for_what_is_nothing_like_it() -> None:
    names = ["nablus", "napoles", "نابلس"]
    carried = carry(*((f"a{n}", "en", "news", None, [name]) for n, name in enumerate(names)))
    assert {*find(carried)} == {frozenset({"nablus", "نابلس"})}
    assert {*find(carried.filter(pl.col("tag_key") != "nablus"))} == {frozenset({"napoles", "نابلس"})}


def test_what_was_decided_is_not_proposed_again_under_whichever_tag_it_stands() -> None:
    carried = carry(("a1", "en", "news", None, [KHALED]), ("a2", "en", "news", None, [KHALID]))
    assert find(carried)
    assert not find(carried, frozenset({KHALED, KHALID}))
    owners = {KHALED: KHALED, KHALID: KHALID, "khaleed zaki": KHALED}
    assert propose(owners, carried, [])
    assert not propose(owners, carried, [frozenset({"khaleed zaki", KHALID})])


def test_a_tag_is_matched_by_every_spelling_that_stands_under_it() -> None:
    carried = carry(("a1", "en", "news", None, ["kz"]), ("a2", "ar", "news", None, [KHALED_AR]))
    (one,) = propose({"kz": "kz", KHALED: "kz", KHALED_AR: KHALED_AR}, carried, [])
    assert {one.tag, one.canonical} == {"kz", KHALED_AR}


sets_of_tags = st.lists(
    st.lists(st.sampled_from([KHALED, KHALID, KHALED_AR, "rain", "iran", "iraq"]), unique=True), min_size=1, max_size=6
)


@given(sets_of_tags, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_proposal(articles: list[list[str]], dice: random.Random) -> None:
    carried = carry(
        *((f"a{n}", "en" if n % 2 else "ar", "news", f"t{n // 2}", tags) for n, tags in enumerate(articles))
    )
    assert find(carried) == find(carried.sample(fraction=1, shuffle=True, seed=dice.randrange(1000)))


def test_articles_of_a_name_in_two_fields_with_no_tag_in_common_may_be_two_people() -> None:
    trade = [("t" + str(n), "en", "economy", None, [KHALED, "trade", "prices"]) for n in range(3)]
    cups = [("c" + str(n), "en", "sports", None, [KHALED, "cup"]) for n in range(2)]
    groups = Company(carry(*trade, *cups)).divide([KHALED])
    assert [(group.sections, group.articles, group.tags) for group in groups] == [
        (("economy",), 3, ("prices", "trade")),
        (("sports",), 2, ("cup",)),
    ]


def test_a_person_in_two_sections_beside_the_same_names_is_one() -> None:
    beside = [KHALED, "cabinet", "budget"]
    rows = [(f"p{n}", "en", "politics", None, beside) for n in range(3)]
    rows += [(f"e{n}", "en", "economy", None, beside) for n in range(3)]
    assert len(Company(carry(*rows)).divide([KHALED])) == 1


def test_sections_of_two_editions_that_translate_each_other_are_one() -> None:
    english = [(f"e{n}", "en", "sports", f"t{n}", [KHALED, "cup"]) for n in range(3)]
    spanish = [(f"s{n}", "es", "deportes", f"t{n}", [KHALED, "copa"]) for n in range(3)]
    assert len(Company(carry(*english, *spanish)).divide([KHALED])) == 1


class Desk(Newsroom):
    """A newsroom where Khaled is written in two ways, and one way of it is read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        fields = {"economy": ["trade", "prices"], "sports": ["cup", "clubs"]}
        self.load_articles(
            *(
                article(f"{section}{n}", section=section, tags=["Khaled Zaki" if n else "Khalid Zaki", *tags])
                for section, tags in fields.items()
                for n in range(3)
            ),
            article("rain", tags=["Rain"], section="weather"),
        )
        self.load_events(
            *(pageview("economy0", NOON - MINUTE * n, f"v{n}") for n in range(3)),
            *(pageview("sports1", NOON - MINUTE * n, f"v{n}") for n in range(2)),
            *(pageview("rain", NOON - MINUTE * n, f"w{n}") for n in range(4)),
        )

    def ask(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, ["tags", *arguments, "--workspace", str(self.workspace.root)])

    def tell(self, *arguments: str) -> Any:
        result = self.ask(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk") / "newsroom")


def test_a_preview_tells_what_would_change_and_warns_of_two_people(desk: Desk) -> None:
    told = desk.tell("preview", "khalid zaki", "Khaled Zaki")
    expected = {
        "tag": "Khalid Zaki",
        "canonical": "Khaled Zaki",
        "kind": "sound",
        "gaining": ["economy0", "sports0"],
        "articles": 2,
        "canonical_articles": 4,
        "merged_articles": 6,
        "reads": 3,
        "canonical_reads": 2,
        "merged_reads": 5,
        "shared_readers": 2,
        "rank": 2,
        "canonical_rank": 5,
        "merged_rank": 1,
        "verdict": None,
    }
    assert {name: told[name] for name in expected} == expected
    assert told["warning"].startswith("may be two people: 3 articles on economy (prices, trade) and 3 on sports")
    assert "may be two people" in desk.ask("preview", "khalid zaki", "Khaled Zaki").stderr


def test_a_preview_of_unlike_words_says_so_and_changes_nothing(desk: Desk) -> None:
    before = desk.query("from articles.article_tag order by all")
    told = desk.tell("preview", "rain", "trade")
    assert (told["kind"], told["score"]) == ("other words", 0)
    assert desk.query("from articles.article_tag order by all") == before
    assert not desk.workspace.tag_aliases.exists()


def test_suggestions_carry_their_evidence_and_an_edition_chooses_among_them(desk: Desk) -> None:
    (told,) = desk.tell("suggest", "--edition", "en")
    assert (told["tag_key"], told["canonical_key"], told["articles"], told["readers"]) == (KHALID, KHALED, 2, 3)
    assert {*told["common_tags"]} < {"trade", "prices", "cup", "clubs"}
    shown = desk.ask("suggest").stdout
    assert all(word in shown for word in ("Khalid Zaki (2)", "readers", "two"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["preview", "Khaled Saki", "rain"], "no article carries the tag 'Khaled Saki'; did you mean Khaled Zaki"),
        (["preview", "RAIN", "rain"], "the same tag already"),
        (["suggest", "--edition", "ens"], "no article is of the edition 'ens'; did you mean en?"),
        (["accept", "rain", "snow", "--by", "ann", "--why", "one"], "no article carries the tag 'snow'"),
    ],
)
def test_a_tag_or_edition_that_nobody_carries_is_wrong_usage(desk: Desk, arguments: list[str], words: str) -> None:
    result = desk.ask(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_an_editors_word_is_final_until_another_takes_it_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "newsroom")
    words = ("--by", "ann", "--why", "two people")
    assert desk.tell("reject", "Khalid Zaki", "Khaled Zaki", *words)["verdict"] == "rejected"
    assert desk.tell("suggest") == []
    assert desk.tell("preview", "Khalid Zaki", "Khaled Zaki")["verdict"] == "rejected"
    done = desk.tell("accept", "Khalid Zaki", "Khaled Zaki", *words)
    assert (done["is_new"], done["articles"]) == (True, 2)
    assert "may be two people" in done["warning"]
    assert desk.tell("suggest") == []
    desk.workspace.tag_aliases.write_text("tag,canonical\n")
    result = desk.ask("suggest")
    assert (result.exit_code, "line 1" in result.stderr) == (78, True)
