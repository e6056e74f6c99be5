"""Ways to spoil what comes from outside: texts with markup, and bytes of anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, bytes, Random], bytes]
"""Given an input, another one of the same reader, and chance: returns the input spoilt."""

LARGEST = 400_000
"""Bytes beyond which an input is cut: it shall be long, not endless."""
_TAG = re.compile(rb"<[^<>]{1,400}>")
_ODD = (
    "\x00",
    "\ud800",
    "\udfff",
    "\ufeff",
    "\u202e",
    "\u2028",
    "\u00a0",
    "\u3000",
    "\ufffd",
    "\U0001f600",
    "\x1b[31m",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#99999999999;",
    "&nbsp",
    "&amp;amp;lt;",
    "&lt;p&gt;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml",
    "<!DOCTYPE",
    "<!ENTITY a 'b'>",
    "&a;",
    "</html>",
    "</body>",
    "<script>",
    "</script>",
    "<style>",
    "<textarea>",
    "<plaintext>",
    "<svg>",
    "<template>",
    "<table>",
    "<base href='http://[::1'>",
    "<base href='//x'>",
    "<meta http-equiv=refresh content='0;url=//[x'>",
    "<meta charset=utf-7>",
    "<meta charset=gbk>",
    "{{",
    "{%",
    "%}",
    "${x}",
    "{code}",
    "%00",
    "%u4e2d",
    "'; DROP TABLE article; --",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://[",
    "http://a:99999/",
    "http://127.0.0.1/",
    "NW202603202900000000",
    "9999-12-31 24:60:61",
    "0000年00月00日",
    "二〇二六年十三月四十日",
    "1e999",
    "-1",
    "9" * 400,
    "null",
    "NaN",
    "[" * 300,
    '{"a":' * 300,
    "\\ud800",
    "\\u0000",
)
_CHARSETS = ("gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-8-sig", "latin-1", "utf-7", "shift_jis")


def _spot(data: bytes, chance: Random) -> int:
    return chance.randrange(len(data) + 1)


def _span(data: bytes, chance: Random, longest: int = 2_000) -> tuple[int, int]:
    first = _spot(data, chance)
    return first, min(len(data), first + chance.randrange(1, longest))


def _tag(data: bytes, chance: Random) -> tuple[int, int]:
    """Return where one of its tags stands; where there is none, any short span."""
    found = _TAG.search(data, _spot(data, chance)) or _TAG.search(data)
    return found.span() if found else _span(data, chance, 20)


def cut_tag(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Take a tag away, or cut it in its middle."""
    first, last = _tag(data, chance)
    middle = chance.randint(first, last)
    return data[:first] + data[chance.choice((last, middle)) :]


def nest(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Open a tag again and again where it stands."""
    first, last = _tag(data, chance)
    return data[:first] + data[first:last] * chance.choice((2, 30, 300, 3_000)) + data[last:]


def double(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Say a part twice, or many times."""
    first, last = _span(data, chance)
    return data[:last] + data[first:last] * chance.choice((1, 1, 5, 50)) + data[last:]


def crowd(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Give a tag attributes by the hundred."""
    _, last = _tag(data, chance)
    many = b"".join(b" a%d='x%d'" % (number, number) for number in range(chance.choice((3, 300, 2_000))))
    return data[: max(0, last - 1)] + many + data[max(0, last - 1) :]


def rename_tag(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Make a tag another one."""
    first, _ = _tag(data, chance)
    names = (b"p", b"div", b"table", b"td", b"h1", b"script", b"title", b"a", b"svg", b"select", b"frameset")
    return data[:first] + b"<" + chance.choice(names) + b" " + data[first + 1 :]


def swap_charset(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Write the text in another charset than it declares."""
    return data.decode("utf-8", "replace").encode(chance.choice(_CHARSETS), "replace")


def declare_charset(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Let it declare another charset than it is written in."""
    name = chance.choice((*_CHARSETS, "x-none", "", "utf-8" * 50)).encode()
    return re.sub(rb"(?i)(charset|encoding)=[\"']?[\w-]+", rb"\1=" + name, data)


def insert_odd(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Write something odd into it, once or in several places."""
    for _ in range(chance.choice((1, 1, 4, 20))):
        at = _spot(data, chance)
        odd = chance.choice(_ODD).encode("utf-8", "surrogatepass")
        data = data[:at] + odd + data[at:]
    return data


def flip_bits(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Turn some of its bits."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 3, 30)) if spoilt else 0):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def change_bytes(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Put noise in the place of a part."""
    first, last = _span(data, chance, 200)
    return data[:first] + chance.randbytes(chance.randrange(1, 200)) + data[last:]


def cut_off(data: bytes, _other: bytes, chance: Random) -> bytes:
    """End it early."""
    return data[: _spot(data, chance)]


def cut_out(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Take a part away."""
    first, last = _span(data, chance)
    return data[:first] + data[last:]


def behead(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Take its beginning away."""
    return data[_spot(data, chance) :]


def join(data: bytes, other: bytes, _chance: Random) -> bytes:
    """Write another one behind it."""
    return data + other


def splice(data: bytes, other: bytes, chance: Random) -> bytes:
    """Let it go on as another one does."""
    return data[: _spot(data, chance)] + other[_spot(other, chance) :]


def change_number(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Make one of its numbers another one."""
    numbers = list(re.finditer(rb"\d+", data[:50_000]))
    if not numbers:
        return data
    first, last = chance.choice(numbers).span()
    made = chance.choice((b"0", b"-1", b"99", b"4294967296", b"9" * 30, b"1e9", b"", "二".encode()))
    return data[:first] + made + data[last:]


def repeat_line(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Say one of its lines a thousand times."""
    lines = data.splitlines(keepends=True) or [data]
    at = chance.randrange(len(lines))
    lines[at] = lines[at][:300] * chance.choice((10, 1_000))
    return b"".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    cut_tag,
    nest,
    double,
    crowd,
    rename_tag,
    swap_charset,
    declare_charset,
    insert_odd,
    insert_odd,
    flip_bits,
    change_bytes,
    cut_off,
    cut_out,
    behead,
    join,
    splice,
    change_number,
    repeat_line,
)


def spoil(data: bytes, other: bytes, chance: Random) -> bytes:
    """Return an input spoilt in one to four ways."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(MUTATIONS)(data, other, chance)[:LARGEST]
    return data
