"""What an address tells before it is hashed: its network, and whether that belongs to a data centre.

IPv4 addresses are written into IPv6's own range for them (``::ffff:0:0/96``), so that both kinds stand on one line.
"""

from __future__ import annotations

import socket
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path

from analytics.errors import SettingsError

_MAPPED = 0xFFFF << 32


class Ranges:
    """A set of address ranges.

    Parameters
    ----------
    ranges : iterable of (int, int)
        First and last address of each range, as `read_address` numbers them; they may overlap.

    Examples
    --------
    >>> ranges = Ranges.parse(["198.51.100.0/24  # a hosting company", "", "2001:db8::/32"])
    >>> [ranges.holds(ip) for ip in ("198.51.100.7", "::ffff:198.51.100.7", "2001:db8::1", "203.0.113.9", "-")]
    [True, True, True, False, False]
    """

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(ranges):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(last, self._lasts[-1])
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __len__(self) -> int:
        return len(self._firsts)

    @classmethod
    def parse(cls, lines: Iterable[str], name: str = "the list of address ranges") -> Ranges:
        """Read one range a line, such as ``198.51.100.0/24``; what follows a # is a comment.

        Raises
        ------
        SettingsError
            Where a line is no range; the sentence names it.
        """
        found = []
        for number, line in enumerate(lines, 1):
            if text := line.partition("#")[0].strip():
                try:
                    found.append(_read_range(text))
                except ValueError as error:
                    message = f"{name}, line {number}: {text!r} is no address range; write it like 198.51.100.0/24"
                    raise SettingsError(message) from error
        return cls(found)

    @classmethod
    def read(cls, path: Path) -> Ranges:
        """Read a file of ranges, as `parse` does.

        Raises
        ------
        SettingsError
            Where the file cannot be read, or a line is no range.
        """
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            message = f"the list of address ranges {path} cannot be read ({error}); see data_centre_ranges"
            raise SettingsError(message) from error
        return cls.parse(lines, str(path))

    def holds(self, ip: str) -> bool:
        """Tell whether an address lies in one of the ranges; a text that is no address does not."""
        number = read_address(ip)
        if number is None:
            return False
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self._lasts[place]


def network_prefix(ip: str) -> str | None:
    """Give the network of an address: the first 24 bits of IPv4, the first 48 of IPv6.

    Returns
    -------
    str or None
        Nothing where the text is no address.

    Examples
    --------
    >>> network_prefix("198.51.100.23"), network_prefix("::ffff:198.51.100.23"), network_prefix("2001:db8:85a3::7334")
    ('198.51.100.0/24', '198.51.100.0/24', '2001:db8:85a3::/48')
    """
    number = read_address(ip)
    if number is None:
        return None
    if number >> 32 == 0xFFFF:  # noqa: PLR2004 - the range of IPv4
        return socket.inet_ntop(socket.AF_INET, (number & 0xFFFFFF00).to_bytes(4)) + "/24"
    return socket.inet_ntop(socket.AF_INET6, (number >> 80 << 80).to_bytes(16)) + "/48"


def read_address(ip: str) -> int | None:
    """Give an address as a number of 128 bits; nothing where the text is none.

    Examples
    --------
    >>> read_address("::ffff:0.0.0.1") == read_address("0.0.0.1"), read_address("256.0.0.1")
    (True, None)
    """
    # The C library reads a million addresses in a fraction of the time the ipaddress module takes.
    try:
        if ":" in ip:
            return int.from_bytes(socket.inet_pton(socket.AF_INET6, ip.strip()))
        return _MAPPED | int.from_bytes(socket.inet_pton(socket.AF_INET, ip.strip()))
    except (OSError, ValueError):  # ValueError: a NUL, or a letter that no encoding has
        return None


def _read_range(text: str) -> tuple[int, int]:
    network = ip_network(text, strict=False)
    base = _MAPPED if network.version == 4 else 0  # noqa: PLR2004 - the two versions there are
    return base | int(network.network_address), base | int(network.broadcast_address)
