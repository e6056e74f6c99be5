"""What testing a declaration found: a saved page, a list or a layout, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jianbao.discovery.proof import ReadArticle


@dataclass(frozen=True, slots=True)
class Tested:
    """One saved page, or the list as a whole: what differs from what is expected of it."""

    what: str
    differs: tuple[str, ...] = ()
    by: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it."""
        return {"what": self.what, "ok": not self.differs, "differs": list(self.differs), "by": self.by}


def layout_of(read: ReadArticle) -> str | None:
    """Return by which rule the text of an article was found, or else its title."""
    found_by = read.found_by or {}
    return found_by.get("paragraphs") or found_by.get("title")


def list_differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a clause for each value that is another than the expected one, or is missing, or is new."""
    for name in dict.fromkeys((*wanted, *found)):
        if wanted.get(name) != found.get(name):
            yield f"{name} was {wanted.get(name)!r}, is {found.get(name)!r}"
