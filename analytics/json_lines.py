"""Judges lines of JSON as strictly as the standard does; whole chunks at a time where nothing is suspicious."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import msgspec
import numpy as np

from analytics.json_shapes import Shapes
from analytics.lines import Array, LineBlock, mark

MAX_DEPTH = 64
_CHUNK_BYTES = 32 << 10
_NEVER = -(1 << 40)
_TOO_DEEP = "\0"
_DECODER = msgspec.json.Decoder(dict[str, Any])
# Reads nothing, and refuses what is not JSON; of texts it does not ask whether they are UTF-8.
_SKIPPER = msgspec.json.Decoder(msgspec.defstruct("Skipped", []))
_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_QUOTE, _COLON, _BRACKET, _OPEN, _CLOSE, _RETURN = b'":[{}\r'
# NUL, the sign of a marker, and halves of a pair.
_BAD_ESCAPE = re.compile(rb"\\u(?:000[01]|[dD][89a-fA-F])")


def screen_json(block: LineBlock, shapes: Shapes | None = None) -> LineBlock:
    r"""Give every line that strict JSON refuses its verdict, as a marker in its place.

    Refused are lines that hold no single JSON object, invalid UTF-8, a name twice in one object, NUL or half a
    surrogate pair in a text, nesting beyond 64, and a ``kind`` that would look like a marker.

    Parameters
    ----------
    block : LineBlock
        Its markers stay as they are.
    shapes : Shapes, optional
        What the lines before looked like. Takes up the name of every field that a good line has, and of some lines
        that are refused.

    Examples
    --------
    >>> screen_json(LineBlock.of(b'{"slot":1}\n{"slot":NaN}\n')).line(2)
    b'{"kind":"\\u0001malformed_line"}'
    """
    verdicts = {
        number: mark(reason, is_reject=True)
        for number in _find_suspicious(block, Shapes() if shapes is None else shapes)
        if (reason := judge_line(block.line(number)))
    }
    return block.replace_lines(verdicts)


def judge_line(line: bytes) -> str | None:
    r"""Say why strict JSON refuses a line; nothing where it holds one good object.

    Examples
    --------
    >>> judge_line(b'{"slot":1}'), judge_line(b'{"slot":1,"sl\\u006ft":2}'), judge_line(b"\xff")
    (None, 'duplicate_key', 'bad_utf8')
    """
    try:
        value = json.loads(
            line.decode(), object_pairs_hook=_Members, parse_constant=_refuse_constant, parse_int=str, parse_float=str
        )
    except UnicodeDecodeError:
        return "bad_utf8"
    except (ValueError, RecursionError):
        return "malformed_line"
    if not isinstance(value, _Members) or not all(map(_is_sound, _walk(value, 1))):
        return "malformed_line"
    if any(name == "kind" and isinstance(kind, str) and kind.startswith("\1") for name, kind in value):
        return "malformed_line"
    objects = (part for part in _walk(value, 1) if isinstance(part, _Members))
    return "duplicate_key" if any(len({name for name, _ in members}) < len(members) for members in objects) else None


class _Members(list[tuple[str, Any]]):
    """The names and values of an object, as they stand."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _walk(value: object, depth: int) -> Iterator[object]:
    """Give a value and all that it holds; what lies too deep is replaced by a text that is not sound."""
    if isinstance(value, list):
        if depth > MAX_DEPTH:
            yield _TOO_DEEP
            return
        yield value
        for part in value:
            if isinstance(value, _Members):
                yield part[0]
            yield from _walk(part[1] if isinstance(value, _Members) else part, depth + 1)
    else:
        yield value


def _is_sound(value: object) -> bool:
    """Tell a text that can be stored from one with NUL or half a surrogate pair."""
    if not isinstance(value, str):
        return True
    return "\0" not in value and (value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value))


def _find_suspicious(block: LineBlock, shapes: Shapes) -> Iterator[int]:
    """Give the numbers of all lines that may be bad, and of some that are not, but of no marker."""
    text = np.frombuffer(block.data, np.uint8)
    edges = np.searchsorted(block.starts, np.arange(0, len(text), _CHUNK_BYTES))
    is_known = shapes.recognise(block, lambda line: judge_line(line) is None)
    # A line that is not known stands alone: the ones around it need no reading for its sake.
    unknown = np.flatnonzero(~is_known)
    edges = np.unique(np.concatenate([edges, [block.lines], unknown, unknown + 1]))
    odd = np.flatnonzero(_find_odd_ends(text, block.starts))
    split = set((np.searchsorted(edges, odd, side="right") - 1).tolist())
    for chunk, (first, last) in enumerate(itertools.pairwise(edges.tolist())):
        is_split = chunk in split
        if not is_split and is_known[first:last].all() and _is_clean(block, first, last):
            continue
        for index in _screen_chunk(block, text, slice(first, last), shapes.names, is_split=is_split):
            number = block.first_line + index
            if number not in block.marked:
                yield number


def _find_odd_ends(text: Array, starts: Array) -> Array:
    """Find the lines that do not begin with a brace and end with one.

    Where all do, no value can reach from one line into the next: after a closing brace JSON never allows an opening
    one.
    """
    last = np.maximum(starts[1:] - 2, 0)
    last -= text[last] == _RETURN
    is_odd: Array = (text[starts[:-1]] != _OPEN) | (text[last] != _CLOSE)
    return is_odd


def _is_clean(block: LineBlock, first: int, last: int) -> bool:
    """Tell whether lines whose names are known are good."""
    starts = block.starts[first : last + 1]
    chunk = block.data[starts[0] : starts[-1]]
    if b"\\" in chunk and _BAD_ESCAPE.search(chunk):
        return False
    if b"[" in chunk:
        is_bracket = np.frombuffer(chunk, np.uint8) == _BRACKET
        if _count_in_lines(is_bracket, starts).max() >= MAX_DEPTH - 1:
            return False
    try:
        return len(_SKIPPER.decode_lines(chunk)) == last - first and (chunk.isascii() or bool(chunk.decode()))
    except _REFUSALS:
        return False


def _screen_chunk(block: LineBlock, text: Array, place: slice, names: set[str], *, is_split: bool) -> Iterable[int]:
    """Find the suspicious lines among some.

    Every name of an object is followed by a colon that stands behind a quote or a space. Where those colons are no
    more than the distinct names, no name stands twice. Where they are no more than the names of the outer objects, no
    object with a name lies inside either, and nesting takes square brackets.
    """
    starts = block.starts[place.start : place.stop + 1]
    chunk, text = block.data[starts[0] : starts[-1]], text[starts[0] : starts[-1]]
    is_colon = (text[1:] == _COLON) & (text[:-1] <= _QUOTE)
    has_escape = b"\\" in chunk and bool(_BAD_ESCAPE.search(chunk))
    objects = None if is_split else _decode_chunk(chunk, len(starts) - 1)
    # Lines of one source have the same few sets of names.
    names.update(*set(map(tuple, objects or ())))
    is_clean = objects and not has_escape and sum(map(len, objects)) == np.count_nonzero(is_colon)
    if is_clean and (b"[" not in chunk or _count_in_lines(text == _BRACKET, starts).max() < MAX_DEPTH - 1):
        return ()
    lines = chunk.split(b"\n")[:-1]
    counts = np.array([*map(_count_names, objects)] if objects else [_count_decoded(line, names) for line in lines])
    is_suspicious = counts != _count_in_lines(np.append(is_colon, False), starts)
    if has_escape:
        is_suspicious |= [bool(_BAD_ESCAPE.search(line)) for line in lines]
    return [int(index) + place.start for index in np.flatnonzero(is_suspicious)]


def _count_in_lines(is_found: Array, starts: Array) -> Array:
    counts: Array = np.add.reduceat(is_found, starts[:-1] - starts[0], dtype=np.int64)
    return counts


def _decode_chunk(chunk: bytes, lines: int) -> list[dict[str, Any]] | None:
    try:
        objects = _DECODER.decode_lines(chunk)
    except _REFUSALS:
        return None
    return objects if len(objects) == lines else None


def _count_decoded(line: bytes, names: set[str]) -> int:
    try:
        value = _DECODER.decode(line)
    except _REFUSALS:
        return -1
    names.update(value)
    return _count_names(value)


def _count_names(value: dict[str, Any] | list[Any], depth: int = 1) -> int:
    """Count the distinct names of an object and of those in it; -1 or less where it is nested too deep."""
    if depth > MAX_DEPTH:
        return _NEVER
    count, parts = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for part in parts:
        if part.__class__ is dict or part.__class__ is list:
            count += _count_names(part, depth + 1)
    return count
