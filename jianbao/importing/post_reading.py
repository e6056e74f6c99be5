"""Reading posts: from a file's bytes to a believed article, in this process or in one of its own."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from multiprocessing import get_context
from urllib.parse import unquote

from jianbao.upkeep.worker_process import begin_worker, free_feeder
from pipelines.compare.fingerprint import content_hash
from pipelines.compare.precedence import FILE_SCHEME, is_current
from pipelines.decide_import import Believed
from pipelines.judge import judge
from spiders.readers.encoding import decode_page
from spiders.readers.post_file import NoArticle, PostFile, read_post_file
from storage.ledger.source import INFOCODE_SOURCE
from storage.records import Form, Owed, Resource, SetAside, Unusable, find_info_code
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say
from storage.search import ReadyTokens, make_tokens

UNNAMED_SOURCE = "imported"
"""The source of posts whose category can be no source's slug."""

_MEDIA_SUFFIX = "新闻"
_AHEAD = 8
"""Chunks that are being read or wait to be stored: enough that nobody waits, and few in memory."""


class ReadingStopped(Unusable):
    """The process that reads posts died: import again, nothing that was stored is lost."""


@dataclass(frozen=True, slots=True)
class ReadPost:
    """A post as read: what is to be stored and listed, or why the file is no article's.

    ``owed`` is None for a file that names no article; ``is_post`` tells whether it should. ``tokens`` are the
    article's.
    """

    resource: Resource = field(repr=False)
    owed: Owed | None = None
    source_name: str = ""
    believed: Believed = field(default_factory=Believed)
    is_post: bool = True
    tokens: tuple[ReadyTokens, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The file's path in its collection."""
        return unquote(self.resource.uri.removeprefix(FILE_SCHEME), errors="backslashreplace")

    @property
    def order(self) -> tuple[bool, float, bool, str]:
        """Texts are stored by their time, so that the search index grows at its end; the current one last."""
        time = self.believed.article.published_at if self.believed.article else None
        uri = self.resource.uri
        return time is None, time.timestamp() if time else 0.0, is_current(uri), uri


def read_posts(chunks: Iterable[Sequence[Resource]]) -> Iterator[list[ReadPost]]:
    """Yield the posts in each chunk of files, in order; several chunks are read by a process of their own.

    Raises `ReadingStopped` when that process dies.
    """
    source = iter(chunks)
    first = list(islice(source, 2))
    if len(first) < 2:  # noqa: PLR2004 - a second process takes longer to start than it would save
        yield from map(read_chunk, first)
        return
    try:
        yield from _read_elsewhere(chain(first, source))
    except BrokenProcessPool as error:
        raise ReadingStopped(
            "the process that reads posts died, perhaps of too little memory: import again, nothing is lost"
        ) from error


def read_chunk(chunk: Sequence[Resource]) -> list[ReadPost]:
    """Read some files; whatever is in one of them, the others are read."""
    return [read_post(resource) for resource in chunk]


def read_post(resource: Resource) -> ReadPost:
    """Read one file: what it is, and whether it is believable; never raises for what is in it."""
    name = resource.uri.rpartition("/")[2].rpartition(":")[2]
    try:
        return _judged(resource, read_post_file(decode_page(resource.body, None), name))
    except NoArticle as other:
        return ReadPost(resource, believed=Believed(reason=saying_of(other)), is_post=False)
    except SetAside as refused:
        return _refused(resource, name, saying_of(refused))
    except Exception as error:  # noqa: BLE001 - decides an outcome: one odd file must not end an import
        return _refused(resource, name, say("page.unreadable", type=type(error).__name__, error=str(error)))


def _refused(resource: Resource, name: str, reason: Saying) -> ReadPost:
    """A damaged post is set aside under the code that its name gives; without one, it failed."""
    identity = find_info_code(name)
    owed = None
    if identity is not None:
        code, form = identity
        owed = Owed(UNNAMED_SOURCE, code, form, resource.uri, "")
    return ReadPost(resource, owed, believed=Believed(reason=reason))


def _judged(resource: Resource, post: PostFile) -> ReadPost:
    draft = post.draft if post.draft.url else replace(post.draft, url=resource.uri)
    code: str = draft.info_code or ""
    form: Form = draft.form
    title = " ".join((draft.title or "").split())
    owed = Owed(_slug(post), code, form, post.page_url or draft.url, title)
    name = " ".join((draft.tag or "").split()).removesuffix(_MEDIA_SUFFIX)
    if draft.partial:
        return ReadPost(resource, owed, name, Believed(draft=draft))
    try:
        article = judge(draft, owed, None, resource.fetched_at)
    except SetAside as refused:
        return ReadPost(resource, owed, name, Believed(reason=saying_of(refused)))
    believed = Believed(article, fingerprint=content_hash(article))
    return ReadPost(resource, owed, name, believed, tokens=(make_tokens(article.title, article.text),))


def _slug(post: PostFile) -> str:
    """Return the source that lists a post: its category, unless that name is taken for something else."""
    return post.category if post.category and post.category != INFOCODE_SOURCE else UNNAMED_SOURCE


def _read_elsewhere(chunks: Iterator[Sequence[Resource]]) -> Iterator[list[ReadPost]]:
    waiting: deque[tuple[Sequence[Resource], Future[list[ReadPost]]]] = deque()
    workers = max(1, min(3, (os.cpu_count() or 2) - 1))
    # Not forked: a fork takes the locks of this process's threads with it.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=begin_worker)
    try:
        for chunk in chunks:
            waiting.append((chunk, pool.submit(_read_there, chunk)))
            if len(waiting) >= _AHEAD:
                yield _give_back(*waiting.popleft())
        while waiting:
            yield _give_back(*waiting.popleft())
    except BrokenProcessPool:
        free_feeder(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read_there(chunk: Sequence[Resource]) -> list[ReadPost]:
    """Read files in another process; their bytes need not come back."""
    return [replace(post, resource=replace(post.resource, body=b"")) for post in read_chunk(chunk)]


def _give_back(chunk: Sequence[Resource], reading: Future[list[ReadPost]]) -> list[ReadPost]:
    return [replace(post, resource=resource) for post, resource in zip(reading.result(), chunk, strict=True)]
