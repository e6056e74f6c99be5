"""The file that lists a month's issues: ``period.xml``, ``navi.xml``, and what others write alike.

Names of elements and attributes are compared without case and namespace. A day stands in an element or an
attribute of its own; beside it may stand the front page of its issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urljoin

from lxml import etree

from spiders.families.dated_address import day_of, template_of
from storage.records import SetAside
from storage.records.saying import say
from storage.records.text.unwritable import without_unwritable

_LONGEST = 2_000_000
"""Characters of a month file: real ones have some thousands."""
_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")
_DAYS = frozenset({"period_date", "perioddate", "date", "day", "issue_date", "publishdate", "pubdate"})
_FRONTS = ("front_page", "frontpage", "front", "url", "href", "link", "page_url", "index")
_ROOTS = frozenset({"periodlist", "periods", "navi", "calendar", "navigation", "paperlist", "issues"})
_WRITTEN = re.compile(r"\s*(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})(?!\d)")
_MONTH_IN_ADDRESS = re.compile(r"(?<!\d)(\d{4})[-/]?(\d\d)/[^/]*\Z")
_ONE_DAY = re.compile(r"\s*(\d{1,2})\s*日?\s*\Z")


@dataclass(frozen=True, slots=True)
class MonthFile:
    """The issues of a month: each day with the absolute address of its front page, None where it has none."""

    fronts: dict[date, str | None] = field(default_factory=dict)


def read_month_file(text: str, url: str) -> MonthFile:
    """Return the issues that a month file lists; raise `SetAside` for any other text, and one with entities.

    A file that is one and lists nothing is an answer too: nothing was printed so far.
    """
    root = _parse(text)
    fronts: dict[date, str | None] = {}
    for day, entry in _entries(root, url):
        front = _front(entry, url, day)
        fronts[day] = fronts.get(day) or front
    if not fronts and _name(root) not in _ROOTS:
        raise SetAside(say("page.no_month_file"))
    return MonthFile(fronts)


def _parse(text: str) -> etree._Element:
    if len(text) > _LONGEST:
        raise SetAside(say("page.month_file_too_long", length=len(text), most=_LONGEST))
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise SetAside(say("page.month_file_entities"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(without_unwritable(_DECLARATION.sub("", text, count=1)).strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SetAside(say("page.no_xml", error=str(error))) from error
    if root is None or _name(root) == "html":
        raise SetAside(say("page.no_month_file"))
    return root


def _entries(root: etree._Element, url: str) -> Iterator[tuple[date, etree._Element]]:
    """Yield each day with the element that tells of its issue."""
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if _local(str(name)) in _DAYS and (day := _read_day(str(value), url)):
                yield day, element
        if _name(element) in _DAYS and (day := _read_day(element.text or "", url)):
            parent = element.getparent()
            yield day, element if parent is None or parent is root else parent


def _front(entry: etree._Element, url: str, day: date) -> str | None:
    """Return the front page that an entry names, by child or attribute.

    A bare file name is one of the day's folder, which stands beside the month file; other addresses begin at
    that, or above it.
    """
    told: dict[str, str] = {_local(str(name)): str(value) for name, value in entry.attrib.items()}
    for child in entry:
        if isinstance(child.tag, str):
            told.setdefault(_name(child), child.text or "")
    found = next((told[name].strip() for name in _FRONTS if told.get(name, "").strip()), None)
    if found is None or found.casefold().startswith(("javascript:", "#")):
        return None
    places = (found, f"{day:%d}/{found}", f"{day.day}/{found}", *(up * "../" + found for up in range(1, 5)))
    try:
        wholes = [urljoin(url, place) for place in (places if "//" not in found else places[:1])]
    except ValueError:
        return None
    beside = (urljoin(url, f"{day:%d}/"), urljoin(url, f"{day.day}/"))
    dated = [whole for whole in wholes if template_of(whole, day) is not None]
    for folder in beside:
        if near := [whole for whole in dated if whole.startswith(folder)]:
            return min(near, key=len)
    return dated[0] if dated else None


def _read_day(text: str, url: str) -> date | None:
    """Return a day as written, or of the month that the file's address names."""
    if match := _WRITTEN.match(text):
        return day_of(match[1], match[2], match[3])
    month, alone = _MONTH_IN_ADDRESS.search(url.partition("?")[0]), _ONE_DAY.match(text)
    return day_of(month[1], month[2], alone[1]) if month and alone else None


def _name(element: etree._Element) -> str:
    return _local(str(element.tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].casefold()
