"""Examining articles: each read again and compared with what stands, in this process or in one of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from jianbao.configuration import Configuration
from jianbao.crawl.contracts import read_terms
from jianbao.crawl.run import context_of
from jianbao.crawl.voices import find_voices
from jianbao.reparse.finding import Finding, list_changes, name_kind, state_of
from jianbao.reparse.kept_article import KeptReader
from pipelines.decide_reread import decide_reread
from storage.archive.folder import Archive
from storage.archive.material import Material, read_material
from storage.ledger.source import list_polled, list_sources
from storage.records import Decision, Snapshot
from storage.records.saying import say
from storage.search import ReadyTokens, make_tokens
from storage.warc import CaptureUnreadable


@dataclass(slots=True)
class Examiner:
    """What examines articles of an archive, with a configuration's readers."""

    archive: Archive
    reader: KeptReader

    @classmethod
    def of(cls, configuration: Configuration, archive: Archive) -> Examiner:
        """Return the examiner of an archive."""
        with archive.reading() as connection:
            rows, polled = list_sources(connection), list_polled(connection)
        reader = KeptReader(
            archive.warc_folder,
            context_of(configuration),
            {row.slug: row.kind for row in rows},
            {row.slug: row.name for row in rows},
            find_voices(configuration, polled),
            configuration.http.max_size,
            read_terms(configuration),
        )
        return cls(archive, reader)

    def examine(self, info_codes: Sequence[str], *, with_tokens: bool) -> list[Finding]:
        """Return what another reading of these articles comes to, in their order; nothing is written."""
        with self.archive.reading() as connection:
            materials = read_material(connection, info_codes)
        now = datetime.now(UTC)
        return [self._examine(material, now, with_tokens) for material in materials]

    def _examine(self, material: Material, now: datetime, with_tokens: bool) -> Finding:
        code = material.info_code
        source = material.listings[0].source if material.listings else ""
        try:
            reread = self.reader.reread(material)
            snapshot = Snapshot(code, material.stored, material.known)
            decision = decide_reread(reread, snapshot, now)
        except CaptureUnreadable as lost:
            return Finding(code, source, "lost", str(say("reparse.unreadable", reason=str(lost))))
        except Exception as error:  # noqa: BLE001 - decides an outcome: one odd article must not end the rest
            reason = str(say("reparse.unjudged", reason=f"{type(error).__name__}: {error}"))
            return Finding(code, source, "odd", reason)
        kind = name_kind(decision, material.stored)
        if kind in ("unchanged", "refused", "waiting"):
            seen = state_of(material.stored)
            return Finding(code, source, kind, reread.reason, captures=reread.captures, seen=seen)
        change = decision.article
        before = material.stored.article if material.stored is not None else None
        return Finding(
            code,
            source,
            kind,
            changes=list_changes(before, change.after.article) if before and change else (),
            captures=reread.captures,
            reread=reread,
            seen=state_of(material.stored),
            tokens=_tokens(decision) if with_tokens else (),
        )


def _tokens(decision: Decision) -> tuple[ReadyTokens, ...]:
    """Return the tokens that the index needs, so that nobody has to make them where everything is written."""
    change = decision.article
    if change is None or not change.is_owed_to_index:
        return ()
    both = (change.after, change.before)
    return tuple(make_tokens(one.article.title, one.article.text) for one in both if one is not None)


_examiner: list[Examiner] = []


def begin_examining(configuration: Configuration) -> None:
    """Make this process one that examines articles, and asks no network for anything."""
    forbid_network()
    archive = Archive.open_reading(configuration.archive)
    _examiner[:] = [Examiner.of(configuration, archive)]


def examine_there(info_codes: Sequence[str], with_tokens: bool) -> list[Finding]:
    """Examine articles in a process that `begin_examining` made one."""
    return _examiner[0].examine(info_codes, with_tokens=with_tokens)


def forbid_network() -> None:
    """Let nothing in this process ask a network: names and connections are refused, for good."""
    refused = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")

    def watch(event: str, asked: Iterable[Any]) -> None:
        if event in refused:
            _refuse(event, asked)

    sys.addaudithook(watch)


def _refuse(event: str, asked: Iterable[Any]) -> NoReturn:
    raise OSError(f"a re-parse asks no network ({event}: {tuple(asked)[1:]})")
