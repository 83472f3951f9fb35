"""Keeps the stories of a newsroom: which articles are on one event, from run to run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from analytics.settings import Coverage, Settings
from analytics.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

    from analytics.coverage.stories import Stories, StoryRules

MOVED = "moved"
_ASSIGNED = {"article_id": pl.String, "story_id": pl.String}


def make_stories(warehouse: Warehouse, settings: Settings, as_of: datetime) -> int:
    """Give every new or changed article its story, bring the stories up to date, and return how many there are.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    settings : Settings
        The workspace's.
    as_of : datetime
        The moment (naive UTC).

    Returns
    -------
    int
        Rows of `coverage.story`.
    """
    rules_hash = _hash_rules(settings.coverage)
    news = warehouse.frame("coverage/new_article", as_of=as_of, rules_hash=rules_hash)
    with warehouse.transaction():
        if len(news):
            _assign(warehouse, settings, as_of, news, rules_hash)
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
    for articles, vectors in _read_corpora(warehouse, settings, as_of):
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


def read_vectors(
    warehouse: Warehouse, settings: Settings, as_of: datetime
) -> Iterator[tuple[pl.DataFrame, sparse.csr_array]]:
    """Give, edition by edition and language by language, the live articles and their unit vectors, row by row."""
    # Imported here: most commands weigh no text.
    from analytics.similarity.weigher import TermWeigher  # noqa: PLC0415
    from analytics.similarity.words import add_summaries, split_languages  # noqa: PLC0415

    own = settings.read_next
    for language, part in split_languages(warehouse.frame("coverage/article", as_of=as_of)):
        model = TermWeigher.of_language(language, own.field_weights, own.name_weights)
        yield part.select("article_id", "published_at"), model.fit_transform(add_summaries(part))


def _read_corpora(
    warehouse: Warehouse, settings: Settings, as_of: datetime
) -> Iterator[tuple[pl.DataFrame, sparse.csr_array]]:
    from analytics.coverage.occasions import weigh_occasions  # noqa: PLC0415 - as above

    for articles, vectors in read_vectors(warehouse, settings, as_of):
        yield articles, weigh_occasions(vectors, articles["published_at"])


def _assign(warehouse: Warehouse, settings: Settings, as_of: datetime, news: pl.DataFrame, rules_hash: str) -> None:
    """Give new and changed articles their story, and write what that changes in others."""
    from analytics.coverage.stories import grow_stories  # noqa: PLC0415 - as above

    rules, changes = read_rules(settings.coverage), []
    standing = warehouse.frame("coverage/assignment", rules_hash=rules_hash)
    for articles, vectors in _read_corpora(warehouse, settings, as_of):
        fresh = articles.join(news, on="article_id").with_columns(
            story_id=pl.lit(None, pl.String), similarity=pl.lit(None, pl.Float64)
        )
        if fresh.is_empty():
            continue
        rows = articles.with_row_index("row").filter(_find_near(articles, fresh, rules.window))
        judged = standing.join(fresh, on="article_id", how="anti")
        known = _find_known(judged, rows["article_id"])
        grown = grow_stories(rows, vectors[rows["row"].to_numpy()], rules, known)
        written = _find_written(pl.concat([judged, fresh.select(judged.columns)]), grown, fresh)
        changes += [grown.changes, _find_moved(standing, judged, grown.members, fresh)]
        standing = pl.concat([judged.join(written, on="article_id", how="anti"), written])
        rows = written.with_columns(rules_hash=pl.lit(rules_hash))
        warehouse.replace_keys("coverage.assignment", rows, keys=rows.select("article_id"))
    _record(warehouse, pl.concat(changes), as_of)


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
