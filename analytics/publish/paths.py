"""Where each document lies, and how any id becomes a safe file name.

In a name, lower-case letters, digits, ``-``, ``_`` and inner dots stand for themselves. A capital is ``~``
and its small letter, any other byte of the UTF-8 text is ``~`` and three digits, nothing at all is a lone
``~``. A name longer than 200 bytes is cut and ends in ``~~`` and a hash. So two ids never share a file, also
where a file system ignores case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

LONGEST_NAME_BYTES = 200
MANIFEST = "manifest.json"
OVERVIEW = "index.html"
SITE = "site"
_ARTICLE_PAGES = "page"
# Names at the top of reports/ that no edition may take.
_RESERVED = frozenset({MANIFEST, OVERVIEW, SITE, "data"})
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_.")
_CAPITAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ESCAPE = re.compile(rb"~(?:([a-z])|(\d{3}))|~$")
_DOT = ord(".")


def encode_name(text: str) -> str:
    """Turn an id or slug into a file name.

    Examples
    --------
    >>> encode_name("en-0001"), encode_name("pt-BR"), encode_name("../x"), encode_name("")
    ('en-0001', 'pt-~b~r', '~046.~047x', '~')
    """
    content = text.encode("utf-8", "surrogatepass")
    last = len(content) - 1
    name = "".join(_encode_byte(byte, is_edge=at in (0, last)) for at, byte in enumerate(content)) or "~"
    if len(name) <= LONGEST_NAME_BYTES:
        return name
    digest = blake2b(content, digest_size=20).hexdigest()
    return f"{name[: LONGEST_NAME_BYTES - len(digest) - 2]}~~{digest}"


def decode_name(name: str) -> str | None:
    """Turn a file name back into the id; None where it was too long to be kept whole.

    Examples
    --------
    >>> decode_name("pt-~b~r"), decode_name("~")
    ('pt-BR', '')
    """
    if "~~" in name:
        return None
    content = _ESCAPE.sub(_decode_escape, name.encode("ascii"))
    return content.decode("utf-8", "surrogatepass")


def edition_folder(edition: str) -> str:
    """Give the folder of an edition.

    Examples
    --------
    >>> edition_folder("ar"), edition_folder("site")
    ('ar', '~115ite')
    """
    name = encode_name(edition)
    return f"~{ord(name[0]):03d}{name[1:]}" if name in _RESERVED else name


def list_path(list_name: str, scope: Mapping[str, str]) -> str:
    """Give the path of a list document.

    Examples
    --------
    >>> list_path("most-read", {}), list_path("most-read", {"edition": "en", "section": "politics"})
    ('site/most-read.json', 'en/most-read/section/politics.json')
    """
    folder = edition_folder(scope["edition"]) if "edition" in scope else SITE
    steps = [encode_name(step) for pair in scope.items() if pair[0] != "edition" for step in pair]
    return "/".join([folder, encode_name(list_name), *steps]) + ".json"


def read_next_path(edition: str, article_id: str) -> str:
    """Give the path of a read-next document.

    Examples
    --------
    >>> read_next_path("en", "en-0001")
    'en/read-next/en-0001.json'
    """
    return f"{edition_folder(edition)}/read-next/{encode_name(article_id)}.json"


def article_page_path(edition: str, article_id: str) -> str:
    """Give the path of the document of an article's page.

    Examples
    --------
    >>> article_page_path("en", "en-0001")
    'en/page/en-0001.json'
    """
    return f"{edition_folder(edition)}/{_ARTICLE_PAGES}/{encode_name(article_id)}.json"


def is_article_page(path: str) -> bool:
    """Tell whether the document of an article's page lies at a path.

    Examples
    --------
    >>> is_article_page("en/page/en-0001.json"), is_article_page("en/page/section/politics.json")
    (True, False)
    """
    folders = path.split("/")[:-1]
    return len(folders) == 2 and folders[1] == _ARTICLE_PAGES  # noqa: PLR2004 - edition and pages


def page_path(edition: str) -> str:
    """Give the path of an edition's page.

    Examples
    --------
    >>> page_path("ar")
    'ar/index.html'
    """
    return f"{edition_folder(edition)}/{OVERVIEW}"


def _encode_byte(byte: int, *, is_edge: bool) -> str:
    if byte in _SAFE and not (is_edge and byte == _DOT):
        return chr(byte)
    if byte in _CAPITAL:
        return f"~{chr(byte).lower()}"
    return f"~{byte:03d}"


def _decode_escape(match: re.Match[bytes]) -> bytes:
    letter, number = match.groups()
    if letter:
        return bytes(letter.upper())
    return bytes([int(number)]) if number else b""
