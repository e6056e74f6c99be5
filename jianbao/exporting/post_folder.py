"""A folder that posts are exported into: new, empty, or with leave to replace files of the same name."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from jianbao.exporting.destination import DestinationUnusable

_SITE_CODE = r"[a-z0-9]+-(?:[a-z0-9_-]|=[a-z])+(?:\.(?:[a-z0-9_-]|=[a-z])+)*"
_NAME = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}-(?:(?:NW)?\d{{18}}|{_SITE_CODE})\.md", re.ASCII)


def is_post_name(name: str) -> bool:
    """Tell whether a name is a post's: a day and an info code, so that it can't lead out of its folder."""
    return bool(_NAME.fullmatch(name))


class PostFolder:
    """A folder being filled. It counts the files and bytes that it was given, and digests them.

    ``sha256`` (hex) is that of the lines that `sha256sum` prints of the files, in the order of writing.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        """Make the folder; raise `DestinationUnusable` when it holds files and ``force`` is not given."""
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise DestinationUnusable(f"{path} is no folder: name another place")
        path.mkdir(parents=True, exist_ok=True)
        if not force and next(path.iterdir(), None) is not None:
            raise DestinationUnusable(
                f"{path} holds files already: name an empty folder, or replace the same names with --force"
            )
        self.path = path
        self.files = 0
        self.bytes = 0
        self._lines = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest (hex) over the digests of all files so far."""
        return self._lines.hexdigest()

    def write(self, name: str, content: bytes) -> None:
        """Put a post into the folder, whole or not at all; raise ValueError for a name that is no post's."""
        if not is_post_name(name):
            raise ValueError(f"{name!r} is no name for a post")
        unfinished = self.path / f".{secrets.token_hex(8)}.part"
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            unfinished.replace(self.path / name)
        finally:
            unfinished.unlink(missing_ok=True)
        self.files += 1
        self.bytes += len(content)
        self._lines.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
