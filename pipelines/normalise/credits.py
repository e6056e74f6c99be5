"""Credits: the words in which newspapers say who made what, and the names of those who wrote.

Credits are cut into words; each is a person's role (``记者``), a task (``文``, ``摄影``), a name, a word that
says nothing of either (``北京报道``), or unknown. A person's role stands before its names; a task before or
after. A wrong name is worse than none: credits with an unknown word name nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from pipelines.normalise.credit_words import (
    COMMON_FAMILIES,
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    NO_NAMES,
    PLACES,
)

_RARE = "\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = rf"\u3007\u4e00-\u9fff{_RARE}"
_DOTS = "·•‧・･"
_SINGLE = re.compile(f"[{_HAN}]")
_CHINESE = re.compile(rf"[{_HAN}]{{2,4}}")
_RARE_HAN = re.compile(f"[{_RARE}]")
_DOTTED = re.compile(rf"[{_HAN}]{{1,7}}(?:[{_DOTS}][{_HAN}]{{1,10}}){{1,3}}")
_LATIN = re.compile(r"[A-Z][A-Za-z.'’-]{0,20}")
_LATIN_NAME = re.compile(r"(?=.*[a-z])[A-Z][A-Za-z.'’-]*(?: [A-Z][A-Za-z.'’-]*){0,3}")
_LONG = 4
_SPELLING = re.compile("[阿艾买提努尔丽娅热吾孜姆克拉木斯迪娜古依江汗曼赛麦祖帕则甫卓玛措嘎扎旺央珠桑]")
_NOT_IN_NAMES = re.compile("[的了在是到被将把已就也都很没不这那我你他她们什么从吗呢吧说]")
_NO_NAMES_END = ("摄", "台", "局", "院", "部", "市", "县", "镇", "乡", "省", "版", "者")

_PAPERS_END = ("报", "社", "网")

_PERSON = re.compile(
    r"(?:首席)?(?:摄影|摄像|拍客)?记者|通讯员|通信员|特约撰稿人?|撰稿人|专栏作家|作者|实习生|见习生"
    r"|评论员|观察员|主笔|特派员|报道员"
)
_PHOTOGRAPHER = re.compile("摄影|摄像|拍客")
_QUALIFIED = (
    r"(?:全媒体|融媒体?|首席|特约|特派|见习|实习|高级|资深|财经|时政|文化|体育|教育|科技|法治|图文|文字"
    r"|本报|本刊|本网)"
)
_MEDIUM = (
    r"(?:本(?:报|刊|网|台|社|端|文)|\S{1,20}?(?:报社?|社|网|台|刊|客户端|新闻|传媒|杂志|财经|在线|周末|视频"
    r"|卫视|广播|电视|中心|经济|报道|电讯|公司|观察|商业|媒体?|号|每经))"
)
_OF_A_MEDIUM = re.compile(rf"(?:{_MEDIUM}\s*)?{_QUALIFIED}*(?:驻\w{{1,5}}?{_QUALIFIED}*)?")
_LONGEST_PAPER = 12
_OF_A_PAPER = re.compile(r"(?:本[报刊网台]|每经|\S{1,8}?(?:报|网|社|新闻|财经))(?=.{0,2}编辑|责编|校对)")
_UNIT = re.compile(
    r".{1,20}(?:报|社|网|台|刊|局|院|委|办|部|公司|大学|学校|中学|小学|中心|支队|大队|集团|街道|客户端|融媒|宣)"
)

_BOTH = re.compile(
    r"文\s*[/／、&＆+|｜]?\s*(?:图片?|摄影?|照片|视频)(?![\u4e00-\u9fff]{2})"
    r"|(?:图|摄影?)\s*[/／、&＆+]\s*文|图文|文并[图摄]"
)
_BOTH_MARK = "\ue000"
_WRITES = f"撰文|撰稿|执笔|采写|供稿|文字|采编|文|{_BOTH_MARK}"
_RETELLS = "采访整理|综合整理|编辑整理|整理|整合|编译|编写|综合|采访|翻译"
_SHOWS = (
    "摄影|摄像|拍摄|航拍|摄|图片|图表|制图|绘图|配图|供图|插图|插画|漫画|图|海报|设计|美编|版式"
    "|视频|剪辑|后期|配音|出镜|音频|动画"
)
_EDITS = (
    "责任编辑|责任校对|值班编辑|值班主任|值班编委|本版编辑|执行主编|副主编|主编|编辑|责编|编审|编校|校对"
    "|校审|审校|审核|审读|初审|复审|终审|总监制|监制|统筹|总策划|策划|来源|稿源"
    "|指导老师|指导教师|辅导老师|辅导教师"
)
_TASK = re.compile(
    rf"(?:(?P<writes>{_WRITES})|(?P<retells>{_RETELLS})|(?P<shows>{_SHOWS})|(?P<edits>{_EDITS}))"
)
_LONG_TASKS = "|".join(
    word for words in (_WRITES, _RETELLS, _SHOWS, _EDITS) for word in words.split("|") if len(word) > 1
)
_TASK_BEFORE = re.compile(rf"(?P<task>{_LONG_TASKS})(?P<name>.{{2,9}})")
_TASK_AFTER = re.compile(rf"(?P<name>.{{2,9}}?)(?P<task>{_LONG_TASKS}|摄)")
_REPORTED = re.compile(
    r"(?P<before>.{0,14}?)(?:综合|摄影|实地|独家|专题|联合|采访|编译|现场|实习)?(?:报道|报导|专电|电|讯)"
)
_SENT_FROM = re.compile(r"(?P<before>.{0,9}?)(?:发自|写于|于|自)(?P<place>.{2,9})")
_DAY = re.compile(r"[0-9年月日.-]{1,12}")
_AND = re.compile("和|与|及")
_BREAKS = r"\s、，,;；/／|｜丨:：&＆+"
_WORD = re.compile(rf"([^{_BREAKS}]+)([{_BREAKS}]*)")
_INNER_BRACKETS = re.compile(r"[(（][^()（）]{0,30}[)）]|[\[［【〔][\u4e00-\u9fff]{1,3}[\]］】〕]")
_AUTHOR_IS = re.compile(
    r"(?:本文)?作者(?P<mark>[\s:：]*)(?P<names>[^，,；;系为是]{2,40}?)\s*(?:[，,；;系为是].*)?"
)
_TITLE = "(?:教授|研究员|院长|所长|主任|部长|会长|处长|书记|秘书长|博士|律师|作家|学者)"
_AUTHOR_WITH_TITLE = re.compile(
    rf"(?:本文)?作者(?:系|为|是)[^()（）]{{2,50}}{_TITLE}\s?(?P<names>[{_HAN}]{{2,4}})"
)
_AUTHOR_OF = [
    re.compile(rf"(?:本文)?作者[\s:：]*(?P<names>[{_HAN}]{{{length}}})(?P<place>[{_HAN}]{{2}})\S*{_TITLE}")
    for length in (2, 3)
]

Kind = Literal["person", "task", "name", "nothing", "unknown"]
Role = Literal["writes", "retells", "shows", "edits"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of credits: what it is, what those do who have its role, and the marks on either side of it.

    ``task`` is what a name says of itself (``刘天摄影``).
    """

    kind: Kind
    text: str
    role: Role = "writes"
    task: Role | None = None
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class _Named:
    """A name whose role is being found. ``joins`` tells that a ``、`` ties it to the name before."""

    text: str
    role: Role | None
    joins: bool
    is_settled: bool


def read_authors(credited: str) -> tuple[str, ...]:
    """Return the names of those who wrote, each once; none when nobody did or any word is unknown."""
    return name_authors(list(read_words(_without_office(credited.strip()))))


def read_words(credited: str) -> Iterator[Word]:
    """Yield the words of credits in order. Brackets inside are no part of them (``张平（右一）``)."""
    trusts = False
    line = _BOTH.sub(f" {_BOTH_MARK} ", _INNER_BRACKETS.sub("", credited))
    before = ""
    for text, after in _spaced_together([(match[1], match[2]) for match in _WORD.finditer(line)]):
        for word in _tell_apart(text, trusts=trusts, is_followed=bool(after)):
            yield replace(word, before=before, after=after)
            if word.kind in ("person", "task"):
                trusts = word.role == "writes" and any(mark in after for mark in ":：/／|｜丨")
        before = after


def name_authors(words: list[Word]) -> tuple[str, ...]:
    """Return the names in a line of credits whose role is to write, each once; none if a word is unknown."""
    told = [word for word in words if word.kind != "nothing"]
    starts_with_task = bool(told) and told[0].kind == "task"
    ends_with_task = bool(told) and told[-1].kind == "task"
    named: list[_Named] = []
    role: Role | None = None
    for word in told:
        if word.kind == "unknown":
            if role not in ("shows", "edits"):
                return ()
        elif word.kind == "name":
            joins = any(mark in word.before for mark in "、，,")
            named.append(_Named(word.text, _own_role(word, role), joins, word.task is not None))
        elif word.kind == "task" and not starts_with_task and _is_of_those_before(word, ends_with_task):
            _settle(named, word)
        else:
            role = word.role
    someone_writes = any(word.kind == "person" and word.role == "writes" for word in told)
    return tuple(dict.fromkeys(one.text for one in named if _is_writer(one, someone_writes)))


def _is_writer(one: _Named, someone_writes: bool) -> bool:
    """Tell whether somebody wrote; a name before all roles did too (``张平 记者 李琬``)."""
    return one.role == "writes" or (one.role is None and someone_writes and not one.is_settled)


def is_name(word: str, longest: int = 4, *, trusts: bool = False) -> bool:
    """Tell whether a word is a name: of a known family, of rare characters, with a dot, or in Latin.

    ``trusts`` takes any word that can be one, where nothing else can stand (``作者：``).
    """
    if word in NO_NAMES or word in PLACES or word.endswith(_PAPERS_END):
        return False
    if not _CHINESE.fullmatch(word):
        return bool(_DOTTED.fullmatch(word) or _LATIN_NAME.fullmatch(word))
    if len(word) > longest and word[:2] not in DOUBLE_FAMILY_NAMES:
        return False
    if len(word) > 2 and word.endswith(_NO_NAMES_END):  # noqa: PLR2004
        return False
    if word[:2] in DOUBLE_FAMILY_NAMES or _RARE_HAN.search(word):
        return True
    is_of_a_family = word[0] in FAMILY_NAMES and (len(word) < _LONG or _is_long_name(word))
    return is_of_a_family or (trusts and not _NOT_IN_NAMES.search(word))


def _is_long_name(word: str) -> bool:
    """Tell whether four characters are a name: of both parents' families, or spelt out of another language.

    Others that begin as a family does are two words (``记者 高度关注``).
    """
    return word[1] in COMMON_FAMILIES or len(_SPELLING.findall(word)) >= 2  # noqa: PLR2004


def _without_office(credited: str) -> str:
    """Return credits without what an author is elsewhere: ``作者：张平，系…研究员``, ``作者为…教授张平``."""
    if "作者" not in credited:
        return credited
    titled = _AUTHOR_WITH_TITLE.fullmatch(credited)
    if titled and is_name(titled["names"], 3):
        return f"作者：{titled['names']}"
    for shape in _AUTHOR_OF:
        match = shape.fullmatch(credited)
        if match and match["place"] in PLACES and is_name(match["names"]):
            return f"作者：{match['names']}"
    whole = _AUTHOR_IS.fullmatch(credited)
    return f"作者{whole['mark'][:1]}{whole['names']}" if whole else credited


def _own_role(word: Word, role: Role | None) -> Role | None:
    """Return what somebody did who says so; who retells under a reporter's role wrote."""
    return role if word.task in (None, "retells") else word.task


def _is_of_those_before(task: Word, ends_with_task: bool) -> bool:
    """Tell whether a task is that of the names before it, ``张平/文``, not of those behind, ``文/张平``."""
    if any(mark in task.after for mark in ":："):
        return False
    if any(mark in task.before for mark in "/／"):
        return True
    return ends_with_task and not any(mark in task.after for mark in "/／")


def _settle(named: list[_Named], task: Word) -> None:
    """Give a task to the names before it that have none.

    A slash ties other tasks than writing to the last of them alone: ``记者 张平 刘天/图``.
    """
    is_tied = task.role != "writes" and any(mark in task.before for mark in "/／")
    for one in reversed(named):
        if one.is_settled:
            return
        one.role = one.role if task.role == "retells" else task.role
        one.is_settled = True
        if is_tied and not one.joins:
            return


def _spaced_together(words: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield words with the marks behind them; characters spaced to fill a column (``方 敏``) are one name.

    So are the parts of a Latin name.
    """
    run: list[tuple[str, str]] = []
    for (word, after), following in pairwise([*words, ("", "")]):
        run.append((word, after))
        if _belongs(word, after, following[0]):
            continue
        joint = " " if _LATIN.fullmatch(word) else ""
        yield from _parted(joint.join(piece for piece, _ in run), len(run), after)
        run = []


def _belongs(word: str, after: str, following: str) -> bool:
    if not after or after.strip():
        return False
    if _LATIN.fullmatch(word):
        return bool(_LATIN.fullmatch(following))
    if not _SINGLE.fullmatch(following) or following in "文图摄":
        return False
    return bool(_SINGLE.fullmatch(word) and word not in "文图摄") or word in DOUBLE_FAMILY_NAMES


def _parted(text: str, pieces: int, after: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a run of single characters: two of two characters in one of four."""
    if pieces == 4 and text[:2] not in DOUBLE_FAMILY_NAMES and is_name(text[:2]) and is_name(text[2:]):  # noqa: PLR2004
        yield text[:2], " "
        yield text[2:], after
    else:
        yield text, after


def _tell_apart(text: str, *, trusts: bool, is_followed: bool) -> Iterator[Word]:
    """Yield what a word without blanks consists of: ``记者张平`` is a role and a name."""
    if task := _TASK.fullmatch(text) or _TASK.fullmatch(_without_paper(text)):
        yield Word("task", text, _role_of(task))
    elif text in PLACES or _DAY.fullmatch(text):
        yield Word("nothing", text)
    elif sent := _sent_from(text):
        yield from _names_before(sent["before"])
    elif person := _person_in(text, is_followed=is_followed):
        yield from person
    elif reported := _REPORTED.fullmatch(text):
        yield from _names_before(reported["before"])
    else:
        yield from _names_in(text, trusts=trusts)


def _without_paper(text: str) -> str:
    """Return an editor's task without the paper that it is done for (``每经编辑``)."""
    paper = _OF_A_PAPER.match(text)
    return text[paper.end() :] if paper else text


def _sent_from(text: str) -> re.Match[str] | None:
    """Return the parts of ``张平发自南昌``, None for another word that only has such a character."""
    sent = _SENT_FROM.fullmatch(text)
    return sent if sent and ("发自" in text or sent["place"] in PLACES) else None


def _names_in(text: str, *, trusts: bool) -> Iterator[Word]:
    """Yield the names that a word without a role is, or what it is instead."""
    if doing := _name_with_task(text):
        yield doing
    elif is_name(text, trusts=trusts):
        yield Word("name", text)
    elif _UNIT.fullmatch(text):
        yield Word("nothing", text)
    else:
        yield from _two_names(text)


def _role_of(task: re.Match[str]) -> Role:
    role: Role = next(role for role in ("writes", "retells", "shows", "edits") if task[role])
    return role


def _person_in(text: str, *, is_followed: bool) -> list[Word]:
    """Return a person's role with what is written together with it; nothing when there is none."""
    match = _PERSON.search(text)
    if not match:
        return []
    before, behind = text[: match.start()], text[match.end() :]
    is_paper = bool(_OF_A_MEDIUM.fullmatch(before))
    if not is_paper and not behind:
        is_paper = is_followed and len(before) <= _LONGEST_PAPER and not is_name(before, 3)
    words = [] if is_paper else list(_names_before(before))
    shows = _PHOTOGRAPHER.search(match[0]) or (is_paper and _PHOTOGRAPHER.search(before))
    words.append(Word("person", match[0], "shows" if shows else "writes"))
    return words + (list(_glued(behind)) if behind else [])


def _glued(text: str) -> Iterator[Word]:
    """Yield what is written together with a role before it: a name of a known family, and what follows it."""
    if is_name(text, 3):
        yield Word("name", text)
    else:
        words = list(_tell_apart(text, trusts=False, is_followed=False))
        is_long_name = bool(_CHINESE.fullmatch(text)) and words == [Word("name", text)]
        yield from [Word("unknown", text)] if is_long_name else words


def _names_before(text: str) -> Iterator[Word]:
    """Yield what stands before ``报道``, ``发自北京`` or a role: nothing, a place, names and a place."""
    if not text or text in PLACES or _DAY.fullmatch(text) or _TASK.fullmatch(text):
        yield Word("nothing", text)
        return
    for length in (2, 3, 4):
        if text[length:] in PLACES and is_name(text[:length], 3):
            yield Word("name", text[:length])
            return
    if is_name(text, 3):
        yield Word("name", text)
    elif person := _person_in(text, is_followed=False):
        yield from person
    else:
        yield from _two_names(text)


def _name_with_task(text: str) -> Word | None:
    """Return the name that is written together with its task: ``刘天摄影``, ``制图王晓``."""
    match = _TASK_AFTER.fullmatch(text) or _TASK_BEFORE.fullmatch(text)
    if not match or not is_name(match["name"], 3):
        return None
    task = _TASK.fullmatch(match["task"])
    assert task is not None
    role = _role_of(task)
    if role == "retells" and text.startswith(match["task"]):
        role = "edits"
    return Word("name", match["name"], task=role)


def _two_names(text: str) -> Iterator[Word]:
    """Yield two names joined by ``和``; anything else is unknown."""
    for joint in _AND.finditer(text):
        names = text[: joint.start()], text[joint.end() :]
        if all(is_name(name, 3) for name in names):
            yield from (Word("name", name) for name in names)
            return
    yield Word("unknown", text)
