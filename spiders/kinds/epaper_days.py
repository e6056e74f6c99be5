"""Which days have an issue, and where it begins: by month file, by what leads to the newest, by trial.

None of these is guessed: the number of a first page is read from what leads to it, or declared.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from spiders.families.dated_address import fill_day, host_and_path
from spiders.families.family import Family, Spot, front_template
from spiders.families.registry import FAMILIES, RecognisedPaper, recognise_page, recognise_paper
from spiders.kinds.epaper_rules import Place
from spiders.kinds.kind import Answer, Ask
from spiders.readers.epaper.month_file import MonthFile, read_month_file
from spiders.readers.epaper.paper_index import read_addresses, read_leads
from storage.records import SetAside, TryLater
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say

Asking = Generator[Ask, Answer, None]
Month = tuple[int, int]
_MOST_HOPS = 3
"""Pages from one to the next, from a paper's address to its newest issue."""


@dataclass(slots=True)
class Days:
    """What is found of a paper's days at one of its places.

    ``fronts`` are the first pages of the days that are listed, ``months`` those that a month file answered
    for. ``template`` is how a first page's address is made, as declared or seen; ``family`` and ``sample``
    are what it is like. ``troubles`` are what passed over on the way. ``newest`` is the day of the issue to
    which the paper's address leads, None where that is not known.
    """

    place: Place
    fronts: dict[date, str] = field(default_factory=dict)
    months: set[Month] = field(default_factory=set)
    absent: set[Month] = field(default_factory=set)
    family: Family | None = None
    sample: Spot | None = None
    template: str | None = None
    troubles: list[TryLater] = field(default_factory=list)
    refusals: list[Saying] = field(default_factory=list)
    file: str | None = None
    newest: date | None = None

    @classmethod
    def at(cls, place: Place) -> Days:
        """Begin with what is declared of a place."""
        days = cls(place, template=place.front)
        if (known := place.recognise()) is not None:
            days.family, days.sample = known
        elif place.families():
            days.family = place.families()[0]
        return days

    def front(self, day: date) -> str | None:
        """Return the address of a day's first page, None where nothing tells it."""
        if day in self.fronts:
            return self.fronts[day]
        return fill_day(self.template, day) if self.template else None

    @property
    def month_templates(self) -> tuple[str, ...]:
        """The templates of the month files to be asked: what answered before, as declared, the family's."""
        if self.file is not None:
            return (self.file,)
        if self.place.months is not None:
            return (self.place.months,)
        if self.family is None or self.sample is None:
            return ()
        return tuple(one.replace("{before}", self.sample.before) for one in self.family.months)


def ask_month(days: Days, day: date, *, only_if_changed: bool = False, is_noted: bool = False) -> Asking:
    """Ask for the file that lists the month of a day, and note what it lists; trouble is noted as well."""
    for template in days.month_templates:
        try:
            answer = yield Ask(fill_day(template, day), only_if_changed=only_if_changed, is_noted=is_noted)
            if answer.is_missing:
                continue
            file = read_month_file(answer.page.text, answer.url)
        except TryLater as trouble:
            days.troubles.append(trouble)
            return
        except SetAside as refused:
            days.refusals.append(say("said.of", subject=fill_day(template, day), what=saying_of(refused)))
            continue
        days.file = template
        days.months.add((day.year, day.month))
        _note_fronts(days, file)
        return
    if days.month_templates:
        days.absent.add((day.year, day.month))


def find_month_file(place: Place, answers: Iterable[Answer]) -> str | None:
    """Return the template of the month file of a place that is among answers, None where none is."""
    by_address = {answer.url: answer for answer in answers if not answer.is_missing}
    templates = Days.at(place).month_templates
    for url, answer in by_address.items():
        for template in templates:
            if not template_pattern_of_month(template).fullmatch(url):
                continue
            try:
                if read_month_file(answer.page.text, url).fronts:
                    return template
            except SetAside:
                pass
    return None


def template_pattern_of_month(template: str) -> re.Pattern[str]:
    """Return the pattern of the addresses of a month file."""
    parts = re.split(r"(\{[YmM]\})", template)
    digits = {"{Y}": r"\d{4}", "{m}": r"\d\d", "{M}": r"\d\d?"}
    return re.compile("".join(digits.get(part) or re.escape(part) for part in parts))


def ask_index(days: Days, *, only_if_changed: bool = False, is_noted: bool = False) -> Asking:
    """Ask for what leads to the newest issue, and note that: the address, else where families have it."""
    usual = tuple(_usual_indexes(days))
    for url in dict.fromkeys([*_declared_indexes(days.place, is_known=bool(usual)), *usual]):
        try:
            found = yield from _follow(days, url, only_if_changed=only_if_changed, is_noted=is_noted)
        except TryLater as trouble:
            days.troubles.append(trouble)
            continue
        if found is not None:
            _note_newest(days, *found)
            return


def _note_fronts(days: Days, file: MonthFile) -> None:
    """Note the days of a month file; a front page that is none of the family's is no front page."""
    for day, told in file.fronts.items():
        found = recognise_page(told, _families(days)) if told else None
        if told and found is not None and found[1].day == day:
            days.fronts[day] = told
            days.family = days.family or found[0]
            days.sample = days.sample or found[1]
        elif days.template is not None:
            days.fronts[day] = fill_day(days.template, day)
        else:
            days.fronts.setdefault(day, "")


def _note_newest(days: Days, family: Family, spot: Spot, url: str) -> None:
    """Note the newest issue, and how a first page's address is made, where that was not known."""
    days.family, days.sample = days.family or family, days.sample or spot
    days.template = days.template or front_template(url, spot)
    days.fronts[spot.day] = url
    days.newest = spot.day
    for day, front in days.fronts.items():
        if not front:
            days.fronts[day] = fill_day(days.template, day)


def _declared_indexes(place: Place, *, is_known: bool) -> Iterable[str]:
    """Return the declared address, unless it is a dated page's, and where many papers lead on from there.

    ``is_known``: the paper's family tells itself where its papers lead on.
    """
    if place.issue is None and place.front is not None:
        return ()
    found = host_and_path(place.url)
    if found is None or "." in found[1].rpartition("/")[2] or "?" in place.url:
        return (place.url,)
    folder = place.url.rstrip("/") + "/"
    if is_known:
        return dict.fromkeys((place.url, folder, folder + "paperindex.htm"))
    return dict.fromkeys((place.url, folder, folder + "paperindex.htm", folder + "PaperIndex.htm"))


def _usual_indexes(days: Days) -> Iterable[str]:
    if days.sample is None or days.family is None or days.template is None:
        return ()
    paper = recognise_paper([fill_day(days.template, days.sample.day)], (days.family,))
    return paper.indexes if paper else ()


def _families(days: Days) -> tuple[Family, ...]:
    return (days.family,) if days.family is not None else FAMILIES


def _follow(
    days: Days, url: str, *, only_if_changed: bool, is_noted: bool
) -> Generator[Ask, Answer, tuple[Family, Spot, str] | None]:
    """Go where a page leads by itself until that is an issue's page; return it, None for nowhere."""
    for hop in range(_MOST_HOPS):
        answer = yield Ask(url, only_if_changed=only_if_changed and not hop, is_noted=is_noted and not hop)
        if answer.is_missing:
            return None
        try:
            led = read_leads(answer.page.text, answer.url)
            linked = read_addresses(answer.page.text, answer.url)
        except SetAside as refused:
            days.refusals.append(say("said.of", subject=url, what=saying_of(refused)))
            return None
        for place in (answer.url, *led):
            if (found := recognise_page(place, _families(days))) is not None:
                return *found, place
        if (paper := _newest(days, linked)) is not None:
            return paper.family, paper.page, paper.url
        if not led:
            return None
        url = led[0]
    return None


def _newest(days: Days, linked: Iterable[str]) -> RecognisedPaper | None:
    """Return the newest issue that a page links to: below the address, else on its host, else any."""
    addresses = [(url, host_and_path(url)) for url in linked]
    home = host_and_path(days.place.url)
    host, folder = home if home is not None else ("", "/")
    folder = folder.rpartition("/")[0].casefold() + "/"
    near = [url for url, at in addresses if at and at[0] == host]
    below = [url for url, at in addresses if at and at[0] == host and at[1].casefold().startswith(folder)]
    papers = (recognise_paper(urls, _families(days)) for urls in (below, near, linked))
    return next((paper for paper in papers if paper is not None), None)


def month_before(day: date) -> date:
    """Return the last day of the month before a day's."""
    return day.replace(day=1) - timedelta(days=1)
