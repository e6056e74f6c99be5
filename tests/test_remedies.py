"""Every error of ours names its remedy, and the command line and the reader map remedies alone."""

from __future__ import annotations

import ast
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jianbao.configuration import ConfigurationError
from jianbao.crawl.run import CrawlBusy
from jianbao.crawl.selection import NothingNamed
from jianbao.exporting.destination import DestinationUnusable
from jianbao.exporting.parquet import ParquetMissing
from jianbao.importing.post_reading import ReadingStopped
from jianbao.service.second import ServiceRuns
from jianbao.terminal.exit_status import status_of as exit_status_of
from jianbao.terminal.streams import OutputLost
from jianbao.web.answers.errors import NotShown, NotUnderstood
from jianbao.web.answers.errors import status_of as http_status_of
from jianbao.web.api.cursor import BadCursor
from jianbao.web.questions.limits import NotIndexed
from jianbao.web.server import ExtraMissing, PortTaken
from storage.archive.folder import ArchiveLost, NoArchive
from storage.articles.article import NotArchived
from storage.database.opening import (
    ArchiveDamaged,
    ArchiveEmpty,
    ArchiveTooNew,
    ArchiveTooOld,
    ArchiveUnusable,
)
from storage.database.trouble import foresee
from storage.ledger.source import UnknownSource
from storage.records import BadInfoCode, SetAside, TryLater, Vanished
from storage.records.press_days import BadDay
from storage.records.remedy import Busy, Missing, Mistaken, Unusable
from storage.search import BadQuery, IndexNotOurs
from storage.sql.statement import BadStatement, DatabaseBusy, TooCostly

REMEDIES = (Mistaken, Missing, Busy, Unusable, SetAside, TryLater, Vanished)
PACKAGES = ("jianbao", "spiders", "pipelines", "storage")
"""Not the scheduler, which knows nothing of the archive: `jianbao.service.second` says its error in ours."""
STATUSES = (
    (ConfigurationError, 2, 400),
    (UnknownSource, 2, 400),
    (BadInfoCode, 2, 400),
    (BadQuery, 2, 400),
    (BadDay, 2, 400),
    (BadCursor, 2, 400),
    (NotUnderstood, 2, 400),
    (NothingNamed, 2, 400),
    (DestinationUnusable, 2, 400),
    (BadStatement, 2, 400),
    (NotArchived, 1, 404),
    (NotShown, 1, 404),
    (CrawlBusy, 3, 503),
    (ServiceRuns, 3, 503),
    (DatabaseBusy, 3, 503),
    (IndexNotOurs, 3, 503),
    (NotIndexed, 3, 503),
    (PortTaken, 3, 503),
    (OutputLost, 1, 503),
    (TooCostly, 1, 503),
    (ExtraMissing, 1, 503),
    (ParquetMissing, 1, 503),
    (NoArchive, 1, 503),
    (ArchiveLost, 1, 503),
    (ArchiveEmpty, 1, 503),
    (ArchiveTooOld, 1, 503),
    (ArchiveTooNew, 1, 503),
    (ArchiveUnusable, 1, 503),
    (ArchiveDamaged, 1, 503),
    (ReadingStopped, 1, 503),
)
HOUSE = Path(__file__).parent.parent


def error_classes() -> list[type[Exception]]:
    """Return every class of our packages that is an exception, as its source says it."""
    found = []
    for package in PACKAGES:
        for path in (HOUSE / package).rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            names = [node.name for node in nodes if isinstance(node, ast.ClassDef) and node.bases]
            if names and "migrations" not in path.parts:
                module = import_module(".".join(path.relative_to(HOUSE).with_suffix("").parts))
                found += [getattr(module, name) for name in names if hasattr(module, name)]
    return [one for one in found if issubclass(one, Exception)]


def test_every_error_of_ours_names_its_remedy() -> None:
    classes = error_classes()
    assert len(classes) > 40, "it would be no proof to have found none"
    plain = [one for one in classes if not issubclass(one, REMEDIES)]
    assert [one.__qualname__ for one in plain if not one.__module__.startswith("spiders.middleware")] == []


def test_an_error_has_one_remedy() -> None:
    for one in error_classes():
        assert sum(issubclass(one, remedy) for remedy in REMEDIES) <= 1, one


@pytest.mark.parametrize(("kind", "exit_status", "http_status"), STATUSES)
def test_a_remedy_has_its_statuses(kind: type[Exception], exit_status: int, http_status: int) -> None:
    foreseen = foresee(kind() if kind is BadCursor else kind("what happened"))
    assert foreseen is not None
    assert exit_status_of(foreseen) == exit_status
    assert http_status_of(foreseen) == http_status


@pytest.mark.parametrize(
    ("error", "exit_status", "sentence"),
    [
        (sqlite3.OperationalError("database is locked"), 3, "cannot be used: database is locked"),
        (sqlite3.OperationalError("no such table: x"), 1, "cannot be used: no such table: x"),
    ],
)
def test_what_sqlite_says_is_a_sentence(error: sqlite3.Error, exit_status: int, sentence: str) -> None:
    foreseen = foresee(OperationalError("SELECT secret", None, error))
    assert foreseen is not None
    assert str(foreseen) == f"the archive's database {sentence}"
    assert exit_status_of(foreseen) == exit_status
    assert http_status_of(foreseen) == 503


def test_what_the_system_says_is_a_sentence() -> None:
    foreseen = foresee(PermissionError(13, "Permission denied", "/archive/archive.db"))
    assert isinstance(foreseen, Unusable)
    assert str(foreseen) == "/archive/archive.db cannot be used: permission denied"


def test_a_full_pool_asks_to_come_again_and_a_defect_is_foreseen_by_nobody() -> None:
    assert isinstance(foresee(PoolTimeout("no connection")), Busy)
    assert foresee(KeyError("x")) is None
    assert foresee(SetAside("is empty")) is None, "it ends inside a crawl; anywhere else it is a defect"
