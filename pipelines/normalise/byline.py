"""Where newspapers say who wrote: a line of its own, a dateline, brackets or a signature at the end."""

from __future__ import annotations

import re

from pipelines.normalise.credit_words import BARE_FAMILIES, DOUBLE_FAMILY_NAMES, NO_BARE_NAMES
from pipelines.normalise.credits import Word, is_name, name_authors, read_authors, read_words

_LONGEST_LINE = 80
_LONGEST_HEAD = 40
_LONGEST_BRACKETS = 60
_MOST_BARE_NAMES = 4
# What every byline has some of; a line without any is passed by at once.
_CREDIT = re.compile(
    r"记者|[信讯论派道察]员|作者|[实见]习生|作家|[主执]笔|撰[文稿]|采[写编]|供稿|文字|图文|文[\s/／:：|｜丨、&＆+并图]|[\s/／]文"
)
_ROLES = re.compile("记者|通讯员|通信员|评论员|特派员|撰稿|作者|实习生|见习生|执笔|采写|撰文")
_ORNAMENT = re.compile(r"[\s□■◇◆○●◎▲△▼▽☆★※▍▌▎│丨|｜—–―*·>》-]+")
_IN_BRACKETS = re.compile(r"[(（\[【〔〖]([^()（）\[\]【】〔〕〖〗]*)[)）\]】〕〗]")
_CLOSING = re.compile(r"[(（]([^()（）]{2,60})[)）]\s*")
_END_MARK = re.compile(r"(?<!\s)\s*+[(（【\[](?:完|全文完|END|end)[)）】\]]\s*+\Z")
_SIGNED = re.compile(
    r"[。！？!?…”』）)]\s*(?P<credits>(?:本文作者|作者|撰文|执笔|通讯员|[^\s，。！？”』）)]{0,14}记者)[\s:：][^，。！？]{2,40})\Z"
)
_CHINESE_WORD = re.compile("[\u4e00-\u9fff]+")
_CLAUSE = re.compile("[。！？!?；;，“”]")
_CLAUSE_OF_HEAD = re.compile("[。！？!?；;，]")
_DATED_FROM = ("讯", "电", "消息")
_HEAD_END = (*_DATED_FROM, "报道", "日", "题")
_HEAD_EDGES = " \u3000\xa0【】[]〔〕：:，,"
_REPORTS = re.compile("报道|报导")
_SENTENCE_END = tuple("。！？!?…”』")


def byline_names(text: str) -> tuple[str, ...]:
    """Return the authors in a byline (``□本报记者张平``, ``文/图 记者 张平``); none for any other line."""
    if len(text) > _LONGEST_LINE or not _CREDIT.search(text):
        return ()
    whole = _IN_BRACKETS.fullmatch(text)
    line = whole[1] if whole else text
    ornament = _ORNAMENT.match(line)
    line = line[ornament.end() :] if ornament else line
    return read_authors(line) or (read_authors(_without_head(line)) if _ROLES.search(line) else ())


def dateline_names(text: str) -> tuple[str, ...]:
    """Return the authors before a paragraph: ``本报讯（记者张琬 通讯员林妙）``, ``本报讯 记者张平``,
    ``新华社南昌3月20日电（张平）``, ``本报记者张平报道：``. The dateline stays in the text.
    """
    head = text[:_LONGEST_HEAD]
    if not ("（" in head or "(" in head or "者" in head or "员" in head):
        return ()
    start = min((at for mark in "(（" if (at := text.find(mark, 0, _LONGEST_HEAD)) >= 0), default=-1)
    if start >= 0 and (names := _names_after_head(text, start)):
        return names
    return _names_in_front(text) if "者" in head or "员" in head else ()


def closing_names(text: str) -> tuple[str, ...]:
    """Return the authors in the brackets that a paragraph ends with, ``(张琬 全媒体记者 林妙)``, if any."""
    match = _last_brackets(text)
    return read_authors(match[1]) if match and _ROLES.search(match[1]) else ()


def signature_names(text: str) -> tuple[str, ...]:
    """Return the authors that an article ends with: without a role too (``（张平）``), or ``作者：张平``."""
    match = _last_brackets(text)
    if not match:
        tail = text[-_LONGEST_LINE:]
        signed = _SIGNED.search(tail) if _ROLES.search(tail) else None
        return read_authors(signed["credits"]) if signed else ()
    before = text[: match.start()].rstrip()
    if _CREDIT.search(match[1]) and (names := read_authors(match[1])):
        return names
    if before and not before.endswith(_SENTENCE_END):
        return ()
    names = _bare_names(match[1])
    return names if all(map(_is_common_name, names)) else ()


def stated_names(credited: str | None) -> tuple[str, ...]:
    """Return the authors that a page states beside its text, where papers stand as often as people."""
    return byline_names(credited if _CREDIT.search(credited) else f"记者 {credited}") if credited else ()


def is_end_mark(text: str) -> bool:
    """Tell whether a line only says that the article ends (``（完）``)."""
    return bool(_END_MARK.fullmatch(text))


def _names_after_head(text: str, start: int) -> tuple[str, ...]:
    """Return the authors in a dateline's brackets, which begin at ``start``."""
    head = text[:start].strip(_HEAD_EDGES)
    if _CLAUSE_OF_HEAD.search(head) or not (not head or head.endswith(_HEAD_END)):
        return ()
    brackets = _IN_BRACKETS.match(text, start)
    if not brackets or len(brackets[1]) > _LONGEST_BRACKETS:
        return ()
    if _ROLES.search(brackets[1]):
        return read_authors(brackets[1])
    return _bare_names(brackets[1]) if head.endswith(_DATED_FROM) else ()


def _names_in_front(text: str) -> tuple[str, ...]:
    """Return the authors whom a paragraph names before it begins: up to ``报道``, or to a blank."""
    clause = _CLAUSE.search(text, 0, _LONGEST_LINE)
    front = text[: clause.start() if clause else _LONGEST_LINE]
    if not _ROLES.search(front):
        return ()
    whole, front = front, _without_head(front)
    reports = _REPORTS.search(front)
    if reports and (names := read_authors(front[: reports.end()])):
        return names
    words, following = _first_credits(front)
    if len(words) < 2 or words[0].kind != "person" or words[-1].kind != "name" or not words[-1].after:  # noqa: PLR2004
        return ()
    return (
        ()
        if following and _is_about_others(following, front, has_head=front != whole)
        else name_authors(words)
    )


def _first_credits(front: str) -> tuple[list[Word], Word | None]:
    """Return the roles and names that a text begins with, and the first word that is neither."""
    words: list[Word] = []
    for word in read_words(front):
        if word.kind not in ("person", "name"):
            return words, word
        words.append(word)
    return words, None


def _is_about_others(following: Word, front: str, *, has_head: bool) -> bool:
    """Tell whether what follows names shows that they took a picture, or that a sentence is about them.

    ``记者 张平 采访了茶农`` is one, unless the paper says that he is its own, or a dateline stands before.
    """
    if following.kind == "task":
        return following.role != "writes"
    return following.kind == "unknown" and not has_head and bool(_ROLES.match(front))


def _without_head(front: str) -> str:
    """Return the front of a paragraph without ``本报讯`` and the like."""
    ornament = _ORNAMENT.match(front)
    front = front[ornament.end() :] if ornament else front
    for end in _DATED_FROM:
        head, found, rest = front.partition(end)
        if found and rest and rest[0] in _HEAD_EDGES and len(head) <= _LONGEST_HEAD:
            return rest.strip(_HEAD_EDGES)
    return front


def _bare_names(credited: str) -> tuple[str, ...]:
    """Return names in brackets that hold nothing else, each of a known family; else none."""
    words = list(read_words(credited))
    names = [word.text for word in words if word.kind == "name" and word.task is None]
    if len(names) < len(words) or len(names) > _MOST_BARE_NAMES:
        return ()
    return tuple(dict.fromkeys(names)) if all(_is_bare_name(name) for name in names) else ()


def _is_bare_name(name: str) -> bool:
    return not name.isascii() and name not in NO_BARE_NAMES and is_name(name, 3)


def _is_common_name(name: str) -> bool:
    """Tell whether a name is of a family that many have: rarer ones begin words that end a text as well."""
    return name[0] in BARE_FAMILIES or name[:2] in DOUBLE_FAMILY_NAMES or not _CHINESE_WORD.fullmatch(name)


def _last_brackets(text: str) -> re.Match[str] | None:
    if not text or text[-1] not in ")）】]":
        return None
    text = _END_MARK.sub("", text)
    start = max(text.rfind("("), text.rfind("（"))
    return _CLOSING.fullmatch(text, start) if start >= 0 else None
