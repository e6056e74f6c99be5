"""Bytes to text by one charset, as browsers read it (WHATWG Encoding Standard), not as Python does."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import cache, partial

LOST = "\ufffd"
"""Stands for a character whose bytes mean nothing in a charset."""

# Python's GB 18030 is that of 2005. That of 2022 gave standard characters to 18 two-byte codes, the web's has
# two more (A3A0 and A8BC), and the six ideographs that 2022 left out of two bytes are what these always were.
_GB18030 = {
    0xE5E5: "\u3000",
    0xE7C7: "\u1e3f",
    **dict(
        zip(
            range(0xE78D, 0xE797), "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19", strict=True
        )
    ),
    **dict(
        zip((0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864), "龴龵龶龷龸龹龺龻", strict=True)
    ),
    **dict(zip((0xE816, 0xE817, 0xE818, 0xE831, 0xE83B, 0xE855), "𠂇𠂉𠃌𡗗𢦏𤇾", strict=True)),
}
_NO_SHIFT_JIS = dict.fromkeys(range(0xF8F0, 0xF8F4), LOST)  # A0, FD, FE and FF are no characters on the web
_KOI8_U = {0x255D: "ў", 0x256C: "Ў"}
_EURO, _SINGLE_SHIFT_2, _SINGLE_SHIFT_3 = 0x80, b"\x8e", b"\x8f"
# What the web's Big5 has beside or instead of Python's HKSCS: first code, then the characters from there on.
_BIG5_RUNS = (
    "877a㡵𡵓𣚞𦀡㻬 "
    "87a1𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄 "
    "87ac龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬 "
    "87bc剏遆㓦珄𥶹瓆鿇垳䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋 "
    "8e69箸 "
    "8e6f簆 8e7e糎 8eab緒 8eb4縝 8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦覩 8ffe起 906d都 "
    "907a銹 90dc靜 90f1響 91bf鼖 9244蔃 92af兙兛兝兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 "
    "96ed瀞 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 "
    "9c68鄄 9c6b鷰 9c77菏 9cbc尐秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 9ea9恢 9eef痹 9efd汊 9f60鬮 "
    "9f66鼗 9fcb僭 9fd8弌 a063蠏 a077拎 a0d5瑨 a0df煢 a0e4牐 a145‧ a14e﹑ a1c2¯ a1e3～ "
    "a1f2⊕⊙ a241∕﹨ a244￥ a246￠￡ a3c0␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡€ c6cf廴 "
    "c6d3无 c6d5癶 c6d7隶 c6de〃仝 fa5f倩 fa66偽 fabd包 fac5卄 fad5卿 fb48嘅 fbb8婷 fbf3幵 "
    "fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜渝 fdbb港 fdf1煮 fe52猪 fe6f瑜 feaa瓩 "
    "fedd砉 "
)
_PAIR = re.compile(rb"[\x00-\x7f]+|[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\x81-\xfe][\x80-\xff]|.", re.DOTALL)
_EUC_JP = re.compile(
    rb"[\x00-\x7f]+|\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2}|[\x8e\x8f\xa1-\xfe][\x80-\xff]|.",
    re.DOTALL,
)
_OTHER_NAMES = {
    "euc-kr": "cp949",
    "hz-gb-2312": "hz",
    "ibm866": "cp866",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
}


def read_bytes(body: bytes, charset: str) -> str:
    """Return the text of bytes in a charset (a name of the standard), with `LOST` for what is none of it."""
    read = _READERS.get(charset)
    return read(body) if read else body.decode(_python_name(charset), "jianbao-web")


def _python_name(charset: str) -> str:
    return _OTHER_NAMES.get(charset) or charset.replace("windows-", "cp")


def _as_the_web(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that Python leaves undefined: the euro sign in GBK, a control in windows-125x."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start]
    if error.encoding == "gb18030" and byte == _EURO:
        return "€", error.start + 1
    if error.encoding == "charmap":
        return (chr(byte) if byte < 0xA0 else LOST), error.start + 1  # noqa: PLR2004 - C1 ends there
    return LOST, error.end


codecs.register_error("jianbao-web", _as_the_web)


def _read_gb18030(body: bytes) -> str:
    return body.decode("gb18030", "jianbao-web").translate(_GB18030)


def _read_shift_jis(body: bytes) -> str:
    return body.decode("cp932", "replace").translate(_NO_SHIFT_JIS)


def _read_koi8_u(body: bytes) -> str:
    return body.decode("koi8-u", "replace").translate(_KOI8_U)


def _read_big5(body: bytes) -> str:
    table = _big5()
    return "".join([_pair(piece, table) for piece in _PAIR.findall(body)])


def _pair(piece: bytes, table: dict[bytes, str]) -> str:
    if piece[0] < _EURO:
        return piece.decode("ascii")
    return table.get(piece) or _lost_pair(piece)


def _lost_pair(piece: bytes) -> str:
    """Return what stands for a broken pair; its second byte is no part of it when it is ASCII."""
    return LOST + (chr(piece[1]) if len(piece) > 1 and piece[1] < _EURO else "")


@cache
def _big5() -> dict[bytes, str]:
    table: dict[bytes, str] = {}
    for lead in range(0x87, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            text = bytes((lead, trail)).decode("big5hkscs", "replace")
            if LOST not in text:
                table[bytes((lead, trail))] = text
    for run in "".join(_BIG5_RUNS).split():
        first = int(run[:4], 16)
        table |= {(first + place).to_bytes(2, "big"): text for place, text in enumerate(run[4:])}
    return table


def _read_euc_jp(body: bytes) -> str:
    return "".join([_euc_jp_piece(piece) for piece in _EUC_JP.findall(body)])


def _euc_jp_piece(piece: bytes) -> str:
    """The web's JIS X 0208 has NEC's and IBM's characters, which Python knows in Shift_JIS alone."""
    if piece[0] < _EURO:
        return piece.decode("ascii")
    if piece.startswith((_SINGLE_SHIFT_2, _SINGLE_SHIFT_3)) or len(piece) == 1:
        return piece.decode("euc_jp", "replace")[:1]
    return _jis_0208(piece[0] - 0xA1, piece[1] - 0xA1)


@cache
def _jis_0208(row: int, cell: int) -> str:
    if not 0 <= cell < 94:  # noqa: PLR2004 - cells in a row
        return LOST
    lead = row // 2 + (0x81 if row < 62 else 0xC1)  # noqa: PLR2004 - Shift_JIS jumps over 0xA0 to 0xDF
    trail = cell + (0x9F if row % 2 else 0x40 if cell < 63 else 0x41)  # noqa: PLR2004 - and over 0x7F
    text = bytes((lead, trail)).decode("cp932", "replace")
    return text if len(text) == 1 and not "\ue000" <= text <= "\uf8ff" else LOST


def _read_user_defined(body: bytes) -> str:
    return body.decode("latin-1").translate({byte: 0xF700 + byte for byte in range(0x80, 0x100)})


def _read_replacement(_body: bytes) -> str:
    return LOST


_READERS: dict[str, Callable[[bytes], str]] = {
    "gbk": _read_gb18030,
    "gb18030": _read_gb18030,
    "big5": _read_big5,
    "shift_jis": _read_shift_jis,
    "euc-jp": _read_euc_jp,
    "koi8-u": _read_koi8_u,
    "x-user-defined": _read_user_defined,
    "replacement": _read_replacement,
    "utf-8": partial(str, encoding="utf-8", errors="replace"),
}
