"""The families that are known, in the order in which an address is tried on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spiders.families.dated_address import fill_day
from spiders.families.dated_pages import DATED_PAGES
from spiders.families.family import Family, Spot, front_template
from spiders.families.founder_classic import FOUNDER_CLASSIC
from spiders.families.founder_named import FOUNDER_NAMED
from spiders.families.founder_new import FOUNDER_NEW
from spiders.families.html_index import HTML_INDEX
from spiders.families.json_navi import JSON_NAVI
from spiders.families.page_article import PAGE_ARTICLE
from spiders.families.qpaper import QPAPER
from spiders.families.shtml import SHTML
from spiders.families.szbz import SZBZ
from spiders.families.uniflows import UNIFLOWS

FAMILIES: tuple[Family, ...] = (
    FOUNDER_CLASSIC, FOUNDER_NAMED, FOUNDER_NEW, HTML_INDEX, PAGE_ARTICLE, SHTML, SZBZ, QPAPER, DATED_PAGES,
    UNIFLOWS, JSON_NAVI,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecognisedPaper:
    """What addresses tell of a digital newspaper: its family, the newest page among them, what leads further.

    ``issue`` is the template of that page's address; ``months`` are addresses that may list its month's
    issues, with the day written in, ``indexes`` those that may lead to the newest: in the order in which to
    ask. ``months_as_declared`` are the same as templates, as the configuration has them in ``calendar``.
    """

    family: Family
    page: Spot
    url: str
    issue: str
    months: tuple[str, ...]
    months_as_declared: tuple[str, ...]
    indexes: tuple[str, ...]


def find_family(name: str) -> Family | None:
    """Return the family of a name, None when there is none."""
    return next((family for family in FAMILIES if family.name == name), None)


def recognise_page(url: str, families: Iterable[Family] = FAMILIES) -> tuple[Family, Spot] | None:
    """Return the family of an issue page's address, and what it names; None when it is of none."""
    for family in families:
        if (spot := family.page_at(url)) is not None:
            return family, spot
    return None


def recognise_paper(urls: Iterable[str], families: Iterable[Family] = FAMILIES) -> RecognisedPaper | None:
    """Return what a site's addresses tell of its e-paper: of the newest issue among them, its first page.

    ``urls`` are absolute: the page's own, where it leads (`spiders.readers.epaper.paper_index`), its links.
    None when none of them is an issue's page of a known family. Nobody is asked: whether a month file is
    there, and which page is the first, is only known from an answer.
    """
    known = tuple(families)
    best: tuple[str, Family, Spot] | None = None
    for url in urls:
        found = recognise_page(url, known)
        if found is not None and (best is None or found[1].day > best[2].day):
            best = (url, *found)
    return _describe(*best) if best else None


def _describe(url: str, family: Family, page: Spot) -> RecognisedPaper:
    templates = tuple(one.replace("{before}", page.before) for one in family.months)
    return RecognisedPaper(
        family=family,
        page=page,
        url=url,
        issue=front_template(url, page),
        months=tuple(fill_day(one, page.day) for one in templates),
        months_as_declared=templates,
        indexes=tuple(_resolved(one.replace("{before}", page.before)) for one in family.indexes),
    )


def _resolved(url: str) -> str:
    """Return an address without the ``..`` in it."""
    before, found, after = url.partition("/../")
    if not found:
        return url
    parent = before.rpartition("/")[0]
    return f"{parent}/{after}" if parent.count("/") > 1 else f"{before}/{after}"
