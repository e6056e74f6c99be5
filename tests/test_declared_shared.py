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
from spiders.declared.list_words import ListWords
from spiders.declared.rules import resolve_rules
from storage.records import MEDIA, Article, Owed

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
