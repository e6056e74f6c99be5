"""The demo site's misbehaviour: wrong exactly as asked, where asked, as often as asked."""

from __future__ import annotations

import gzip
import http.client
import time
import zlib
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.demo_client import PAPER, ask

from jianbao.demo import DemoSite, Post
from jianbao.demo.misbehaviour import KINDS, Kind


@pytest.mark.parametrize("status", [500, 503, 429])
def test_status(site: DemoSite, post: Post, status: int) -> None:
    site.misbehave(post.code, "status", status=status, retry_after=7)
    reply = ask(site.article_url(post.code))
    assert (reply.status, reply.headers["Retry-After"]) == (status, "7")
    assert "ETag" not in reply.headers
    assert site.requests[-1].status == status


@pytest.mark.parametrize(
    "aim",
    [
        pytest.param(lambda site, post: post.code, id="info code"),
        pytest.param(lambda site, post: post.digits, id="bare code"),
        pytest.param(lambda site, post: site.article_url(post.code), id="address"),
        pytest.param(lambda site, post: site.article_path(post.code), id="path"),
        pytest.param(lambda site, post: f"/{PAPER}/*", id="glob"),
    ],
)
def test_misbehaviour_concerns_what_it_aims_at(site: DemoSite, post: Post, aim: object) -> None:
    assert callable(aim)
    site.misbehave(aim(site, post), "status")
    assert ask(site.article_url(post.code)).status == 503
    assert ask(site.category_url(PAPER)).status == 200


def test_misbehaviour_ends_after_its_times_and_when_told(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    site.misbehave(url, "status", times=2)
    assert [ask(url).status for _ in range(3)] == [503, 503, 200]
    site.misbehave("*", "status", status=500)
    site.misbehave(url, "status", times=1, status=429)
    assert [ask(url).status for _ in range(2)] == [429, 500], "the latest order counts"
    site.behave()
    assert ask(url).status == 200


def test_unknown_misbehaviour_is_refused(site: DemoSite) -> None:
    with pytest.raises(ValueError, match="cannot misbehave as 'sulk'"):
        site.misbehave("*", "sulk")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        site.misbehave("*", "status", colour="red")


def test_redirects(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    site.misbehave(url, "redirect", location="http://127.0.0.1:9/elsewhere")
    away = ask(url)
    assert (away.status, away.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")
    site.misbehave(url, "redirect", status=301)
    assert ask(url).status == 301
    site.misbehave(url, "redirect-loop")
    assert ask(url).headers["Location"] == site.article_path(post.code)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("challenge", "正在检查您的浏览器"),
        ("login", "请登录后继续浏览"),
        ("error-page", "服务器开小差了"),
        ("soft-404", "页面不存在"),
    ],
)
def test_impostors_come_with_status_200(site: DemoSite, post: Post, kind: Kind, says: str) -> None:
    site.misbehave(post.code, kind)
    reply = ask(site.article_url(post.code))
    assert reply.status == 200
    assert says in reply.text
    assert post.title not in reply.text


def test_empty(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "empty")
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(
    ("options", "declared", "encoding", "meta"),
    [
        pytest.param({}, "gbk", "utf-8", "UTF-8", id="utf-8 declared gbk"),
        pytest.param(
            {"encoding": "gbk", "declared": "utf-8"}, "utf-8", "gbk", "UTF-8", id="gbk declared utf-8"
        ),
        pytest.param({"encoding": "gbk", "meta": "gbk"}, "gbk", "gbk", "gbk", id="gbk throughout"),
        pytest.param(
            {"encoding": "gbk", "declared": "", "meta": "gb2312"}, None, "gbk", "gb2312", id="gbk by meta"
        ),
    ],
)
def test_charset(
    site: DemoSite, post: Post, options: dict[str, Any], declared: str | None, encoding: str, meta: str
) -> None:
    site.misbehave(post.code, "charset", **options)
    reply = ask(site.article_url(post.code))
    expected = f"text/html; charset={declared}" if declared else "text/html"
    assert reply.headers["Content-Type"] == expected
    assert post.title in reply.body.decode(encoding)
    assert f'<meta charset="{meta}">' in reply.body.decode(encoding)


def test_lying_etag_hides_a_change(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    before = ask(url)
    site.misbehave(url, "lying-etag")
    site.edit(post.code, append="悄悄加的一段。")
    again = ask(url, If_None_Match=before.headers["ETag"])
    assert again.status == 304
    fresh = ask(url)
    assert fresh.headers["ETag"] == before.headers["ETag"]
    assert fresh.body != before.body
    site.behave()
    assert ask(url, If_None_Match=before.headers["ETag"]).status == 200


def test_no_validators(site: DemoSite) -> None:
    url = site.category_url(PAPER)
    tag = ask(url).headers["ETag"]
    site.misbehave(url, "no-validators")
    reply = ask(url, If_None_Match=tag)
    assert reply.status == 200
    assert not {"ETag", "Last-Modified"} & set(reply.headers)


def test_cut_body_promises_more_than_it_sends(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    whole = ask(url).body
    site.misbehave(url, "cut")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(url)
    assert caught.value.partial == whole[: len(whole) // 2]
    assert caught.value.expected == len(whole) - len(whole) // 2


def test_cut_gzip_ends_early_under_a_correct_length(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "cut-gzip")
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(EOFError):
        gzip.decompress(reply.body)
    assert zlib.decompressobj(wbits=31).decompress(reply.body).startswith(b"<!DOCTYPE html>")


def test_bomb_is_small_until_it_is_unpacked(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "bomb", megabytes=10)
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert len(reply.body) < 20_000
    assert len(gzip.decompress(reply.body)) == 10_000_000


def test_huge_body_streams_on(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "huge", megabytes=3)
    reply = ask(site.article_url(post.code))
    assert "Content-Length" not in reply.headers
    assert len(reply.body) > 3_000_000
    assert site.requests[-1].sent == len(reply.body)


def test_a_client_may_leave_a_huge_body(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "huge", megabytes=1_000)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", site.article_path(post.code))
    connection.getresponse().read(100_000)
    connection.close()
    assert ask(f"{site.url}/robots.txt").status == 200
    assert site.requests[0].sent < 900_000_000


def test_drip_is_slow_but_whole(site: DemoSite, post: Post) -> None:
    whole = ask(site.article_url(post.code)).body
    site.misbehave(post.code, "drip", seconds=0.02, piece=len(whole) // 8)
    started = time.monotonic()
    assert ask(site.article_url(post.code)).body == whole
    assert time.monotonic() - started > 0.15


def test_reset_ends_the_connection_without_an_answer(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "reset")
    with pytest.raises(ConnectionError):
        ask(site.article_url(post.code))
    assert site.requests[-1].status == 0


def test_hang_never_answers(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "hang")
    with pytest.raises(TimeoutError):
        ask(site.article_url(post.code), timeout=0.2)
    assert ask(f"{site.url}/robots.txt").status == 200, "other requests are answered meanwhile"


def test_hold_answers_rightly_once_it_may(site: DemoSite, post: Post) -> None:
    asked = count(1)
    site.misbehave(post.code, "hold", until=lambda: next(asked) > 3)
    reply = ask(site.article_url(post.code))
    assert (reply.status, next(asked)) == (200, 5)
    assert post.title in reply.text


@pytest.mark.parametrize("times", [None, 1])
def test_every_kind_can_be_held_up(site: DemoSite, post: Post, times: int | None) -> None:
    asked = count(1)
    site.misbehave(post.code, "status", times, status=500, until=lambda: next(asked) > 3)
    assert (ask(site.article_url(post.code)).status, next(asked)) == (500, 5)


def test_json_and_category_pages_can_misbehave_too(site: DemoSite, post: Post) -> None:
    site.misbehave("/NewsData/*", "status")
    site.misbehave(f"/category/{PAPER}.html", "challenge")
    assert ask(site.json_url.format(code=post.code)).status == 503
    assert "浏览器" in ask(site.category_url(PAPER)).text
    assert ask(site.article_url(post.code)).status == 200


def test_every_kind_of_misbehaviour_is_tested() -> None:
    source = Path(__file__).read_text("utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []
