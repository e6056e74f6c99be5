"""WARC files as others write them, by hand and by warcio, and an archive that takes them in."""

from __future__ import annotations

import gzip
import hashlib
import io
from base64 import b32encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from jianbao.commands.import_warc import order_import
from jianbao.configuration import load_configuration
from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.run import import_warc
from storage.archive.folder import Archive

SITE = "https://www.jiangnan.example.cn"
CONFIGURATION = r"""
archive = "archive"
[[sources]]
slug = "jnrb"
name = "江南日报"
kind = "page"
site = "jnrb"
url = "https://www.jiangnan.example.cn/news/"
link = '/(?P<y>\d{4})/(?P<m>\d{2})(?P<d>\d{2})/(?P<id>\d+)\.html$'
[http]
contact = "mailto:desk@example.org"
max_size = 100000
"""
_PROSE = (
    "连日来，江南县各乡镇抢抓农时，组织农技人员下到田间地头，指导农户做好水稻育秧工作。",
    "据了解，今年全县计划种植早稻十二万亩，目前育秧面积已经完成九成，进度快于去年同期。",
    "县农业农村局负责人表示，将继续做好农资供应和技术服务，确保春耕生产有序推进。",
)


def page_of(title: str = "江南县春耕生产有序推进", day: str = "2021-03-20", more: str = "") -> bytes:
    """Return an article's page."""
    body = "".join(f"<p>{one}</p>" for one in (*_PROSE, *([more] if more else [])))
    return (
        f'<html><head><meta charset="utf-8"><title>{title}_江南网</title></head><body><div class="article">'
        f'<h1>{title}</h1><div class="info">{day} 08:30 来源：江南日报</div>'
        f'<div class="content">{body}</div></div></body></html>'
    ).encode()


def url_of(number: int, day: str = "2021/0320") -> str:
    """Return the address of an article."""
    return f"{SITE}/{day}/{number}.html"


def list_of(numbers: Sequence[int]) -> bytes:
    """Return a list page."""
    links = "".join(f'<li><a href="{url_of(one)}">江南县第{one}则消息见报</a></li>' for one in numbers)
    return f"<html><head><title>新闻</title></head><body><ul>{links}</ul></body></html>".encode()


def answer(body: bytes, *headers: str, line: str = "HTTP/1.1 200 OK") -> bytes:
    """Return an HTTP answer as it is in a record."""
    lines = [line, "Content-Type: text/html; charset=utf-8", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sha1(data: bytes) -> str:
    """Return a digest as most others write it."""
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def record(
    block: bytes,
    url: str = "",
    date: str = "2021-03-21T01:02:03Z",
    *fields: str,
    kind: str = "response",
    version: str = "WARC/1.0",
    length: int | None = None,
) -> bytes:
    """Return a record, plain."""
    lines = [version, f"WARC-Type: {kind}", "WARC-Record-ID: <urn:uuid:1>", f"WARC-Date: {date}"]
    lines += [f"WARC-Target-URI: {url or url_of(1)}", *fields]
    lines.append(f"Content-Length: {len(block) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def packed(*records: bytes) -> bytes:
    """Return records as gzip members."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def by_warcio(captures: Sequence[tuple[str, bytes, str]]) -> bytes:
    """Return a file as warcio writes it: address, body, date."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for url, body, date in captures:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        made = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": date},
        )
        writer.write_record(made)
        made.raw_stream.close()
    return out.getvalue()


@dataclass
class TakingIn:
    """An archive, and files that it takes in."""

    folder: Path
    counted: WarcCounts = field(default_factory=WarcCounts)

    def __post_init__(self) -> None:
        self.config = self.folder / "jianbao.toml"
        self.config.write_text(CONFIGURATION, "utf-8")

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the archive."""
        with Archive.open(self.folder / "archive") as archive:
            yield archive

    def take(self, *contents: bytes, name: str = "their.warc.gz", **wish: Any) -> WarcCounts:
        """Import files of these contents; return what was counted."""
        paths = []
        for number, content in enumerate(contents):
            path = self.folder / (f"{number}-{name}" if number else name)
            path.write_bytes(content)
            paths.append(path)
        return self.take_paths(*paths, **wish)

    def take_paths(self, *paths: Path, **wish: Any) -> WarcCounts:
        """Import what is at some paths."""
        configuration = load_configuration(self.config, None, {})
        self.counted = WarcCounts()
        with self.archive() as archive:
            import_warc(archive, order_import(configuration, [*paths], **wish), self.counted)
        return self.counted

    def rows(self, statement: str) -> list[Any]:
        """Return the rows of a statement; a row of one column is that column."""
        with self.archive() as archive, archive.reading() as connection:
            rows = connection.execute(text(statement)).fetchall()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    @property
    def titles(self) -> list[str]:
        """The titles of all articles, by code."""
        return self.rows("SELECT title FROM article ORDER BY info_code")
