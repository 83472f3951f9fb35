"""XML as text: decoded, without a DTD, known by its first element."""

from __future__ import annotations

import re
from collections.abc import Collection

from analytics.articles.sources.markup import decode_document
from analytics.errors import InputError

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_PROLOGUE = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?:[\w.-]+:)?([\w.-]+)", re.IGNORECASE)
_NO_LETTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def find_root(text: str) -> str | None:
    """Name the first element, or the one that a DTD announces, without its prefix and in lower case.

    Examples
    --------
    >>> find_root('<?xml version="1.0"?><!-- <a> --><rdf:RDF xmlns="x">'), find_root("<!doctype html><p>")
    ('rdf', 'html')
    """
    start = _skip_prologue(text)
    root = _DOCTYPE.match(text, start) or _ROOT.match(text, start)
    return root[1].lower() if root else None


def _skip_prologue(text: str) -> int:
    prologue = _PROLOGUE.match(text)
    return prologue.end() if prologue else 0


def read_xml(content: bytes, name: str, roots: Collection[str]) -> str:
    """Decode XML and take out what no XML may hold.

    Parameters
    ----------
    content : bytes
        The document.
    name : str
        What it is, for the message.
    roots : collection of str
        The elements it may begin with.

    Returns
    -------
    str
        Without its declaration and control characters.

    Raises
    ------
    InputError
        Where it does not begin with one of the elements, or brings a DTD, whose entities can grow without bound or
        read other files.
    """
    text = decode_document(content, _ENCODING).removeprefix("\ufeff")
    text = _NO_LETTER.sub("", _DECLARATION.sub("", text, count=1))
    if _DOCTYPE.match(text, _skip_prologue(text)):
        raise InputError(f"the {name} brings a DTD, which is refused; take it out at the source")
    if find_root(text) not in roots:
        raise InputError(f"this is no {name}: it does not begin with {' or '.join(roots)}")
    return text
