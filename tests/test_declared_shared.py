"""Declarations of real sites on their saved pages: lists give their links, articles all that is labelled."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.normalise.article import normalise
from spiders.declared.article_reading import read_declared_article
from spiders.declared.declared_page import DeclaredPage
from spiders.declared.html_list import read_html_list
from spiders.declared.list_words import ListWords
from spiders.declared.listed_item import as_listed
from spiders.declared.rules import resolve_rules
from spiders.kinds.declared_encoding import decode_as_declared
from spiders.kinds.kind import Answer
from storage.records import MEDIA, Article, Owed

_META = re.compile(r"<meta[^>]*charset[^>]*>|<\?xml[^>]*\?>", re.IGNORECASE)
CASES = Path(__file__).parent / "cases" / "declared"
ARTICLES: dict[str, Any] = tomllib.loads((CASES / "articles.toml").read_text("utf-8"))
FILES = [(site, file) for site, case in ARTICLES.items() for file in case["files"]]


def folded(text: str | None) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text or ""))


def read(site: str, html: str) -> Article:
    case = ARTICLES[site]
    rules = resolve_rules(ListWords.model_validate(case["declared"]))
    owed = Owed(site, f"{site}-1", MEDIA, case["url"], "")
    draft = read_declared_article(html, case["url"], datetime(2026, 3, 20, tzinfo=UTC), owed, rules, site)
    return normalise(draft)


def label_of(folder: Path, file: str) -> dict[str, Any]:
    lines = (folder / "labels.jsonl").read_text("utf-8").splitlines()
    return next(label for label in map(json.loads, lines) if label["file"] == file)


LISTS = [
    (
        "高安_0.html",
        30,
        "16478629",
        "http://www.gaxww.com/hot/",
        r"link = '/system/\d{4}/\d\d/\d\d/0*(?P<id>\d+)\.s'",
    ),
    (
        "樟树_0.html",
        24,
        "398276",
        "http://www.zhangshu.gov.cn/zwgk/zhxx/",
        r"""link = '^\./\d+/t(?P<date>\d{8})_(?P<id>\d+)\.html?'
link_on = "raw" """,
    ),
    (
        "宜春各县市区新闻聚合_1.html",
        20,
        "8960",
        "http://www.wanzai.gov.cn/news-list-wanzaiyaowen.html",
        r"""link = '/news-show-(?P<id>\d+)\.html'
item = "#right_con > div"
item_date = "p"
title_attr = "alt" """,
    ),
    (
        "国家旅游局重点工作栏目_1.html",
        20,
        "842393",
        "http://www.cnta.gov.cn/ztwz/scjg/",
        r"""link = '/t(?P<date>\d{8})_(?P<id>\d+)\.shtml'
item_date = { css = "a", match = '\d{4}-\d\d-\d\d' }
title_without = { match = '^\d{4}-\d\d-\d\d' } """,
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "links", "first", "url", "declared"), LISTS, ids=[case[0] for case in LISTS]
)
def test_a_list_gives_exactly_its_articles(
    file: str, links: int, first: str, url: str, declared: str, shared: Path
) -> None:
    rules = resolve_rules(ListWords.model_validate(tomllib.loads(declared)))
    html = (shared / "pages" / "yytb" / file).read_text("utf-8")
    page = DeclaredPage(html, url, datetime(2017, 10, 20, tzinfo=UTC))
    listed = as_listed(read_html_list(page, rules), "x", rules, url)
    assert (len(listed), listed[0].info_code) == (links, f"x-{first}")
    assert not [one.title for one in listed if re.match(r"\d{4}-\d\d-\d\d", one.title)]
    if rules.item_date is not None:
        assert all(article.told.published_at is not None for article in listed)


@pytest.mark.shared
@pytest.mark.parametrize("charset", ["gb18030", "big5"])
@pytest.mark.parametrize("declared", ["right", "utf-8", "shift_jis", None])
def test_a_page_in_another_encoding_reads_the_same(charset: str, declared: str | None, shared: Path) -> None:
    """Declared rightly, wrongly and not at all; what Big5 has no character for is written as an entity."""
    for site, file in FILES[::3]:
        html = _META.sub("", (shared / "pages" / file).read_bytes().decode("utf-8", "replace"))
        html = html.encode(charset, "xmlcharrefreplace").decode(charset)
        named = charset if declared == "right" else declared
        body = (f'<meta charset="{named}">{html}' if named else html).encode(charset)
        answer = Answer(ARTICLES[site]["url"], ARTICLES[site]["url"], 200, body, "text/html")
        assert read(site, decode_as_declared(answer, "auto").text) == read(site, html), file


@pytest.mark.shared
@pytest.mark.parametrize(("site", "file"), FILES, ids=[file for _, file in FILES])
def test_a_declared_article_is_read_whole(site: str, file: str, shared: Path) -> None:
    folder = shared / "pages"
    label = label_of(folder, file)
    article = read(site, (folder / file).read_bytes().decode("utf-8", "replace"))
    first, last = folded(article.paragraphs[0].text), folded(article.paragraphs[-1].text)
    printed = article.published_at.strftime("%Y-%m-%d %H:%M") if article.published_at else ""
    found = {
        "title": folded(article.title),
        "time": printed[: len(label["time"][:16])],
        "media": folded(article.media),
        "first": folded(article.text).startswith(folded(label["first"])) or first,
        "last": folded(article.text).endswith(folded(label["last"])) or last,
    }
    told = {
        "title": folded(label["title"]),
        "time": label["time"][:16],
        "media": folded(label["media"]),
        "first": True,
        "last": True,
    }
    assert {key: value for key, value in found.items() if key not in label["disputed"]} == {
        key: value for key, value in told.items() if key not in label["disputed"]
    }
