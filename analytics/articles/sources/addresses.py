"""Which of the addresses an item gives is the article's own."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from analytics.urls import UrlRules, canonicalise_url


def choose_address(candidates: Iterable[object], rules: UrlRules, base: str | None = None) -> dict[str, object]:
    """Choose the first address that can be an article's; the others lead to it too.

    A home page is no article's address, though some pages name it as theirs.

    Parameters
    ----------
    candidates : iterable of object
        The best first; what is no text, or only a fragment, says nothing.
    rules : UrlRules
        What the site says about its URLs.
    base : str, optional
        Address that a path is relative to.

    Returns
    -------
    dict
        `url` and, where there are any, `aliases`; an address that is none stays as it is, for the loader to refuse.

    Examples
    --------
    >>> choose_address([True, "https://a.org/", "https://a.org/rain", "https://m.b.org/1"], UrlRules())
    {'url': 'https://a.org/rain', 'aliases': ['https://m.b.org/1']}
    >>> choose_address(["javascript:alert(1)"], UrlRules())
    {'url': 'javascript:alert(1)'}
    """
    texts = [text for one in candidates if isinstance(one, str) and (text := one.strip()) and not text.startswith("#")]
    urls = dict.fromkeys(url for text in texts if (url := canonicalise_url(join_path(base, text), rules)))
    pages: list[str | None] = [url for url in urls if _names_a_page(url)]
    first, *others = pages or [None if urls or not texts else texts[0]]
    return {"url": first, "aliases": others} if others else {"url": first}


def join_path(base: str | None, text: str) -> str:
    """Complete a path by the address of the page it stands on; ``//host`` stays, and is refused."""
    if not base or not text.startswith("/") or text.startswith("//"):
        return text
    try:
        return urljoin(base, text)
    except ValueError:
        return text


def _names_a_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path or parts.query)
