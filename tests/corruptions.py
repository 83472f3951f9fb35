"""Files damaged on purpose, the same for the same seed, and what must hold when they are loaded."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl

from analytics.setup import create_workspace

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROOT = Path(__file__).parents[1]
# What a batch of bad lines does is of interest, not that there are too many of them.
SETTINGS = "[load]\nreject_limit_lines = 1000000000\n"
EXPECTED_EXITS = {0, 65}
PLACES = {
    "events": ("tests/formats/*/*/input.*", "data/sample/events.*"),
    "articles": ("tests/articles_formats/*/*/input.*", "data/sample/articles.*"),
}
PARQUET = "parquet"
_CHECKSUM = {int(zstd.CompressionParameter.checksum_flag): 1}


def corrupt(data: bytes, seed: int) -> bytes:
    """Damage some bytes in one to four ways."""
    dice = random.Random(seed)  # noqa: S311 - the same damage every time
    content = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        start, end = sorted(dice.randint(0, len(content)) for _ in range(2))
        dice.choice(_WAYS)(content, start, min(end, start + 1000), dice)
    return bytes(content)


def _flip_bits(content: bytearray, start: int, end: int, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 8) if end > start else 0):
        content[dice.randrange(start, end)] ^= 1 << dice.randrange(8)


def _cut_end(content: bytearray, start: int, _end: int, _dice: random.Random) -> None:
    del content[start:]


def _cut_out(content: bytearray, start: int, end: int, _dice: random.Random) -> None:
    del content[start:end]


def _insert(content: bytearray, start: int, _end: int, dice: random.Random) -> None:
    content[start:start] = dice.choice(_INSERTED) * dice.choice((1, 1, 2, 70)) + dice.randbytes(dice.randint(0, 9))


def _repeat(content: bytearray, start: int, end: int, dice: random.Random) -> None:
    content[start:start] = content[start:end] * dice.randint(1, 40)


def _zero(content: bytearray, start: int, end: int, _dice: random.Random) -> None:
    content[start:end] = bytes(end - start)


_WAYS = (_flip_bits, _cut_end, _cut_out, _insert, _repeat, _zero)
_INSERTED = (b"\n", b"\r", b"\r\n", b'"', b"\\", b"{", b"[", b"}", b",", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<", b"&", b"\\u0000", b"\x1f\x8b", b"9" * 40, b"PAR1")  # fmt: skip  # noqa: E501


def pack_and_corrupt(data: bytes, seed: int) -> bytes:
    """Damage a file as it is, inside a whole gzip, or packed by gzip or zstd."""
    forms: tuple[Callable[[], bytes], ...] = (
        lambda: corrupt(data, seed),
        lambda: gzip.compress(corrupt(data, seed), mtime=0),
        lambda: corrupt(gzip.compress(data, mtime=0), seed),
        lambda: corrupt(zstd.compress(data, options=_CHECKSUM), seed),
    )
    return forms[seed % len(forms)]()


def find_samples() -> dict[tuple[str, str], list[Path]]:
    """Give the whole files of every format by entity and format; Parquet is made from lines when it is written."""
    found: dict[tuple[str, str], list[Path]] = {}
    for entity, patterns in PLACES.items():
        for path in sorted(file for pattern in patterns for file in ROOT.glob(pattern)):
            form = "native" if path.parent.name == "sample" else path.parents[1].name
            found.setdefault((entity, form), []).append(path)
    found["events", PARQUET] = [ROOT / "data/sample/events.ndjson"]
    return found


def write_corruptions(form: str, samples: Sequence[Path], seeds: Iterable[int], folder: Path) -> list[Path]:
    """Write a damaged file a seed; its name is the seed and ends as the format's files do."""
    folder.mkdir(parents=True)
    contents = [(path.suffix, path.read_bytes()) for path in samples]
    if form == PARQUET:
        contents = [(".parquet", to_parquet(content)) for _, content in contents]
    written = []
    for seed in seeds:
        suffix, content = contents[seed % len(contents)]
        path = folder / f"{seed:04}{suffix}"
        path.write_bytes(pack_and_corrupt(content, seed))
        written.append(path)
    return written


def to_parquet(lines: bytes) -> bytes:
    """Give lines of JSON as Parquet."""
    stored = io.BytesIO()
    pl.read_ndjson(lines).write_parquet(stored)
    return stored.getvalue()


def make_workspace(folder: Path) -> Path:
    """Make a workspace where bad lines never set a file aside."""
    create_workspace(folder, SETTINGS)
    return folder


def list_faults(exit_code: int, stdout: str, stderr: str, files: int) -> list[str]:
    """Say what does not hold after a load of so many damaged files."""
    faults = [] if exit_code in EXPECTED_EXITS else [f"exit code {exit_code}: {stderr.strip()}"]
    if "Traceback" in stderr:
        faults.append(stderr.strip())
    if faults:
        return faults
    reports = json.loads(stdout)["files"]
    if len(reports) != files:
        faults.append(f"{len(reports)} reports of {files} files")
    return faults + [
        f"{report['name']}: {report['lines']} lines are not what became of them: {report}"
        for report in reports
        if report["lines"] != sum(report[part] for part in ("loaded", "rejected", "duplicate", "filtered"))
    ]
