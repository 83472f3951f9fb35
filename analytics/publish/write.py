"""Publish a set of files whole: a reader finds the old set or the new one, never a mixture.

The new set is built in a sibling folder, with hard links to the files whose content is unchanged, and the
two folders are then exchanged in one step: a crash at any point leaves the old set whole. Where that is
impossible (a mount point, some file systems) the changed files are written first and then renamed into place,
the manifest last: a crash there can leave files newer than the manifest. The next publish mends either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from analytics.errors import ReportError
from analytics.publish.documents import Manifest, ManifestFile, decode, encode
from analytics.publish.folders import (
    CANNOT_EXCHANGE,
    discard,
    exchange_folders,
    holds,
    make_parents,
    sync,
    walk_files,
    write_file,
)
from analytics.publish.paths import MANIFEST

# Beyond so many new files one sync of the whole system is quicker than one for each.
_FILES_SYNCED_ONE_BY_ONE = 64
_STAGING = ".next"


@dataclass(frozen=True)
class PublishedSet:
    """What a publish did.

    Attributes
    ----------
    manifest
        The manifest of the new set.
    changed, unchanged, removed
        Paths of files written anew, kept as they were, and taken away.
    """

    manifest: Manifest
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def publish_set(
    folder: Path,
    files: Mapping[str, bytes],
    build_manifest: Callable[[tuple[ManifestFile, ...]], Manifest],
    *,
    standing: Collection[ManifestFile] = (),
) -> PublishedSet:
    """Publish a set of files, whole.

    Files of the folder that the old manifest does not name are kept.

    Parameters
    ----------
    folder
        Such as ``reports``; made where missing.
    files
        Content by path relative to the folder, without the manifest.
    build_manifest
        Makes the manifest from the files' paths, sizes and hashes, sorted by path.
    standing
        Files of the old set that are of the new one too, as `find_standing` gives them.

    Raises
    ------
    ReportError
        Where the folder cannot be written; the old set stays whole.
    """
    folder = folder.resolve()
    manifest = build_manifest(tuple(sorted((*describe_files(files), *standing))))
    stays = {file.path for file in standing}
    try:
        discard(_sibling(folder, "next"))
        discard(folder / _STAGING)
        changed = tuple(sorted(path for path, content in files.items() if not holds(folder / path, content)))
        present = set(walk_files(folder)) - {MANIFEST}
        removed = tuple(sorted((present & _named_files(folder)) - files.keys() - stays))
        if changed or removed or not folder.exists():
            kept = (files.keys() - set(changed)) | stays | _find_foreign(present - set(removed), files)
            fresh_files = {path: files[path] for path in changed}
            _put_in_place(_Step(folder, fresh_files, tuple(sorted(kept)), removed, encode(manifest)))
        else:
            replace_file(folder / MANIFEST, encode(manifest))
    except OSError as error:
        message = f"the reports in {folder} cannot be written ({error}); the old ones stay, mend that and run again"
        raise ReportError(message) from error
    unchanged = tuple(sorted((files.keys() | stays) - set(changed)))
    return PublishedSet(manifest, changed, unchanged, removed)


def describe_files(files: Mapping[str, bytes]) -> tuple[ManifestFile, ...]:
    """Give the manifest's line of each file, sorted by path.

    Examples
    --------
    >>> describe_files({"a.json": b"{}"})[0].bytes
    2
    """
    return tuple(
        ManifestFile(path, len(content), sha256(content).hexdigest()) for path, content in sorted(files.items())
    )


def find_standing(folder: Path, paths: Collection[str]) -> list[ManifestFile] | None:
    """Describe the files of a published set but for those that will be made anew.

    Parameters
    ----------
    folder
        Such as ``reports``.
    paths
        What will be made anew, or taken away.

    Returns
    -------
    list of ManifestFile or None
        As the manifest describes them; None where one of them is not there in its length, so that all must be made.
    """
    manifest = read_manifest(folder)
    standing = [file for file in manifest.files if file.path not in paths] if manifest else []
    try:
        is_there = all(os.stat(f"{folder}/{file.path}").st_size == file.bytes for file in standing)  # noqa: PTH116
    except OSError:
        is_there = False
    return standing if manifest and is_there else None


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a published set; None where there is none that can be read."""
    try:
        document = decode((folder / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    return document if isinstance(document, Manifest) else None


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Tell whether every file that a manifest names is there with its content."""
    try:
        return all(sha256((folder / file.path).read_bytes()).hexdigest() == file.sha256 for file in manifest.files)
    except OSError:
        return False


def replace_file(path: Path, content: bytes) -> None:
    """Replace one file at once; a file that already holds the content is left alone."""
    if holds(path, content):
        return
    fresh = path.with_name(f".{path.name}.next")
    fresh.unlink(missing_ok=True)
    write_file(fresh, content)
    sync([fresh])
    fresh.replace(path)
    sync([path.parent])


@dataclass(frozen=True)
class _Step:
    """From the old set to the new one: files to write, files to keep, files to take away."""

    folder: Path
    files: Mapping[str, bytes]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    manifest: bytes


def _put_in_place(step: _Step) -> None:
    if step.folder.is_mount():
        _replace_files(step)
        return
    fresh = _sibling(step.folder, "next")
    try:
        _build_folder(fresh, step)
        _link_files(step.folder, fresh, step.kept)
        _flush(fresh, step.files)
        _swap(step.folder, fresh)
    except OSError as error:
        discard(fresh)
        if error.errno not in CANNOT_EXCHANGE:
            raise
        _replace_files(step)
        return
    with suppress(OSError):  # the new set is in place; what is left over here the next publish clears
        _keep_previous(step.folder, fresh)


def _find_foreign(present: set[str], files: Mapping[str, bytes]) -> set[str]:
    """Find what is not of the set, and not where a file or folder of the set must lie."""
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    return {
        path
        for path in present - files.keys() - folders
        if not any(str(parent) in files for parent in PurePosixPath(path).parents)
    }


def _build_folder(target: Path, step: _Step) -> None:
    target.mkdir(parents=True)
    make_parents(target, step.files)
    for path, content in step.files.items():
        write_file(target / path, content)
    write_file(target / MANIFEST, step.manifest)


def _link_files(source: Path, target: Path, paths: Collection[str]) -> None:
    make_parents(target, paths)
    for path in paths:
        os.link(f"{source}/{path}", f"{target}/{path}", follow_symlinks=False)
    if source.exists():
        shutil.copymode(source, target)


def _swap(folder: Path, fresh: Path) -> None:
    if folder.exists():
        exchange_folders(fresh, folder)
    else:
        fresh.rename(folder)


def _keep_previous(folder: Path, old: Path) -> None:
    previous = _sibling(folder, "previous")
    if old.exists():
        discard(previous)
        old.rename(previous)
    sync([folder.parent])


def _replace_files(step: _Step) -> None:
    staging = step.folder / _STAGING
    _build_folder(staging, step)
    _flush(staging, step.files)
    make_parents(step.folder, step.files)
    for path in step.files:
        (staging / path).replace(step.folder / path)
    # Before the manifest: once it no longer names them, a crash would leave them for good.
    for path in step.removed:
        (step.folder / path).unlink(missing_ok=True)
    (staging / MANIFEST).replace(step.folder / MANIFEST)
    discard(staging)
    _flush(step.folder, ())


def _flush(folder: Path, changed: Collection[str]) -> None:
    if len(changed) > _FILES_SYNCED_ONE_BY_ONE:
        os.sync()
        return
    files = [folder / path for path in (*changed, MANIFEST)]
    sync([*files, *(Path(root) for root, _, _ in os.walk(folder))])


def _named_files(folder: Path) -> set[str]:
    manifest = read_manifest(folder)
    return {file.path for file in manifest.files} if manifest else set()


def _sibling(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{suffix}")
