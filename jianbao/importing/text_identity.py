"""The identity of a plain text, which has no info code of its own.

Nothing in a copied text names it but its words, and a title must not be an identity. So its info code is
derived from the source, the day, and every character that is no white space: the same text is the
same article in whatever encoding and with whatever line ends it comes again. An edited text is another one,
unless the import says which article it is (``--code``).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from storage.records import site_code

TEXT_SCHEME = "urn:jianbao:text:"
"""What the address of every imported text begins with: source, day and digest follow."""

_PLAIN_SITE = re.compile("[a-z0-9]{1,24}")
_READABLE, _DIGEST, _OF_SLUG = 16, 16, 8  # characters


@dataclass(frozen=True, slots=True)
class TextIdentity:
    """Who a text is. ``uri`` holds the whole digest; ``info_code`` as much of it as has room."""

    info_code: str
    uri: str


def identify_text(source: str, day: date, text: str, site: str | None = None) -> TextIdentity:
    """Return the identity that a text has in a source, whose ``site`` is as declared or by its name.

    The ``t`` before the digest keeps it apart from the numbers that sites give their articles.
    """
    digest = hashlib.sha256("".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()
    uri = f"{TEXT_SCHEME}{quote(source, safe='')}/{day.isoformat()}/{digest}"
    number = hashlib.sha256(uri.encode()).hexdigest()[:_DIGEST]
    return TextIdentity(site_code(site or site_of(source), f"{day:%Y%m%d}.t{number}"), uri)


def site_of(source: str) -> str:
    """Return what stands for the site of a source that declares none: no two sources have the same."""
    if _PLAIN_SITE.fullmatch(source):
        return source
    readable = re.sub("[^a-z0-9]", "", source.lower())[:_READABLE]
    return readable + hashlib.sha256(source.encode()).hexdigest()[:_OF_SLUG]
