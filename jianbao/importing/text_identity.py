"""The identity of a plain text, which has no info code of its own.

Nothing in a copied text names it but its words, and a title must not be an identity. So its info code is
derived from the source, the day, and every character that is no white space: the same text is the
same article in whatever encoding and with whatever line ends it comes again. An edited text is another one,
unless the import says which article it is (``--code``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

TEXT_SCHEME = "urn:jianbao:text:"
"""What the address of every imported text begins with: source, day and digest follow."""

_NUMBERS = 10**9


@dataclass(frozen=True, slots=True)
class TextIdentity:
    """Who a text is. ``uri`` holds the whole digest; ``info_code`` as much of it as has room."""

    info_code: str
    uri: str


def identify_text(source: str, day: date, text: str) -> TextIdentity:
    """Return the identity that a text has in a source.

    The counter of a derived info code begins with 0. Upstream's never does: it is not padded, and has had ten
    digits since before the first code that we know (docs/upstream.md#times-and-codes).
    """
    digest = hashlib.sha256("".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()
    uri = f"{TEXT_SCHEME}{quote(source, safe='')}/{day.isoformat()}/{digest}"
    number = int(hashlib.sha256(uri.encode()).hexdigest(), 16) % _NUMBERS
    return TextIdentity(f"NW{day:%Y%m%d}0{number:09d}", uri)
