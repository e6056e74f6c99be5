"""The names of securities: where one begins in a text, and which name a code has of several.

Nothing marks where a name begins before a code in brackets: a verb and three characters look like a name of
five. So a name is read where something ends right before it, and none where a word may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage.records import Security

REACH = 40
"""Characters before a bracket that tell where the name in front of it begins."""

_HAN = r"\u3400-\u9fff\U00020000-\U0003134f"
_RUN = re.compile(rf"[A-Za-z0-9{_HAN}*·&-]+\Z")
_LATIN = re.compile(r"[A-Z][A-Za-z0-9&.'’-]+(?: (?:[A-Z&][A-Za-z0-9&.'’-]*|of|and|de))*\Z")
_HAN_END = re.compile(rf"[{_HAN}]+\Z")
# Letters that the exchanges put before a name: each begins one, whatever stands in front of it.
_MARK = re.compile(r"S?\*ST|(?<![A-Za-z])S?ST(?![A-Za-z])")
_DECORATION = re.compile(r"S?\*?ST|(?:XD|XR|DR|[NC])(?=[^A-Za-z])|-[A-Z]{1,3}\Z")
_JOINED = re.compile("以及|[和与及或暨跟同]")
_CLOSED = frozenset(")）")
_MOST_WIDTH = 8  # of a share's short name, a Han character being two
_MOST_WIDTH_ABROAD = 10
_ABROAD = frozenset({"105", "106", "107", "116"})
_COMPANY = re.compile(r"(?:股份|集团|控股|国际|科技|银行|保险|证券|汽车|地产|能源|电力|医药|生物)\Z")
_SINGLE = (
    "将把被对给由与和及向从在拟称为是让使如即指据跟到随予于按等较其该此各每某这那的了着过也都又还再均"
    "但而且或则并另若当非系属现原我持买卖售购抛减增加沽吸评荐予升降调称含有看选入投配推押盯追靠"
    "举捧撤换拿接已曾仍仅却就才欲需要以经因"
)
# These stand before a name, but hardly before one of two characters, and begin names of three (同仁堂).
_RARELY_SINGLE = "同比至本"
_WORDS = """
    维持 给予 首予 首次 重申 覆盖 上调 下调 调升 调降 调高 调低 升级 降级 看好 看多 看空 看淡 唱好 唱多
    唱空 推荐 建议 关注 跟踪 买入 卖出 买进 增持 减持 加仓 减仓 建仓 清仓 抄底 抛售 沽出 沽空 做多 做空
    重仓 持有 收购 并购 吸收 合并 入股 入主 参股 控股 投资 认购 申购 增资 受让 转让 出售 剥离 拆分 分拆
    联合 联手 携手 牵手 合作 签约 起诉 状告 举报 质疑 问询 处罚 警示 点名 调查 包括 包含 例如 比如 譬如
    诸如 其中 分别 还有 另外 此外 以及 旗下 子公司 母公司 龙头 公司 股东 上市 港股 美股 个股 概念 板块
    同行 客户 供应 对手 巨头 企业 集团旗下 国企 央企 民企 券商 银行股 白马 蓝筹 新股 次新 领涨 领跌 涨停
    跌停 大涨 大跌 调研 走访 采访 来自 作为 成为 对于 关于 通过 根据 按照 除了 随着 针对 围绕 助力 赋能
    服务 支持 带动 推动 引进 引入 落户 今日 昨日 近日 目前 日前 上周 本周 早盘 午后 盘中 截至 受益 利好
    利空 超过 超越 赶超 对标 取代 替代 击败 战胜 加入 退出 剔除 纳入 调入 调出 任职 就职 加盟 离开 股票
    证券代 代码 简称 标的 基金 合约 力推 力挺 力荐 力压 主推 主打 精选 甄选 优选 押注 布局 扫货 抢筹 狂买
    狂卖 爆买 大买 大卖 净买 净卖 抢购 套现 质押 解押 解禁 踩雷 控制 接手 接盘 牵头 注资 借壳 反超 不敌
    输给 领先 落后 告别 挑战 打新 保荐 承销 出任 辞任 离任 履新 供货 采购 售予 卖给 交给 归属 隶属 属于
    位于 低于 高于 优于 基于 鉴于 由于 源于 至于 有关 相关 涉及 提及 谈及 参照 参考 类似 列举 代表 主要
    首批 首家 首只 首个 首推 首选 唯一 曾经 已经 正在 公告 披露 宣布 表示 认为 指出 预计 预期 预测 分析
    研究 解读 点评 推介 强推 增发 配售 回购 停牌 复牌 上榜 入选 入围 落选 当选 摘得 斩获 获得 荣获 夺得
    拿下 签下 中标 承建 承接 名为 改名 更名 新进 超配 低配 标配 增配 减配 配置 追捧 追高 持仓 布仓 吃进
    中概 中资 外资 内资 国产 国有 民营 老牌 知名 著名 头部 电商 车企 房企 药企 险企 酒企 手机 芯片 游戏
    汽车 地产 物业 光伏 锂电 白酒 教育 国内 海外 美国 日本 韩国 德国 法国 英国 荷兰 瑞士 周一 周二 周三
    周四 周五 周六 周日 昨天 今天 明天 当天 当日 次日 同日 去年 今年 明年 上月 本月 下月 年初 年底 月初
    月底 早间 晚间 午间 上午 下午 凌晨 尾盘 开盘 收盘 截止 盘后 盘前 期间
"""
# What a text says of a share after its name, so that the name ends before it.
_FOLLOWING = re.compile("(?:[ABH]股|正股|股票|股价|市值|概念|板块)\\Z")
_LEADING = re.compile(f"(?:{'|'.join(_WORDS.split())}|[{_SINGLE}]|[{_RARELY_SINGLE}](?=.{{3}}))")
# One name, or a word, and then another: LG和甲乙.
_LATIN_JOINED = re.compile(rf"[A-Za-z0-9&.-]+(?:{_JOINED.pattern}|{_LEADING.pattern})")
_GENERIC = frozenset({"公司", "本公司", "该公司", "集团", "股份", "股票", "代码", "证券", "上市公司", "该股"})


def name_before(before: str, market: str) -> str:
    """Return the name that a text ends in; empty where it cannot be told where that begins.

    ``before`` is what stands before the bracket, `REACH` characters of it where there are so many.
    """
    text = before.removesuffix(" ").removesuffix("\u3000")
    latin = _latin_name(text)
    if latin:
        return latin
    run = _RUN.search(text)
    if run is None or (run.start() == 0 and len(before) >= REACH):
        return ""
    name = _from_boundary(run[0], text[: run.start()])
    return name if _is_name(name, market) else ""


def name_mentions(mentions: Iterable[Security]) -> tuple[Security, ...]:
    """Return the mentions, charts and text named as a link of the same article names their code."""
    every = tuple(mentions)
    names: dict[tuple[str, str], str] = {}
    for one in every:
        if one.mention == "link":
            names.setdefault((one.market, one.code), one.name)
    return tuple(
        one
        if one.mention == "link"
        else Security(one.market, one.code, names.get((one.market, one.code), one.name), one.mention)
        for one in every
    )


def _latin_name(text: str) -> str:
    """Return the Latin words that a text ends in, where they begin after anything but a part of the name."""
    words = _LATIN.search(text)
    if words is None:
        return ""
    han = _HAN_END.search(text[: words.start()])
    if han is None:
        return words[0] if text[: words.start()][-1:] not in {"*", "·", "-"} else ""
    return words[0] if _LEADING.fullmatch(han[0]) else ""


def _from_boundary(run: str, earlier: str) -> str:
    """Return a run of characters from where a name in it begins, empty where nothing tells."""
    marks = list(_MARK.finditer(run))
    if marks:
        return run[marks[-1].start() :]
    if earlier[-1:] not in _CLOSED:
        return "" if _LATIN_JOINED.match(_DECORATION.sub("", run)) else run
    joined = _JOINED.match(run)  # after a name's own bracket stands a verb, unless another name is joined
    return run[joined.end() :] if joined else ""


def _is_name(name: str, market: str) -> bool:
    core = _DECORATION.sub("", name)
    widest = _MOST_WIDTH_ABROAD if market in _ABROAD and _COMPANY.search(core) else _MOST_WIDTH
    return (
        bool(core)
        and not core[0].isdigit()
        and sum(1 if one.isascii() else 2 for one in core) <= widest
        and core not in _GENERIC
        and not _FOLLOWING.search(core)
        and not (name.startswith(core) and _LEADING.match(_COMPANY.sub("", core)))
    )
