"""Everything at once for ten minutes: ``load.py [--quick] [--minutes M] [--articles N] [--readers N]``.

An archive of imported posts is crawled, crawled again, imported into, verified and backed up, each by
commands in processes of their own (forks of one that has imported everything), one right after the other,
while fifty readers ask `jianbao serve` for pages of every kind. The newspapers publish and edit meanwhile. At
the end no command may have met a locked database or ended badly, and every write must be there: what was
published, each edit as one revision, each post, whole by ``verify --full``, and so in the archive that the
last backup restores. Prints what each actor did, what each kind of page took, and one line of JSON; exit
status 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from crowd import Trial, crowd, print_found, serving, summarise
from import_posts import write_files
from reader import choose_addresses
from sqlalchemy import text
from support.command_line import Ended
from support.post_files import a_post, write_posts
from support.processes import Crib, Nursery

from jianbao.demo import DemoSite, Press
from jianbao.demo.run import configure
from storage.archive.folder import Archive

_PAPERS = 8
_CRAWLED = 4
"""The first of the papers are polled, the others crawled again: each crawl has its sources to itself."""
_BATCH = 40
"""Articles that are published between two polls, and posts of one import."""
_EDITED = 10
_LONGEST = 1_200.0
"""Seconds that one command may take on a busy machine."""
_FIRST_POST = 1_000_000
"""Posts from this number on are of no article that the archive begins with."""


@dataclass
class Actor:
    """One of those who are at work: how often its command ran, and how that ended badly."""

    name: str
    words: Callable[[], list[str]]
    turns: int = 0
    seconds: float = 0.0
    locked: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Load:
    """An archive with everything at work on it, by commands that are forks of a process of a nursery."""

    folder: Path
    site: DemoSite
    articles: int
    nursery: Nursery
    edits: dict[str, int] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)
    recrawls: int = 0

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "jianbao.toml"

    @property
    def backup(self) -> Path:
        """The folder of backups."""
        return self.folder / "backup"

    @property
    def archive(self) -> Path:
        """The archive's folder."""
        return self.folder / "archive"

    @property
    def polled(self) -> list[str]:
        """The papers that are polled."""
        return self.site.slugs[:_CRAWLED]

    @property
    def fetched_again(self) -> list[str]:
        """The papers that are crawled again."""
        return self.site.slugs[_CRAWLED:]

    def begin(self) -> None:
        """Fill the archive: posts, and what the newspapers list."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(configure(self.site), "utf-8")
        write_files(self.folder / "posts", self.articles)
        for words in (["import", "posts", str(self.folder / "posts")], ["crawl"]):
            ended = self.run(self.nursery, "begin", words)
            assert ended.status == 0, ended

    def run(self, crib: Nursery | Crib, name: str, words: list[str]) -> Ended:
        """Run a command to its end; what it prints goes into files of that name."""
        printed, told = (self.folder / f"{name}.{stream}" for stream in ("stdout", "stderr"))
        child = crib.launch(["--config", str(self.config), *words], told, stdout=str(printed))
        return Ended(child.wait(_LONGEST), printed.read_text("utf-8"), told.read_text("utf-8"))

    # -- what each actor does in its next turn -----------------------------------------------------

    def next_crawl(self) -> list[str]:
        """Publish, and poll."""
        for at in range(_BATCH):
            self.site.publish(slug=self.polled[at % _CRAWLED])
        return ["crawl", *self.polled]

    def next_recrawl(self) -> list[str]:
        """Edit articles, and fetch them again."""
        listed = [post for slug in self.fetched_again for post in self.site.listed(slug)]
        chosen = [listed[(self.recrawls * _EDITED + at) % len(listed)] for at in range(_EDITED)]
        self.recrawls += 1
        codes = sorted({post.info_code for post in chosen})
        for code in codes:
            self.edits[code] = self.edits.get(code, 0) + 1
            self.site.edit(code, append=f"补记第{self.edits[code]}次。")
        return ["recrawl", *(word for code in codes for word in ("--code", code))]

    def next_import(self) -> list[str]:
        """Write posts that nobody has seen, and import them."""
        first = _FIRST_POST + len(self.imported)
        posts = [a_post(number, length=1_500) for number in range(first, first + _BATCH)]
        folder = self.folder / f"posts-{first}"
        write_posts(folder / "_posts", posts)
        self.imported += [f"NW{post.code}" for post in posts]
        return ["import", "posts", str(folder)]

    def next_look(self) -> list[str]:
        """Look at the whole archive."""
        return ["verify"]

    def next_backup(self) -> list[str]:
        """Copy all of it."""
        return ["backup", str(self.backup), "--keep", "3"]

    # -- work --------------------------------------------------------------------------------------

    def hire(self) -> list[Actor]:
        """Return everybody who is at work."""
        return [
            Actor("crawl", self.next_crawl),
            Actor("recrawl", self.next_recrawl),
            Actor("import", self.next_import),
            Actor("verify", self.next_look),
            Actor("backup", self.next_backup),
        ]

    def work(self, actor: Actor, crib: Crib, until: float) -> None:
        """Let an actor take one turn after the other; a turn that has begun is ended."""
        while time.monotonic() < until:
            began = time.monotonic()
            ended = self.run(crib, actor.name, actor.words())
            actor.turns += 1
            actor.seconds += time.monotonic() - began
            said = ended.stdout + ended.stderr
            actor.locked += said.count("database is locked")
            if ended.status or "locked" in said:
                actor.problems.append(f"{actor.name} ended with {ended.status}: {said[-300:]}")

    # -- proof -------------------------------------------------------------------------------------

    def prove(self) -> Iterator[str]:
        """Yield every write that is not there, in the archive and in the one that its backup restores."""
        yield from self._find_lost(self.archive)
        for words in (
            ["verify", "--full"],
            ["backup", str(self.backup)],
            ["restore", str(self.backup), "--to", str(self.folder / "restored")],
            ["--archive", str(self.folder / "restored"), "verify", "--full"],
        ):
            ended = self.run(self.nursery, "proof", words)
            if ended.status:
                yield f"{' '.join(words)} ended with {ended.status}: {ended.stdout[-300:]}"
        yield from self._find_lost(self.folder / "restored")

    def _find_lost(self, folder: Path) -> Iterator[str]:
        with Archive.open_existing(folder) as archive, archive.reading() as view:
            rows = view.execute(text("SELECT info_code, revision, text FROM article")).all()
        stored = {code: (revision, words) for code, revision, words in rows}
        for code in self.imported:
            if code not in stored:
                yield f"{code} was imported, and is not in {folder.name}"
        for post in self.site.articles:
            code, edits = post.info_code, self.edits.get(post.info_code, 0)
            revision, words = stored.get(code, (0, ""))
            if revision != 1 + edits or post.paragraphs[-1] not in words:
                yield f"{code} was edited {edits} times, and is at revision {revision} in {folder.name}"


def main() -> int:
    """Put everything to work, prove what came of it, print, and return the exit status."""
    options = _read_arguments()
    with (
        TemporaryDirectory(prefix="jianbao-load-") as name,
        DemoSite(Press.of(options.listed, _PAPERS), rooms=()) as site,
    ):
        load = Load(Path(name) / "load", site, options.articles, Nursery())
        load.begin()
        actors = load.hire()
        trial = put_to_work(load, actors, options.readers, options.minutes * 60)
        problems = [problem for actor in actors for problem in actor.problems] + trial.errors
        problems += list(load.prove())
        load.nursery.close()
        found = {
            "minutes": options.minutes,
            "articles": options.articles,
            "turns": {actor.name: actor.turns for actor in actors},
            "published": len(site.articles),
            "edits": sum(load.edits.values()),
            "imported": len(load.imported),
            "locked": sum(actor.locked for actor in actors),
            **summarise(trial),
            "problems": problems[:20],
        }
    for actor in actors:
        print(f"{actor.name:10} {actor.turns:6} turns, {actor.seconds / max(1, actor.turns):8.2f} s each")
    print_found(trial)
    print(json.dumps(found, ensure_ascii=False))
    return bool(problems)


def put_to_work(load: Load, actors: list[Actor], readers: int, seconds: float) -> Trial:
    """Let everybody work and read for so long; return what the readers met."""
    with Archive.open_existing(load.archive) as opened:
        addresses = choose_addresses(opened)
    addresses.pop("/crawl/ID")  # of the year of crawls that the reader's own benchmark makes
    with serving(load.archive) as address:
        until = time.monotonic() + seconds
        cribs = [load.nursery.add_crib(load.folder) for _ in actors]
        threads = [
            threading.Thread(target=load.work, args=(actor, crib, until))
            for actor, crib in zip(actors, cribs, strict=True)
        ]
        for thread in threads:
            thread.start()
        trial = asyncio.run(crowd(address, addresses, readers, seconds))
        for thread in threads:
            thread.join()
        for crib in cribs:
            crib.close()
    return trial


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--articles", type=int, default=20_000, help="posts in the archive before it begins")
    parser.add_argument("--listed", type=int, default=240, help="articles that the newspapers begin with")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="some seconds, as the tests have it")
    options = parser.parse_args()
    if options.quick:
        options.minutes, options.articles, options.readers = 0.05, 60, 8
        options.listed = 24
    return options


if __name__ == "__main__":
    sys.exit(main())
