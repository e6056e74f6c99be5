"""Digital newspapers in JSON: one file names the pages of an issue and their articles, another is an article.

The keys are those of ``navi.json`` (解放日报), ``pages`` with ``pname``, ``pnumber`` and ``articleList``, an
article's ``title``, ``author`` and ``content`` below ``article``, unless others are declared (`JSON_KEYS`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urljoin

from spiders.families.family import Family, Spot
from spiders.families.json_navi import JSON_KEYS
from spiders.readers.epaper.issue_page import ArticleLink, IssueSheet, PageLink
from storage.records import Draft, SetAside
from storage.records.press_days import PRESS_ZONE
from storage.records.saying import say

FORM = "print"
_MOST_PAGES = 400
_MOST_ARTICLES = 1_000
_LONGEST_NAME = 300
_PICTURES = ("pic", "picture", "jpg", "image", "imgUrl", "picUrl")
_PDFS = ("pdf", "pdfUrl")
_FIELDS = ("title", "author", "kicker", "subtitle")
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w")


def read_json_issue(
    text: str, url: str, family: Family, front: Spot, keys: Mapping[str, str] = JSON_KEYS
) -> tuple[tuple[PageLink, IssueSheet], ...]:
    """Return the pages of an issue with what each lists; a page's address is the file's, with its number.

    Raises `SetAside` for what is no such file, and for one with more pages than any newspaper has.
    """
    keys = {**JSON_KEYS, **keys}
    pages = _dicts(_find(_load(text), keys["pages"]))
    if not pages:
        raise SetAside(say("page.json_no_pages"))
    if len(pages) > _MOST_PAGES:
        raise SetAside(say("page.too_many_pages"))
    return tuple(_read_page(page, url, family, front, keys) for page in pages)


def _read_page(
    page: dict[str, Any], url: str, family: Family, front: Spot, keys: Mapping[str, str]
) -> tuple[PageLink, IssueSheet]:
    number, name = _text(page, keys["number"]), _text(page, keys["name"])
    articles = _dicts(_find(page, keys["articles"]))
    if len(articles) > _MOST_ARTICLES:
        raise SetAside(say("page.too_many_articles"))
    links = tuple(_read_link(article, url, number, family, front, keys) for article in articles)
    place = f"{url.partition('#')[0]}#{quote(number)}"
    picture, pdf = _address(page, url, _PICTURES), _address(page, url, _PDFS)
    sheet = IssueSheet(
        articles=tuple(link for link in links if link is not None),
        number=number or None,
        name=name,
        picture=picture,
        pdf=pdf,
    )
    return PageLink(place, front, number or None, name, pdf), sheet


def _read_link(
    article: dict[str, Any], url: str, number: str, family: Family, front: Spot, keys: Mapping[str, str]
) -> ArticleLink | None:
    """Return an article's link, None for one without an id or of another day."""
    own = _text(article, keys["id"])
    if not own:
        return None
    template = keys["address"].replace("{page}", quote(number, safe=""))
    address = urljoin(url, template.replace("{id}", quote(own, safe="")))
    spot = family.article_at(address)
    if spot is None or spot.day != front.day:
        return None
    return ArticleLink(address, spot, _TAG.sub("", _text(article, keys["title"])))


def read_json_article(
    text: str, url: str, family: Family, day: date, keys: Mapping[str, str] = JSON_KEYS
) -> Draft:
    """Return what a file says of the article of an issue of this day, nothing cleaned or judged.

    Raises `SetAside` for a file that is no article's.
    """
    keys = {**JSON_KEYS, **keys}
    told = _load(text)
    below = _find(told, keys["article"])
    article = told if below is None else below
    body = _find(article, keys["article_body"])
    if not isinstance(article, dict) or not isinstance(body, str):
        raise SetAside(say("page.json_no_text"))
    draft = Draft(
        info_code=None,
        url=url,
        form=FORM,
        title=_TAG.sub("", _text(article, keys["article_title"])) or None,
        published_at=datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE),
        precision="day",
        witness="address",
        author=_text(article, keys["article_author"]) or None,
        body_html=body,
        kicker=_text(article, keys["article_kicker"]) or None,
        subtitle=_text(article, keys["article_subtitle"]) or None,
        is_furniture=not _WORD.search(re.sub(r"&\w+;", "", _TAG.sub("", body))),
    )
    found = [name for name in _FIELDS if getattr(draft, name)]
    return replace(draft, found_by=tuple((name, f"family:{family.name}") for name in (*found, "paragraphs")))


def _load(text: str) -> dict[str, Any]:
    """Return the object that a file holds."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SetAside(say("page.no_json")) from error
    if not isinstance(told, dict):
        raise SetAside(say("page.json_other"))
    return told


def _find(told: Any, place: str) -> Any:
    """Return what stands at a place, None for nothing."""
    for key in place.split("."):
        told = told.get(key) if isinstance(told, dict) else None
    return told


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(told: dict[str, Any], key: str) -> str:
    """Return a text or a number as it is written, without blanks at its ends; empty for anything else."""
    value = _find(told, key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())[:_LONGEST_NAME]


def _address(told: dict[str, Any], url: str, keys: tuple[str, ...]) -> str | None:
    return next((urljoin(url, found) for key in keys if (found := _text(told, key))), None)
