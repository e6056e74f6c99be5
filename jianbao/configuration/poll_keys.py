"""Keys of how often a source is polled whose schedule is ``auto``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from jianbao.configuration.section import Section

AUTO = "auto"
"""The schedule of a source whose polls follow its own habit."""
PAUSE = "a number of seconds from 60 to 86400"

Pause = Annotated[float, Field(ge=60, le=86_400)]
FLOOR, CEILING = 300.0, 7200.0


def check_ceiling(ceiling: float | None, floor: object) -> float | None:
    """Return the longest pause between two polls; raise ValueError when the shortest is longer."""
    if ceiling is not None and isinstance(floor, int | float) and ceiling < floor:
        raise ValueError(f"it is less than poll_floor, which is {floor:g}")
    return ceiling


class PollKeys(Section):
    """The shortest and the longest pause between two polls; None: as ``[service]`` has them."""

    poll_floor: Pause | None = Field(default=None, description=PAUSE)
    poll_ceiling: Pause | None = Field(default=None, description=PAUSE)

    @field_validator("poll_ceiling")
    @classmethod
    def require_above_floor(cls, ceiling: float | None, info: ValidationInfo) -> float | None:
        """The longest pause can't be shorter than the shortest."""
        return check_ceiling(ceiling, info.data.get("poll_floor"))
