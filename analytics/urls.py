"""Canonical URLs: one article has one address, however it is linked; docs/urls.md has the rules in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote_plus

from analytics.url_parts import compile_paths, join_path, read_address, read_pair, split_path, split_query

MARKERS = ("preview", "feed", "flav", "format", "output", "rest_route", "s")
"""Parameters that tell a page which is no article's; `url_stem` keeps them, a canonical URL has none."""

_LONGEST = 2048
_REFUSED = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# What is left must still have a dot: www.com is a name of its own.
_WWW_HOST = re.compile(r"^(?:www\.)+(?=[^.]+\.)")
_MOBILE_HOST = re.compile(r"^(?:(?:www|m|mobile)\.)+(?=[^.]+\.)")
_AMP_HOST = re.compile(r"^(?:(?:www|m|mobile|amp)\.)+(?=[^.]+\.)")
_AMP_CACHE = re.compile(r"(?:[\w-]+\.)?cdn\.ampproject\.org/(?:c|v|wp)|google\.[a-z]{2,3}(?:\.[a-z]{2})?/amp")
_AMP_SUFFIX = re.compile(r"(.*[^.])\.amp(\.html)?")


@dataclass(frozen=True)
class UrlRules:
    """What a site says about its own URLs.

    A pattern of paths such as ``/news/*`` or ``/*/2026/**`` matches a whole path: ``*`` stands for any letters within a
    segment, ``**`` for one segment or more.

    Parameters
    ----------
    hosts : sequence of str
        Host names of the site; all of them become the first.
    identifying_parameters : sequence of str
        Query parameters that tell articles apart; all others are dropped.
    keep_unknown_parameters : bool
        Keep all parameters but those that are known for tracking.
    tracking_parameters : frozenset of str
        Names known for tracking, in small letters; one that ends in ``*`` stands for all that begin so.
    article_paths : sequence of str
        Patterns of the articles' paths; empty where any path may be an article's.
    other_paths : sequence of str
        Patterns of paths that are no article's although ``article_paths`` has them.
    index_names : sequence of str
        Last segments that stand for their folder, such as ``index.html``.
    view_names : sequence of str
        Last segments that show the same article in another form, such as ``print``.
    has_amp : bool
        Whether ``/amp`` and the like at either end of a path show the same article as AMP.
    """

    hosts: Sequence[str] = ()
    identifying_parameters: Sequence[str] = ("p", "id", "article_id")
    keep_unknown_parameters: bool = False
    tracking_parameters: frozenset[str] = field(default_factory=frozenset)
    article_paths: Sequence[str] = ()
    other_paths: Sequence[str] = ()
    index_names: Sequence[str] = ()
    view_names: Sequence[str] = ()
    has_amp: bool = True

    def is_article_path(self, path: str) -> bool:
        """Tell whether an article may have this tidy path."""
        if self._other_path and self._other_path.fullmatch(path):
            return False
        return self._article_path is None or self._article_path.fullmatch(path) is not None

    def is_own_host(self, host: str) -> bool:
        """Tell whether a tidy host is the site's; any is where the site names none."""
        return not self.hosts or self._bare_host(host) in self._own_hosts

    def spell_parameter(self, name: str) -> str | None:
        """Give a parameter the spelling it is kept under; nothing where it goes."""
        if name in self.identifying_parameters:
            return name
        small = name.lower()
        if small in self._spellings:
            return self._spellings[small]
        is_kept = self.keep_unknown_parameters and not (
            small in self.tracking_parameters or small.startswith(self._tracking_families)
        )
        return name if is_kept else None

    @cached_property
    def site_host(self) -> str:
        """The first of the site's hosts, which all of them become."""
        return _read_host(self.hosts[0])

    @cached_property
    def _own_hosts(self) -> frozenset[str]:
        return frozenset(self._bare_host(_read_host(host)) for host in self.hosts)

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {name.lower(): name for name in reversed(self.identifying_parameters)}

    @cached_property
    def _tracking_families(self) -> tuple[str, ...]:
        return tuple(name[:-1] for name in self.tracking_parameters if name.endswith("*"))

    @cached_property
    def _article_path(self) -> re.Pattern[str] | None:
        return compile_paths(self.article_paths)

    @cached_property
    def _other_path(self) -> re.Pattern[str] | None:
        return compile_paths(self.other_paths)

    @cached_property
    def view_segments(self) -> frozenset[str]:
        """Last segments that show the same article in another form, those of AMP among them."""
        return frozenset(self.view_names) | (frozenset(("amp", "amp.html")) if self.has_amp else frozenset())

    def _bare_host(self, host: str) -> str:
        return (_AMP_HOST if self.has_amp else _MOBILE_HOST).sub("", host)


def canonicalise_url(text: str, rules: UrlRules) -> str | None:
    """Give the one address of a page.

    Parameters
    ----------
    text : str
        A URL or a path; never raises, whatever it holds.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    str or None
        ``https://host/path`` in ASCII, percent-encoded UTF-8 in Unicode form C; ``/path`` of a path where the site
        names no hosts; nothing where it is no web address. The canonical form of a canonical form is itself.

    Examples
    --------
    >>> canonicalise_url("http://www.Example.org:80/a/b/?utm_source=x&p=1#top", UrlRules())
    'https://example.org/a/b?p=1'
    >>> canonicalise_url("/a/b/?p=1", UrlRules())
    '/a/b?p=1'
    >>> canonicalise_url("javascript:alert(1)", UrlRules()) is None
    True
    """
    base, pairs = split_query(text)
    page = find_page(base, rules)
    kept = _keep_pairs(pairs, rules)
    if page is None or kept is None:
        return None
    origin, path = page
    address = f"{origin}{path or ('' if origin else '/')}{'?' + kept if kept else ''}"
    return address if len(address) <= _LONGEST else None


def identifying_pattern(rules: UrlRules) -> str:
    """Give the regular expression by which the SQL macro `url_stem` tells the parameters that may matter.

    Parameters
    ----------
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    str
        It finds, after ``?`` or ``&``, an identifying parameter, a marker, or a name that is not plain ASCII and must
        be decoded to be known. To be bound as a value.

    Examples
    --------
    >>> import re
    >>> pattern = identifying_pattern(UrlRules())
    >>> [query for query in ("?utm_id=1", "?a=b&ID=7", "?preview", "?%70=1", "?page=2") if re.search(pattern, query)]
    ['?a=b&ID=7', '?preview', '?%70=1']
    """
    if rules.keep_unknown_parameters:
        return "[?&]"
    names = "|".join(map(re.escape, (*rules.identifying_parameters, *MARKERS)))
    return rf"(?i)[?&](?:(?:amp;)?(?:{names})(?:[=&]|$)|[^=&]*[^!-$&-*,-~])"


def find_page(base: str, rules: UrlRules) -> tuple[str, str] | None:
    """Give the origin and the tidy path of what stands before a URL's query.

    Parameters
    ----------
    base : str
        A URL or a path, without query and fragment.
    rules : UrlRules
        What the site says about its URLs.

    Returns
    -------
    tuple of (str, str) or None
        The origin is empty for a path where the site names no hosts; the path is empty for the site's root.

    Examples
    --------
    >>> find_page("https://amp.town.example/news/rain/amp/", UrlRules(hosts=("town.example",)))
    ('https://town.example', '/news/rain')
    """
    base = base.strip()
    if len(base) > _LONGEST or base.startswith("//") or _REFUSED.search(base):
        return None
    if base.startswith("/"):
        return f"https://{rules.site_host}" if rules.hosts else "", join_path(_strip_views(split_path(base), rules))
    address = read_address(base)
    if address is None:
        return None
    host, port, segments = address
    if rules.has_amp and segments and _AMP_CACHE.fullmatch(f"{_WWW_HOST.sub('', host)}/{segments[0]}"):
        inner = f"https://{'/'.join(segments[1:]).removeprefix('s/')}"
        return _find_cached(inner, rules) or (f"https://{_WWW_HOST.sub('', host)}{port}", join_path(segments))
    if not rules.is_own_host(host):
        return f"https://{_WWW_HOST.sub('', host)}{port}", join_path(segments)
    own = rules.site_host if rules.hosts else _WWW_HOST.sub("", host)
    return f"https://{own}{port}", join_path(_strip_views(segments, rules))


def _find_cached(inner: str, rules: UrlRules) -> tuple[str, str] | None:
    """Find the site's page behind an AMP cache's address."""
    address = read_address(inner)
    if address is None or "." not in address[0] or not address[2] or not rules.is_own_host(address[0]):
        return None
    return find_page(inner, rules)


def _strip_views(segments: list[str], rules: UrlRules) -> list[str]:
    """Strip what shows the same article in another form, as long as an article's path is left."""
    while segments:
        if segments[-1] in rules.index_names:
            shorter: list[str] | None = segments[:-1]
        else:
            shorter = next(
                (one for one in _list_shorter(segments, rules) if rules.is_article_path(join_path(one))), None
            )
        if shorter is None:
            break
        segments = shorter
    return segments


def _list_shorter(segments: list[str], rules: UrlRules) -> Iterable[list[str]]:
    if rules.has_amp and (suffix := _AMP_SUFFIX.fullmatch(segments[-1])):
        yield [*segments[:-1], suffix[1] + (suffix[2] or "")]
    if len(segments) > 1 and segments[-1] in rules.view_segments:
        yield segments[:-1]
    if len(segments) > 1 and rules.has_amp and segments[0] == "amp":
        yield segments[1:]


def _read_host(host: str) -> str:
    address = read_address(f"https://{host}")
    return address[0] if address else host.lower()


def _keep_pairs(pairs: list[str], rules: UrlRules) -> str | None:
    """Give the query that is kept; nothing at all where a kept pair holds a control character."""
    kept: list[tuple[str, str]] = []
    for pair in pairs:
        name, value = read_pair(pair)
        spelling = rules.spell_parameter(name)
        if spelling is None:
            continue
        if _REFUSED.search(pair):
            return None
        kept.append((spelling, value))
    # By name alone: of p=2&p=1 a site may serve the first or the last.
    kept.sort(key=lambda one: one[0])
    return "&".join(
        "=".join(quote_plus(text, errors="surrogateescape") for text in one)
        for one, before in zip(kept, [None, *kept], strict=False)
        if one != before
    )
