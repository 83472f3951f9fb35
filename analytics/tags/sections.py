"""Which sections of several editions are one: those that translations of each other's articles stand in."""

from __future__ import annotations

import polars as pl

_FROM, _TO = ("edition", "section"), ("edition_other", "section_other")


def unite_sections(carried: pl.DataFrame) -> pl.DataFrame:
    """Give one name to sections of several editions that are each other's most common counterpart.

    Parameters
    ----------
    carried : DataFrame
        `article_id`, `edition`, `section`, `translation_group` and more; rows of one article say the same.

    Returns
    -------
    DataFrame
        The same rows; of sections that are one, all have the first name.

    Examples
    --------
    >>> rows = [("a1", "en", "sports", "t1"), ("a2", "es", "deportes", "t1"), ("a3", "es", "economia", None)]
    >>> schema = ["article_id", "edition", "section", "translation_group"]
    >>> unite_sections(pl.DataFrame(rows, schema=schema, orient="row"))["section"].to_list()
    ['deportes', 'deportes', 'economia']
    """
    names = _chain_names(_pair_sections(carried).rows())
    return carried.with_columns(pl.col("section").replace(names)) if names else carried


def _pair_sections(carried: pl.DataFrame) -> pl.DataFrame:
    articles = carried.select("article_id", "edition", "section", "translation_group").unique()
    articles = articles.drop_nulls(["edition", "section", "translation_group"])
    both = articles.join(articles, on="translation_group", suffix="_other").filter(
        pl.col("edition") != pl.col("edition_other")
    )
    counted = (
        both.group_by(*_FROM, *_TO).agg(times=pl.len()).sort("times", *_FROM, *_TO, descending=[True] + [False] * 4)
    )
    best = counted.unique([*_FROM, "edition_other"], keep="first", maintain_order=True)
    mutual = best.join(best, left_on=[*_FROM, *_TO], right_on=[*_TO, *_FROM], how="semi")
    other = pl.col("section_other")
    return mutual.filter(pl.col("section") < other).select("section", other).unique().sort("section", other)


def _chain_names(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Give every section of a chain of pairs the smallest name in it."""
    names: dict[str, str] = {}
    for pair in pairs:
        one, other = (names.get(section, section) for section in pair)
        first, last = min(one, other), max(one, other)
        names |= {
            section: first for section, name in [*names.items(), *zip(pair, pair, strict=True)] if name in {first, last}
        }
        names |= {last: first, first: first}
    return names
