"""The keys of alerts: where they go, which, and when not.

An address holds a secret: nothing prints it, and `problem` shows no value of these tables.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, field_validator

from jianbao.configuration.section import SWITCH, Section
from jianbao.configuration.values import check_name, check_zone
from storage.records.event import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 2_000

Secret = Annotated[SecretStr, Field(min_length=1, max_length=_LONGEST)]
Title = Annotated[str, StringConstraints(max_length=60), AfterValidator(check_name)]


def _check_variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("it is no name of an environment variable")
    return name


Variable = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_variable)]
SecretFile = Annotated[Path, Field(strict=False)]
_SECRET = "an address that only this file holds, which should then be readable by its owner alone"  # noqa: S105
_VARIABLE_SAID = 'the name of an environment variable such as "ALERT_URL"'
_FILE_SAID = "the path of a file whose first line is the address"


class Channel(Section):
    """One place that alerts go to. Of ``url``, ``url_env`` and ``url_file`` it has exactly one."""

    name: Title = Field(description="1 to 60 visible characters")
    url: Secret | None = Field(default=None, description=_SECRET)
    url_env: Variable | None = Field(default=None, description=_VARIABLE_SAID)
    url_file: SecretFile | None = Field(default=None, description=_FILE_SAID)
    severities: Annotated[tuple[Severity, ...], Field(strict=False)] = Field(
        default=("alarm", "warning"), description='a list of "alarm", "warning" and "notice"'
    )
    kinds: Annotated[tuple[str, ...], Field(strict=False, max_length=100)] = Field(
        default=(), description='a list of kinds of events such as ["source_silent"]; empty for all'
    )
    sources: Annotated[tuple[str, ...], Field(strict=False, max_length=1_000)] = Field(
        default=(), description='a list of slugs such as ["shangraoribao"]; empty for all'
    )
    quiet: Annotated[str, StringConstraints(pattern=rf"^{_TIME}-{_TIME}$")] | None = Field(
        default=None, description='two times of the day such as "22:00-07:00"'
    )
    digest: Annotated[str, StringConstraints(pattern=rf"^{_TIME}$")] | None = Field(
        default=None, description='a time of the day such as "08:00"'
    )
    per_hour: int = Field(default=20, ge=1, le=1_000, description="a whole number from 1 to 1_000")
    resolved: bool = Field(default=True, description=SWITCH)


class Alerts(Section):
    """What all channels share. Each of ``ping``, ``ping_env`` and ``ping_file`` says the same address."""

    timezone: Annotated[str, StringConstraints(max_length=100), AfterValidator(check_zone)] = Field(
        default="Asia/Shanghai", description='the name of an IANA time zone such as "Asia/Shanghai"'
    )
    reader: (
        Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s/@]+(?:/\S*)?$")] | None
    ) = Field(
        default=None,
        description='the address of the reader such as "https://news.example.org"',
    )
    ping: Secret | None = Field(default=None, description=_SECRET)
    ping_env: Variable | None = Field(default=None, description=_VARIABLE_SAID)
    ping_file: SecretFile | None = Field(default=None, description=_FILE_SAID)
    channels: Annotated[tuple[Channel, ...], Field(strict=False, max_length=50)] = Field(
        default=(), description="one [[alerts.channels]] table for each channel"
    )

    @field_validator("channels")
    @classmethod
    def require_own_names(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        """What a channel was told is kept under its name, so no two may share one."""
        if len({channel.name for channel in channels}) < len(channels):
            raise ValueError("two of its channels have the same name")
        return channels

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times of the day are meant and said."""
        return ZoneInfo(self.timezone)

    @property
    def has_ping(self) -> bool:
        """Whether somebody waits for a sign of life."""
        return any((self.ping, self.ping_env, self.ping_file))
