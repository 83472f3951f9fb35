"""Why an item is in a slate: the tags and the words it shares with its seed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from scipy import sparse

from analytics.articles.text import normalise_words, stem_vocabulary
from analytics.similarity.weigher import TermWeigher
from analytics.similarity.words import read_key

_PAIR_BLOCK = 20_000
# News is told of by the day; that two articles are of a Monday is no reason to read on.
_DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "ar": ["الاثنين", "الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
}
_ARTICLE_BLOCK = 5_000


def add_reasons(
    items: pl.DataFrame, articles: pl.DataFrame, vectors: sparse.csr_array, model: TermWeigher, terms: int
) -> pl.DataFrame:
    """Add to each item the tags and the terms it shares with its seed.

    Parameters
    ----------
    items
        `seed_article_id` and `article_id`.
    articles
        The articles of `vectors`, in its order: `article_id`, `tags` and the fields of `model`.
    vectors
        Unit vectors of the articles.
    model
        The fitted model that made them.
    terms
        How many terms to name at most.

    Returns
    -------
    pl.DataFrame
        The items in their order with `shared_tags`, as most articles of the edition write them, and `shared_terms`,
        those that add most to the similarity first, each in the form that the two texts use most.
    """
    # Accepted spellings have one key; the reader sees the one that the edition uses most.
    labels = "tag_labels" if "tag_labels" in articles.columns else "tags"
    rows = articles.select("article_id", "tags", labels=pl.col(labels)).with_row_index("row")
    seed_rows = rows.rename(lambda name: f"seed_{name}")
    pairs = (
        items.select("article_id", "seed_article_id")
        .join(rows, on="article_id", how="left", maintain_order="left")
        .join(seed_rows, on="seed_article_id", how="left", maintain_order="left")
        .with_row_index("pair")
    )
    weighty = _find_weighty_terms(pairs, vectors, _find_silent(model), terms)
    forms = _find_forms(weighty, articles, model)
    sides = zip(*(pairs[name].to_list() for name in ("seed_tags", "tags", "labels")), strict=True)
    tags = [share_tags(*side) for side in sides]
    return items.with_columns(
        pl.Series("shared_tags", tags, dtype=pl.List(pl.String)), _choose_forms(pairs, weighty, forms)
    )


def share_tags(
    seed_tags: Sequence[str] | None, item_tags: Sequence[str] | None, labels: Sequence[str] | None = None
) -> list[str]:
    """Return the item's tags, as written, that the seed has too; case and Unicode form do not count.

    Parameters
    ----------
    seed_tags, item_tags
        Tags, or their keys.
    labels
        How the tags of the item are written; as they are where none are given.

    Examples
    --------
    >>> share_tags(["IRAN", "Oil"], ["Iran", "Elections"])
    ['Iran']
    >>> share_tags(["ebrahim raisi"], ["ebrahim raisi"], ["Ibrahim Raisi"])
    ['Ibrahim Raisi']
    """
    known = {read_key(tag) for tag in seed_tags or ()}
    shared: dict[str, str] = {}
    for tag, label in zip(item_tags or (), labels if labels is not None else item_tags or (), strict=True):
        if read_key(tag) in known:
            shared.setdefault(read_key(tag), label)
    return list(shared.values())


def _find_silent(model: TermWeigher) -> pl.Series:
    """Tell which terms are named for nothing: keywords, which are tags or sections, numbers, and days of the week."""
    days = normalise_words(_DAYS.get(model.language, ()), model.language)
    silent = {*days, *stem_vocabulary(days, model.language)}
    return pl.Series([":" in term or term.isdecimal() or term in silent for term in model.terms_], dtype=pl.Boolean)


def _find_weighty_terms(
    pairs: pl.DataFrame, vectors: sparse.csr_array, is_silent: pl.Series, terms: int
) -> pl.DataFrame:
    """Return each pair's weightiest columns, once for either side: `pair`, `place`, `column`, `row`."""
    schema = pl.Schema({"pair": pl.UInt32, "column": pl.UInt32, "share": pl.Float64})
    blocks = [pl.DataFrame(schema=schema)]
    for block in pairs.iter_slices(_PAIR_BLOCK):
        seeds, items = vectors[block["seed_row"].to_numpy()], vectors[block["row"].to_numpy()]
        products = seeds.multiply(items).tocoo()
        shares = pl.DataFrame([products.row, products.col, products.data], schema=list(schema)).cast(schema)
        shares = shares.filter(~is_silent.gather(shares["column"])).sort(
            "pair", "share", "column", descending=[False, True, False]
        )
        best = shares.group_by("pair", maintain_order=True).head(terms)
        blocks.append(best.with_columns(pair=block["pair"].gather(best["pair"])))
    weighty = pl.concat(blocks).with_columns(place=pl.int_range(pl.len()).over("pair")).drop("share")
    sides = pl.concat([pairs.select("pair", row="seed_row"), pairs.select("pair", "row")])
    return weighty.join(sides, on="pair")


def _find_forms(weighty: pl.DataFrame, articles: pl.DataFrame, model: TermWeigher) -> pl.DataFrame:
    """Return how each article writes the terms asked of it: `row`, `column`, `word`, `count`."""
    asked = weighty.select("row", "column").unique().sort("row", "column")
    rows = asked["row"].unique(maintain_order=True)
    schema = pl.Schema({"row": pl.UInt32, "column": pl.UInt32, "word": pl.String, "count": pl.UInt32})
    blocks = [pl.DataFrame(schema=schema)]
    for start in range(0, len(rows), _ARTICLE_BLOCK):
        block = rows[start : start + _ARTICLE_BLOCK]
        places = pl.DataFrame({"row": block}).with_row_index("place")
        wanted = asked.join(places, on="row").select("column", row="place")
        forms = model.find_forms(articles[block.to_numpy()], wanted)
        blocks.append(forms.with_columns(row=block.gather(forms["row"])).select(schema.names()).cast(schema))
    return pl.concat(blocks)


def _choose_forms(pairs: pl.DataFrame, weighty: pl.DataFrame, forms: pl.DataFrame) -> pl.Series:
    """Return the terms of each pair, in order, each in the form its two texts write most."""
    named = (
        weighty.join(forms, on=["row", "column"])
        .group_by("pair", "place", "word")
        .agg(pl.col("count").sum())
        # Of equals the last in the alphabet: a lower-case word beats its capital at a sentence's start.
        .sort("pair", "place", "count", "word", descending=[False, False, True, True])
        .unique(["pair", "place"], keep="first", maintain_order=True)
        .group_by("pair", maintain_order=True)
        .agg(shared_terms="word")
    )
    return pairs.join(named, on="pair", how="left", maintain_order="left")["shared_terms"].fill_null([])
