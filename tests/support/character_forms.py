"""The table of usual forms, made: which of OpenCC's and Unicode's tables make several characters one.

Traditional and simplified, the variants of Taiwan and Hong Kong (衞, 裏, 峯), what simplified print has two
of (锺 and 钟), Japanese forms, and radicals that stand for characters, as files converted from PDF have them.

``make forms`` writes `storage.search.usual_forms.TABLE` anew, where OpenCC's tables or this have changed.
"""

from __future__ import annotations

import unicodedata

from opencc import OpenCC

from storage.search.usual_forms import TABLE, rank_character

_HAN = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32400))
_VARIANTS = ("tw2t", "t2tw", "hk2t", "t2hk", "s2t")
_JAPANESE = ("jp2t", "t2jp")
_FIRST_PLANE = 0x10000
_RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
)
"""CJK Radicals Supplement, and the characters they stand for (Unicode's EquivalentUnifiedIdeograph.txt).

Kangxi's radicals are left to NFKC, which knows them.
"""


def write_table() -> str:
    """Return the table as its file has it: in each line a usual form and all that it stands for, in order."""
    families: dict[str, list[str]] = {}
    for other, usual in simplify_all().items():
        families.setdefault(usual, []).append(other)
    return "".join(f"{usual}{''.join(sorted(families[usual]))}\n" for usual in sorted(families))


def simplify_all() -> dict[str, str]:
    """Return each Chinese character that is not the usual form of itself, and the usual form.

    That is the simplified one; where two would be, the one that comes first in GB 2312.
    """
    han = [chr(point) for start, end in _HAN for point in range(start, end)]
    han = [character for character in han if unicodedata.is_normalized("NFKC", character)]
    simplified = _convert("t2s", han)
    near = [character for character in han if ord(character) < _FIRST_PLANE]
    family = _Families()
    for old, new in simplified.items():
        family.join(old, new)
    for name in (*_VARIANTS, *_JAPANESE):
        for old, new in _convert(name, near).items():
            ends = (simplified.get(old, old), simplified.get(new, new))
            # Japan writes 藝 as 芸, which is another character in Chinese.
            if name in _VARIANTS or any(rank_character(end) > 1 for end in ends):
                family.join(old, new)
    forms = family.usual_forms(simplified)
    for radical, character in zip(*_RADICALS, strict=True):
        forms[radical] = forms.get(character, character)
    return forms


class _Families:
    """Characters that are forms of one another."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def join(self, one: str, other: str) -> None:
        """Make two characters and all their forms one family."""
        self._parents[self._root(one)] = self._root(other)

    def usual_forms(self, simplified: dict[str, str]) -> dict[str, str]:
        """Return the usual form of each member that is not itself the usual one of its family."""
        families: dict[str, list[str]] = {}
        for member in list(self._parents):
            families.setdefault(self._root(member), []).append(member)
        forms: dict[str, str] = {}
        for root, members in families.items():
            ends = {simplified.get(member, member) for member in (root, *members)}
            usual = min(ends, key=lambda end: (rank_character(end), end))
            forms.update((member, usual) for member in (root, *members) if member != usual)
        return forms

    def _root(self, character: str) -> str:
        while (parent := self._parents.get(character, character)) != character:
            character = parent
        return character


def _convert(name: str, characters: list[str]) -> dict[str, str]:
    """Return what OpenCC's table of that name writes otherwise, character by character."""
    converted = OpenCC(name).convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {old: new for old, new in pairs if new != old and len(new) == 1}


if __name__ == "__main__":
    TABLE.write_text(write_table(), "utf-8")
