"""Motley text: Chinese news in every script, width and disguise that a search must see through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random


def _split(*lines: str) -> list[str]:
    return " ".join(lines).split(" ")


_PLAIN = _split(
    "上饶 光伏 产业 项目 投资 企业 发展 农村 振兴 春耕 湿地 候鸟 铁路 车站 旅游 景区 学校 教育 医院 医生",
    "工厂 工人 技术 创新 市场 价格 粮食 水稻 茶叶 油茶 黄金 白银 银行 贷款 证券 股票 基金 保险 税收 财政",
    "记者 通讯 报道 消息 昨日 今年 同比 增长 下降 全省 全市 县区 乡镇 社区 居民 老人 儿童 志愿 服务 法院",
    "交通 公路 高速 大桥 隧道 机场 航班 天气 暴雨 干旱 水库 河流 鄱阳湖 信江 三清山 婺源 弋阳 铅山 玉山",
)
_TRADITIONAL = _split(
    "羣峯 裏面 著作 鍾情",
    "臺灣 發展 經濟 證券 銀行 農業 電力 國際 後來 頭髮 乾燥 裡面 颱風 醫院 廣東 無錫 體育 歷史",
)
_SIMPLIFIED = _split(
    "群峰 里面 着作 钟情",
    "台湾 发展 经济 证券 银行 农业 电力 国际 后来 头发 干燥 里面 台风 医院 广东 无锡 体育 历史",
)
_MIXED = _split(
    "AI AIGC SAID 5G 15G 5G+ N型 ＴＯＰCon 11.9% 111.9% 50GWh 100GW A股 *ST *ST华丽 GDP Gdp ＧＤＰ C919",
    "PM2.5 3D 2023年 ２０２３年 ①号 ㎡ ㈱ ℃ Ⅷ ﬁn ½ ㍿ e-mail O2O CO₂ H₂O Ｎ型 ５Ｇ １１.９％ IP 4S店 +86",
    '#话题# a&b <b> "引用" \\n C:\\ 50% _x_ ~1 {} [1] |',
)
_ODD = _split(
    "😀 👨\u200d👩\u200d👧 🇨🇳 한국 서울 \u1112\u1161\u11ab ｶﾞｽ ガス が か\u3099 e\u0301té été İstanbul",
    "𠀀𠀁 𠮷野家 㐀㐁 \uf900\uf901 \ufa0a \U0002f800 神\ufe00 葛\U000e0100 上\u200b饶 光\ufeff伏 工\u00ad厂",
    "\u202eabc\u202c नमस्ते עברית العربية ไทย 〇 々 ー ・ ゛ \u3192 \u2f00 \u2e9f à\u0300\u0323 ǆ ŉ",
    "Ὀδυσσεύς straße STRASSE",
    "李\u3000平 ⻓江 ⻢上 史蒂夫•乔布斯 甲・乙 GDP① 10⁴ ①② 二○二二 著名 着力 钱锺书 衞视 沢田",
)
_MARKS = "，。、；：？！“”‘’《》（）【】…—·,.;:?!()\"'-–％%/"
_BLANKS = (" ", "  ", "\u3000", "\xa0", "\u2009", "\t")
_RARE = "".join(map(chr, (*range(0x4E00, 0x4E60), *range(0x5F20, 0x5F60), *range(0x20000, 0x20010))))
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_HIDDEN = "\u200b\u200d\ufeff\u00ad\u2060\u202c\ufe0f"
_WORDS = (_PLAIN, _TRADITIONAL, _SIMPLIFIED, _MIXED, _ODD)
_SHARES = (60, 8, 8, 14, 10)


def motley_line(random: Random, words: int = 30) -> str:
    """Return a line of about that many words: never empty, no line break, no blank at its edges."""
    parts: list[str] = []
    for _ in range(random.randint(words // 2, words)):
        parts.append(_word(random))
        if random.random() < 0.2:
            parts.append(random.choice(_MARKS))
        if random.random() < 0.08:
            parts.append(random.choice(_BLANKS))
    return "".join(parts).strip() or "春耕"


def motley_text(random: Random, lines: int = 4) -> list[str]:
    """Return the paragraphs of an article."""
    return [motley_line(random, random.choice((4, 20, 40))) for _ in range(random.randint(1, lines))]


def motley_word(random: Random, lines: Sequence[str]) -> str:
    """Return one to eight characters to look for: of a line, as they are, disguised or spoilt, or any."""
    line = random.choice(lines)
    length = random.randint(1, 8)
    start = random.randrange(max(1, len(line) - length + 1))
    piece = line[start : start + length]
    ways: tuple[tuple[int, Callable[[], str]], ...] = (
        (60, lambda: piece),
        (15, lambda: disguise(random, piece)),
        (10, lambda: piece[: length // 2] + random.choice(_RARE + _MARKS) + piece[length // 2 + 1 :]),
        (10, lambda: "".join(map(_any_character, [random] * length))),
        (5, lambda: (_word(random) + _word(random))[:8]),
    )
    return random.choices([way for _, way in ways], [share for share, _ in ways])[0]()


def disguise(random: Random, text: str) -> str:
    """Return the text in another width, case or script, or with something invisible in it."""
    ways: tuple[Callable[[], str], ...] = (
        lambda: text.translate(_WIDE),
        text.swapcase,
        lambda: _swap_scripts(text),
        lambda: _hide(random, text),
        lambda: text.replace(" ", random.choice(_BLANKS)),
    )
    return random.choice(ways)()


def _word(random: Random) -> str:
    (words,) = random.choices(_WORDS, _SHARES)
    if random.random() < 0.03:
        return random.choice(_RARE)
    # Like speech: few words often, most of them rarely.
    return words[min(int(random.expovariate(4.0) * len(words)), len(words) - 1)]


def _any_character(random: Random) -> str:
    return random.choice(random.choice((_RARE, _MARKS, "abcXYZ059", "".join(_PLAIN), "".join(_ODD), " ")))


def _hide(random: Random, text: str) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(_HIDDEN) + text[place:]


def _swap_scripts(text: str) -> str:
    for one, other in zip(_TRADITIONAL, _SIMPLIFIED, strict=True):
        for old, new in ((one, other), (other, one)):
            if old in text:
                return text.replace(old, new)
    return text
