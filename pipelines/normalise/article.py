"""From what a page delivers to the article we keep: remove what is not text, never edit the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, takewhile

from pipelines.normalise.body import Body, Line, Picture, read_body, read_lines
from pipelines.normalise.byline import (
    byline_names,
    closing_names,
    dateline_names,
    is_end_mark,
    signature_names,
    stated_names,
)
from pipelines.normalise.lines import is_furniture, is_heading, is_jump, is_note, source_media
from pipelines.normalise.media import media_of_digest, media_of_tag, stated_media
from pipelines.normalise.pictures import web_address
from pipelines.normalise.securities import gather, read_printed
from pipelines.normalise.text import one_line
from storage.records import ROLLING, Article, Draft, Image, Paragraph, ParagraphKind, Security, SetAside
from storage.records.saying import say

_SIZE = re.compile(r"_w(?P<width>\d{1,5})h(?P<height>\d{1,5})\b")
_WORD = re.compile(r"\w+")
_CUT_SHORT = "..."
_OUTWARD = {"paragraphs": "text", "body": "text", "body_html": "text", "pictures": "images"}
"""What an article's fields are called that readers call otherwise."""
_EDGE = 2
"""Lines at an end of the text in which a byline or a jump mark may stand."""
_WIDE_EDGE = 6
"""The same with the lines of a deck, or other credits, between a byline and that end."""
_LONGEST_DECK = 50
_SENTENCE_END = ("。", "！", "？", "；", "，", "”", "…")


def normalise(draft: Draft) -> Article:
    """Return the article in a draft (docs/design.md#normalising).

    Raise `SetAside` when the draft names no info code or its body is far longer than any article's.

    Nothing is judged here: an article without text or time is `belief.doubt`'s business.
    """
    if draft.info_code is None:
        raise SetAside(say("page.no_code"))
    delivered = (
        read_lines(draft.paragraphs)
        if draft.paragraphs
        else read_body(draft.body_html, draft.base or draft.url)
    )
    body, source_line, named = _sift(delivered, draft)
    paragraphs = _paragraphs(body) or _standing_in(draft)
    texts = [paragraph.text for paragraph in paragraphs]
    return Article(
        info_code=draft.info_code,
        url=draft.url,
        form=draft.form,
        title=one_line(draft.title),
        published_at=draft.published_at,
        precision=draft.precision,
        media=named or _media(draft),
        author=_author(paragraphs) or _joined(stated_names(draft.author)),
        summary=one_line(draft.summary) or None,
        source_line=source_line,
        continued=any(is_jump(text) for text in texts[:_EDGE]),
        paragraphs=paragraphs,
        images=_with_told_apart(tuple(_images(body, paragraphs)), draft, len(paragraphs)),
        players=tuple(body.players),
        securities=_securities(body, draft, texts),
        links=tuple(link for line in body.lines for link in line.links),
        kicker=one_line(draft.kicker) or None,
        subtitle=one_line(draft.subtitle) or None,
        page=one_line(draft.page) or None,
        page_name=one_line(draft.page_name) or None,
        page_order=draft.order,
        continues=draft.continues,
        incomplete=draft.incomplete,
        found_by=_found_by(draft),
        witness=draft.witness,
        body_html=draft.body_html,
    )


def _sift(body: Body, draft: Draft) -> tuple[Body, str | None, str | None]:
    """Return the body with the article's own lines alone, the source line and the media that it names.

    What a dropped line links to goes with it: in a source line, words of the newspaper's name are linked.
    """
    kept: list[Line] = []
    places: list[int] = []
    source_line = media = None
    digest_end = _digest_end(body.lines, draft)
    for index, line in enumerate(body.lines):
        places.append(len(kept))
        named = source_media(line)
        if named is not None:
            source_line, media = line.text, named or media
        elif index >= digest_end and not is_furniture(line, draft.info_code or ""):
            kept.append(line)
    places.append(len(kept))
    pictures = [Picture(picture.url, places[picture.before]) for picture in body.pictures]
    players = [replace(player, position=places[player.position]) for player in body.players]
    return Body(kept, pictures, players, body.charts), source_line, media


def _digest_end(lines: Sequence[Line], draft: Draft) -> int:
    """Return how many lines at the start are the digest: a quotation of the same words as the summary.

    What the article itself quotes may follow at once.
    """
    left = _words([Line(draft.summary or "")])
    for index, line in enumerate(takewhile(lambda line: line.is_quoted, lines)):
        words = _words([line])
        if not left.startswith(words):
            break
        left = left.removeprefix(words)
        if draft.summary and not left:
            return index + 1
    return 0


def _words(lines: Sequence[Line]) -> str:
    """Return the letters alone: kramdown takes asterisks and bars out of the digest, never a word."""
    return "".join(word for line in lines for word in _WORD.findall(line.text))


def _standing_in(draft: Draft) -> tuple[Paragraph, ...]:
    """Return the digest as the text of a post that has no other: the rolling news of the first hours.

    A digest that was cut short (it ends in three dots) is no text.
    """
    digest = one_line(draft.summary)
    if draft.form != ROLLING or not digest or digest.endswith(_CUT_SHORT):
        return ()
    return (Paragraph(digest),)


def _paragraphs(body: Body) -> tuple[Paragraph, ...]:
    under_pictures = {picture.before for picture in body.pictures}
    places = range(len(body.lines))
    edge = {*_edge(body.lines, places), *_edge(body.lines, places[::-1])}
    return tuple(
        Paragraph(line.text, _kind(line, index in under_pictures, index in edge))
        for index, line in enumerate(body.lines)
    )


def _edge(lines: Sequence[Line], order: range) -> Iterator[int]:
    """Yield the places from one end of the text in which a byline may stand: two, more behind short lines."""
    for passed, index in enumerate(order[:_WIDE_EDGE]):
        yield index
        text = lines[index].text
        if len(text) > _LONGEST_DECK or text.endswith(_SENTENCE_END):
            yield from order[passed + 1 : _EDGE]
            return


def _kind(line: Line, is_under_picture: bool, is_at_edge: bool) -> ParagraphKind:
    if line.kind != "text":
        return line.kind
    if is_at_edge and byline_names(line.text):
        return "byline"
    if is_heading(line):
        return "heading"
    if line.is_centred and is_under_picture:
        return "caption"
    return "note" if is_note(line.text) else "text"


def _author(paragraphs: Sequence[Paragraph]) -> str | None:
    """Return the names in bylines, datelines and after the last sentence, each once, parted by ``、``.

    None when there are none.
    """
    texts = (one for one in reversed(paragraphs) if one.kind == "text" and not is_end_mark(one.text))
    last = next(texts, None)
    names: list[str] = []
    for paragraph in paragraphs:
        if paragraph.kind == "byline":
            names += byline_names(paragraph.text)
        elif paragraph.kind == "text":
            names += dateline_names(paragraph.text)
            names += (signature_names if paragraph is last else closing_names)(paragraph.text)
    return _joined(names)


def _joined(names: Iterable[str]) -> str | None:
    return "、".join(dict.fromkeys(names)) or None


def _images(body: Body, paragraphs: Sequence[Paragraph]) -> Iterator[Image]:
    """Yield the images; of several that stand together, the caption belongs to the last."""
    last_at = {picture.before: picture for picture in body.pictures}
    for picture in body.pictures:
        below = paragraphs[picture.before : picture.before + 1] if last_at[picture.before] is picture else ()
        size = _SIZE.search(picture.url)
        yield Image(
            url=picture.url,
            caption=next((paragraph.text for paragraph in below if paragraph.kind == "caption"), None),
            position=picture.before,
            width=int(size["width"]) if size else None,
            height=int(size["height"]) if size else None,
        )


def _with_told_apart(images: tuple[Image, ...], draft: Draft, lines: int) -> tuple[Image, ...]:
    """Return the images of the body with those that the reader told apart, each once, in their order.

    One that stands in the body as well has its caption from there, or else from the reader.
    """
    if not draft.pictures:
        return images
    told = {picture.url: picture for picture in draft.pictures}
    own = {image.url for image in images}
    both = [_described(image, told.get(image.url)) for image in images]
    apart = [
        replace(one, caption=one_line(one.caption) or None, position=min(max(one.position, 0), lines))
        for url, one in told.items()
        if url not in own and web_address(url, draft.base or draft.url) == url
    ]
    return tuple(sorted([*apart, *both], key=lambda image: image.position))


def _described(image: Image, told: Image | None) -> Image:
    """Return an image with what the reader tells of it and the body does not."""
    if told is None:
        return image
    sized = image if image.width else replace(image, width=told.width, height=told.height)
    return replace(sized, caption=image.caption or one_line(told.caption) or None)


def _found_by(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Return by which rule each field was found, under the names that the fields have outside."""
    return tuple({_OUTWARD.get(name, name): rule for name, rule in draft.found_by}.items())


def _securities(body: Body, draft: Draft, texts: Sequence[str]) -> tuple[Security, ...]:
    """Return the securities of charts, links and text, those linked in the second body too."""
    linked = read_body(draft.linked_html, draft.base or draft.url) if draft.linked_html else None
    second = _sift(linked, draft)[0] if linked else Body()
    links = (security for one in (body, second) for line in one.lines for security in line.securities)
    return gather(chain(body.charts, second.charts, links, read_printed(texts)))


def _media(draft: Draft) -> str | None:
    return media_of_tag(draft.tag, draft.form) or stated_media(draft.media) or media_of_digest(draft.summary)
