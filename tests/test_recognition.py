"""What an answer is, when nobody said: lists of our own shapes, in HTML and JSON, and what is none."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders.kinds.kind import Answer
from spiders.recognition.dialogue import NoSource, find_out
from spiders.recognition.finding import Finding
from spiders.recognition.links import list_page_links
from spiders.recognition.list_guess import guess_list
from spiders.recognition.naming import propose_site, propose_slug

HOME = "http://news.lake.example"
LIST = f"{HOME}/yaowen/"
TITLES = [f"湖边第{n}个渡口今年春天重新开了船" for n in range(1, 13)]
MENU = '<div class="nav">{}</div>'.format("".join(f'<a href="/c{n}/">频道{n}</a>' for n in range(1, 9)))


def page(addresses: list[str], extra: str = "", day: str = "") -> str:
    """A list page with these articles."""
    items = "".join(
        f'<li><a href="{address}">{title}</a>{day}</li>'
        for address, title in zip(addresses, TITLES, strict=False)
    )
    head = "<html><head><title>要闻-湖畔网</title></head><body>"
    return f"{head}{MENU}<ul class='list'>{items}</ul>{extra}</body></html>"


def ask(pages: dict[str, str], url: str = LIST) -> tuple[Finding, list[str]]:
    """Find out what is at an address; 404 for what is not there."""
    dialogue, asked = find_out(url), list[str]()
    question = next(dialogue)
    while True:
        asked.append(question.url)
        found = pages.get(question.url)
        body = (found or "").encode()
        answer = Answer(
            question.url,
            question.url,
            200 if found is not None else 404,
            body,
            "text/html",
            None,
            datetime.now(UTC),
        )
        try:
            question = dialogue.send(answer)
        except StopIteration as ended:
            return ended.value, asked


SHAPES = {
    "number": ("/show-{n}.html", None),
    "query": ("/view?cid=3&id={n}", None),
    "hash": ("/a/{h}.shtml", None),
    "dated folder": ("/2026/03/{d}/{n}.html", "{y}{m}{d}.{id}"),
    "month and day": ("/2026/03{d}/{n}.html", "{y}{md}.{id}"),
    "joined day": ("/c/202603{d}/{n}.htm", "{date}.{id}"),
    "named": ("/n{n}/content.html", None),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_links_of_one_shape_that_read_as_titles_are_the_articles(shape: str) -> None:
    template, identity = SHAPES[shape]
    addresses = [
        template.format(n=7000 + n, d=f"{10 + n % 9:02}", h=f"{n:02x}b7c9d1e{n:05x}") for n in range(1, 13)
    ]
    found, asked = ask({LIST: page(addresses)})
    assert (found.kind, found.name, asked) == ("page", "湖畔网", [LIST])
    link = str(found.keys["link"])
    assert [bool(re.search(link, HOME + address)) for address in addresses] == [True] * 12
    assert not any(re.search(link, f"{HOME}/c{n}/") for n in range(1, 9))
    assert "(?P<id>" in link
    assert found.keys.get("id") == identity


def test_profiles_are_recognised_by_the_addresses_of_a_list() -> None:
    addresses = [f"./202603/t202603{n:02}_{4000 + n}.html" for n in range(1, 13)]
    found, _ = ask({LIST: page(addresses, '<script>createPageHTML(5, 0, "index", "html");</script>')})
    assert found.keys["extends"] == "trs"
    assert (found.keys["next"], found.keys["pages"]) == ("index_{n}.html", 3)


def test_the_day_beside_each_link_and_the_next_page_are_declared() -> None:
    addresses = [f"/show-{n}.html" for n in range(1, 13)]
    found, _ = ask({LIST: page(addresses, '<a href="/yaowen/2.html">下一页</a>', "<span>2026-03-20</span>")})
    assert found.keys["next"] == "rel=next"
    rule = found.keys["item_date"]
    assert isinstance(rule, dict)
    assert re.search(rule["match"], "题 2026-03-20")


def test_a_list_in_json_is_found_by_its_values() -> None:
    items = [
        {"docid": f"d{n}", "headline": title, "link": f"/d/{n}", "pub_time": "2026-03-20 08:00"}
        for n, title in enumerate(TITLES)
    ]
    other = [{**item, "link": f"/e/{n}"} for n, item in enumerate(items)]
    url = f"{HOME}/api?page=1"
    found, asked = ask(
        {
            url: json.dumps({"result": {"rows": items}}),
            f"{HOME}/api?page=2": json.dumps({"result": {"rows": other}}),
        },
        url,
    )
    assert found.keys["json_list"] == {
        "items": "result.rows[]",
        "url": "link",
        "title": "headline",
        "time": "pub_time",
        "id": "docid",
    }
    assert found.keys["next"] == "?page={n:2}"
    assert len(asked) == 2


def test_a_page_that_is_no_list_leads_to_its_feed() -> None:
    entry = "<item><title>题</title><link>/1.html</link></item>"
    feed = f"<rss version='2.0'><channel><title>湖畔网</title>{entry}</channel></rss>"
    named = "<link rel='alternate' type='application/rss+xml' href='/rss.xml'>"
    head = f"<html><head><title>湖畔网</title>{named}</head><body>x</body></html>"
    found, asked = ask({LIST: head, f"{HOME}/rss.xml": feed})
    assert (found.kind, found.url, len(asked)) == ("feed", f"{HOME}/rss.xml", 2)


def issue_page(article: str = "content_101.htm") -> str:
    """A first page of an issue, of three articles."""
    links = "".join(
        f'<li><a href="{article.replace("101", str(101 + n))}">{TITLES[n]}</a></li>' for n in range(3)
    )
    pages = '<a href="node_7.htm">第01版：头版</a><a href="node_8.htm">第02版：要闻</a>'
    title = "2026-03-20 头版 湖畔日报数字报"
    return f"<html><head><title>{title}</title></head><body>{pages}<ul>{links}</ul></body></html>"


FRONT = "/szb/html/2026-03/20/node_7.htm"
LEADS = {
    "refresh": '<html><head><meta http-equiv="refresh" content="0; url={}"></head></html>',
    "script": '<html><script>top.location.href = "{}";</script></html>',
    "onload": "<html><body onload=\"window.location.replace('{}')\"></body></html>",
    "frame": '<html><frameset rows="*"><frame src="{}"></frameset></html>',
    "link": '<html><head><title>湖畔网</title></head><body><a href="{}">数字报</a></body></html>',
}


@pytest.mark.parametrize("way", LEADS)
def test_what_leads_from_page_to_page_is_followed_to_the_newspaper(way: str) -> None:
    pages = {
        f"{HOME}/": LEADS[way].format("/szb/index.html"),
        f"{HOME}/szb/index.html": LEADS["refresh"].format("/szb/go.html"),
        f"{HOME}/szb/go.html": LEADS["script"].format(FRONT),
        HOME + FRONT: issue_page(),
    }
    finding, asked = ask(pages, f"{HOME}/")
    assert (finding.kind, finding.name, finding.keys["family"]) == ("epaper", "湖畔日报", "founder-classic")
    assert finding.url == (f"{HOME}/szb/index.html" if way == "link" else f"{HOME}/")
    issue = "html/{Y}-{m}/{d}/node_7.htm"
    assert finding.keys["issue"] == (issue if way == "link" else f"szb/{issue}")
    assert len(asked) == 4


def test_pages_that_lead_in_a_circle_or_off_the_site_lead_nowhere() -> None:
    away = LEADS["refresh"].format("http://elsewhere.example/szb/")
    pages = {f"{HOME}/": away, "http://elsewhere.example/szb/": LEADS["refresh"].format(FRONT)}
    with pytest.raises(NoSource):
        ask(pages, f"{HOME}/")
    circle = {f"{HOME}/{n}": LEADS["refresh"].format(f"/{(n + 1) % 3}") for n in range(3)}
    with pytest.raises(NoSource):
        ask(circle, f"{HOME}/0")


def test_a_page_that_links_to_one_issue_alone_leads_to_it() -> None:
    pages = {
        f"{HOME}/szb/": f'<html><title>湖畔日报</title><a href="{FRONT}">最新一期</a></html>',
        HOME + FRONT: issue_page(),
    }
    assert ask(pages, f"{HOME}/szb/")[0].url == f"{HOME}/szb/"


def test_the_second_host_that_has_a_papers_articles_is_declared() -> None:
    other = "http://read.lake.example/szb/html/2026-03/20/content_101.htm"
    finding, _ = ask({HOME + FRONT: issue_page(other)}, HOME + FRONT)
    assert finding.keys["hosts"] == ["read.lake.example"]


def test_a_paper_that_comes_as_json_is_recognised_by_its_address() -> None:
    url = f"{HOME}/data/journal/2026-03-20/navi.json"
    finding, _ = ask({url: '{"pages": []}'}, url)
    assert (finding.kind, finding.keys["family"]) == ("epaper", "json-navi")


@pytest.mark.parametrize("wrapped", ["{}", "show({});"])
def test_fields_of_a_json_list_are_found_by_the_ends_of_their_names(wrapped: str) -> None:
    items = [
        {
            "imgUrl": f"/i/{n}.jpg",
            "channelTitle": "湖畔要闻频道",
            "docTitle": title,
            "docPubUrl": f"/n/{n}.html",
            "updateTime": "2026-03-21 08:00",
            "docRelTime": "2026-03-20 09:00",
        }
        for n, title in enumerate(TITLES)
    ]
    url = f"{HOME}/list.js"
    finding, _ = ask({url: wrapped.format(json.dumps({"rows": items}))}, url)
    found = finding.keys["json_list"]
    assert found == {"items": "rows[]", "url": "docPubUrl", "title": "docTitle", "time": "docRelTime"}


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (
            "<html><head><title>用户登录</title></head><body><input type=password></body></html>",
            "asks for a login",
        ),
        ("<html><head><title>404 找不到</title></head><body>无</body></html>", "is an error page"),
        (f"<html><head><title>湖畔</title></head><body>{MENU}</body></html>", "is no list of articles"),
        ("{}", "no list in it has titles"),
    ],
)
def test_what_is_no_list_is_told(html: str, said: str) -> None:
    with pytest.raises(NoSource, match=said):
        ask({LIST: html})


def test_nothing_there_is_told() -> None:
    with pytest.raises(NoSource, match="404"):
        ask({})


def test_new_sources_take_no_name_that_is_or_was_there() -> None:
    assert propose_slug("http://www.lake.example/epaper/hprb/html/", ()) == "hprb"
    assert propose_slug("http://www.lake.example/epaper/hprb/html/", {"hprb"}) == "hprb-lake"
    assert propose_slug("http://127.0.0.1:8000/", ()) == "source"
    assert propose_slug("http://www.lake.example/n1/node_ab12/", ()) == "lake"
    assert propose_slug("http://127.0.0.1:8000/data/journal/", {"source"}) == "source-2"
    assert propose_site("hprb-lake", {"hprblake"}) == "hprblake2"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "url", "count"),
    [
        ("樟树_0", "http://www.zhangshu.gov.cn/zwgk/zsyw/", 24),
        ("宜春各县市区新闻聚合_1", "http://www.wanzai.gov.cn/news-list-wanzaiyaowen.html", 20),
        ("国家旅游局重点工作栏目_1", "http://www.cnta.gov.cn/zdgz/", 20),
    ],
)
def test_saved_lists_have_just_their_articles(shared: Path, file: str, url: str, count: int) -> None:
    html = (shared / "pages" / "yytb" / f"{file}.html").read_text("utf-8")
    guess = guess_list(list_page_links(html, url), url)
    assert guess is not None
    assert len({link.url for link in guess.links}) == count
