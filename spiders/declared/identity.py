"""What an article is known by: an id of its site's, or else its address. Never its title."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from spiders.declared.patterns import search_pattern
from spiders.declared.rules import ListRules
from spiders.declared.templates import fill_names
from storage.records import has_digits_alone, site_code

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_CODE = 64
_DIGEST = 20
"""Hexadecimal digits of an address's digest: 80 bits, so that no two of a billion are alike by chance."""
_SHORT_DIGEST = 8

_NOISE = re.compile(
    r"utm_\w+|spm|isappinstalled|share_\w+|sharefrom|shareuid|nsukey|bd_vid|gclid|fbclid|jsessionid|phpsessid"
    r"|_|_t|rand|random|nocache",
    re.IGNORECASE,
)
_FROM = re.compile(r"from", re.IGNORECASE)
_SHARED = re.compile(
    r"(?:timeline|singlemessage|groupmessage|weixin|wechat|weibo|qq|qzone|app|share)", re.IGNORECASE
)
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


def code_of(site: str, address: str, groups: Mapping[str, str], rules: ListRules) -> str:
    """Return the info code of the article at an address: ``SITE-ID``, of 64 safe characters at most.

    ``groups`` are the named ones that ``link`` found. The id is the template ``id`` filled with them, else
    the group ``id``, else a digest of the normalised address. A template that makes ``NW`` and 18 digits
    names the article that has that code everywhere.
    """
    identity = fill_names(rules.id, {"hash": digest_of(address), **groups}) if rules.id else None
    identity = identity or groups.get("id")
    if identity and identity.startswith("NW") and has_digits_alone(identity):
        return identity  # East Money's own code, under which other sources list the same article
    return site_code(site, _safe(identity, _LONGEST_CODE - len(site) - 1) if identity else digest_of(address))


def groups_of(address: str, rules: ListRules) -> dict[str, str]:
    """Return the groups that ``link`` finds in an address; none where it is matched on the raw ``href``."""
    if rules.link is None or rules.link_on != "address":
        return {}
    return search_pattern(rules.link, address) or {}


def digest_of(address: str) -> str:
    """Return the digest by which an article without an id is known."""
    return hashlib.sha256(normalised(address).encode()).hexdigest()[:_DIGEST]


def normalised(address: str) -> str:
    """Return what is the same of all addresses of one page.

    Left out are the scheme, ``www.``, the usual port, the fragment, the session, and parameters that only
    tell where a reader came from; the host is in small letters, the parameters are in order.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").lower().removeprefix("www.").rstrip(".")
    port = "" if parts.port in (None, _DEFAULT_PORT.get(parts.scheme)) else f":{parts.port}"
    path = quote(unquote(_SESSION.sub("", parts.path)), safe="/:@!$&'()*+,;=~-._") or "/"
    asked = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_noise(name, value)
    ]
    query = f"?{urlencode(sorted(asked))}" if asked else ""
    return f"{host}{port}{path}{query}"


def day_of(groups: Mapping[str, str]) -> date | None:
    """Return the day that an address names, by its groups ``date``, ``y``, ``m``, ``d``, ``ym``, ``md``."""
    digits = re.sub(r"\D", "", groups.get("date", "")) or _joined(groups)
    for length, format_ in ((8, "%Y%m%d"), (6, "%y%m%d")):
        if len(digits) == length:
            try:
                return datetime.strptime(digits, format_).date()  # noqa: DTZ007 - a day alone
            except ValueError:
                return None
    return None


def _joined(groups: Mapping[str, str]) -> str:
    """Return year, month and day as eight digits, or six with a short year; as far as they are named."""

    def number(name: str) -> str:
        value = groups.get(name, "")
        return value.zfill(2) if value.isascii() and value.isdigit() else ""

    def only_digits(name: str) -> str:
        return re.sub(r"\D", "", groups.get(name, ""))

    year_month = only_digits("ym") or number("y") + number("m")
    month_day = only_digits("md") or number("m") + number("d")
    if "md" in groups and "ym" not in groups:
        return number("y") + month_day
    return year_month + number("d")


def _is_noise(name: str, value: str) -> bool:
    """Return whether a parameter only tells how a reader came; ``from`` may also be the page's own."""
    return bool(_NOISE.fullmatch(name) or (_FROM.fullmatch(name) and _SHARED.fullmatch(value)))


def _safe(identity: str, longest: int) -> str:
    """Return an id with safe characters alone; a digest follows where others were replaced, or it was cut."""
    parts = [_UNSAFE.sub("_", part) for part in identity.strip().split(".")]
    safe = ".".join(part for part in parts if part)
    if safe == identity and len(safe) <= longest:
        return safe
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_SHORT_DIGEST]
    return f"{safe[: longest - _SHORT_DIGEST - 1].rstrip('.')}-{digest}".lstrip("-")
