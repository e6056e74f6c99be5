"""What a line of an article is, by its own words: source line, byline, jump mark, note, or no text at all."""

from __future__ import annotations

import re

from pipelines.normalise_body import Line
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
_LONGEST_BYLINE = 60
_ROLE = r"(?:记者|通讯员|实习生|特约撰稿|撰稿|见习生)"
_PAPER = r"[^\s，。、：:；！？“”‘’（）()□■]{0,12}?"
# What tells a byline from prose that begins with the word: a mark, a paper's name, or a blank after the role.
_BYLINE = re.compile(
    rf"(?P<credits>[□■◇◆○●▲△☆★]\s*{_PAPER}{_ROLE}.+|(?:本[报网刊台]|{_PAPER}[报社网刊台]){_PAPER}{_ROLE}.+"
    rf"|{_PAPER}{_ROLE}[\s:：].+)"
)
_ROLES = re.compile(rf"[□■◇◆○●▲△☆★]?\s*{_PAPER}{_ROLE}[\s:：]*")
_WRITTEN = re.compile(r"\s*(?:文[/／]图|摄影报道|报道)\Z")
_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,6}[·•][\u4e00-\u9fff·•]{1,10}|[A-Za-z][A-Za-z. ]{1,30}"
)
_NAME_BREAK = re.compile(r"[\s、，,/／]+")
_DATELINE = re.compile(
    rf"本报[^（(。，\s]{{0,10}}讯\s*[(（](?P<credits>[^()（）]{{0,20}}{_ROLE}[^()（）]{{2,40}})[)）]"
)
_CLOSING = re.compile(r"[(（](?P<credits>[^()（）]{2,60})[)）]")
# Column names and verbs that stand where a reporter's name would.
# fmt: off
_NO_NAMES = frozenset({
    "手记", "观察", "调查", "感言", "札记", "日记", "见闻", "专访", "视点", "视线", "视角", "直击", "探访",
    "走访", "走基层", "获悉", "了解", "了解到", "来信", "现场", "快评", "点评", "体验", "暗访", "连线",
    "采访",
})
# fmt: on


def source_media(line: Line) -> str | None:
    """Return the name inside a source line, empty if it names nobody; None for any other line."""
    match = _SOURCE.fullmatch(line.text)
    if match:
        return match["media"].strip()
    return "" if line.is_source else None


def is_furniture(line: Line, info_code: str) -> bool:
    """Tell whether the line belongs to the page around the article: its share, navigation or tags line."""
    text = line.text
    if text == "<>" or _EDITOR.fullmatch(text) or _TAGS.fullmatch(text):
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


def byline_names(text: str) -> tuple[str, ...]:
    """Return the names in a byline (``□本报记者张平``); none for a line that holds anything else."""
    if len(text) > _LONGEST_BYLINE:
        return ()
    match = _BYLINE.fullmatch(_WRITTEN.sub("", text.strip("()（） ")))
    if match:
        return _names(match["credits"])
    return closing_names(text) if text.startswith(("(", "（")) else ()


def dateline_names(text: str) -> tuple[str, ...]:
    """Return the names in a dateline's brackets (``本报讯 （记者张琬 通讯员林妙）``), if any."""
    match = _DATELINE.match(text)
    return _names(match["credits"]) if match else ()


def closing_names(text: str) -> tuple[str, ...]:
    """Return the names in the brackets that a story ends with (``(张琬 全媒体记者 林妙)``), if any."""
    start = max(text.rfind("("), text.rfind("（"))
    match = _CLOSING.fullmatch(text, start) if start >= 0 else None
    return _names(match["credits"]) if match and _ROLES.search(match["credits"]) else ()


def _names(credited: str) -> tuple[str, ...]:
    """Return the names in a line of credits; none at all unless everything but the roles is names."""
    names: list[str] = []
    for group in _ROLES.split(credited):
        names.extend(_joined(_NAME_BREAK.split(group.strip())))
    if not all(_is_name(name) for name in names):
        return ()
    return tuple(dict.fromkeys(names))


def _is_name(word: str) -> bool:
    """Tell whether a word may be a writer's name; a photographer's (``张平摄``) is no author's."""
    return bool(_NAME.fullmatch(word)) and word not in _NO_NAMES and not word.endswith("摄")


def _joined(words: list[str]) -> list[str]:
    """Return the words of a group of names; one-character words are one name, spaced to fill the column."""
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    return [word for word in words if word]


def _is_all_links(line: Line) -> bool:
    rest = line.text
    for link in line.links:
        rest = rest.replace(link.text, "", 1)
    return not rest.strip("｜| \u3000")
