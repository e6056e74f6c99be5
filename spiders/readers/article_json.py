"""An article by its code, as JSON: the ``GetNewsText`` answer (docs/upstream.md#lists-and-article-json)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spiders.readers.digest import digest_text
from spiders.readers.markup_signs import is_document
from spiders.readers.printed_time import read_time
from storage.records import (
    MEDIA,
    ROLLING,
    BadInfoCode,
    Draft,
    Precision,
    SetAside,
    Vanished,
    canonical_info_code,
)
from storage.records.saying import say

# Only `content` and `text` are known for sure; the other names are those of upstream's lists and search.
_TITLE = ("title", "art_title", "simtitle")
_TIME = (
    "showtime",
    "showdatetime",
    "art_showtime",
    "datetime",
    "publishtime",
    "ordertime",
    "updatetime",
    "art_sortstart",
)
_MEDIA = ("medianame", "from", "media", "art_media", "art_medianame", "source")
_AUTHOR = ("author", "art_author")
_DIGEST = ("digest", "simdigest", "summary")
_CODE = ("infocode", "art_code")
_WRAPPERS = ("data", "result")
_JSONP = re.compile(r"[\w.$]{1,80}\s*\((?P<json>.*)\)\s*;?", re.DOTALL)
_CUT = re.compile(r"(?<!\.)\.{3}(?:\s|</?[a-z]{1,10}\s*/?>)*\Z", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUL = "\x00"
_LONGEST_QUOTE = 80

Fields = Mapping[str, Any]


def read_article_json(text: str, url: str, info_code: str) -> Draft:
    """Return the draft in a JSON answer for one info code.

    Raises `Vanished` when the answer knows no such article, `SetAside` when it is anything but a whole one.
    ``text``, the newspaper's own form, becomes the body and ``content``, the form with security links,
    ``linked_html``. An answer with ``content`` alone is the rolling form.
    """
    fields = _article_fields(_parse(text))
    code = _checked_code(fields, canonical_info_code(info_code))
    body, linked = _body(fields, "text"), _body(fields, "content")
    if not body and not linked:
        raise _refusal(fields)
    published_at, precision = _published_at(fields)
    return Draft(
        info_code=code,
        url=url,
        form=MEDIA if body else ROLLING,
        title=_first(fields, _TITLE),
        published_at=published_at,
        precision=precision,
        witness="json",
        media=_first(fields, _MEDIA),
        author=_first(fields, _AUTHOR),
        summary=digest_text(_first(fields, _DIGEST)),
        body_html=body or linked or "",
        linked_html=linked if body else None,
        partial=True,
    )


def _parse(text: str) -> Any:
    """Return the JSON value of an answer, out of a JSONP wrapper if it has one, every field cleaned."""
    text = text.removeprefix("\ufeff").strip()
    wrapped = _JSONP.fullmatch(text)
    try:
        return json.loads(wrapped["json"] if wrapped else text, object_pairs_hook=_cleaned)
    except (ValueError, RecursionError) as error:
        raise SetAside(say("page.json_cut")) from error


def _cleaned(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_clean(name): _clean(value) if isinstance(value, str) else value for name, value in pairs}


def _article_fields(value: Any) -> Fields:
    """Return the article's fields under lower-case names, one level deeper when the answer wraps them."""
    fields = _lower(value)
    if not _body(fields, "text") and not _body(fields, "content"):
        inner = (_lower(fields[name]) for name in _WRAPPERS if isinstance(fields.get(name), dict))
        return next(inner, fields)
    return fields


def _lower(value: Any) -> Fields:
    if not isinstance(value, dict):
        raise SetAside(say("page.json_no_object", type=type(value).__name__))
    return {key.lower(): item for key, item in value.items()}


def _checked_code(fields: Fields, wanted: str) -> str:
    """Return the wanted info code; raise `SetAside` when the answer names another article."""
    values = (fields.get(name) for name in _CODE)
    for value in values:
        try:
            named = canonical_info_code(str(value) if isinstance(value, str | int) else "")
        except BadInfoCode:
            continue
        if named != wanted:
            raise SetAside(say("page.other_article", named=named, wanted=wanted))
    return wanted


def _body(fields: Fields, name: str) -> str | None:
    """Return a body; raise `SetAside` for one cut short, as list answers do (they end in three dots)."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        return None
    if is_document(value):
        raise SetAside(say("page.whole_page_field", name=name))
    if _CUT.search(value[-200:]):
        raise SetAside(say("page.cut_field", name=name))
    return value


def _first(fields: Fields, names: tuple[str, ...]) -> str | None:
    values = (fields.get(name) for name in names)
    texts = (value.strip() for value in values if isinstance(value, str))
    return next((text for text in texts if text), None)


def _published_at(fields: Fields) -> tuple[datetime | None, Precision]:
    """Return the first time that can be read, Beijing time unless it says otherwise."""
    values = (fields.get(name) for name in _TIME)
    printed = (str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    return next((time for text in printed if (time := read_time(text[:40]))), (None, "second"))


def _refusal(fields: Fields) -> SetAside | Vanished:
    """Return why an answer has no article: an error that it names, or nothing under this code."""
    said = _first(fields, ("message", "msg", "error", "errmsg"))
    if said:
        return SetAside(say("page.json_says", words=said[:_LONGEST_QUOTE]))
    if fields and not {"text", "content"} & fields.keys():
        named = ", ".join(sorted(fields))[:_LONGEST_QUOTE]
        return SetAside(say("page.json_fields", fields=named))
    return Vanished(say("page.no_text_of_code"))


def _clean(text: str) -> str:
    """Return the text without lone surrogates and NUL, which JSON can spell and a database can't store."""
    return _SURROGATE.sub("\ufffd", text).replace(_NUL, "")
