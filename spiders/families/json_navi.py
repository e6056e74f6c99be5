"""JSON: ``journal/YYYY-MM-DD/navi.json`` names pages and articles, ``PAGE/article/ID.json`` is an article."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spiders.families.family import Family

JSON_KEYS: Mapping[str, str] = {
    "pages": "pages", "number": "pnumber", "name": "pname", "articles": "articleList", "id": "id",
    "title": "title", "address": "{page}/article/{id}.json", "article": "article", "article_title": "title",
    "article_author": "author", "article_body": "content", "article_kicker": "introTitle",
    "article_subtitle": "subTitle",
}  # fmt: skip
"""Under which key what is found, a place within others with dots between: an issue's pages, a page's number,
name and articles, an article's id and title; the template of its address from the issue's; and what stands
below ``article`` in its own file."""
_DAY = r"(?P<before>.*/)(?P<Y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)/"

JSON_NAVI = Family(
    name="json-navi",
    told="journal/2026-03-20/navi.json and 01/article/123.json",
    page=re.compile(_DAY + r"navi\.json", re.IGNORECASE),
    article=re.compile(_DAY + r"(?:\w+/)?article/(?P<name>[\w-]+)\.json", re.IGNORECASE),
    shape="json",
)
