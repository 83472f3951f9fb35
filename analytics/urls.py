"""Canonical URLs: one article has one address, however it is linked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

_SAFE_IN_SEGMENT = "!$&'()*+,;=:@~-._"
_WEB = ("http", "https")
_WEB_PORTS = (None, 80, 443)
_AMP_TAIL = re.compile(r"(?:/amp(?:\.html)?|\.amp|/)+$", re.IGNORECASE)
_AMP_HOST = re.compile(r"^(?:(?:www|m|amp|mobile)\.)+")
_WWW_HOST = re.compile(r"^(?:www\.)+")
_LONGEST = 2048


@dataclass(frozen=True)
class UrlRules:
    """What a site says about its own URLs.

    Parameters
    ----------
    hosts : sequence of str
        Host names of the site; all of them become the first.
    identifying_parameters : sequence of str
        Query parameters that tell articles apart; all others are dropped.
    keep_unknown_parameters : bool
        Keep all parameters but those that are known for tracking.
    tracking_parameters : frozenset of str
        Names known for tracking; one that ends in ``*`` stands for all that begin so.
    """

    hosts: Sequence[str] = ()
    identifying_parameters: Sequence[str] = ("p", "id", "article_id")
    keep_unknown_parameters: bool = False
    tracking_parameters: frozenset[str] = field(default_factory=frozenset)


def canonicalise_url(text: str, rules: UrlRules) -> str | None:
    """Give the one address of a page.

    Parameters
    ----------
    text : str
        A URL, or a path where the site names its hosts.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    str or None
        ``https://host/path``, percent-encoded UTF-8 in Unicode form C; nothing where it is no web address.

    Examples
    --------
    >>> canonicalise_url("http://www.Example.org:80/a/b/?utm_source=x&p=1#top", UrlRules())
    'https://example.org/a/b?p=1'
    >>> canonicalise_url("javascript:alert(1)", UrlRules()) is None
    True
    """
    text = text.strip()
    if len(text) > _LONGEST or any(ord(letter) < ord(" ") for letter in text):
        return None
    if text.startswith("/") and not text.startswith("//") and rules.hosts:
        text = f"https://{rules.hosts[0]}{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in _WEB or not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else _name_host(host, rules)
    tail = "" if port in _WEB_PORTS else f":{port}"
    query = _keep_query(parts.query, rules)
    return f"https://{host}{tail}{_tidy_path(parts.path)}{'?' + query if query else ''}"


def _name_host(host: str, rules: UrlRules) -> str:
    bare = _AMP_HOST.sub("", host)
    known = {_AMP_HOST.sub("", name.lower()) for name in rules.hosts}
    if bare in known:
        return rules.hosts[0].lower()
    return _WWW_HOST.sub("", host)


def _tidy_path(path: str) -> str:
    """Give every segment its one spelling; an encoded slash is part of a name, not a separator."""
    tidy = "".join(f"/{_tidy_segment(segment)}" for segment in path.split("/") if segment)
    return _AMP_TAIL.sub("", tidy)


def _tidy_segment(segment: str) -> str:
    raw = unquote_to_bytes(segment)
    try:
        return quote(unicodedata.normalize("NFC", raw.decode()), safe=_SAFE_IN_SEGMENT)
    except UnicodeDecodeError:
        return quote(raw, safe=_SAFE_IN_SEGMENT)


def _keep_query(query: str, rules: UrlRules) -> str:
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if _is_kept(pair[0], rules)]
    return urlencode(sorted(pairs))


def _is_kept(name: str, rules: UrlRules) -> bool:
    if name in rules.identifying_parameters:
        return True
    return rules.keep_unknown_parameters and not _is_tracking(name.lower(), rules)


def _is_tracking(name: str, rules: UrlRules) -> bool:
    return any(
        name.startswith(known[:-1]) if known.endswith("*") else name == known for known in rules.tracking_parameters
    )


def identifying_pattern(rules: UrlRules) -> str:
    return ""
