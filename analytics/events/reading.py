"""Reads a file of events in whatever format it has, and hands its lines on as native ones, chunk by chunk.

One line of the file becomes one line of a chunk: an event, or a marker with the reason why it is none.
"""

from __future__ import annotations

import csv
import itertools
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue

import msgspec
import numpy as np

from analytics.csv_records import convert_csv
from analytics.errors import InputError, UsageError, name_nearest
from analytics.events.sources import (
    FORMATS,
    Filtered,
    Rejected,
    SourceSettings,
    recognise_format,
    refuse_format,
)
from analytics.events.sources.native import list_extra_fields
from analytics.inflate import Caps, inflate, read_head
from analytics.json_lines import screen_json
from analytics.json_shapes import Shapes
from analytics.lines import Array, LineBlock, find_other_codec, mark, read_blocks
from analytics.walk import printable_name

NATIVE = "native"
_PARQUET = b"PAR1"
_HEAD_LINES = 50
_CHUNK_BYTES = 128 << 20
# Whole groups of rows as DuckDB has them: each is one processor's share.
_CHUNK_LINES = 2 * 122_880
_CSV_LINES = 50_000


@dataclass(frozen=True)
class Chunk:
    """Some lines of a file, as native JSON.

    Parameters
    ----------
    path : Path
        One JSON object a line.
    first_line, lines : int
        Number of the first line in the file, and how many there are.
    origins : array of int, optional
        Where each line starts in the decompressed file, where that is known.
    fields : frozenset of str
        Names of the fields in these lines and the ones before.
    """

    path: Path
    first_line: int
    lines: int
    origins: Array | None
    fields: frozenset[str]

    @property
    def extra(self) -> list[str]:
        """Fields beyond the native ones."""
        return list_extra_fields(self.fields)

    def offset_of(self, line: int) -> int | None:
        """Say at which byte of the decompressed file a line starts, where that is known."""
        return None if self.origins is None else int(self.origins[line - self.first_line])


def find_format(path: Path, wanted: str = "auto") -> str:
    """Find the format of a file of events by its content.

    Parameters
    ----------
    path : Path
        The file.
    wanted : str
        A format's name, or auto.

    Returns
    -------
    str
        native-ndjson, native-csv, native-parquet, or the name of another format.

    Raises
    ------
    InputError
        Where the format is one that is known but not read, or the text is UTF-16 or UTF-32.
    UsageError
        Where there is no such format.

    Examples
    --------
    >>> find_format(Path("data/sample/events.ndjson"))
    'native-ndjson'
    """
    names = [form.name for form in FORMATS]
    if wanted not in ("auto", NATIVE, *names):
        raise UsageError(f"there is no format {wanted!r} of events; {name_nearest(wanted, ['auto', NATIVE, *names])}")
    if wanted in names:
        return wanted
    head = read_head(path)
    if codec := find_other_codec(head):
        raise InputError(f"{printable_name(path.name)} is {codec}; save it as UTF-8")
    if head.startswith(_PARQUET):
        return "native-parquet"
    lines = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:_HEAD_LINES]
    if wanted == "auto":
        if (known := recognise_format(lines)) is not None:
            return known.name
        if (reason := refuse_format(lines)) is not None:
            raise InputError(reason)
    begins = head.lstrip()
    is_json = begins.startswith(b"{") or b"," not in begins.split(b"\n", 1)[0]
    return "native-ndjson" if is_json else "native-csv"


def unpack_parquet(path: Path, folder: Path, caps: Caps) -> Path:
    """Give a Parquet file a name of our own: DuckDB would take signs in the file's own for a pattern."""
    target = folder / "input.parquet"
    with path.open("rb") as file:
        is_plain = file.read(len(_PARQUET)) == _PARQUET
    if is_plain:
        target.symlink_to(path.absolute())
    else:
        with closing(inflate(path, caps)) as pieces, target.open("wb") as copy:
            copy.writelines(pieces)
    return target


def read_chunks(
    path: Path, form: str, folder: Path, caps: Caps, settings: SourceSettings | None = None
) -> Iterator[Chunk]:
    """Read a file's lines.

    Parameters
    ----------
    path : Path
        Plain, gzip or zstd.
    form : str
        As `find_format` gives it; Parquet has no lines.
    folder : Path
        Where the chunks are written; each stands until the one after the next is asked for.
    caps : Caps
        How much is read.
    settings : SourceSettings, optional
        What the site says about the systems its events come from.

    Raises
    ------
    InputError
        Where the file is damaged or too large: at the latest at its end.
    """
    return _read_ahead(_choose_reader(path, form, folder, caps, settings))


def _choose_reader(
    path: Path, form: str, folder: Path, caps: Caps, settings: SourceSettings | None
) -> Generator[Chunk]:
    if form == "native-csv":
        return _read_csv(path, folder, caps)
    if form == "native-ndjson":
        shapes = Shapes()
        blocks = ((block, screen_json(block, shapes).data) for block in read_blocks(path, caps))
        return _write_chunks(blocks, folder, shapes.names)
    chosen = next(one for one in FORMATS if one.name == form)
    read_line = chosen.make_reader(settings or SourceSettings())
    names: set[str] = set()
    converted = ((block, _convert(block, read_line, names)) for block in read_blocks(path, caps))
    return _write_chunks(converted, folder, names)


def _read_ahead(chunks: Generator[Chunk]) -> Iterator[Chunk]:
    """Make the next chunk in a thread while the one before it is loaded; a consumer that leaves early stops it."""
    made: Queue[Chunk | BaseException | None] = Queue(1)
    is_stopped = threading.Event()

    def produce() -> None:
        end: BaseException | None = None
        try:
            with closing(chunks):
                for chunk in chunks:
                    made.put(chunk)
                    if is_stopped.is_set():
                        break
        except BaseException as error:  # noqa: BLE001 - whatever it is, the consumer raises it
            end = error
        made.put(end)

    thread = threading.Thread(target=produce, name="read", daemon=True)
    thread.start()
    try:
        while chunk := made.get():
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        is_stopped.set()
        while thread.is_alive():
            with suppress(Empty):
                made.get(timeout=0.05)
        thread.join()


def _name_files(folder: Path) -> Iterator[Path]:
    """Name the chunks' files in turn: one is loaded, one waits, one is written."""
    return itertools.cycle(folder / f"chunk-{number}" for number in range(3))


def _write_chunks(blocks: Iterable[tuple[LineBlock, bytes]], folder: Path, names: set[str]) -> Generator[Chunk]:
    files = _name_files(folder)
    rest = iter(blocks)
    # Nothing is done until the first chunk is there.
    most_bytes = _CHUNK_BYTES // 8
    for first in rest:
        yield _write_chunk(next(files), itertools.chain([first], rest), names, most_bytes)
        most_bytes = _CHUNK_BYTES


def _write_chunk(target: Path, blocks: Iterable[tuple[LineBlock, bytes]], names: set[str], most_bytes: int) -> Chunk:
    """Write blocks until one more might be too much."""
    first_line, size = 0, 0
    origins: list[Array] = []
    # Written over what it held: pages that are given back and asked for again cost as much as the writing.
    target.touch()
    with target.open("r+b") as file:
        for block, data in blocks:
            file.write(data)
            first_line = first_line or block.first_line
            origins.append(block.origins[:-1])
            size += len(data)
            lines = block.first_line + block.lines - first_line
            if size + len(data) > most_bytes or lines + block.lines > _CHUNK_LINES:
                break
        file.truncate()
    return Chunk(target, first_line, lines, np.concatenate(origins), frozenset(names))


def _convert(
    block: LineBlock, read_line: Callable[[bytes], dict[str, object] | Filtered | Rejected], names: set[str]
) -> bytes:
    """Turn lines of another format into native ones."""
    encode = msgspec.json.Encoder().encode
    made: list[bytes] = []
    for number, line in enumerate(block.data.split(b"\n")[:-1], block.first_line):
        if number in block.marked:
            made.append(line)
            continue
        found = read_line(line.removesuffix(b"\r"))
        if isinstance(found, dict):
            names.update(found)
            made.append(_encode(found, encode))
        else:
            made.append(mark(found.reason, is_reject=isinstance(found, Rejected)))
    return b"\n".join([*made, b""])


def _encode(record: dict[str, object], encode: Callable[[object], bytes]) -> bytes:
    try:
        text = encode(record)
    except UnicodeEncodeError:
        return mark("bad_utf8", is_reject=True)
    return mark("malformed_line", is_reject=True) if b"\\u0000" in text else text


@contextmanager
def _refuse_broken(path: Path) -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise InputError(f"{path.name} is damaged or cut short ({error}); fetch it again from its source") from error


def _read_csv(path: Path, folder: Path, caps: Caps) -> Generator[Chunk]:
    """Read CSV records; a record may have several lines, so its number is the record's."""
    names: set[str] = set()
    with closing(inflate(path, caps)) as pieces, _refuse_broken(path):
        first = next(pieces, b"").removeprefix(b"\xef\xbb\xbf")
        records = convert_csv(itertools.chain([first], pieces), caps.line_bytes, names)
        first_line, files = 2, _name_files(folder)
        while lines := list(itertools.islice(records, _CSV_LINES)):
            target = next(files)
            target.write_bytes(b"".join(lines))
            yield Chunk(target, first_line, len(lines), None, frozenset(names))
            first_line += len(lines)
