"""What a page says beside its looks: its language, its address, its data and the text of its article.

It reads the tags one after the other and builds no tree: the rules by which browsers mend a broken page let 32 kB
of it grow into four million nodes.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Each character has one way to match, so that nothing is tried twice. Python below 3.11.5 gets atomic groups and
# possessive ones wrong, hence none here.
_VALUE = r"""\s*+(?:"[^"]*+"|'[^']*+')"""
_ATTRIBUTES = rf"""(?:[^>="']++|["']|={_VALUE}|=(?!{_VALUE}))*"""
_TOKEN = re.compile(
    rf"""<!--.*?(?:-->|\Z)
    |<(?P<raw>script|style|textarea|title|xmp|iframe|noframes)(?=[\s/>])(?P<raw_attributes>{_ATTRIBUTES})>
        (?P<content>.*?)(?:</(?P=raw)[^>]*+>?|\Z)
    |<(?P<slash>/?)(?P<name>[a-z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)
    |<[!?/][^>]*+(?:>|\Z)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_CHARSET = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_CHARSET_WITHIN = 4096
_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "br", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "h1",
        "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot",
        "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_NOT_TEXT = frozenset(
    {"aside", "button", "figure", "footer", "form", "header", "nav", "noscript", "select", "svg", "template"}
)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noframes"})
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Python knows other names, such as unicode_escape, that no document means.
_WRITABLE = re.compile(r"ascii|cp\d+|iso8859-\d+|koi8-[rut]|gb\w+|big5\w*|euc_\w+|shift_jis\w*")
# As browsers do: pages that say Latin-1 use the letters that Windows put into its gaps.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}


@dataclass
class Page:
    """What a page says.

    Parameters
    ----------
    language : str or None
        Of the html element.
    canonical : str or None
        Address of the canonical link.
    data : list of str
        The texts of its JSON-LD scripts.
    article : str or None
        Text of the longest article element.
    """

    language: str | None = None
    canonical: str | None = None
    data: list[str] = field(default_factory=list)
    article: str | None = None


def decode_document(content: bytes, declared: re.Pattern[bytes] = _CHARSET) -> str:
    r"""Decode by the byte order mark, else by what the document declares, else as UTF-8.

    Examples
    --------
    >>> decode_document(b'<meta charset="windows-1256">\xc7')
    '<meta charset="windows-1256">ا'
    """
    for mark, name in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(name, "replace")
    named = declared.search(content[:_CHARSET_WITHIN])
    try:
        name = codecs.lookup(named[1].decode("ascii")).name if named else ""
    except LookupError:
        name = ""
    return content.decode(_MEANT.get(name, name) if _WRITABLE.fullmatch(name) else "utf-8", "replace")


def read_html(text: str) -> Page:
    r"""Read a page.

    Examples
    --------
    >>> page = read_html('<html lang=es><article><h1>Agua</h1><p>Llueve &amp; truena.<aside>Otras</aside></article>')
    >>> page.language, page.article
    ('es', 'Agua\nLlueve & truena.')
    """
    page, articles, best = Page(), list[list[str]](), ""
    for name, attributes, piece in _read_tokens(text):
        if name == "html":
            page.language = page.language or _find(attributes, "lang") or _find(attributes, "xml:lang")
        elif name == "link" and "canonical" in (_find(attributes, "rel") or "").lower().split():
            page.canonical = page.canonical or _find(attributes, "href")
        elif name == "script":
            if (_find(attributes, "type") or "").strip().lower().startswith("application/ld+json"):
                page.data.append(piece)
        elif name == "article":
            articles.append([])
        elif name == "/article" and articles:
            best = max(best, _join(articles.pop()), key=len)
        elif name not in _RAW and articles:
            articles[-1].append(_show(name, piece))
    page.article = max((best, *map(_join, articles)), key=len) or None
    return page


def strip_markup(text: str) -> str:
    r"""Give the text that a piece of HTML shows.

    Examples
    --------
    >>> strip_markup("<p>Rain &lt;b&gt;</p><script>alert(1)</script><p>and<br>hail</p>")
    'Rain <b>\nand\nhail'
    """
    return _join([_show(name, piece) for name, _, piece in _read_tokens(text) if name not in _RAW])


def _read_tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Give each tag's name (an end tag's with a slash), its attributes and content, and each text without a name.

    What stands inside elements that hold no running text is left out, but for the data.
    """
    place = depth = 0
    depths: list[int] = []
    for token in _TOKEN.finditer(text):
        if not depth and token.start() > place:
            yield "", "", text[place : token.start()]
        place = token.end()
        raw, name = token["raw"], (token["name"] or "").lower()
        if raw:
            yield raw.lower(), token["raw_attributes"], token["content"]
        elif name in _NOT_TEXT:
            depth = max(0, depth - 1) if token["slash"] else depth + (not token["attributes"].endswith("/"))
        elif name == "article":
            if token["slash"]:
                depth = depths.pop() if depths else 0
            else:
                depths.append(depth)
                depth = 0
            yield token["slash"] + name, "", ""
        elif name and not depth:
            yield token["slash"] + name, token["attributes"], ""
    if not depth and place < len(text):
        yield "", "", text[place:]


def _find(attributes: str, wanted: str) -> str | None:
    for name, *values in _ATTRIBUTE.findall(attributes):
        if name.lower() == wanted:
            return html.unescape("".join(values)).strip() or None
    return None


def _show(name: str, piece: str) -> str:
    """Show white space as a space, a block's ends as line ends, and no other tag."""
    if name:
        return "\n" if name.removeprefix("/") in _BLOCKS else ""
    return re.sub(r"\s+", " ", html.unescape(piece))


def _join(pieces: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
