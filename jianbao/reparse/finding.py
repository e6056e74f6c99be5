"""What another reading of one article comes to: its kind, and what it would change, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from pipelines.replay import Reread
from storage.records import Article, Decision, StoredArticle
from storage.search import ReadyTokens

FindingKind = Literal["unchanged", "improved", "revised", "new", "refused", "waiting", "lost", "odd"]
"""``improved``: in other fields than title and text; ``refused``: archived, and no article to this reader;
``waiting``: none before and none now; ``lost``: a capture cannot be read back; ``odd``: it could not be
judged at all."""
ChangeKind = Literal["changed", "filled", "emptied"]

_LEFT_OUT = (
    "info_code",
    "form",
    "paragraphs",
    "body_html",
    "published_at",
    "precision",
    "witness",
    "page_order",
)
_PLAIN = tuple(one.name for one in fields(Article) if one.name not in _LEFT_OUT)
FIELDS = ("title", "text", "kinds", "published_at", *(name for name in _PLAIN if name != "title"), "order")
"""The fields of an article by their outward names, in the order in which a summary has them."""
_LONGEST = 160  # characters of a sample


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that another reading would change: what stands, and what would; cut to what can be shown."""

    field: str
    kind: ChangeKind
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one article. ``seen`` is what the archive had of it then: see `state_of`."""

    info_code: str
    source: str
    kind: FindingKind
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    captures: int = 0
    reread: Reread | None = field(default=None, repr=False)
    seen: tuple[Any, ...] | None = None
    tokens: tuple[ReadyTokens, ...] = field(default=(), repr=False)


def state_of(stored: StoredArticle | None) -> tuple[Any, ...] | None:
    """Return what tells whether an article is still as it was."""
    if stored is None:
        return None
    return (
        stored.revision,
        stored.content_hash,
        stored.capture_id,
        stored.last_checked_at,
        stored.parser_version,
    )


def name_kind(decision: Decision, before: StoredArticle | None) -> FindingKind:
    """Return what a decision about another reading means."""
    if decision.outcome == "quarantined":
        return "refused" if before is not None else "waiting"
    if decision.outcome == "new":
        return "new"
    if decision.outcome == "revised":
        return "revised"
    return "improved" if decision.article is not None or decision.listings else "unchanged"


def list_changes(before: Article, after: Article) -> tuple[FieldChange, ...]:
    """Return what is another in an article, field by field, in the order of `FIELDS`."""
    old, new = _values(before), _values(after)
    return tuple(_tell(name, old[name], new[name]) for name in FIELDS if old[name] != new[name])


def _values(article: Article) -> dict[str, Any]:
    values = {name: getattr(article, name) for name in _PLAIN}
    return values | {
        "text": article.text,
        "kinds": tuple(paragraph.kind for paragraph in article.paragraphs),
        "published_at": (article.published_at, article.precision, article.witness),
        "order": article.page_order,
        "found_by": tuple(sorted(article.found_by)),
    }


def _tell(name: str, old: Any, new: Any) -> FieldChange:
    kind: ChangeKind = "filled" if not old else "emptied" if not new else "changed"
    if name == "text":
        return FieldChange(name, kind, *_differing_lines(old, new))
    return FieldChange(name, kind, _say(old), _say(new))


def _differing_lines(old: str, new: str) -> tuple[str, str]:
    """Return the first lines in which two texts differ."""
    ones, others = old.split("\n"), new.split("\n")
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ones, others, autojunk=False).get_opcodes():
        if tag != "equal":
            return _cut("\n".join(ones[i1:i2])), _cut("\n".join(others[j1:j2]))
    return _cut(old), _cut(new)


def _say(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return _cut("; ".join(_items(value)))
    return _cut(str(value))


def _items(value: Sequence[Any]) -> Iterator[str]:
    """Yield the parts of a field as a sample shows them: of a record what it says, without its name."""
    for one in value:
        if isinstance(one, datetime):
            yield one.isoformat(timespec="seconds")
        elif isinstance(one, tuple):
            yield ": ".join(map(str, one))
        elif hasattr(one, "__dataclass_fields__"):
            said = (getattr(one, each.name) for each in fields(one))
            yield " ".join(str(part) for part in said if part not in (None, ""))
        else:
            yield str(one)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
