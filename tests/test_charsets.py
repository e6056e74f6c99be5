"""Which charset a page is in: as browsers read it, whatever it declares, rightly, wrongly or not at all."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS

from spiders.readers.charset_declaration import find_charset, header_charset, page_charset
from spiders.readers.eastmoney_page import read_eastmoney_page
from spiders.readers.encoding import decode_page
from spiders.readers.web_codecs import read_bytes
from storage.records import SetAside

CHINESE = "湖水涨了，村里的老桥由村民一起修好了。秋天有庙会，四面八方的人都来看戏。"
TRADITIONAL = "湖水漲了，村裡的老橋由村民一起修好了。秋天有廟會，四面八方的人都來看戲。"
JAPANESE = "湖の水が増えて、古い橋を村の人々が直した。秋には祭りがある。"
KOREAN = "호수의 물이 불어나서 오래된 다리를 마을 사람들이 고쳤다. 가을에는 축제가 있다."
RUSSIAN = "Вода в озере поднялась, и старый мост пришлось чинить всей деревней."

PROSE = {
    "gb2312": (CHINESE, "gb2312"),
    "gbk": (f"喆镕堃{TRADITIONAL}", "gbk"),
    "gb18030": (f"{CHINESE}㑇𠮷", "gb18030"),
    "big5": (TRADITIONAL, "big5"),
    "big5-hkscs": (f"{TRADITIONAL}喺嚟", "big5hkscs"),
    "shift_jis": (JAPANESE, "cp932"),
    "euc-jp": (JAPANESE, "euc_jp"),
    "iso-2022-jp": (JAPANESE, "iso2022_jp"),
    "euc-kr": (KOREAN, "cp949"),
    "hz-gb-2312": (CHINESE, "hz"),
    "utf-16le": (CHINESE, "utf-16le"),
    "utf-16be": (TRADITIONAL, "utf-16be"),
    "windows-1251": (RUSSIAN, "cp1251"),
    "koi8-r": (RUSSIAN, "koi8-r"),
    "iso-8859-5": (RUSSIAN, "iso-8859-5"),
    "ibm866": (RUSSIAN, "cp866"),
    "x-mac-cyrillic": (RUSSIAN, "mac_cyrillic"),
    "windows-1252": ("L’été, le lac a monté ; le pont a été réparé à côté du marché.", "cp1252"),
    "iso-8859-1": ("Das Wasser des Sees stieg, die Brücke wurde für alle schöner.", "latin-1"),
    "iso-8859-15": ("Le pont coûte 3 € à chaque élève", "iso-8859-15"),
    "iso-8859-2": ("Woda w jeziorze podniosła się, a stary most trzeba naprawić.", "iso-8859-2"),
    "windows-1250": ("Vesnice opravila starý most, přijdou hosté a děti.", "cp1250"),
    "windows-1253": ("Το νερό στη λίμνη ανέβηκε και το παλιό γεφύρι επισκευάστηκε.", "cp1253"),
    "windows-1254": ("Göldeki su yükseldi, eski köprü onarıldı.", "cp1254"),
    "windows-1255": ("המים באגם עלו והגשר הישן צריך תיקון", "cp1255"),
    "windows-1256": ("ارتفع الماء في البحيرة ويحتاج الجسر القديم", "cp1256"),
    "windows-1257": ("Ežere pakilo vanduo, senas tiltas pataisytas", "cp1257"),
    "windows-874": ("น้ำในทะเลสาบสูงขึ้น สะพานเก่าต้องซ่อมใหม่", "cp874"),
    "macintosh": ("Le pont a été réparé à côté", "mac_roman"),
}
BY_ITSELF = ("gb2312", "gbk", "gb18030", "big5", "big5-hkscs", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr")
WRONG = [
    None,
    "utf-8",
    "gb2312",
    "big5",
    "shift_jis",
    "euc-kr",
    "iso-8859-1",
    "windows-1251",
    "koi8-r",
    "x-none",
]


def page(text: str, codec: str, declared: str | None = None) -> tuple[bytes, str]:
    """Return a page and its text, with a charset in its meta element."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    html = f"<html><head>{meta}</head><body><p>{text}</p></body></html>"
    return html.encode(codec), html


@pytest.mark.parametrize("declared", PROSE)
def test_a_declared_charset_is_honoured(declared: str) -> None:
    body, html = page(*PROSE[declared])
    assert decode_page(body, f"text/html; charset={declared.upper()}") == html
    if not declared.startswith("utf-16"):
        body, html = page(*PROSE[declared], declared)
        assert decode_page(body, "text/html") == html


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("charset", BY_ITSELF)
def test_what_is_declared_wrongly_or_not_at_all_is_read_all_the_same(charset: str, wrong: str | None) -> None:
    body, html = page(*PROSE[charset])
    assert decode_page(body, f"text/html; charset={wrong}" if wrong else None) == html
    body, html = page(*PROSE[charset], wrong)
    assert decode_page(body, None) == html


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "windows-1256", "windows-1253", "windows-874"])
def test_an_alphabet_that_nobody_declares_is_set_aside(charset: str) -> None:
    body, _ = page(*PROSE[charset])
    with pytest.raises(SetAside):
        decode_page(body, None)


NAMES = "出席的有：喆堃、镕鑫、王祎、李翀、陈昇、赵珺、孙珩、周劼、吴玥、郑奕、冯赟、褚旻、卫翾、蒋勍、沈钰。"


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("codec", ["utf-16le", "utf-16be", "gb18030"])
def test_a_page_of_nothing_but_rare_names_is_read(codec: str, wrong: str | None) -> None:
    body, html = page(NAMES, codec)
    if (codec, wrong) != ("gb18030", "euc-kr"):  # reads as Korean with damage: set aside, never wrong
        assert decode_page(body, f"text/html; charset={wrong}" if wrong else None) == html


@pytest.mark.parametrize("wrong", WRONG)
def test_hz_is_read_whatever_a_page_declares(wrong: str | None) -> None:
    body, html = page(CHINESE, "hz", wrong)
    assert decode_page(body, "text/html") == html


@pytest.mark.parametrize("text", ["~{not HZ~}", "a ~{b~} c ~{dd~} e", "function(){return ~{a:1}~}", "~~{}~~"])
def test_ascii_that_only_has_the_marks_of_hz_stays_ascii(text: str) -> None:
    assert decode_page(f"<p>{text}</p>".encode(), None) == f"<p>{text}</p>"


@pytest.mark.parametrize("size", [2, 4, 8, 16])
@pytest.mark.parametrize(("text", "codec"), [(CHINESE, "gb18030"), (TRADITIONAL, "big5")], ids=["gb", "big5"])
def test_a_few_characters_are_enough(text: str, codec: str, size: int) -> None:
    for start in range(0, len(text) - size, size):
        piece = text[start : start + size]
        assert decode_page(piece.encode(codec), f"text/html; charset={codec}") == piece


# Labels and declarations


def test_the_labels_of_the_standard_are_known() -> None:
    labels = {
        "x-sjis": "shift_jis", "windows-31j": "shift_jis", "ks_c_5601-1987": "euc-kr", "korean": "euc-kr",
        "x-x-big5": "big5", "cn-big5": "big5", "chinese": "gbk", "x-gbk": "gbk", "csiso58gb231280": "gbk",
        "latin1": "windows-1252", "ascii": "windows-1252", "iso-8859-9": "windows-1254",
        "tis-620": "windows-874",
        "unicode-1-1-utf-8": "utf-8", "utf-16": "utf-16le", "unicodefffe": "utf-16be", "visual": "iso-8859-8",
        "logical": "iso-8859-8-i", "mac": "macintosh", "866": "ibm866", "koi": "koi8-r", "koi8-ru": "koi8-u",
        "hz-gb-2312": "replacement", "iso-2022-kr": "replacement", " \tGB2312\n": "gbk",
    }  # fmt: skip
    assert {label: find_charset(label) for label in labels} == labels
    assert [find_charset(label) for label in ("rot13", "cp936", "utf-7", "", "gb")] == [None] * 5
    assert len({find_charset(label) for label in LABELS}) == 40


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        ("<meta charset=gbk>", "gbk"),
        ("<META CHARSET = 'Big5' />", "big5"),
        ('<meta content="text/html; charset=big5" http-equiv=content-type>', "big5"),
        ('<meta name="description" content="charset=big5"><meta charset="gbk">', "gbk"),
        ('<!-- <meta charset="big5"> --><meta charset="gbk">', "gbk"),
        ('<meta charset="x-none"><meta charset="gbk">', "gbk"),
        ('<?xml version="1.0" encoding="big5"?>', "big5"),
        ("<script>" + "var a;" * 2_000 + "</script><meta charset=gbk>", "gbk"),
        ('<meta charset="utf-16">', "utf-8"),
        ("<body><meta charset=gbk>", None),
        ("<metacharset=gbk>", None),
        ("", None),
    ],
)
def test_a_page_declares_its_charset(head: str, charset: str | None) -> None:
    assert page_charset(f"<html><head>{head}".encode()) == charset


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=GB2312", "gbk"),
        ("text/html;charset='big5'", "big5"),
        ('text/html; charset="shift_jis"; x=y', "shift_jis"),
        ("text/html; charset=x-none, text/html; charset=gbk", "gbk"),
        ("text/html", None),
        (None, None),
    ],
)
def test_a_header_declares_a_charset(content_type: str | None, charset: str | None) -> None:
    assert header_charset(content_type) == charset


def test_a_page_is_searched_for_its_charset_in_linear_time() -> None:
    for piece in (b"<meta ", b"<meta charset", b"<!--", b'<meta a="', b"<?xml ", b"<meta ='"):
        started = time.process_time()
        page_charset(piece * 200_000)
        assert time.process_time() - started < 2, piece


def test_hostile_bytes_are_decoded_in_linear_time() -> None:
    for piece in (b"\x81", b"\xff", b"\xa4\xa4", b"\x8f\xa1", b"\x81\x30\x81\x30", b"a\xe9", b"\xb0\xa1 "):
        started = time.process_time()
        with suppress(SetAside):
            decode_page(piece * (400_000 // len(piece)), None)
        assert time.process_time() - started < 4, piece


# GB 18030 and Big5 as the web has them

AS_OF_2022 = {
    "A6D9": "︐", "A6DA": "︒", "A6DB": "︑", "A6DC": "︓", "A6DD": "︔", "A6DE": "︕", "A6DF": "︖",
    "A6EC": "︗", "A6ED": "︘", "A6F3": "︙", "A8BC": "ḿ", "FE59": "龴", "FE61": "龵", "FE66": "龶",
    "FE67": "龷", "FE6D": "龸", "FE7E": "龹", "FE90": "龺", "FEA0": "龻",
    "FE51": "𠂇", "FE52": "𠂉", "FE53": "𠃌", "FE6C": "𡗗", "FE76": "𢦏", "FE91": "𤇾",
    "A3A0": "\u3000", "A2E3": "€", "A989": "〾", "8140": "丂", "B0A1": "啊", "FE50": "⺁",
}  # fmt: skip


@pytest.mark.parametrize("code", AS_OF_2022)
def test_a_two_byte_code_of_gb_18030_is_what_the_current_standard_says(code: str) -> None:
    assert read_bytes(bytes.fromhex(code), "gb18030") == AS_OF_2022[code]
    text = f"{CHINESE}".encode("gb18030")
    assert decode_page(text + bytes.fromhex(code) + text, None) == CHINESE + AS_OF_2022[code] + CHINESE


def test_0x80_is_the_euro_sign() -> None:
    body = "票价".encode("gbk") + b"\x80" + "5，湖水涨了，村里人来看戏".encode("gbk")
    assert decode_page(body, "text/html; charset=gb2312") == "票价€5，湖水涨了，村里人来看戏"


def test_no_other_two_byte_code_differs_from_pythons() -> None:
    theirs = set(AS_OF_2022)
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            code = bytes((lead, trail))
            if code.hex().upper() not in theirs:
                assert read_bytes(code, "gb18030") == code.decode("gb18030", "replace")


@pytest.mark.parametrize(
    ("charset", "code", "character"),
    [
        ("big5", "A145", "‧"), ("big5", "A1E3", "～"), ("big5", "A3E1", "€"), ("big5", "C6E7", "ぁ"),
        ("big5", "F9D6", "碁"), ("big5", "87BE", "㓦"), ("big5", "8862", "Ê̄"), ("big5", "FEDD", "砉"),
        ("shift_jis", "8160", "～"), ("shift_jis", "8740", "①"), ("shift_jis", "ED40", "纊"),
        ("euc-jp", "A1C1", "～"), ("euc-jp", "ADA1", "①"), ("euc-jp", "F9A1", "纊"), ("euc-jp", "8EB1", "ｱ"),
        ("euc-kr", "8141", "갂"), ("windows-1252", "81", "\x81"), ("koi8-u", "AE", "ў"),
        ("windows-874", "80", "€"),
    ],
)  # fmt: skip
def test_other_charsets_are_read_as_browsers_read_them(charset: str, code: str, character: str) -> None:
    assert read_bytes(bytes.fromhex(code), charset) == character


@given(st.text(st.characters(codec="big5"), max_size=12))
def test_what_python_writes_in_big5_the_web_reads_but_for_its_own_marks(text: str) -> None:
    plain = "".join(letter for letter in text if ord(letter) < 0x80 or "\u4e00" <= letter <= "\u9fff")
    assert read_bytes(plain.encode("big5"), "big5") == plain


# Before any parser


@pytest.mark.parametrize("prolog", ["", '<?xml version="1.0" encoding="gb2312"?>\n'])
def test_rare_characters_under_a_smaller_name_reach_the_article(prolog: str) -> None:
    html = (
        f'{prolog}<html><head><meta charset="gb2312"></head><body><div class="title">喆镕堃</div>'
        '<div class="infos"><div class="item">2026年03月20日 08:00</div></div>'
        '<div id="ContentBody"><p>喆、镕、堃来看戏</p></div></body></html>'
    )
    text = decode_page(html.encode("gbk"), "text/html; charset=gb2312")
    draft = read_eastmoney_page(text, "https://finance.eastmoney.com/a/202603201234567890.html")
    assert (draft.title, draft.body_html) == ("喆镕堃", "<p>喆、镕、堃来看戏</p>")


# Real pages, written anew


@pytest.mark.shared
def test_real_pages_in_other_charsets_say_the_same(shared: Path) -> None:
    random = Random(8)
    traditional = opencc.OpenCC("s2tw")
    labels = [
        json.loads(line)["file"] for line in (shared / "pages/labels.jsonl").read_text("utf-8").splitlines()
    ]
    for name in random.sample(labels, 6):
        html = (shared / "pages" / name).read_bytes().decode("utf-8", "ignore")
        html = re.sub("charset", "c", html, flags=re.IGNORECASE)[-40_000:].replace("\ufffd", "")
        html = re.sub("[^\x00-\x7f，。、：；？！“”\u4e00-\u9fff]", "", html)
        for codec, text in (("gb18030", html), ("big5", traditional.convert(html))):
            body = text.encode(codec, "xmlcharrefreplace")
            for declared in (
                "",
                "gb2312",
                "big5",
                random.choice(["utf-8", "euc-kr", "iso-8859-1", "shift_jis"]),
            ):
                meta = f'<meta charset="{declared}">' if declared else ""
                assert decode_page(meta.encode() + body, "text/html") == meta + body.decode(codec), (
                    name,
                    declared,
                )
                header = f"text/html; charset={declared}" if declared else None
                assert decode_page(body, header) == body.decode(codec), (name, declared)
