"""Signs that a text was damaged before it came: characters lost, or read in a wrong charset and stored so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage.records.saying import Saying, say
from storage.records.text.common_characters import MOST_COMMON
from storage.records.text.plausibility import plausibility

_LOST = "\ufffd"
_LOST_RUN = re.compile(f"{_LOST}+")
_LONGEST_LOST_RUN = 2  # one character of two bytes, lost
_ONE_LOST_IN = 200  # characters
# 锟斤拷 is two lost characters of UTF-8, read as GBK; 烫 and 屯 are memory that nobody wrote to. Who writes
# about them puts them into quotation marks.
# 嚙踝蕭, 占쏙옙 and ï¿½ are what Big5, EUC-KR and Latin-1 make of the same.
_MADE_OF_LOST = re.compile(
    r"(?<![“‘「『《\"'（(、])(?:锟斤拷|锟斤(?=[?\ufffd])|嚙踝蕭|占쏙옙|ï¿½|烫{6,}+|屯{6,}+)++(?![”’」』》\"'）)、])"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_LONGEST_PRIVATE_RUN = 2
_ONE_PRIVATE_IN = 50
# UTF-8 read as Latin-1 or windows-1252: a lead byte, and as many continuation bytes as it asks for. One by
# itself may be a word's end and quotation marks (“Spaß”, “né…”), but for those of é, “ and the like.
_LATIN = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_ONE_OF_UTF8 = f"[à-ï][{_LATIN}]{{2}}|[ð-ô][{_LATIN}]{{3}}|[Â-ß][{_LATIN}]"
_UTF8_IN_LATIN = re.compile(f"(?:{_ONE_OF_UTF8}){{2,}}|(?<![A-ZÀ-Þ])[ÃÂ][\xa0-\xbf]|â€[{_LATIN}]")
_MOST_UTF8_IN_LATIN = 2
# GBK read as UTF-8 with its errors left out: what is left is letters that no language writes side by side.
_LEFT_OF_GBK = re.compile(
    "[\u0400-\u052f][\u0100-\u02ff\u0370-\u03ff]|[\u0100-\u02ff\u0370-\u03ff][\u0400-\u052f]"
)
_MOST_LEFT_OF_GBK = 2
_MARK = re.compile("[\ufffd锟嚙쏙烫屯\ue000-\uf8ff\U000f0000-\U0010fffd\xc2-\xf4\u0100-\u02ff\u0370-\u052f]")
"""What each of these signs has."""
# A database that could not hold Chinese put one question mark for each character.
_FEWEST_ASKED, _ASKED_ONE_IN = 10, 3

_MISREADINGS = (
    *(("gb18030", right) for right in ("utf-8", "big5", "cp932", "cp949")),
    *(("big5", right) for right in ("utf-8", "gb18030")),
    *(("cp932", right) for right in ("utf-8", "gb18030")),
    *(("cp949", right) for right in ("utf-8", "gb18030")),
    *(("latin-1", right) for right in ("gb18030", "big5")),
    *(("cp1252", right) for right in ("utf-8", "gb18030")),
    *(("cp1251", right) for right in ("utf-8", "gb18030")),
    *(("mac_roman", right) for right in ("utf-8", "gb18030")),
    *((wrong, "utf-8") for wrong in ("cp437", "cp850")),
)
"""Charsets that a text was read in, and those that it was really in."""
_ONE_BYTE = frozenset({"latin-1", "cp1252", "cp1251", "mac_roman", "cp437", "cp850"})
_NAMES = {
    "gb18030": "GB 18030",
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
    "cp1252": "windows-1252",
    "cp1251": "windows-1251",
}
_DOUBTFUL, _PLAUSIBLE, _SURE = 0.35, 0.45, 0.6  # of a line, and of what it was: as UTF-8, and as any other
_FEWEST, _ENOUGH, _MANY = 4, 8, 30  # different characters: of UTF-8, of another charset, of rubbish
_MOST_LOST = 0.2
_RUBBISH = -0.1  # a list of rare fishes is about 0
_PLAIN = 0.3
_COMMON = re.compile(f"[{''.join(sorted(MOST_COMMON))}]+")
_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uac00-\ud7a3\ue000-\uf8ff\uff61-\uff9f]")


def find_damage(title: str, paragraphs: Iterable[str]) -> Saying | None:
    """Return how a text was damaged, completing "this page …"; None when it is whole.

    A few lost characters in a long text are no reason: they stand in it as U+FFFD and tell so themselves. A
    paragraph read in a wrong charset is one, also among good ones.
    """
    lines = [title, *paragraphs]
    text = "\n".join(lines)
    doubtful = [line for line in lines if not _is_plain(line)]
    return (
        next(filter(None, map(_find_misreading, doubtful)), None)
        or _find_marks(text)
        or (_find_rubbish(text) if doubtful else None)
    )


def _find_marks(text: str) -> Saying | None:
    """Return the damage that certain characters tell; most texts have none of them."""
    return _find_lost_characters(text) if _MARK.search(text) or text.count("?") >= _FEWEST_ASKED else None


def _find_lost_characters(text: str) -> Saying | None:
    lost = _LOST_RUN.findall(text)
    if lost and (len(max(lost)) > _LONGEST_LOST_RUN or len(lost) * _ONE_LOST_IN > len(text)):
        return say("doubt.lost_characters", characters=sum(map(len, lost)))
    if mark := _MADE_OF_LOST.search(text):
        return say("doubt.left_of_lost", words=mark[0][:6])
    private = _PRIVATE.findall(text)
    if private and (
        len(max(private, key=len)) > _LONGEST_PRIVATE_RUN or len(private) * _ONE_PRIVATE_IN > len(text)
    ):
        return say("doubt.private_use", characters=sum(map(len, private)))
    return _find_latin_marks(text)


def _find_latin_marks(text: str) -> Saying | None:
    """Return the damage that letters of alphabets and question marks tell."""
    found = sum(len(run) // 2 for run in _UTF8_IN_LATIN.findall(text))
    if found > _MOST_UTF8_IN_LATIN:
        return say("doubt.utf8_as_latin")
    if len(_LEFT_OF_GBK.findall(text)) > _MOST_LEFT_OF_GBK:
        return say("doubt.gb_as_utf8")
    asked = text.count("?")
    if asked >= _FEWEST_ASKED and asked * _ASKED_ONE_IN > len(text):
        return say("doubt.question_marks", marks=asked)
    return None


def _find_misreading(line: str) -> Saying | None:
    """Return in which charset a line was read, and in which it should have been, if it becomes writing so."""
    if _variety(line) < _FEWEST or plausibility(line) > _DOUBTFUL:
        return None
    for wrong, right in _MISREADINGS:
        if _is_better_read(line, wrong, right):
            return say("doubt.misread", right=_name(right), wrong=_name(wrong), words=line[:20])
    return None


def _is_better_read(line: str, wrong: str, right: str) -> bool:
    """Tell whether a line becomes writing when it is read anew: what was read in a charset is in it whole."""
    foreign = [letter for letter in line if not letter.isascii() and letter != _LOST]
    if wrong not in _ONE_BYTE and len(_IDEOGRAPHS.findall(line)) * 2 < len(foreign):
        return False
    kept = line.encode(wrong, "ignore")
    if len(kept.decode(wrong, "ignore")) < len(line) - len(foreign) * _MOST_LOST:
        return False
    original = kept.decode(right, "replace")
    whole = original.replace(_LOST, "")
    if (len(original) - len(whole)) > len(original) * _MOST_LOST:
        return False
    is_utf8 = right == "utf-8"
    return _variety(whole) >= (_FEWEST / 2 if is_utf8 else _ENOUGH) and plausibility(whole) > (
        _PLAUSIBLE if is_utf8 else _SURE
    )


def _is_plain(text: str) -> bool:
    """Tell at little cost what nearly all writing is: full of the most common characters.

    Most writing has so many of them that two thirds of a text are proof enough.
    """
    enough = len(text) * _PLAIN
    return _count_common(text[: len(text) * 2 // 3]) > enough or _count_common(text) > enough


def _count_common(text: str) -> int:
    return len("".join(_COMMON.findall(text)))


def _variety(text: str) -> int:
    """Return how many different characters beyond ASCII a text has."""
    return sum(not letter.isascii() for letter in set(text))


def _name(charset: str) -> str:
    return _NAMES.get(
        charset, charset.replace("_", "-").upper().replace("LATIN", "Latin").replace("BIG5", "Big5")
    )


def _find_rubbish(text: str) -> Saying | None:
    if _is_plain(text) or _variety(text) < _MANY or plausibility(text) >= _RUBBISH:
        return None
    return say("doubt.rubbish")
