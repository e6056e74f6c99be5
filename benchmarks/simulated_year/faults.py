"""What goes wrong in a simulated year: each fault begins, lasts for some polls, and ends.

``expects`` are the kinds of events of which one must be there after the fault's first poll; those that it
opened must be over within ``settles`` polls after its end. A fault without any is one that nobody need hear
of, or of which a command's exit status tells, for want of an archive to keep an event in.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

from jianbao.demo.misbehaviour import Kind
from simulated_year.press import DAILY, SLUGS, WEEKLY
from simulated_year.stage import Stage

_ARTICLES = ("/shangraoribao/2*", "/old_post/*", "/NewsData/*", "/a/*")
"""Where the articles of the category newspapers stand."""
_BY_CATEGORY = (DAILY, WEEKLY)

_FULL_DISK = """
import errno
from storage.archive.folder import Archive
def refuse(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")
Archive.keep = refuse
"""


class Fault:
    """One fault, which begins once."""

    expects: ClassVar[tuple[str, ...]] = ()
    lasts: int = 1
    settles: ClassVar[int] = 2
    hours: ClassVar[tuple[int, ...]] = ()
    """Hours of the day at whose poll it may begin; none: any."""

    @classmethod
    def name(cls) -> str:
        """Return what it is called in the report."""
        return cls.__name__

    def begin(self, stage: Stage) -> None:
        """Break something, before a poll."""

    def poll(self, stage: Stage) -> None:
        """Poll while it lasts."""
        stage.crawl()

    def end(self, stage: Stage) -> None:
        """Mend it, before another poll; see that commands told of what no event can."""

    def settle(self, stage: Stage) -> None:
        """Do what somebody has to do who hears of it, once its events had time to end."""


class _SiteFault(Fault):
    """The site answers wrongly; ``spoils`` are the newspapers whose articles it concerns."""

    spoils: ClassVar[tuple[str, ...]] = SLUGS
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = ()

    def begin(self, stage: Stage) -> None:
        for target, kind in self.orders:
            stage.press.site.misbehave(target, kind)
        stage.spoilt = frozenset(self.spoils)

    def end(self, stage: Stage) -> None:
        stage.press.site.behave()
        stage.spoilt = frozenset()


class Storm(_SiteFault):
    """Every answer of the site is 503, for a day."""

    expects, lasts = ("poll_failed",), 4
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "status"),)


class Unreachable(_SiteFault):
    """Connections end before any answer."""

    expects, lasts = ("poll_failed",), 2
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "reset"),)


class ArticlesUnreachable(_SiteFault):
    """Lists come, and the articles of a newspaper are answered with 503."""

    expects, lasts, settles, hours = ("articles_failing", "failed_run", "poll_failed"), 2, 6, (7,)
    spoils = _BY_CATEGORY
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = tuple((path, "status") for path in _ARTICLES)


class Challenge(_SiteFault):
    """A browser check in place of every page, with status 200."""

    expects, lasts = ("poll_failed", "layout_broken"), 3
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "challenge"),)


class Login(_SiteFault):
    """A form to log in in place of every page."""

    expects, lasts = ("poll_failed", "layout_broken"), 2
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "login"),)


class ErrorPage(_SiteFault):
    """An error page with status 200 in place of every page."""

    expects, lasts = ("poll_failed", "layout_broken"), 2
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "error-page"),)


class EmptyPages(_SiteFault):
    """Pages without a byte."""

    expects, lasts = ("poll_failed", "layout_broken"), 2
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "empty"),)


class ArticlesChallenged(_SiteFault):
    """Lists come, and a browser check in place of each article of a newspaper."""

    expects: ClassVar[tuple[str, ...]] = (
        "quarantine",
        "article_layout_broken",
        "contract_broken",
        "articles_failing",
    )
    lasts, settles, hours = 1, 6, (7,)
    spoils = _BY_CATEGORY
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = tuple((path, "challenge") for path in _ARTICLES)


class TornAnswers(_SiteFault):
    """Streams of gzip that end in the middle."""

    expects, lasts = ("poll_failed", "layout_broken"), 2
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/*", "cut-gzip"),)


class LyingValidators(_SiteFault):
    """Lists have the validators of the version before: unchanged, they say."""

    lasts, spoils = 1, ()
    orders: ClassVar[tuple[tuple[str, Kind], ...]] = (("/category/*", "lying-etag"),)


class Redesign(Fault):
    """The pages of the category newspapers are laid out as no reader knows."""

    expects: ClassVar[tuple[str, ...]] = (
        "layout_broken",
        "article_layout_broken",
        "contract_broken",
        "quarantine",
        "poll_failed",
    )
    lasts, settles, hours = 3, 6, (7,)

    def begin(self, stage: Stage) -> None:
        stage.press.site.set_layout("unknown")
        stage.spoilt = frozenset(_BY_CATEGORY)

    def end(self, stage: Stage) -> None:
        stage.press.site.set_layout("jekyll")
        stage.spoilt = frozenset()


class Killed(Fault):
    """The crawl is killed in the middle."""

    hours = (7, 12)
    settles = 1

    def poll(self, stage: Stage) -> None:
        site = stage.press.site
        site.requests.clear()
        child = stage.archive.start(*stage.poll_command)
        moment = stage.chance.randint(2, 12)
        while len(site.requests) < moment and child.poll() is None:
            time.sleep(0.001)
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        was_killed = child.wait() == -signal.SIGKILL
        stage.note_seen()
        stage.crawl()
        if was_killed:
            stage.expect("killed_run")


class FloorReached(Fault):
    """The disk has less room than the floor."""

    expects, lasts = ("disk_low",), 3

    def begin(self, stage: Stage) -> None:
        stage.archive.floor = 10**15
        stage.archive.configure()

    def end(self, stage: Stage) -> None:
        stage.archive.floor = 0
        stage.archive.configure()


class DiskFull(Fault):
    """The disk is full when an article is to be kept."""

    expects, lasts, hours, settles = ("failed_run",), 1, (7,), 2

    def poll(self, stage: Stage) -> None:
        stage.crawl(prelude=_FULL_DISK)


class ClockBehind(Fault):
    """The clock is at its beginning, as after a battery has died: 1970 and some."""

    expects, lasts = ("clock_wrong",), 1

    def poll(self, stage: Stage) -> None:
        stage.archive.set_clock(stage.now - timedelta(days=365 * stage.chance.randint(2, 50)))
        stage.crawl()
        stage.archive.set_clock(stage.now)


class ClockAhead(Fault):
    """The clock is years ahead for one poll."""

    lasts, settles = 1, 4

    def poll(self, stage: Stage) -> None:
        stage.archive.set_clock(stage.now + timedelta(days=365 * stage.chance.randint(1, 5)))
        stage.crawl()
        stage.archive.set_clock(stage.now)


class Unmounted(Fault):
    """The archive's disk is not mounted."""

    lasts = 2

    def begin(self, stage: Stage) -> None:
        stage.archive.place.rename(stage.archive.folder / "unmounted")
        stage.archive.place.mkdir()

    def poll(self, stage: Stage) -> None:
        ended = stage.archive.run(*stage.poll_command)
        if ended.status != 1 or "mounted" not in ended.stderr:
            stage.violate(f"without its disk a crawl ended with {ended.status}: {ended.stderr[-200:]}")
        if list(stage.archive.place.iterdir()):
            stage.violate("a crawl began an archive where the disk is not mounted")

    def end(self, stage: Stage) -> None:
        stage.archive.place.rmdir()
        (stage.archive.folder / "unmounted").rename(stage.archive.place)


class _Damage(Fault):
    """A file of the archive is damaged; the last backup has it whole."""

    lasts, settles = 1, 1

    def end(self, stage: Stage) -> None:
        stage.must("restore", stage.backup, "--originals")
        stage.must("verify", "--full")


class FlippedByte(_Damage):
    """A byte of a WARC file is another one."""

    expects = ("verify_failed",)

    def begin(self, stage: Stage) -> None:
        stage.must("backup", stage.backup)
        file = stage.choose_originals()
        data = bytearray(file.read_bytes())
        at = stage.chance.randrange(len(data) // 4, len(data) // 2)
        data[at] ^= 0x55
        file.write_bytes(data)

    def poll(self, stage: Stage) -> None:
        stage.must("verify", "--full", status=1)
        stage.crawl()


class LostFile(_Damage):
    """A WARC file is not there any more."""

    expects = ("captures_lost",)

    def begin(self, stage: Stage) -> None:
        stage.must("backup", stage.backup)
        stage.choose_originals().unlink()


class ShortFile(_Damage):
    """A WARC file has lost its second half."""

    expects = ("captures_lost",)

    def begin(self, stage: Stage) -> None:
        stage.must("backup", stage.backup)
        file = stage.choose_originals()
        os.truncate(file, file.stat().st_size // 2)


class TornDatabase(Fault):
    """Pages of the database are not what they were; the WARC files are all that is left."""

    settles = 1

    def poll(self, stage: Stage) -> None:
        stage.crawl()
        before = stage.count_rows()
        size = stage.archive.database.stat().st_size
        with stage.archive.database.open("r+b") as file:
            file.seek(size // 3 // 4096 * 4096)
            file.write(os.urandom(64 * 1024))
        stage.must("verify", status=1)
        untold = stage.rebuild("--replace")
        stage.must("verify", "--full")
        before["capture"] += untold
        if (after := stage.count_rows()) != before:
            stage.violate(f"rebuilt, the archive has {after} in place of {before}")


class Vanished(Fault):
    """Archived articles are taken off the site, and come back."""

    expects, lasts, settles = ("page_gone",), 2, 1

    def begin(self, stage: Stage) -> None:
        self.codes = stage.choose_archived(DAILY, 2)
        for code in self.codes:
            stage.press.site.delete(code, everywhere=True)

    def poll(self, stage: Stage) -> None:
        stage.crawl()
        stage.recrawl(self.codes)

    def end(self, stage: Stage) -> None:
        for code in self.codes:
            stage.press.site.restore(code)
        stage.press.site.advance(0)
        stage.recrawl(self.codes)


FAULTS: tuple[type[Fault], ...] = (
    Storm,
    Unreachable,
    ArticlesUnreachable,
    Challenge,
    Login,
    ErrorPage,
    EmptyPages,
    ArticlesChallenged,
    TornAnswers,
    LyingValidators,
    Redesign,
    Killed,
    FloorReached,
    DiskFull,
    ClockBehind,
    ClockAhead,
    Unmounted,
    FlippedByte,
    LostFile,
    ShortFile,
    TornDatabase,
    Vanished,
)
