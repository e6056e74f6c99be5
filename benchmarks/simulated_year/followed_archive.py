"""The archive that follows the newspapers: its folder, its configuration, commands on a simulated clock."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, time
from typing import Any

from support.command_line import Ended
from support.processes import Nursery

from jianbao.demo import DemoSite
from simulated_year.press import DAILY, FEED, LINES, PORTAL, PRINTED, WEEKLY

CLOCK = Path(__file__).with_name("clock")

_WARM = (
    "_strptime",
    "jianbao.configuration.first_file",
    "jianbao.documents.gaps",
    "jianbao.upkeep.backup",
    "jianbao.upkeep.rebuild",
    "jianbao.upkeep.restore",
    "jianbao.upkeep.story_links",
    "jianbao.crawl.opening",
    "jianbao.crawl.overdue",
    "jianbao.reparse.proof",
    "storage.database.schema_alerts",
    "storage.database.schema_reparse",
    "storage.ledger.holes.every",
    "typer._adapters",
    "xml.sax.expatreader",
    "scrapy.spidermiddlewares.metacopy",
    "jianbao.crawl.check_port",
    "jianbao.crawl.failed_run",
    "jianbao.crawl.history_port",
    "jianbao.crawl.repair",
    "jianbao.configuration.declared",
    "jianbao.upkeep.backup_age",
    "jianbao.upkeep.verify",
    "jianbao.upkeep.verify_full",
    "pipelines.compare.near_copies",
    "regex",
    "scrapy.downloadermiddlewares.useragent",
    "scrapy.extensions.logcount",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memusage",
    "scrapy.logformatter",
    "scrapy.spidermiddlewares.depth",
    "scrapy.spidermiddlewares.httperror",
    "scrapy.spidermiddlewares.urllength",
    "scrapy.statscollectors",
    "spiders.checking",
    "spiders.readers.any_article.chain",
    "spiders.readers.any_article.with_trafilatura",
    "storage.custody.records",
    "storage.search.tokens",
    "storage.warc.file",
    "time_machine",
)
"""What every poll imports besides: a year of polls does so once."""

_PRELUDE = """
import os, sitecustomize
os.environ["SIMULATED_CLOCK"] = {clock!r}
sitecustomize.travel()
"""
_MEASURE = """
import json, os, resource
from pathlib import Path
leave = os._exit
def measured(status):
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    processor = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    cost = dict(processor=processor, memory_mb=max(own.ru_maxrss, others.ru_maxrss) / 1024)
    Path({file!r}).write_text(json.dumps(cost), "ascii")
    leave(status)
os._exit = measured
"""

_SOURCES = """
[[sources]]
slug = "{daily}"
name = "上饶日报"
kind = "category"
url = "{site}/category/{daily}.html"
schedule = "{schedule}"

[[sources]]
slug = "{weekly}"
name = "赣商周刊"
kind = "category"
url = "{site}/category/{weekly}.html"
schedule = "{schedule}"

[[sources]]
slug = "{printed}"
name = "灵溪日报"
kind = "epaper"
site = "{printed}"
url = "{site}/{printed}/"
calendar = "html/{{Y}}-{{m}}/period.xml"
since = {first}
window = 30
schedule = "{schedule}"

[[sources]]
slug = "{portal}"
name = "灵溪网"
kind = "page"
site = "{portal}"
list = "{site}/{portal}/xwzx/"
link = '/\\d{{6}}/t(?P<date>\\d{{8}})_(?P<id>\\d+)\\.html$'
item = "ul.newslist li"
item_date = "span.date"
title_attr = "title"
pages = 10
until_known = 10
next = "a:contains('下一页')"
encoding = "gbk"
window = 20
schedule = "{schedule}"

[[sources.layout]]
body = "div.TRS_Editor"
parts = "div.page a:contains('下一页')"

[[sources.layout]]
title = "td.bt"
body = "#zoom"
parts = "div.page a:contains('下一页')"

[[sources]]
slug = "{lines}"
name = "罗桥在线"
kind = "page"
site = "{lines}"
list = "{site}/{lines}/api/list.json"
link = '/p/(?P<id>\\d+)\\.html$'
pages = 10
until_known = 10
next = "?page={{{{n:2}}}}"
window = 20
schedule = "{schedule}"

[sources.json_list]
items = "data.list[]"
url = "url"
title = "title"
time = "publishTime"
media = "source"
author = "author"

[[sources]]
slug = "{feed}"
name = "云碧新闻网"
kind = "feed"
site = "{feed}"
list = "{site}/{feed}/rss.xml"
link = '/a/(?P<id>\\d+)\\.html$'
window = 2
schedule = "{schedule}"
"""


@dataclass
class FollowedArchive:
    """An archive of the site in a folder. ``floor`` is how many bytes its disk must have free."""

    site: DemoSite
    folder: Path
    first: datetime
    hours: Sequence[int]
    floor: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock = self.folder / "clock"
        self.now = self.first
        self.set_clock(self.first)
        os.environ["PYTHONPATH"] = str(CLOCK)
        self._nursery = Nursery(*_WARM)
        self.configure()

    @property
    def place(self) -> Path:
        """The archive's folder."""
        return self.folder / "archive"

    @property
    def database(self) -> Path:
        """The archive's database."""
        return self.place / "archive.db"

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "jianbao.toml"

    def set_clock(self, moment: datetime) -> None:
        """Let it be that moment now, for every command that starts from here on."""
        spare = self.clock.with_name("clock.new")
        spare.write_text(repr(moment.timestamp() - time()), "ascii")
        spare.rename(self.clock)

    def configure(self) -> None:
        """Write the configuration."""
        sources = _SOURCES.format(
            site=self.site.url,
            first=self.first.date(),
            schedule=f"7 {','.join(map(str, self.hours))} * * *",
            daily=DAILY,
            weekly=WEEKLY,
            printed=PRINTED,
            portal=PORTAL,
            lines=LINES,
            feed=FEED,
        ).replace("{{n:2}}", "{n:2}")
        self.config.write_text(
            f'archive = "archive"\n{sources}\n[http]\ncontact = "mailto:desk@example.org"\ndelay = 0\n'
            f'retries = 0\ntimeout = 30\n[infocode]\nurl = "{self.site.json_url}"\n'
            f'page = "{self.site.finance_url}"\n'
            f"[guards]\nfree_bytes = {self.floor}\n",
            "utf-8",
        )

    def start(self, *words: str, prelude: str = "") -> Any:
        """Start a command at the present moment of the simulation."""
        return self._nursery.launch(
            ["--config", str(self.config), *words],
            self.folder / "stderr",
            stdout=str(self.folder / "stdout"),
            prelude=_PRELUDE.format(clock=str(self.clock)) + prelude,
        )

    def run(self, *words: str, prelude: str = "") -> Ended:
        """Run a command to its end."""
        child = self.start(*words, prelude=prelude)
        status = child.wait(timeout=600)
        return Ended(status, *((self.folder / name).read_text("utf-8") for name in ("stdout", "stderr")))

    def measure(self, *words: str, prelude: str = "") -> tuple[Ended, dict[str, float]]:
        """Run a command to its end; return what it cost, too: processor and other seconds, most memory."""
        spent = self.folder / "spent"
        spent.unlink(missing_ok=True)
        began = monotonic()
        ended = self.run(*words, prelude=_MEASURE.format(file=str(spent)) + prelude)
        cost = {"seconds": monotonic() - began, "processor": 0.0, "memory_mb": 0.0}
        if spent.exists():
            cost |= json.loads(spent.read_text("ascii"))
        return ended, cost

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Return rows of the archive's database."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        """End the process from which commands start."""
        self._nursery.close()
