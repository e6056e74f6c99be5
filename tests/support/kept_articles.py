"""Articles kept without an answer that brought them: decided as for a delivery, and written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from pipelines.case import Case
from pipelines.compare.deduplicate import compare
from pipelines.keep import keep_article
from storage.archive.applying import apply_decision
from storage.archive.folder import Archive
from storage.archive.snapshots import read_snapshot
from storage.records import Article, Decision, Exchange, Owed, Wanted
from storage.search import ReadyTokens


def keep(
    archive: Archive,
    connection: Connection,
    article: Article,
    owed: Owed,
    now: datetime,
    kept: int | Exchange,
    tokens: Sequence[ReadyTokens] = (),
) -> Decision:
    """Keep a believable article that a source lists; ``kept`` is its capture, or is captured with it."""
    snapshot = read_snapshot(connection, Wanted(article.info_code))
    if isinstance(kept, int):
        case = Case(owed, snapshot, now, kept=kept)
    else:
        case = Case(owed, snapshot, now, keep=(kept,))
    decision = keep_article(case, article, compare(article, snapshot.stored))
    apply_decision(archive, connection, decision, tokens=tokens)
    return decision
