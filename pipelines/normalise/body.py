"""A delivered body taken apart in one pass: its lines of text, its images and players, what it links to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement, RubyTextString  # type: ignore[attr-defined]

from pipelines.normalise.body_reading import BLANKS, WHITE_SPACE, Body, Line, Picture, Reading, line_text
from pipelines.normalise.concealment import is_concealed
from pipelines.normalise.formulas import spell_formulas
from pipelines.normalise.players import CHILDLESS, PLAYERS
from pipelines.normalise.text import drop_unseen
from storage.records import Paragraph, SetAside
from storage.records.saying import say
from storage.records.text.crowded_tags import MOST_ATTRIBUTES, has_crowded_tag

__all__ = ["Body", "Line", "Picture", "read_body", "read_lines"]

_LONGEST_BODY = 1_000_000
"""Characters of markup beyond which a body is set aside: real ones have up to 50,000
(docs/upstream.md#lengths), and a tree takes 150 times the memory."""
_MOST_TAGS = 100_000
"""Tags beyond which a body is set aside: real ones have up to some thousands, and each takes as long as 30
characters."""
# A paragraph that every parser reads alike, as most of a newspaper's are, and the source line at the end of
# nearly every article: a tree of it costs ten times more.
_PLAIN = re.compile(
    r'\s*<p(?:(?P<source> class="em_media")|(?P<centred> style="text-align: center"))?>'
    r"(?P<text>[^<&\x00-\x08\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff\ufffe\uffff]*)</p>"
)
# A picture with nothing but its address, as readers write the pictures that stand beside a text.
_PICTURED = re.compile(r'\s*<p><img src="(?P<src>[!#-%\x27-;=?-~]*)"></p>')
_ENDED_BREAK = re.compile(r"</br\s*>", re.IGNORECASE)
# fmt: off
_DROPPED = frozenset({
    "button", "head", "rp", "script", "select", "style", "svg", "template", "textarea", "title",
})
# fmt: on
_UNREAD = _DROPPED.union(PLAYERS)
_TEXTS = (NavigableString, RubyTextString)


def read_body(markup: str, url: str) -> Body:
    """Return the parts of a body as delivered at ``url``: any HTML, or plain text with one paragraph a line.

    Hidden elements, scripts, advertisements, charts and what stands in players are no text. Spans and links
    are unwrapped without adding a blank; white space is collapsed as HTML shows it, and lines are stripped at
    their edges. What markup alone says is written out: numbers of lists, raised, low and struck text,
    quotation marks of ``q``, readings of ``ruby``. A table's row is a line, its cells parted by tabs, with an
    empty one wherever a cell of another row or column reaches.
    Raises `SetAside` for a body that is far longer than any article's, or of far more parts.
    """
    _check_size(markup)
    reading = Reading(url)
    if "<" in markup:
        rest = _read_plain(markup, reading)
        if rest:
            if "</br" in rest or "</BR" in rest:
                rest = _ENDED_BREAK.sub("<br>", rest)  # as browsers do; the parser leaves it out
            # The body tag keeps bs4 from taking a leading "<?xml" for a mistake of ours.
            tree = BeautifulSoup(f"<body>{rest}", "lxml")
            if "<math" in rest:
                spell_formulas(tree)
            _walk(tree, reading)
    else:
        for line in unescape(markup).splitlines():
            reading.add_text(line)
            reading.end_line()
    reading.end_line()
    return reading.body


def _check_size(markup: str) -> None:
    """Raise `SetAside` for a body that is far longer than any article's, or of far more parts."""
    if len(markup) > _LONGEST_BODY:
        raise SetAside(say("page.body_too_long", length=len(markup), most=_LONGEST_BODY))
    if (tags := markup.count("<")) > _MOST_TAGS:
        raise SetAside(say("page.too_many_tags", tags=tags, most=_MOST_TAGS))
    if has_crowded_tag(markup):
        raise SetAside(say("page.crowded_element", most=MOST_ATTRIBUTES))


def read_lines(paragraphs: Iterable[Paragraph]) -> Body:
    """Return the body of paragraphs that their reader told apart, as `read_body` does for others."""
    lines = (
        Line(WHITE_SPACE.sub(" ", drop_unseen(one.text)).strip(BLANKS), kind=one.kind) for one in paragraphs
    )
    return Body([line for line in lines if line.text])


def _read_plain(markup: str, reading: Reading) -> str:
    """Read the paragraphs at the start that hold but text or a picture; return the markup that follows."""
    end = 0
    while (paragraph := _PLAIN.match(markup, end) or _PICTURED.match(markup, end)) is not None:
        if paragraph.re is _PICTURED:
            image = Tag(name="img", attrs={"src": paragraph["src"]})
            if not is_concealed(image):
                reading.start(image)
                reading.end(image)
        elif text := line_text(paragraph["text"]):
            is_source, is_centred = paragraph["source"] is not None, paragraph["centred"] is not None
            reading.body.lines.append(Line(text, is_source=is_source, is_centred=is_centred))
        end = paragraph.end()
    return markup[end:].strip()


def _walk(root: Tag, reading: Reading) -> None:
    """Lead the reading through the tree in order; by a loop, since hostile nesting is deep."""
    stack: list[tuple[PageElement, bool]] = [(child, True) for child in reversed(root.contents)]
    while stack:
        node, is_start = stack.pop()
        if not isinstance(node, Tag):
            if isinstance(node, NavigableString) and type(node) in _TEXTS:
                reading.add_text(node)
        elif not is_start:
            reading.end(node)
        elif node.name in _UNREAD:
            if _shows_inside(node, reading):
                stack.extend((child, True) for child in reversed(node.contents))
        elif not node.attrs or not is_concealed(node):
            reading.start(node)
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node.contents))


def _shows_inside(unread: Tag, reading: Reading) -> bool:
    """Note what an element plays; tell whether what stands inside it is shown all the same: nothing else can
    be, or the parser put there what stands behind it.
    """
    if unread.name in _DROPPED:
        return False
    is_played = reading.add_player(unread)
    return unread.name in CHILDLESS or (unread.name == "object" and not is_played)
