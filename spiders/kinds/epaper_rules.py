"""What the configuration tells of a digital newspaper: where its issues stand, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urljoin

from spiders.families.dated_address import fill_day, has_day, host_and_path
from spiders.families.declared import declare_family
from spiders.families.family import Family, Shape, Spot, front_template
from spiders.families.registry import FAMILIES, find_family, recognise_page

_SOME_DAY = date(2020, 10, 20)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper's issues stand, or stood, from ``first`` to ``last``.

    ``url`` is what leads to the newest issue, or where addresses begin. ``issue`` is the template of a front
    page, ``calendar`` that of a month file; ``page`` and ``article`` are those of a paper of no known family.
    All are relative to ``url``. ``family`` is a name; None: it is found out from the addresses. ``keys`` are
    those of a paper that comes as JSON, where they are not the usual ones.
    """

    url: str
    family: str | None = None
    issue: str | None = None
    calendar: str | None = None
    page: str | None = None
    article: str | None = None
    first: date = date.min
    last: date = date.max
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def front(self) -> str | None:
        """The template of a front page, absolute: as declared, or of the url, if that is a dated page's."""
        if self.issue is not None:
            return urljoin(self.url, self.issue)
        if has_day(self.url):
            return self.url
        found = recognise_page(self.url, self.families() or FAMILIES)
        return front_template(self.url, found[1]) if found is not None else None

    @property
    def months(self) -> str | None:
        """The template of the month file, absolute; None where none is declared."""
        return urljoin(self.url, self.calendar) if self.calendar else None

    def families(self) -> tuple[Family, ...]:
        """Return the family as declared or named; empty where it must be found out."""
        if self.article is not None:
            page = self.page or self.issue or self.url
            shape: Shape = "json" if self.family == "json-navi" else "html"
            return (declare_family(self.url, page, self.article, self.calendar, shape),)
        named = find_family(self.family) if self.family else None
        return (named,) if named else ()

    def recognise(self) -> tuple[Family, Spot] | None:
        """Return the family, and what some front page of it names, as far as the declaration tells."""
        if self.front is None:
            return None
        url = fill_day(self.front, _SOME_DAY)
        families = self.families()
        return recognise_page(url, families) if families else recognise_page(url)

    def has_issue_of(self, day: date) -> bool:
        """Return whether the issue of a day stands here."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class PaperRules:
    """A digital newspaper as declared. ``places`` are today's first, then the earlier ones.

    ``hosts`` are the further ones that have its pages or articles; nothing before ``since`` is asked for.
    """

    places: tuple[Place, ...]
    hosts: tuple[str, ...] = ()
    since: date | None = None

    def place_of(self, day: date) -> Place | None:
        """Return where the issue of a day stands; None where nothing is declared of it."""
        if self.since is not None and day < self.since:
            return None
        return next((place for place in self.places if place.has_issue_of(day)), None)

    def all_hosts(self) -> Iterator[str]:
        """Yield the hosts that may have pages or articles of this paper."""
        yield from self.hosts
        for place in self.places:
            if (found := host_and_path(place.url)) is not None:
                yield found[0]
