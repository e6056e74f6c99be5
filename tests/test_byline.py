"""Bylines: every form that papers print names its authors, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.normalise.article import normalise
from pipelines.normalise.byline import byline_names, dateline_names, signature_names
from pipelines.normalise.furniture import is_imprint
from storage.records import Draft

# A line of its own: the authors it names, parted by blanks; none: it is no byline or names no author.
LINES = {
    # As before.
    "□本报记者张平": "张平",
    "本报记者 张平 李四海": "张平 李四海",
    "■ 海南日报全媒体记者 李艳玫": "李艳玫",
    "□记者 张平 通讯员 李四": "张平 李四",
    "□本报记者 张　平": "张平",
    "（记者 王小明 实习生 刘洋）": "王小明 刘洋",
    "本报记者张平、李四文/图": "张平 李四",
    "通讯员 陈宏": "陈宏",
    "新华社记者 王五 赵六": "王五 赵六",
    "本报记者 阿依古丽·买买提": "阿依古丽·买买提",
    # Places, verbs and other people's tasks are no authors.
    "本报记者 张平 北京报道": "张平",
    "本报记者 张平 发自北京": "张平",
    "本报记者 张平 李琬 综合报道": "张平 李琬",
    "本报记者 张平 采写": "张平",
    "本报记者 张平 整理": "张平",
    "本报记者 张平 采访整理": "张平",
    "本报记者 张平 编译": "张平",
    "本报记者 张平 编辑 李琬": "张平",
    "本报记者 张平 责编 李琬": "张平",
    "本报记者 张平 责编：李琬 校对：王晓": "张平",
    "本报记者 张平 刘天摄影": "张平",
    "本报记者 张平 制图王晓": "张平",
    "本报记者 张平 制图/王晓": "张平",
    "本报记者 张平 摄影 李琬": "张平",
    "本报记者 张平 摄影：刘天 制图：王晓": "张平",
    "本报记者 张平 插图 王晓": "张平",
    "本报记者 张平 视频剪辑/王晓": None,
    "本报记者 张平 视频/王晓": "张平",
    "本报记者张平北京报道": "张平",
    "本报记者张平报道": "张平",
    "本报记者 张平报道": "张平",
    "本报记者张平发自南昌": "张平",
    "本报记者 张平 于南昌": "张平",
    "本报记者 张平 3月20日": "张平",
    "本报记者 张平 南昌专电": "张平",
    "记者 张平 上饶报道": "张平",
    "采写：信江晚报记者 张平": "张平",
    "采写：张平 编辑：李琬 校对：王晓": "张平",
    "整理：李琬": None,
    "编辑：李琬": None,
    "责编 李琬": None,
    "摄影：刘天": None,
    "刘天摄影": None,
    "制图王晓": None,
    "本报记者张平摄": None,
    "本报记者 张平 摄": None,
    "本报记者 张平 李琬 摄影": None,
    "本报摄影记者 刘天": None,
    "北京报道": None,
    "发自北京": None,
    "编辑 王晓 校对 李琬": None,
    "来源：本报记者": None,
    # Who wrote and who photographed.
    "■ 本报记者 张平/文 李琬/图": "张平",
    "■本报记者 张平/文 李琬/摄": "张平",
    "本报记者 张平 文 李琬 图": "张平",
    "文/张平 图/李琬": "张平",
    "图/李琬 文/张平": "张平",
    "文：张平 图：李琬": "张平",
    "文｜张平 图｜李琬": "张平",
    "文/图 记者 张平": "张平",
    "文／图 本报记者 张平 通讯员 李琬": "张平 李琬",
    "文图/本报记者 张平": "张平",
    "图文：本报记者 张平": "张平",
    "本报记者 张平 文/图": "张平",
    "本报记者 张平 文图": "张平",
    "本报记者 张平/文图": "张平",
    "本报记者 张平 文并摄": "张平",
    "本报记者 张平 文、图": "张平",
    "本报记者 张平 摄影报道": "张平",
    "本报记者张平文/摄": "张平",
    "张平 文/图": "张平",
    "张平/文": "张平",
    "张平 撰文 刘天 摄影": "张平",
    "撰文：张平 摄影：刘天": "张平",
    "撰文/张平 供图/王晓": "张平",
    "记者 张平 见习记者 李琬/文 刘天/图": "张平 李琬",
    "记者 张平、刘天/图": None,
    "记者 张平 李琬/图": "张平",
    "策划：王晓 文字：张平 设计：李琬": "张平",
    # Other roles.
    "作者：张平": "张平",
    "作者：张平 李琬": "张平 李琬",
    "作者 张平": "张平",
    "作者/张平": "张平",
    "本文作者：张平": "张平",
    "作者：春水": "春水",
    "作者：佚名": None,
    "作者：本刊编辑部": None,
    "（作者：张平，系湖畔大学教授）": "张平",
    "（作者系湖畔大学经济学院教授 张平）": "张平",
    "（作者：方敏北京大学经济学院教授）": "方敏",
    "（作者单位：湖畔大学）": None,
    "撰文：张平": "张平",
    "撰文 张平": "张平",
    "执笔：张平": "张平",
    "执笔 张平 李琬": "张平 李琬",
    "（执笔：张平 李琬）": "张平 李琬",
    "本报评论员 张平": "张平",
    "（本报评论员 张平）": "张平",
    "（特约评论员 张平）": "张平",
    "（本报评论员）": None,
    "本报评论员": None,
    "首席记者 张平": "张平",
    "本报首席记者 张平": "张平",
    "本报特约记者 张平": "张平",
    "信江晚报全媒体记者 张平 实习生 李琬": "张平 李琬",
    "信江晚报社融媒体记者张平": "张平",
    "本报驻京记者 张平": "张平",
    "本报见习记者 张平": "张平",
    "本报实习记者 张平": "张平",
    "中新网记者 张平": "张平",
    "新华社“新华视点”记者 张平、李琬": "张平 李琬",
    "人民日报记者 张平": "张平",
    "湖畔客户端记者 张平": "张平",
    "每经记者 张平": "张平",
    "记者：张平": "张平",
    "记者 | 张平": "张平",
    "记者丨张平 编辑丨李琬": "张平",
    "见习记者张平": "张平",
    "——本报记者 张平": "张平",
    "【本报记者 张平】": "张平",
    "[本报记者 张平]": "张平",
    "★本报记者 张平": "张平",
    "本报记者 张平 通讯员 县融媒体中心": "张平",
    "本报记者 张平 来源：信江晚报": "张平",
    # Names.
    "本报记者 张㑇": "张㑇",
    "本报记者㑇平": "㑇平",
    "本报记者 李𠮷": "李𠮷",
    "本报记者 𠮷平": "𠮷平",
    "本报记者 王𬭚 张𪩘": "王𬭚 张𪩘",
    "本报记者 方 敏": "方敏",
    "本报记者 方　敏 李四海": "方敏 李四海",
    "本报记者 方 敏 李 琬": "方敏 李琬",
    "本报记者 李四海 方 敏": "李四海 方敏",
    "本报记者 方 敏、李 琬": "方敏 李琬",
    "本报记者 方 敏 文/图": "方敏",
    "本报记者 上官 云": "上官云",
    "本报记者 欧阳明月": "欧阳明月",
    "本报记者欧阳明月": "欧阳明月",
    "本报记者 欧 阳 明 月": "欧阳明月",
    "本报记者 张王小明": "张王小明",
    "记者 买买提·艾力 李琬": "买买提·艾力 李琬",
    "记者 扎西·多吉": "扎西·多吉",
    "通讯员 迪丽努尔‧艾合买提": "迪丽努尔‧艾合买提",
    "本报记者 张平，李琬": "张平 李琬",
    "本报记者 张平 / 李琬": "张平 李琬",
    "本报记者张平和李琬": "张平 李琬",
    "本报记者张平通讯员李琬": "张平 李琬",
    "记者 John Smith": "John Smith",
    "本报记者 张平（右一）": "张平",
    # No bylines.
    "记者手记": None,
    "本报记者获悉": None,
    "本报记者 现场直击": None,
    "本报记者 走进田间": None,
    "本报记者调查": None,
    "本报记者万里行": None,
    "本报记者 观察": None,
    "记者从市政府获悉，今年增长8%。": None,
    "一线记者队伍建设": None,
    "记者节快乐": None,
    "文化下乡": None,
    "图书馆员的一天": None,
    "文明实践员 张罗饭菜": None,
    "通讯员培训班开班": None,
    "作者的话": None,
    "安全员 关注细节": None,
    "张平": None,
    "张平 李琬": None,
}  # fmt: skip

BEGINNINGS = {
    "新华社南昌3月20日电（记者张平、李琬）春茶开采。": "张平 李琬",
    "新华社南昌3月20日电 （记者 张平 李琬） 春茶开采。": "张平 李琬",
    "据新华社南昌3月20日电（记者张平）春茶开采。": "张平",
    "新华社“雪龙”号3月20日电（记者张平）": "张平",
    "新华社南昌3月20日电（张平、李琬）春茶开采。": "张平 李琬",
    "新华社南昌3月20日电（综合）春茶开采。": None,
    "新华社南昌3月20日电　题：春茶香里说丰年": None,
    "中新网南昌3月20日电 (记者 张平)春茶开采。": "张平",
    "中新网3月20日电 (张平 李琬)春茶开采。": "张平 李琬",
    "中新社南昌3月20日电 (记者 张平)": "张平",
    "人民网南昌3月20日电 （记者张平）": "张平",
    "本报南昌3月20日电（记者张平）春茶开采。": "张平",
    "本报南昌3月20日电  （记者张平、通讯员李琬）": "张平 李琬",
    "本报讯（记者张平）春茶开采。": "张平",
    "本报讯 （海南日报全媒体记者张琬茜 通讯员林妙莹）": "张琬茜 林妙莹",
    "本报讯 (记者 方 敏)春茶开采。": "方敏",
    "【本报讯】（记者张平）春茶开采。": "张平",
    "[本报讯]（记者 张平 通讯员 李琬）": "张平 李琬",
    "信江晚报讯（记者张平）春茶开采。": "张平",
    "信江晚报讯 （首席记者 张平 文/图）春茶开采。": "张平",
    "信江晚报·信江客户端讯（全媒体记者 张平）": "张平",
    "大江网/大江新闻客户端讯（记者 张平）": "张平",
    "长江网3月20日讯（记者张平 整合） 春茶": "张平",
    "央视网消息（记者 张平）春茶开采。": "张平",
    "央广网南昌3月20日消息（记者张平）": "张平",
    "本报上饶讯 （张平）春茶开采。": "张平",
    "（记者 张平）3月20日，春茶开采。": "张平",
    "（本报记者张平）春茶开采。": "张平",
    "本报讯（记者张平 刘天/图）春茶开采。": "张平",
    "本报讯（记者张平 摄影报道）春茶开采。": "张平",
    "本报讯（记者张平 通讯员李琬文/图）春茶开采。": "张平 李琬",
    "本报讯（记者张平摄）春茶开采。": None,
    "本报讯（春茶）开采。": None,
    "本报讯 记者张平报道：春茶开采。": "张平",
    "本报讯 记者张平、通讯员李琬报道 春茶开采。": "张平 李琬",
    "信江晚报讯 记者张平 通讯员李琬 3月20日，春茶开采。": "张平 李琬",
    "本报记者张平报道：春茶开采。": "张平",
    "本报记者 张平 春茶开采，茶农忙碌。": "张平",
    "本报讯 记者从市政府获悉，春茶开采。": None,
    "本报讯 记者昨日获悉，春茶开采。": None,
    "本报讯 记者 近日 走访茶园": None,
    "记者张平在现场看到，春茶开采。": None,
    "据记者了解（安全第一），春茶开采。": None,
    "3月20日（星期日），春茶开采。": None,
    "3月20日（农历二月廿三）春茶开采。": None,
    "茶农张平（记者李琬的邻居）说，春茶开采。": None,
    "这条消息（张平转来的）说，春茶开采。": None,
}  # fmt: skip

ENDS = {
    "春茶开采。（张平）": "张平",
    "春茶开采。（张平 李琬）": "张平 李琬",
    "春茶开采。（张平、李琬）": "张平 李琬",
    "春茶开采。(方 敏)": "方敏",
    "春茶开采。（欧阳明月）": "欧阳明月",
    "春茶开采。（㑇平）": "㑇平",
    "春茶开采。（阿依古丽·买买提）": "阿依古丽·买买提",
    "春茶开采。（张平）（完）": "张平",
    "“春茶开采。”（张平）": "张平",
    "春茶开采！（记者 张平）": "张平",
    "春茶开采。(张琬 全媒体记者 林妙)": "张琬 林妙",
    "春茶开采。（评论员 张平）": "张平",
    "春茶开采。（本报评论员张平）": "张平",
    "春茶开采。（作者：张平）": "张平",
    "春茶开采。（执笔：张平、李琬）": "张平 李琬",
    "春茶开采。（文/张平 图/李琬）": "张平",
    "春茶开采。信江晚报记者 张平": "张平",
    "春茶开采。作者：张平 李琬": "张平 李琬",
    "（张平）": "张平",
    "春茶开采。（完）": None,
    "春茶开采。（待续）": None,
    "春茶开采。（全文）": None,
    "春茶开采。（综合）": None,
    "春茶开采。（江西日报）": None,
    "春茶开采。（新华社）": None,
    "春茶开采。（南昌）": None,
    "春茶开采。（余干县）": None,
    "春茶开采。（黄色预警）": None,
    "春茶开采。（刘天摄）": None,
    "春茶开采。（刘天 摄）": None,
    "春茶开采。（记者 刘天 摄）": None,
    "春茶开采。（张平供图）": None,
    "春茶开采。（整理：李琬）": None,
    "春茶开采。（编辑：李琬）": None,
    "春茶开采。（BBC）": None,
    "茶农代表（张平）": None,
    "春茶开采（下转第三版）": None,
}  # fmt: skip

IMPRINTS = [
    "责编：张平", "责任编辑：张平", "（责任编辑：张平）", "【责任编辑：张平】", "[ 责编：张平 ]",
    "【编辑:张平】", "责任编辑：", "编辑：张平 校对：李琬", "编辑 张平 校对 李琬", "编辑/张平 美编/李琬",
    "责编|张平", "责编：张平　审核：李琬　监制：王晓", "责任编辑：张平_NT6056", "责任编辑：张平 SF104",
    "责任编辑：NF043", "校对：方 敏", "校对 方 敏", "值班编辑：张平", "来源：信江晚报",
    "稿源：信江晚报、湖畔网", "本文来源：信江晚报 责任编辑：张平_NT6056", "来源：信江晚报 编辑：张平",
    "来源｜湖畔网", "原标题：春茶开采，茶农忙碌！", "（原标题：春茶“开采”）", "【原标题：春茶】",
    "【纠错】", "[纠错]", "【纠错】 责任编辑： 张平", "【我要纠错】责任编辑：张平",
]  # fmt: skip

NO_IMPRINTS = [
    "编辑部的灯还亮着。", "编辑：您好，请问春茶何时开采？", "编辑 手记", "编辑们来了",
    "来源不明的茶叶被查封", "来源：茶农说，水从山上来。", "校对机上线", "校对了三遍才付印。", "责编的一天",
    "原标题党不再吃香", "纠错机制上线", "纠错，从小事做起", "资料来源：统计部门", "图片来源：本报",
    "审核通过", "监制茶叶的老人", "主编推荐", "编辑：李琬说这是一个好天气", "校园里的编辑 张平",
]  # fmt: skip


def spell(names: tuple[str, ...]) -> str | None:
    return "+".join(names) or None


def wanted(names: str | None) -> str | None:
    if names == "John Smith":
        return names
    return names.replace(" ", "+") if names else None


@pytest.mark.parametrize(("line", "names"), LINES.items(), ids=LINES)
def test_a_line_of_its_own(line: str, names: str | None) -> None:
    assert spell(byline_names(line)) == wanted(names)


@pytest.mark.parametrize(("text", "names"), BEGINNINGS.items(), ids=BEGINNINGS)
def test_a_dateline(text: str, names: str | None) -> None:
    assert spell(dateline_names(text)) == wanted(names)


@pytest.mark.parametrize(("text", "names"), ENDS.items(), ids=ENDS)
def test_the_end_of_an_article(text: str, names: str | None) -> None:
    assert spell(signature_names(text)) == wanted(names)


@pytest.mark.parametrize("line", IMPRINTS)
def test_a_line_of_editors_or_origin_is_furniture(line: str) -> None:
    assert is_imprint(line)


@pytest.mark.parametrize("line", NO_IMPRINTS)
def test_prose_that_begins_like_furniture_is_text(line: str) -> None:
    assert not is_imprint(line)


# In an article


def read(*lines: str) -> tuple[str | None, list[tuple[str, str]]]:
    body = "".join(f"<p>{line}</p>" for line in lines)
    draft = Draft("NW202203112301200001", "http://127.0.0.1/a.html", "media", title="春茶", body_html=body)
    article = normalise(draft)
    return article.author, [(paragraph.kind, paragraph.text) for paragraph in article.paragraphs]


PROSE = ("山坡上的茶园一早就热闹起来。", "茶农说，今年的雨水正好。", "到傍晚，头一锅茶出了香。")
WHERE = {
    "line": ("{}", *PROSE), "beginning": ("{}" + PROSE[0], *PROSE[1:]), "end": (*PROSE, PROSE[0] + "{}"),
    "last line": (*PROSE, "{}"),
}  # fmt: skip
BYLINES = [
    ("line", "□ 本报全媒体记者 周敏 通讯员 徐海涛", "周敏、徐海涛"),
    ("line", "◎记者 何晓云", "何晓云"),
    ("line", "【记者 韩磊 上饶报道】", "韩磊"),
    ("line", "文 | 本报记者 高远 图 | 受访者供图", "高远"),
    ("line", "文字：孙丽 摄影：刘洋", "孙丽"),
    ("line", "撰文 罗成", "罗成"),
    ("line", "采写/记者 郑爽 实习生 邓超", "郑爽、邓超"),
    ("line", "本报驻赣记者 黄河", "黄河"),
    ("line", "本报北京3月20日电 记者 林涛", "林涛"),
    ("line", "本报评论员 沈默", "沈默"),
    ("line", "特约评论员 余秀华", "余秀华"),
    ("line", "本报记者 欧阳明 司马南", "欧阳明、司马南"),
    ("line", "记者 古丽娜尔·阿不都", "古丽娜尔·阿不都"),
    ("line", "本报记者 王　芳　李　娜", "王芳、李娜"),
    ("line", "记者|彭湃 编辑|童谣", "彭湃"),
    ("line", "记者：曾志 编辑：田野 校对：石头", "曾志"),
    ("line", "执笔：魏巍", "魏巍"),
    ("line", "作者：蒋方舟", "蒋方舟"),
    ("line", "作者/丁玲", "丁玲"),
    ("line", "本报特派记者 唐糖 发自东京", "唐糖"),
    ("line", "（本报记者 许三多）", "许三多"),
    ("line", "本报记者 杨帆 文/摄", "杨帆"),
    ("line", "杨帆 文/图", "杨帆"),
    ("line", "文/图 杨帆", "杨帆"),
    ("line", "经济日报记者 吕布 乔峰", "吕布、乔峰"),
    ("line", "澎湃新闻记者 薛宝钗", "薛宝钗"),
    ("line", "证券时报记者 毛可馨", "毛可馨"),
    ("line", "每经记者 贾宝玉 每经编辑 史湘云", "贾宝玉"),
    ("line", "见习记者 秦可卿", "秦可卿"),
    ("line", "本报首席记者 尤二姐", "尤二姐"),
    ("line", "★本报记者 卢俊义/文 花荣/摄影", "卢俊义"),
    ("line", "本报记者 石秀 本报通讯员 戴宗 时迁", "石秀、戴宗、时迁"),
    ("beginning", "本报讯（记者 阮小二 通讯员 阮小五）昨天上午，", "阮小二、阮小五"),
    ("beginning", "本报讯 (全媒体记者童贯)", "童贯"),
    ("beginning", "新华社北京4月2日电（记者 史进、朱武）", "史进、朱武"),
    ("beginning", "新华社电（记者穆弘）", "穆弘"),
    ("beginning", "中新网南昌5月6日电 (记者 李应)", "李应"),
    ("beginning", "中新社香港5月6日电（记者 柴进）", "柴进"),
    ("beginning", "【本报讯】（记者 董平）", "董平"),
    ("beginning", "本报上饶7月1日讯（记者 张清 杨志）", "张清、杨志"),
    ("beginning", "江南都市报讯 记者 徐宁报道：", "徐宁"),
    ("beginning", "大江网讯（首席记者索超）", "索超"),
    ("beginning", "本报记者雷横报道：", "雷横"),
    ("beginning", "本报记者 李云 上饶报道", "李云"),
    ("beginning", "（记者 解珍）3月20日，", "解珍"),
    ("beginning", "人民网南昌3月20日电 （时雨）", "时雨"),
    ("beginning", "央视网消息（记者 邹渊）：", "邹渊"),
    ("beginning", "据新华社北京3月20日电（记者 蔡福）", "蔡福"),
    ("beginning", "本报综合消息（记者 焦挺）", "焦挺"),
    ("end", "（记者 石勇）", "石勇"),
    ("end", "（孙新）", "孙新"),
    ("end", "（作者：顾大嫂）", "顾大嫂"),
    ("end", "（作者单位：南昌大学）", None),
    ("end", "（本报记者 张青 孙二娘）", "张青、孙二娘"),
    ("end", "（作者为南昌大学教授）", None),
    ("end", "（作者系江西财经大学副教授 郁保四）", "郁保四"),
    ("end", "（王定六 白胜）", "王定六、白胜"),
    ("end", "（徐 敏）", "徐敏"),
    ("end", "（来源：新华社）", None),
    ("end", "（文/图 记者 段景住）", "段景住"),
    ("last line", "（记者 曹正）", "曹正"),
    ("last line", "本报记者 宋万", "宋万"),
    ("last line", "记者 杜迁 编辑 朱贵", "杜迁"),
    ("last line", "作者：汤隆", "汤隆"),
    ("last line", "（邓飞）", "邓飞"),
    ("last line", "编辑：孔亮", None),
    ("last line", "责任编辑：樊瑞 审核：项充", None),
    ("last line", "监制：李衮", None),
    ("last line", "文字：马麟 编辑：丁得孙", "马麟"),
    ("last line", "撰稿 宣赞 郝思文", "宣赞、郝思文"),
    ("line", "特约撰稿 单廷珪", "单廷珪"),
    ("line", "通讯员 魏定国 记者 萧让", "魏定国、萧让"),
    ("line", "本刊记者 裴宣 实习记者 欧鹏", "裴宣、欧鹏"),
    ("line", "■新快报记者 燕顺 通讯员 穗交宣", "燕顺"),
    ("line", "本报记者 蒋敬 通讯员 吕方 摄影报道", "蒋敬、吕方"),
    ("line", "文/羊城晚报全媒体记者 郭盛", "郭盛"),
    ("line", "作者：【英】约翰·勃朗", "约翰·勃朗"),
    ("line", "本报记者　安道全　通讯员　皇甫端", "安道全、皇甫端"),
    ("line", "本报记者 扈三娘实习生 鲍旭", "扈三娘、鲍旭"),
    ("line", "本报记者：樊瑞", "樊瑞"),
    ("line", "来源：新华社 作者：孔明", "孔明"),
    ("beginning", "本报讯 记者 张平 走进茶园，", "张平"),
    ("line", "记者 张平 摄", None), ("line", "新华社记者 张平 摄", None), ("last line", "记者 张平摄", None),
    ("beginning", "通讯员 张平 近日获奖，", None), ("beginning", "评论员 张平 主持了晚会，", None),
    ("beginning", "记者 张平 采访了茶农，", None), ("line", "作者最新文章", None),
    ("line", "小记者：王小丫 指导老师：张平", "王小丫"), ("end", "“天时不如地利。”（孟子）", None),
]  # fmt: skip
NO_BYLINES = [
    "记者了解到，今年的游客比去年多了一成",
    "记者节快乐",
    "记者节：致敬在路上的人",
    "编辑部的故事",
    "作者认为：应当先修路",
    "文武双全的老船长",
    "来源于生活，高于生活",
    "记者从市交通局获悉",
    "记者手记",
    "记者观察",
    "记者感言：写在最后",
    "本报记者手记",
    "作者简介",
    "作者按：此文写于去年",
    "编者按",
    "编辑推荐",
    "文化 周末",
    "图文无关",
    "图文并茂",
    "文旅融合新路",
    "记者走基层",
    "记者 走基层",
    "本报记者 连线",
    "记者现场直击",
    "记者 调查",
    "评论员文章",
    "本报评论员",
    "本报评论员文章",
    "通讯员培训班开班",
    "特派员制度",
    "作者：佚名",
    "作者：未知",
    "作者：本报编辑部",
    "作者不详",
    "作者：无名氏",
    "记者：您好，请问今年水位如何？",
    "记者：那您怎么看",
    "记者问：为什么",
    "船工：江水涨了",
    "文：江水涨了两尺",
    "图：老码头全景",
    "文字：很重要",
    "记者 李白的故事",
    "供稿：市文旅局",
    "撰文：市委宣传部",
    "作者：上饶市作家协会",
    "文/本报评论部",
    "作者：编辑部",
    "记者：安全吗？",
    "本报记者 本报讯",
    "执笔为民",
    "执笔 书写春秋",
    "记者 高度关注",
    "记者 方便就医",
    "本报记者 时政部",
    "记者站 江西",
    "本报记者 体育部",
    "记者 多方采访",
    "记者 全程跟随",
    "记者 连续报道",
    "通讯员 公安宣",
    "撰稿 高水平文章",
    "作者：许多人",
    "作者 多人",
    "评论员 热议",
    "主笔 周末",
    "记者 周刊",
    "作者：马上读",
    "记者 万里行",
    "作者：任何人",
    "记者 石头城探访",
    "记者 江边所见",
    "记者 高考首日",
    "记者 夏粮收购",
    "记者 安居工程",
    "记者 白天值班",
    "记者 黄金周见闻",
    "记者 应用",
]  # fmt: skip
LAST_WORDS = """
高铁 方言 任务 石油 向阳 文汇 左图 解码 易经 孟子 庄子 史记 杜甫 平方
洪水 祖国颂 满江红 符号 宋词 元曲 殷墟 强降雨 向右看 应届生 暴雨 牛市 滑雪 车展
查处 游园 权利 益生菌 别克 柴油 习题 易拉罐 满洲里 欧洲 利比亚 冷水江 沙县 养心殿
巢湖 牛肉面 边城 燕山 农夫 鱼汤 向日葵 戈壁 寇准 蔚县 勾芡 敖包
"""


@pytest.mark.parametrize(("where", "line", "names"), BYLINES, ids=[f"{one[0]}: {one[1]}" for one in BYLINES])
def test_who_wrote_an_article(where: str, line: str, names: str | None) -> None:
    assert read(*(one.format(line) for one in WHERE[where]))[0] == names


@pytest.mark.parametrize("line", NO_BYLINES)
def test_prose_names_no_author_wherever_it_stands(line: str) -> None:
    for where in ("line", "last line"):
        author, lines = read(*(one.format(line) for one in WHERE[where]))
        assert author is None
        assert line in [text for _, text in lines]
    assert read(f"{line}，{PROSE[0]}", *PROSE[1:])[0] is None
    assert read(*PROSE[:2], f"{PROSE[2]}（{line}）")[0] is None


@pytest.mark.parametrize("word", LAST_WORDS.split())
def test_a_word_in_brackets_at_the_end_is_no_author(word: str) -> None:
    assert read(*PROSE, f"{PROSE[0]}（{word}）")[0] is None


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ("张平", "张平"), ("张平 李琬", "张平、李琬"), ("本报记者 张平", "张平"), ("欧阳明", "欧阳明"),
        ("上饶日报", None), ("证券时报网", None), ("鲁网", None), ("第一财经", None), ("券商中国", None),
        ("小编", None), ("佚名", None), ("admin", None), ("", None), ("中国证券报·中证网", None),
    ],
)  # fmt: skip
def test_whom_a_page_states_beside_its_text(stated: str, names: str | None) -> None:
    draft = Draft(
        "NW202203112301200001", "http://127.0.0.1/a.html", "media", author=stated, body_html=PROSE[0]
    )
    assert normalise(draft).author == names
    signed = replace(draft, body_html=f"<p>□记者 王晓</p><p>{PROSE[0]}</p>")
    assert normalise(signed).author == "王晓"


@pytest.mark.parametrize(
    "byline",
    [
        "<strong>本报记者 张平</strong>",
        "<b>■ 本报记者 张平/文 李琬/图</b>",
        "<span>□本报记者</span><b>张平</b>",
        "<strong>文/图 记者 张平</strong>",
    ],
)
def test_a_bold_byline_is_no_heading(byline: str) -> None:
    author, lines = read(byline, *PROSE)
    assert author == "张平"
    assert lines[0][0] == "byline"


def test_a_bold_line_about_reporters_is_a_heading() -> None:
    assert read("<strong>记者手记</strong>", *PROSE)[1][0] == ("heading", "记者手记")


@pytest.mark.parametrize("decks", [1, 2, 3, 4])
def test_a_byline_stands_below_the_lines_of_a_deck(decks: int) -> None:
    deck = ["——湖畔县春茶开采第一天见闻", "头茶香飘十里", "今年产量可增一成", "茶农笑开了颜"][:decks]
    author, lines = read(*deck, "本报记者 张平", *PROSE)
    assert author == "张平"
    assert lines[decks] == ("byline", "本报记者 张平")


def test_a_byline_stands_above_other_credits_at_the_end() -> None:
    author, lines = read(*PROSE, "记者：张平", "摄影：刘天", "制图：王晓", "责编：李琬")
    assert author == "张平"
    assert [text for _, text in lines] == [*PROSE, "记者：张平", "摄影：刘天", "制图：王晓"]


def test_a_byline_behind_sentences_is_text() -> None:
    assert read(*PROSE, "本报记者 张平", *PROSE)[0] is None


def test_a_dateline_and_a_signature_stay_in_the_text() -> None:
    first, last = f"信江晚报讯（记者 方 敏）{PROSE[0]}", f"{PROSE[1]}（张平）"
    author, lines = read(first, last)
    assert author == "方敏、张平"
    assert [text for _, text in lines] == [first, last]


def test_an_article_ends_before_its_imprint() -> None:
    author, lines = read(*PROSE, f"{PROSE[0]}（张平）", "（完）", "来源：信江晚报", "【纠错】 责任编辑：李琬")
    assert author == "张平"
    assert [text for _, text in lines] == [*PROSE, f"{PROSE[0]}（张平）", "（完）"]


def test_names_without_a_role_count_only_at_the_end() -> None:
    assert read(f"{PROSE[0]}（张平）", *PROSE)[0] is None


def test_every_item_of_a_column_names_its_reporter() -> None:
    assert read(f"{PROSE[0]}（记者 张平）", f"{PROSE[1]}（通讯员 李琬）", PROSE[2])[0] == "张平、李琬"


def test_an_imprint_is_left_out_wherever_it_stands() -> None:
    assert [text for _, text in read("原标题：春茶开采", PROSE[0], "责编：李琬", PROSE[1])[1]] == [*PROSE[:2]]
