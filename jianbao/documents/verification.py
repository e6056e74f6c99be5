"""What a look at the whole archive found, as `verify --json` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jianbao.documents.article import present_time
from jianbao.documents.document import Document
from storage.custody.backups import TriedBackup
from storage.records.problem import Problem

if TYPE_CHECKING:
    from jianbao.upkeep.verify import Found


def present_found(found: Found) -> Document:
    """Return what was looked at, and what is wrong."""
    return {
        "ok": found.is_ok,
        "depth": found.depth,
        "continued": found.continued,
        "checked": found.checked,
        "problems": [present_problem(problem) for problem in found.problems],
        "notes": [present_problem(note) for note in found.notes],
        "untold": found.untold,
    }


def present_backup(tried: TriedBackup | None) -> Document | None:
    """Return the last backup that was tried, None when none was."""
    if tried is None:
        return None
    return {
        "destination": tried.destination,
        "started_at": present_time(tried.started_at),
        "finished_at": present_time(tried.finished_at),
        "status": tried.status,
        "error": tried.error,
    }


def present_problem(problem: Problem) -> Document:
    """Return one problem: its kind, where it is, a sentence, and the command that mends it."""
    return {
        "kind": problem.kind,
        "message": problem.said,
        "command": problem.command,
        "file": problem.file,
        "offset": problem.offset,
        "info_code": problem.info_code,
        "source": problem.source,
        "count": problem.count,
    }
