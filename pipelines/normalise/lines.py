"""What a line of an article is, by its own words: source line, jump mark, note, heading, or no text."""

from __future__ import annotations

import re

from pipelines.normalise.body import Line
from pipelines.normalise.furniture import is_imprint
from pipelines.normalise.players import is_player_text
from storage.records import find_info_code

# A name may have brackets of its own. No part matches what the next begins with, so none is tried twice.
_NAMED = r"[^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*"
_SOURCE = re.compile(rf"[(（]\s*文章来源\s*[:：](?P<media>{_NAMED})[)）]")
_EDITOR = re.compile(r"[(（]\s*责任编辑\s*[:：][^()（）]*[)）]")
_NAVIGATION = re.compile(r"返回.{0,60}")
_TAGS = re.compile(r"tags: \S.*")
_ADDRESS = re.compile(r"https?://\S+")
_NOTE = re.compile(r"[(（]?注\s*[:：]")
# A story that goes on from another page begins with it; 下转, at a story's end, tells nothing of this one.
_JUMP = re.compile(
    r"[▲△◀◁■□●\s]*[(（\[【〔]\s*(?:上接|紧接|接)\s*(?:第|头|封|[A-Z0-9一二三四五六七八九十])"
    r"[^()（）\[\]【】〔〕]{0,12}[)）\]】〕]"
)


def source_media(line: Line) -> str | None:
    """Return the name inside a source line, empty if it names nobody; None for any other line."""
    match = _SOURCE.fullmatch(line.text)
    if match:
        return match["media"].strip()
    return "" if line.is_source else None


def is_furniture(line: Line, info_code: str) -> bool:
    """Tell whether the line belongs to the page around the article: imprint, share, navigation, tags."""
    text = line.text
    if text == "<>" or _EDITOR.fullmatch(text) or _TAGS.fullmatch(text) or is_imprint(text):
        return True
    if is_player_text(text):
        return True
    if _ADDRESS.fullmatch(text):
        shared = find_info_code(text)
        return shared is not None and shared[0] == info_code
    return bool(line.links) and bool(_NAVIGATION.fullmatch(text)) and _is_all_links(line)


def is_note(text: str) -> bool:
    """Tell whether a line is an editor's note (``注：``)."""
    return bool(_NOTE.match(text))


def is_jump(text: str) -> bool:
    """Tell whether a line begins with a jump mark, ``(上接第一版)`` in either width."""
    return bool(_JUMP.match(text))


def is_heading(line: Line) -> bool:
    """Tell whether a line is a heading: marked as one, or wholly bold and not ending like a sentence.

    A plain short line stays text; nothing tells it from a short paragraph.
    """
    return line.is_heading or (line.is_bold and not line.text.endswith(("。", "；", "，")))


def _is_all_links(line: Line) -> bool:
    rest = line.text
    for link in line.links:
        rest = rest.replace(link.text, "", 1)
    return not rest.strip("｜| \u3000")
