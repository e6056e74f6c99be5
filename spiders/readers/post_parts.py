"""The parts that every post of the Jekyll site is put together from, with layout or without."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from storage.records import MEDIA, Form, SetAside, find_info_code
from storage.records.saying import say

# The share line is an autolink: its text is its address. Behind an unclosed block it is left as Markdown.
_SHARE = re.compile(
    r'<p><a href="(?P<address>[^"<>]+)">(?P=address)</a></p>|&lt;(?P<markdown>https?://(?:(?!&lt;)[^\s<>"]){1,300}?)&gt;'
)
# A ghost's link is empty (docs/upstream.md#ghosts), and kramdown prints what is left of it.
_EMPTY_SHARE = "<p>&lt;&gt;</p>"
_NAVIGATION = re.compile(r'<p>(?:<a href="[^"<>]*">返回[^<>]*</a>[\s｜]*)+</p>\s*\Z')
_DIGEST = re.compile(r"\s*<blockquote>(.*?)</blockquote>", re.DOTALL)
_CELL_BREAK = re.compile(r"</t[dh]>\s*<t[dh][^<>]*>")
_ROW_BREAK = re.compile(r"</(?:p|tr)>\s*<(?:p|tr)\b[^<>]*>")
_FOREIGN_TAG = re.compile(r"<(?![A-Za-z/!])")
_FOREIGN_END = re.compile(r"</(?=[^A-Za-z<>])[^<>]*>")
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")


@dataclass(frozen=True, slots=True)
class PostParts:
    """A post's body as delivered, and the address that its share line shares."""

    body: str
    shared: str | None


def split_post(content: str) -> PostParts:
    """Cut a post's content at its share line; at the navigation line when there is none, else nowhere."""
    share = _share_line(content)
    if share:
        return PostParts(content[: share.start()], _address(share))
    cut = content.rfind(_EMPTY_SHARE)
    if cut < 0:
        navigation = _NAVIGATION.search(content)
        cut = navigation.start() if navigation else len(content)
    return PostParts(content[:cut], None)


def share_address(content: str) -> str | None:
    """Return the address in a post's share line, None when it has no such line."""
    share = _share_line(content)
    return _address(share) if share else None


def post_identity(url: str, shared: str | None) -> tuple[str | None, Form]:
    """Return the info code and form that a post's addresses tell: its own first, else the one it shares.

    Raises `SetAside` when the two name different articles.
    """
    own = find_info_code(url)
    other = find_info_code(shared) if shared else None
    if own and other and own[0] != other[0]:
        raise SetAside(say("page.other_than_address", other=other[0], own=own[0]))
    return own or other or (None, MEDIA)


def read_digest(body: str) -> str | None:
    """Return the digest that a rolling-news post begins with, as upstream wrote it; None when there is none.

    Undoes what kramdown makes of plain text: a table where the digest had ``|``, emphasis where it had
    ``*ST``, a tag where it had ``<词>``. Quotes and dashes stay as kramdown made them.
    """
    match = _DIGEST.match(body)
    if not match:
        return None
    text = _CELL_BREAK.sub(" | ", match[1].strip())
    text = _ROW_BREAK.sub(" ", text)
    return collapse(plain_text(restore_stars(text))) or None


def without_digest(body: str) -> str:
    """Return a body without the quotation that it begins with."""
    match = _DIGEST.match(body)
    return body[match.end() :].lstrip() if match else body


def restore_stars(markup: str) -> str:
    """Return the markup with the asterisks that kramdown took for emphasis (``*ST甲与*ST乙``)."""
    return re.sub(r"</?strong>", "**", re.sub(r"</?em>", "*", markup))


def plain_text(markup: str) -> str:
    """Return the text of a short piece of a post: tags dropped, entities unescaped once.

    ``<词>`` is no tag but the text that upstream wrote; the end tag that kramdown added is dropped.
    """
    text = _FOREIGN_END.sub("", markup)
    return html.unescape(_TAG.sub("", _FOREIGN_TAG.sub("&lt;", text)))


def collapse(text: str) -> str:
    """Return the text with its white space as HTML shows it: runs as one space, none at the edges."""
    return _WHITE_SPACE.sub(" ", text).strip()


def _share_line(content: str) -> re.Match[str] | None:
    lines = [match for match in _SHARE.finditer(content) if find_info_code(_address(match))]
    return lines[-1] if lines else None


def _address(share: re.Match[str]) -> str:
    return html.unescape(share["address"] or share["markdown"])
