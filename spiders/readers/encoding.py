"""Bytes to text: which charset a Chinese page is really written in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from storage.records import SetAside

# GB 18030 contains GBK, which contains GB 2312; w3lib names all three by the largest.
_READ = frozenset({"gb18030", "big5hkscs"})
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROLS = 0.001
_DAMAGED = 0.1


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return a page's text, without a byte order mark; raise `SetAside` for binary or undecodable bytes.

    Charsets are believed in the order HTTP header, BOM, meta, UTF-8, GB 18030, and only if every byte
    decodes (UPSTREAM, section 6). Nothing is guessed from letter frequencies.
    """
    text = _decode(body, content_type)
    if len(_CONTROLS.findall(text)) > len(text) * _MOST_CONTROLS or "\x00" in text:
        raise SetAside("is binary, not a page of text")
    return text.removeprefix("\ufeff")


def _decode(body: bytes, content_type: str | None) -> str:
    """Return the text by the first charset that explains every byte.

    UTF-8 is tried before any declaration, which gives the same answers as the documented order: every
    charset we read agrees with it on ASCII, and non-ASCII bytes that are valid UTF-8 are UTF-8, whatever
    a header says (as GBK they would decode too, into rubbish). The one other charset that contradicts
    ASCII, UTF-16, is believed by its BOM only.
    """
    if body.startswith(_UTF16_BOMS):
        text = _strictly(body, "utf-16")
        if text is not None:
            return text
    text = _strictly(body, "utf-8")
    if text is not None:
        return text
    _refuse_damaged_utf8(body)
    for charset in _declared(body, content_type):
        text = _strictly(body, charset)
        if text is not None and "\ufffd" not in text:
            return text
    raise SetAside("decodes neither as it declares nor as UTF-8 or GB 18030")


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    """Yield the declared charsets that we read, then GB 18030.

    Others are passed over: servers send ISO-8859-1 unasked, and it decodes any bytes.
    """
    for name in (http_content_type_encoding(content_type), html_body_declared_encoding(body)):
        if name in _READ:
            yield name
    yield "gb18030"


def _strictly(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        return None


def _refuse_damaged_utf8(body: bytes) -> None:
    """Raise `SetAside` for UTF-8 with a few broken bytes: as GB 18030 it might decode, into rubbish."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not character.isascii() for character in text) - broken
    if broken < whole * _DAMAGED:
        raise SetAside("is UTF-8 with broken bytes, so it was cut or damaged on its way")
