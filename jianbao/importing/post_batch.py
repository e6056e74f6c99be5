"""Storing posts: many in one transaction, and each of them as if it were the only one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from jianbao.importing.counts import ImportCounts, Outcome
from jianbao.importing.post_reading import ReadPost
from pipelines.decide_import import ImportedFile, decide_post
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.alias import find_renamed
from storage.ledger.source import list_sources
from storage.records import Decision, Owed, Snapshot, Wanted
from storage.records.saying import say
from storage.search import ReadyTokens
from storage.warc import payload_digest


@dataclass(frozen=True, slots=True)
class PendingPost:
    """A post on its way into the archive, and the listing that it makes. ``now`` is aware.

    ``source_name`` is its source's, None for a source that the archive has.
    """

    post: ReadPost
    owed: Owed
    now: datetime
    source_name: str | None = None

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        resource = self.post.resource
        return Wanted(self.owed.info_code, (resource.uri, payload_digest(resource.body)))

    @property
    def tokens(self) -> Sequence[ReadyTokens]:
        """The tokens of its text."""
        return self.post.tokens

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""
        file = ImportedFile(self.post.resource, self.owed, self.source_name, self.post.believed)
        return decide_post(file, snapshot, self.now)

    def give_up(self, _snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it failed, and nothing is kept of it."""
        first = str(error).splitlines()[0] if str(error) else ""
        reason = say("article.not_stored", type=type(error).__name__, error=first)
        return Decision(self.owed.info_code, self.now, "failed", reason)


def store_batch(
    archive: Archive,
    posts: Sequence[ReadPost],
    now: datetime | None,
    counted: ImportCounts,
    settle_all: Callable[[Archive, Sequence[PendingPost]], list[Decision]] = settle,
) -> None:
    """Store posts in one transaction, and count them once it has committed; one that cannot be stored fails.

    ``now`` None: each as at the time when its file was read first. ``settle_all`` may be `preview`.
    Raises what tells of the archive itself: that it is full, locked or damaged.
    """
    pending = list_pending(archive, posts, now)
    decisions = settle_all(archive, pending)
    for post in posts:
        if post.owed is None:
            _count_refused(post, counted)
    for one, decision in zip(pending, decisions, strict=True):
        _count(one, decision, counted)


def list_pending(archive: Archive, posts: Sequence[ReadPost], now: datetime | None) -> list[PendingPost]:
    """Return the posts that name an article, in the order in which they are stored: `store_batch`'s."""
    ordered = sorted(_renamed(archive, posts), key=lambda post: post.order)
    with archive.reading() as connection:
        known = {source.slug for source in list_sources(connection)}
    return [
        PendingPost(
            post,
            post.owed,
            now or post.resource.fetched_at,
            None if post.owed.source in known else post.source_name,
        )
        for post in ordered
        if post.owed is not None
    ]


def _renamed(archive: Archive, posts: Sequence[ReadPost]) -> Sequence[ReadPost]:
    """Return the posts under the codes that their articles have now: an old export has former ones."""
    codes = {post.owed.info_code for post in posts if post.owed is not None}
    with archive.reading() as connection:
        renamed = find_renamed(connection, codes)
    return [_rename(post, renamed) for post in posts] if renamed else posts


def _rename(post: ReadPost, renamed: Mapping[str, str]) -> ReadPost:
    if post.owed is None or (code := renamed.get(post.owed.info_code)) is None:
        return post
    article, draft = post.believed.article, post.believed.draft
    believed = replace(
        post.believed,
        article=replace(article, info_code=code) if article else None,
        draft=replace(draft, info_code=code) if draft else None,
    )
    return replace(post, owed=replace(post.owed, info_code=code), believed=believed)


def _count(pending: PendingPost, decision: Decision, counted: ImportCounts) -> None:
    is_counted = decision.outcome not in ("known", "failed")
    name = f"{pending.post.name} ({decision.info_code})" if is_counted else pending.post.name
    error = say("said.of", subject=name, what=decision.reason) if decision.reason else None
    counted.count(cast(Outcome, decision.outcome), pending.owed.source if is_counted else None, error)


def _count_refused(post: ReadPost, counted: ImportCounts) -> None:
    if post.is_post:
        counted.count("failed", error=say("said.of", subject=post.name, what=post.believed.reason or ""))
    else:
        counted.count("passed_over")
