"""Later looks at archived pages: what is there, what changed, moved, vanished and came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from support.newsroom import Newsroom, small_press
from support.web_client import open_reader

from jianbao.configuration.check_keys import Check
from jianbao.documents.checks import select_turns
from storage.articles.article import note_seen
from storage.database.schema import article
from storage.database.schema_checks import page_check
from storage.ledger.checks import list_due, list_looks, record_look
from storage.records.look import Look, sum_up

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
DAYS = (1, 3, 7, 30, 90, 365)

Change = Callable[[Newsroom, str], None]
Turns = list[tuple[str, bool]]


def delete(newsroom: Newsroom, code: str) -> None:
    newsroom.site.delete(code, everywhere=True)


def answer(kind: Any, **options: Any) -> Change:
    def change(newsroom: Newsroom, code: str) -> None:
        newsroom.site.misbehave(code, kind, **options)

    return change


def lead_home(newsroom: Newsroom, code: str) -> None:
    newsroom.site.misbehave(code, "redirect", location=f"{newsroom.site.url}/", status=301)


def lead_to_list(newsroom: Newsroom, code: str) -> None:
    newsroom.site.misbehave(code, "redirect", location=newsroom.site.category_url(newsroom.site.slugs[0]))


def move(newsroom: Newsroom, code: str) -> None:
    newsroom.site.move(code)


def leave_only_json(newsroom: Newsroom, code: str) -> None:
    newsroom.site.delete(code)


def edit(newsroom: Newsroom, code: str) -> None:
    newsroom.site.edit(code, append="编者补记：文中渡船的班次，以码头当日公布的为准。")


GONE: Turns = [("missing", False), ("missing", True), ("back", False)]
# What became of a page, and what its timeline is after two looks a day apart and a third when all is undone.
STORIES: dict[str, tuple[Change, Turns]] = {
    "deleted": (delete, GONE),
    "410": (answer("status", status=410), GONE),
    "led home": (lead_home, [("home", False), ("home", True), ("back", False)]),
    "led to its list": (lead_to_list, [("home", False), ("home", True), ("back", False)]),
    "soft 404": (answer("soft-404"), [("soft_404", False), ("soft_404", True), ("back", False)]),
    "moved": (move, [("moved", False)]),
    "left in the endpoint": (leave_only_json, [("moved", False)]),
    "edited": (edit, [("changed", False)]),
    "challenge": (answer("challenge"), []),
    "login": (answer("login"), []),
    "error page": (answer("error-page"), []),
    "503": (answer("status", status=503), []),
    "cut": (answer("cut"), []),
    "off its hosts": (answer("redirect", location="http://elsewhere.invalid/"), []),
    "left alone": (lambda _newsroom, _code: None, []),
}


def age(newsroom: Newsroom, distance: timedelta) -> None:
    """Make articles and the looks at them so much older."""
    with newsroom.archive() as archive, archive.writing() as connection:
        columns = article.c.info_code, article.c.published_at, article.c.last_checked_at
        for code, published, checked in connection.execute(select(*columns)).all():
            older = {"published_at": published - distance, "last_checked_at": checked - distance}
            connection.execute(article.update().where(article.c.info_code == code).values(older))
        for code, at in connection.execute(select(page_check.c.info_code, page_check.c.at)).all():
            same = (page_check.c.info_code == code) & (page_check.c.at == at)
            connection.execute(page_check.update().where(same).values(at=at - distance))


def looks_at(newsroom: Newsroom, code: str) -> list[Look]:
    with newsroom.archive() as archive, archive.reading() as view:
        return list_looks(view, code)


def turns(looks: Iterable[Look]) -> Turns:
    return [(look.found, look.is_gone) for look in select_turns(list(looks))]


def codes_of(newsroom: Newsroom) -> list[str]:
    return newsroom.rows("SELECT info_code FROM article ORDER BY info_code")


def test_timelines_of_thirty_pages_are_right(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(articles=2 * len(STORIES)))
    newsroom.crawl()
    codes, names = codes_of(newsroom), [name for name in STORIES for _ in range(2)]
    slug = newsroom.site.slugs[0]
    for code, name in zip(codes, names, strict=True):
        STORIES[name][0](newsroom, code)

    first = newsroom.ask("check", "--source", slug)
    at_once = newsroom.ask("check", "--source", slug)
    age(newsroom, DAY)
    second = newsroom.ask("check", "--source", slug)
    events = newsroom.rows(
        "SELECT kind, source, times FROM event WHERE resolved_at IS NULL AND kind LIKE 'page_%'"
    )
    texts = newsroom.rows("SELECT count(*) FROM article WHERE status = 'gone' AND text <> ''")
    newsroom.site.behave()
    for code, name in zip(codes, names, strict=True):
        if name == "deleted":
            newsroom.site.restore(code)
    age(newsroom, DAY)
    third = newsroom.ask("check", "--source", slug)

    assert (first["newly_gone"], at_once["newly_gone"]) == ([], []), "one look, or two at once, is no proof"
    vanished = [code for code, name in zip(codes, names, strict=True) if ("back", False) in STORIES[name][1]]
    assert sorted(second["newly_gone"]) == vanished
    assert events == [("page_gone", slug, 1)], "ten vanished pages are one event"
    assert texts == [len(vanished)], "what is gone can be read on"
    assert third["found"]["back"] == len(vanished)
    assert {code: turns(looks_at(newsroom, code)) for code in codes} == {
        code: STORIES[name][1] for code, name in zip(codes, names, strict=True)
    }
    assert (newsroom.events(), newsroom.states()) == ([], {"archived": len(codes)})
    assert newsroom.rows("SELECT count(*) FROM wording WHERE number > 1") == [2], "two were edited"


def test_what_is_unchanged_is_neither_read_nor_fetched_whole(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    newsroom.ask("check", "--code", code)
    captures = newsroom.rows("SELECT count(*) FROM capture")
    before = newsroom.stored(code)
    age(newsroom, DAY)
    newsroom.site.requests.clear()

    newsroom.ask("check", "--code", code)

    assert [request.status for request in newsroom.site.requests] == [304], (
        "the first look proved the ETag true"
    )
    assert newsroom.rows("SELECT count(*) FROM capture") == captures
    after = newsroom.stored(code)
    assert before is not None and after is not None  # noqa: PT018
    assert after.last_checked_at > before.last_checked_at - DAY


def test_an_article_is_asked_for_first_where_it_was_found_last(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    newsroom.site.move(code)
    newsroom.ask("check", "--code", code)
    newsroom.site.requests.clear()

    found = newsroom.ask("check", "--code", code)

    assert (found["found"]["alive"], len(newsroom.site.requests)) == (1, 1)
    assert newsroom.site.requests[0].path.startswith("/old_post/")


def test_the_answers_that_say_that_a_page_is_gone_are_kept(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    delete(newsroom, code)

    (item,) = newsroom.ask("check", "--code", code)["items"]

    assert (item["status"], "answered 404" in item["said"]) == (404, True)
    kept = newsroom.rows("SELECT status, info_code FROM capture WHERE id = :id", id=item["capture_id"])
    assert kept == [(404, None)], "it is no original of the article"
    assert newsroom.run("reparse", "--code", code).status == 0
    assert newsroom.run("verify", "--full").status == 0


def test_the_timeline_of_an_article_is_shown(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    never = newsroom.run("show", code, "--checks").stdout
    delete(newsroom, code)
    (item,) = newsroom.ask("check", "--code", code)["items"]
    age(newsroom, DAY)
    newsroom.ask("check", "--code", code)

    shown = newsroom.show(code)["checks"]
    told = newsroom.run("--language", "zh", "show", code, "--checks").stdout

    assert never == "nobody looked again at its page\n"
    assert [(look["found"], look["is_gone"]) for look in shown] == GONE[:2]
    assert (shown[0]["capture_id"], shown[0]["said"]) == (item["capture_id"], item["said"])
    assert "已消失" in told
    assert len([line for line in told.splitlines() if "无此页面" in line]) == 2


def test_what_vanished_and_what_changed_is_listed(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(articles=3))
    newsroom.crawl()
    vanished, changed, left = codes_of(newsroom)
    delete(newsroom, vanished)
    newsroom.recrawl("--code", vanished, status=0)
    edit(newsroom, changed)
    newsroom.ask("check", "--code", changed)

    def listed(*options: str) -> tuple[int, set[str]]:
        found = newsroom.ask("list", *options)
        return found["total"], {item["info_code"] for item in found["items"]}

    assert listed("--state", "gone") == (1, {vanished})
    assert listed("--state", "changed") == (1, {changed})
    assert listed("--state", "archived", "--source", newsroom.site.slugs[0]) == (2, {changed, left})
    assert listed("--state", "gone", "--from", "2100") == (0, set())
    assert newsroom.run("list", "--state", "sideways").status == 2


def test_the_reader_tells_the_life_of_an_article(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    edit(newsroom, code)
    newsroom.ask("check", "--code", code)
    delete(newsroom, code)
    newsroom.recrawl("--code", code, status=0)

    with open_reader(newsroom.archive_folder, "zh") as reader:
        gone = reader.get(f"/article/{code}").text
        listed = reader.get("/gone").text
        assert reader.get("/gone?source=nobody").status_code == 404
    newsroom.site.restore(code)
    newsroom.ask("check", "--code", code)
    with open_reader(newsroom.archive_folder) as reader:
        back = reader.get(f"/article/{code}").text
        listed_no_more = reader.get("/gone").text
    assert (f"/article/{code}" in listed, "无此页面（404）" in listed) == (True, True)
    assert f"/article/{code}" not in listed_no_more

    life = gone[gone.index('id="life"') : gone.index('id="provenance"')]
    places = [life.index(words) for words in ("首次见到", "第 2 稿", "无此页面（404）")]
    assert places == sorted(places)
    assert gone.count('class="state gone"') >= 2, "beside its day, and in its life"
    assert back.index("not there (404)") < back.index("· back")


def test_a_rebuild_brings_the_timelines_back(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    delete(newsroom, code)
    newsroom.ask("check", "--code", code)
    newsroom.recrawl("--code", code, status=0)
    newsroom.site.restore(code)
    newsroom.ask("check", "--code", code)
    before = looks_at(newsroom, code)
    for path in newsroom.archive_folder.glob("archive.db*"):
        path.unlink()

    assert newsroom.ask("rebuild")["whole"]

    assert looks_at(newsroom, code) == before
    assert turns(before)[-1] == ("back", False)


def test_a_recrawl_that_misses_a_page_stands_in_its_timeline(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = codes_of(newsroom)[0]
    delete(newsroom, code)
    newsroom.recrawl("--code", code, status=0)
    newsroom.site.restore(code)
    newsroom.recrawl("--code", code)

    assert turns(looks_at(newsroom, code)) == [("missing", True), ("back", False)]


def test_looks_become_rarer_as_declared(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code, slug = codes_of(newsroom)[0], newsroom.site.slugs[0]
    with newsroom.archive() as archive, archive.writing() as connection:
        fresh = {"published_at": NOON, "last_checked_at": NOON}
        connection.execute(article.update().where(article.c.info_code == code).values(fresh))
        looked = []
        for hours in range(0, 400 * 24, 6):
            now = NOON + timedelta(hours=hours)
            if code in list_due(connection, [slug], DAYS, now, 10):
                looked.append(hours / 24)
                record_look(connection, Look(code, now, "alive", "http://127.0.0.1/a"))
                note_seen(connection, code, now)
    assert looked == [1, 3, 7, 30, 90, 365]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("unanswered", [1, 1.25, 1.75, 2.75, 4.75, 8.75, 15.75, 22.75, 29.75]),
        ("missing", [1, 2]),
    ],
)
def test_what_was_not_answered_or_missed_is_looked_at_again(
    newsroom: Newsroom, found: Any, expected: list[float]
) -> None:
    newsroom.crawl()
    code, slug = codes_of(newsroom)[0], newsroom.site.slugs[0]
    with newsroom.archive() as archive, archive.writing() as connection:
        fresh = {"published_at": NOON, "last_checked_at": NOON}
        connection.execute(article.update().where(article.c.info_code == code).values(fresh))
        looked: list[float] = []
        for hours in range(0, 30 * 24, 6):
            now = NOON + timedelta(hours=hours)
            if code in list_due(connection, [slug], (1,), now, 10):
                is_gone = found == "missing" and bool(looked)
                looked.append(hours / 24)
                record_look(connection, Look(code, now, found, "http://127.0.0.1/a", is_gone=is_gone))
    assert looked == expected


def test_the_service_looks_within_hours_and_budget(newsroom: Newsroom) -> None:
    newsroom.crawl()
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "category"', 'kind = "category"\ncheck = true'), "utf-8")
    with newsroom.archive() as archive, archive.writing() as connection:
        ten_days_ago = datetime.now(UTC) - 10 * DAY
        connection.execute(article.update().values(published_at=ten_days_ago, last_checked_at=ten_days_ago))
    declared = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(f"{declared}[check]\nbudget = 1\ndays = [2]\n", "utf-8")

    found = newsroom.ask("check", "--due")
    spent = newsroom.ask("check", "--due")

    assert (found["checked"], found["note"]) == (1, None)
    assert spent["note"] == "today's budget of 1 looks is spent"
    newsroom.config.write_text(f"{declared}[check]\ndays = [2]\n", "utf-8")
    assert newsroom.ask("check", "--due")["checked"] == 1, "the other one"
    assert newsroom.ask("check", "--due")["note"] == "nothing is due to be looked at again"


def test_without_a_source_that_wants_it_nothing_is_due(newsroom: Newsroom) -> None:
    newsroom.crawl()
    ended = newsroom.run("--language", "zh", "check")
    assert (ended.status, ended.stdout) == (0, "没有来源设了 check = true：请指明要复查什么，或设上它\n")
    assert newsroom.run("check", "--due", "--gone").status == 2


@pytest.mark.parametrize(
    ("hours", "hour", "allowed"),
    [(None, 3, True), ("01:00-06:00", 3, True), ("01:00-06:00", 6, False), ("22:00-02:00", 23, True)],
)
def test_hours_are_those_of_china(hours: str | None, hour: int, allowed: bool) -> None:
    now = datetime(2026, 3, 20, hour, tzinfo=UTC) - timedelta(hours=8)
    assert Check(hours=hours).may_look_at(now) is allowed


def test_an_hours_part_of_the_budget() -> None:
    assert (Check(budget=240).hourly, Check(budget=10, hours="01:00-05:00").hourly) == (10, 3)


def test_what_looks_say_together() -> None:
    looks = [
        Look("a", NOON, "alive", "u"),
        Look("a", NOON + DAY, "missing", "u"),
        Look("a", NOON + 2 * DAY, "unanswered", "u"),
        Look("a", NOON + 3 * DAY, "home", "u"),
    ]
    said = sum_up(looks)
    assert (said.last, said.absent_since, said.unanswered) == (looks[3], NOON + DAY, 0)
    assert sum_up(looks[:3]).next_try() == NOON + 2 * DAY + timedelta(hours=6)
