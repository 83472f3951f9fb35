"""The demo's sentences: whole, in one script, with the same facts in every language."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from analytics.demo.articles import Article
from analytics.demo.grammar import LANGUAGES, TopicText, load_frames, load_topics
from analytics.demo.newsroom import NewsroomPlan, write_editions

FIGURE = re.compile(r"\d+")
SEPARATOR = re.compile(r"(?<=\d)[.,](?=\d{3})")


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    editions = write_editions(NewsroomPlan(articles_per_edition=150))
    return [article for edition in editions.values() for article in edition]


def read_texts(article: Article) -> list[str]:
    return [article.title, article.summary, article.body, article.image_alt or "", *article.tags]


def count_sentences(body: str) -> int:
    return len(re.findall(r"[.؟!?][\"»”]?(?=\s|$)", body))


def test_every_topic_has_the_same_lists_in_each_language() -> None:
    names = [field.name for field in fields(TopicText) if field.name not in {"subject", "subject_gender"}]
    for topic in load_topics():
        for name in names:
            lengths = {len(getattr(topic.texts[language], name)) for language in LANGUAGES}
            assert len(lengths) == 1, (topic.key, name, lengths)


def test_every_topic_tells_a_story_in_four_steps() -> None:
    for topic in load_topics():
        for text in topic.texts.values():
            assert len(text.headlines) == len(text.leads) == len(text.facts) == 4
            assert len(text.clauses) >= 5
            assert len(set(text.things)) == len(text.things) >= 4


def test_the_general_sentences_are_parallel() -> None:
    frames = load_frames()
    for kind, lines in frames["en"].items():
        for language in LANGUAGES:
            assert len(frames[language][kind]) == len(lines), (language, kind)


def test_no_text_keeps_a_slot_or_a_choice(articles: list[Article]) -> None:
    for article in articles:
        for text in read_texts(article):
            assert not re.search(r"[{}\[\]|<>~]|\bNone\b(?! of)|  ", text), text


def test_arabic_text_holds_no_latin_letter(articles: list[Article]) -> None:
    for article in articles:
        if article.edition == "ar":
            assert not re.search(r"[A-Za-z]", " ".join(read_texts(article))), article.title


def test_latin_text_holds_no_arabic_letter(articles: list[Article]) -> None:
    for article in articles:
        if article.edition != "ar":
            assert not re.search(r"[\u0600-\u06ff]", " ".join(read_texts(article))), article.title


def test_spanish_contracts_preposition_and_article(articles: list[Article]) -> None:
    for article in articles:
        if article.edition == "es":
            text = f"{article.title} {article.summary} {article.body}"
            assert not re.search(r"\b(?:de|a) el\b", text), article.article_id


def test_a_sentence_begins_with_a_capital_and_ends_with_a_mark(articles: list[Article]) -> None:
    for article in articles:
        if article.edition != "ar":
            for paragraph in filter(None, article.body.split("\n\n")):
                first = next(c for c in paragraph if c.isalnum())
                assert first.isupper() or first.isdigit(), paragraph
                assert paragraph[-1] in '.»"?', paragraph


def test_a_body_has_five_to_twelve_sentences_in_paragraphs(articles: list[Article]) -> None:
    for article in articles:
        if article.content_type == "article" and article.assignment.form != "copied":
            assert 5 <= count_sentences(article.body) <= 12, article.body
            assert "\n\n" in article.body


def test_a_flash_is_a_line_without_a_body(articles: list[Article]) -> None:
    flashes = [article for article in articles if article.content_type == "flash"]
    assert flashes
    assert all(not flash.body and not flash.summary and flash.title for flash in flashes)


def test_translations_tell_the_same_facts(articles: list[Article]) -> None:
    groups: dict[str, dict[str, Article]] = {}
    for article in articles:
        if article.translation_group and article.assignment.form in {"news", "archive", "opinion"}:
            groups.setdefault(article.translation_group, {})[article.edition] = article
    pairs = [g for g in groups.values() if "en" in g and "es" in g]
    assert pairs
    for pair in pairs:
        english, spanish = (FIGURE.findall(SEPARATOR.sub("", pair[e].body)) for e in ("en", "es"))
        assert sorted(english) == sorted(spanish), pair["en"].title
        assert pair["en"].published_at == pair["es"].published_at


def test_headlines_of_one_edition_hardly_repeat(articles: list[Article]) -> None:
    for edition in LANGUAGES:
        titles = [a.title for a in articles if a.edition == edition and a.assignment.form != "copied"]
        assert len(set(titles)) >= 0.98 * len(titles)
