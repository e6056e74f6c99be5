"""The rows under a headline: what they label (来源：, 作者：), and what in them is no more than a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.furniture import is_tools
from spiders.readers.chinese.sheet import Line

LONGEST_ROW = 200
_LABEL = re.compile(
    r"(?:发布(?:时间|日期|于)?|发表(?:时间|于)|更新(?:时间|于)?|时间|日期|来源|稿源|出处|作者|记者|编辑|责编|责任编辑|阅读|浏览|点击|字号|信息来源|文章来源|新闻来源|供稿|撰稿|通讯员|文)\s{0,3}[:：|｜]"
)


def is_info_row(line: Line) -> bool:
    """Tell whether a line is a row of time, source, author or tools, and no sentence."""
    text = line.text
    if len(text) > LONGEST_ROW:
        return False
    if is_tools(text):
        return True
    found = find_time(text)
    if found and len(text) - (found.end - found.start) <= 60 and not re.search("[。！？]", text):
        return found.start <= 40 and not re.search("[，；]", text)
    return bool(_LABEL.match(text)) and len(text) <= 80 and not re.search("[。！？，；]", text)


def labelled(lines: Sequence[Line], label: re.Pattern[str]) -> Iterator[tuple[str, Line]]:
    """Yield what stands behind a label in each line: up to the next element or wide gap, and the line."""
    for line in lines:
        for place, part in enumerate(line.parts):
            match = label.search(part)
            if not match:
                continue
            value = part[match.end() :].strip(" 　:：|｜")
            if not value and place + 1 < len(line.parts):
                value = line.parts[place + 1]
            if value:
                yield value, line


_PROMOTES = re.compile(r"点击|查看|>>|→|↓|下载|客户端|试玩|报名|投票|评选|扫码|关注|专题|榜单")


def is_promotion(line: Line) -> bool:
    """Tell whether a line over a text leads to something else that its site offers."""
    return line.linked >= 4 and bool(_PROMOTES.search(line.text)) and not line.text.endswith("。")
