"""Hold a folder of reports to its contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path

import msgspec

from analytics.publish.documents import (
    Document,
    ListDocument,
    ListItem,
    Manifest,
    ManifestFile,
    ReadNextDocument,
    decode,
)
from analytics.publish.page_document import PageDocument
from analytics.publish.paths import MANIFEST, article_page_path, list_path, read_next_path
from analytics.rankings.rules import PINNED


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with which file.

    Attributes
    ----------
    path
        Relative to the folder.
    message
        One sentence.
    """

    path: str
    message: str


def validate_reports(folder: Path) -> list[Fault]:
    """Find what breaks the contract in a folder of reports, by path.

    The manifest names every file with its size and hash, and no other file lies there (dot files aside).
    Every document fits its schema, lies where its content says, and describes the manifest's moment. Lists
    are ranked, read-next documents offer articles that have one of their own, and a page shows what its edition's
    list holds and repeats nothing.

    Parameters
    ----------
    folder
        The folder that holds ``manifest.json``.

    Returns
    -------
    list of Fault
        Empty where all is well.
    """
    try:
        manifest = decode((folder / MANIFEST).read_bytes())
    except OSError as error:
        return [Fault(MANIFEST, f"cannot be read ({error.strerror})")]
    except msgspec.DecodeError as error:
        return [Fault(MANIFEST, str(error))]
    if not isinstance(manifest, Manifest):
        return [Fault(MANIFEST, "is no manifest")]
    faults = list(_check_names(folder, manifest))
    if manifest.final_through and manifest.final_through > (manifest.data_through or ""):
        faults.append(Fault(MANIFEST, "has a final_through after its data_through"))
    documents: dict[str, Document] = {}
    for file in manifest.files:
        faults += _check_file(folder, file, documents)
    seeds = frozenset(one.article_id for one in documents.values() if isinstance(one, ReadNextDocument))
    for path, document in documents.items():
        if isinstance(document, PageDocument):
            listed = documents.get(list_path(document.most_read.list, {"edition": document.edition}))
            faults += [Fault(path, message) for message in _check_page(path, document, manifest, listed)]
        else:
            faults += [Fault(path, message) for message in _check_document(path, document, manifest, seeds)]
    return sorted(faults)


def _check_names(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    named = Counter(file.path for file in manifest.files)
    yield from (Fault(MANIFEST, f"names {path} {times} times") for path, times in named.items() if times > 1)
    if [file.path for file in manifest.files] != sorted(named.elements()):
        yield Fault(MANIFEST, "does not sort its files by path")
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in relative.parts)
        name = relative.as_posix()
        if not (is_hidden or path.is_dir() or name in named or name == MANIFEST):
            yield Fault(name, "is not named by the manifest")


def _check_file(folder: Path, file: ManifestFile, documents: dict[str, Document]) -> Iterator[Fault]:
    path = folder / file.path
    if not path.resolve().is_relative_to(folder.resolve()):
        yield Fault(file.path, "lies outside the folder")
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        yield Fault(file.path, f"cannot be read ({error.strerror})")
        return
    if len(content) != file.bytes or sha256(content).hexdigest() != file.sha256:
        yield Fault(file.path, "does not hold the bytes the manifest names")
    if file.path.endswith(".json"):
        try:
            documents[file.path] = decode(content)
        except msgspec.DecodeError as error:
            yield Fault(file.path, str(error))


def _check_document(
    path: str, document: ListDocument | ReadNextDocument | Manifest, manifest: Manifest, seeds: frozenset[str]
) -> Iterator[str]:
    if isinstance(document, Manifest):
        yield "is a second manifest"
        return
    if document.as_of != manifest.as_of:
        yield f"describes {document.as_of}, the manifest {manifest.as_of}"
    if [item.rank for item in document.items] != list(range(1, len(document.items) + 1)):
        yield "does not rank its items 1, 2, 3 and so on"
    for article_id, times in Counter(item.article_id for item in document.items).items():
        if times > 1:
            yield f"holds article {article_id} {times} times"
    if isinstance(document, ListDocument):
        yield from _check_list(path, document, manifest)
    else:
        yield from _check_read_next(path, document, seeds)


def _check_list(path: str, document: ListDocument, manifest: Manifest) -> Iterator[str]:
    scope: dict[str, str] = msgspec.to_builtins(document.scope)
    if path != list_path(document.list, scope):
        yield f"belongs at {list_path(document.list, scope)}"
    if document.edition != scope.get("edition"):
        yield "names another edition than its scope"
    if document.data_through != manifest.data_through:
        yield "has another data_through than the manifest"
    if len(document.items) > document.config.length:
        yield f"holds more than {document.config.length} items"
    # A pin stands where an editor put it, and a score that is withheld cannot be compared.
    scores = [item.score for item in document.items if item.basis != PINNED and item.score is not None]
    if any(above < below for above, below in pairwise(scores)):
        yield "does not sort its items by score"
    for item in document.items:
        if item.movement not in _name_movements(item):
            yield f"rank {item.rank} says {item.movement}, its previous rank {item.previous_rank}"


def _check_read_next(path: str, document: ReadNextDocument, seeds: frozenset[str]) -> Iterator[str]:
    if path != read_next_path(document.edition, document.article_id):
        yield f"belongs at {read_next_path(document.edition, document.article_id)}"
    for item in document.items:
        if item.article_id == document.article_id:
            yield "offers the article itself"
        elif item.article_id not in seeds:
            yield f"offers article {item.article_id}, which has no document of its own"


def _check_page(path: str, document: PageDocument, manifest: Manifest, listed: Document | None) -> Iterator[str]:
    if path != article_page_path(document.edition, document.article_id):
        yield f"belongs at {article_page_path(document.edition, document.article_id)}"
    if document.as_of != manifest.as_of:
        yield f"describes {document.as_of}, the manifest {manifest.as_of}"
    known = iter(item.article_id for item in listed.items) if isinstance(listed, ListDocument) else iter(())
    if any(card.article_id not in known for card in document.most_read.items):
        yield f"shows what the list {document.most_read.list} of its edition does not hold in this order"
    if document.coverage:
        story = Counter([document.article_id, *(card.article_id for card in document.coverage.all)])
        yield from (f"tells article {one} of its story {times} times" for one, times in story.items() if times > 1)
        if any(card.article_id not in story for card in document.coverage.pick):
            yield "picks what its story does not hold"
    yield from _find_repeats(document)


def _find_repeats(document: PageDocument) -> Iterator[str]:
    """Find what stands twice on a page, its own article among it; only in one box where boxes may repeat each other."""
    cards = (document.most_read.items, document.read_next, document.coverage.pick if document.coverage else ())
    boxes = [[card.article_id for card in box] for box in cards]
    own = [document.article_id, *(one.article_id for one in document.translations)]
    for shown in [[*own, *chain.from_iterable(boxes)]] if document.is_distinct else boxes:
        repeated = (one for one, times in Counter(shown).items() if times > 1)
        yield from (f"shows article {one} again" for one in repeated)


def _name_movements(item: ListItem) -> set[str]:
    if item.previous_rank is None:
        return {"new", "re-entry"}
    if item.previous_rank == item.rank:
        return {"same"}
    return {"up"} if item.previous_rank > item.rank else {"down"}
