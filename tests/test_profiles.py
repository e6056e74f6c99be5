"""Profiles: a page of each in prose of our own, declared and not, and the saved pages beside the project."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.labels import folded

from pipelines.normalise.article import normalise
from spiders.declared.article_reading import read_declared_article
from spiders.declared.declared_page import DeclaredPage
from spiders.declared.identity import code_of, groups_of
from spiders.declared.json_list import read_json_list
from spiders.declared.list_words import ListWords
from spiders.declared.listed_item import as_listed
from spiders.declared.profiles import chain_of, list_profiles
from spiders.declared.recognised import recognised_layouts
from spiders.declared.rules import ListRules, resolve_rules
from storage.records import Article, Owed

FETCHED = datetime(2026, 3, 21, tzinfo=UTC)
TITLE = "渡口开了今年第一班船 七户人家上了岸"
LINES = (
    "三月二十日清晨，湖面的雾还没有散，渡口开了今年的第一班船，七户人家陆续上了岸。",
    "船夫说，往年要等到四月，今年水退得早，村里的路也在冬天修好了。",
    "下午两点，最后一班船回到对岸，孩子们在岸上数了十一遍才走。",
)
BODY = "".join(f"<p>　　{line}</p>" for line in LINES)
HEAD = f"<html><head><title>{TITLE}--湖畔网</title>{{}}</head><body>"
COLUMN = {"code": "202603202900004711", "title": TITLE}
MOMENT = "2026-03-20 08:30:00"
MENU = '<div class="nav"><a href="/">首页</a><a href="/news/">新闻</a></div>'


@dataclass(frozen=True)
class Case:
    """A page of a profile: where it stands, what it is, and what its article is called."""

    url: str
    html: str
    code: str
    media: str | None = "湖畔日报"
    time: str = "2026-03-20T08:30:00+08:00"


CASES = {
    "trs": Case(
        "http://www.hupan.example/xwzx/202603/t20260320_4711.html",
        HEAD.format("")
        + f"{MENU}<h1>{TITLE}</h1><div class='info'>发布时间：2026-03-20 08:30　来源：湖畔日报</div>"
        f"<div class='TRS_Editor'>{BODY}</div><div>责任编辑：林岸</div>",
        "s-20260320.4711",
    ),
    "xiangyu": Case(
        "http://news.hupan.example/2026-03/20/content_4711.htm",
        HEAD.format('<meta name="contentid" content="4711"><meta name="publishdate" content="2026-03-20">')
        + f"{MENU}<h1>{TITLE}</h1><div class='info'>2026-03-20 08:30　来源：湖畔日报</div>"
        f"<div class='text'><!--enpcontent-->{BODY}<!--/enpcontent--></div>",
        "s-20260320.4711",
    ),
    "enorth": Case(
        "http://www.hupan.example/system/2026/03/20/030004711.shtml",
        HEAD.format("") + f"{MENU}<h1>{TITLE}</h1><div class='info'>2026-03-20 08:30　来源：湖畔日报</div>"
        f"<div id='content'>{BODY}</div>",
        "s-20260320.030004711",
    ),
    "people": Case(
        "http://society.people.com.cn/n1/2026/0320/c1008-4711.html",
        HEAD.format("") + f'{MENU}<div class="layout rm_txt cf"><div class="col col-1"><h1>{TITLE}</h1>'
        '<div class="channel cf"><div class="col-1-1">2026年03月20日08:30 | 来源：<a>湖畔日报</a></div></div>'
        f'<div class="rm_txt_con cf">{BODY}<p>分享让更多人看到</p><div class="edit">(责编：林岸)</div></div>'
        "</div></div>",
        "s-20260320.4711",
    ),
    "xinhua": Case(
        "http://www.news.cn/local/20260320/0123456789abcdef0123456789abcdef/c.html",
        HEAD.format("")
        + f'{MENU}<div class="header domPC"><div class="head-line"><h1><span class="title">{TITLE}'
        '</span></h1></div></div><div class="mheader domMobile">'
        '<div class="info">2026-03-20 08:30:00 来源：湖畔日报'
        f'</div></div><div id="detail"><span id="detailContent">{BODY}</span></div>',
        "s-0123456789abcdef0123456789abcdef",
    ),
    "eastmoney": Case(
        "https://finance.eastmoney.com/a/202603202900004711.html",
        HEAD.format("") + f'{MENU}<div class="title">{TITLE}</div><div class="infos"><div class=" item">'
        '2026年03月20日 08:30</div><div class="item">湖畔日报</div></div>'
        '<div class="txtinfos" id="ContentBody">'
        f'<a class="toplink" href="#">开户</a>{BODY}<p class="em_media">（文章来源：湖畔日报）</p></div>',
        "NW202603202900004711",
    ),
}


def rules_of(profile: str | None) -> ListRules:
    """The rules of a source that declares a profile alone."""
    return resolve_rules(ListWords(), chain_of(profile))


def read(case: Case, rules: ListRules) -> tuple[Article, dict[str, str]]:
    """What a page says, and by which rules."""
    code = code_of("s", case.url, groups_of(case.url, rules), rules)
    draft = read_declared_article(
        f"{case.html}</body></html>", case.url, FETCHED, Owed("s", code, "media", case.url, ""), rules, "s"
    )
    return normalise(draft), dict(draft.found_by)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "not declared"])
def test_a_page_of_a_profile_is_read(name: str, is_declared: bool) -> None:
    case, rules = CASES[name], rules_of(name if is_declared else None)
    article, found_by = read(case, rules)
    assert article.title == TITLE
    assert article.published_at == datetime.fromisoformat(case.time)
    assert article.media == case.media
    assert tuple(one.text for one in article.paragraphs) == LINES
    if is_declared:
        assert article.info_code == case.code
    if name != "enorth":  # it has marks of no kind
        assert f"profile:{name}" in found_by.values()


def test_every_profile_has_a_case() -> None:
    columns = {"eastmoney-fast", "eastmoney-push"}
    assert set(list_profiles()) == {*CASES, *columns, "china"}


def _recognised(page: DeclaredPage) -> set[str]:
    return {layout.origin for layout in recognised_layouts(page, ())}


@pytest.mark.parametrize("name", CASES)
def test_no_page_is_taken_for_another_profile(name: str) -> None:
    case = CASES[name]
    page = DeclaredPage(f"{case.html}</body></html>", case.url, FETCHED)
    assert _recognised(page) == (set() if name == "enorth" else {f"profile:{name}"})
    elsewhere = DeclaredPage(page.html, "http://www.hupan.example/a.html", FETCHED)
    assert _recognised(elsewhere) == set()


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("eastmoney-push", {"data": {"list": [{**COLUMN, "showtime": MOMENT, "source": "湖畔日报"}]}}),
        ("eastmoney-fast", {"data": {"fastNewsList": [{**COLUMN, "showTime": MOMENT}]}}),
    ],
)  # fmt: skip
def test_columns_of_east_money_list_codes_that_others_list_too(profile: str, said: object) -> None:
    rules = rules_of(profile)
    page = DeclaredPage(
        json.dumps(said), "https://np-listapi.eastmoney.com/cms/pushlist", FETCHED, rules.zone
    )
    (listed,) = as_listed(read_json_list(page, rules), "em", rules, page.url)
    assert (listed.info_code, listed.form, listed.title) == ("NW202603202900004711", "media", TITLE)
    assert listed.told.published_at == datetime.fromisoformat("2026-03-20T08:30:00+08:00")


SAVED = {
    "magic/finance.people.com.cn_1e20e027.html": ("people", "http://finance.people.com.cn/n1/2024/0510/c1004-40232587.html"),
    "fundus/People_2024_04_24.html": ("people", "http://world.people.com.cn/n1/2024/0424/c1001-40223222.html"),
    "gne/xinhuanet_1.html": ("xinhua", "http://www.xinhuanet.com/world/2019-12/10/c_1125328123.htm"),
    "magic/www.news.cn_14b709df.html": ("xinhua", "http://www.news.cn/politics/leaders/20240509/3dd6e33cc6d749fbaae01fea337ff400/c.html"),
    "magic/politics.gmw.cn_a28ede74.html": ("xiangyu", "https://politics.gmw.cn/2024-05/13/content_37319243.htm"),
    "magic/travel.china.com.cn_7f67d45f.html": ("xiangyu", "http://travel.china.com.cn/txt/2024-05/20/content_117199185.shtml"),
    "magic/news.youth.cn_39dd62c5.html": ("trs", "http://news.youth.cn/gj/202405/t20240520_15263156.htm"),
    "magic/news.youth.cn_9c642bd5.html": ("trs", "http://news.youth.cn/gn/202405/t20240513_15249693.htm"),
    "gne/cjn_1.html": ("trs", "http://news.cjn.cn/sywh/202010/t3654321.htm"),
    "gne/shanxi_1.html": ("trs", "http://www.shanxi.gov.cn/yw/sxyw/202001/t20200101_123456.shtml"),
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("file", SAVED)
def test_a_saved_page_of_a_profile_is_read(shared: Path, file: str) -> None:
    profile, url = SAVED[file]
    labels = (shared / "pages" / "labels.jsonl").read_text("utf-8").splitlines()
    label = next(one for one in map(json.loads, labels) if one["file"] == file)
    html = (shared / "pages" / file).read_text("utf-8", errors="replace").removesuffix("</html>")
    article, _ = read(Case(url, html.removesuffix("</body>"), ""), rules_of(profile))
    said = (article.title, article.media, article.paragraphs[0].text, article.paragraphs[-1].text)
    title, media, first, last = map(folded, said)
    assert (title, media) == (folded(label["title"]), folded(label["media"]))
    assert first.startswith(folded(label["first"]))
    assert last.endswith(folded(label["last"]))
    assert str(article.published_at).startswith(label["time"])
