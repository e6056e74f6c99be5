"""A real browser walks every page of the reader: quiet, whole, accessible, without JavaScript or mouse."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser
from support.browsed_archive import BROKEN, HOSTILE, OWED, Browsed, Page, serve_everything
from support.browser import WIDTHS, Language, Looker, find_browser, look, open_browser
from support.printed_issue import DAY, FIRST, SECOND, SLUG
from support.printed_issue import OWED as NOT_FETCHED
from support.sample_articles import CODE

WHOLE = "[...document.querySelectorAll('body > header, main h1, body > footer')].map(each => each.tagName)"
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
FAULTS = """async only => (await axe.run(document, only ? {runOnly: [only]} : {})).violations
    .filter(fault => ['serious', 'critical'].includes(fault.impact))
    .map(fault => [fault.id, fault.nodes[0].target.join(' '), fault.nodes[0].failureSummary].join('; '))"""
SCROLLS = -1  # the place of what the keyboard only scrolls
REACHABLE = """(() => {
    window.reachable = [...document.querySelectorAll('a[href], button, input, select, summary')]
        .filter(each => each.tabIndex >= 0 && each.checkVisibility())
    return reachable.map(each => each.id || each.className || each.tagName)
})()"""
FOCUSED = """(() => {
    const found = document.activeElement
    if (found === document.body) return null
    const style = getComputedStyle(found), box = found.getBoundingClientRect()
    return {
        place: reachable.indexOf(found),
        ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
    }
})()"""


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsed]:
    """Return a reader of an archive with something of every kind."""
    find_browser()
    with serve_everything(tmp_path_factory.mktemp("archive")) as served:
        yield served


@pytest.fixture(scope="module")
def browser(browsed: Browsed) -> Iterator[Browser]:
    """Return the one browser of these tests."""
    with open_browser() as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_quiet_whole_and_within_its_width(
    browser: Browser, browsed: Browsed, width: str, language: Language
) -> None:
    with look(browser, browsed.origin, WIDTHS[width], language) as looker:
        for page in (*browsed.pages, *browsed.hostile):
            looker.go(page)
            for scheme in ("light", "dark"):
                looker.tab.emulate_media(color_scheme=scheme)
                assert looker.ask(OVERFLOW) <= 0, (page, scheme)
            assert looker.ask(WHOLE) == ["HEADER", "H1", "FOOTER"], page
            assert looker.ask("document.documentElement.lang")[:2] == language
            assert looker.complaints == [], page
            assert looker.outside == page.outside, page
        assert looker.referrers == set()


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [("desktop", "light", "en"), ("phone", "dark", "zh")]
)
def test_axe_finds_no_serious_fault(
    browser: Browser, browsed: Browsed, width: str, scheme: str, language: Language
) -> None:
    options = {"color_scheme": scheme, "bypass_csp": True}  # axe is a script, and the policy allows none
    with look(browser, browsed.origin, WIDTHS[width], language, **options) as looker:
        for page in browsed.pages:
            looker.go(page)
            looker.ask(AXE_SCRIPT)
            assert looker.tab.evaluate(FAULTS, None) == [], page


def test_nothing_of_a_hostile_article_runs(browser: Browser, browsed: Browsed) -> None:
    """Even with the policy switched off, there is nothing on the page that could act."""
    with look(browser, browsed.origin, bypass_csp=True) as looker:
        for page in browsed.hostile:
            looker.go(page)
            looker.tab.mouse.move(300, 300)
            assert looker.ask(WHOLE) == ["HEADER", "H1", "FOOTER"], page
            assert looker.ask("document.scripts.length + document.querySelectorAll('main style').length") == 0
            assert looker.ask("getComputedStyle(document.querySelector('main')).display") == "block"
            assert looker.complaints == [], page
            assert looker.outside == page.outside, page


def test_pages_are_the_same_without_javascript(browser: Browser, browsed: Browsed) -> None:
    said: list[list[str]] = []
    for javascript in (True, False):
        with look(browser, browsed.origin, java_script_enabled=javascript) as looker:
            said.append([_read(looker, page) for page in browsed.pages[::4]])
    assert said[0] == said[1]
    assert all(len(text) > 40 for text in said[0])


def _read(looker: Looker, page: Page) -> str:
    looker.go(page)
    return looker.tab.inner_text("body")


@pytest.mark.parametrize(("width", "first"), [("phone", 0), ("desktop", 1)])
def test_everything_is_reached_by_keyboard(
    browser: Browser, browsed: Browsed, width: str, first: int
) -> None:
    with look(browser, browsed.origin, WIDTHS[width]) as looker:
        for page in browsed.pages[first::2]:
            looker.go(page)
            names = looker.ask(REACHABLE)
            reached = list(_tab_through(looker, len(names)))
            assert names[0] == "skip", page
            assert {"quick", "q"} & {*names}, page
            assert [each for each in reached if not (each["ringed"] and each["seen"])] == [], page
            places = dict.fromkeys(each["place"] for each in reached if each["place"] != SCROLLS)
            assert list(places) == [*range(len(names))], page


def _tab_through(looker: Looker, stops: int) -> Iterator[dict[str, object]]:
    """Yield what has the focus after each Tab, until the last; a date has a stop for each of its parts."""
    for _ in range(2 * stops + 20):
        looker.tab.keyboard.press("Tab")
        focused = looker.ask(FOCUSED)
        assert focused is not None
        yield focused
        if focused["place"] == stops - 1:
            return


def test_the_keyboard_skips_searches_and_opens(browser: Browser, browsed: Browsed) -> None:
    with look(browser, browsed.origin) as looker:
        looker.go(Page("/"))
        looker.tab.keyboard.press("Tab")
        looker.tab.keyboard.press("Enter")
        assert looker.ask("document.activeElement.id") == "main"
        looker.tab.focus("#quick")
        looker.tab.keyboard.type("采茶机")
        looker.tab.keyboard.press("Enter")
        looker.tab.wait_for_url("**/search?q=*")
        assert looker.tab.text_content(".hits mark") == "采茶机"
        looker.tab.focus(".hits h3 a")
        looker.tab.keyboard.press("Enter")
        looker.tab.wait_for_url(f"**/article/{CODE}?q=*")
        assert looker.tab.text_content("h1 mark") == "采茶机"


def test_an_articles_area_lights_up_and_leads_to_it(browser: Browser, browsed: Browsed) -> None:
    """Without JavaScript: by the mouse over the facsimile, and by the list beside it."""
    lit = "getComputedStyle(document.querySelector('.areas a[href$=\"{}\"] polygon')).fill"
    for width in WIDTHS.values():
        with look(browser, browsed.origin, width, bypass_csp=True) as looker:
            looker.go(Page(f"/issue/{quote(SLUG)}/{DAY}/1"))
            box = looker.ask(
                "JSON.parse(JSON.stringify(document.querySelector('.sheet img').getBoundingClientRect()))"
            )
            areas = looker.ask(
                "JSON.parse(JSON.stringify(document.querySelector('.areas').getBoundingClientRect()))"
            )
            assert all(abs(box[side] - areas[side]) <= 1 for side in ("left", "top", "width", "height"))
            dark = looker.ask(lit.format(FIRST))
            looker.tab.mouse.move(box["left"] + box["width"] / 4, box["top"] + box["height"] / 4)
            assert looker.ask(lit.format(FIRST)) != dark
            assert looker.ask(lit.format(SECOND)) == dark
            looker.tab.click(f".where[href='#area-{SECOND}']")
            assert looker.ask(lit.format(SECOND)) != dark
            looker.tab.mouse.click(
                box["left"] + box["width"] / 4,
                looker.ask("document.querySelector('.sheet img').getBoundingClientRect().top")
                + box["height"] / 4,
            )
            looker.tab.wait_for_url(f"**/article/{FIRST}")
            looker.tab.locator("figure img").scroll_into_view_if_needed()
            looker.tab.wait_for_function("document.querySelector('figure img').naturalWidth === 64")


def test_the_language_switch_stays(browser: Browser, browsed: Browsed) -> None:
    with look(browser, browsed.origin) as looker:
        looker.go(Page("/sources"))
        looker.tab.click(".languages a[hreflang=zh]")
        assert looker.tab.url == f"{browsed.origin}/sources"
        looker.go(Page("/about"))
        assert looker.ask("document.documentElement.lang") == "zh-CN"


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name == "href" and value}


def test_every_link_leads_somewhere(browser: Browser, browsed: Browsed) -> None:
    with look(browser, browsed.origin) as looker:
        ask = looker.tab.context.request
        wanted = {browsed.origin + page.path for page in browsed.pages if page.status == 200}
        unarchived = (OWED, BROKEN, NOT_FETCHED)  # their pages say what is known, and are 404
        wrong: dict[str, int] = {}
        asked: set[str] = set()
        while (fresh := wanted - asked) and len(asked) < 500:
            address = min(fresh)
            asked.add(address)
            answer = ask.get(address)
            if answer.status != (404 if address.endswith(unarchived) else 200):
                wrong[address] = answer.status
            elif "text/html" in answer.headers["content-type"] and HOSTILE not in address:
                wanted |= set(_own_links(answer.text(), address))
    assert len(asked) > 100
    assert wrong == {}


def _own_links(page: str, address: str) -> Iterator[str]:
    links = _Links()
    links.feed(page)
    for link in links.found:
        goal = urljoin(address, link).partition("#")[0]
        if "%00" in goal:
            continue  # of the hostile article's paper; nothing is asked for with control characters
        if urlsplit(goal).netloc == urlsplit(address).netloc and "lang=" not in goal:
            yield goal
