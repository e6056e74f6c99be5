"""What others hand over as an archive, as targets: WARC files to import, a journal to rebuild from."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from jianbao.commands.import_warc import order_import
from jianbao.configuration import load_configuration
from jianbao.demo import Press
from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.run import import_warc
from storage.archive.folder import DATABASE_FILE, WARC_FOLDER, Archive
from storage.archive.rebuilding import rebuild_database
from storage.articles.lists import ArticleFilter, list_articles
from storage.database.opening import open_database
from storage.events.event import list_open_events
from storage.journal.file import JOURNAL_FOLDER
from storage.journal.scanned import ScannedFiles
from storage.ledger.source import list_sources
from storage.records.content_coding import zstd
from storage.warc.record import format_record, pack_record, parse_record, unpack_record
from storage.warc.scan import FoundRecord, scan_file
from support.delivered_articles import DeliveredArticles
from support.foreign_warcs import (
    SITE,
    TakingIn,
    answer,
    by_warcio,
    list_of,
    packed,
    page_of,
    record,
    sha1,
    url_of,
)
from support.fuzzing.trial import Seed, Target

_COSTLY = 4
"""How many inputs of others one of these takes as long as."""
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOST = 500  # articles that are looked at
_AHEAD = timedelta(days=2)


class RubbishStored(Exception):
    """Something stands in the archive that is no article, or that cannot be read."""


@contextmanager
def open_archives() -> Iterator[list[Target]]:
    """Return the targets, as long as their folders are there."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        imports, rebuilds = Path(folder, "imports"), Path(folder, "rebuilds")
        yield [_takes_in(stack, imports), _rebuilds(rebuilds)]


def _takes_in(stack: ExitStack, folder: Path) -> Target:
    """WARC files of every shape are imported into one archive, which takes in more and more."""
    folder.mkdir()
    taking = TakingIn(folder)
    archive = stack.enter_context(taking.archive())
    order = order_import(load_configuration(taking.config, None, {}), [])

    def reader(name: str):  # type: ignore[no-untyped-def]
        def take(body: bytes) -> None:
            path = folder / name
            path.write_bytes(body)
            counted = WarcCounts()
            import_warc(archive, replace(order, paths=(path,)), counted)
            json.dumps(counted.as_json(is_applied=True), ensure_ascii=False).encode()
            _look_through(archive)

        return take

    return Target(
        "imported WARC files",
        [Seed(body, read=reader(name)) for name, body in _list_files().items()],
        costs=_COSTLY,
    )


def _list_files() -> dict[str, bytes]:
    page, url = page_of(), url_of(1)
    records = (
        record(answer(list_of([1, 2, 3])), f"{SITE}/news/"),
        record(answer(page), url, "2021-03-21T01:02:03Z", f"WARC-Payload-Digest: {sha1(page)}"),
        record(answer(page_of("第二则"), "Content-Encoding: identity"), url_of(2), "2021-03-22"),
        record(answer(b"%x\r\n%b\r\n0\r\n\r\n" % (len(page), page), "Transfer-Encoding: chunked"), url_of(3)),
        record(answer(gzip.compress(page), "Content-Encoding: gzip"), url_of(4), version="WARC/1.1"),
        record(
            answer(b""),
            url_of(1),
            "2021-03-23T00:00:00Z",
            f"WARC-Payload-Digest: {sha1(page)}",
            f"WARC-Refers-To-Target-URI: {url}",
            "WARC-Refers-To-Date: 2021-03-21T01:02:03Z",
            kind="revisit",
        ),
        record(page, url_of(5), kind="resource"),
        record(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", url, kind="request"),
        record(b"software: x\r\n", kind="warcinfo"),
    )
    files = {
        "plain.warc": b"".join(records),
        "packed.warc.gz": packed(*records),
        "whole.warc.gz": gzip.compress(b"".join(records), mtime=0),
        "packed.warc.zst": b"".join(zstd.compress(one) for one in records),
        "warcio.warc.gz": by_warcio([(url_of(one), page, "2021-03-21T01:02:03Z") for one in (1, 2)]),
    }
    methods = {"stored": 0, "deflated": 8, "bzip2": 12, "lzma": 14}
    return files | {
        f"{name}.wacz": _wacz(files["packed.warc.gz"], method) for name, method in methods.items()
    }


def _wacz(content: bytes, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("datapackage.json", "{}")
        made.writestr("archive/data.warc.gz", content)
    return out.getvalue()


class Rebuilding:
    """An archive whose journal has two records, the second of which is another one for each rebuilding."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._empty = folder / "empty" / DATABASE_FILE
        self._empty.parent.mkdir(parents=True)
        open_database(self._empty).dispose()
        self._warc = folder / "archive" / WARC_FOLDER
        work = DeliveredArticles.open(folder / "archive", Press.of(5, 1))
        for post in work.offer.articles[:2]:
            work.deliver(post)
        work.archive.write_journal(even_idle=True)
        for post in work.offer.articles[2:4]:
            work.deliver(post)
        work.list_post(work.offer.articles[4])
        work.archive.write_journal(even_idle=True)
        work.archive.close()
        (self._journal,) = (self._warc / JOURNAL_FOLDER).iterdir()
        whole = self._journal.read_bytes()
        last = [one for one in scan_file(self._journal) if isinstance(one, FoundRecord)][-1]
        said = parse_record(unpack_record(whole[last.offset : last.offset + last.length]))
        self.block = said.block
        left_out = {"warc-type", "content-length", "warc-payload-digest", "warc-block-digest"}
        self._fields = tuple(pair for pair in said.fields.items() if pair[0] not in left_out)
        self._before = whole[: last.offset]

    def rebuild(self, block: bytes) -> tuple[list[str], list[str]]:
        """Rebuild with another second record; return the damages, and the titles that came back."""
        self._journal.write_bytes(
            self._before + pack_record(format_record("metadata", self._fields, block), 1)
        )
        made = self._folder / str(next(self._numbers))
        made.mkdir()
        shutil.copy(self._empty, made / DATABASE_FILE)
        with ScannedFiles(self._warc, made / "scanned.db") as scanned:
            scanned.read()
            rebuild_database(scanned, self._warc, made / DATABASE_FILE)
            damages = [one.why for one in scanned.damages]
        with Archive.open_existing(made) as archive:
            titles = _look_through(archive)
        shutil.rmtree(made)
        return damages, titles


def _rebuilds(folder: Path) -> Target:
    """A journal record is spoilt, and a database is made of it and of a whole one."""
    rebuilding = Rebuilding(folder)

    def rebuild(body: bytes) -> None:
        _, titles = rebuilding.rebuild(body)
        if len(titles) < 2:
            raise RubbishStored(f"only {titles} came back")

    return Target("journal records", [Seed(rebuilding.block)], rebuild, costs=_COSTLY)


def _look_through(archive: Archive) -> list[str]:
    """Read what an archive holds, and return its titles; raise `RubbishStored`."""
    titles = []
    with archive.reading() as connection:
        list_sources(connection)
        list_open_events(connection)
        for stored in list_articles(connection, ArticleFilter(), limit=_MOST):
            article = stored.article
            said = f"{article.title}{article.text}{article.media}{article.url}".replace("\n", "")
            if not article.title.strip() or not article.text.strip() or _STRAY.search(said.replace("\t", "")):
                raise RubbishStored(f"{article.info_code}: {said[:80]!r}")
            if article.published_at is None or article.published_at > datetime.now(UTC) + _AHEAD:
                raise RubbishStored(f"{article.info_code}: of {article.published_at}")
            titles.append(article.title)
    return titles
