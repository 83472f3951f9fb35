"""Lines known by their names: one close to a line seen before still gets its own verdict, and no name is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.json_lines import judge_line, screen_json
from analytics.json_shapes import Shapes
from analytics.lines import LineBlock

SEEN = [
    b'{"event_id":"e1","kind":"pageview","url":"https://a.example/x?p=1","seconds":null}',
    b'{"kind": "share", "visitor_id": "v1", "tags": ["a", {}], "seconds": -1.5e3}',
    '{"kind":"engaged","title":"مطر","country":"ES","seconds":12}'.encode(),
]
PARTS = [
    *(b'"kind":', b',"kind"', b',"kind":1', b',"kind" :1', b', "kind": 1', b'{"kind":1,"kind":2}', b'"x,\\"kind\\":"'),
    *(b'":', b'":null', b" :", b",", b",}", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud800", b"\0", b"\r"),
    *(b"NaN", b"-", b"1.", b"01", b"\xff", b"\xc3", b"\t", b" ", b"null", b"1e999"),
]


def screen_lines(lines: list[bytes]) -> dict[int, bytes]:
    block = LineBlock.of(b"".join(line + b"\n" for line in lines))
    shapes = Shapes()
    screen_json(block, shapes)
    screened = screen_json(block, shapes)
    return {number - 1: screened.line(number) for number in screened.marked}


@st.composite
def draw_close_lines(draw: Callable[..., Any]) -> list[bytes]:
    """Draw lines that were seen, most with a part put in, cut out or put in another's place."""
    lines = []
    for _ in range(draw(st.integers(1, 12))):
        line = draw(st.sampled_from(SEEN))
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.integers(0, len(line)))
            end = min(start + draw(st.sampled_from([0, 0, 1, 2, 5])), len(line))
            line = line[:start] + draw(st.sampled_from([b"", *PARTS])) + line[end:]
        lines.append(line)
    return lines


@given(draw_close_lines())
def test_a_line_close_to_one_seen_before_gets_its_own_verdict(lines: list[bytes]) -> None:
    marked = screen_lines([*SEEN, *lines, *SEEN])
    expected = {place + len(SEEN) for place, line in enumerate(lines) if judge_line(line)}
    # A lone carriage return ends a line, but before that: here it is part of one.
    assert set(marked) == expected


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"bb":2,"a":3}',
        b'{"a":null,"bb":2,"a":null}',
        b'{"a":1,"bb":2,"a" :3}',
        b'{"a":1,"bb":2,"ccc":3,"a":4}',
        b'{"a":1,"bb":2,"bb":3}',
        b'{"a":{"bb":2,"bb":3}}',
        b'{"a":1,"bb":":","bb":3}',
        b'{"a":1,"x,\\"bb":2,"x,\\"bb":3}',
    ],
)
def test_a_name_that_comes_twice_is_found_among_lines_that_are_known(line: bytes) -> None:
    good = [b'{"a":1,"bb":2,"ccc":3}', b'{"a":1,"bb":2}'] * 3
    assert screen_lines([*good, line, *good]) == {len(good): b'{"kind":"\\u0001duplicate_key"}'}


NAMES = st.sampled_from(["id", "visitor_id", "my_visitor_id", "long_visitor_id", "é", "a b", 'q"', "", "x" * 80])


@given(st.lists(st.lists(NAMES, unique=True), min_size=1, max_size=30), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_every_name_of_a_good_line_is_taken_up(lines: list[list[str]], separators: tuple[str, str]) -> None:
    shapes = Shapes()
    for objects in (lines[:5], lines[5:]):
        texts = [json.dumps(dict.fromkeys(names, 1), ensure_ascii=False, separators=separators) for names in objects]
        screen_json(LineBlock.of("".join(text + "\n" for text in texts).encode()), shapes)
    assert shapes.names == {name for names in lines for name in names}


@pytest.mark.parametrize("name", ["my_visitor_id", "Visitor_id", "a_very_long_visitor_id", "id"])
def test_a_name_that_only_ends_like_one_seen_is_another(name: str) -> None:
    shapes = Shapes()
    screen_json(LineBlock.of(b'{"visitor_id":1}\n{"%b":1}\n' % name.encode()), shapes)
    assert shapes.names == {"visitor_id", name}


def test_most_lines_of_one_source_are_known() -> None:
    lines = b"".join(line + b"\n" for line in [SEEN[0], SEEN[2]] * 500)
    assert Shapes().recognise(LineBlock.of(lines), lambda line: judge_line(line) is None).all()
