"""Brings the tables of tags in line with the reviewed file."""

from __future__ import annotations

import polars as pl

from analytics.articles.versions import frame_tags
from analytics.tags.alias_file import Aliases
from analytics.warehouse import Warehouse

_SCHEMA = dict.fromkeys(
    ("tag_key", "canonical_key", "label", "canonical_label", "decided_by", "decided", "reason"), pl.String
)


def apply_aliases(warehouse: Warehouse, aliases: Aliases) -> bool:
    """Let every article carry the canonical tags, where the file says otherwise than the tables.

    The tags as written stay in `articles.article`, from which all is made anew: what is accepted can be taken back.

    Parameters
    ----------
    warehouse : Warehouse
        Open for writing, outside a transaction.
    aliases : Aliases
        As the file has them.

    Returns
    -------
    bool
        Whether an article's tags may have changed.
    """
    told = _frame_aliases(aliases)
    standing = warehouse.frame("articles/standing_alias")
    if told.equals(standing):
        return False
    keys = ["tag_key", "canonical_key", "canonical_label"]
    is_moved = not told.select(keys).equals(standing.select(keys))
    with warehouse.transaction():
        warehouse.replace_frame("articles.tag_alias", told)
        if is_moved:
            written = warehouse.frame("articles/written_tag").iter_rows()
            warehouse.replace_frame("articles.article_tag", frame_tags(written, aliases.canonical))
            warehouse.replace_all("articles/tag")
    return is_moved


def _frame_aliases(aliases: Aliases) -> pl.DataFrame:
    rows = [
        (*one.keys, one.tag, one.canonical, one.made_by, one.made_at, one.reason)
        for one in aliases.rulings
        if one.is_accepted
    ]
    return pl.DataFrame(sorted(rows), schema=_SCHEMA, orient="row")
