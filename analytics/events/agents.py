"""What a user agent and a referrer tell about an event."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

import crawleruseragents

from analytics.reference_data import read_reference

_SHORTEST_AGENT, _LONGEST_AGENT = 25, 400


def is_declared_robot(user_agent: str) -> bool:
    """Tell whether a user agent says that it is a robot.

    Parameters
    ----------
    user_agent : str
        The whole string.

    Examples
    --------
    >>> is_declared_robot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_declared_robot("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    False
    """
    return bool(crawleruseragents.is_crawler(user_agent))


def has_odd_agent(user_agent: str) -> bool:
    """Tell whether a user agent is too short or too long for a browser's (Wikimedia's bounds: 25 and 400 characters).

    Examples
    --------
    >>> has_odd_agent("curl/8.5.0"), has_odd_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
    (True, False)
    """
    return not _SHORTEST_AGENT <= len(user_agent) <= _LONGEST_AGENT


def classify_referrer(referrer: str, hosts: frozenset[str]) -> tuple[str, str | None]:
    """Give a referrer's class and host.

    Parameters
    ----------
    referrer : str
        The referring URL, or just its host.
    hosts : frozenset of str
        The site's own hosts, without ``www.``.

    Returns
    -------
    tuple of (str, str or None)
        search, social, messaging, ai, internal or external with the host; direct without.

    Examples
    --------
    >>> classify_referrer("https://www.google.co.uk/search?q=x", frozenset())
    ('search', 'google.co.uk')
    >>> classify_referrer("android-app://com.google.android.gm", frozenset())
    ('external', 'com.google.android.gm')
    """
    try:
        host = urlsplit(referrer if "//" in referrer else f"//{referrer}").hostname
    except ValueError:
        host = None
    if not host or referrer == "-":
        return "direct", None
    host = host.lower().removeprefix("www.")
    if host in hosts:
        return "internal", host
    return _class_of(host), host


@cache
def _class_of(host: str) -> str:
    return next((name for pattern, name in _patterns() if pattern.fullmatch(host)), "external")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = read_reference("referrer_classes")
    return tuple(
        (re.compile(re.escape(row["host"]).replace(r"\*", r"[a-z]{2,6}(?:\.[a-z]{2})?")), row["class"]) for row in rows
    )
