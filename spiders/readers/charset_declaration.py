"""Which charset a page declares: by Content-Type, byte order mark, meta element or XML prolog."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from webencodings.labels import LABELS

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_LOOKED_AT = 65_536
"""Bytes in which a declaration is looked for. Browsers stop after 1,024; real pages declare it later."""

# Each alternative takes what it matches whole, so a page is scanned once; a comment declares nothing.
_DECLARATION = re.compile(
    r"<!--.*?(?:-->|\Z)|<meta(?=[\s/])(?P<meta>[^>]*)|<\?xml(?=\s)(?P<xml>[^>]*)|(?P<body><body)\b",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CHARSET = re.compile(r"""charset\s*+=\s*+["']?\s*+([^\s"';,]+)""", re.IGNORECASE)


def find_charset(label: str) -> str | None:
    """Return the charset that a label means, whatever its case and blanks; None for no label of the web's.

    The table is that of the WHATWG Encoding Standard.
    """
    return LABELS.get(label.strip("\t\n\f\r ").lower())


def marked_charset(body: bytes) -> str | None:
    """Return the charset whose byte order mark a body begins with."""
    return next((name for mark, name in _MARKS if body.startswith(mark)), None)


def header_charset(content_type: str | None) -> str | None:
    """Return the charset that a Content-Type names; None for none, or one that the web does not know."""
    labels = _CHARSET.findall(content_type or "")
    return next(filter(None, map(find_charset, labels)), None)


def page_charset(body: bytes) -> str | None:
    """Return the charset that a page's own head names, the first that the web knows."""
    names = _page_labels(body[:_LOOKED_AT].decode("latin-1"))
    found = next(filter(None, map(find_charset, names)), None)
    if found in {"utf-16le", "utf-16be"}:
        return "utf-8"  # it could be read so far: the standard says the same
    return "windows-1252" if found == "x-user-defined" else found


def _page_labels(start: str) -> Iterator[str]:
    for tag in _DECLARATION.finditer(start):
        if tag["body"] is not None:
            return
        if tag["meta"] is not None:
            yield from _meta_labels(_attributes(tag["meta"]))
        elif tag["xml"] is not None:
            yield _attributes(tag["xml"]).get("encoding", "")


def _attributes(markup: str) -> dict[str, str]:
    """Return a tag's attributes; of one that comes twice, the first."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(markup):
        found.setdefault(name.lower(), double or single or bare)
    return found


def _meta_labels(attributes: dict[str, str]) -> Iterator[str]:
    """Yield what a meta element declares; ``content`` counts only where it stands for the HTTP header."""
    if "charset" in attributes:
        yield attributes["charset"]
    pragma = attributes.get("http-equiv") or attributes.get("http_equiv") or attributes.get("httpequiv") or ""
    if pragma.lower().replace("-", "").replace("_", "") == "contenttype":
        yield from _CHARSET.findall(attributes.get("content", ""))
