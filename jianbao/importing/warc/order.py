"""What an import of WARC files is told: the sources with their readers, and which of them wants the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from spiders.kinds.kind import KindContext
from storage.records import Decision, Issue, Source, Voices

Identify = Callable[[str], tuple[str, str] | None]
"""Says of an address the source and the info code of the article there, None where it is none."""


OweIssues = Callable[[Connection, str, Sequence[Issue], datetime], None]
"""Enters what a source wants of its issues beside their articles: their pages' pictures."""


def _nothing(_connection: Connection, _source: str, _issues: Sequence[Issue], _now: datetime) -> None:
    return


def _as_it_is(decision: Decision, _source: str) -> Decision:
    return decision


def _owe_nothing(_connection: Connection, _source: str, _issues: Sequence[Issue], _now: datetime) -> None:
    return None


@dataclass(frozen=True, slots=True)
class WarcOrder:
    """One import. ``source`` takes what reads as an article and is no source's; None: nobody does.

    ``declared`` are the rows of the configured sources, by slug; ``identify`` makes what tells an article by
    its address. ``max_size`` is in bytes; ``complete`` adds to a decision the pictures that its source wants,
    and ``owe`` enters the facsimiles of issues. ``pictured`` are the sources that want either.
    """

    paths: tuple[Path, ...]
    context: KindContext
    declared: Mapping[str, Source]
    identify: Callable[[Connection], Identify]
    voices: Voices | None
    max_size: int
    source: str | None = None
    dry_run: bool = False
    complete: Callable[[Decision, str], Decision] = field(default=_as_it_is)
    owe: Callable[[Connection, str, Sequence[Issue], datetime], None] = field(default=_owe_nothing)
    pictured: Collection[str] = ()
    max_picture_size: int = 10_000_000
