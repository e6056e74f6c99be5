"""Polls of digital newspapers and steps back: which pages are asked for, and what is said of each day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from support.epaper_shapes import (
    CalendarClassic,
    DatedPages,
    FounderNamed,
    HtmlIndex,
    PageArticle,
    Qpaper,
    Shtml,
    Szbz,
    Uniflows,
)
from support.paper_polls import HOST, Paper, Site, answer, pages

from jianbao.demo.epaper import EPaper, FounderClassic, FounderNew
from jianbao.demo.epaper.shape import Shape
from spiders.families.dated_address import fill_day, template_of
from spiders.kinds.epaper_rules import PaperRules, Place
from storage.records import IssueState, Owed, SetAside, TryLater

DAY = date(2026, 3, 20)
SILENT = DAY - timedelta(days=2)
SHAPES = (
    FounderClassic, CalendarClassic, FounderNamed, FounderNew, HtmlIndex, PageArticle, Shtml, Szbz, Qpaper,
    DatedPages, Uniflows,
)  # fmt: skip


def printed(make: Callable[..., Shape] = FounderClassic, days: int = 6, **options: object) -> EPaper:
    return EPaper("p", make("/p/", "湖畔报", **options), DAY, days=days, silent=[SILENT])


def serve(paper: EPaper, **wrong: int) -> Site:
    """Return a paper's site; ``wrong`` are statuses by a part of the path, ``_`` for its dots and slashes."""

    def answer(path: str) -> str | bytes | int:
        for part, status in wrong.items():
            if part.replace("_", "/") in path or part.replace("_", ".") in path:
                return status
        found = paper.answer(path)
        return found.body if found is not None else 404

    return answer


def declared(paper: EPaper, site: Site | None = None, **place: str) -> Paper:
    return Paper.at(site or serve(paper), HOST + paper.base, (), **place)


def issue_of(paper: EPaper) -> str:
    """Return the template of a paper's first page."""
    day = paper.days[-1]
    template = template_of(HOST + paper.issue(day).pages[0].path, day)
    assert template is not None
    return template


@pytest.mark.parametrize("make", SHAPES, ids=[shape.__name__ for shape in SHAPES])
def test_every_family_lists_its_issue_from_what_leads_to_it(make: Callable[..., Shape]) -> None:
    paper = printed(make)
    leads = paper.answer(paper.base) is not None
    ways: list[dict[str, str]] = [{}] * leads + [{"issue": issue_of(paper)}]
    for told in ways:
        asked = declared(paper, None, **told).poll(DAY)
        issue = asked.issue(DAY)
        assert issue.state == "listed", issue.reason
        assert [(page.number, page.name) for page in issue.pages] == [
            (page.number, page.name) for page in paper.issue(DAY).pages
        ]
        assert [one.url.removeprefix(HOST) for one in asked.listing.listed] == [
            one.path for one in paper.issue(DAY).articles
        ]
        assert len({one.info_code for one in asked.listing.listed}) == len(paper.issue(DAY).articles)
        assert all(one.info_code.startswith("hpb-20260320.") for one in asked.listing.listed)
        told_of = [one.told for one in asked.listing.listed]
        assert [one.page for one in told_of] == [
            page.number for page in paper.issue(DAY).pages for _ in page.articles
        ]


@pytest.mark.parametrize("make", [FounderClassic, CalendarClassic, FounderNew])
def test_a_week_of_polls_finds_each_issue_once_and_a_silent_day_none(make: Callable[..., Shape]) -> None:
    paper = printed(make)
    reader = declared(paper, issue=issue_of(paper))
    reader.poll(DAY - timedelta(days=4))
    assert reader.issues == {DAY - timedelta(days=4): "complete"}
    found = reader.poll(DAY)
    assert found.states == {
        DAY: "listed",
        DAY - timedelta(days=1): "listed",
        SILENT: "none",
        DAY - timedelta(days=3): "listed",
    }
    again = reader.poll(DAY)
    assert len([ask for ask in again.asks if ask.only_if_changed]) == len(again.asks)
    assert again.listing.is_unchanged
    assert not again.listing.issues


def test_a_day_that_may_still_come_is_not_called_a_day_without_an_issue() -> None:
    paper = printed()
    reader = declared(paper, issue=issue_of(paper))
    reader.poll(DAY)
    for later in (1, 2):
        assert reader.poll(DAY + timedelta(days=later)).states == {}


def test_without_month_file_and_index_days_are_tried_and_neighbours_tell() -> None:
    paper = printed(HtmlIndex)
    site = serve(paper)
    front = paper.issue(DAY).pages[0].path
    template = issue_of(paper)

    def alone(path: str) -> str | bytes | int:
        return site(path) if "20260" in path else 404

    reader = Paper.at(alone, template)
    assert reader.poll(DAY - timedelta(days=3)).states == {DAY - timedelta(days=3): "listed"}
    found = reader.poll(DAY)
    assert found.states[SILENT] == "none"
    assert found.states[DAY] == "listed"
    assert front in found.paths
    silent = Paper.at(lambda _path: 404, template)
    silent.issues = {DAY - timedelta(days=1): "complete"}
    assert silent.poll(DAY).states == {}


def test_an_outage_is_a_failed_poll_and_says_nothing_of_days() -> None:
    paper = printed()
    reader = declared(paper, lambda _path: 503, issue=issue_of(paper))
    known: list[dict[date, IssueState]] = [{}, {DAY: "complete"}, {DAY: "failed"}]
    for issues in known:
        for told in (reader, declared(paper, lambda _path: 503)):
            told.issues = dict(issues)
            with pytest.raises(TryLater):
                told.poll(DAY)
            assert told.issues == issues


def test_an_outage_of_the_month_file_alone_leaves_the_other_ways() -> None:
    paper = printed()
    reader = declared(paper, serve(paper, period_xml=503), issue=issue_of(paper))
    reader.issues = {DAY - timedelta(days=3): "complete"}
    found = reader.poll(DAY)
    assert found.states[DAY] == "listed"
    assert "none" not in found.states.values()


def test_a_front_page_that_fails_is_a_failed_issue_and_a_failed_poll() -> None:
    paper = printed()
    reader = declared(paper, serve(paper, **{"2026-03_20_node": 503}), issue=issue_of(paper))
    found = reader.poll(DAY)
    assert found.states == {DAY: "failed"}
    assert "answered 503" in str(found.listing.trouble)


def test_a_month_that_just_began_looks_into_the_one_before() -> None:
    paper = EPaper("p", FounderClassic("/p/", "湖畔报"), date(2026, 4, 1), days=6, silent=[])
    reader = declared(paper, issue=issue_of(paper))
    reader.issues = {date(2026, 3, 30): "complete"}
    assert reader.poll(date(2026, 4, 1)).states == {date(2026, 3, 31): "listed", date(2026, 4, 1): "listed"}


def test_a_month_file_that_is_a_page_of_the_portal_is_no_empty_month() -> None:
    paper = printed()
    site = serve(paper)
    reader = declared(
        paper, lambda path: "<html><body>欢迎</body></html>" if "period.xml" in path else site(path),
        issue=issue_of(paper),
    )  # fmt: skip
    assert reader.poll(DAY).states == {DAY: "listed"}


def test_the_second_host_of_articles_is_declared_or_told() -> None:
    front = HOST + "/hpb/html/202603/20/node_A01.html"
    page = (
        "<a href=node_A01.html>第A01版：头版</a>"
        "<a href=http://second.example/hpb/html/202603/20/content_7.html>堤上的灯亮了</a>"
    )
    site = pages({"/hpb/html/202603/20/node_A01.html": page})
    template = fill_day(front, DAY).replace("202603/20", "{Y}{m}/{d}")
    alone = Paper.at(site, template).poll(DAY)
    assert alone.states == {DAY: "failed"}
    assert "second.example" in str(alone.issue(DAY).reason)
    both = Paper.at(site, template, hosts=("second.example",)).poll(DAY)
    assert [one.info_code for one in both.listing.listed] == ["hpb-20260320.7"]


def test_earlier_places_stand_for_their_days() -> None:
    old, new = printed(FounderClassic), printed(FounderNew)
    moved = date(2026, 3, 17)
    sites = {"/p/html": serve(old), "/p/pc": serve(new), "/p/": serve(new)}

    def site(path: str) -> str | bytes | int:
        return next(one for start, one in sites.items() if path.startswith(start))(path)

    rules = PaperRules(
        (
            Place(HOST + "/p/", issue=issue_of(new), first=moved + timedelta(days=1)),
            Place(HOST + "/p/", issue=issue_of(old), last=moved),
        )
    )
    reader = Paper(site, HOST + "/p/", rules)
    reader.go_back(date(2026, 3, 15), DAY)
    assert reader.issues == {
        day: "none" if day == SILENT else "complete"
        for day in (date(2026, 3, 15) + timedelta(days=after) for after in range(6))
    }


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("make", [FounderClassic, FounderNew, Shtml, Uniflows])
def test_a_history_is_fetched_issue_by_issue_and_asks_nothing_again(
    make: Callable[..., Shape], newest_first: bool
) -> None:
    paper = printed(make, days=40)
    reader = declared(paper, issue=issue_of(paper))
    steps = reader.go_back(paper.first, DAY, newest_first=newest_first)
    listed = [one.info_code for step in steps for one in step.listing.listed]
    assert len(listed) == len(set(listed)) == sum(len(paper.issue(day).articles) for day in paper.days)
    assert {day for day, state in reader.issues.items() if state == "none"} == {SILENT}
    assert all(len([one for one in step.listing.issues if one.pages]) <= 1 for step in steps)
    last = steps[-1].listing.headway
    assert last is not None
    assert (last.cursor, last.done, last.of) == (None, 40, 40)
    assert all(not step.asks for step in reader.go_back(paper.first, DAY, newest_first=newest_first))


@pytest.mark.parametrize("make", SHAPES, ids=[shape.__name__ for shape in SHAPES])
def test_every_family_has_its_history(make: Callable[..., Shape]) -> None:
    paper = printed(make)
    reader = declared(paper, issue=issue_of(paper))
    steps = reader.go_back(paper.first, DAY)
    listed = [one.url.removeprefix(HOST) for step in steps for one in step.listing.listed]
    assert listed == [one.path for day in reversed(paper.days) for one in paper.issue(day).articles]
    assert reader.issues == {SILENT: "none", **dict.fromkeys(paper.days, "complete")}
    assert all(not step.asks for step in reader.go_back(paper.first, DAY))


def test_two_silent_days_are_told_from_two_days_of_outage() -> None:
    paper = printed(days=10)
    out = {DAY - timedelta(days=4), DAY - timedelta(days=5)}
    site = serve(paper)

    def troubled(path: str) -> str | bytes | int:
        return 503 if any(f"{day:%Y-%m/%d}/" in path for day in out) else site(path)

    reader = declared(paper, troubled, issue=issue_of(paper))
    reader.go_back(paper.first, DAY)
    assert {day for day, state in reader.issues.items() if state == "failed"} == out
    assert {day for day, state in reader.issues.items() if state == "none"} == {SILENT}
    reader.site = site
    reader.go_back(paper.first, DAY)
    assert {day for day, state in reader.issues.items() if state == "complete"} == set(paper.days)


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_history_does_not_call_today_a_day_without_an_issue(newest_first: bool) -> None:
    paper = printed(Shtml, days=5)
    reader = declared(paper, issue=issue_of(paper))
    tomorrow = DAY + timedelta(days=1)
    reader.go_back(paper.first, tomorrow, newest_first=newest_first)
    assert tomorrow not in reader.issues
    assert reader.issues[DAY] == "complete"


@pytest.mark.parametrize("make", [Shtml, HtmlIndex])
def test_a_day_that_is_complete_costs_one_question_without_month_files(make: Callable[..., Shape]) -> None:
    paper = printed(make)
    reader = declared(paper, issue=issue_of(paper))
    reader.poll(DAY)
    assert [ask.only_if_changed for ask in reader.poll(DAY).asks] == [True]


def test_what_the_site_no_longer_has_is_said_with_its_reason() -> None:
    paper = printed(days=10)
    reader = declared(paper, issue=issue_of(paper))
    steps = reader.go_back(date(2026, 2, 20), DAY)
    gone = [one for step in steps for one in step.listing.issues if one.day.month == 2]
    assert {one.state for one in gone} == {"unknown"}
    assert {one.reason for one in gone} == {"the site has no list of that month any more"}
    assert len(gone) == 9


def test_a_withdrawn_issue_is_failed_though_the_month_file_names_it() -> None:
    paper = printed()
    paper.withdraw(DAY - timedelta(days=1))
    reader = declared(paper, issue=issue_of(paper))
    reader.go_back(paper.first, DAY)
    assert reader.issues[DAY - timedelta(days=1)] == "failed"


def test_an_overview_and_a_second_address_of_a_page_are_no_pages() -> None:
    article = "<a href=content_{0}.htm>湖上的第{0}座桥</a>"
    links = (
        "<a href=node_2.htm>第01版：头版</a><a href=node_3.htm>第02版：湖区</a><a href=node_1.htm>总览</a>"
    )
    folder = "/html/2026-03/20/"
    site = pages(
        {
            folder + "index_2026-3-20.htm": links + article.format(1),
            folder + "node_1.htm": links + article.format(1) + article.format(2),
            folder + "node_2.htm": links + article.format(1),
            folder + "node_3.htm": links + article.format(2),
        }
    )
    found = Paper.at(site, HOST + folder.replace("2026-03/20", "{Y}-{m}/{d}") + "node_1.htm").poll(DAY)
    assert [(page.number, page.name, page.order) for page in found.issue(DAY).pages] == [
        ("01", "头版", 1), ("02", "湖区", 2),
    ]  # fmt: skip
    assert [one.told.page for one in found.listing.listed] == ["01", "02"]


def test_pages_that_only_lead_on_are_followed_to_the_last() -> None:
    folder = "/epaper/uniflows/html/2026/03/20/"
    site = pages(
        {
            folder + f"0{page}/default.htm": (
                f"<p>第0{page}版：湖区</p><a href=0{page}_1.htm>湖上的第{page}座桥</a>"
                + (f"<a href=../0{page + 1}/default.htm>下一版</a>" if page < 4 else "")
            )
            for page in range(1, 5)
        }
    )
    found = Paper.at(
        site,
        HOST + folder + "01/default.htm",
        issue=HOST + "/epaper/uniflows/html/{Y}/{m}/{d}/01/default.htm",
    ).poll(DAY)
    assert [page.number for page in found.issue(DAY).pages] == ["01", "02", "03", "04"]
    assert [one.info_code for one in found.listing.listed] == [
        f"hpb-20260320.0{n}-0{n}_1" for n in range(1, 5)
    ]


def test_a_story_is_continued_by_title_or_mark_and_headings_are_not() -> None:
    folder = "/html/2026-03/20/"
    first = "<a href=node_1.htm>01版：要闻</a><a href=node_2.htm>02版：湖区</a>"
    site = pages(
        {
            folder + "node_1.htm": first
            + "<a href=content_1.htm>湖上的灯亮了一夜</a><a href=content_2.htm>公益广告</a>"
            "<a href=content_3.htm>短章（下转第2版）</a>"
            "<a href=content_7.htm>同版两题一样</a><a href=content_8.htm>同版两题一样</a>",
            folder + "node_2.htm": first
            + "<a href=content_4.htm>湖上的灯，亮了一夜</a><a href=content_5.htm>公益广告</a>"
            "<a href=content_6.htm>短章（上接第1版）</a>",
        }
    )
    found = Paper.at(site, HOST + "/", issue="html/{Y}-{m}/{d}/node_1.htm").poll(DAY)
    assert {one.info_code: one.told.continues for one in found.listing.listed if one.told.continues} == {
        "hpb-20260320.4": "hpb-20260320.1",
        "hpb-20260320.6": "hpb-20260320.3",
    }


def test_a_paper_of_no_family_is_read_by_its_patterns() -> None:
    links = "<a href=../1/index.html>01版：要闻</a><a href=../2/index.html>02版：湖区</a>"
    page = links + "<a href=detail-8{0}.html>湖上的灯{0}</a>"
    site = pages({f"/2026-03-20/{one}/index.html": page.format(one) for one in (1, 2)})
    reader = Paper.at(
        site, issue="{Y}-{m}-{d}/1/index.html", page="{Y}-{m}-{d}/{page}/index.html",
        article="{Y}-{m}-{d}/{page}/detail-{id}.html",
    )  # fmt: skip
    found = reader.poll(DAY)
    assert [one.info_code for one in found.listing.listed] == ["hpb-20260320.1-81", "hpb-20260320.2-82"]


def test_a_site_that_is_no_e_paper_says_so() -> None:
    reader = Paper.at(pages({"/": "<a href=/about.html>关于</a>"}))
    with pytest.raises(SetAside, match="leads to no issue"):
        reader.poll(DAY)


def test_another_articles_page_is_not_read_as_this_one() -> None:
    paper = printed()
    reader = declared(paper, issue=issue_of(paper))
    asked = reader.poll(DAY)
    one, other = (one.info_code for one in asked.listing.listed[:2])
    assert reader.read(asked, one).info_code == one
    swapped = [one.url for one in asked.listing.listed]
    reader.site = lambda path: serve(paper)(urljoin(path, swapped[1]).removeprefix(HOST))
    owed = Owed("hpb", one, "print", swapped[1], "")
    with pytest.raises(SetAside, match="is not the page of"):
        reader.kind.read(answer(swapped[1], reader.site(swapped[1].removeprefix(HOST))), owed)
    assert other != one


def test_a_paper_that_comes_as_json_is_read_by_its_keys() -> None:
    one = {
        "pages": [
            {"pnumber": "01", "pname": "要闻", "articleList": [{"id": 7, "title": "湖上的灯"}, {"id": None}]}
        ]
    }
    text = {"article": {"title": "湖上的灯", "author": "宋长堤", "content": "<p>清早五点。</p>"}}
    folder = "/data/journal/2026-03-20/"
    site = pages({folder + "navi.json": json.dumps(one), folder + "01/article/7.json": json.dumps(text)})
    reader = Paper.at(site, issue="data/journal/{Y}-{m}-{d}/navi.json")
    found = reader.poll(DAY)
    assert [(page.number, page.name) for page in found.issue(DAY).pages] == [("01", "要闻")]
    assert [(one.info_code, one.told.page) for one in found.listing.listed] == [("hpb-20260320.7", "01")]
    draft = reader.read(found, "hpb-20260320.7")
    assert (draft.title, draft.author, draft.body_html) == ("湖上的灯", "宋长堤", "<p>清早五点。</p>")

    other = {"data": [{"no": "A1", "label": "头版", "list": [{"nid": "x9", "head": "湖上的灯"}]}]}
    site = pages(
        {"/api/20260320.json": json.dumps(other), "/api/20260320/x9.json": json.dumps({"t": "灯", "c": ""})}
    )
    keys = {
        "pages": "data", "number": "no", "name": "label", "articles": "list", "id": "nid", "title": "head",
        "address": "20260320/{id}.json", "article_title": "t", "article_body": "c",
    }  # fmt: skip
    reader = Paper.at(
        site, family="json-navi", issue="api/{Y}{m}{d}.json", article="api/{Y}{m}{d}/{id}.json", keys=keys
    )
    found = reader.poll(DAY)
    assert [one.info_code for one in found.listing.listed] == ["hpb-20260320.x9"]
    assert reader.read(found, "hpb-20260320.x9").is_furniture
