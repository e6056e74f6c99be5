"""Bylines: every form that papers print names its authors, and nobody else."""

from __future__ import annotations

import pytest

from pipelines.byline import byline_names, dateline_names, signature_names
from pipelines.furniture import is_imprint
from pipelines.normalise import normalise
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
