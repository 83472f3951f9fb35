"""One page is one article, whichever format names it and however it is numbered there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analytics.articles.sources.items import is_item
from analytics.articles.versions import VERSION_SCHEMA, Content, frame_versions, read_content


def choose_identities(contents: Sequence[Content], claims: pl.DataFrame) -> dict[str, str]:
    """Choose the article of every id that only pages and feeds know.

    Of the articles that have the same URL for their own, it is the newsroom's (loaded natively), then the smallest id.
    Two articles of the newsroom stay two.

    Parameters
    ----------
    contents : sequence of dict
        What a file holds.
    claims : DataFrame
        `url`, `article_id` and `is_native` of the articles already known by these URLs.

    Returns
    -------
    dict of str to str
        Ids that give way, each with the id that takes their place.

    Examples
    --------
    >>> claims = pl.DataFrame({"url": ["https://a.org/1"], "article_id": ["n1"], "is_native": [True]})
    >>> choose_identities([{"article_id": "guid", "url": "https://a.org/1", "is_item": True}], claims)
    {'guid': 'n1'}
    """
    known = {(url, name): native for url, name, native in claims.select("url", "article_id", "is_native").iter_rows()}
    for content in contents:
        claim = (content["url"], content["article_id"])
        known[claim] = known.get(claim, False) or not is_item(content)
    owners: dict[str, tuple[bool, str]] = {}
    for (url, article_id), native in known.items():
        owners[url] = min(owners.get(url, (True, article_id)), (not native, article_id))
    natives = {article_id for (_, article_id), native in known.items() if native}
    return {name: owners[url][1] for url, name in known if name not in natives and owners[url][1] != name}


def rename_contents(contents: Sequence[Content], names: Mapping[str, str]) -> list[Content]:
    """Give the contents under the ids that take the place of theirs."""
    return [content | {"article_id": names.get(content["article_id"], content["article_id"])} for content in contents]


def rename_versions(versions: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Give rows of `articles.version` under the ids that take the place of theirs, each in its old place."""
    moved = versions.filter(pl.col("article_id").is_in([*names])).sort("arrival_number")
    contents = rename_contents([read_content(text) for text in moved["content"]], names)
    framed = [frame_versions([content]) for content in contents]
    frame = pl.concat([pl.DataFrame(schema=VERSION_SCHEMA), *framed]).with_columns(moved["arrival_number"])
    return frame.unique("content_hash", keep="last", maintain_order=True)
