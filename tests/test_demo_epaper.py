"""The demo's digital newspapers: shaped as real ones are, true to what they say, and changed at will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from parsel import Selector
from support.demo_client import ask

from jianbao.demo import TODAY, DemoSite, Press
from jianbao.demo.epaper import EPaper, FounderClassic, Plan, PrintedIssue

PAPERS = ("lxrb", "ybwb")


@pytest.fixture(scope="module")
def still_press(press: Press) -> Iterator[DemoSite]:
    """Return an open site whose digital newspapers no test changes."""
    with DemoSite(press) as site:
        yield site


def hrefs(site: DemoSite, path: str, css: str) -> list[str]:
    """Return the paths that links of a page lead to, in order, without queries."""
    page = ask(site.url + path)
    found = Selector(page.text).css(f"{css}::attr(href)").getall()
    return [urljoin(path, href).partition("?")[0] for href in found]


@pytest.mark.parametrize("slug", PAPERS)
def test_forty_days_have_an_issue_but_for_two(still_press: DemoSite, slug: str) -> None:
    paper = still_press.epaper(slug)
    assert (len(paper.days), len(paper.silent_days), paper.days[-1]) == (38, 2, TODAY)
    assert {ask(still_press.url + paper.issue(day).pages[0].path).status for day in paper.days} == {200}
    silent = [ask(f"{still_press.url}{paper.folder(day)}node_01.html").status for day in paper.silent_days]
    assert silent == [404, 404]


@pytest.mark.parametrize("slug", PAPERS)
def test_the_address_of_a_paper_jumps_to_its_newest_issue(still_press: DemoSite, slug: str) -> None:
    url = still_press.epaper_url(slug)
    target = (
        Selector(ask(url).text)
        .css("meta[content*=URL], meta[content*=url]::attr(content)")
        .re_first(r"(?i)url=([^\"]+)")
    )
    assert urljoin(url, target) == still_press.url + still_press.epaper(slug).front_path


@pytest.mark.parametrize("slug", PAPERS)
def test_pages_link_exactly_what_is_printed(still_press: DemoSite, slug: str) -> None:
    paper = still_press.epaper(slug)
    issue = paper.issue(TODAY)
    for page in issue.pages:
        printed = [article.path for article in page.articles]
        assert hrefs(still_press, page.path, "area") == printed
        assert hrefs(still_press, page.path, "a[href*=content_]") == printed
        assert hrefs(still_press, page.path, "a[id=pageLink]") == [other.path for other in issue.pages]


@pytest.mark.parametrize("slug", PAPERS)
def test_an_article_says_what_is_printed(still_press: DemoSite, slug: str) -> None:
    for article in still_press.epaper(slug).issue(TODAY).articles:
        page = Selector(ask(still_press.url + article.path).text)
        shown = [
            text.strip() for text in page.css("founder-content p::text, founder-content P::text").getall()
        ]
        assert [text for text in shown if text] == list(article.paragraphs)
        assert article.title in page.css("founder-title::text, h1::text").getall()
        pictures = page.css("#newspic img, founder-content img").xpath("@src").getall()
        assert [urljoin(article.path, src) for src in pictures] == [item.path for item in article.pictures]


@pytest.mark.parametrize("slug", PAPERS)
def test_pictures_and_pdfs_are_what_they_say(still_press: DemoSite, slug: str) -> None:
    issue = still_press.epaper(slug).issue(TODAY)
    pictures = [item.path for article in issue.articles for item in article.pictures]
    for path in (*pictures, *(path for page in issue.pages for path in (page.picture, page.shown))):
        reply = ask(still_press.url + path)
        assert (reply.headers["Content-Type"], reply.body[:3], reply.body[-2:]) == (
            "image/jpeg",
            b"\xff\xd8\xff",
            b"\xff\xd9",
        )
    assert all(ask(still_press.url + page.pdf).body.startswith(b"%PDF-1.4") for page in issue.pages)
    assert len(ask(still_press.url + issue.pages[0].picture).body) > 0


def kinds_of(issue: PrintedIssue) -> dict[str, int]:
    """Return how many articles of an issue are what a reader must not take for a plain story."""
    return {
        "continued": sum(article.continues is not None for article in issue.articles),
        "picture page": sum(article.is_furniture and bool(article.pictures) for article in issue.articles),
        "advertisement": sum(article.is_furniture and not article.pictures for article in issue.articles),
        "empty": sum(not article.paragraphs for article in issue.articles),
    }


@pytest.mark.parametrize("slug", PAPERS)
def test_every_issue_has_the_traps_that_real_ones_have(still_press: DemoSite, slug: str) -> None:
    paper = still_press.epaper(slug)
    expected = {"continued": 1, "picture page": 1, "advertisement": 1, "empty": 2}
    assert all(kinds_of(paper.issue(day)) == expected for day in paper.days)
    issue = paper.issue(TODAY)
    rest = next(article for article in issue.articles if article.continues)
    first = paper.article(TODAY, rest.continues or "")
    assert (rest.title, rest.id != first.id) == (first.title, True)
    assert (first.paragraphs[-1], rest.paragraphs[0]) == ("（下转A02版）", "（上接A01版）")
    scripted = Selector(ask(still_press.url + issue.pages[1].path).text).css("a[href*=content_]")
    assert all("document.write" in link.get() for link in scripted)
    assert 'id="ozoom"' in ask(still_press.url + issue.pages[0].path).text


def test_no_id_and_no_path_comes_twice(still_press: DemoSite) -> None:
    for slug in PAPERS:
        paper = still_press.epaper(slug)
        articles = [article for day in paper.days for article in paper.issue(day).articles]
        assert (
            len(articles)
            == len({article.path for article in articles})
            == len({article.id for article in articles})
        )


@pytest.mark.parametrize(
    ("month_file", "names", "fronts"),
    [
        pytest.param("period", ["period.xml"], True, id="with first pages"),
        pytest.param("bare period", ["period.xml"], False, id="days only"),
        pytest.param("navi", ["navi.xml"], False, id="the later client's"),
        pytest.param("none", [], False, id="none"),
    ],
)
def test_a_classic_paper_has_the_month_file_it_is_asked_for(
    month_file: str, names: list[str], fronts: bool
) -> None:
    paper = EPaper("x", FounderClassic("/x/", "某报", month_file=month_file), TODAY)  # type: ignore[arg-type]
    answers = {name: paper.answer(f"/x/html/2026-03/{name}") for name in ("period.xml", "navi.xml")}
    assert [name for name, answer in answers.items() if answer] == names
    for answer in filter(None, answers.values()):
        days = Selector(answer.body.decode(), type="xml").css("period_date::text, date::text").getall()
        assert days == [str(day) for day in paper.days if day.month == 3]
        assert (b"<front_page>node_2047.htm<" in answer.body) is fronts
    assert paper.answer("/x/html/2025-03/period.xml") is None


def status(site: DemoSite, path: str) -> int:
    """Return the status of a path's answer."""
    return ask(site.url + path).status


def test_a_correction_and_a_removal_show_at_once(site: DemoSite) -> None:
    paper = site.epaper("lxrb")
    page = paper.issue(TODAY).pages[0]
    first, second = page.articles[:2]
    paper.correct(TODAY, first.id, title="更正后的标题", append="更正一段。")
    paper.remove(TODAY, second.id)
    text = ask(site.url + first.path).text
    assert "更正后的标题" in text
    assert "更正一段。" in text
    assert status(site, second.path) == 404
    assert second.path not in hrefs(site, page.path, "area")
    with pytest.raises(KeyError):
        paper.article(TODAY, second.id)


def test_an_issue_or_a_page_is_taken_off_and_comes_back(site: DemoSite) -> None:
    paper, day = site.epaper("ybwb"), TODAY - timedelta(days=3)
    front, second, _ = paper.issue(day).pages
    paper.withdraw(day)
    assert status(site, front.path) == status(site, front.articles[0].path) == 404
    paper.restore(day)
    paper.hide_page(day, "A02")
    assert (status(site, front.path), status(site, second.path)) == (200, 404)
    assert second.path not in hrefs(site, front.path, "a[id=pageLink]")
    paper.show_page(day, "A02")
    assert status(site, second.path) == 200


def test_an_outage_of_a_day_is_no_missing_day(site: DemoSite) -> None:
    paper, day = site.epaper("lxrb"), TODAY - timedelta(days=2)
    site.black_out("lxrb", day)
    assert {status(site, page.path) for page in paper.issue(day).pages} == {503}
    assert status(site, paper.front_path) == 200
    site.behave()
    assert status(site, paper.issue(day).pages[0].path) == 200


def test_days_pass_for_digital_newspapers_too(site: DemoSite) -> None:
    paper = site.epaper("lxrb")
    tomorrow = TODAY + timedelta(days=1)
    assert status(site, paper.folder(tomorrow) + "node_2047.htm") == 404
    site.advance(1)
    assert paper.days[-1] == tomorrow
    assert status(site, paper.front_path) == 200
    assert f"{tomorrow:%Y-%m/%d}" in ask(site.epaper_url("lxrb")).text


def test_misbehaviour_concerns_digital_newspapers_and_spares_pictures(site: DemoSite) -> None:
    page = site.epaper("lxrb").issue(TODAY).pages[0]
    site.misbehave("/lxrb/*", "charset", encoding="gb18030", declared="", meta="gb2312")
    reply = ask(site.url + page.path)
    assert 'charset="gb2312"' in reply.body.decode("gb18030")
    assert page.name in reply.body.decode("gb18030")
    assert ask(site.url + page.shown).body.startswith(b"\xff\xd8")
    site.behave()
    known = ask(site.url + page.path).headers["ETag"]
    assert ask(site.url + page.path, If_None_Match=known).status == 304


def test_a_long_history_is_composed_on_demand() -> None:
    shape = FounderClassic("/x/", "某报", numbered=False)
    paper = EPaper("x", shape, TODAY, plan=Plan.of(pages=10, stories=9, seed=5), days=4_000, silent=())
    assert len(paper.days) == 4_000
    issue = paper.issue(date(2018, 1, 5))
    assert [page.number for page in issue.pages][-3:] == ["A08", "B01", "B02"]
    assert len(issue.articles) == 93
    assert issue == EPaper("x", shape, TODAY, plan=Plan.of(10, 9, 5), days=4_000).issue(date(2018, 1, 5))
