"""The text model as a scikit-learn estimator."""

from __future__ import annotations

from sklearn.base import BaseEstimator, TransformerMixin

from analytics.similarity.weigher import TermWeigher


class FieldTfidf(TermWeigher, TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Unit vectors of articles: TF-IDF field by field, each field a unit vector, summed by weight.

    A term's weight in a field is `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1`, df counted over
    whole articles (Salton and Buckley, Information Processing and Management 24, 1988). Fields of very
    different length, such as title and body, keep the say their weight gives them. Of the
    sum the 200 heaviest terms stay, as a unit vector. Which figures these choices rest on:
    docs/decisions/0005-text-similarity.md.

    Parameters
    ----------
    language
        Primary language subtag: chooses stop words and stemmer.
    field_weights
        Column of text, or of keywords for `tags` and `section`, to its weight. An absent column is empty.
    name_weight
        Weight of a term that is always written with a capital, outside titles; in between for a term that
        sometimes is. 1 where names count like other words.
    max_df
        A word in a larger share of the articles is left out, if those are more than 20.
    max_keyword_df
        The same for keywords: a tag that everyone has says little.

    Attributes
    ----------
    terms_ : ndarray of str
        The term (stem, or `field:key` of a keyword) of each column, sorted; those that `extend` brought after them.
    weights_ : ndarray of float, shape (n_terms,)
        The idf of each term, times the weight of names.
    stopped_ : ndarray of str
        The words that were left out because they say nothing about a subject.
    common_ : ndarray of str
        The terms that were left out because too many articles have them.
    articles_ : int
        The number of articles it was fitted on.

    Examples
    --------
    >>> import polars as pl
    >>> articles = pl.DataFrame({"title": ["Iran votes", "Iran counts votes", "Rain"]})
    >>> vectors = FieldTfidf(language="en").fit_transform(articles)
    >>> (vectors @ vectors.T).toarray().astype(float).round(2).tolist()
    [[1.0, 0.73, 0.0], [0.73, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
