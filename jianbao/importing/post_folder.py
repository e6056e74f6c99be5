"""Folders of posts: which files are in them, and the bytes of one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pipelines.compare.precedence import FILE_SCHEME
from storage.records import Unusable
from storage.records.saying import Saying, say

_POSTS, _MOVED = "_posts", "old_post"
_SUFFIXES = (".md", ".markdown")


class Unreadable(Unusable):
    """The file can't be taken in; the message completes "this file …"."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a post. ``name`` is its path in the collection, whatever folder that stands in.

    ``path`` is no link: of a link within the collection, the file that it leads to.
    """

    path: Path
    name: str

    @property
    def uri(self) -> str:
        """The address of its capture: no place on this machine, only the path in the collection."""
        return FILE_SCHEME + quote(os.fsencode(self.name), safe="/")

    @property
    def is_ghost(self) -> bool:
        """Whether it was named without a date (docs/upstream.md#ghosts)."""
        return is_ghost_name(self.name)


def is_ghost_name(name: str) -> bool:
    """Tell whether a post's path, or the address of its capture, is named without a date."""
    return name.rpartition("/")[2].rpartition(":")[2].startswith("-")


@dataclass(frozen=True, slots=True)
class Stray:
    """A file of a folder that is not looked into; ``reason`` is None for one that has another suffix."""

    name: str
    reason: Saying | None = None


def find_files(path: Path) -> Iterator[FoundFile | Stray]:
    """Yield the posts at a path, a file or a folder with all below it, by name; ``_posts`` comes last.

    So texts come in the order of their days, and a post that stands in both folders is met as it is now
    after what it was. Hidden files are no part of a collection. Raises OSError for a path that is not there.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100 - resolving it would follow links
    base = start if start.is_dir() else start.parent
    collection = base.parent if base.name in {_POSTS, _MOVED} else base
    if start.is_dir():
        yield from _walk(start, start.resolve(), collection)
    else:
        start.stat()
        yield _found(start, base.resolve(), start.relative_to(collection).as_posix())


def load_file(found: FoundFile, max_size: int) -> bytes:
    """Return a file's bytes; raise `Unreadable` for one that is larger, no regular file, or out of reach.

    A link is not followed, also when it has taken the file's place just now.
    """
    try:
        with open(found.path, "rb", opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is no regular file")
            body = file.read(max_size + 1)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unreadable(
                "cannot be read: it is a link, and links are not followed; name the file itself"
            ) from error
        raise Unreadable(f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(body) > max_size:
        raise Unreadable(f"is larger than http.max_size allows ({max_size:,} bytes)")
    return body


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for the other end, should it be a pipe, and no other file that a link leads to."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _walk(folder: Path, root: Path, collection: Path) -> Iterator[FoundFile | Stray]:
    folders: list[Path] = []
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names alone: there may be a million
        path = folder / name
        if name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            folders.append(path)
        else:
            yield _classify(path, root, path.relative_to(collection).as_posix())
    for below in sorted(folders, key=lambda path: (path.name == _POSTS, path.name)):
        yield from _walk(below, root, collection)


def _classify(path: Path, root: Path, name: str) -> FoundFile | Stray:
    found = _found(path, root, name)
    return found if isinstance(found, Stray) or path.suffix.lower() in _SUFFIXES else Stray(name)


def _found(path: Path, root: Path, name: str) -> FoundFile | Stray:
    if not path.is_symlink():
        return FoundFile(path, name)
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(root):
        return Stray(name, say("import.link_out"))
    return FoundFile(target, name)
