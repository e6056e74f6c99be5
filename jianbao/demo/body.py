"""A body: from an article's lines to the HTML that upstream delivers (docs/upstream.md#bodies).

======================  ==========================================================
``~``                   an empty paragraph
``_``                   a hidden spacer
``^CODE|MARKET``        a spacer and a K-line chart
``!WxH [CAPTION]``      an image, and its centred caption
``!!WxH``               an image with a larger original
``# TEXT``              a heading in ``strong``
``[NAME|REFERENCE]``    a link: ``MARKET.CODE``, ``info.N`` (glossary) or 18 digits (an article)
``*TEXT*``              inline ``strong``
``␠``                   a trailing blank
anything else           a paragraph
======================  ==========================================================
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_LINK = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")
_STRONG = re.compile(r"\*([^*]+)\*")
_IMAGE = re.compile(r"(?P<marks>!!?)(?P<width>\d+)x(?P<height>\d+)(?: (?P<caption>.+))?")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")

_SPACER = '<p style="display:none;height:1px;overflow:hidden;"><br /></p>'
_QUOTE = "http://quote.eastmoney.com/unify/r"
_SECURITIES_BOARD = ("证券", "90.BK0473")


def deliver_blocks(lines: Iterable[str], digits: str, *, linked: bool) -> list[str]:
    """Return a body's blocks; ``digits`` number its images, ``linked`` keeps links to securities."""
    writer = _BodyWriter(digits, linked=linked)
    return [block for line in lines for block in writer.write_line(line)]


def deliver_source_line(media: str, *, linked: bool) -> str:
    """Return the last paragraph of every body, which names the medium; linking cuts 证券 out of its name."""
    word, board = _SECURITIES_BOARD
    if linked and word in media:
        media = media.replace(word, _first_mention(word, *board.split(".")), 1)
    return f'<p class="em_media">（文章来源：{media}）</p>'


def escape_ampersands(body: str) -> str:
    """Return HTML as kramdown passes it on: a bare ``&`` in an address becomes ``&amp;``."""
    return _BARE_AMPERSAND.sub("&amp;", body)


def plain_paragraphs(lines: Iterable[str]) -> tuple[str, ...]:
    """Return what a reader sees of the lines: the paragraphs an archive should hold, captions included."""
    return tuple(text for text in map(_plain, lines) if text)


def _plain(line: str) -> str:
    if line in {"~", "_"} or line.startswith("^"):
        return ""
    if image := _IMAGE.fullmatch(line):
        return image["caption"] or ""
    text = line.removeprefix("# ").replace("␠", " ")
    return _STRONG.sub(r"\1", _LINK.sub(r"\1", text)).strip()


class _BodyWriter:
    """Sets one body; it remembers which securities are linked, how many images came, and a line break due."""

    def __init__(self, digits: str, *, linked: bool) -> None:
        self._digits = digits
        self._linked = linked
        self._mentioned: set[str] = set()
        self._images = 0
        self._break_due = False

    def write_line(self, line: str) -> list[str]:
        if line == "~":
            return ["<p></p>"]
        if line == "_":
            self._break_due = True
            return [_SPACER]
        if line.startswith("^"):
            self._break_due = True
            return [_SPACER, _chart(*line[1:].split("|"))]
        if image := _IMAGE.fullmatch(line):
            return self._image(image)
        return [self._paragraph(line)]

    def _paragraph(self, line: str) -> str:
        heading = line.startswith("# ")
        text = self._inline(line.removeprefix("# "))
        # Upstream ends the first paragraph after a spacer with a line break of its own.
        ending, self._break_due = ("<br />" if self._break_due else ""), False
        return f"<p><strong>{text}</strong></p>" if heading else f"<p>{text}{ending}</p>"

    def _inline(self, line: str) -> str:
        text = html.escape(line.replace("␠", " "), quote=False)
        return _STRONG.sub(r"<strong>\1</strong>", _LINK.sub(self._link, text))

    def _link(self, match: re.Match[str]) -> str:
        name, reference = match.groups()
        if not self._linked:
            return name
        if reference.isdigit():
            return f'<a href="https://finance.eastmoney.com/a/{reference}.html">{name}</a>'
        market, code = reference.split(".")
        if market == "info":
            return _glossary_word(name, code)
        if reference in self._mentioned:
            return _later_mention(name, market, code)
        self._mentioned.add(reference)
        return _first_mention(name, market, code)

    def _image(self, image: re.Match[str]) -> list[str]:
        self._images += 1
        stem = f"https://dfscdn.dfcfw.com/download/D{self._digits}{self._images:02d}"
        extra = f'orginial_src="{stem}_o.jpg"' if image["marks"] == "!!" else 'alt="图片"'
        source = f"{stem}_w{image['width']}h{image['height']}.jpg"
        picture = (
            f'<center><img src="{source}" {extra} width="552" style="border:#d1d1d1 1px solid;" /></center>'
        )
        if not image["caption"]:
            return [picture]
        return [picture, f'<p style="text-align:center;">{html.escape(image["caption"], quote=False)}</p>']


def _first_mention(name: str, market: str, code: str) -> str:
    reference = f"{market}.{code}"
    link = f'<a href="{_QUOTE}/{reference}" class="keytip" data-code="{market},{code}">{name}</a>'
    if market == "116":
        return f'<span id="Info.{reference}">{link}</span>'
    kind, slot = ("bk", "bkquote") if market == "90" else ("stock", "quote")
    return f'<span id="{kind}_{reference}">{link}</span><span id="{slot}_{reference}"></span>'


def _glossary_word(name: str, number: str) -> str:
    link = f'<a href="http://data.eastmoney.com/bbsj/" class="infokey">{name}</a>'
    return f'<span id="Info.{number}">{link}</span>'


def _later_mention(name: str, market: str, code: str) -> str:
    return (
        f'<span web="1" href="{_QUOTE}/{market}.{code}" class="em_stock_key_common" '
        f'data-code="{market},{code}">{name}</span>'
    )


def _chart(code: str, market: str) -> str:
    picture = (
        f"https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid={market}.{code}&imageType=k"
        f"&token=0123456789abcdef0123456789abcdef&at=1"
    )
    return (
        f'<!-- EM_StockImg_Start --><p style="text-align:center;"><a href="{_QUOTE}/{market}.{code}" '
        f'data-code="{code}|{market}|1" data-code2="{code}|{market}|2|" class="EmImageRemark" '
        f'target="_blank"><img src="{picture}" alt="K图 {code}_{market}" data-code="K {code}|{market}|1" '
        f'style="border:#d1d1d1 1px solid;" width="578" height="276" /></a></p><!-- EM_StockImg_End -->'
    )
