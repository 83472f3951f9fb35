"""Language: words, stems, stop words and reading time.

Everything but the cutting of a text into words works on a vocabulary, each distinct word once: a corpus has a
hundred times fewer distinct words than words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import Stemmer
import stopwordsiso

from analytics.articles.arabic import normalise_arabic, strip_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORD = r"\w\w+"
"""What a word is, in Unicode's sense."""
_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ckb"})
WORDS_PER_MINUTE = {"en": 238, "es": 228, "ar": 144}
OTHER_WORDS_PER_MINUTE = 238


def read_language(tag: str) -> str:
    """Return the primary subtag of a language tag, in lower case.

    Examples
    --------
    >>> read_language("pt-BR")
    'pt'
    """
    return tag.replace("_", "-").split("-", 1)[0].strip().lower()


def tokenise(texts: pl.Series) -> pl.Series:
    r"""Cut each text into its words as written, `\w\w+` in Unicode's sense; a null has none.

    Returns
    -------
    pl.Series
        One list of strings for each text.

    Examples
    --------
    >>> tokenise(pl.Series(["Iran's president, 12.5 m"])).to_list()
    [['Iran', 'president', '12']]
    """
    return texts.cast(pl.String).fill_null("").str.extract_all(WORD)


def normalise_words(words: Sequence[str], language: str) -> list[str]:
    """Return the words in one case and one Unicode form (Arabic script: in one spelling too).

    Examples
    --------
    >>> normalise_words(["Élysée", "IRAN"], "fr")
    ['élysée', 'iran']
    """
    if language in _ARABIC_SCRIPT:
        return [normalise_arabic(word).lower() for word in words]
    return pl.Series(words, dtype=pl.String).str.normalize("NFKC").str.to_lowercase().to_list()


def stem_vocabulary(terms: Sequence[str], language: str) -> list[str]:
    """Return the stem of each normalised term; a language without a stemmer keeps its words.

    Snowball's stemmers, and before Arabic's the article and particles taken off.

    Examples
    --------
    >>> stem_vocabulary(["elections", "election"], "en")
    ['elect', 'elect']
    >>> stem_vocabulary(["tunnel"], "xx")
    ['tunnel']
    """
    if language not in _ALGORITHMS:
        return list(terms)
    bare = [strip_prefix(term) for term in terms] if language == "ar" else list(terms)
    stems: list[str] = Stemmer.Stemmer(_ALGORITHMS[language]).stemWords(bare)
    return stems


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the normalised words of a language that say nothing about a subject; empty where none are known.

    English is scikit-learn's list, any other language that of stopwords-iso.

    Examples
    --------
    >>> "the" in stop_words("en"), "para" in stop_words("es"), len(stop_words("xx"))
    (True, True, 0)
    """
    if language == "en":
        # Imported here: scikit-learn takes a second, and most commands need no stop words.
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415

        return frozenset(ENGLISH_STOP_WORDS)
    if not stopwordsiso.has_lang(language):
        return frozenset()
    return frozenset(normalise_words(sorted(stopwordsiso.stopwords(language)), language))


def reading_minutes(
    text: str | None,
    language: str,
    words_per_minute: Mapping[str, int] | None = None,
    other_words_per_minute: int = OTHER_WORDS_PER_MINUTE,
) -> int:
    """Return the minutes of silent reading a text takes, rounded, at least 1; 0 for a text without words.

    English: Brysbaert, Journal of Memory and Language 109 (2019). Spanish and Arabic: the same, times their
    ratio to English in Trauzettel-Klosinski and Dietz, IOVS 53 (2012).

    Examples
    --------
    >>> reading_minutes("word " * 500, "en"), reading_minutes("word " * 500, "ar"), reading_minutes("", "en")
    (2, 3, 0)
    """
    words = len((text or "").split())
    speed = (words_per_minute or WORDS_PER_MINUTE).get(language, other_words_per_minute)
    return max(1, (2 * words + speed) // (2 * speed)) if words else 0
