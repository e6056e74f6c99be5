"""Whether an archive's database is whole: ``python -m jianbao.service.wholeness FOLDER``, status 0 if so.

A process of its own, since SQLite hears no signal while it reads a large file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from storage.archive.folder import Archive
from storage.custody.database import check_database
from storage.database.opening import ArchiveTooOld
from storage.records.remedy import Busy, Missing, Unusable


def is_whole(folder: Path) -> bool:
    """Return whether a database is there and SQLite finds nothing wrong with its pages.

    One of an earlier version is whole: who writes to it migrates it.
    """
    try:
        with Archive.open_reading(folder) as archive, archive.reading() as view:
            return not any(check_database(view, thoroughly=False))
    except ArchiveTooOld:
        return True
    except (Busy, Missing, Unusable, SQLAlchemyError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(not is_whole(Path(sys.argv[1])))
