"""A small newsroom of three editions, for what publishing reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import polars as pl

from analytics.instants import parse_instant
from analytics.publish.write import PublishedSet
from analytics.settings import load_settings
from analytics.warehouse import Warehouse

AS_OF = parse_instant("2026-03-14T12:00:00Z")
HOUR = timedelta(hours=1)
Publish = Callable[..., PublishedSet]

STORIES: dict[str, list[tuple[str, str | None, str | None, str]]] = {
    "en": [
        ("Coalition talks resume after overnight deadlock", "Politics", "Europe", "article"),
        ("Central bank holds rates as food prices ease", "Economy", None, "article"),
        ("Flood barrier holds on the third night of storms", "Environment", "Asia", "article"),
        ("What the new ferry timetable means for the islands", None, "Asia-Pacific", "explainer"),
        ("Striker returns to training a month early", "Sports", None, "video"),
        ("Archive of a lost theatre found in a cellar", "Arts & Culture", "Europe", "article"),
        ("Port strike enters its second week", "Economy", "Africa", "article"),
        ("Parliament votes on the water bill on Thursday", "Politics", "Africa", "article"),
    ],
    "ar": [
        ("استئناف محادثات الائتلاف بعد ليلة من الجمود", "سياسة", "أوروبا", "article"),
        ("البنك المركزي يثبت الفائدة مع تراجع أسعار الغذاء", "اقتصاد", None, "article"),
        ("سد الفيضان يصمد في الليلة الثالثة من العواصف", "بيئة", "آسيا", "article"),
        ("العثور على أرشيف مسرح مفقود في قبو", "ثقافة", None, "article"),
        ("إضراب الميناء يدخل أسبوعه الثاني", "اقتصاد", "أفريقيا", "article"),
    ],
    "es": [
        ("Las negociaciones se reanudan tras una noche de bloqueo", "Política", "Europa", "article"),
        ("El banco central mantiene los tipos", "Economía", None, "article"),
        ("La barrera resiste la tercera noche de temporal", None, "Asia", "article"),
    ],
}


@dataclass(frozen=True)
class Recipe:
    """A list's settings, as the job takes them."""

    name: str
    half_life_hours: float | None
    window_hours: float
    length: int = 10
    weights: dict[str, float] = field(default_factory=lambda: {"read": 1.0, "share": 0.0})
    is_half_life_auto: bool = False
    metric: Literal["events"] = "events"
    calendar: None = None
    filter: dict[str, Any] = field(default_factory=dict)
    tuning: dict[str, float] = field(default_factory=dict)


PAGE = load_settings().page_recipe
RECIPES = [Recipe("most-read", 6, 48), Recipe("most-read-24h", None, 24), Recipe("most-read-7d", None, 168)]


def article(article_id: str, edition: str, title: str, **fields: object) -> dict[str, object]:
    content: dict[str, object] = {
        "article_id": article_id, "url": f"https://news.example/{edition}/{article_id}", "edition": edition,
        "language": edition, "title": title, "summary": None, "body": None, "section": None,
        "section_slug": None, "region": None, "region_slug": None, "content_type": "article", "tags": [],
        "authors": [], "source": None, "published_at": AS_OF - 20 * HOUR, "updated_at": None,
        "image_url": f"https://img.example/{article_id}.jpg", "image_alt": f"Picture of {title}",
        "status": "live", "embargo_until": None, "breaking_until": None, "translation_group": None,
        "reading_minutes": 3,
    }  # fmt: skip
    return content | fields


def slug(label: str | None) -> str | None:
    return label and label.lower().replace(" & ", "-").replace(" ", "-")


def make_articles() -> pl.DataFrame:
    rows = [
        article(
            f"{edition}-{number:04d}", edition, title, section=section, section_slug=slug(section),
            region=region, region_slug=slug(region), content_type=kind,
            published_at=AS_OF - (4 + 5 * number) * HOUR,
        )
        for edition, stories in STORIES.items()
        for number, (title, section, region, kind) in enumerate(stories, 1)
    ]  # fmt: skip
    return frame_articles(rows)


def frame_articles(rows: list[dict[str, object]]) -> pl.DataFrame:
    moments = ("published_at", "updated_at", "embargo_until", "breaking_until")
    kinds: dict[str, Any] = dict.fromkeys(rows[0], pl.String) | dict.fromkeys(moments, pl.Datetime("us"))
    kinds |= dict.fromkeys(("tags", "authors"), pl.List(pl.String)) | {"reading_minutes": pl.Int32}
    return pl.DataFrame(rows, schema=kinds)


def count_reads(rank: int, hours_ago: int) -> int:
    """Give the reads of an hour: the newest story rises, older ones fall, nights are quiet."""
    daylight = 1.2 + math.sin((36 - hours_ago) / 24 * math.tau)
    age = max(0, 6 + 5 * rank - hours_ago)
    return round(400 * daylight * math.exp(-age / 18) / (1 + 0.3 * rank)) if age else 0


def make_hours(articles: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for article_id in articles["article_id"]:
        for ago in range(1, 49):
            reads = count_reads(int(article_id[-1]), ago)
            rows.append({
                "article_id": article_id, "hour_start": AS_OF - ago * HOUR, "pageviews": reads + reads // 9,
                "reads": reads, "readers": reads * 9 // 10, "unkeyed_reads": 0, "box_reads": 0,
                "shares": reads // 40, "engaged_seconds": 0,
            })  # fmt: skip
    return pl.DataFrame(rows).filter(pl.col("pageviews") > 0)


def make_removed(hours: pl.DataFrame) -> pl.DataFrame:
    lost = pl.col("pageviews") - pl.col("reads")
    frames = [
        hours.select("article_id", "hour_start", reason=pl.lit(reason), pageviews=pageviews)
        for reason, pageviews in {"declared_robot": lost // 3, "repeat": lost - lost // 3}.items()
    ]
    return pl.concat(frames).filter(pl.col("pageviews") > 0)


def rank_articles(articles: pl.DataFrame, hours: pl.DataFrame, recipe: Recipe, scope: str) -> pl.DataFrame:
    pairs = dict(pair.split("=") for pair in scope.split("/") if "=" in pair)
    columns = {"edition": "edition", "section": "section_slug", "region": "region_slug"}
    inside = articles.filter(*(pl.col(columns[key]) == value for key, value in pairs.items()))
    age_hours = (pl.lit(AS_OF) - pl.col("hour_start")).dt.total_hours() - 1
    weight = 1.0 if recipe.half_life_hours is None else 0.5 ** (age_hours / recipe.half_life_hours)
    scores = (
        hours.filter(age_hours < recipe.window_hours)
        .group_by("article_id")
        .agg(score=(pl.col("reads") * weight).sum(), reads=pl.sum("reads"), readers=pl.sum("readers"),
             shares=pl.sum("shares"))
    )  # fmt: skip
    ranked = inside.join(scores, on="article_id").sort("score", "article_id", descending=[True, False])
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32)
    before = pl.when(rank <= 3).then(4 - rank).when(rank == 4).then(None).otherwise(rank)
    return ranked.head(recipe.length).select(
        list_name=pl.lit(recipe.name), scope=pl.lit(scope), as_of=pl.lit(AS_OF), rank=rank,
        article_id="article_id", score="score", reads="reads", readers="readers", shares="shares",
        basis=pl.lit("decayed"), previous_rank=before.cast(pl.Int32),
    ).with_columns(
        movement=pl.when(pl.col("previous_rank").is_null()).then(pl.lit("new"))
        .when(pl.col("previous_rank") > pl.col("rank")).then(pl.lit("up"))
        .when(pl.col("previous_rank") < pl.col("rank")).then(pl.lit("down")).otherwise(pl.lit("same")),
    )  # fmt: skip


def make_rankings(articles: pl.DataFrame, hours: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    sections = articles.filter(pl.col("section_slug").is_not_null()).select("edition", "section_slug").unique()
    regions = articles.filter(pl.col("region_slug").is_not_null()).select("edition", "region_slug").unique()
    scopes = ["site", *(f"edition={edition}" for edition in STORIES)]
    scopes += sorted(f"edition={edition}/section={slug}" for edition, slug in sections.iter_rows())
    scopes += sorted(f"edition={edition}/region={slug}" for edition, slug in regions.iter_rows())
    items = [rank_articles(articles, hours, recipe, scope) for recipe in RECIPES for scope in scopes]
    rankings = [
        {"list_name": recipe.name, "scope": scope, "as_of": AS_OF, "data_through": AS_OF, "basis": "decayed",
         "config_hash": "c0ffee", "items": len(found)}
        for (recipe, scope), found in zip(((r, s) for r in RECIPES for s in scopes), items, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rankings), pl.concat(items)


def make_read_next(articles: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for (_,), group in articles.sort("article_id").group_by("edition", maintain_order=True):
        ids = group["article_id"].to_list()
        for seed in ids:
            for rank, other in enumerate([one for one in ids if one != seed][:4], 1):
                rows.append({
                    "seed_article_id": seed, "tab": "", "rank": rank, "is_reserve": False,
                    "article_id": other, "score": 0.9 / rank,
                    "text_similarity": 0.9 / rank, "next_reads": 0, "read_share": 0.0, "age_days": 1.5, "basis": "text",
                    "shared_tags": ["Ports"], "shared_terms": ["strike", "water"], "as_of": AS_OF,
                })  # fmt: skip
    return pl.DataFrame(rows)


def fill(warehouse: Warehouse, articles: pl.DataFrame) -> None:
    hours = make_hours(articles)
    rankings, items = make_rankings(articles, hours)
    for table, frame in {
        "articles.article": articles,
        "rollups.article_hourly": hours,
        "rollups.removed_hourly": make_removed(hours),
        "rankings.ranking": rankings,
        "rankings.item": items,
        "read_next.item": make_read_next(articles),
    }.items():
        warehouse.replace_frame(table, frame)
