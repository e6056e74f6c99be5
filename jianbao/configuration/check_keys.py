"""The keys of later looks at archived pages: which sources, how often, how many, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from jianbao.configuration.section import SWITCH, Section
from storage.records.press_days import PRESS_ZONE

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"

Day = Annotated[int, Field(ge=1, le=3650)]


class CheckKeys(Section):
    """Whether the pages of a source's articles are looked at again."""

    check: bool = Field(default=False, description=SWITCH)


class Check(Section):
    """When pages are looked at again, counted from their publication, and how many of them at most."""

    days: Annotated[tuple[Day, ...], Field(strict=False, min_length=1, max_length=50)] = Field(
        default=(1, 3, 7, 30, 90, 365),
        description="a rising list of days after publication such as [1, 3, 7, 30, 90, 365], each 1 to 3650",
    )
    budget: int = Field(default=1_000, ge=1, le=1_000_000, description="a whole number from 1 to 1_000_000")
    hours: Annotated[str, StringConstraints(pattern=rf"^{_TIME}-{_TIME}$")] | None = Field(
        default=None, description='two times of the day in UTC+8 such as "01:00-06:00"'
    )

    @field_validator("days")
    @classmethod
    def require_rising(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        """A list that does not rise is a slip."""
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("it does not rise")
        return days

    def may_look_at(self, now: datetime) -> bool:
        """Tell whether pages may be looked at now (aware)."""
        begin, length = self._span()
        return (_time_of_day(now.astimezone(PRESS_ZONE)) - begin) % _DAY < length

    @property
    def hourly(self) -> int:
        """How many looks an hour's part of the budget is, rounded up."""
        _, length = self._span()
        return -(-self.budget // max(1, round(length / _HOUR)))

    def _span(self) -> tuple[timedelta, timedelta]:
        """Return when in the day it begins, and how long it lasts."""
        if self.hours is None:
            return timedelta(), _DAY
        begin, end = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in self.hours.split("-"))
        return begin, (end - begin) % _DAY or _DAY


def _time_of_day(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
