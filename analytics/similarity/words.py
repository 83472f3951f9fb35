"""The words of articles as numbers: every distinct word once, every text a run of its words' numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.articles.text import read_language, tokenise
from analytics.similarity.fields import KEYWORD_FIELDS

_LEAD = r"^\s*((?:\S+\s+){0,79}\S+)"
_BLOCK = 5_000
_THREADS = 2


@dataclass(frozen=True)
class NumberedWords:
    """Fields of text, as numbers.

    Attributes
    ----------
    forms
        The distinct words as written, in no order; a word's place is its number. A keyword is written
        `field:key`, so that it is no word of a text.
    numbers
        For each field the numbers of its words, text after text.
    ends
        For each field where each text begins, and where the last one ends, shape (n_texts + 1,).
    """

    forms: pl.Series
    numbers: list[NDArray[np.uint32]]
    ends: list[NDArray[np.int64]]


def number_words(articles: pl.DataFrame, fields: Sequence[str]) -> NumberedWords:
    """Give the words of some columns their numbers; an absent column is empty.

    Examples
    --------
    >>> articles = pl.DataFrame({"title": ["Oil, oil and Oil"], "tags": [["Crude  OIL"]]})
    >>> words = number_words(articles, ["title", "tags"])
    >>> [words.forms[int(number)] for field in words.numbers for number in field]
    ['Oil', 'oil', 'and', 'Oil', 'tags:crude oil']
    """
    categories = pl.Categorical(pl.Categories.random())

    def number_block(block: pl.DataFrame, name: str) -> tuple[pl.Series, pl.Series]:
        words = _read_field(block, name)
        return words.explode(empty_as_null=False, keep_nulls=False).cast(categories), words.list.len()

    columns, ends = [], []
    with ThreadPoolExecutor(_THREADS) as pool:
        for name in fields:
            # A block at a time: words take far more room than their numbers.
            blocks = list(pool.map(number_block, articles.iter_slices(_BLOCK), repeat(name)))
            columns.append(pl.concat([pl.Series([], dtype=categories), *(block for block, _ in blocks)]))
            lengths = np.concatenate([[0], *(lengths.to_numpy() for _, lengths in blocks)])
            ends.append(lengths.cumsum(dtype=np.int64))
    forms = categories.categories.to_series().cast(pl.String)
    return NumberedWords(forms, [column.to_physical().to_numpy() for column in columns], ends)


def add_summaries(articles: pl.DataFrame) -> pl.DataFrame:
    """Give each article without a summary the first 80 words of its body: news begins with what matters.

    Examples
    --------
    >>> articles = pl.DataFrame({"summary": ["Short.", "", None], "body": ["Long.", "A storm.", None]})
    >>> add_summaries(articles)["summary"].to_list()
    ['Short.', 'A storm.', None]
    """
    summary = pl.col("summary").str.strip_chars().replace("", None)
    return articles.with_columns(summary=pl.coalesce(summary, pl.col("body").str.extract(_LEAD)))


def split_languages(articles: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Split articles by edition and language, in order of their names; an article without a language has its edition's.

    Examples
    --------
    >>> articles = pl.DataFrame({"edition": ["pt-BR", "en"], "language": [None, "en"]})
    >>> [(language, part.height) for language, part in split_languages(articles)]
    [('en', 1), ('pt', 1)]
    """
    languages = pl.coalesce("language", "edition").map_elements(read_language, pl.String)
    ordered = articles.with_columns(language=languages).sort("edition", "language", maintain_order=True)
    parts = ordered.partition_by("edition", "language", maintain_order=True)
    return [(part["language"][0], part) for part in parts]


def read_key(keyword: str) -> str:
    """Return a keyword in one Unicode form, case and spacing.

    Examples
    --------
    >>> read_key("Ebrahim  RAISI")
    'ebrahim raisi'
    """
    return " ".join(unicodedata.normalize("NFKC", keyword).casefold().split())


def _read_field(articles: pl.DataFrame, name: str) -> pl.Series:
    column = articles[name] if name in articles.columns else pl.Series([None] * articles.height, dtype=pl.String)
    if name not in KEYWORD_FIELDS:
        return tokenise(column)
    keywords = [cell if isinstance(cell, list) else [cell] for cell in column.to_list()]
    keys = [[f"{name}:{read_key(keyword)}" for keyword in cell if keyword] for cell in keywords]
    return pl.Series(keys, dtype=pl.List(pl.String))
