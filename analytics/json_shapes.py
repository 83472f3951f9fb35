"""Knows lines of JSON again by the names they hold, so that most of them need no reading for that.

Lines of one source name the same few sets of fields. Where a line has as many colons behind a quote or a space as one
seen before, and before each of them the very bytes of that one's name, then no name stands in it twice, nor one that is
new, as long as it is JSON at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
import numpy as np

from analytics.lines import Array, LineBlock

_MOST_SHAPES = 32
_MOST_NEW = 4
_LONGEST_NAME = 56
_PAD = 64
_WORD = 8
_QUOTE, _COLON = b'":'
_DECODER = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True)
class _Name:
    """What stands before a name's colon, in words of eight bytes."""

    words: tuple[tuple[int, int], ...]
    mask: int

    @classmethod
    def of(cls, text: bytes) -> Self:
        """Cut a text, its end first; the last word overlaps, or is the only one and shorter."""
        backs = [*range(0, len(text) - _WORD, _WORD), max(len(text) - _WORD, 0)]
        padded = text.rjust(_WORD, b"\0")
        words = (
            (back, int.from_bytes(padded[len(padded) - back - _WORD : len(padded) - back], "little")) for back in backs
        )
        return cls(tuple(words), (1 << 64) - (1 << 8 * max(_WORD - len(text), 0)))

    def find(self, words: Array, places: Array) -> Array:
        """Tell which of the words end its text; `places` is where they begin."""
        is_found = np.ones(len(places), bool)
        for back, word in self.words:
            is_found &= (words[places - back] & np.uint64(self.mask)) == np.uint64(word)
        return is_found


@dataclass
class Shapes:
    r"""The sets of names that lines of a file have had so far.

    Parameters
    ----------
    names : set of str
        The name of every field seen.

    Examples
    --------
    >>> shapes = Shapes()
    >>> shapes.recognise(LineBlock.of(b'{"a":1,"b":2}\n{"a":3,"b":4}\n{"a":5,"a":6}\n'), lambda line: b"5" not in line)
    array([ True,  True, False])
    >>> sorted(shapes.names)
    ['a', 'b']
    """

    names: set[str] = field(default_factory=set)
    _shapes: list[list[_Name]] = field(default_factory=list)

    def recognise(self, block: LineBlock, is_good: Callable[[bytes], bool]) -> Array:
        """Tell which lines have the names of one seen before, each once and no other; the first of a kind is judged.

        Parameters
        ----------
        block : LineBlock
            Lines that hold one object each, if they are JSON at all.
        is_good : callable
            Whether a line is one good object.
        """
        colons = _find_colons(block.data)
        firsts = np.searchsorted(colons, block.starts)
        words = _view_words(block.data)
        is_known = np.zeros(block.lines, bool)
        shapes = iter(self._shapes)
        unknown = np.arange(block.lines)
        tried = 0
        while len(unknown):
            shape = next(shapes, None)
            if shape is None:
                if tried == _MOST_NEW or len(self._shapes) == _MOST_SHAPES:
                    break
                tried += 1
                line = block.line(int(unknown[0]) + block.first_line)
                shape = self._learn(line) if is_good(line) else None
                if shape is None:
                    unknown = unknown[1:]
                    continue
            has_shape = _match(shape, words, colons, firsts, unknown)
            is_known[unknown[has_shape]] = True
            unknown = unknown[~has_shape]
        return is_known

    def _learn(self, line: bytes) -> list[_Name] | None:
        """Take up a good line's names; nothing where it is not flat, or they are too long or written with escapes."""
        try:
            names = list(_DECODER.decode(line))
        except msgspec.DecodeError:  # a number too large for any type, which is JSON all the same
            return None
        self.names.update(names)
        colons = _find_colons(line).tolist()
        if len(colons) != len(names):
            return None
        shape = []
        for number, (colon, name) in enumerate(zip(colons, names, strict=True)):
            text = _before(line[:colon], name, is_first=not number)
            if text is None:
                return None
            shape.append(_Name.of(text))
        self._shapes.append(shape)
        return shape


def _before(line: bytes, name: str, *, is_first: bool) -> bytes | None:
    quoted = b'"' + name.encode() + b'"'
    opening = b"{" if is_first else b","
    if len(quoted) > _LONGEST_NAME or b"\\" in quoted:
        return None
    return next((text for text in (opening + quoted, opening + b" " + quoted) if line.endswith(text)), None)


def _find_colons(data: bytes) -> Array:
    """Find the colons behind a quote or a space: every one that follows a name, and seldom another."""
    text = np.frombuffer(data, np.uint8)
    colons = np.flatnonzero(text == _COLON)
    found: Array = colons[text[colons - 1] <= _QUOTE]
    return found


def _view_words(data: bytes) -> Array:
    """Give the eight bytes from each place on, as a number each; the first `_PAD` bytes are none of the text's."""
    return np.ndarray((len(data) + _PAD - _WORD + 1,), "<u8", bytes(_PAD) + data, strides=(1,))


def _match(shape: list[_Name], words: Array, colons: Array, firsts: Array, lines: Array) -> Array:
    first = firsts[lines]
    has_shape: Array = firsts[lines + 1] - first == len(shape)
    first = first[has_shape]
    matches = np.ones(len(first), bool)
    for number, name in enumerate(shape):
        matches &= name.find(words, colons[first + number] + (_PAD - _WORD))
    has_shape[has_shape] = matches
    return has_shape
