"""A family of digital newspapers: how the addresses of its issues are made.

Addresses alone tell pages and articles apart: on every saved issue page they gave the true sets, from ``<a>``
and ``<area>`` alike. What an address names is a `Spot`; two belong to one issue when their day and their
paper's root agree (`is_of_issue`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from spiders.families.dated_address import day_of, host_and_path, template_of

Shape = Literal["html", "json"]

LAYOUT_WORDS = frozenset(
    {"layout", "layouts", "column", "columns", "col", "content", "contents", "cont", "con", "c", "html"}
    | {"pc", "paper", "shtml", "node", "page", "a"}
)
"""Folders between a paper's root and the day that tell pages from articles, and no paper from another."""

LONGEST_ID = 30
"""Characters of an article's own id: with day and site a code has 64 at most."""
SAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Spot:
    """What a dated address names.

    ``before`` is the address up to the day, as written; ``root`` the paper's folder without the words of the
    layout, folded; ``folder`` the dated folder with its host, folded; ``name`` is the page's or the article's
    own name in it.
    """

    day: date
    host: str
    root: str
    folder: str
    before: str
    name: str


@dataclass(frozen=True, slots=True)
class Family:
    """One way to lay a digital newspaper out. ``page`` and ``article`` match paths, with named groups.

    The groups are ``before`` and the day (``Y``, ``m``, ``d``), whose second writing (``Y2`` …) must be the
    same day; ``name`` or ``name2`` is what is left. ``months`` and ``indexes`` are templates of the files
    that list a month's issues or lead to the newest one, in the order in which to ask, from ``{before}``.
    ``matches_address``: the patterns are of host, path and query. ``is_numbered``: pages are named by their
    number in the paper.
    ``is_page`` decides of an address that may be a page's or an article's, by the text of a link to it.
    """

    name: str
    told: str
    page: re.Pattern[str]
    article: re.Pattern[str]
    months: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    shape: Shape = "html"
    is_page: Callable[[Spot, str], bool] | None = field(default=None, repr=False)
    titles: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    matches_address: bool = False
    is_numbered: bool = False

    def page_at(self, url: str) -> Spot | None:
        """Return the page that an address names, None for any other address."""
        return self._spot(self.page, url)

    def article_at(self, url: str) -> Spot | None:
        """Return the article that an address names, None for any other address."""
        return self._spot(self.article, url)

    def _spot(self, pattern: re.Pattern[str], url: str) -> Spot | None:
        found = host_and_path(url)
        if found is None:
            return None
        host, path = found
        match = pattern.fullmatch(_whole(url, host) if self.matches_address else path)
        return _spot_of(match, url, host, path) if match else None


def is_of_issue(article: Spot, page: Spot, hosts: Iterable[str] = ()) -> bool:
    """Return whether an article is one of a page's issue, by day, paper and host.

    A paper that has its articles in a folder above its own, or on another of its ``hosts``, has them still.
    """
    if article.day != page.day:
        return False
    if article.host != page.host:
        return article.host in {host.removeprefix("www.") for host in hosts}
    return article.root == page.root or is_above(article.root, page.root)


def is_above(root: str, other: str) -> bool:
    """Return whether a folder is above another one."""
    return root != other and other.startswith(root if root.endswith("/") else root + "/")


def is_of_folder(page: Spot, front: Spot) -> bool:
    """Return whether a page is of the issue of a front page: in the very same dated folder."""
    return page.folder == front.folder


def issue_id(spot: Spot) -> str:
    """Return the id of an article within its paper, ``YYYYMMDD.ID``, safe in any address.

    An id that is too long for that, or has other characters, gets a digest of itself: it stays its own.
    """
    own = SAFE.sub("-", spot.name).strip("-")
    if own != spot.name or len(own) > LONGEST_ID:
        digest = hashlib.sha256(spot.name.encode("utf-8", "surrogatepass")).hexdigest()
        own = f"{own[: LONGEST_ID - 11]}-{digest[:10]}".lstrip("-")
    return f"{spot.day:%Y%m%d}.{own}"


def front_template(url: str, spot: Spot) -> str:
    """Return the template of a page's address, for the issues of other days."""
    return template_of(url.partition("#")[0].partition("?")[0], spot.day) or url


def _whole(url: str, host: str) -> str:
    rest = url.partition("//")[2]
    return host + "/" + rest.partition("#")[0].partition("/")[2]


def _spot_of(match: re.Match[str], url: str, host: str, path: str) -> Spot | None:
    groups = match.groupdict()
    day = day_of(groups["Y"], groups["m"], groups["d"])
    if day is None or not _is_same_day(groups, day):
        return None
    name = "-".join(one for key in ("name", "name2", "name3") if (one := groups.get(key)))
    if "before" not in groups:
        return Spot(day, host, "", f"{day}", "", name)
    before = groups["before"]
    end = max(match.end("Y"), match.end("m"), match.end("d"))
    start = url[: url.find("//") + 2] + url.partition("//")[2].partition("/")[0]
    folder = host + path[:end].casefold()
    return Spot(day, host, _root(before), folder, start + before, name)


def _is_same_day(groups: dict[str, str | None], day: date) -> bool:
    again = [groups.get(key) for key in ("Y2", "m2", "d2")]
    year, month, of_month = again
    if year is None or month is None or of_month is None:
        return True
    return day_of(year, month, of_month) == day


def _root(before: str) -> str:
    """Return a paper's folder without the words of its layout: ``/hfrb/pc/layout/`` is ``/hfrb``."""
    folders = before.casefold().strip("/").split("/")
    while folders and folders[-1] in LAYOUT_WORDS:
        folders.pop()
    return "/" + "/".join(folders) if folders else ""
