"""What libraries and the system raise, in our words: an error whose class names its remedy."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.database.opening import WITHOUT_LOCKS
from storage.records.remedy import Busy, Missing, Mistaken, Unusable

Foreseen = Mistaken | Missing | Busy | Unusable
FORESEEN = (Mistaken, Missing, Busy, Unusable)
"""The classes of which every error is that somebody foresaw."""
FOREIGN = (DatabaseError, PoolTimeout, OSError)
"""The errors of others that have a sentence of ours; any other is a defect."""

_LOCK_ERRORS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def foresee(error: Exception) -> Foreseen | None:
    """Return an error as one that names its remedy and says what happened; None for one nobody foresaw."""
    if isinstance(error, FORESEEN):
        return error
    if isinstance(error, DatabaseError):
        return _name_refusal(error)
    if isinstance(error, OSError):
        return Unusable(_describe(error))
    return Busy(str(error)) if isinstance(error, PoolTimeout) else None


def _name_refusal(error: DatabaseError) -> Busy | Unusable:
    sentence = f"the archive's database cannot be used: {error.orig}"
    is_locked = isinstance(error.orig, sqlite3.Error) and "locked" in str(error.orig)
    return Busy(sentence) if is_locked else Unusable(sentence)


def _describe(error: OSError) -> str:
    if error.errno in _LOCK_ERRORS:
        place = error.filename or "the archive's folder"
        return f"{place} {WITHOUT_LOCKS}"
    if error.filename is not None and error.strerror is not None:
        return f"{error.filename} cannot be used: {error.strerror.lower()}"
    return str(error)
