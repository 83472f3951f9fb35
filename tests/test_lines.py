"""Blocks of lines: nothing lost, numbers and offsets true, memory bounded, and the same verdicts as a slow judge."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.errors import InputError
from analytics.json_lines import judge_line, screen_json
from analytics.lines import Caps, LineBlock, mark, read_blocks

CAPS = Caps(line_bytes=1 << 20, file_bytes=1 << 40, expansion_ratio=200.0)
BLANK, TOO_LONG = mark("blank_line", is_reject=False), mark("line_too_long", is_reject=True)
LINE_END = re.compile(rb"\r\n|\n|\r")


def read_lines(content: bytes, caps: Caps = CAPS, block_bytes: int = 16 << 20) -> list[tuple[int, int, bytes]]:
    """Give number, offset and text of every line, and check on the way that the blocks are well formed."""
    found: list[tuple[int, int, bytes]] = []
    number = 1
    for block in read_blocks(io.BytesIO(content), caps, block_bytes=block_bytes):
        assert block.first_line == number
        assert block.data.count(b"\n") == block.lines > 0
        assert block.data.endswith(b"\n")
        assert block.offset == block.offset_of(block.first_line)
        found += [(n, block.offset_of(n), block.line(n)) for n in range(number, number + block.lines)]
        number += block.lines
    return found


def list_lines_slowly(content: bytes, line_bytes: int) -> list[tuple[int, int, bytes]]:
    """Say the same by the definition; of a carriage return before a line feed, the length counts."""
    start = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    found: list[tuple[int, int, bytes]] = []
    while start < len(content):
        end = LINE_END.search(content, start)
        stop, after = (end.start(), end.end()) if end else (len(content), len(content))
        text, is_pair = content[start:stop], bool(end) and after - stop == 2
        shown = TOO_LONG if len(text) + is_pair > line_bytes else text if text.strip() else BLANK
        found.append((len(found) + 1, start, shown))
        start = after
    return found


texts = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"{}", b" ", b"\t", b"\xef\xbb\xbf", b"long" * 5, b"\xff", b"\0"])
).map(b"".join)


@given(content=texts, line_bytes=st.sampled_from([4, 12, 100]), block_bytes=st.sampled_from([1, 7, 300, 1 << 20]))
@example(content=b"\xef\xbb\xbf\r\r\n\n", line_bytes=4, block_bytes=1)
def test_every_line_keeps_its_number_its_offset_and_its_text(content: bytes, line_bytes: int, block_bytes: int) -> None:
    caps = Caps(line_bytes, 1 << 30, 200.0)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    assert read_lines(content, caps, block_bytes) == list_lines_slowly(content, line_bytes)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_line_end_across_two_pieces_ends_one_line(end: bytes) -> None:
    line = b"x" * 999 + end
    content = line * 1100  # several pieces, each cut elsewhere in a line
    for shift in range(3):
        lines = read_lines(b"y" * shift + content, block_bytes=300_000)
        assert len(lines) == 1100
        assert [offset for _, offset, _ in lines[1:]] == [shift + len(line) * n for n in range(1, 1100)]
        assert {text for _, _, text in lines[1:]} == {b"x" * 999}


@pytest.mark.parametrize("shape", ["first", "middle", "last"])
def test_a_giant_line_is_one_marker_and_the_lines_around_it_stay(shape: str) -> None:
    giant, line = b"g" * 3_000_000, b'{"n":1}'
    order = {"first": [giant, line, line], "middle": [line, giant, line], "last": [line, line, giant]}[shape]
    content = b"\n".join(order)
    lines = read_lines(content, Caps(100_000, 1 << 30, 200.0), block_bytes=1 << 20)
    assert lines == list_lines_slowly(content, 100_000)
    assert [text for _, _, text in lines].count(TOO_LONG) == 1


def test_blocks_of_very_short_lines_stay_small() -> None:
    blocks = list(read_blocks(io.BytesIO(b"\n" * 700_000), CAPS, block_bytes=1 << 20))
    assert sum(block.lines for block in blocks) == 700_000
    assert max(len(block.data) for block in blocks) < 9 << 20
    assert blocks[-1].offset_of(700_000) == 699_999


def test_an_empty_file_gives_no_block() -> None:
    empty = [b"", gzip.compress(b""), b"\xef\xbb\xbf"]
    assert [read_lines(content) for content in empty] == [[], [], []]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf_16_is_refused_by_name(codec: str) -> None:
    with pytest.raises(InputError, match="UTF-16; save it as UTF-8"):
        read_lines('{"kind":"share"}\n'.encode(codec))


MEASURE_BOMB = """
import resource, sys
from pathlib import Path
from analytics.lines import Caps, read_blocks
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
caps = Caps(4 << 20, 1 << 40, 1e9)
print([(block.lines, block.data) for block in read_blocks(Path(sys.argv[1]), caps)])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_of_one_line_does_not_grow_memory(tmp_path: Path) -> None:
    member = gzip.compress(bytes(64 << 20), compresslevel=1)
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(member * 160)  # one line of 10 GiB
    run = subprocess.run([sys.executable, "-c", MEASURE_BOMB, bomb], capture_output=True, text=True, check=True)
    blocks, grown_kib = run.stdout.splitlines()
    assert blocks == repr([(1, TOO_LONG + b"\n")])
    assert int(grown_kib) < 64 << 10


def test_a_damaged_file_gives_its_blocks_and_then_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress(b'{"kind":"share"}\n' * 100_000)[:-1])
    blocks = read_blocks(path, CAPS, block_bytes=1 << 20)
    assert next(blocks).first_line == 1
    with pytest.raises(InputError, match=r"events\.gz is damaged or cut short"):
        list(blocks)


def test_leaving_a_file_half_read_leaves_no_thread_behind() -> None:
    def leave() -> None:
        for _ in read_blocks(io.BytesIO(b"line\n" * 10_000_000), CAPS, block_bytes=1 << 20):
            raise LookupError

    with pytest.raises(LookupError):
        leave()
    blocks = read_blocks(io.BytesIO(b"line\n" * 10_000_000), CAPS, block_bytes=1 << 20)
    next(blocks)
    del blocks
    assert [thread.name for thread in threading.enumerate() if thread.name == "inflate"] == []


# --- strict JSON -----------------------------------------------------------------------------------------------------


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
