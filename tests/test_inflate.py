"""Decompression: what is whole is read, what is broken is refused, and no thread is left behind."""

from __future__ import annotations

import gzip
import io
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.inflate import Caps, inflate

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CAPS = Caps(line_bytes=1 << 20, file_bytes=1 << 40, expansion_ratio=200.0)
CONTENT = b"".join(b'{"kind":"share","n":%d}\n' % n for n in range(30_000))
CHECKSUM = {int(zstd.CompressionParameter.checksum_flag): 1}
SKIPPABLE = b"\x5a\x2a\x4d\x18\x03\0\0\0abc"
MiB = 1 << 20


def to_gzip(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def to_zstd(content: bytes) -> bytes:
    return zstd.compress(content, options=CHECKSUM)


PACKINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": to_gzip, "zstd": to_zstd}
packings = pytest.mark.parametrize("pack", PACKINGS.values(), ids=PACKINGS)


def read(stored: bytes, caps: Caps = CAPS) -> bytes:
    return b"".join(inflate(io.BytesIO(stored), caps))


def count_threads() -> int:
    return sum(thread.name == "inflate" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> None:
    assert count_threads() == 0


@packings
def test_content_comes_back_whole_also_from_several_members(pack: Callable[[bytes], bytes]) -> None:
    middle = len(CONTENT) // 2
    assert read(CONTENT) == CONTENT
    assert read(pack(CONTENT)) == CONTENT
    assert read(pack(CONTENT[:middle]) + pack(b"") + pack(CONTENT[middle:])) == CONTENT
    assert read(pack(b"")) == read(b"") == b""


def test_skippable_frames_of_zstd_are_skipped() -> None:
    assert read(SKIPPABLE + to_zstd(CONTENT) + SKIPPABLE) == CONTENT


@packings
def test_a_file_cut_anywhere_is_refused(pack: Callable[[bytes], bytes]) -> None:
    stored = pack(CONTENT)
    for length in {4, 5, 11, 100, len(stored) // 2, *range(len(stored) - 9, len(stored))}:
        with pytest.raises(InputError, match="the input is damaged or cut short"):
            read(stored[:length])
    with pytest.raises(InputError, match="cut short"):
        read(stored + stored[:8])


@packings
def test_bytes_after_the_end_are_refused(pack: Callable[[bytes], bytes]) -> None:
    for rubbish in (b"garbage after the end", b"x", b"\x1f\x8b"):
        with pytest.raises(InputError, match="damaged"):
            read(pack(CONTENT) + rubbish)


@packings
def test_a_flipped_bit_never_gives_other_content(pack: Callable[[bytes], bytes]) -> None:
    stored, refused = pack(CONTENT), 0
    magic = stored[: 4 if pack is to_zstd else 2]
    chooser = random.Random(3)  # noqa: S311 - the same bits every time
    for _ in range(150):
        bit = chooser.randrange(8 * len(stored))
        broken = bytearray(stored)
        broken[bit // 8] ^= 1 << bit % 8
        try:
            # A file whose magic number is gone is plain to us; some bits of a header mean nothing.
            assert read(bytes(broken)) == (CONTENT if broken.startswith(magic) else bytes(broken))
        except InputError:
            refused += 1
    assert refused > 140


@packings
def test_a_bad_checksum_is_refused_after_the_pieces(pack: Callable[[bytes], bytes]) -> None:
    stored = bytearray(pack(CONTENT))
    stored[-1 if pack is to_zstd else -8] ^= 1
    pieces = inflate(io.BytesIO(bytes(stored)), CAPS)
    with pytest.raises(InputError, match="damaged"):
        list(pieces)


@packings
def test_caps_are_on_the_decompressed_size_and_on_the_ratio_past_64_mib(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(65 * MiB))
    assert len(read(bomb, Caps(1, 66 * MiB, 1e9))) == 65 * MiB
    with pytest.raises(InputError, match="grows past what is allowed"):
        read(bomb, Caps(1, 66 * MiB, 20.0))
    assert len(read(pack(bytes(63 * MiB)), Caps(1, 66 * MiB, 20.0))) == 63 * MiB
    with pytest.raises(InputError, match="grows past what is allowed"):
        read(pack(CONTENT), Caps(1, len(CONTENT) - 1, 1e9))
    assert read(pack(CONTENT), Caps(1, len(CONTENT), 1e9)) == CONTENT


@packings
def test_an_abandoned_reading_stops_its_thread(pack: Callable[[bytes], bytes]) -> None:
    pieces = inflate(io.BytesIO(pack(bytes(60 * MiB))), CAPS)
    assert next(pieces)
    assert count_threads() == 1
    pieces.close()
    assert count_threads() == 0


def test_an_error_of_the_consumer_stops_the_thread() -> None:
    def consume() -> None:
        for _ in inflate(io.BytesIO(bytes(60 * MiB)), CAPS):
            raise LookupError

    with pytest.raises(LookupError):
        consume()
    assert count_threads() == 0


def test_a_failure_that_is_no_damage_reaches_the_consumer_as_it_is() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if size == 4:
                return super().read(size)
            raise MemoryError

    with pytest.raises(MemoryError):
        list(inflate(Broken(CONTENT), CAPS))
    assert count_threads() == 0


def test_a_stream_is_read_from_where_it_stands_and_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(b"xyz" + to_gzip(CONTENT))
    with path.open("rb") as file:
        file.seek(3)
        assert b"".join(inflate(file, CAPS)) == CONTENT
        assert not file.closed


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.gz cannot be read"):
        list(inflate(tmp_path / "none.gz", CAPS))
