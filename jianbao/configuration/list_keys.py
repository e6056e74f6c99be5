"""Keys of sources of the kinds ``page`` and ``feed``: lists whose articles are read by declared rules."""

from __future__ import annotations

from pydantic import Field

from jianbao.configuration.section import Section


class ListKeys(Section):
    """How a list and its articles are declared."""

    extends: str | None = Field(default=None, description="the name of a profile")
