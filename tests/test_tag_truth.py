"""The demo's planted names: tags of one person are proposed, others are not, and nothing is merged by itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

import pytest

from analytics.articles.tags import key_tag
from analytics.demo.articles import STORY_LABELS
from analytics.demo.cast import load_known_people, load_names, load_places
from analytics.demo.grammar import LANGUAGES, load_topics
from analytics.demo.newsroom import NewsroomPlan, write_newsroom
from analytics.pipeline import load_files
from analytics.tags.job import suggest_tags
from analytics.tags.known import Suggestion
from analytics.tags.sounds import is_arabic

from .newsroom import NOW, Newsroom

NAMESAKES = ("samir-haddad-minister", "samir-haddad-coach")
ALL = 10_000


@dataclass(frozen=True)
class Planted:
    """A loaded demo: what is proposed, the tags of each returning person, and what every tag may mean."""

    newsroom: Newsroom
    proposals: list[Suggestion]
    people: Mapping[str, set[str]]
    meanings: Mapping[str, set[str]]
    carried: Mapping[str, set[str]]

    @property
    def pairs(self) -> set[frozenset[str]]:
        return {frozenset((one.proposal.tag, one.proposal.canonical)) for one in self.proposals}


@pytest.fixture(scope="module", params=[7, 11])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("truth")
    files = write_newsroom(NewsroomPlan(request.param, events=500), folder / "files")
    newsroom = Newsroom(folder / "newsroom", now=NOW.replace(year=2027))
    load_files(newsroom.context(), "articles", files.articles)
    truth = json.loads(files.truth.read_bytes())
    carried: dict[str, set[str]] = defaultdict(set)
    query = "select tag_key, edition from articles.article_tag join articles.article using (article_id)"
    for row in newsroom.query(query):
        carried[row["tag_key"]].add(row["edition"])
    people = {row["key"]: {*map(key_tag, row["tags"])} for row in truth["people"]}
    return Planted(newsroom, suggest_tags(newsroom.context(), length=ALL), people, list_meanings(), carried)


def list_meanings() -> dict[str, set[str]]:
    """List what every tag of the grammar means: a person, a place, a topic, in every language and spelling."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for label, meaning in [*_name_people(), *_name_things()]:
        meanings[key_tag(label)].add(meaning)
    return meanings


def _name_people() -> Iterator[tuple[str, str]]:
    for known in load_known_people():
        for spelling in [form for forms in known.person.spellings.values() for form in forms]:
            yield spelling, known.person.key
    for region, pool in load_names().items():
        for first, family in product([*pool.men, *pool.women], pool.family):
            for one, other in zip(first, family, strict=True):
                yield f"{one} {other}", f"{region}:{first[0]} {family[0]}"


def _name_things() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        yield STORY_LABELS[language], "story"
        for place in load_places():
            yield place.country[language].removeprefix("the "), place.country_code
            yield place.city[language], f"{place.country_code}:{place.city['en']}"
        for topic in load_topics():
            for number, tag in enumerate(topic.texts[language].tags):
                yield tag, f"{topic.key}:{number}"


def list_variants(planted: Planted, *, is_across: bool) -> set[frozenset[str]]:
    """List the pairs of tags in use for one returning person: across scripts, or within an edition."""
    return {
        frozenset(pair)
        for tags in planted.people.values()
        for pair in combinations(sorted(tags), 2)
        if (is_arabic(pair[0]) != is_arabic(pair[1])) == is_across
        and (is_across or planted.carried[pair[0]] & planted.carried[pair[1]])
    }


@pytest.mark.parametrize("is_across", [False, True], ids=["within an edition", "across scripts"])
def test_the_tags_of_a_person_are_proposed(planted: Planted, *, is_across: bool) -> None:
    wanted = list_variants(planted, is_across=is_across)
    missed = [sorted(pair) for pair in wanted - planted.pairs]
    recall = 1 - len(missed) / len(wanted)
    print(f"recall {recall:.3f} of {len(wanted)} pairs, {is_across=}; missed {missed}")
    assert recall >= 0.9


@pytest.mark.parametrize("is_across", [False, True], ids=["in one script", "across scripts"])
def test_what_is_proposed_is_one_thing(planted: Planted, *, is_across: bool) -> None:
    proposed = [sorted(pair) for pair in planted.pairs]
    proposed = [pair for pair in proposed if (is_arabic(pair[0]) != is_arabic(pair[1])) == is_across]
    wrong = [pair for pair in proposed if not planted.meanings[pair[0]] & planted.meanings[pair[1]]]
    precision = 1 - len(wrong) / len(proposed)
    print(f"precision {precision:.3f} of {len(proposed)} pairs, {is_across=}; wrong {wrong}")
    assert precision >= 0.9


def test_people_who_are_in_one_story_alone_are_found_across_scripts_too(planted: Planted) -> None:
    names = [
        key for key in planted.carried if any(":" in meaning and " " in meaning for meaning in planted.meanings[key])
    ]
    wanted = {
        frozenset((one, other))
        for one, other in product(
            [key for key in names if is_arabic(key)], [key for key in names if not is_arabic(key)]
        )
        if planted.meanings[one] & planted.meanings[other]
    }
    missed = [sorted(pair) for pair in wanted - planted.pairs]
    recall = 1 - len(missed) / len(wanted)
    print(f"recall {recall:.3f} of {len(wanted)} pairs; missed {missed}")
    assert recall >= 0.9


def test_two_people_of_one_name_are_told_apart_from_one_and_merged_by_nobody(planted: Planted) -> None:
    both = set.union(*(planted.people[key] for key in NAMESAKES))
    assert both <= set(planted.carried)
    assert planted.newsroom.query("from articles.tag_alias") == []
    about = [one for one in planted.proposals if {one.proposal.tag, one.proposal.canonical} <= both]
    assert about
    assert all("may be two people" in str(one.warning) for one in about)
