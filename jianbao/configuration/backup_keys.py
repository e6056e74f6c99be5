"""The keys of backups: where they go, when, and how many are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from jianbao.configuration.section import Section
from jianbao.configuration.values import resolve_folder

_WHOLE = "a whole number from 1 to "


class Backup(Section):
    """Backups of the archive. ``to`` is absolute; ``schedule`` is read in Asia/Shanghai."""

    to: Annotated[Path, Field(strict=False)] | None = Field(
        default=None, description="the path of a folder outside of the archive"
    )
    schedule: str | None = Field(
        default=None, description='five fields of standard cron such as "0 3 * * *", or @daily and the like'
    )
    keep: int | None = Field(default=None, ge=1, le=10_000, description=_WHOLE + "10_000")
    keep_days: int | None = Field(default=None, ge=1, le=36_500, description=_WHOLE + "36_500")

    @field_validator("to")
    @classmethod
    def resolve_to(cls, to: Path | None, info: ValidationInfo) -> Path | None:
        """A relative path starts where the archive's does: at the configuration's file."""
        return resolve_folder(to, (info.context or {}).get("base", Path.cwd())) if to is not None else None

    @field_validator("schedule")
    @classmethod
    def require_firing(cls, schedule: str | None, info: ValidationInfo) -> str | None:
        """A schedule must be well-formed, fire some day, and have a folder to back up to."""
        from scheduler.cron.line import parse_schedule  # noqa: PLC0415 - reading the archive needs none

        if schedule is not None:
            parse_schedule(schedule, ZoneInfo("Asia/Shanghai"))
            if info.data.get("to") is None:
                raise ValueError("it needs a folder: set to")
        return schedule
