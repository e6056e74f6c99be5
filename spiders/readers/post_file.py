"""A post as the file that upstream keeps: ``_posts/DATE-CODE.md`` (docs/upstream.md#the-file-of-a-post).

The four generations of the format differ in what they leave out: the first have a blank line before the
front matter, a time without zone and no navigation; the second link back; the third have a plain text, and
only the fourth has the whole article. One tolerant reader takes them all, line by line: the front matter is
no YAML as soon as a title contains a quotation mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spiders.readers.digest import digest_text
from spiders.readers.post_parts import post_identity
from spiders.readers.printed_time import read_time
from storage.records import (
    MEDIA,
    ROLLING,
    BadInfoCode,
    Draft,
    Form,
    Missing,
    SetAside,
    canonical_info_code,
    find_info_code,
    has_digits_alone,
)
from storage.records.saying import say
from storage.records.text.liquid import restore_liquid

NOTICE_CATEGORY = "sitenews"
"""The category of the site's own notices, which are no articles."""

# No part can match what the next begins with, so a hostile file is scanned once.
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(?P<lines>(?:(?!---[ \t]*(?:\n|\Z))[^\n]*\n)*)---[ \t]*(?:\n|\Z)")
_QUOTED = re.compile(r"\"(?P<title>.*)\"")
_SHARE = re.compile(r"^<(?P<address>(?:https?://[^\s<>]{1,500})?)>[ \t]*$", re.MULTILINE)
_NAVIGATION = re.compile(r"^\[返回[^\n]*$", re.MULTILINE)
_SITE = re.compile(r"\]\((?P<site>(?:https?:)?//[\w.:-]+)/")
_QUOTATION = ">"
_FORM = re.compile("[a-z]{1,20}")
_LONGEST_CATEGORY = 100


class NoArticle(Missing):
    """The file is whole and is no article: pass over it. The message completes "this file …"."""


@dataclass(frozen=True, slots=True)
class PostFile:
    """What a post's file says: its article, its category, and where the site shows it.

    ``category`` is the slug as printed, inner blanks included; None for one that can be no source's.
    ``page_url`` is the dated address at which Jekyll serves the post; None when the file does not tell it.
    A ghost (a file without title and time) has a draft that is ``partial``.
    """

    draft: Draft
    category: str | None
    page_url: str | None


def read_post_file(text: str, name: str) -> PostFile:
    """Return what the post in a file of that name says, nothing cleaned or judged.

    ``published_at`` is Beijing time, also where the file prints no zone. ``body_html`` is the text between
    the front matter, or the rolling news' quoted digest, and the share line, as it stands in the file.
    Raises `NoArticle` for a site notice or a file that is no post, `SetAside` for a post that is damaged or
    another article than its name says.
    """
    text = _with_plain_ends(text)
    front_matter = _FRONT_MATTER.match(text)
    if front_matter is None:
        raise _refusal(name)
    fields = _fields(front_matter["lines"])
    if fields.get("categories") == NOTICE_CATEGORY:
        raise NoArticle(say("page.site_notice"))
    return _read_post(fields, text[front_matter.end() :], name)


def _with_plain_ends(text: str) -> str:
    """Return a file whose every line ends in CR LF as it was before somebody's copy of the repository.

    Some bodies part paragraphs with CR LF in a file of LF (docs/upstream.md#generations): those stay as they
    were delivered.
    """
    return text.replace("\r\n", "\n") if text.count("\r\n") == text.count("\n") else text


def _read_post(fields: dict[str, str], content: str, name: str) -> PostFile:
    own = _own_code(fields)
    body, tail, shared = _split(content, is_of_site=own is not None)
    info_code, form = own or post_identity(name, shared)
    if info_code is None:
        raise SetAside(say("page.no_code_in_post"))
    summary, body = _split_digest(body, form)
    time = read_time(fields.get("date", ""))
    title = _title(fields.get("title", ""))
    draft = Draft(
        info_code=info_code,
        url=shared or "",
        form=form,
        title=title,
        published_at=time[0] if time else None,
        precision=time[1] if time else "second",
        witness="file",
        tag=restore_liquid(fields.get("tags", "")) or None,
        summary=summary,
        body_html=body,
        partial=title is None and time is None,
    )
    category = _category(fields.get("categories", ""))
    return PostFile(draft, category, _page_url(draft, category, tail))


def _own_code(fields: dict[str, str]) -> tuple[str, Form] | None:
    """Return the code of another site's article and its form, which only our own export writes down."""
    try:
        code = canonical_info_code(fields.get("code", ""))
    except BadInfoCode:
        return None
    form = fields.get("form", MEDIA)
    return None if has_digits_alone(code) or not _FORM.fullmatch(form) else (code, form)


def _refusal(name: str) -> NoArticle | SetAside:
    if find_info_code(name):
        return SetAside(say("page.post_without_front"))
    return NoArticle(say("page.no_post"))


def _fields(lines: str) -> dict[str, str]:
    """Return the front matter's values as printed; of a key that comes twice, the first."""
    fields: dict[str, str] = {}
    for line in lines.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    return fields


def _title(value: str) -> str | None:
    quoted = _QUOTED.fullmatch(value)
    return restore_liquid((quoted["title"] if quoted else value).strip()) or None


def _split(content: str, *, is_of_site: bool) -> tuple[str, str, str | None]:
    """Cut at the share line, else the navigation: return the body, what follows, and the address shared.

    ``is_of_site``: the article is another site's, whose addresses name no code that we could read.
    """
    shares = [match for match in _SHARE.finditer(content) if is_of_site or _is_share(match["address"])]
    if shares:
        last = shares[-1]
        return content[: last.start()].removesuffix("\n\n"), content[last.end() :], last["address"] or None
    navigation = _NAVIGATION.search(content)
    if navigation:
        return content[: navigation.start()].removesuffix("\n\n"), content[navigation.start() :], None
    return content, "", None


def _is_share(address: str) -> bool:
    """Tell whether an address stands in a share line: it names an article, or is a ghost's empty one."""
    return not address or find_info_code(address) is not None


def _split_digest(body: str, form: Form) -> tuple[str | None, str]:
    """Return the digest that a rolling-news post quotes before its text, and the text."""
    if form != ROLLING or not body.startswith(_QUOTATION):
        return None, body
    quoted, _, rest = body.partition("\n\n")
    lines = (line.removeprefix(_QUOTATION).strip() for line in quoted.splitlines())
    return digest_text(restore_liquid(" ".join(lines))), rest


def _category(value: str) -> str | None:
    """Return a category that may be a source's slug; only its edges are stripped, slugs are opaque."""
    usable = value.isprintable() and 0 < len(value) <= _LONGEST_CATEGORY and "/" not in value
    return value if usable and value not in {".", ".."} else None


def _page_url(draft: Draft, category: str | None, tail: str) -> str | None:
    """Return ``/<categories>/<date>/<code>.html`` on the site that the navigation leads to."""
    site = _SITE.search(tail)
    if site is None or category is None or draft.published_at is None or draft.info_code is None:
        return None
    address = site["site"] if "//" not in site["site"][:2] else f"https:{site['site']}"
    code = draft.info_code[-18:] if draft.form == ROLLING else draft.info_code
    folders = "/".join(category.lower().split())
    return f"{address}/{folders}/{draft.published_at:%Y/%m/%d}/{code}.html"
