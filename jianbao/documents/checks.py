"""Later looks at archived pages, as `check --json`, `show --checks` and the API have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.documents.document import Document
from storage.ledger.checks import list_looks
from storage.records.look import Look
from storage.records.press_days import PRESS_ZONE
from storage.records.saying import Language


def present_look(look: Look, language: Language, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return a look as JSON has it, its sentence in a language."""
    return {
        "info_code": look.info_code,
        "at": look.at.astimezone(zone).isoformat(),
        "found": look.found,
        "is_gone": look.is_gone,
        "url": look.url,
        "status": look.status,
        "said": look.said.tell(language) if look.said is not None else None,
        "capture_id": look.capture_id,
    }


def read_checks(
    view: Connection, info_code: str, language: Language, zone: ZoneInfo = PRESS_ZONE
) -> list[Document]:
    """Return every look at an article, the first one first."""
    return [present_look(look, language, zone) for look in list_looks(view, info_code)]


def select_turns(looks: Sequence[Look]) -> Iterator[Look]:
    """Yield those of an article's looks that found another state of things than the one before.

    Of looks that found it alive only the first after another state is told; those without an answer never.
    """
    before = "alive"
    for look in looks:
        if look.found == "unanswered":
            continue
        state = "gone" if look.is_gone else look.found
        if state != "alive" and (state != before or state in ("changed", "moved")):
            yield look
        before = state
