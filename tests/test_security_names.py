"""Names of securities: read where they can be told, else taken from whoever gives their code one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import text
from test_articles import make

from pipelines.compare.deduplicate import compare
from pipelines.normalise.article import normalise
from pipelines.normalise.securities import read_printed
from storage.archive.folder import Archive
from storage.articles.article import find_article, find_delivered, insert_article, update_article
from storage.articles.lists import ArticleFilter, list_articles
from storage.records import Draft, Security, StoredArticle
from storage.records.forms import Form

NAMED = {
    "at the beginning": ("甲乙丙(002999)涨停。", ["甲乙丙"]),
    "after a comma": ("公告，甲乙股份(002999)停牌。", ["甲乙股份"]),
    "after a colon": ("某券商：甲乙(002999.SZ)", ["甲乙"]),
    "after a quote": ("他说：“甲乙丙丁(002999)", ["甲乙丙丁"]),
    "wide brackets": ("，潍甲动力（000338.SZ）", ["潍甲动力"]),
    "a blank before the bracket": ("贵甲茅乙 (600519)", ["贵甲茅乙"]),
    "a price in the bracket": ("索甲亚(002572.SZ，最新价：23.21元)", ["索甲亚"]),
    "a verb of two characters": ("维持甲乙丙(002999.SZ)“买入”评级", [""]),
    "a coverb": ("将渣乙集团(02888.HK)", [""]),
    "a coverb and two characters": ("将甲乙(000001)", [""]),
    "a verb and an exchange's mark": ("维持*ST甲乙(000001)", ["*ST甲乙"]),
    "an exchange's mark": ("*ST甲乙(000001)", ["*ST甲乙"]),
    "ST": ("ST甲乙(000001)", ["ST甲乙"]),
    "S*ST": ("股改，S*ST甲乙(000001)", ["S*ST甲乙"]),
    "the first day": ("N甲乙丙(688999)", ["N甲乙丙"]),
    "ex rights": ("XD甲乙丙(600999)", ["XD甲乙丙"]),
    "B shares": ("万甲B(200002)", ["万甲B"]),
    "Latin and Han": ("TCL甲乙(000100)", ["TCL甲乙"]),
    "a verb, Latin and Han": ("购买TCL甲乙(000100)", [""]),
    "-W": ("小鹏甲乙-W(09868.HK)", ["小鹏甲乙-W"]),
    "-SW": ("阿里甲乙-SW（09988.HK）", ["阿里甲乙-SW"]),
    "-U": ("奥比甲乙-UW(688322)", ["奥比甲乙-UW"]),
    "a company abroad": ("比甲迪股份(01211.HK)", ["比甲迪股份"]),
    "one that begins like a coverb": ("，同甲堂(600085)", ["同甲堂"]),
    "Latin": ("NVIDIA(NVDA.O)", ["NVIDIA"]),
    "a verb and Latin": ("维持NVIDIA(NVDA.O)", ["NVIDIA"]),
    "Latin words": ("Meta Platforms(META.O)", ["Meta Platforms"]),
    "a name before Latin": ("某某Meta(META.O)", [""]),
    "a list": ("甲乙丙(002999)、丁戊己(002998)和庚辛壬(002997)", ["甲乙丙", "丁戊己", "庚辛壬"]),
    "a list with 以及": ("甲乙丙(002999)，以及丁戊(002998)", ["甲乙丙", ""]),
    "joined after a bracket": ("甲乙丙（002999）与丁戊己（002998）", ["甲乙丙", "丁戊己"]),
    "a verb after a bracket": ("甲乙丙(002999)吞并丁戊(002998)", ["甲乙丙", ""]),
    "names without codes": ("甲乙丙、丁戊己(002998)", ["丁戊己"]),
    "names joined before the code": ("甲乙丙和丁戊己(002998)", [""]),
    "a sentence": ("正陷入质量风波的龙甲集团（00960.HK）", [""]),
    "a whole name": ("甲乙丙丁国际酒店股份有限公司(600754)", [""]),
    "no name": ("公司(002999)", [""]),
    "nothing": ("(002999)", [""]),
    "a number": ("2022(002999)", [""]),
    "a quoted name": ("“甲乙丙”(002999)", [""]),
    "an owner before Latin": ("举牌甲乙A(000002)", [""]),
    "Latin joined to another": ("LG和甲乙(000921)", [""]),
    "Latin and a verb": ("ABB入股甲乙(000921)", [""]),
    "ex rights and a name like a coverb": ("XD现甲投资(000900)", ["XD现甲投资"]),
    "shares of a kind": ("甲乙A股(000002)", [""]),
    "H shares": ("甲乙H股(02202.HK)", [""]),
    "a share's price": ("甲乙股价(600519)", [""]),
    "a land and a company": ("美国甲乙(AAPL.O)", [""]),
    "a trade and a company": ("电商甲乙(JD.O)", [""]),
    "a day and a company": ("周一甲乙(600519)", [""]),
    "far from any boundary": ("甲" * 60 + "(002999)", [""]),
}


@pytest.mark.parametrize(("line", "names"), NAMED.values(), ids=NAMED)
def test_a_name_is_read_where_its_beginning_can_be_told(line: str, names: list[str]) -> None:
    assert [one.name for one in read_printed([line])] == names


VERBS = """
    看好 增持 减持 首予 重申 上调 推荐 关注 收购 参股 携手 起诉 包括 其中 旗下 龙头 沽出
    与 和 及 对 由 向 被 把 给 如 持 买 举牌 力挺 力推 押注 布局 扫货 狂买 净买 告别 挑战 首推 新进 回购
    摘得 斩获 卖给 更名 输给 今年 午间 公告 表示 预计 代表 主要 首家 老牌 知名 国产 中概 含 有 选 看 入 称
    予 升 已 曾 仍 就 举 以 经 因
"""


@pytest.mark.parametrize("verb", VERBS.split())
@pytest.mark.parametrize("name", ["甲乙", "甲乙丙", "甲乙丙丁"])
def test_no_name_is_guessed_across_a_verb(verb: str, name: str) -> None:
    for before in ("", "，", "。", "“", "评级 "):
        (read,) = read_printed([f"{before}{verb}{name}(002999)"])
        assert read.name == ""


# What other articles know.

CODE = ("0", "002999")
LINKED = Security(*CODE, "甲乙丙", "link")
OTHERWISE = Security(*CODE, "旧名", "link")
PRINTED = Security(*CODE, "甲乙", "text")
UNNAMED = Security(*CODE, "", "text")
CHART = Security(*CODE, "", "chart")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive") as archive:
        yield archive


def store(archive: Archive, number: int, *mentions: Security) -> None:
    stored = make(number, content=str(number))
    with archive.writing() as connection:
        known = find_delivered(connection, stored.article.info_code)
        changed = replace(stored, article=replace(stored.article, securities=mentions))
        (update_article if known else insert_article)(connection, changed)


def names(archive: Archive, number: int) -> list[str]:
    with archive.reading() as connection:
        found = find_article(connection, make(number).article.info_code)
    assert found is not None
    return [one.name for one in found.article.securities]


ARRIVALS = {1: (CHART, UNNAMED), 2: (LINKED,), 3: (LINKED, CHART), 4: (OTHERWISE,), 5: (PRINTED,)}


@pytest.mark.parametrize("order", list(permutations(ARRIVALS))[::7], ids=str)
def test_in_whatever_order_articles_come_the_most_frequent_name_of_links_is_shown(
    archive: Archive, order: Sequence[int]
) -> None:
    for number in order:
        store(archive, number, *ARRIVALS[number])
    assert names(archive, 1) == ["甲乙丙", "甲乙丙"]
    assert names(archive, 5) == ["甲乙丙"]
    assert names(archive, 4) == ["旧名"], "what an article itself links stays as it is"


def test_without_a_link_the_most_frequent_name_of_texts_is_shown(archive: Archive) -> None:
    for number, name in enumerate(("甲乙", "甲乙", "甲乙丙", "")):
        store(archive, number + 1, Security(*CODE, name, "text"), CHART)
    assert names(archive, 4) == ["甲乙", "甲乙"]


def test_a_name_that_no_article_uses_any_more_is_no_name(archive: Archive) -> None:
    store(archive, 1, CHART)
    store(archive, 2, LINKED)
    store(archive, 2, OTHERWISE)
    assert names(archive, 1) == ["旧名"]
    store(archive, 2)
    assert names(archive, 1) == [""]


def test_a_stored_mention_stays_as_its_article_has_it(archive: Archive) -> None:
    """So the names do not depend on what happened to be known when it came."""
    store(archive, 2, LINKED)
    store(archive, 1, CHART, UNNAMED)
    with archive.reading() as connection:
        found = find_delivered(connection, make(1).article.info_code)
    assert found is not None
    assert [one.name for one in found.article.securities] == ["", ""]


def test_an_article_is_found_by_the_name_that_others_give_its_security(archive: Archive) -> None:
    for number in (1, 2, 5):
        store(archive, number, *ARRIVALS[number])
    with archive.reading() as connection:
        for asked in ("甲乙丙", "002999", "0.002999"):
            found = list_articles(connection, ArticleFilter(securities=(asked,), with_duplicates=True))
            assert len(list(found)) == 3, asked


# Twins.

CHART_HTML = (
    '<p><a href="http://quote.eastmoney.com/unify/r/0.002999" data-code="002999|0|2">'
    '<img src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=0.002999"/></a></p>'
)
LINK_HTML = (
    '<span id="stock_0.002999"><a href="http://quote.eastmoney.com/unify/r/0.002999" class="keytip" '
    'data-code="0,002999">甲乙丙</a></span>'
)
DAY = datetime(2022, 4, 18, 1, tzinfo=UTC)


def twin(form: Form) -> Draft:
    name = LINK_HTML if form == "rolling" else "甲乙丙"
    body = f"{CHART_HTML}<p>维持{name}(002999.SZ)“买入”评级。</p>"
    return Draft(
        "NW202204182345810011",
        "http://x.example/1",
        form,
        title="题目",
        published_at=DAY,
        body_html=body,
    )


@pytest.mark.parametrize("order", list(permutations(("media", "rolling", "media"))), ids="-".join)
def test_in_whatever_order_twins_come_chart_and_text_have_the_links_name(order: tuple[Form, ...]) -> None:
    stored: StoredArticle | None = None
    for form in order:
        compared = compare(normalise(twin(form)), stored)
        stored = replace(
            make(1), article=compared.article, forms=compared.forms, content_hash=compared.content_hash
        )
    assert stored is not None
    found = {(one.mention, one.name) for one in stored.article.securities}
    assert found == {("chart", "甲乙丙"), ("link", "甲乙丙"), ("text", "甲乙丙")}


def test_a_link_counts_before_what_a_text_prints(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        store(archive, 1, Security(*CODE, "持甲乙丙", "text"))
        store(archive, 2, LINKED)
        with archive.reading() as connection:
            rows = connection.execute(text("SELECT name, links, texts FROM security_name ORDER BY name"))
            assert [tuple(row) for row in rows] == [("持甲乙丙", 0, 1), ("甲乙丙", 1, 0)]
        assert names(archive, 1) == ["甲乙丙"]
