"""Pages of which nothing is declared: articles of every shape, and pages that are none."""

# ruff: noqa: E501 - a page's markup is told as it is served
from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import pytest
from support.undeclared_pages import MEDIA, SHAPES, STORY, TITLE

from spiders.readers.chinese.page import read_chinese_page
from storage.records import SetAside

NOW = datetime(2026, 3, 25, 4, tzinfo=UTC)
URL = "https://liuxi.example/news/53.html"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_the_same(shape: str) -> None:
    draft = read_chinese_page(SHAPES[shape](), URL, NOW)
    assert draft.title == TITLE
    assert draft.published_at is not None
    assert f"{draft.published_at:%Y-%m-%d %H:%M %z}" == "2026-03-20 09:16 +0800"
    assert draft.precision in ("minute", "second")
    assert draft.media == MEDIA
    assert [paragraph.text for paragraph in draft.paragraphs] == list(STORY)


BODY = "".join(f"<p>{text}</p>" for text in STORY)


def page(
    body: str, *, title: str = TITLE, head: str = "", info: str = f"2026-03-20 09:16 来源：{MEDIA}"
) -> str:
    """Return a page with a headline, an info row and what stands under them."""
    return (
        f"<html><head><title>{title}_柳溪网</title>{head}</head><body><h1>{title}</h1><div class=info>{info}</div>"
        f"{body}</body></html>"
    )


def texts(html: str, url: str = URL) -> list[str]:
    """Return the paragraphs that a page is read to have."""
    return [paragraph.text for paragraph in read_chinese_page(html, url, NOW).paragraphs]


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：吴晓",
        "（责编：吴晓、周明）",
        "编辑 吴晓 校对 周明",
        "【纠错】",
        "原标题：柳溪春茶开采",
        "来源：柳溪日报",
        "（稿源：柳溪日报）",
        "分享让更多人看到",
        "点击进入专题：春茶时节",
        "扫描二维码，关注柳溪日报微信公众号",
        "更多精彩内容，请下载柳溪APP",
        "版权声明：凡注明来源柳溪网的稿件，未经授权不得转载。",
        "免责声明：本文仅代表作者个人观点，不代表本网立场。",
        "特别声明：以上内容由自媒体上传并发布，本平台仅提供信息存储服务。",
        "《柳溪日报》（2026年03月20日 04版）",
        "上一篇：河道清淤今天完工",
        "字号：大 中 小",
        "收藏 打印 关闭",
        "AI摘要由人工智能生成，仅供参考",
    ],
)
def test_lines_of_the_page_are_none_of_the_article(line: str) -> None:
    assert texts(page(f"<div class=content>{BODY}<p>{line}</p></div>")) == list(STORY)


@pytest.mark.parametrize(
    "line",
    [
        "编辑部的灯一直亮到天明，茶农们也没有睡。",
        "“来源不明的茶叶，我们一斤也不收。”周明说。",
        "（记者 林一禾）",
        "注：产值为镇农技站估算。",
        "点击量最高的那条视频，就是张阿婆在山上唱的歌，看过的人都说好听。",
        "柳溪日报记者 林一禾",
    ],
)
def test_what_only_looks_like_furniture_stays(line: str) -> None:
    assert texts(page(f"<div class=content>{BODY}<p>{line}</p></div>")) == [*STORY, line]


def test_boxes_inside_the_text_are_left_out() -> None:
    box = '<div class="related-news"><h4>相关新闻</h4><p>昨天，柳溪大桥下月通车的消息传开，镇上的人都很高兴。</p></div>'
    assert texts(page(f"<div class=content><p>{STORY[0]}</p>{box}{BODY.split('</p>', 1)[1]}</div>")) == list(
        STORY
    )


def test_hidden_elements_are_not_read() -> None:
    hidden = "<p style='display:none'>这一段看不见，是给机器看的，柳溪茶叶批发电话零零零。</p>"
    assert texts(page(f"<div class=content>{BODY}{hidden}</div>")) == list(STORY)


def test_a_row_of_a_table_is_one_line() -> None:
    table = "<table><tr><td>品种</td><td>价格</td></tr><tr><td>明前茶</td><td>四百元</td></tr></table>"
    assert texts(page(f"<div class=content>{BODY}{table}</div>"))[-2:] == ["品种\t价格", "明前茶\t四百元"]


def test_pictures_have_places_and_captions() -> None:
    figure = '<p style="text-align:center"><img data-src="/i/1.jpg" src="/blank.gif" width=600></p>'
    caption = '<p style="text-align:center">茶农在山上采茶。林一禾 摄</p>'
    first, rest = BODY.split("</p>", 1)
    draft = read_chinese_page(page(f"<div class=content>{first}</p>{figure}{caption}{rest}</div>"), URL, NOW)
    (picture,) = draft.pictures
    assert (picture.url, picture.position) == ("https://liuxi.example/i/1.jpg", 1)
    assert picture.caption == "茶农在山上采茶。林一禾 摄"
    assert [paragraph.kind for paragraph in draft.paragraphs][:2] == ["text", "caption"]


def test_kicker_and_subtitle_are_no_part_of_the_title() -> None:
    html = page(f"<div class=content>{BODY}</div>").replace(
        f"<h1>{TITLE}</h1>", f"<div><h3>春茶时节看柳溪</h3><h1>{TITLE}</h1><h2>镇里将办第一场茶市</h2></div>"
    )
    draft = read_chinese_page(html, URL, NOW)
    assert (draft.kicker, draft.title, draft.subtitle) == ("春茶时节看柳溪", TITLE, "镇里将办第一场茶市")


@pytest.mark.parametrize("is_escaped", [False, True])
def test_a_text_that_only_a_script_shows_is_read(is_escaped: bool) -> None:
    markup = escape(BODY) if is_escaped else BODY
    data = json.dumps({"publish_time": "2026-03-20 09:16", "content": markup})
    html = f"<html><head><title>{TITLE}_柳溪网</title></head><body><div id=app></div><script>var d={data}</script></body></html>"
    draft = read_chinese_page(html, URL, NOW)
    assert (draft.title, [paragraph.text for paragraph in draft.paragraphs]) == (TITLE, list(STORY))
    assert draft.published_at is not None
    assert f"{draft.published_at:%Y-%m-%d %H:%M}" == "2026-03-20 09:16"


def test_an_article_of_several_pages_says_so() -> None:
    pager = "<div class=page>1 <a href=53_2.html>2</a> <a href=53_2.html>下一页</a></div>"
    draft = read_chinese_page(page(f"<div class=content>{BODY}</div>{pager}"), URL, NOW)
    assert draft.incomplete is not None
    assert "https://liuxi.example/news/53_2.html" in draft.incomplete
    single = "<div class=page>上一页 1 下一页</div>"
    assert read_chinese_page(page(f"<div class=content>{BODY}</div>{single}"), URL, NOW).incomplete is None


@pytest.mark.parametrize(
    ("info", "head", "url", "said", "rule"),
    [
        ("3月20日 09:16", "", URL, "2026-03-20 09:16", "reader"),
        ("昨天 21:40", "", URL, "2026-03-24 21:40", "reader"),
        ("", "<meta name=PubDate content='2026-03-20 09:16'>", URL, "2026-03-20 09:16", "reader:meta"),
        ("03-20 09:16", "<meta name=PubDate content='2025-03-20 09:16'>", URL, "2025-03-20 09:16", "reader"),
        ("", "", "https://liuxi.example/2026-03/20/content_53.htm", "2026-03-20 00:00", "reader:address"),
        ("", "", "https://liuxi.example/202603/t20260320_53.html", "2026-03-20 00:00", "reader:address"),
        ("", "", URL, None, None),
        ("今日柳溪", "", URL, None, None),
        ("3月15日消费者权益日", "", URL, None, None),
        ("日期：26-03-20", "", URL, "2026-03-20 00:00", "reader"),
        ("版号：26-03-20", "", URL, None, None),
    ],
)
def test_where_the_time_is_from(info: str, head: str, url: str, said: str | None, rule: str | None) -> None:
    html = page(f"<div class=content>{BODY}</div><p>2026-03-22 10:00 茶客：好茶</p>", head=head, info=info)
    draft = read_chinese_page(html, url, NOW)
    assert (draft.published_at and f"{draft.published_at:%Y-%m-%d %H:%M}") == said
    assert dict(draft.found_by).get("published_at") == rule


GALLERY = "<div class=content><p>1/8 三月的柳溪镇，茶农们在山上采茶。</p><img src=/i/1.jpg></div><a href=53_2.html>下一页</a>"
FORUM = "<div id=postlist><div>楼主</div><p>{}</p><div>沙发</div><p>顶一下，好茶。</p><a>回帖</a><a>只看楼主</a></div>"
LIST = "".join(
    f"<li><a href={number}.html>柳溪镇春茶第{number}批今天开采上市</a> 2026-03-{number}</li>"
    for number in range(10, 30)
)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("柳溪春茶", GALLERY),
        ("大家来说说今年的春茶", FORUM.format(STORY[1])),
        ("柳溪要闻", f"<ul>{LIST}</ul>"),
        ("春茶采摘实况", "<div class=content><video src=/v.mp4></video><p>点击看视频。</p></div>"),
        (
            "柳溪要闻",
            "".join(
                f"<h3><a href={n}.html>柳溪镇春茶第{n}批今天上市</a></h3><p>{STORY[n % 5]}</p>"
                for n in range(9)
            ),
        ),
        (
            "采茶忙",
            "<div class=video-player><div></div></div><div class=content><p>三月，柳溪镇的茶农上山采茶，一片繁忙。</p></div>",
        ),
        ("说说今年的春茶", f"<div id=postlist><div class=t_f>{STORY[1]}<br>{STORY[2]}</div></div>"),
        ("用户登录", "<div class=content><p>请先登录后再查看本页的内容，没有账号请先注册。</p></div>"),
        (
            "404 页面不存在",
            "<div class=content><p>您访问的页面不存在，五秒后返回首页，请稍候，谢谢。</p></div>",
        ),
        (
            "茶的词条_茶百科",
            f"<div class=content><h2>目录</h2>{BODY}<p>词条标签：茶</p><p>编辑次数：3次</p><p>历史版本</p></div>",
        ),
        (
            "明前春茶礼盒_柳溪商城",
            f"<div><p>￥ 128</p><p>库存：56件</p><a>加入购物车</a><a>立即购买</a>{BODY}</div>",
        ),
        (
            "春茶节大家说",
            "<div class=content>"
            + "".join(f"<p>茶客{n} 2026-03-2{n} 10:0{n}</p><p>{STORY[n]}</p>" for n in range(5))
            + "</div>",
        ),
        (
            "春茶怎么保存",
            f"<div>问答</div><h2>问题描述</h2><div class=content>{BODY}</div><p>问题标签：茶</p><p>03-22 被采纳</p>",
        ),
        (
            "春茶怎么保存",
            f'<div itemscope itemtype="https://schema.org/QAPage"><div class=content>{BODY}</div></div>',
        ),
        ("采茶曲_古诗词网", f"<div class=content>{BODY}<h3>译文</h3><h3>注释</h3><h3>赏析</h3></div>"),
    ],
)
def test_other_pages_are_no_articles(title: str, body: str) -> None:
    with pytest.raises(SetAside):
        read_chinese_page(page(body, title=title), URL, NOW)


def undated(title: str, body: str) -> str:
    """Return a page without a time on it."""
    return f"<html><head><title>{title}</title></head><body><h2>{title}</h2>{body}</body></html>"


ENTRIES = "".join(
    f"<h3><a href={n}.html>{STORY[n][2:10]}</a></h3><p>{STORY[n]}[<a href={n}.html>详细</a>]</p>"
    for n in range(4)
)
FLOORS = "".join(f"<div>{n}楼 茶客{n}</div><div>支持楼上的，{STORY[n]}</div>" for n in (1, 2))


@pytest.mark.parametrize(
    "html",
    [
        page(ENTRIES, title="乡镇新闻"),
        undated("关于我们", f"<div class=content>{BODY}</div>"),
        undated(
            "柳溪网", "<p>抱歉，您访问的页面不存在或已被删除，请返回网站首页，继续浏览其他内容，谢谢。</p>"
        ),
        undated(
            "访问被拦截",
            "<p>您的请求带有不合法参数，已被网站管理员设置拦截，可能原因：内容包含危险的请求，请检查。</p>",
        ),
        page(f"<p>{STORY[1]}</p>{FLOORS}<p>回复(2)</p><p>发表回复</p>"),
        page(
            f"<div>立即申请 收藏职位</div><h3>职位描述</h3><p>{STORY[2]}</p><p>学历要求：不限 月薪：面议</p>"
        ),
    ],
)
def test_pages_that_say_otherwise_are_no_articles(html: str) -> None:
    with pytest.raises(SetAside):
        read_chinese_page(html, URL, NOW)


@pytest.mark.parametrize(
    "html", ["", "<", "<html></html>", "<p>茶</p>", "\ufeff", "<!-- nothing -->", "<a" * 9]
)
def test_a_page_of_nothing_is_set_aside(html: str) -> None:
    with pytest.raises(SetAside):
        read_chinese_page(html, URL, NOW)


@pytest.mark.parametrize(
    ("info", "media"),
    [
        ("2026-03-20 09:16 柳溪发布", "柳溪发布"),
        ("2026-03-20 09:16 周明", None),
        ("2026-03-20 09:16 查看：53", None),
        ("首页 &gt; 乡镇 &gt; 2026-03-20 09:16", None),
        ("2026-03-20 09:16 Posted on", None),
    ],
)
def test_who_a_story_is_from(info: str, media: str | None) -> None:
    html = page(
        f"<div class=content><p>执笔/周明、林一禾</p>{BODY}</div>",
        info=info.replace(" 柳", "</p><p>柳").replace(" 周", "</p><p>周"),
    )
    assert read_chinese_page(html, URL, NOW).media == media


@pytest.mark.parametrize(
    "info",
    [
        f"发布时间：2026-03-2009:16:05　来源：{MEDIA}",
        f"更新时间：2026-03-21 10:00 发布时间：2026-03-20 09:16 来源：{MEDIA}",
        f"2026年3月20日 星期五 09:16 {MEDIA}",
        f"https://liuxi.example 2026-03-20 09:16 {MEDIA} 评论0条",
        f"2026-03-20 09:16 | {MEDIA} | 评论(0) | 人气：53",
        f"2026年03月20日 09:16:11  来源: {MEDIA}   我来说两句(0)",
        f"<table><tr><td>来源</td><td>{MEDIA}</td><td>时间</td><td>2026-03-20 09:16</td></tr></table>",
        f"新闻来源：{MEDIA} 录入时间：2026-03-20 09:16 点击率：53",
        f"Fri Mar 20 2026 09:16 {MEDIA}",
    ],
)
def test_rows_of_time_and_source_in_other_wording(info: str) -> None:
    draft = read_chinese_page(page(f"<div class=content>{BODY}</div>", info=info), URL, NOW)
    assert draft.published_at is not None
    assert (f"{draft.published_at:%Y-%m-%d %H:%M}", draft.media) == ("2026-03-20 09:16", MEDIA)


def test_the_address_names_the_year_that_the_page_leaves_out() -> None:
    html = page(f"<div class=content>{BODY}</div>", info="03-20 09:16 柳溪日报")
    draft = read_chinese_page(html, "https://liuxi.example/2024-03/20/content_53.htm", NOW)
    assert draft.published_at is not None
    assert f"{draft.published_at:%Y-%m-%d %H:%M}" == "2024-03-20 09:16"


def test_news_in_brief_that_lead_on_are_an_article() -> None:
    briefs = "".join(f"<p>{text}<a href={n}.html>详情&gt;&gt;</a></p>" for n, text in enumerate(STORY[2:]))
    assert len(texts(page(f"<div class=content>{BODY}{briefs}</div>"))) == len(STORY) + 3


def test_a_day_is_no_headline() -> None:
    body = f"<h2>2026年3月20日 星期五</h2><p>{STORY[1]}</p>"
    html = f"<html><head><title>柳溪报社-电子报平台</title></head><body>{body}</body></html>"
    assert "2026" not in (read_chinese_page(html, URL, NOW).title or "")
