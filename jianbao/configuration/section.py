"""What every table of the file is: strict types, no other keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

SWITCH = "true or false"
"""What is expected of a key that is on or off."""


class Section(BaseModel):
    """A table of the file: strict types, no other keys, and it never changes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=True
    )
