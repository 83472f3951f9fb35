"""Strict JSON: screening whole chunks gives the verdicts of a slow judge, which gives those of the definition."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.json_lines import judge_line, screen_json
from analytics.lines import Caps, LineBlock, mark, read_blocks

CAPS = Caps(line_bytes=1 << 20, file_bytes=1 << 40, expansion_ratio=200.0)
BLANK = mark("blank_line", is_reject=False)


def judge_slowly(line: bytes) -> str | None:
    """Give the verdict by the definition alone. An object is read as a tuple of its pairs."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "bad_utf8"
    try:
        value = json.loads(text, object_pairs_hook=tuple, parse_constant=refuse, parse_int=str)
        is_good = isinstance(value, tuple) and measure_depth(value) <= 64 and all(map(is_storable, list_texts(value)))
    except (ValueError, RecursionError):
        return "malformed_line"
    if not is_good or any(name == "kind" and str(kind).startswith("\1") for name, kind in value):
        return "malformed_line"
    return "duplicate_key" if has_twins(value) else None


def refuse(name: str) -> None:
    raise ValueError(name)


def list_parts(value: object) -> list[Any]:
    if isinstance(value, tuple):
        return [part for _, part in value]
    return value if isinstance(value, list) else []


def measure_depth(value: object) -> int:
    return isinstance(value, tuple | list) + max(map(measure_depth, list_parts(value)), default=0)


def list_texts(value: object) -> list[str]:
    own = [value] if isinstance(value, str) else [name for name, _ in value] if isinstance(value, tuple) else []
    return own + [text for part in list_parts(value) for text in list_texts(part)]


def is_storable(text: str) -> bool:
    return "\0" not in text and not re.search("[\ud800-\udfff]", text)


def has_twins(value: object) -> bool:
    names = [name for name, _ in value] if isinstance(value, tuple) else []
    return len(set(names)) < len(names) or any(map(has_twins, list_parts(value)))


def check_verdicts(lines: list[bytes]) -> None:
    """Check that screening gives each of these lines its verdict and touches nothing else."""
    block = LineBlock.of(b"".join(line + b"\n" for line in lines), first_line=3, offset=50)
    screened = screen_json(block)
    expected = [judge_slowly(line) for line in lines]
    shown = [mark(verdict, is_reject=True) if verdict else line for line, verdict in zip(lines, expected, strict=True)]
    assert screened.data == b"".join(text + b"\n" for text in shown)
    assert [judge_line(line) for line in lines] == expected
    assert screened.marked == {3 + index for index, verdict in enumerate(expected) if verdict}
    numbers = range(3, 3 + len(lines))
    assert [screened.offset_of(number) for number in numbers] == [block.offset_of(number) for number in numbers]
    assert [screened.line(number) for number in numbers] == [text.removesuffix(b"\r") for text in shown]


GOOD = b'{"event_id":"e1","kind":"pageview","url":"https://a.example/x?utm_x=1"}'
VERDICTS: dict[bytes, str | None] = {
    GOOD: None,
    b' {"a" : [1, {"b": "\\u00e9\\ud83d\\ude00"}], "c":{}}\t\r': None,
    b'{"a":"b \\":c\\": { [ , // \' :"}': None,
    b'{"n":-0.5e+10,"big":1e999,"long":' + b"9" * 5000 + b"}": None,
    b"{}": None,
    b'{"a":' * 63 + b"{}" + b"}" * 63: None,
    b'{"a":' + b"[" * 63 + b"]" * 63 + b"}": None,
    b'{"a":' * 64 + b"{}" + b"}" * 64: "malformed_line",
    b'{"a":' + b"[" * 64 + b"]" * 64 + b"}": "malformed_line",
    b'{"a":' + b"[" * 100_000: "malformed_line",
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}": "malformed_line",
    b"[1]": "malformed_line",
    b"5": "malformed_line",
    b"null": "malformed_line",
    b'"text"': "malformed_line",
    b'{"a":NaN}': "malformed_line",
    b'{"a":Infinity}': "malformed_line",
    b'{"a":-Infinity}': "malformed_line",
    b'{"a":1,}': "malformed_line",
    b'{"a":[1,]}': "malformed_line",
    b'{"a":1 /* no */}': "malformed_line",
    b'{"a":1} // no': "malformed_line",
    b"{'a':1}": "malformed_line",
    b"{a:1}": "malformed_line",
    b'{"a":01}': "malformed_line",
    b'{"a":+1}': "malformed_line",
    b'{"a":.5}': "malformed_line",
    b'{"a":1.}': "malformed_line",
    b'{"a":tRue}': "malformed_line",
    b'{"a":"\t"}': "malformed_line",
    b'{"a":"\\x41"}': "malformed_line",
    b'{"a":"\\ud800"}': "malformed_line",
    b'{"a":"\\udc00\\ud800"}': "malformed_line",
    b'{"\\ud800":1}': "malformed_line",
    b'{"a":"\\u0000"}': "malformed_line",
    b'{"a\\u0000":1}': "malformed_line",
    b'{"a":"\\\\u0000"}': None,
    b'{"a":"x\0y"}': "malformed_line",
    b'{"a":1}\0': "malformed_line",
    b'\xef\xbb\xbf{"a":1}': "malformed_line",
    b'{"a":1}{"b":2}': "malformed_line",
    b'{"a":1} {"b":2}': "malformed_line",
    b'{"a":1},': "malformed_line",
    b'{"a":{}': "malformed_line",
    b'{"a":1': "malformed_line",
    b"1}": "malformed_line",
    b'{"a":"\xff"}': "bad_utf8",
    b'{"a":"\xed\xa0\x80"}': "bad_utf8",
    b'{"a":"\xc0\x80"}': "bad_utf8",
    b'{"\xff":1}': "bad_utf8",
    b'{"kind":1,"kind":1}': "duplicate_key",
    b'{"kind":1,"k\\u0069nd":1}': "duplicate_key",
    b'{"kind":1,"x":2,"kind" :1}': "duplicate_key",
    b'{"kind"\t:1,"kind"\t :1}': "duplicate_key",
    b'{"x":{"a":1,"a":1}}': "duplicate_key",
    b'{"x":[{"a":1,"b":{}},{"a":1,"b":{},"b":1}]}': "duplicate_key",
    b'{"":1,"":1}': "duplicate_key",
    b'{"kind":"\\u0000blank_line"}': "malformed_line",
    b'{"kind":"\\u0001line_too_long"}': "malformed_line",
    b'{"note":"\\u0001"}': None,
}


@pytest.mark.parametrize("line", VERDICTS, ids=lambda line: repr(line[:40]))
def test_a_line_gets_its_verdict(line: bytes) -> None:
    assert judge_slowly(line) == VERDICTS[line]
    check_verdicts([line])


def test_the_verdicts_hold_among_other_lines() -> None:
    check_verdicts([*VERDICTS, *[GOOD] * 1000, *VERDICTS])
    for line in VERDICTS:
        check_verdicts([GOOD] * 5 + [line] + [GOOD] * 5)


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"a":1}{"b":2}', b'{"c":', b"3}"],
        [b'{"a":1}{"b":2}', b'{"c":{}', b'{"d":1}}'],
        [b'{"a":[', b'{"b":1}', b"]}", b'{"c":1}{"d":1}{"e":1}'],
        [b'{"a":1,"a" :1}', b'{"b":"\\":"}'],
        [b'{"a":"x}', b'{y"}', b'{"b":1}{"c":2}'],
        [b'{"a":1,"a":1}', b'{"b":{"c":1}}', b'{"d" :1}'],
    ],
)
def test_faults_of_several_lines_do_not_make_up_for_each_other(lines: list[bytes]) -> None:
    check_verdicts(lines)


def test_a_marker_of_the_reader_stays_and_one_in_the_file_does_not() -> None:
    content = b'\n{"kind":"\\u0000blank_line"}\n{"kind":"share"}\n'
    (block,) = map(screen_json, read_blocks(io.BytesIO(content), CAPS))
    assert [block.line(number) for number in (1, 2, 3)] == [
        BLANK,
        mark("malformed_line", is_reject=True),
        b'{"kind":"share"}',
    ]
    assert block.marked == {1, 2}
    assert [block.offset_of(number) for number in (1, 2, 3)] == [0, 1, 29]


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(["kind", "url", "k\\", 'a":', "a :", "é", ""]), values, max_size=4)
spellings = st.tuples(objects, st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), (",\t", "\r:")]))
good_lines = spellings.map(lambda spelt: json.dumps(spelt[0], ensure_ascii=spelt[1], separators=spelt[2]).encode())
SCRAPS = (
    rb'{ } [ ] " : , \ \u 0001 0000 d83d \ude00 a "a" "a": "\u0061": 1 - . e true null NaN {"a":1} {"a":1,"a" {"kind":"'
)
scraps = st.lists(
    st.sampled_from([*SCRAPS.split(b" "), b" ", b"\t", b"\r", b"\xff", b"\xc3", b"\xa9", b"\0", b"\x1f", b"\x7f"]),
    max_size=14,
).map(b"".join)


@st.composite
def broken_lines(draw: st.DrawFn) -> bytes:
    line = draw(good_lines)
    place = draw(st.integers(0, len(line)))
    return line[:place] + draw(scraps) + line[place + draw(st.integers(0, 3)) :]


@given(lines=st.lists(good_lines | broken_lines() | scraps, min_size=1, max_size=8))
def test_screening_whole_chunks_gives_the_verdicts_of_a_slow_judge(lines: list[bytes]) -> None:
    check_verdicts([line.replace(b"\n", b"") for line in lines])
