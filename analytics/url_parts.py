"""The parts of a URL, each in its one spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, urlsplit

_SAFE_IN_SEGMENT = "!$&'()*+,;=:@~-._"
_WEB_PORTS = (None, 80, 443)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_SESSION = re.compile(r";jsessionid=.*", re.IGNORECASE)
# Nearly all addresses are plain: each part is in its one spelling, and to take it apart with care costs ten times more.
_PLAIN_PATH = r"(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*"
_PLAIN_ADDRESS = re.compile(rf"https?://((?:[a-z0-9-]{{1,63}}\.)+[a-z0-9-]{{1,63}})({_PLAIN_PATH})/?")
_PLAIN = re.compile(rf"({_PLAIN_PATH})/?")


def split_query(text: str) -> tuple[str, list[str]]:
    """Split a URL into what stands before its query, and the query's pairs as they are written.

    Examples
    --------
    >>> split_query("/a?p=1&amp;b#c?d")
    ('/a', ['p=1', 'b'])
    """
    base, _, query = text.partition("#")[0].partition("?")
    return base, [pair.removeprefix("amp;") for part in query.split("&") if (pair := part.strip())]


def read_pair(pair: str) -> tuple[str, str]:
    """Decode the name and the value of a query's pair; bytes that are no UTF-8 come back as lone surrogates.

    Examples
    --------
    >>> read_pair("q=caf%C3%A9+au%20lait")
    ('q', 'café au lait')
    """
    name, _, value = pair.partition("=")
    return _decode(name.replace("+", " ")), _decode(value.replace("+", " "))


def read_address(base: str) -> tuple[str, str, list[str]] | None:
    """Give the host, the port where it is not the usual one, and the path's segments of a web address.

    Parameters
    ----------
    base : str
        A URL without query and fragment.

    Examples
    --------
    >>> read_address("HTTPS://Town.example:443/a/./b%2fc/")
    ('town.example', '', ['a', 'b%2Fc'])
    >>> read_address("https://user@town.example/") is None
    True
    """
    if plain := _PLAIN_ADDRESS.fullmatch(base):
        return plain[1], "", plain[2].split("/")[1:]
    try:
        parts = urlsplit(base)
        port = parts.port
        host = _tidy_host(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return host, "" if port in _WEB_PORTS else f":{port}", split_path(parts.path)


def split_path(path: str) -> list[str]:
    """Give a path's segments, each in its one spelling; an encoded slash is part of a name, not a separator.

    Examples
    --------
    >>> split_path("/a//b/../caf%c3%a9/;jsessionid=1")
    ['a', 'caf%C3%A9']
    """
    if plain := _PLAIN.fullmatch(path):
        return plain[1].split("/")[1:]
    tidy: list[str] = []
    for segment in map(_tidy_segment, path.split("/")):
        if segment == "..":
            del tidy[-1:]
        elif segment not in ("", "."):
            tidy.append(segment)
    return tidy


def join_path(segments: Iterable[str]) -> str:
    """Join segments to a path; the root is empty."""
    return "".join(f"/{segment}" for segment in segments)


def compile_paths(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """Compile patterns of tidy paths; nothing where there are none.

    Examples
    --------
    >>> pattern = compile_paths(["/news/*", "/*/2026/**"])
    >>> [bool(pattern.fullmatch(path)) for path in ("/news/rain", "/news/a/b", "/en/2026/a/b", "/en/2026")]
    [True, False, True, False]
    """
    return re.compile("|".join(map(_translate_path, patterns))) if patterns else None


def _translate_path(pattern: str) -> str:
    return "".join("(?:/[^/]+)+" if part == "**" else _translate_segment(part) for part in pattern.split("/") if part)


def _translate_segment(part: str) -> str:
    return "/" + "[^/]*".join(re.escape(_tidy_segment(word)) for word in part.split("*"))


def _tidy_host(host: str) -> str:
    """Give a host's one spelling, empty where it is none; what IDNA refuses raises a ValueError."""
    if ":" in host:
        return "" if "%" in host else f"[{IPv6Address(host).compressed}]"
    name = host.rstrip(".").encode("idna").decode().lower()
    return name if _HOST.fullmatch(name) else ""


def _tidy_segment(segment: str) -> str:
    return _SESSION.sub("", quote(_decode(segment), safe=_SAFE_IN_SEGMENT, errors="surrogateescape"))


def _decode(text: str) -> str:
    return unicodedata.normalize("NFC", unquote(text, errors="surrogateescape"))
