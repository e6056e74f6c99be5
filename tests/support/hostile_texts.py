"""Hostile fillings: texts of any length that make a careless reader take the square of it."""

from __future__ import annotations

from collections.abc import Callable

Fill = Callable[[int], str]
"""Returns a text of about so many characters."""


def _repeated(unit: str, begin: str = "", end: str = "") -> Fill:
    return lambda size: begin + unit * max(1, (size - len(begin) - len(end)) // len(unit)) + end


def _numbered(unit: str) -> Fill:
    """A unit again and again, each with a number of its own in the place of ``#``."""

    def fill(size: int) -> str:
        return "".join(unit.replace("#", f"{number:06d}") for number in range(max(1, size // len(unit))))

    return fill


def _nested(opening: str, closing: str, inside: str) -> Fill:
    """One inside the other, each closed."""

    def fill(size: int) -> str:
        depth = max(1, size // len(opening + closing))
        return opening * depth + inside + closing * depth

    return fill


def _blocks(line: str, length: int) -> Fill:
    """Lines of so many characters, the longest that something is looked for in."""
    return _repeated(f"{line}\n" if len(line) == length else f"{line}{'x' * (length - len(line))}\n")


_UNITS = {
    # markup that is not closed, or only closed
    "unclosed li": "<li>",
    "unclosed li and a": "<li><a href=a>x</a>",
    "unclosed ul and li": "<ul><li>",
    "unclosed ol": "<ol start=9><li>字",
    "unclosed dl": "<dl><dt>a<dd>b",
    "unclosed div": "<div>",
    "unclosed p": "<p>字",
    "unclosed span": "<span>",
    "unclosed b": "<b>",
    "unclosed i and p": "<i><p>",
    "unclosed font": "<font color=red>",
    "unclosed font in p": "<p><font size=1>字",
    "unclosed a": '<a href="/x">',
    "unclosed center": "<center>",
    "unclosed blockquote": "<blockquote>",
    "unclosed table": "<table>",
    "unclosed tr": "<tr>",
    "unclosed td": "<td>",
    "unclosed table row": "<table><tr><td>",
    "unclosed section": "<section>",
    "unclosed heading": "<h1>",
    "unclosed sup": "<sup>",
    "unclosed del": "<del>字",
    "unclosed ruby": "<ruby>字<rt>b",
    "unclosed q": "<q>字",
    "unclosed pre": "<pre>\n",
    "unclosed form": "<form>",
    "unclosed option": "<select><option>",
    "unclosed object": "<object>",
    "unclosed iframe": "<iframe>",
    "unclosed video": "<video><source>",
    "unclosed svg": "<svg>",
    "unclosed math": "<math>",
    "unclosed template": "<template>",
    "unclosed textarea": "<textarea>",
    "unclosed title": "<title>",
    "unclosed script": "<script>",
    "unclosed style": "<style>",
    "unclosed comment": "<!--",
    "unclosed cdata": "<![CDATA[",
    "unclosed instruction": "<?xml ",
    "unclosed body": "</head><body ",
    "unclosed base": "<base href ",
    "unclosed picture": '<picture><source srcset="a 1w, b 2w">',
    "hidden div": '<div style="display:none">',
    "sized font": '<p style="font-size:0;visibility:visible">x',
    "closing p": "</p>",
    "closing div": "</div>",
    "closing li": "</li>",
    "doctypes": "<!DOCTYPE html>",
    "comments": "<!-- x -->",
    "breaks": "<br>",
    "paragraphs": "<p>字</p>",
    "pictures": '<img src="a_w800h5.jpg" alt="图片">',
    "charts": '<p><a data-code="600519|1|1"><img src="x/GetPic.aspx?nid=1.600519"></a></p>',
    "links": '<a href="http://h/a/202603202900000001.html">甲乙丙</a>',
    "share lines": '<p><a href="http://h/a/1.html">http://h/a/1.html</a></p>',
    "navigation": '<p><a href="x">返回甲乙丙</a>｜',
    "notes": "<sup><a href=#n>4</a></sup>",
    "quoted digests": "<blockquote>【甲】",
    "article heads": "<small>(GMT+8<h1>",
    "tags lines": "<small>tags:<em>",
    # signs
    "less than": "<",
    "greater than": ">",
    "ampersands": "&",
    "entities": "&amp;",
    "numbered entities": "&#20013;",
    "entities of nothing": "&#x110000;",
    "double quotes": '"',
    "single quotes": "'",
    "backslashes": "\\",
    "equals signs": "=",
    "stars": "*",
    "bars": "|",
    "braces": "{{",
    "liquid": "{% {{ ",
    "references of braces": "&#123;",
    "doubled references": "&amp;#123;",
    "opening brackets": "（",
    "closing brackets": "）",
    "ASCII brackets": "(",
    "square brackets": "[",
    "links of markdown": "[a](b)",
    "rules of markdown": "---\n",
    "quotations of markdown": "> 引文\n",
    "front matters": 'layout: post\ntitle: "x"\n',
    "objects of JSON": '{"a":',
    "lists of JSON": "[",
    "fields of robots.txt": "User-agent: *\nDisallow: /*a*b*c\n",
    # words
    "Chinese without an end": "字",
    "sentences": "今天天气好。",
    "clauses": "今天，",
    "short lines": "字\n",
    "short lines without an end": "今天天气\n",
    "lines that end in commas": "今天，\n",
    "lines of one letter": "a\n",
    "bracketed beginning": "（今天\n",
    "empty lines": "\n",
    "paragraphs apart": "字\n\n",
    "lines of CR LF": "今天天气好。\r\n ",
    "blanks": " ",
    "wide blanks": "\u3000",
    "tabs": "\t",
    "no-break blanks": "&nbsp;",
    "indented lines": "　　今天天气好\n",
    "names set wide": "李\u3000平 ",
    "triangles": "▲",
    "bylines": "本报记者 张平 ",
    "bylines in brackets": "（记者张平）",
    "reporters": "记者",
    "posted reporters": "驻",
    "writers and pictures": "文/图 ",
    "imprints": "责编：张平\n",
    "sources": "来源：",
    "closing marks": "（完）",
    "jumps": "(上接第一版)",
    "codes": "甲乙丙(002999.SZ)",
    "codes in brackets": "(002999.SZ;",
    "dates": "2026-03-20 10:00:00 ",
    "digits": "1",
    "decimal points": "1.",
    "letters": "a",
    "long words": f"{'a' * 199} ",
    "addresses": "http://h/",
    "listed addresses": "http://h/a/202603202900000001.html ",
    "traditional characters": "裏着衞",
    "marks in a row": "\u0301",
    "letters with marks": "e\u0301",
    "half voiced kana": "ﾊﾟ",
    "ringed numbers": "①1",
    "rare characters": "\U00020bb7",
    "private characters": "\ue123",
    "lost characters": "\ufffd",
    "left of lost characters": "锟斤拷",
    "hot hot": "烫",
    "doubly encoded": "ä¸­å›½",
    "no width": "\u200b",
    "turning marks": "\u202e",
    "NULs": "\x00",
    "lone surrogates": "\ud800",
}

_WIDE = "\u3000"

FILLINGS: dict[str, Fill] = {
    **{name: _repeated(unit) for name, unit in _UNITS.items()},
    "numbered paragraphs": _numbered("<p>第#段今天天气好。</p>"),
    "numbered links": _numbered('<li><a href="/x/2026/03/20/NW202603202900#.html">第#条</a></li>'),
    "numbered pictures": _numbered('<img src="/#.jpg">'),
    "numbered lines": _numbered("第#行\n"),
    "numbered codes": _numbered("甲乙丙(#.SZ)，"),
    "numbered attributes": lambda size: f"<p {_numbered('a#=b ')(size)}>字</p>",
    "numbered words": _numbered("b# "),
    "nested div": _nested("<div>", "</div>", "字"),
    "nested span": _nested("<span>", "</span>", "字"),
    "nested list": _nested("<ul><li>", "</li></ul>", "字"),
    "nested table": _nested("<table><tr><td>", "</td></tr></table>", "字"),
    "nested sup": _nested("<sup>", "</sup>", "4"),
    "nested del": _nested("<del>字", "</del>", "字"),
    "nested q": _nested("<q>", "</q>", "字"),
    "nested ruby": _nested("<ruby>", "<rt>b</rt></ruby>", "字"),
    "nested JSON": _nested('{"a":[', "]}", "1"),
    "nested brackets": _nested("（", "）", "张平"),
    "mismatched": _repeated("<b><i></b></i>"),
    "one attribute": _repeated("a", '<p title="', '">字</p>'),
    "one href": _repeated("a/../", '<p><a href="', '">字</a></p>'),
    "one href of signs": _repeated("%é ", '<li><a href="', '">字</a></li>'),
    "one srcset": _repeated("a 1w, ", '<p><img srcset="', '"></p>'),
    "one class": _repeated("a ", '<p class="', '">字</p>'),
    "one style of blanks": _repeated(" ", '<p style="opacity:', 'x">字</p>'),
    "one style of heights": _repeated(" ", '<p style="overflow:hidden;height:', 'x">字</p>'),
    "one style of lines": _repeated("text-decoration:", '<p style="line-through;', '">字</p>'),
    "one style of hiding": _repeated(" font-size:", '<p style="', '">字</p>'),
    "one charset of blanks": _repeated(" ", '<meta http-equiv="content-type" content="charset=', '">字'),
    "one charset again": _repeated("charset= ", '<meta http-equiv="content-type" content="', '">字'),
    "blanks within a line": _repeated(" ", "<p>今天", "天气好。</p>"),
    "wide blanks within a line": _repeated(_WIDE, "今天", "天气好。"),
    "wide blanks in brackets": _repeated(_WIDE, "今天（", "x"),
    "wide blanks before a bracket": _repeated(_WIDE, "今天天气好。", "（完x）"),
    "wide blanks in a source": _repeated(_WIDE, "（文章来源：", "x"),
    "blanks before a digest": _repeated(" ", "今天", "<p>今天天气好。</p>"),
    "references before a brace": _repeated("&#123;", "今天", "{%"),
    "imprints of blanks": _blocks(f"({_WIDE * 100}x", 118),
    "credits of blanks": _blocks(f"记者{_WIDE * 60}x", 78),
    "credits of posts": _blocks(f"本报{'驻' * 30}x记者", 60),
    "players of blanks": _blocks(f"视频加载{_WIDE * 30}x", 48),
    "ends of blanks": _blocks(f"好。{_WIDE * 280}x", 298),
    "ends of blanks, then short": _repeated(f"好。{_WIDE * 280}x\nx\nx\nx\nx\nx\nx\nx\n"),
    "counters of blanks": _repeated(
        f'<li><a href="/x/2026/03/20/NW202603202900000001.html">题{_WIDE * 200}(1{_WIDE * 200}x</a></li>'
    ),
    "table of many columns": _repeated("<td colspan=1000>x</td>", "<table><tr>", "</tr></table>"),
    "table of many rows": _repeated("<tr><td rowspan=60000>x</td></tr>", "<table>", "</table>"),
    "digits of JSON": _repeated("9", '{"showtime":', "}"),
    "JSONP of brackets": _repeated(")", 'f({"text":1}', "x"),
    "one wild robots rule": _repeated("*a", "User-agent: *\nDisallow: /", "b"),
    "dots of a cut": _repeated("...<p>"),
}
