"""A Chinese keyboard: every sign of the query language in every form means what its ASCII form means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search import BadQuery, Query, parse_query

SIGNS = {"-": "-－﹣−", ":": ":：﹕︰", "*": "*＊﹡"}


def meaning(text: str) -> tuple[object, ...]:
    """Return what a query asks for, however it was typed."""
    query: Query = parse_query(text)
    return query.groups, query.filter, query.strange


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("“光伏 储能”", '"光伏 储能"'),
        ("「光伏 储能」", '"光伏 储能"'),
        ("『光伏 储能』", '"光伏 储能"'),
        ("＂光伏 储能＂", '"光伏 储能"'),
        ("„光伏 储能“", '"光伏 储能"'),
        ("〝光伏 储能〞", '"光伏 储能"'),
        ("｢光伏 储能｣", '"光伏 储能"'),
        ("﹁光伏 储能﹂", '"光伏 储能"'),
        ("”光伏 储能“", '"光伏 储能"'),
        ("“光伏 储能“", '"光伏 储能"'),
        ('“光伏 储能"', '"光伏 储能"'),
        ('"光伏 储能”', '"光伏 储能"'),
        ("“光伏”储能", '"光伏"储能'),
        ("“光伏 储能”　“风电”", '"光伏 储能" "风电"'),
        ("－“光伏 储能” 风电", '-"光伏 储能" 风电'),
        ("光伏 ＯＲ 储能", "光伏 OR 储能"),
        ("光伏　ＯＲ　储能", "光伏 OR 储能"),
        ("Title：光伏", "title:光伏"),
        ("TITLE:光伏", "title:光伏"),
        ("ｔｉｔｌｅ：光伏", "title:光伏"),
        ("－title：光伏 储能", "-title:光伏 储能"),
        ("−title﹕光伏 储能", "-title:光伏 储能"),
        ("title：“光伏 储能”", 'title:"光伏 储能"'),
        ("title：「光伏 储能」", 'title:"光伏 储能"'),
        ("标题：光伏", "title:光伏"),
        ("標題：光伏", "title:光伏"),
        ("Media：「上饶 日报」", 'media:"上饶 日报"'),
        ("媒体：上饶日报 －报纸:信江晚报", "media:上饶日报 -media:信江晚报"),
        ("作者：张平 AUTHOR:李琬", "author:张平 author:李琬"),
        ("证券：600519", "security:600519"),
        ("Source：jx-wire", "source:jx-wire"),
        ("从：２０２６－０３ 到：２０２６－０３－０９", "from:2026-03 to:2026-03-09"),
        ("From：2026年3月 To：2026年3月9日", "from:2026-03 to:2026-03-09"),
        ("光伏 –储能", "光伏 -储能"),
        ("光伏 —储能", "光伏 -储能"),
        ("光伏 ﹣储能", "光伏 -储能"),
        ("AI＊ ＊GWh", "AI* *GWh"),
        ("＊“a b”＊", '*"a b"*'),
        ("＊ST华丽", "*ST华丽"),
        ("＊ＳＴ华丽", "*ST华丽"),
        ("光伏；储能", "光伏;储能"),
    ],
    ids=ascii,
)
def test_signs_work_as_their_ascii_forms(typed: str, plain: str) -> None:
    assert meaning(typed) == meaning(plain)


TYPED = (
    '"光伏 储能"',
    '-"a b"',
    "title:茶",
    'title:"a b"',
    "media:上饶日报",
    "-source:x",
    "AI*",
    "*GWh",
    "茶",
    "OR 茶",
    "-茶",
    "author:张平",
    "from:2026-03",
)
ASCII = st.lists(st.sampled_from(TYPED), min_size=1, max_size=5).map(lambda items: " ".join(["茶", *items]))
PAIRS = ('""', "“”", "「」", "『』", "＂＂", "““", "””", "〝〞", "„“")


@given(ASCII, st.data())
def test_any_query_may_be_typed_in_any_forms(plain: str, data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    typed = re.sub('"([^"]*)"', rf"{pair[0]}\1{pair[1]}", plain.replace("2026-03", "2026年3月"))
    typed = "".join(data.draw(st.sampled_from(SIGNS.get(sign, sign))) for sign in typed)
    typed = data.draw(st.sampled_from((typed, typed.replace("OR", "ＯＲ"), typed.replace("title", "Title"))))
    assert meaning(typed) == meaning(plain)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://a.cn/b", ["http://a.cn/b"]),
        ("开盘 12:30", ["开盘", "12:30"]),
        ("比分 3：1", ["比分", "3:1"]),
        ("结果:输", ["结果:输"]),
        ("新华社南昌电：上饶", ["新华社南昌电:上饶"]),
        ("他说“好”", ["他说“好”"]),
        ("《人民日报》", ["《人民日报》"]),
        ('"他说“好”吧"', ["他说“好”吧"]),
        ('"“两会”"', ["“两会”"]),
        ("春耕——上饶的春天", ["春耕——上饶的春天"]),
        ("春耕 —— 上饶", ["春耕", "——", "上饶"]),
        ("春耕 – 上饶", ["春耕", "–", "上饶"]),
        ("——上饶", ["——上饶"]),
        ("从：上饶出发", ["从:上饶出发"]),
        ("送到： 上饶", ["送到:", "上饶"]),
        ("标题： 上饶", ["标题:", "上饶"]),
        ("来源：新华社", ["来源:新华社"]),
        ("or Or ｏｒ", ["or"]),
        ("a–b 2025—2026", ["a–b", "2025—2026"]),
    ],
    ids=ascii,
)
def test_prose_is_looked_for_as_it_stands(text: str, words: list[str]) -> None:
    assert [word.folded for word in parse_query(text).words] == words
    assert not any(group.excluded for group in parse_query(text).groups)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("medai:上饶日报", ("medai",)),
        ("-titel：茶 茶", ("titel",)),
        ('medai:"上饶 日报"', ("medai",)),
        ("结果:输", ("结果",)),
        ("http://a.cn", ()),
        ("12:30", ()),
        ("media:上饶日报", ()),
        ("茶: 花", ()),
        ('"medai:上饶日报"', ()),
        ("a1:b", ()),
    ],
)
def test_what_stands_like_a_field_is_noted(text: str, strange: tuple[str, ...]) -> None:
    assert parse_query(text).strange == strange


@pytest.mark.parametrize("text", ["“光伏 储能", "「光伏", "『光伏」", "title:“光伏", "光伏 ＂", "－"])
def test_what_is_never_closed_or_names_nothing_is_one_sentence(text: str) -> None:
    with pytest.raises(BadQuery):
        parse_query(text)
