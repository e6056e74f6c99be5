"""The demonstration: the site served, crawled twice by real child processes, and a history fetched."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from jianbao.configuration import ConfigurationError
from jianbao.demo.cost import Cost, run_command
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.epaper import EPaper
from jianbao.demo.offer import daily_rooms
from jianbao.demo.site import DemoSite
from jianbao.documents.document import Document
from jianbao.documents.search import read_list, read_search
from storage.archive.folder import WARC_FOLDER, Archive
from storage.articles.lists import ArticleFilter
from storage.ledger.listing import count_states
from storage.records.listing import UNARCHIVED
from storage.records.press_days import PRINTED_ZONE
from storage.search import parse_query

MARK = "# Written by `jianbao demo`, which replaces this file and the archive beside it."
SOUGHT = "社区"
"""What the demo looks for: a word of two characters, the normal case in Chinese."""
HISTORIC = "lxrb"
"""The digital newspaper whose history the demo fetches."""
_SHOWN = 8
_FOUND = 3
_PUBLISHED = timedelta(hours=10)
"""After midnight: by then the demo's newspapers have published all of a day."""


@dataclass(frozen=True, slots=True)
class History:
    """A digital newspaper's history: what the site has of it, and what the archive holds.

    ``printed`` and ``archived`` count articles and pieces without text (pictures, advertisements) together.
    """

    name: str
    cost: Cost
    days: int
    silent_days: int
    printed: tuple[int, int]
    archived: tuple[int, int]

    @property
    def is_whole(self) -> bool:
        """Whether everything that was printed is there, and nothing twice."""
        return self.printed == self.archived


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo showed.

    ``kinds`` are the sources' kinds by slug, ``unarchived`` counts what is listed and not archived, ``view``
    is the path of a page of the newest issue in the reader.
    """

    folder: Path
    kinds: dict[str, str]
    unarchived: int
    first: Cost
    second: Cost
    history: History
    view: str
    newest: list[Document]
    found: Document

    @property
    def is_proved(self) -> bool:
        """All that was listed arrived, the second crawl asked for lists alone, and the history is whole."""
        return (
            all(crawl.report["status"] == "ok" for crawl in (self.first, self.second))
            and self.unarchived == 0
            and self.first.articles == self.second.articles > 0
            and self.second.is_idle
            and self.history.is_whole
            and self.found["total"] > 0
        )


def run_demo(folder: Path, shown: DemoSite | None = None) -> DemoResult:
    """Serve the site, crawl it twice into ``folder``, fetch a history, and return what that showed.

    ``shown`` is another site than the demo's own, with a digital newspaper `HISTORIC` too.
    Raises `ConfigurationError` for a folder that holds something other than an earlier demo.
    """
    folder = folder.absolute()
    clear_folder(folder)
    with shown or DemoSite(rooms=daily_rooms(_newest_day())) as site:
        (folder / "jianbao.toml").write_text(f"{configure(site)}\n{declare_rooms(site, site.url)}", "utf-8")
        first = run_command(site, folder, "crawl", "--trigger", "demo")
        second = run_command(site, folder, "crawl", "--trigger", "demo")
        backfill = run_command(site, folder, "backfill", HISTORIC)
        paper = site.epaper(HISTORIC)
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as view:
        newest = read_list(view, ArticleFilter(), _SHOWN, 0)["items"]
        found = read_search(view, parse_query(SOUGHT), limit=_FOUND)
        states = count_states(view)
    return DemoResult(
        folder=folder,
        kinds=_kinds(site),
        unarchived=sum(of.get(state, 0) for of in states.values() for state in UNARCHIVED),
        first=first,
        second=second,
        history=_compare(paper, backfill, states.get(HISTORIC, {})),
        view=f"/issue/{HISTORIC}/{paper.days[-1]}/1",
        newest=newest,
        found=found,
    )


def _newest_day() -> date:
    """Return the day whose newspapers are out by now: an article of the future would be doubted."""
    return (datetime.now(UTC).astimezone(PRINTED_ZONE) - _PUBLISHED).date()


def _kinds(site: DemoSite) -> dict[str, str]:
    kinds = dict.fromkeys(site.slugs, "category")
    return kinds | {room.slug: room.kind for room in site.rooms}


def _compare(paper: EPaper, cost: Cost, states: dict[str, int]) -> History:
    """Return a paper's history beside what the ledger says of it."""
    articles = [article for day in paper.days for article in paper.issue(day).articles]
    furniture = sum(article.is_furniture for article in articles)
    return History(
        name=paper.name,
        cost=cost,
        days=len(paper.days),
        silent_days=len(paper.silent_days),
        printed=(len(articles) - furniture, furniture),
        archived=(states.get("archived", 0), states.get("furniture", 0)),
    )


def clear_folder(folder: Path) -> None:
    """Make the folder ready: an earlier demo's archive goes, anything else stays and is refused."""
    configuration = folder / "jianbao.toml"
    archive = folder / "archive"
    for path in (configuration, archive, archive / WARC_FOLDER):
        if path.is_symlink():
            raise ConfigurationError(
                f"{path}: is a link, and may lead to what is not a demo's; name another folder"
            )
    if configuration.exists() and not configuration.read_bytes().startswith(MARK.encode()):
        raise ConfigurationError(f"{configuration}: is not a demo's; name another folder for the demo")
    if archive.exists() and not configuration.exists():
        raise ConfigurationError(f"{archive}: is not a demo's; name another folder for the demo")
    for path in (archive / WARC_FOLDER, archive):
        shutil.rmtree(path, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def configure(site: DemoSite) -> str:
    """Return a configuration for the category newspapers of the demo site, in TOML."""
    sources = (
        f"[[sources]]\nslug = {json.dumps(paper.slug, ensure_ascii=False)}\n"
        f'name = {json.dumps(paper.media, ensure_ascii=False)}\nkind = "category"\n'
        f"url = {json.dumps(site.category_url(paper.slug))}\n"
        for paper in site.press.papers
    )
    http = '[http]\ncontact = "mailto:demo@example.org"\ndelay = 0\n'
    endpoint = f"[infocode]\nurl = {json.dumps(site.json_url)}\npage = {json.dumps(site.finance_url)}\n"
    return "\n".join((MARK, 'archive = "archive"', "", *sources, http, endpoint))
