"""The keys of the configuration: their types, defaults, limits, and what is expected of each.

A key's description completes the sentence "expected …"; the errors and ``docs/configuration.md`` use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from jianbao.configuration.alert_keys import Alerts
from jianbao.configuration.backup_keys import Backup
from jianbao.configuration.check_keys import Check, CheckKeys
from jianbao.configuration.common_keys import FACSIMILES, CommonKeys, Facsimile
from jianbao.configuration.contract_keys import ContractKeys
from jianbao.configuration.epaper_keys import EpaperKeys
from jianbao.configuration.guard_keys import Guards
from jianbao.configuration.http_keys import PRIVATE, PrivatePlaces
from jianbao.configuration.list_keys import ListKeys
from jianbao.configuration.poll_keys import AUTO, CEILING, FLOOR, PAUSE, Pause, PollKeys, check_ceiling
from jianbao.configuration.section import SWITCH, Section
from jianbao.configuration.values import (
    check_address,
    check_article_address,
    check_contact,
    check_host,
    check_kind,
    check_kind_name,
    check_name,
    check_page_address,
    check_site,
    check_slug,
    check_zone,
    resolve_folder,
)
from spiders.kinds.registry import find_kind, list_kinds
from storage.records.saying import Language

EXAMPLE_CONTACT = "mailto:you@example.org"
"""The contact of the default and of the template: nobody reads it, so it should be replaced."""

Key = tuple[str, ...]
"""A key's place in the models, without an index: ``("sources", "slug")``."""

Slug = Annotated[str, StringConstraints(max_length=100), AfterValidator(check_slug)]
Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(check_name)]
Address = Annotated[str, StringConstraints(max_length=2000), AfterValidator(check_address)]
ArticleAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(check_article_address)]
Host = Annotated[str, StringConstraints(max_length=300), AfterValidator(check_host)]
PageAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(check_page_address)]
KindName = Annotated[str, AfterValidator(check_kind_name)]
Site = Annotated[str, StringConstraints(max_length=24), AfterValidator(check_site)]
Contact = Annotated[str, StringConstraints(max_length=200), AfterValidator(check_contact)]
Zone = Annotated[str, StringConstraints(max_length=100), AfterValidator(check_zone)]
UpToHour = Annotated[float, Field(ge=0, le=3600)]
UpToDay = Annotated[float, Field(gt=0, le=86_400)]

Budget = Annotated[int, Field(ge=0, le=1_000_000)]
_BUDGET = "a whole number from 0 to 1_000_000"
_BUDGETS = 'a table of whole numbers from 0 to 1_000_000 by host, such as {"news.example.org" = 600}'
_SECONDS = "a number of seconds from 0 to 3600"
_SECONDS_ABOVE = "a number of seconds above 0, up to "


KIND_SECTIONS: tuple[type[Section], ...] = (CommonKeys, ListKeys, EpaperKeys)
"""The keys of a source that only some kinds take; the registry's entry of a kind names its own."""


class Source(EpaperKeys, ListKeys, CommonKeys, PollKeys, CheckKeys):
    """One place that lists articles. ``timezone`` comes before ``schedule``, which is read in it.

    Its base classes are the keys that only some kinds take; whether its own kind does, `kind_keys` checks.
    """

    slug: Slug = Field(description="1 to 100 visible characters without a slash or a blank at either end")
    name: Name = Field(description="1 to 200 visible characters without a blank at either end")
    kind: KindName = Field(description="the name of a kind")
    url: Address = Field(description="an http or https address with a host and no user name or password")
    site: Site | None = Field(
        default=None, description='1 to 24 lower-case letters and digits such as "jxrb"'
    )
    hosts: Annotated[tuple[Host, ...], Field(strict=False, max_length=100)] = Field(
        default=(),
        description='a list of at most 100 host names such as ["news.example.org"], without scheme or path',
    )
    timezone: Zone = Field(
        default="Asia/Shanghai", description='the name of an IANA time zone such as "Asia/Shanghai"'
    )
    schedule: str | None = Field(
        default=None,
        description='five fields of standard cron such as "*/5 * * * *" (1 = Monday), or @hourly, @daily, '
        '@weekly, @monthly, @yearly; or "auto"',
    )
    speaks_for: Annotated[tuple[Name, ...], Field(strict=False, max_length=100)] = Field(
        default=(), description='a list of at most 100 names of newspapers such as ["上饶日报"]'
    )
    window: int = Field(default=3, ge=1, le=3650, description="a whole number of days from 1 to 3650")
    enabled: bool = Field(default=True, description=SWITCH)
    contract: ContractKeys = Field(
        default=ContractKeys(), description="a table of its own, [sources.contract]"
    )

    @field_validator("kind")
    @classmethod
    def require_free_slug(cls, kind: str, info: ValidationInfo) -> str:
        """A page that is polled must not share its slug with articles that no page listed."""
        return check_kind(kind, info.data.get("slug"))

    @field_validator("url")
    @classmethod
    def require_code(cls, url: str, info: ValidationInfo) -> str:
        """A source that reads articles by info code must say where the code goes."""
        kind = find_kind(info.data.get("kind", ""))
        return check_article_address(url) if kind and kind.holds_code else url

    @field_validator("site")
    @classmethod
    def require_site(cls, site: str | None, info: ValidationInfo) -> str | None:
        """A source whose articles have codes by site must say which site it is."""
        kind = find_kind(info.data.get("kind", ""))
        if site is None and kind and kind.needs_site:
            raise PydanticCustomError("missing", "it is missing")
        return site

    @field_validator("schedule")
    @classmethod
    def require_firing(cls, schedule: str | None, info: ValidationInfo) -> str | None:
        """A schedule must be well-formed, fire some day, and belong to something that can be polled."""
        from scheduler.cron.line import parse_schedule  # noqa: PLC0415 - reading the archive needs no schedules

        if schedule is None:
            return None
        kind = find_kind(info.data.get("kind", ""))
        if kind and not kind.is_polled:
            raise ValueError("it has nothing to poll: this kind of source lists no articles")
        if schedule != AUTO:
            parse_schedule(schedule, ZoneInfo(info.data.get("timezone", "UTC")))
        return schedule

    @property
    def is_polled(self) -> bool:
        """Whether it has a page that lists articles."""
        kind = find_kind(self.kind)
        return kind is not None and kind.is_polled


Origin = Literal["file", "environment", "command"]


class Http(Section):
    """How requests are made: politeness and limits."""

    contact: Contact = Field(
        default=EXAMPLE_CONTACT, description=f'a mailto:, http or https address such as "{EXAMPLE_CONTACT}"'
    )
    obey_robots: bool = Field(default=True, description=SWITCH)
    delay: UpToHour = Field(default=0.5, description=_SECONDS)
    concurrency: int = Field(default=4, ge=1, le=16, description="a whole number from 1 to 16")
    timeout: float = Field(default=30.0, gt=0, le=3600, description=_SECONDS_ABOVE + "3600")
    retries: int = Field(default=2, ge=0, le=10, description="a whole number from 0 to 10")
    budget: Budget = Field(default=0, description=_BUDGET)
    budgets: dict[Host, Budget] = Field(default={}, description=_BUDGETS)
    private_hosts: PrivatePlaces = Field(default=False, description=PRIVATE)
    max_size: int = Field(
        default=10_000_000,
        ge=1_000,
        le=1_000_000_000,
        description="a whole number of bytes from 1_000 to 1_000_000_000",
    )


class Infocode(Section):
    """Where one article can be asked for by its info code."""

    url: ArticleAddress = Field(
        default="http://finews.zning.xyz/NewsData/GetNewsText.do?id={code}",
        description="an http or https address that contains {code}",
    )
    page: PageAddress = Field(
        default="https://finance.eastmoney.com/a/{digits}.html",
        description="an http or https address that contains {digits} or {code}",
    )


class Pictures(Section):
    """Which pictures are kept besides the texts, where a source says nothing of them."""

    images: bool = Field(default=False, description=SWITCH)
    facsimile: Facsimile = Field(default="none", description=FACSIMILES)
    max_size: int = Field(
        default=10_000_000,
        ge=1_000,
        le=1_000_000_000,
        description="a whole number of bytes from 1_000 to 1_000_000_000",
    )
    max_count: int = Field(default=50, ge=1, le=1_000, description="a whole number from 1 to 1_000")
    max_time: UpToHour = Field(default=300.0, description=_SECONDS)


class Service(Section):
    """How the background service starts and ends crawls; all in seconds."""

    grace: UpToHour = Field(default=30.0, description=_SECONDS)
    time_limit: UpToDay = Field(default=1800.0, description=_SECONDS_ABOVE + "86400")
    jitter: UpToHour = Field(default=5.0, description=_SECONDS)
    misfire_grace: UpToDay = Field(default=60.0, description=_SECONDS_ABOVE + "86400")
    children: int = Field(default=1, ge=1, le=16, description="a whole number from 1 to 16")
    poll_floor: Pause = Field(default=FLOOR, description=PAUSE)
    poll_ceiling: Pause = Field(default=CEILING, description=PAUSE)

    @field_validator("poll_ceiling")
    @classmethod
    def require_above_floor(cls, ceiling: float, info: ValidationInfo) -> float:
        """The longest pause can't be shorter than the shortest."""
        check_ceiling(ceiling, info.data.get("poll_floor"))
        return ceiling


class Configuration(Section):
    """Everything that can be set. ``archive`` is absolute."""

    archive: Annotated[Path, Field(strict=False)] = Field(
        default=Path("archive"), description="the path of a folder"
    )
    language: Language | None = Field(default=None, description='"en" or "zh"')
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = Field(
        default=(), description="one [[sources]] table for each source"
    )
    http: Http = Field(default=Http(), description="a table of its own, [http]")
    infocode: Infocode = Field(default=Infocode(), description="a table of its own, [infocode]")
    pictures: Pictures = Field(default=Pictures(), description="a table of its own, [pictures]")
    backup: Backup = Field(default=Backup(), description="a table of its own, [backup]")
    service: Service = Field(default=Service(), description="a table of its own, [service]")
    check: Check = Field(default=Check(), description="a table of its own, [check]")
    guards: Guards = Field(default=Guards(), description="a table of its own, [guards]")
    alerts: Alerts = Field(default=Alerts(), description="a table of its own, [alerts]")

    _file: Path | None = PrivateAttr(default=None)
    _origin: Origin = PrivateAttr(default="file")

    @property
    def file(self) -> Path | None:
        """The file that was read, absolute; None when there was none."""
        return self._file

    @property
    def origin(self) -> Origin:
        """Who says that these sources and this archive belong together.

        The ``file`` itself, the ``environment`` of an installation, or only the ``command`` line, which may
        name any other archive. Without a file, or one that names sources, nobody does: also ``command``.
        """
        return self._origin if self._file is not None and self.sources else "command"

    @field_validator("archive", mode="before")
    @classmethod
    def require_path(cls, archive: object) -> object:
        """An empty path would quietly mean the folder of the file."""
        if archive == "":
            raise ValueError("it is empty")
        if isinstance(archive, str | Path) and not str(archive).isprintable():
            raise ValueError("it contains a control character")
        return archive

    @field_validator("archive")
    @classmethod
    def resolve_archive(cls, archive: Path, info: ValidationInfo) -> Path:
        """A relative path starts at the base that is given as context, else at the current folder."""
        return resolve_folder(archive, (info.context or {}).get("base", Path.cwd()))

    def model_post_init(self, context: Any) -> None:
        """Remember the file and the origin; they are given as context, since they can't be keys."""
        self._file = (context or {}).get("file")
        self._origin = (context or {}).get("origin", "file")


def fields_by_key(section: type[Section] = Configuration) -> dict[Key, FieldInfo]:
    """Return every key of the configuration, tables before what they hold."""
    fields: dict[Key, FieldInfo] = {}
    for name, field in section.model_fields.items():
        fields[name,] = field
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, Section):
                fields |= {(name, *key): value for key, value in fields_by_key(inner).items()}
    return fields


def find_field(key: Key) -> FieldInfo | None:
    """Return the field of a key, in whatever table of a table; None when there is none."""
    sections: list[type[BaseModel]] = [Configuration]
    field = None
    for name in key:
        field = next((fields[name] for section in sections if name in (fields := section.model_fields)), None)
        if field is None:
            return None
        sections = sections_of(field.annotation)
    return field


def sections_of(annotation: Any) -> list[type[BaseModel]]:
    """Return the tables that a value of this type may have."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for inner in get_args(annotation) for section in sections_of(inner)]


def describe_expected(key: Key) -> str:
    """Return what a key's value must be like, a clause; what depends on kinds is as the registry has them."""
    field = find_field(key)
    described = field.description or "" if field else ""
    if key == ("sources", "kind"):
        return " or ".join(f'"{kind.name}"' for kind in list_kinds())
    if key == ("sources", "url"):
        holding = [kind.name for kind in list_kinds() if kind.holds_code]
        return described + _for_kinds(" (for the kind {}, one that contains {{code}})", holding)
    if key == ("sources", "schedule"):
        unpolled = [kind.name for kind in list_kinds() if not kind.is_polled]
        return described + _for_kinds("; no schedule for the kind {}", unpolled)
    return described


def _for_kinds(clause: str, names: Sequence[str]) -> str:
    return clause.format(" or ".join(names)) if names else ""
