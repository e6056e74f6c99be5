"""A page that our own rules do not find a text on, read by trafilatura: its text and title, nothing else."""

from __future__ import annotations

import re

from spiders.readers.chinese.furniture import is_furniture
from spiders.readers.chinese.negatives import check_article
from spiders.readers.chinese.page import Page, draft_of
from spiders.readers.chinese.paragraphs import Text
from spiders.readers.chinese.sheet import Line, shown
from spiders.readers.chinese.title import Titled, find_agreeing
from storage.records import Draft, SetAside
from storage.records.remedy import saying_of
from storage.records.saying import say

TRAFILATURA = "trafilatura"
_LONGEST = 3_000_000
"""Characters beyond which a page is not handed on."""
_LEAST = 40
"""Characters, and share of all prose that a page shows, below which a text is none of an article."""
_LEAST_SHARE, _LEAST_HAN = 0.25, 0.2
_HAN = re.compile("[\u4e00-\u9fff]")


def read_with_trafilatura(page: Page, unread: SetAside) -> Draft:
    """Return the draft of a page with the text that trafilatura finds, the time by our own rules.

    Raises ``unread``, why our reader gave up, where trafilatura finds no text either. It asks for nothing.
    """
    if len(page.html) > _LONGEST:
        raise unread
    from trafilatura import bare_extraction  # noqa: PLC0415 - takes a second, and most pages never need it

    try:
        found = bare_extraction(page.html, url=page.url, favor_precision=True, include_comments=False)
    except Exception as error:
        raise SetAside(
            say("page.trafilatura_failed", what=saying_of(unread), type=type(error).__name__)
        ) from error
    text = getattr(found, "text", None) or ""
    texts = [line for one in text.splitlines() if (line := shown(one))]
    if sum(map(len, texts)) < _LEAST:
        raise unread
    title = find_agreeing(page.sheet.lines, page.head)
    lines = _places(page, texts)
    first, last = (lines[0].index, lines[-1].index) if lines else (0, -1)
    kept = [Line(one, page.tree, [one]) for one in texts if title is None or one != title.text]
    named = title or _titled(getattr(found, "title", None))
    text = Text(kept, first, last, [])
    check_article(page.tree, page.head, page.sheet, named, text)
    draft = draft_of(page, named, text, rule=TRAFILATURA)
    if not _is_plausible(page, title, text, is_dated=draft.published_at is not None):
        raise unread
    return draft


def _places(page: Page, texts: list[str]) -> list[Line]:
    wanted = set(texts)
    return [line for line in page.sheet.lines if line.text in wanted]


def _is_plausible(page: Page, title: Titled | None, text: Text, *, is_dated: bool) -> bool:
    """Tell whether a text may be an article's: more than furniture, no small part of the page, headed, dated.

    A text that is not Chinese needs headline and time; a Chinese one, one of them.
    """
    own = [line.text for line in text.lines if not is_furniture(line.text)]
    prose = sum(line.prose for line in page.sheet.lines if not line.is_hidden)
    if sum(map(len, own)) < max(_LEAST, _LEAST_SHARE * prose):
        return False
    letters = "".join(own)
    is_chinese = len(_HAN.findall(letters)) >= _LEAST_HAN * len(letters)
    return is_dated or title is not None if is_chinese else is_dated and title is not None


def _titled(title: object) -> Titled | None:
    return Titled(shown(title), [], agrees=False) if isinstance(title, str) and title else None
