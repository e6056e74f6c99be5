"""A bench for exports: an archive of the demo site's articles and hostile ones, and the export command."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jianbao.demo import Press
from storage.ledger.source import ensure_import_source
from storage.records import Article, Exchange, Image, Link, Owed, Paragraph, Security
from support.command_line import Command, Ended
from support.delivered_articles import DeliveredArticles
from support.kept_articles import keep

NOON = datetime(2026, 3, 20, 4, 0, 5, tzinfo=UTC)
HOSTILE = (
    '=HYPERLINK("http://127.0.0.1")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    '引号"逗号,分号;',
    "\u202e倒着写的字\u202c",
    "竖排\u2028换行\u2029与\x85控制\x9b31m",
    "<script>alert(1)</script> ]]> &amp;",
    "表情😀与𠮷野",
    "'已有撇号",
)


def an_article(number: int = 1, **changes: Any) -> Article:
    """Return an article; its info code is of that number."""
    article = Article(
        info_code=f"NW20260320{number:010d}",
        url=f"http://127.0.0.1/2026/03/20/NW20260320{number:010d}.html",
        form="media",
        title=f"第{number}号题目",
        published_at=NOON + timedelta(minutes=number),
        precision="second",
        media="上饶日报",
        author=None,
        summary=None,
        source_line=None,
        continued=False,
        paragraphs=(Paragraph("信州区今日举行春季招聘会。"), Paragraph(f"编号{number}。")),
    )
    return replace(article, **changes)


def hostile_articles() -> list[Article]:
    """Return one article for every hostile text, in every field that can hold it."""
    return [
        an_article(
            100 + number,
            title=text,
            media=text,
            author=text,
            summary=text,
            paragraphs=(Paragraph(text), Paragraph(f"{text}完。", "caption")),
            images=(Image("http://127.0.0.1/a.jpg", text, 1, 800, None),),
            securities=(Security("1", "600519", text, "link"),),
            links=(Link("http://127.0.0.1/x?a=1&b=2", text),),
        )
        for number, text in enumerate(HOSTILE)
    ]


@dataclass
class ExportBench:
    """An archive in ``folder``, and the command line."""

    folder: Path
    command: Command

    @property
    def archive_folder(self) -> Path:
        """The archive's folder."""
        return self.folder / "archive"

    def fill(self, press: Press | None = None) -> int:
        """Deliver every article of a press; return how many there are."""
        delivered = DeliveredArticles.open(self.archive_folder, press or Press.of(6, 2))
        with delivered.archive:
            posts = delivered.offer.articles
            for post in posts:
                delivered.deliver(post)
        return len({post.info_code for post in posts})

    def store(self, *articles: Article, slug: str = "paper") -> None:
        """Store articles as if a source had listed them."""
        delivered = DeliveredArticles.open(self.archive_folder, Press.of(1, 1))
        with delivered.archive as archive, archive.writing() as connection:
            ensure_import_source(connection, slug, "上饶日报")
            for article in articles:
                owed = Owed(slug, article.info_code, "media", article.url, article.title)
                exchange = Exchange(
                    article.url, NOON, 200, (), (("Content-Type", "text/html"),), article.text.encode()
                )
                keep(archive, connection, article, owed, NOON, exchange)

    def run(self, *arguments: str | Path) -> Ended:
        """Run a command on the archive; nothing that it does may end in a trace."""
        ended = self.command("--archive", self.archive_folder, *arguments)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def export(self, form: str, *arguments: str | Path, name: str = "out") -> Path:
        """Export to a file; return it."""
        path = self.folder / name
        ended = self.run("export", form, path, *arguments)
        assert ended.status == 0, ended.stderr
        return path

    def manifest(self, path: Path) -> dict[str, Any]:
        """Return the manifest beside a file."""
        found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.manifest.json").read_text("utf-8"))
        return found
