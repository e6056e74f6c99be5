"""What markup alone says is written out, and what nobody sees is no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalise.body import read_body

URL = "http://127.0.0.1/a.html"


def lines(markup: str) -> list[str]:
    return [line.text for line in read_body(markup, URL).lines]


SMALL = {
    "10<sup>4</sup>亩": "10⁴亩",
    "5.2<sup>1</sup>%": "5.2¹%",
    "10<sup>-3</sup>米": "10⁻³米",
    "10<sup>−12</sup>": "10⁻¹²",
    "10<sup>１２</sup>": "10¹²",
    "3×10<sup><b>8</b></sup>": "3×10⁸",
    "10<sup> 4 </sup>": "10⁴",
    "x<sup>n+1</sup>": "xⁿ⁺¹",
    "m<sup>2</sup>和m<sup>3</sup>": "m²和m³",
    "注<sup>1</sup><sup>2</sup>": "注¹²",
    "2<sup>Q</sup>": "2^Q",
    "2<sup>α/β</sup>": "2^(α/β)",
    "增长<sup>[1]</sup>。": "增长[1]。",
    "增长<sup>①</sup>。": "增长①。",
    "增长<sup>（注）</sup>。": "增长（注）。",
    "增长<sup>注1</sup>。": "增长[注1]。",
    '增长<sup><a href="#n1">1</a></sup>。': "增长[1]。",
    '增长<a href="#n1"><sup>1</sup></a>。': "增长[1]。",
    '增长<sup>[<a href="#n1">1</a>]</sup>。': "增长[1]。",
    "增长<sup>*</sup>": "增长*",
    "商标<sup>TM</sup>": "商标™",
    "商标<sup>®</sup>": "商标®",
    "20<sup>o</sup>C": "20ᵒC",
    "H<sub>2</sub>O": "H₂O",
    "CO<sub>2</sub>": "CO₂",
    "PM<sub>2.5</sub>": "PM₂.₅",
    "C<sub>6</sub>H<sub>12</sub>O<sub>6</sub>": "C₆H₁₂O₆",
    "x<sub>Q</sub>": "x_Q",
    "x<sub>甲</sub>": "x_甲",
    '10<span style="vertical-align: super;font-size:70%">4</span>亩': "10⁴亩",
    'H<span style="vertical-align:sub">2</span>O': "H₂O",
    "价格<del>100元</del><ins>120元</ins>": "价格~~100元~~120元",
    "价格<s>100元</s>120元": "价格~~100元~~120元",
    "价格<strike>100元</strike>120元": "价格~~100元~~120元",
    "价格<ins>120元</ins><del>100元</del>": "价格120元~~100元~~",
    "<del>10<sup>4</sup>亩</del>": "~~10⁴亩~~",
    "<del>甲<b>乙</b>丙</del>": "~~甲乙丙~~",
    "<del>甲</del><del>乙</del>": "~~甲乙~~",
    '<span style="text-decoration:line-through">100元</span>120元': "~~100元~~120元",
    "<del></del>120元": "120元",
    "<sup></sup>120元": "120元",
    "他说<q>春茶<q>头采</q>了</q>": "他说“春茶‘头采’了”",
    "<ruby>琬<rp>(</rp><rt>wǎn</rt><rp>)</rp></ruby>字": "琬（wǎn）字",
    "<ruby>春<rt>chūn</rt>茶<rt>chá</rt></ruby>": "春茶（chūn chá）",
    "<ruby>春<rt>10<sup>4</sup></rt></ruby>茶": "春（10⁴）茶",
    "新<wbr>能<wbr>源": "新能源",
    "太\u00ad阳\u00ad能": "太阳能",
    "太&shy;阳能": "太阳能",
    "<del>甲<p>乙</p></del>丙": "~~甲~~\n~~乙~~\n丙",
}


@pytest.mark.parametrize(("markup", "text"), SMALL.items(), ids=SMALL)
def test_small_struck_and_annotating_text_stands_apart(markup: str, text: str) -> None:
    assert "\n".join(lines(f"<div>{markup}</div>")) == text


def test_the_words_of_a_link_are_those_of_the_text() -> None:
    [line] = read_body('<p>种<a href="/b">10<sup>4</sup>亩</a>茶</p>', URL).lines
    assert line.text == "种10⁴亩茶"
    assert [link.text for link in line.links] == ["10⁴亩"]


LISTS = {
    "<ol><li>甲<li>乙</ol>": ["1. 甲", "2. 乙"],
    "<ol start=4><li>甲</li><li>乙</li></ol>": ["4. 甲", "5. 乙"],
    "<ol start=-1><li>甲</li><li>乙</li></ol>": ["-1. 甲", "0. 乙"],
    "<ol start=x><li>甲</li></ol>": ["1. 甲"],
    "<ol><li value=7>甲</li><li>乙</li></ol>": ["7. 甲", "8. 乙"],
    "<ol reversed><li>甲</li><li>乙</li><li>丙</li></ol>": ["3. 甲", "2. 乙", "1. 丙"],
    "<ol reversed start=10><li>甲</li><li>乙</li></ol>": ["10. 甲", "9. 乙"],
    "<ol type=a><li>甲</li><li>乙</li></ol>": ["a. 甲", "b. 乙"],
    "<ol type=A start=27><li>甲</li></ol>": ["AA. 甲"],
    "<ol type=i start=4><li>甲</li></ol>": ["iv. 甲"],
    "<ol type=I start=1999><li>甲</li></ol>": ["MCMXCIX. 甲"],
    "<ol type=i start=4000><li>甲</li></ol>": ["4000. 甲"],
    '<ol style="list-style-type:upper-roman"><li>甲</li></ol>': ["I. 甲"],
    '<ol style="list-style-type:cjk-ideographic" start=12><li>甲</li></ol>': ["十二、甲"],
    '<ol style="list-style:none"><li>甲</li></ol>': ["甲"],
    "<ul><li>甲</li><li>乙</li></ul>": ["甲", "乙"],
    "<ol><li><p>甲</p><p>甲二</p></li><li><p>乙</p></li></ol>": ["1. 甲", "甲二", "2. 乙"],
    "<ol><li>甲<ol type=a><li>乙</li></ol></li><li>丙</li></ol>": ["1. 甲", "a. 乙", "2. 丙"],
    "<ol><li>甲<ul><li>乙</li></ul></li><li>丙</li></ol>": ["1. 甲", "乙", "2. 丙"],
    "<ol><li></li><li>乙</li></ol><p>丙</p>": ["2. 乙", "丙"],
    '<ol><li style="display:none">甲</li><li>乙</li></ol>': ["1. 乙"],
    "<li>甲</li>": ["甲"],
    "<table><tr><td><ol><li>甲</li><li>乙</li></ol></td></tr></table>": ["1. 甲 2. 乙"],
    "<dl><dt>甲</dt><dd>乙</dd></dl>": ["甲", "乙"],
}


@pytest.mark.parametrize(("markup", "expected"), LISTS.items(), ids=LISTS)
def test_items_of_a_list_have_their_numbers(markup: str, expected: list[str]) -> None:
    assert lines(markup) == expected


TABLES = {
    "first cell is empty": ("<tr><td></td><td>2024</td></tr>", ["|2024"]),
    "first cells are blank": ("<tr><td> </td><td>&nbsp;</td><td>2024</td></tr>", ["||2024"]),
    "a cell between is empty": ("<tr><td>甲</td><td></td><td>2024</td></tr>", ["甲||2024"]),
    "last cells are empty": ("<tr><td>甲</td><td></td></tr>", ["甲"]),
    "nothing but empty cells": ("<tr><td></td><td></td></tr><tr><td>甲</td></tr>", ["甲"]),
    "a head over two columns": (
        (
            "<tr><th></th><th colspan=2>产量</th><th>价</th></tr>"
            "<tr><th></th><td>春</td><td>秋</td><td>均</td></tr>"
        ),
        ["|产量||价", "|春|秋|均"],
    ),
    "a head beside two rows": (
        (
            "<tr><td rowspan=2>甲县</td><td>2023</td><td>1</td></tr>"
            "<tr><td>2024</td><td>2</td></tr>"
            "<tr><td>乙县</td><td>2024</td></tr>"
        ),
        ["甲县|2023|1", "|2024|2", "乙县|2024"],
    ),
    "a cell between reaches down": (
        (
            "<tr><td>甲</td><td rowspan=3>共</td><td>1</td></tr>"
            "<tr><td>乙</td><td>2</td></tr>"
            "<tr><td>丙</td><td>3</td></tr>"
        ),
        ["甲|共|1", "乙||2", "丙||3"],
    ),
    "a cell of two columns and rows": (
        (
            "<tr><td colspan=2 rowspan=2>甲</td><td>1</td></tr>"
            "<tr><td>2</td></tr>"
            "<tr><td>乙</td><td>丙</td><td>3</td></tr>"
        ),
        ["甲||1", "||2", "乙|丙|3"],
    ),
    "rowspan to the end": ("<tr><td rowspan=0>甲</td><td>1</td></tr><tr><td>2</td></tr>", ["甲|1", "|2"]),
    "spans that are no numbers": ("<tr><td colspan=x rowspan=-1>甲</td><td>1</td></tr>", ["甲|1"]),
    "a break in a cell": ("<tr><td>甲<br>乙</td><td>1</td></tr>", ["甲 乙|1"]),
    "head, body and foot": (
        "<thead><tr><th></th><th>2024</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody>",
        ["|2024", "甲|1"],
    ),
    "a caption": ("<caption>产量</caption><tr><td>甲</td><td>1</td></tr>", ["产量", "甲|1"]),
    "a picture beside prose": ("<tr><td><img src='/a.jpg'></td><td>茶农采茶。</td></tr>", ["茶农采茶。"]),
    "a cell that claims to be wide": (
        "<tr><td colspan=99999>甲</td><td>1</td></tr>",
        ["甲" + "|" * 50 + "1"],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), TABLES.values(), ids=TABLES)
def test_the_columns_of_a_table_line_up(rows: str, expected: list[str]) -> None:
    assert lines(f"<table>{rows}</table>") == [line.replace("|", "\t") for line in expected]


PRE = {
    "<pre>甲\n乙\r\n丙</pre>": ["甲", "乙", "丙"],
    "<pre>\n甲\n\n  乙</pre>丁": ["甲", "乙", "丁"],
    "<pre>甲<b>乙\n丙</b>丁</pre>": ["甲乙", "丙丁"],
    '<p style="white-space:pre-wrap">甲\n乙</p>': ["甲", "乙"],
    '<p style="white-space: pre-line">甲\n<span style="white-space:normal">乙\n丙</span></p>': [
        "甲",
        "乙 丙",
    ],
    "<p>甲\n乙</p>": ["甲 乙"],
    "<table><tr><td><pre>甲\n乙</pre></td><td>1</td></tr></table>": ["甲 乙\t1"],
}


@pytest.mark.parametrize(("markup", "expected"), PRE.items(), ids=PRE)
def test_lines_of_preformatted_text_stay_lines(markup: str, expected: list[str]) -> None:
    assert lines(markup) == expected


HIDING = [
    "display:none", "DISPLAY : None", "color:red;display:none !important", "visibility:hidden",
    "visibility: collapse", "font-size:0", "font-size:0px", "font-size: 0.0em !important", "font-size:0%",
    "font:0/0 a", "opacity:0", "opacity: 0.0", "opacity:0%", "height:0;overflow:hidden",
    "height:0px; overflow:hidden", "max-height:0;overflow-y:hidden", "width:0;height:0;overflow:hidden",
    "position:absolute;width:1px;height:1px;overflow:hidden", "text-indent:-9999px",
    "position:absolute;left:-9999px", "position:fixed;top:-1000em", "clip:rect(0,0,0,0);position:absolute",
    "clip: rect(1px 1px 1px 1px)", "clip-path:inset(50%)", "transform:scale(0)",
    "content-visibility:hidden", "mso-hide:all",
]  # fmt: skip
SHOWING = [
    "", "display:inline", "font-size:0.8em", "font-size:10px", "font-size:05px", "opacity:0.9", "opacity:.5",
    "opacity:1", "height:0", "overflow:hidden", "height:100px;overflow:hidden",
    "line-height:0;overflow:visible", "height:0;overflow:hidden;padding-bottom:56%", "text-indent:-2em",
    "position:absolute;left:-9px", "margin-left:-9999px;color:red", "visibility:visible",
    "color:#000;float:none", "background:url(hidden.png)", "font-family:0", "max-height:01em;min-height:0",
]  # fmt: skip


@pytest.mark.parametrize("style", HIDING)
def test_what_a_style_hides_is_no_text(style: str) -> None:
    assert lines(f'<p>甲<span style="{style}">乙</span>丙</p>') == ["甲丙"]
    assert lines(f'<p>甲</p><div style="{style}"><p>乙</p></div><p>丙</p>') == ["甲", "丙"]


@pytest.mark.parametrize("style", SHOWING)
def test_what_a_style_shows_is_text(style: str) -> None:
    assert lines(f'<p>甲<span style="{style}">乙</span>丙</p>') == ["甲乙丙"]


SEEN = {
    "<p hidden>甲</p>乙": ["乙"],
    '<p class="sr-only">甲</p>乙': ["乙"],
    '<p aria-hidden="true">甲</p>': ["甲"],
    '<div style="visibility:hidden">甲<b style="visibility:visible">乙</b></div>': ["乙"],
    '<div style="font-size:0"><span style="font-size:16px">甲</span>'
    ' <span style="font-size:12pt">乙</span></div>': ["甲乙"],
    '<div style="font-size:0"><span style="font-size:1.2em">甲</span></div>乙': ["乙"],
    "<noscript>甲</noscript>乙": ["乙"],
    "<details><summary>甲</summary>乙</details>": ["甲", "乙"],
    '<span style="display:none;display:block">甲</span>': ["甲"],
    '<span style="display:none!important;display:block">甲</span>乙': ["乙"],
    '<span style="/* x */display:/* y */none">甲</span>乙': ["乙"],
    '<span style="/* display:none */">甲</span>乙': ["甲乙"],
    '<p>甲<span style="display:block">乙</span>丙</p>': ["甲", "乙", "丙"],
    '<h2><span style="display:block">甲</span><span style="DISPLAY : Flex">乙</span></h2>': ["甲", "乙"],
    '<span style="display:inline-block">甲</span><span style="display:inline-block">乙</span>': ["甲乙"],
    "甲</br>乙</BR >丙": ["甲", "乙", "丙"],
    "<object><p>甲</p></object>乙": ["甲", "乙"],
    "<object data='/f.swf'><p>甲</p></object>乙": ["乙"],
    "甲<math><mi>x</mi><mo>=</mo><msup><mi>y</mi><mn>2</mn></msup></math>乙": ["甲x=y²乙"],
    "<math><semantics><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>"
    "<annotation>frac</annotation></semantics></math>": ["(a+b)/2"],
    "<math><msubsup><mi>a</mi><mi>i</mi><mn>2</mn></msubsup><msqrt><mn>3</mn></msqrt></math>": ["aᵢ²√(3)"],
    "<math><msup><mi>x</mi></msup></math>": ["x"],
    "<ruby>甲<rt>乙<sup>2</sup><li>丙": ["甲", "（乙²丙）"],
    "<ruby>甲<rt>乙<del>丁</del><div>丙</div>": ["甲", "（乙~~丁~~丙）"],
}


@pytest.mark.parametrize(("markup", "expected"), SEEN.items(), ids=SEEN)
def test_only_what_is_seen_is_text(markup: str, expected: list[str]) -> None:
    assert lines(markup) == expected


WORDS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)
WRAPS = "b i sup sub del s ins q span ruby font u wbr li td pre div ol rt"


@given(st.lists(st.tuples(st.sampled_from(WRAPS.split()), WORDS, st.booleans()), min_size=1, max_size=12))
def test_every_character_that_is_seen_is_kept_once(pieces: list[tuple[str, str, bool]]) -> None:
    markup = "".join(f"<{tag}>{text}" + (f"</{tag}>" if closes else "") for tag, text, closes in pieces)
    kept = "".join(lines(f"<div>{markup}</div>"))
    assert sorted(character for character in kept if "\u4e00" <= character <= "\u9fa5") == sorted(
        "".join(text for _, text, _ in pieces)
    )
    assert not any(ord(character) < 32 and character != "\t" for character in kept)
