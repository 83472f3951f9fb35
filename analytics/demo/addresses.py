"""The many ways an event names its article: by id, or by one of the addresses that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from analytics.demo.articles import Article
    from analytics.demo.audience import Chance

URL_SHARE: Final = 0.24
UNKNOWN_SHARE: Final = 0.002
CAMPAIGNS: Final = (
    "utm_source=newsletter&utm_medium=email",
    "utm_source=twitter&utm_campaign=desk",
    "utm_medium=push",
)


def list_variants(article: Article) -> list[str]:
    """Return addresses of one article: canonical, then those that a canonicaliser must fold into it.

    The last one is the article's alias where it has one, else the canonical address again.
    """
    url = article.url
    path = url.removeprefix("https://www.readership.example")
    return [
        url,
        f"http://readership.example{path}",
        f"https://readership.example{path}/",
        f"{url}?{CAMPAIGNS[0]}",
        f"{url}?{CAMPAIGNS[1]}",
        f"{url}/amp",
        f"https://www.readership.example{quote(path)}",
        f"https://www.readership.example{quote(path).lower()}",
        f"https://www.readership.example:443{path}?{CAMPAIGNS[2]}",
        *(article.aliases or (url,)),
    ]


def name_articles(events: pl.DataFrame, articles: list[Article], chance: Chance) -> pl.DataFrame:
    """Replace the column ``article`` (a position) by ``article_id`` or ``url``, one of them null.

    A few people's pageviews name an article that nobody has loaded yet (``plant`` ``unknown_article``).
    """
    count = events.height
    variants = [list_variants(article) for article in articles]
    which = chance.below(len(variants[0]), count)
    position = events["article"].to_numpy()
    click = chance.below(1 << 30, count)
    by_url = (chance.uniform(count) < URL_SHARE) & (events["kind"] == "pageview").to_numpy()
    from_facebook = events["referrer"].fill_null("").str.contains("facebook").to_numpy()
    urls = [
        _choose_url(variants[a], w, c, is_tracked=f) if u else None
        for a, w, c, u, f in zip(
            position.tolist(),
            which.tolist(),
            click.tolist(),
            by_url.tolist(),
            from_facebook.tolist(),
            strict=True,
        )
    ]
    ids = pl.Series([a.article_id for a in articles], dtype=pl.String)[position.tolist()]
    named = events.with_columns(url=pl.Series(urls, dtype=pl.String), article_id=ids).drop("article")
    eligible = named["plant"].is_null() & (named["kind"] == "pageview")
    draw = np.where(eligible.to_numpy(), chance.uniform(count), 1.0)
    lost = pl.Series(draw <= max(UNKNOWN_SHARE, float(draw.min())))
    return named.with_columns(
        article_id=pl.when(lost)
        .then(pl.col("article_id").str.slice(0, 3) + "9001")
        .when(pl.col("url").is_null())
        .then(pl.col("article_id")),
        url=pl.when(~lost).then(pl.col("url")),
        plant=pl.when(lost).then(pl.lit("unknown_article")).otherwise(pl.col("plant")),
    )


def _choose_url(variants: list[str], which: int, click: int, *, is_tracked: bool) -> str:
    """Return one address; every click from Facebook carries an id of its own."""
    return f"{variants[0]}?fbclid=IwAR{click:08x}" if is_tracked else variants[which]
