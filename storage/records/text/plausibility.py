"""How plausible a text is as writing: what a charset read wrongly makes of it, no people writes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from storage.records.text.common_characters import COMMON, LESS_COMMON, MOST_COMMON

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W\d_]+")
_ALPHABETIC = re.compile("[\x80-\u1fff]")
_NEUTRAL, _SPELT = 0.3, 0.5
_WRITTEN_IN_CHINA = re.compile("[\u3105-\u312f\ua000-\ua48c]")  # Bopomofo and Yi
_MARKS = frozenset("，。、；：？！“”‘’（）《》【】「」『』—…·〈〉〔〕％～＂　\xa0●■▲◆★①②③④⑤⑥⑦⑧⑨⑩")


def plausibility(text: str) -> float:
    """Return how much a text looks like what people write in any script, by its characters beyond ASCII.

    About 0.8 for Chinese, Japanese and Korean prose, under 0.3 for such prose read in a wrong charset, and
    negative where that gives characters that nobody uses; 1 for a text without any. Names and lists of rare
    words are lower than prose, so a low figure proves nothing by itself.
    """
    counts = Counter("".join(_FOREIGN.findall(text)))
    total = counts.total()
    if not total:
        return 1.0
    weights = sum(weigh(character) * times for character, times in counts.items())
    return (weights + _word_weight(text)) / total


@cache
def weigh(character: str) -> float:
    """Return what one character beyond ASCII says for a text (to 1) or against it (to -3).

    A letter of an alphabet says nothing by itself: `plausibility` weighs its word.
    """
    for weight, characters in ((1.0, MOST_COMMON), (0.6, COMMON), (0.2, LESS_COMMON), (0.6, _MARKS)):
        if character in characters:
            return weight
    return _weigh_rarer(character, ord(character))


def _weigh_rarer(character: str, code: int) -> float:
    if 0x3041 <= code <= 0x30FF:  # noqa: PLR2004 - kana
        return 0.8
    if 0x4E00 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3:  # noqa: PLR2004 - rarer ideographs and Hangul
        return -0.4 if _is_rare(character) else 0.0
    if 0xFF61 <= code <= 0xFF9F:  # noqa: PLR2004 - half-width katakana
        return -1.0
    category = unicodedata.category(character)
    if category in {"Co", "Cn", "Cs", "Cc"} or character == "\ufffd":
        return -3.0
    if category[0] == "L" and code < 0x2000:  # noqa: PLR2004 - alphabets
        return 0.0
    return -0.4 if category == "Lo" and not _WRITTEN_IN_CHINA.match(character) else _NEUTRAL


def _is_rare(character: str) -> bool:
    """Tell whether an ideograph or syllable is in none of GB 2312, Big5, JIS and KS X 1001."""
    for charset in ("gb2312", "big5", "shift_jis", "euc_kr"):
        try:
            character.encode(charset)
        except UnicodeEncodeError:
            continue
        return False
    return True


def _word_weight(text: str) -> float:
    """Return what the letters of alphabets say together, each by its word: whether one writes it so."""
    weight = 0.0
    if not _ALPHABETIC.search(text):
        return weight
    for word, times in Counter(filter(_ALPHABETIC.search, _WORD.findall(text))).items():
        letters = sum(0x80 <= ord(letter) < 0x2000 for letter in word)  # noqa: PLR2004
        if letters:
            weight += times * letters * (_SPELT if _is_spelt(word, letters) else -0.5)
    return weight


def _is_spelt(word: str, letters: int) -> bool:
    """Tell whether a word is of one alphabet, and in lower case, capitals, or with a capital first."""
    alphabets = {_alphabet(letter) for letter in word if ord(letter) < 0x2000}  # noqa: PLR2004
    has_case = word[1:] == word[1:].lower() or word == word.upper()
    return len(alphabets) == 1 and has_case and (alphabets != {"LATIN"} or letters * 2 <= len(word) + 1)


@cache
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
