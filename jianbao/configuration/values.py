"""What the values of keys must be like: each check returns its text unchanged or raises `ValueError`.

A message is a clause about "it", the value, and leaves what is expected to the key's description.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from spiders.kinds.registry import list_kinds
from storage.records.info_code import SITE_PATTERN

_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_HOST = re.compile(r"[\w.。-]*\w[\w.。-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_SITE = re.compile(SITE_PATTERN)
_MAIL = re.compile(r"mailto:[^@]+@[^@]+")

_ABBREVIATION = re.compile(r"(?i:[a-z]{2,4}t)|[A-Z]{2,5}")
_OFFSET = re.compile(r"(?:GMT|UTC|CST)?[+-]\d{1,4}", re.IGNORECASE)
_CHINA = "all of China has Asia/Shanghai"
_CHINESE = frozenset({"china", "beijing", "peking", "tianjin", "guangzhou", "canton", "shenzhen", "nanjing"})

RESERVED_SLUG = "infocode"
"""The source under which articles are recorded that were fetched by info code and that no page listed."""


def check_name(text: str) -> str:
    """Refuse what is empty, has a blank at its edges, or a character that can't be seen."""
    if not text.strip():
        raise ValueError("it is empty")
    if text != text.strip():
        raise ValueError("it begins or ends with a blank")
    if not text.isprintable():
        raise ValueError("it contains a control character")
    return text


def check_slug(text: str) -> str:
    """Refuse what can't be one part of a path; all else is opaque: blanks, brackets, case, Chinese.

    Whether it is reserved depends on the kind: `check_kind` tells.
    """
    check_name(text)
    if "/" in text:
        raise ValueError("it contains a slash")
    if text in {".", ".."}:
        raise ValueError("it is the name of a folder")
    return text


def check_kind_name(kind: str) -> str:
    """Refuse what no kind is called; what is expected says which there are."""
    if kind not in {entry.name for entry in list_kinds()}:
        raise ValueError("")
    return kind


def check_site(text: str) -> str:
    """Refuse what can't stand before the hyphen of an info code."""
    if not text:
        raise ValueError("it is empty")
    if not _SITE.fullmatch(text):
        raise ValueError("it has other characters than lower-case letters and digits")
    return text


def check_kind(kind: str, slug: str | None) -> str:
    """Refuse a page that is polled under the slug of articles that no page listed."""
    if slug == RESERVED_SLUG and kind != "infocode":
        raise ValueError(
            f"its slug {slug} is reserved for articles fetched by info code, so it needs another"
        )
    return kind


def check_address(text: str) -> str:
    """Refuse what is not a plain http or https address of one host."""
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("it contains a blank or a control character (write a blank as %20)")
    parts = _split_address(text)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("it is not http or https")
    if "@" in parts.netloc:
        raise ValueError("it contains a user name or password")
    if not parts.hostname:
        raise ValueError("it has no host")
    if not _may_be_host(parts.hostname):
        raise ValueError("it has a host that can't be one")
    return text


def check_host(text: str) -> str:
    """Refuse what is not just the name or address of a host, with or without a port."""
    if not text:
        raise ValueError("it is empty")
    if any(mark in text for mark in "/?#@") or any(
        character.isspace() or not character.isprintable() for character in text
    ):
        raise ValueError("it is more than the name of a host")
    if "*" in text:
        raise ValueError("it is a pattern, and each host is named by itself")
    parts = _split_address(f"//{text}")
    if not _may_be_host(parts.hostname or "") or text.endswith(":"):
        raise ValueError("it can't be a host")
    return text


def check_article_address(text: str) -> str:
    """Refuse an address without the place of the info code, or with that place in its host."""
    check_address(text)
    if "{code}" not in text:
        raise ValueError("it does not contain {code}")
    return text


def check_page_address(text: str) -> str:
    """Refuse an address without the place of the info code or its digits, or with it in its host."""
    check_address(text)
    if "{digits}" not in text and "{code}" not in text:
        raise ValueError("it contains neither {digits} nor {code}")
    return text


def check_contact(text: str) -> str:
    """Refuse what is no address to write to, or can't stand in an HTTP header."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it contains a blank or a character that is not ASCII")
    if text.startswith("mailto:"):
        if not _MAIL.fullmatch(text):
            raise ValueError("it names no mailbox")
        return text
    return check_address(text)


def check_zone(text: str) -> str:
    """Refuse what the time zone database doesn't know; nothing outside the database is ever opened."""
    if not _ZONE.fullmatch(text):
        raise ValueError("it is not the name of a time zone")
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"it is not a known time zone{_suggest_zone(text)}") from error
    return text


def resolve_folder(path: Path, base: Path) -> Path:
    """Return ``path`` as seen from ``base``; refuse it when a file already stands in its place."""
    try:
        folder = base / path.expanduser()
        blocker = next(
            (part for part in (folder, *folder.parents) if part.exists() and not part.is_dir()), None
        )
    except RuntimeError as error:
        raise ValueError("it names a home folder that does not exist") from error
    except OSError as error:
        raise ValueError(f"it can't be a folder ({error.strerror})") from error
    if blocker is not None:
        raise ValueError("it is a file" if blocker == folder else f"it would lie inside the file {blocker}")
    return folder


@cache
def _suggest_zone(text: str) -> str:
    if _ABBREVIATION.fullmatch(text):
        return f": it may abbreviate several, and says nothing of summer time ({_CHINA})"
    if _OFFSET.fullmatch(text):
        return f": it is a distance from UTC, and a zone is named after a place ({_CHINA})"
    if text.rpartition("/")[2].lower() in _CHINESE:
        return f" ({_CHINA})"
    nearest = get_close_matches(text, sorted(available_timezones()), n=1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def _may_be_host(name: str) -> bool:
    """Return whether DNS could know a name, in whatever script, or it is an address."""
    if not _HOST.fullmatch(name):
        return False
    try:
        return ":" in name or bool(name.encode("idna"))
    except UnicodeError:
        return False


def _split_address(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"it is no address ({error})") from error
    if port == 0:
        raise ValueError("it is no address (nothing is at port 0)")
    return parts
