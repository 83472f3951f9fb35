"""What a set of lists must keep to be published; else the last good one stays."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analytics.errors import CheckFailed
from analytics.settings import Policy

_NARROW = "section=|region=|content_type="
_ADVICE = "look at the list with `readership rank`, then change [policy] or what it found and publish again"


def check_policy(policy: Policy, rankings: pl.DataFrame, items: pl.DataFrame) -> None:
    """Hold the lists of the site and of each edition to the policy; a barred content type is looked for in all.

    Parameters
    ----------
    policy : Policy
        What is asked.
    rankings : DataFrame
        `list_name`, `scope`, `basis` and `items` of every ranking.
    items : DataFrame
        `list_name`, `scope`, `rank`, `previous_rank`, `article_id`, `section_slug`, `content_type`.

    Raises
    ------
    CheckFailed
        Where one does not hold: its name, how many break it and the first of them.

    Examples
    --------
    >>> rankings = pl.DataFrame({"list_name": ["most-read"], "scope": ["site"], "basis": ["24h"], "items": [2]})
    >>> rows = {"rank": [1], "previous_rank": [1], "article_id": ["a"], "section_slug": ["x"], "content_type": ["tv"]}
    >>> items = pl.DataFrame(rows | {"list_name": ["most-read"], "scope": ["site"]})
    >>> check_policy(Policy(minimum_items=2), rankings, items)
    >>> check_policy(Policy(minimum_items=3), rankings, items)
    Traceback (most recent call last):
    analytics.errors.CheckFailed: the check policy.minimum_items fails on 1 rows, such as most-read of site ...
    """
    for name, broken in _find_broken(policy, rankings, items):
        if len(broken):
            row = broken.sort("list_name", "scope").row(0, named=True)
            place = f"{row.pop('list_name')} of {row.pop('scope')}"
            told = ", ".join(f"{column} {value}" for column, value in row.items())
            raise CheckFailed(f"policy.{name}", len(broken), f"{place} ({told})", advice=_ADVICE)


def _find_broken(policy: Policy, rankings: pl.DataFrame, items: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    place, is_wide = ["list_name", "scope"], ~pl.col("scope").str.contains(_NARROW)
    wide = items.filter(is_wide)
    if policy.minimum_items:
        # Where nothing is breaking a list of what is new is rightly empty.
        short = rankings.filter(is_wide, pl.col("basis") != "newest", pl.col("items") < policy.minimum_items)
        yield "minimum_items", short.select(*place, "items")
    if policy.section_share_limit < 1:
        share = pl.len() / pl.col("list_length").first()
        sized = wide.with_columns(list_length=pl.len().over(place)).filter(pl.col("section_slug").is_not_null())
        shares = sized.group_by(*place, "section_slug").agg(section_share=share)
        yield "section_share_limit", shares.filter(pl.col("section_share") > policy.section_share_limit)
    if policy.barred_content_types:
        barred = items.filter(pl.col("content_type").is_in(policy.barred_content_types))
        yield "barred_content_types", barred.select(*place, "article_id", "content_type")
    if policy.moved_slots_limit:
        moved = wide.with_columns(moved_slots=(pl.col("rank") - pl.col("previous_rank")).abs())
        far = moved.filter(pl.col("moved_slots") > policy.moved_slots_limit)
        yield "moved_slots_limit", far.select(*place, "article_id", "moved_slots")
