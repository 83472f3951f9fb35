"""Blocks of lines: nothing lost, numbers and offsets true, memory bounded."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.errors import InputError
from analytics.lines import Caps, mark, read_blocks

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


@given(content=texts, line_bytes=st.sampled_from([4, 12, 100]), block_bytes=st.integers(1, 50) | st.just(1 << 20))
@example(content=b"\xef\xbb\xbf\r\r\n\n", line_bytes=4, block_bytes=1)
@example(content=b"\0\0\0{}\n", line_bytes=100, block_bytes=1)
def test_every_line_keeps_its_number_its_offset_and_its_text(content: bytes, line_bytes: int, block_bytes: int) -> None:
    caps = Caps(line_bytes, 1 << 30, 200.0)
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


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["-le", "-be"])
@pytest.mark.parametrize("byte_order_mark", ["\ufeff", ""], ids=["marked", "unmarked"])
def test_utf_16_and_utf_32_are_refused_by_name(codec: str, order: str, byte_order_mark: str) -> None:
    with pytest.raises(InputError, match=f"the input is {codec.upper()}; save it as UTF-8"):
        read_lines(f'{byte_order_mark}{{"kind":"share"}}\n'.encode(codec + order))


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
