"""Other readers of what comes from outside, as targets: cases, pages of nobody, posts, files, questions."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli
from protego import Protego

from jianbao.configuration import load_configuration
from jianbao.configuration.declared import list_declared
from jianbao.crawl.run import context_of
from jianbao.importing.post_reading import read_post
from jianbao.web.text.sanitising import sanitise_html
from pipelines.judge import judge
from spiders.kinds.kind import Answer
from spiders.kinds.registry import load_kind
from spiders.readers.any_article import read_any_article
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from spiders.readers.epaper.month_file import read_month_file
from spiders.readers.epaper.paper_index import read_addresses
from spiders.readers.feeds.packed import unpack
from spiders.readers.feeds.reading import read_feed
from spiders.readers.listing_page import read_list_page
from spiders.readers.plain_text import read_plain_text
from spiders.readers.robots_txt import TOKEN, is_robots_txt, name_only_us
from spiders.recognition.dialogue import find_out
from storage.records import Article, Owed, Resource, SetAside
from storage.records.content_coding import read_body
from storage.records.picture import read_pdf, read_picture
from storage.records.press_days import PRESS_ZONE
from storage.search import parse_query
from storage.warc.record import parse_record, unpack_record
from storage.warc.scan import scan_file
from support import undeclared_pages
from support.drawn_pictures import draw_gif, draw_jpeg, draw_png, draw_webp, print_pdf
from support.fuzzing.trial import Seed, Target
from support.hostile_readers import CODE, POST
from support.page_cases import PageCase, find_cases
from support.post_files import a_post, render
from support.warc_folder import FIRST_FILE, an_exchange, write_pages

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
_LARGEST = 2_000_000
_PAGES = (
    "plain", "trs", "founder_site", "enorth", "tables_of_2005", "div_soup", "sections_and_spans", "mobile",
    "inline_wrapper", "two_containers", "with_comments", "wordpress", "phpcms", "county_table",
    "portal_of_a_forum", "short_years", "english_words", "account_on_a_phone",
)  # fmt: skip
_QUERIES = (
    '春茶 "柳溪 镇" -广告 source:shangraoribao media:上饶日报 from:2026-01-01 to:2026-03-20 title:开采',
    "(春茶 OR 夏茶) AI* 5G", '"', "-", "title:", "from:2026-02-30", "a OR OR b", "：全角 “引号”",
)  # fmt: skip
_TOML = """archive = "archive"
[http]
contact = "mailto:me@example.org"
delay = 0.5
budgets = {"news.example.org" = 600}
[[sources]]
slug = "jxrb"
name = "江西日报"
kind = "epaper"
site = "jxrb"
url = "http://epaper.example.org/html/2026-03/20/node_1.htm"
since = 2017-10-10
schedule = "0 7-12 * * *"
images = true
facsimile = "image"
[[sources]]
slug = "a"
name = "某报"
kind = "page"
site = "a"
list = "http://a.example.org/list.html"
link = '/(?P<date>\\d{8})/(?P<id>\\d+)\\.html$'
[[sources.layout]]
body = "div.text > p:not(.x)"
title = "h1"
"""
_ALERTS = """language = "zh"
[[sources]]
slug = "a"
name = "某报"
kind = "category"
url = "http://a.example.org/category/a.html"
contract = {enabled = true, shortest = 10, shares = {title = 0.9}}
hosts = ["news.example.org"]
[infocode]
url = "http://a.example.org/{code}.json"
[http]
contact = "mailto:desk@example.org"
private_hosts = ["127.0.0.1", "10.1.0.0/16", "paper.lan"]
[backup]
to = "/mnt/backup"
schedule = "30 3 * * *"
keep = 5
[alerts]
ping_env = "PING"
timezone = "Asia/Shanghai"
[[alerts.channels]]
name = "值班"
url = "mailtos://user:pass%40word@smtp.example.org:465?to=editor@example.org"
severities = ["alarm", "warning"]
quiet = "22:00-07:00"
digest = "08:00"
per_hour = 10
"""
_ENVIRONMENT = (
    "JIANBAO_HTTP__DELAY=1\nJIANBAO_HTTP__PRIVATE_HOSTS=true\nJIANBAO_LANGUAGE=zh\nJIANBAO_ARCHIVE=a/b",
    "JIANBAO_HTTP__MAX_SIZE=1_000\nJIANBAO_GUARDS__FREE_SHARE=0.1\nJIANBAO_SERVICE__CHILDREN=2",
)
FIRST = Path(__file__).parents[3] / "jianbao" / "configuration" / "jianbao.toml"
_UNMARKED = re.compile(r"^# (?!facsimile|since|backfill)(?=[a-z_]+ = |\[)", re.MULTILINE)
_FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/">
<channel><title>某报</title><item><title>春茶开采</title><link>http://a.example/1.html</link>
<pubDate>Fri, 20 Mar 2026 09:16:00 +0800</pubDate><c:encoded><![CDATA[<p>三月的茶园。</p>]]></c:encoded>
</item></channel></rss>"""
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>某报</title><entry><id>urn:1</id><title>春茶</title>
<link href="http://a.example/2.html"/><updated>2026-03-20T09:16:00+08:00</updated></entry></feed>"""
_SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/3.html</loc>
<lastmod>2026-03-20</lastmod></url></urlset>"""
_JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "某报", "items": [{"id": "1", "title": "春茶", '
    '"url": "http://a.example/4.html", "date_published": "2026-03-20T09:16:00+08:00"}]}'
)
_MONTH = (
    "<period_list><period><period_name>2026年03月20日</period_name><period_date>2026-03-20</period_date>"
    "<front_page>node_1.htm</front_page></period></period_list>"
)
_ROBOTS = "User-agent: *\nDisallow: /a*b$\nCrawl-delay: 2\nUser-agent: jianbao\nAllow: /\n"


def list_readers() -> Iterator[Target]:
    """Yield a target for each reader."""
    yield Target("cases of articles", [_case(case) for case in find_cases("article_page")])
    yield Target("cases of lists", [_case(case) for case in find_cases("listing_page")])
    yield Target("cases of JSON", [_case(case) for case in find_cases("article_json")])
    yield Target("pages of nobody", [_page(name) for name in _PAGES])
    yield Target("feeds", _texts(_FEED, _ATOM, _SITEMAP, _JSON_FEED), _read_feed)
    yield Target("month files", _texts(_MONTH), lambda body: _none(read_month_file(_text(body), POST)))
    yield Target(
        "leads", _texts(*map(_undeclared, _PAGES)), lambda body: _none(read_addresses(_text(body), POST))
    )
    yield Target("plain texts", _texts("\n".join(["春茶开采", *undeclared_pages.STORY])), _read_plain)
    yield Target("posts", [_post(number) for number in range(1, 5)])
    yield Target(
        "recognition", _texts(*map(_undeclared, _PAGES), _FEED, _ATOM, _JSON_FEED, _SITEMAP), _recognise
    )
    yield Target("robots.txt", _texts(_ROBOTS), _read_robots)
    yield Target(
        "originals shown", _texts(*map(_undeclared, _PAGES)), lambda body: _none(sanitise_html(_text(body)))
    )
    yield from _list_of_bytes()
    yield Target(
        "queries", _texts(*_QUERIES), lambda body: _none(parse_query(body.decode("utf-8", "replace")[:1000]))
    )
    whole = FIRST.read_text("utf-8")
    tables = (_TOML, whole, _UNMARKED.sub("", whole), _ALERTS)
    yield Target("configuration", _texts(*tables), lambda body: _configure(body, {}))
    yield Target("environment", _texts(*_ENVIRONMENT), _configure_by_environment)


def _list_of_bytes() -> Iterator[Target]:
    pictures = (draw_png(), draw_gif(), draw_webp(), draw_jpeg())
    yield Target("pictures", [Seed(one) for one in pictures], lambda body: _none(read_picture(body)))
    yield Target("facsimiles", [Seed(print_pdf())], lambda body: _none(read_pdf(body)))
    page = _undeclared("plain").encode()
    coded = {"gzip": gzip.compress(page), "deflate": zlib.compress(page), "br": brotli.compress(page)}
    seeds = [Seed(body, read=_decoder(name)) for name, body in coded.items()]
    yield Target("content codings", seeds)
    yield Target(
        "packed sitemaps", [Seed(gzip.compress(_SITEMAP.encode()))], lambda body: _none(unpack(body))
    )
    with TemporaryDirectory() as folder:
        places = write_pages(Path(folder), an_exchange().body, page)
        packed = (Path(folder) / FIRST_FILE).read_bytes()
    members = [packed[place.offset : place.offset + place.length] for place in places]
    yield Target("WARC files", [Seed(packed)], _scan)
    yield Target(
        "WARC records",
        [Seed(gzip.decompress(one)) for one in members],
        lambda body: _none(parse_record(body)),
    )
    yield Target("WARC members", [Seed(one) for one in members], lambda body: _none(unpack_record(body)))


def _texts(*texts: str) -> list[Seed]:
    return [Seed(text.encode()) for text in texts]


def _none(_found: object) -> None:
    return None


def _text(body: bytes) -> str:
    return decode_page(body, None)


def _undeclared(name: str) -> str:
    make: Callable[[], str] = getattr(undeclared_pages, name)
    return make()


def _case(case: PageCase) -> Seed:
    url, content_type = case.meta["url"], case.meta.get("content_type")

    def read(body: bytes) -> Article | None:
        text = decode_page(body, content_type)
        if case.folder.parent.name == "listing_page":
            read_list_page(text, url)
            return None
        is_json = case.folder.parent.name == "article_json"
        draft = read_article_json(text, url, case.meta["info_code"]) if is_json else read_article(text, url)
        code = draft.info_code or CODE
        return judge(replace(draft, info_code=code), Owed("c", code, "media", url, ""), None, NOON)

    return Seed(case.body, content_type, read)


def _page(name: str) -> Seed:
    url = "https://news.example/2026/0320/1.html"

    def read(body: bytes) -> Article:
        draft = replace(read_any_article(_text(body), url, NOON), info_code="LIUXI-1")
        return judge(draft, Owed("liuxi", "LIUXI-1", "media", url, ""), None, NOON)

    return Seed(_undeclared(name).encode(), read=read)


def _read_feed(body: bytes) -> None:
    read_feed(_text(body), POST, PRESS_ZONE, NOON)


def _read_plain(body: bytes) -> Article:
    day = date(2026, 3, 20)
    draft = read_plain_text(_text(body), "urn:x", info_code=CODE, media="上饶日报", day=day)
    return judge(draft, Owed("c", CODE, "media", "urn:x", ""), None, NOON)


def _post(number: int) -> Seed:
    post = a_post(number)
    uri = f"urn:jianbao:file:posts/{post.published_at:%Y-%m-%d}-NW{post.code}.md"

    def read(body: bytes) -> Article | None:
        believed = read_post(Resource(uri, NOON, "text/markdown", body)).believed
        if believed.reason is not None:
            raise SetAside(believed.reason)
        return believed.article

    return Seed(render(post, number).encode(), read=read)


def _recognise(body: bytes) -> None:
    steps = find_out(POST)
    try:
        ask = next(steps)
        for number in range(60):
            is_first = number == 0
            ask = steps.send(
                Answer(ask.url, ask.url, 200 if is_first else 404, body if is_first else b"", None)
            )
    except StopIteration:
        return
    raise RecursionError("recognition asks without end")


def _read_robots(body: bytes) -> None:
    is_robots_txt(body)
    Protego.parse(name_only_us(body[: 512 * 1024]).decode()).can_fetch("http://h/" + "ab" * 50, TOKEN)


def _decoder(name: str) -> Callable[[bytes], None]:
    return lambda body: _none(read_body((("Content-Encoding", name),), body, _LARGEST))


def _scan(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / FIRST_FILE
        file.write_bytes(body)
        for _found in scan_file(file):
            pass


def _configure(body: bytes, environ: Mapping[str, str]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "jianbao.toml"
        file.write_bytes(body)
        configuration = load_configuration(file, None, environ)
    context = context_of(configuration)
    for source in list_declared(configuration):
        load_kind(source.kind, context)


def _configure_by_environment(body: bytes) -> None:
    lines = body.decode("utf-8", "replace").replace("\0", "").splitlines()
    pairs = (line.partition("=") for line in lines)
    _configure(_TOML.encode(), {name: value for name, equals, value in pairs if equals})
