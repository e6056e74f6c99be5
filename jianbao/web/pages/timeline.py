"""An article's life: first seen, revised, dated otherwise, moved, gone, back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jianbao.documents.checks import select_turns
from storage.records import StoredArticle, TimeChange, WholeRevision
from storage.records.look import Look
from storage.records.saying import Saying, say


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened to an article, and when; ``said`` is what was answered, None where nothing is told."""

    at: datetime
    happened: Saying
    said: Saying | None = None
    is_gone: bool = False


def order_moments(
    stored: StoredArticle,
    revisions: Iterable[WholeRevision],
    changes: Iterable[TimeChange],
    looks: Sequence[Look],
) -> list[Moment]:
    """Return what happened to an article, the first thing first."""
    moments = [Moment(stored.first_seen_at, say("check.life_first"))]
    moments += [Moment(row.seen_at, _tell_revision(row)) for row in revisions if row.number > 1]
    moments += [Moment(change.noticed_at, say("check.life_time")) for change in changes]
    moments += [
        Moment(look.at, say(f"check.is_{look.found}"), look.said, look.is_gone)
        for look in select_turns(looks)
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _tell_revision(row: WholeRevision) -> Saying:
    key = "check.life_reread" if row.cause == "reader" else "check.life_revision"
    return say(key, number=row.number)
