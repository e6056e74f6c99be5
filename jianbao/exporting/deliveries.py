"""What each form of an article was delivered as: read again from its captures, for what is rendered of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from jianbao.exporting.selection import Selection
from pipelines.compare.fingerprint import body_hash
from pipelines.normalise.article import normalise
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from spiders.readers.post_file import NoArticle, read_post_file
from spiders.readers.post_parts import share_address, without_digest
from storage.captures.capture import list_captures_under, read_captures
from storage.records import (
    MEDIA,
    ROLLING,
    Capture,
    Draft,
    Form,
    SetAside,
    Vanished,
    WholeArticle,
    find_info_code,
)
from storage.warc import read_payload

_MOST_CAPTURES = 30
_FORMS = 2
_POST_FILE = "urn:jianbao:post:"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One form's answer: the draft in it, and the address that it shares (None: not told)."""

    draft: Draft
    shared: str | None = None


@dataclass(slots=True)
class Deliveries:
    """The best answer of each form, and sentences about captures that could not be read."""

    found: dict[Form, Delivered] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def find_deliveries(chosen: Selection, whole: WholeArticle) -> Deliveries:
    """Return the newest answer of each form that says what the archive says, else the newest of that form.

    One answer of the JSON endpoint has both, also of an article that was listed in one form only.
    """
    code = whole.stored.article.info_code
    expected = body_hash(whole.stored.article)
    saying: dict[Form, Delivered] = {}
    newest: dict[Form, Delivered] = {}
    unreadable: list[str] = []
    captures = list_captures_under(chosen.connection, code, "")[::-1][:_MOST_CAPTURES]
    for capture in captures:
        try:
            answers = [(one, body_hash(normalise(one.draft))) for one in _answers(chosen, capture, code)]
        except (NoArticle, SetAside, Vanished):
            continue
        except Exception as error:  # noqa: BLE001 - decides an outcome: one odd capture must not end an export
            unreadable.append(f"{capture.url}: {error}")
            continue
        for delivered, told in answers:
            newest.setdefault(delivered.draft.form, delivered)
            if told == expected:
                saying.setdefault(delivered.draft.form, delivered)
        if len(saying) == _FORMS:
            break
    return Deliveries(newest | saying, unreadable)


def _answers(chosen: Selection, capture: Capture, code: str) -> list[Delivered]:
    return list(_drafts(decode_page(_payload(chosen, capture), None), capture, code))


def _payload(chosen: Selection, capture: Capture) -> bytes:
    """Return what a capture brought; a revisit's was kept by an earlier one."""
    kept = capture
    if capture.refers_to is not None:
        kept = read_captures(chosen.connection, [capture.refers_to])[capture.refers_to]
    return read_payload(chosen.warc_folder, kept.place, digest=kept.payload_digest).body


def _drafts(text: str, capture: Capture, code: str) -> Iterator[Delivered]:
    if capture.url.startswith(_POST_FILE):
        name = unquote(capture.url.rpartition("/")[2].rpartition(":")[2])
        draft = read_post_file(text, name).draft
        if not draft.partial:  # a ghost's file is nobody's
            yield Delivered(draft, draft.url or None)
    elif "json" in (capture.content_type or "") or text.lstrip().startswith(("{", "[")):
        yield from _json_drafts(text, capture.url, code)
    elif capture.url.startswith("http"):
        draft = read_article(text, capture.url)
        if draft.form == ROLLING and draft.summary:
            draft = replace(draft, body_html=without_digest(draft.body_html))
        if draft.info_code == code:
            yield Delivered(draft, _share(text, code))


def _json_drafts(text: str, url: str, code: str) -> Iterator[Delivered]:
    """Yield both forms that one answer of the JSON endpoint has (docs/upstream.md#lists-and-article-json)."""
    draft = read_article_json(text, url, code)
    if draft.form == MEDIA:
        yield Delivered(replace(draft, linked_html=None))
    linked = draft.linked_html or (draft.body_html if draft.form == ROLLING else None)
    if linked:
        yield Delivered(replace(draft, form=ROLLING, body_html=linked, linked_html=None))


def _share(text: str, code: str) -> str | None:
    address = share_address(text)
    identity = find_info_code(address) if address else None
    return address if identity and identity[0] == code else None
