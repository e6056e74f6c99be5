"""Keys of a source of the kind ``epaper``: where the issues of a digital newspaper stand, and stood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urljoin

from pydantic import AfterValidator, Field, StringConstraints

from jianbao.configuration.common_keys import Day
from jianbao.configuration.section import Section
from jianbao.configuration.values import check_address
from spiders.families.dated_address import has_day
from spiders.families.declared import BadTemplate, template_pattern
from spiders.families.json_navi import JSON_KEYS
from spiders.families.registry import FAMILIES

if TYPE_CHECKING:
    from spiders.kinds.epaper_rules import PaperRules

_BASE = "http://paper.example/"
_DAY = "with {Y}, {m}, {d}"
_MONTH = "with {Y} and {m}"


def _check_family(name: str) -> str:
    if name not in {family.name for family in FAMILIES}:
        raise ValueError("it is no family of digital newspapers")
    return name


def _check_template(template: str, needs: str = "") -> str:
    try:
        template_pattern(_BASE, template, needs)
    except BadTemplate as error:
        raise ValueError(str(error)) from error
    return template


def _check_issue(template: str) -> str:
    if not has_day(template):
        raise ValueError("it has no day: {Y}, {m} and {d}")
    return template


def _check_calendar(template: str) -> str:
    if "{Y}" not in template or not ("{m}" in template or "{M}" in template):
        raise ValueError("it has no month: {Y} and {m}")
    return template


Short = StringConstraints(max_length=2000)
FamilyName = Annotated[str, AfterValidator(_check_family)]
IssueTemplate = Annotated[str, Short, AfterValidator(_check_issue)]
CalendarTemplate = Annotated[str, Short, AfterValidator(_check_calendar)]
PageTemplate = Annotated[str, Short, AfterValidator(_check_template)]
ArticleTemplate = Annotated[str, Short, AfterValidator(lambda template: _check_template(template, "{id}"))]
BaseAddress = Annotated[str, Short, AfterValidator(check_address)]


def _check_keys(keys: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(keys.keys() - set(JSON_KEYS)):
        raise ValueError(f"it has {unknown[0]!r}, and there are only {', '.join(JSON_KEYS)}")
    return keys


JsonKeys = Annotated[dict[str, Annotated[str, Short]], AfterValidator(_check_keys)]


class AddressKeys(Section):
    """How the addresses of issues are made. All are relative to the ``url`` beside them."""

    family: FamilyName | None = Field(
        default=None, description=" or ".join(f'"{family.name}"' for family in FAMILIES)
    )
    issue: IssueTemplate | None = Field(
        default=None,
        description=f'the address of a first page {_DAY}, such as "html/{{Y}}-{{m}}/{{d}}/node_1.htm"',
    )
    calendar: CalendarTemplate | None = Field(
        default=None,
        description=f'the address of a month file {_MONTH}, such as "html/{{Y}}-{{m}}/period.xml"',
    )
    page: PageTemplate | None = Field(
        default=None,
        description=f'the address of a page {_DAY} and {{page}}, such as "{{Y}}{{m}}{{d}}/{{page}}.html"',
    )
    article: ArticleTemplate | None = Field(
        default=None,
        description=f'the address of an article {_DAY} and {{id}}, such as "{{Y}}{{m}}{{d}}/{{id}}.html"',
    )
    keys: JsonKeys = Field(
        default={},
        description='a table of places in the JSON of the family json-navi, such as {pages = "data.pages"}',
    )


class EarlierKeys(AddressKeys):
    """Where a paper stood before: its addresses from ``first`` to ``last``."""

    url: BaseAddress = Field(description="an http or https address with a host and no user name or password")
    first: Day | None = Field(default=None, description="a day such as 2020-01-31, without quotes")
    last: Day = Field(description="a day such as 2020-01-31, without quotes")


class EpaperKeys(AddressKeys):
    """How a digital newspaper is declared."""

    before: Annotated[tuple[EarlierKeys, ...], Field(strict=False, max_length=100)] = Field(
        default=(), description="one [[sources.before]] table for each earlier place"
    )

    def paper_rules(self) -> PaperRules:
        """Return what the kind is told of a source with these keys; its place follows the earlier ones."""
        from spiders.kinds.epaper_rules import PaperRules, Place  # noqa: PLC0415 - only a crawl reads by rules

        last = max((one.last for one in self.before), default=None)
        first = last + timedelta(days=1) if last is not None else date.min
        places = (
            Place(
                url=getattr(one, "url", ""),
                family=one.family,
                issue=one.issue,
                calendar=one.calendar,
                page=one.page,
                article=one.article,
                keys=one.keys,
                first=(one.first or date.min) if isinstance(one, EarlierKeys) else first,
                last=one.last if isinstance(one, EarlierKeys) else date.max,
            )
            for one in (self, *self.before)
        )
        hosts: tuple[str, ...] = getattr(self, "hosts", ())
        return PaperRules(tuple(places), hosts, getattr(self, "since", None))

    def paper_addresses(self) -> Iterator[str]:
        """Yield the addresses of today's and the earlier places, whose hosts may be asked."""
        for place in (self, *self.before):
            for template in (place.issue, place.calendar, place.page, place.article, ""):
                if template is not None:
                    yield urljoin(getattr(place, "url", ""), template)
