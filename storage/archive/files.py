"""Which files are an archive's, by whatever path somebody names them: nothing else may be written there."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from storage.archive.folder import DATABASE_FILE, WARC_FOLDER
from storage.warc.name import newest_names, parse_name

_OWN_NAME = re.compile(rf"{re.escape(DATABASE_FILE)}.*|.+\.lock|service\.json", re.IGNORECASE)
_DATABASE_MARK = b"SQLite format 3\x00"
_GZIP_MARK = b"\x1f\x8b"
_WARC_NAME = re.compile(rb"\r\nWARC-Filename: ([^\r\n]{1,200})\r\n")
_BEGINNING = 4_096  # bytes that tell what a file is


def describe_archive_file(path: Path, archive: Path | None = None) -> str | None:
    """Return what of an archive a path names, as a sentence's end (``is …``); None for anything else.

    The path need not exist: where the database or a WARC file would be made is theirs too. It may lead there
    by links or be another name of the file; those of ``archive``, and all that look like one, are recognised.
    """
    for real in {Path(os.path.realpath(path)), Path(os.path.realpath(path.parent)) / path.name}:
        if (folder := _archive_around(real)) is not None:
            return f"is a file of the archive {folder}"
        if _is_warc_folder(real.parent):
            return f"is in {real.parent}, where an archive has its WARC files"
    if archive is not None and _is_one_of(path, _own_files(archive)):
        return f"is a file of the archive {archive}"
    return _describe_content(path)


def _archive_around(path: Path) -> Path | None:
    """Return the folder of the archive that a path without links would be a file of."""
    for folder in path.parents:
        if _is_archive(folder):
            inner = path.relative_to(folder).parts
            in_warc = inner[0].casefold() == WARC_FOLDER
            if in_warc or (len(inner) == 1 and _OWN_NAME.fullmatch(inner[0])):
                return folder
    return None


def _is_archive(folder: Path) -> bool:
    return os.path.lexists(folder / DATABASE_FILE) or bool(newest_names(folder / WARC_FOLDER))


def _is_warc_folder(folder: Path) -> bool:
    """Tell whether writers hold slots in a folder of WARC files, whatever that is called."""
    return next(folder.glob("writer-*.lock"), None) is not None and bool(newest_names(folder))


def _own_files(archive: Path) -> Iterator[Path]:
    yield from (file for file in archive.iterdir() if _OWN_NAME.fullmatch(file.name))
    if (archive / WARC_FOLDER).is_dir():
        yield from (archive / WARC_FOLDER).iterdir()


def _is_one_of(path: Path, files: Iterator[Path]) -> bool:
    """Tell whether a path and one of the files are the same by their device and number."""
    try:
        own = path.stat()
    except OSError:
        return False
    return any(os.path.samestat(own, status) for file in files if (status := _status(file)) is not None)


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def _describe_content(path: Path) -> str | None:
    """Return what a file is that has another name: no export makes a database or an archive's WARC file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_BEGINNING)
    if head.startswith(_DATABASE_MARK):
        return "is a database, and may be an archive's"
    if head.startswith(_GZIP_MARK) and _is_warc_of_archive(head):
        return "is an archive's WARC file under another name"
    return None


def _is_warc_of_archive(head: bytes) -> bool:
    """Tell whether a WARC file says of itself that it has a name such as writers give."""
    try:
        text = zlib.decompressobj(wbits=31).decompress(head, _BEGINNING)
    except zlib.error:
        return False
    named = _WARC_NAME.search(text)
    return text.startswith(b"WARC/") and bool(named and parse_name(named[1].decode("utf-8", "replace")))
