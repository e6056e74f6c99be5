"""Bytes to text: which charset a page is really written in, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spiders.readers.charset_declaration import header_charset, marked_charset, page_charset
from spiders.readers.web_codecs import LOST, read_bytes
from storage.records import SetAside
from storage.records.saying import say
from storage.records.text.plausibility import plausibility

_LATIN = "windows-1252"
_UNDECLARED = ("gb18030", "big5", "euc-kr", "shift_jis", "euc-jp", _LATIN)
_TWO_BYTES = ("utf-16le", "utf-16be")
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB 18030", "gbk": "GBK", "big5": "Big5", "shift_jis": "Shift_JIS"}
_OWN_LOST = {"utf-8": b"\xef\xbf\xbd", "gb18030": b"\x84\x31\xa4\x37", "gbk": b"\x84\x31\xa4\x37"}
"""U+FFFD as the page itself has it, in the charsets that have it."""
_DECODES_NEITHER = say("page.decodes_neither")
_IS_RUBBISH = say("page.rubbish_charset")
_IS_BINARY = say("page.binary")

_FOREIGN_BYTE = re.compile(rb"[^\x00-\x7f]")
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_MUCH_KANA, _OF_JAPANESE = 0.15, 0.3
_WRITTEN = re.compile(r"[a-z\u4e00-\u9fff]")
_TAG = re.compile(r"<(?:html|head|body|meta|title|div|p|br|span|a|td)[\s/>]", re.IGNORECASE)
_SHIFTED = re.compile(rb"~\{(?:[\x21-\x7d][\x21-\x7e]){2,}~\}")
"""Characters of GB 2312 between the marks with which HZ shifts out of ASCII and back."""
_NUL = "\x00"
_MOST_CONTROLS = 0.001  # of all characters; a picture has a hundred times as many
_STRAY_CONTROLS = 3
_MOST_LOST = 0.25  # of the characters beyond ASCII: more of them lost, and it is another charset
_MANY_NULS = 0.2  # of all bytes: ASCII in UTF-16 has a half
_SAMPLE = 200_000  # bytes by which a charset is judged
_SHORT = 60  # characters beyond ASCII: among fewer, chance may make rubbish look like writing
_FEW = 8  # among fewer, nothing is called rubbish

_SURE, _LATIN_ENOUGH = 0.5, 0.4
_OF_DECLARED, _OF_GB_18030 = 0.2, 0.1
"""How much more plausible another charset must be than a declared one, and than the usual undeclared one.

Alphabets of one byte decode all bytes, so being declared is no favour to them.
"""


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """A page's text, and how many of its characters were lost: cut, broken, or NULs.

    Each of them stands in the text as U+FFFD. ``charset`` is a name of the Encoding Standard.
    """

    text: str
    charset: str
    lost: int = 0
    has_nuls: bool = False

    @property
    def complaint(self) -> str | None:
        """What is wrong with the page as a whole, completing "this page …"; None when nothing was lost."""
        if self.has_nuls:
            return _IS_BINARY
        name = _NAMES.get(self.charset, self.charset)
        return say("page.broken_bytes", charset=name) if self.lost else None


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return a page's whole text, without a byte order mark.

    Raises `SetAside` for binary, damaged and undecodable bytes, and for what is rubbish in every charset.
    Bytes that are UTF-8 are UTF-8. Else the declared charsets (HTTP header, then the page's own) are believed
    as browsers read them, unless they give rubbish where another charset gives writing; without a declaration
    the most plausible one is taken (`plausibility`).
    """
    page = decode_damaged_page(body, content_type)
    if page.complaint:
        raise SetAside(page.complaint)
    return page.text


def decode_damaged_page(body: bytes, content_type: str | None) -> DecodedPage:
    """Return a page's text with its few lost characters counted; raise `SetAside` when they are many.

    For what consists of parts that are each believed by themselves: a list of titles, the frame around an
    article. Charsets are chosen as `decode_page` does.
    """
    return decode_in(body, marked_charset(body) or _choose(body, content_type))


def decode_in(body: bytes, charset: str) -> DecodedPage:
    """Return a page's text in the charset that somebody who knows has named, by the Encoding Standard's name.

    Its few lost characters are counted; raises `SetAside` when they are many, so that it is another charset.
    """
    text = read_bytes(body, charset).removeprefix("\ufeff")
    lost = max(text.count(LOST) - body.count(_OWN_LOST.get(charset, LOST.encode())), 0)
    if lost and lost > (_count_foreign(text) - lost) * _MOST_LOST:
        raise SetAside(_DECODES_NEITHER)
    if len(_CONTROLS.findall(text)) > max(len(text) * _MOST_CONTROLS, _STRAY_CONTROLS):
        raise SetAside(_IS_BINARY)
    nuls = text.count(_NUL)
    return DecodedPage(text.replace(_NUL, LOST), charset, lost + nuls, has_nuls=nuls > 0)


def _choose(body: bytes, content_type: str | None) -> str:
    """Return the charset of a body without a mark: UTF-8 if it is, else as declared, else by its text."""
    header, own = header_charset(content_type), page_charset(body)
    if _is_utf8(body):
        return _of_two_bytes(body, header) or _of_seven_bits(body, (header, own)) or "utf-8"
    declared = [
        name for name in (header, own) if name is not None and name not in (*_TWO_BYTES, "replacement")
    ]
    return _of_two_bytes(body, header) or _most_plausible(_sample(body), declared)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _of_two_bytes(body: bytes, declared: str | None) -> str | None:
    """Return the kind of UTF-16 that a body without a mark is in, as its many NULs tell."""
    if body.count(0) < len(body) * _MANY_NULS and declared not in _TWO_BYTES:
        return None
    for charset in _TWO_BYTES:
        text = read_bytes(body[:_SAMPLE], charset)
        if not _CONTROLS.search(text) and (_TAG.search(text) or _is_writing(text)):
            return charset
    return None


def _is_writing(text: str) -> bool:
    return bool(_WRITTEN.search(text)) and plausibility(text) > _SURE


def _of_seven_bits(body: bytes, declared: tuple[str | None, ...]) -> str | None:
    """Return the charset that shifts out of ASCII and back, for a body of ASCII that does."""
    if _FOREIGN_BYTE.search(body):
        return None
    if b"\x1b$" in body:
        return "iso-2022-jp"
    shifted = _SHIFTED.findall(body[:_SAMPLE])
    if not shifted:
        return None
    is_hz = "replacement" in declared or _is_writing(read_bytes(b"".join(shifted), "hz-gb-2312"))
    return "hz-gb-2312" if is_hz else None


def _sample(body: bytes) -> bytes:
    """Return the bytes from the first beyond ASCII on: as many as it takes to judge."""
    first = _FOREIGN_BYTE.search(body)
    return body[first.start() : first.start() + _SAMPLE] if first else b""


def _most_plausible(sample: bytes, declared: Sequence[str]) -> str:
    """Return the charset that makes most of the bytes, in doubt the first declared, else GB 18030.

    Raises `SetAside` when they are rubbish in all of them.
    """
    is_long = len(_FOREIGN_BYTE.findall(sample)) > 2 * _SHORT
    best, best_score, most = "", float("-inf"), float("-inf")
    for charset, favour in _candidates(declared):
        score = _score(sample, charset)
        if charset == _LATIN and charset not in declared and not _is_latin(sample, score):
            continue
        if score + favour > most:
            best, best_score, most = charset, score, score + favour
        if is_long and score > _SURE and charset in _UNDECLARED:
            break
    if best_score < 0 and len(sample) > 2 * _FEW and LOST not in read_bytes(sample, best):
        raise SetAside(_IS_RUBBISH)
    return best


def _is_latin(sample: bytes, score: float) -> bool:
    """Tell whether undeclared bytes may be called Latin, which any bytes can be read as."""
    return score >= _LATIN_ENOUGH and not _CONTROLS.search(sample.decode("latin-1"))


def _candidates(declared: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the charsets to try, each once, and how much each is favoured: the likely ones first."""
    seen: set[str] = set()
    for charset in (*declared, "utf-8", *_UNDECLARED):
        if charset not in seen:
            seen.add(charset)
            yield charset, _favour(charset, declared)


def _favour(charset: str, declared: Sequence[str]) -> float:
    if charset in declared and charset in (*_UNDECLARED[:-1], "gbk"):
        return _OF_DECLARED
    return _OF_GB_18030 if charset == "gb18030" and not declared else 0.0


def _score(sample: bytes, charset: str) -> float:
    """Return how plausible bytes are in a charset; the structure of UTF-8 and of GB 18030 counts for them."""
    text = read_bytes(sample, charset)
    if charset == "utf-8":
        whole = text.replace(LOST, "")
        return plausibility(whole) - text.count(LOST) / max(_count_foreign(text), 1)
    score = plausibility(text)
    if charset in {"gbk", "gb18030"}:
        fours = len(_FOUR_BYTES.findall(sample))
        score = max(score, min(score + 3 * fours / max(_count_foreign(text), 1), _SURE))
        if len(_KANA.findall(text)) > _count_foreign(text) * _MUCH_KANA:
            score -= _OF_JAPANESE  # GB 2312 and EUC-JP have kana in the same place: the rest must decide
    return score


def _count_foreign(text: str) -> int:
    return sum(map(len, _FOREIGN.findall(text)))
