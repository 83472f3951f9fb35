"""Keeps the stories of a newsroom: which articles are on one event, from run to run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from analytics.settings import Coverage, Settings
from analytics.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

    from analytics.coverage.stories import Stories, StoryRules
    from analytics.coverage.weights import StoryWeights
    from analytics.similarity.weigher import TermWeigher

MOVED = "moved"
_ASSIGNED = {"article_id": pl.String, "story_id": pl.String}


def make_stories(warehouse: Warehouse, settings: Settings, as_of: datetime, *, folder: Path | None = None) -> int:
    """Give every new or changed article its story, bring the stories up to date, and return how many there are.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    settings : Settings
        The workspace's.
    as_of : datetime
        The moment (naive UTC).
    folder : Path, optional
        Where the weights of terms are kept from run to run; they are learned anew where none is given.

    Returns
    -------
    int
        Rows of `coverage.story`.
    """
    rules_hash = _hash_rules(settings.coverage)
    news = warehouse.frame("coverage/new_article", as_of=as_of, rules_hash=rules_hash)
    with warehouse.transaction():
        if len(news):
            _assign(_Texts(warehouse, settings, as_of, folder), news, rules_hash)
        warehouse.replace_all("coverage/member", as_of=as_of)
        return warehouse.replace_all("coverage/story", as_of=as_of)


def find_stories(warehouse: Warehouse, settings: Settings, as_of: datetime) -> dict[str, pl.DataFrame]:
    """Find the stories of all live articles anew, writing nothing.

    Returns
    -------
    dict of str to DataFrame
        `stories`, and to measure them against, `connected components`: what a chain of alike pairs links. Each has
        `article_id` and `story_id`; an article alone has a story of its own.
    """
    from analytics.coverage.stories import grow_stories, link_components  # noqa: PLC0415 - as below

    rules, empty = read_rules(settings.coverage), pl.DataFrame(schema=_ASSIGNED)
    stories, components = [empty], [empty]
    texts = _Texts(warehouse, settings, as_of)
    for language, articles in texts.list_articles():
        vectors = texts.weigh_all(language, articles)
        stories.append(grow_stories(articles, vectors, rules).members.select(list(_ASSIGNED)))
        components.append(link_components(articles, vectors, rules))
    return {"stories": pl.concat(stories), "connected components": pl.concat(components)}


def read_rules(settings: Coverage) -> StoryRules:
    """Turn the workspace's settings into the rules of stories."""
    from analytics.coverage.stories import StoryRules  # noqa: PLC0415 - as below

    return StoryRules(
        settings.similarity,
        settings.merge_similarity,
        settings.split_similarity,
        timedelta(hours=settings.window_hours),
    )


@dataclass(frozen=True)
class _Texts:
    """The texts of the articles that may stand in a story, weighed as they are asked for."""

    warehouse: Warehouse
    settings: Settings
    as_of: datetime
    folder: Path | None = None

    def list_articles(self) -> list[tuple[str, pl.DataFrame]]:
        """Give, edition by edition and language by language, the live articles without their texts."""
        from analytics.similarity.words import split_languages  # noqa: PLC0415 - most commands weigh no text

        return split_languages(self.warehouse.frame("coverage/article", as_of=self.as_of))

    def weigh_all(self, language: str, articles: pl.DataFrame) -> sparse.csr_array:
        """Give the vectors of the articles of an edition, row by row."""
        return self._learn(language, articles)[1]

    def weigh(self, language: str, articles: pl.DataFrame, wanted: pl.Series) -> sparse.csr_array:
        """Give the vectors of some articles of an edition, row by row, weighed by what all say."""
        from analytics.coverage.weights import StoryWeights  # noqa: PLC0415 - as above
        from analytics.similarity.arrays_file import name_file  # noqa: PLC0415 - as above

        path = name_file(self.folder, articles["edition"][0], language, "stories.npz") if self.folder else None
        kept = StoryWeights.load(path, self._make_model(language)) if path else None
        if kept and kept.suits(articles["published_at"]):
            return kept.weigh(self._read(articles.filter(wanted)))
        learned, vectors = self._learn(language, articles)
        if path and learned.suits(articles["published_at"]):
            learned.save(path)
        return vectors[wanted.arg_true().to_numpy()]

    def _learn(self, language: str, articles: pl.DataFrame) -> tuple[StoryWeights, sparse.csr_array]:
        from analytics.coverage.weights import StoryWeights  # noqa: PLC0415 - as above

        return StoryWeights.learn(self._make_model(language), self._read(articles))

    def _make_model(self, language: str) -> TermWeigher:
        from analytics.similarity.weigher import TermWeigher  # noqa: PLC0415 - as above

        own = self.settings.read_next
        return TermWeigher.of_language(language, own.field_weights, own.name_weights)

    def _read(self, articles: pl.DataFrame) -> pl.DataFrame:
        texts = self.warehouse.frame("coverage/text", article_ids=articles["article_id"].to_list())
        return articles.join(texts, on="article_id", how="left", maintain_order="left")


def _assign(texts: _Texts, news: pl.DataFrame, rules_hash: str) -> None:
    """Give new and changed articles their story, and write what that changes in others."""
    from analytics.coverage.stories import grow_stories  # noqa: PLC0415 - as above

    warehouse, rules, changes = texts.warehouse, read_rules(texts.settings.coverage), []
    standing = warehouse.frame("coverage/assignment", rules_hash=rules_hash)
    for language, articles in texts.list_articles():
        fresh = articles.join(news, on="article_id").with_columns(
            story_id=pl.lit(None, pl.String), similarity=pl.lit(None, pl.Float64)
        )
        if fresh.is_empty():
            continue
        is_near = _find_near(articles, fresh, rules.window)
        near = articles.filter(is_near)
        judged = standing.join(fresh, on="article_id", how="anti")
        known = _find_known(judged, near["article_id"])
        grown = grow_stories(near, texts.weigh(language, articles, is_near), rules, known)
        written = _find_written(pl.concat([judged, fresh.select(judged.columns)]), grown, fresh)
        changes += [grown.changes, _find_moved(standing, judged, grown.members, fresh)]
        standing = pl.concat([judged.join(written, on="article_id", how="anti"), written])
        rows = written.with_columns(rules_hash=pl.lit(rules_hash))
        warehouse.replace_keys("coverage.assignment", rows, keys=rows.select("article_id"))
    _record(warehouse, pl.concat(changes), texts.as_of)


def _find_written(articles: pl.DataFrame, grown: Stories, fresh: pl.DataFrame) -> pl.DataFrame:
    """Find the assignments to write: those of every story that won or lost an article."""
    changes, members = grown.changes, grown.members
    touched = pl.concat(
        [
            members.join(fresh, on="article_id", how="semi")["story_id"],
            changes["from_story_id"],
            changes["into_story_id"],
        ]
    )
    found = members.filter(pl.col("story_id").is_in(touched.implode()))
    written = articles.drop("story_id").join(found, on="article_id", suffix="_now")
    similarity = pl.coalesce("similarity_now", "similarity").alias("similarity")
    return written.with_columns(similarity).select(articles.columns)


def _find_moved(
    standing: pl.DataFrame, judged: pl.DataFrame, members: pl.DataFrame, fresh: pl.DataFrame
) -> pl.DataFrame:
    """Find the articles with a new text that left a story which others are still in."""
    before = standing.join(fresh, on="article_id", how="semi").select("article_id", from_story_id="story_id")
    moved = before.join(members.select("article_id", into_story_id="story_id"), on="article_id")
    stays = pl.col("from_story_id").is_in(judged.join(members, on="article_id", how="semi")["story_id"].implode())
    moved = moved.filter(stays, pl.col("from_story_id") != pl.col("into_story_id")).sort("article_id")
    return moved.select(
        pl.lit(MOVED).alias("change"),
        "from_story_id",
        "into_story_id",
        "article_id",
        pl.lit(1, pl.Int64).alias("articles"),
        pl.lit(None, pl.Float64).alias("similarity"),
    )


def _record(warehouse: Warehouse, changes: pl.DataFrame, as_of: datetime) -> None:
    """Record changes after those of the same moment."""
    if changes.is_empty():
        return
    (last,) = warehouse.frame("coverage/last_change", as_of=as_of)["change_number"]
    numbered = changes.with_row_index("change_number", offset=last + 1)
    warehouse.append_frame("coverage.change", numbered.with_columns(as_of=pl.lit(as_of)))


def _find_near(articles: pl.DataFrame, fresh: pl.DataFrame, window: timedelta) -> pl.Series:
    """Tell which articles were published near enough to a fresh one to be compared with it."""
    edges = fresh["published_at"].unique().sort()
    times = articles["published_at"]
    first = edges.search_sorted(times - window, side="left")
    last = edges.search_sorted(times + window, side="right")
    return first < last


def _find_known(judged: pl.DataFrame, near: pl.Series) -> pl.DataFrame:
    """Find the assignments that matter: those of the stories near, and of the stories named after an article near."""
    stories = judged.filter(pl.col("article_id").is_in(near.implode()))["story_id"]
    founder = pl.col("story_id").str.replace(r"~\d+$", "")
    matters = pl.col("story_id").is_in(stories.implode()) | founder.is_in(near.implode())
    return judged.filter(matters).select("article_id", "story_id", "published_at")


def _hash_rules(settings: Coverage) -> str:
    """Hash what stories are given by; the length of the pick is no part of it."""
    content = msgspec.to_builtins(settings) | {"pick_length": None}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
