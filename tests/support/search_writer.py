"""A process that works on an archive until it is killed: ``search_writer.py write|rebuild FOLDER READY``.

``READY`` is a file that it makes once it is in the middle of it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage.archive.folder import Archive
from storage.search import build_part, create_index
from support.searched_articles import SearchedArticles

_PART = 20
_READY_AFTER = 3
_MOST_PARTS = 12
"""Parts after which it only waits for its end, so that something is left to do however late that comes."""
_PAUSE = 0.02  # seconds: time to be killed in


def write(folder: Path, ready: Path) -> None:
    """Add, edit and remove articles in small transactions."""
    with SearchedArticles.open(folder, seed=os.getpid()) as searched:
        while True:
            searched.add(10, each=5)
            searched.edit(10)
            searched.relist(3)
            searched.remove(2)
            ready.touch()


def rebuild(folder: Path, ready: Path) -> None:
    """Build the index anew in small parts."""
    with Archive.open(folder) as archive:
        with archive.writing() as connection:
            create_index(connection)
        for parts in range(_MOST_PARTS):
            with archive.writing() as connection:
                build_part(connection, _PART)
            if parts == _READY_AFTER:
                ready.touch()
            time.sleep(_PAUSE)
        time.sleep(600)


if __name__ == "__main__":
    {"write": write, "rebuild": rebuild}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
