"""What speaks for two tags being one thing, and what against: from the articles that carry them."""

from __future__ import annotations

import polars as pl

_EXAMPLES = 3
PAIR = ("tag_key", "other_key")
EVIDENCE = (
    "articles",
    "other_articles",
    "together",
    "common_tags",
    "likeness",
    "groups",
    "other_groups",
    "common_groups",
)


def gather_evidence(pairs: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Gather what articles say of pairs of tags.

    Parameters
    ----------
    pairs : DataFrame
        `tag_key`, `other_key`.
    carried : DataFrame
        A row an article and tag: `article_id`, `tag_key`, `translation_group`, `edition`.

    Returns
    -------
    DataFrame
        The pairs with `articles` and `other_articles`; `together`, the articles that carry both; `common_tags`, tags
        that stand beside both, the rarest first; `likeness`, how alike those companies are (0 to 1, a cosine, rare tags
        weighing more); `groups` and `other_groups`, the translated articles with each; `common_groups`, those
        in which they stand on the two sides.
    """
    keys = pl.concat([pairs.select("tag_key"), pairs.select(tag_key="other_key")]).unique()
    own = carried.join(keys, on="tag_key", how="semi")
    counts = own.group_by("tag_key").agg(articles=pl.len())
    together = _join_twice(pairs, own.select("tag_key", "article_id"), ["article_id"])
    company = _weigh_company(own, carried)
    groups = _list_groups(own, carried)
    found = (
        pairs.join(counts, on="tag_key", how="left")
        .join(counts.rename({"tag_key": "other_key", "articles": "other_articles"}), on="other_key", how="left")
        .join(together.group_by(PAIR).agg(together=pl.len()), on=PAIR, how="left")
        .join(_compare_company(pairs, company), on=PAIR, how="left")
        .join(_compare_groups(pairs, groups), on=PAIR, how="left")
    )
    whole = ["articles", "other_articles", "together", "groups", "other_groups", "common_groups"]
    filled = found.with_columns(pl.col(*whole).fill_null(0).cast(pl.Int64), pl.col("likeness").fill_null(0.0))
    return filled.with_columns(pl.col("common_tags").fill_null([])).select(*PAIR, *EVIDENCE).sort(PAIR)


def _join_twice(pairs: pl.DataFrame, rows: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Join rows of the one tag with those of the other that agree in these columns."""
    sides = pairs.join(rows, on="tag_key")
    return sides.join(rows.rename({"tag_key": "other_key"}), on=["other_key", *on], suffix="_other")


def _weigh_company(own: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Weigh the tags beside each tag: how often they stand there, the rarer the heavier."""
    total = max(carried["article_id"].n_unique(), 1)
    rarity = (
        carried.group_by("tag_key")
        .agg(pl.len().alias("spread"))
        .select(beside="tag_key", rarity=(1 + total / pl.col("spread")).log())
    )
    beside = (
        own.select("tag_key", "article_id")
        .join(carried.select("article_id", beside="tag_key"), on="article_id")
        .filter(pl.col("beside") != pl.col("tag_key"))
    )
    counted = beside.group_by("tag_key", "beside").agg(times=pl.len()).join(rarity, on="beside")
    return counted.with_columns(weight=pl.col("times") * pl.col("rarity"))


def _compare_company(pairs: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    # The two tags of a pair are no company to each other.
    both = _join_twice(pairs, company, ["beside"])
    norms = company.group_by("tag_key").agg(norm=(pl.col("weight") ** 2).sum().sqrt())
    rarest = pl.col("beside").sort_by(["rarity", "beside"], descending=[True, False]).head(_EXAMPLES)
    summed = both.group_by(PAIR).agg(dot=(pl.col("weight") * pl.col("weight_other")).sum(), common_tags=rarest)
    lengths = summed.join(norms, on="tag_key").join(
        norms.rename({"tag_key": "other_key", "norm": "other_norm"}), on="other_key"
    )
    likeness = (pl.col("dot") / (pl.col("norm") * pl.col("other_norm"))).round(4)
    return lengths.select(*PAIR, "common_tags", likeness=likeness)


def _list_groups(own: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """List the translated articles of each tag: those whose group has articles in more than one edition."""
    groups = carried.filter(pl.col("translation_group").is_not_null())
    translated = groups.group_by("translation_group").agg(pl.col("edition").n_unique()).filter(pl.col("edition") > 1)
    return own.join(translated, on="translation_group", how="semi").select("tag_key", "translation_group", "edition")


def _compare_groups(pairs: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    counts = groups.group_by("tag_key").agg(groups=pl.col("translation_group").n_unique())
    sides = _join_twice(pairs, groups, ["translation_group"]).filter(pl.col("edition") != pl.col("edition_other"))
    common = sides.group_by(PAIR).agg(common_groups=pl.col("translation_group").n_unique())
    other = counts.rename({"tag_key": "other_key", "groups": "other_groups"})
    return (
        pairs.join(counts, on="tag_key", how="left")
        .join(other, on="other_key", how="left")
        .join(common, on=PAIR, how="left")
    )


def weigh(
    similarity: float, *, together_share: float, likeness: float, common_share: float, is_contradicted: bool
) -> float:
    """Bring the likeness of two spellings and what articles say of them to one score.

    Company and translations take off part of what the spelling leaves in doubt; standing on the same articles, and
    translations that never meet, speak against.

    Parameters
    ----------
    similarity : float
        Of the spellings.
    together_share : float
        Of the rarer tag's articles, those that carry both.
    likeness : float
        Of their company.
    common_share : float
        Of the rarer tag's translated articles, those in which the other stands on the other side.
    is_contradicted : bool
        Both have translated articles, and the two never meet there.

    Examples
    --------
    >>> weigh(0.9, together_share=0, likeness=0.5, common_share=1, is_contradicted=False)
    0.955
    >>> weigh(0.9, together_share=1, likeness=0, common_share=0, is_contradicted=False)
    0.5
    """
    doubt = (1 - similarity) * (1 - 0.5 * common_share) * (1 - 0.2 * likeness)
    score = 1 - doubt - 0.4 * together_share - (0.1 if is_contradicted else 0)
    return round(max(0.0, min(1.0, score)), 4)
