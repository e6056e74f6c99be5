"""Pages of the shapes that publishing systems give newspapers' articles, all with one invented story.

Each shape is a page that says the same: headline, time, media, author and the paragraphs of `STORY`.
"""

# ruff: noqa: E501 - a page's markup is told as it is served
from __future__ import annotations

from collections.abc import Callable

TITLE = "柳溪镇三百亩春茶开采 茶农一天能挣两百元"
MEDIA = "柳溪日报"
STORY = (
    "本报讯（记者 林一禾）三月的柳溪镇，雨一停，山上的茶园就热闹起来。天刚亮，五十多名茶农背着竹篓上了山。",
    "“今年比去年早了六天。”在村口收青叶的张阿婆说，头一批青叶每斤收到四十八元，一个熟手一天能采四斤多。",
    "镇里的茶厂也没有闲着。厂长周明带着工人把三口老锅重新砌过，又添了两台烘干机，一天能做八百斤青叶。",
    "据镇农技站统计，全镇春茶面积有三百亩，预计四月中旬采完，产值能到一百六十万元。",
    "接下来，镇里打算在清明前办一场茶市，请城里的茶客上山来，一边采茶，一边把茶叶带回家。",
)
_NAV = "".join(
    f'<li><a href="/{name}/">{name}</a></li>' for name in ("首页", "要闻", "乡镇", "经济", "文化", "图片")
)
_LINKS = "".join(
    f'<li><a href="/news/{number}.html">{text}</a><span>03-{number:02}</span></li>'
    for number, text in enumerate(
        (
            "柳溪大桥下月通车",
            "镇中心小学添了新校车",
            "老街的灯会延长三天",
            "河道清淤今天完工",
            "图书馆周末开到九点",
        ),
        11,
    )
)
_HEAD = f"<title>{TITLE}_乡镇新闻_柳溪网</title>"
_FOOT = "<div class=footer>版权所有 柳溪网 未经授权不得转载 ICP备00000000号 地址：柳溪镇中街一号，欢迎投稿，欢迎监督。</div>"


def _page(body: str, head: str = _HEAD) -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><ul class=nav>{_NAV}</ul>{body}{_FOOT}</body></html>"
    )


def _paragraphs(tag: str = "p", attributes: str = "") -> str:
    return "".join(f"<{tag}{attributes}>　　{text}</{tag}>\n" for text in STORY)


def plain() -> str:
    """A page as most systems make it: h1, a row with time and source, paragraphs in a div."""
    return _page(
        f"<h1>{TITLE}</h1><div class=info><span>2026-03-20 09:16:05</span> <span>来源：{MEDIA}</span></div>"
        f"<div class=article-content>{_paragraphs()}</div><div class=related><h3>相关新闻</h3><ul>{_LINKS}</ul></div>"
    )


def trs() -> str:
    """As TRS WCM does: TRS_Editor, Custom_UnionStyle, metas; the styles stand in the text."""
    return _page(
        '<meta name="PubDate" content="2026-03-20 09:16:05"><div class="BreadcrumbNav">当前位置：<a href="/">首页</a> &gt; '
        f'<a href="/xz/">乡镇</a></div><div class="bt">{TITLE}</div><div class="xx">发布时间：2026-03-20 09:16:05 | 来源：{MEDIA} '
        "| 字号：[<a href=#>大</a> <a href=#>中</a> <a href=#>小</a>] <a href=#>打印</a></div>"
        '<div class="TRS_Editor"><style>.TRS_Editor P{margin:0}</style><div class="Custom_UnionStyle">'
        f"<div class=Custom_UnionStyle>{_paragraphs('p', ' align=justify')}</div></div></div>"
        "<p>责任编辑：吴晓</p><p>【打印本页】【关闭窗口】</p>"
    )


def founder_site() -> str:
    """As Founder's web system does: the text between enpcontent marks, paragraphs with breaks."""
    text = "<br>\n<br>".join(f"　　{one}" for one in STORY)
    return _page(
        f'<div class=title><h2>{TITLE}</h2></div><div class=msg>2026年03月20日 09:16　来源：<a href="#">{MEDIA}</a></div>'
        f"<div id=content><!--enpcontent-->{text}<!--/enpcontent--></div><div>[责任编辑：吴晓]</div>"
    )


def enorth() -> str:
    """As Enorth's does: tables around everything, the text in a cell."""
    return _page(
        "<table width=960><tr><td><table><tr><td class=path>您当前的位置：柳溪网 &gt; 正文</td></tr></table>"
        f"<table><tr><td align=center><b><font size=5>{TITLE}</font></b></td></tr><tr><td align=center>"
        f"http://liuxi.example　2026-03-20 09:16　稿源：{MEDIA}</td></tr><tr><td id=zoom>{_paragraphs()}</td></tr>"
        f"<tr><td align=right>编辑：吴晓</td></tr></table></td><td width=200><ul>{_LINKS}</ul></td></tr></table>"
    )


def tables_of_2005() -> str:
    """A page of 2005: nested tables, font tags, breaks and blanks for paragraphs, no heading at all."""
    text = "<BR>".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{one}" for one in STORY)
    return (
        f"<html><head><title>{TITLE}</title></head><body><table><tr><td>{_NAV}</td></tr></table><table><tr><td><table>"
        f"<tr><td height=40><div align=center><font color=#cc0000 size=4><b>{TITLE}</b></font></div></td></tr><tr><td><div "
        f"align=center>{MEDIA} 2026-3-20 9:16:05</div></td></tr><tr><td class=p14><font id=zoom>{text}</font></td></tr></table>"
        f"</td></tr></table>{_FOOT}</body></html>"
    )


def div_soup() -> str:
    """Divs for everything, with names that say nothing, each sentence group a div of its own."""
    return _page(
        f'<div class="a1"><div class="b7">{TITLE}</div><div class="b8"><div>2026-03-20</div><div>09:16</div><div>{MEDIA}</div></div>'
        f'<div class="c3">{_paragraphs("div")}</div></div><div class="d9"><ul>{_LINKS}</ul></div>'
    )


def sections_and_spans() -> str:
    """As messages of accounts are: sections in sections, sentences cut into spans, hidden until scripts run."""
    cut = "".join(
        f"<section><section><span style='font-size:15px'>{text[:20]}</span><span>{text[20:]}</span></section></section>"
        for text in STORY
    )
    return _page(
        f"<div id=js_article><h2 class=rich_media_title>{TITLE}</h2><div id=meta_content><a href=#>{MEDIA}</a> "
        "<em id=publish_time>2026-03-20 09:16</em></div><div class=rich_media_content id=js_content "
        f'style="visibility: hidden; opacity: 0;">{cut}</div></div>'
    )


def mobile() -> str:
    """A page for phones: article and header elements, an account instead of a source, an app advertised."""
    return _page(
        f"<article><header><h1>{TITLE}</h1><div class=author-info><span class=name>{MEDIA}</span>"
        f"<time>2026-03-20 09:16</time><button>关注</button></div></header><section class=art_content>{_paragraphs()}"
        "<p><a href=#>打开柳溪APP，查看更多精彩内容</a></p></section></article>"
        f"<section class=hot-comments><h3>热门评论</h3><p>茶客：好茶，明天就去买，去年的也不错。</p></section><ul>{_LINKS}</ul>"
    )


def inline_wrapper() -> str:
    """Paragraphs inside an inline element, a video player over them, tools under them."""
    return _page(
        f'<div class="head"><h1><span class=title>{TITLE}</span></h1><div class=mheader>2026-03-20 09:16:05 来源：{MEDIA}</div></div>'
        "<div id=detail><div class=player><div>加载中...</div><div>倍速</div></div><span id=detailContent>"
        f"{_paragraphs()}</span><div class=zan>+1</div><div class=tags>【纠错】</div><div>【责任编辑:吴晓】</div></div>"
    )


def two_containers() -> str:
    """The text in several containers one after the other, pictures between them."""
    parts = "".join(
        f"<div class=text-block><p>{text}</p></div><div class=pic><img src=/i/{number}.jpg width=600></div>"
        for number, text in enumerate(STORY)
    )
    return _page(
        f"<div class=wrap><h1>{TITLE}</h1><p class=source>{MEDIA}　2026年3月20日 09:16</p>{parts}"
        f"<div class=tj><h4>推荐阅读</h4>{_LINKS}</div></div>"
    )


def with_comments() -> str:
    """A short text over long comments with times of their own."""
    comments = "".join(
        f"<div class=item><span class=user>茶客{number}</span><span>2026-03-21 1{number}:00:0{number}</span>"
        "<p>这茶我喝过，香得很，去年托亲戚带了两斤，今年还要，不知道镇上寄不寄快递，请有空的回我一声，谢谢。</p></div>"
        for number in range(8)
    )
    return _page(
        f"<h1>{TITLE}</h1><p>2026-03-20 09:16 {MEDIA}</p><div class=con>{_paragraphs()}</div>"
        f"<div class=comment-list><h3>网友评论</h3>{comments}</div>"
    )


def wordpress() -> str:
    """As WordPress does: entry-title, a date in English, tags and a note on copyright."""
    return _page(
        f'<article class="post hentry"><header class=entry-header><h1 class=entry-title>{TITLE}</h1><div class=entry-meta>'
        f'<time datetime="2026-03-20T09:16:05+08:00">2026年3月20日 09:16</time> 来源: {MEDIA}</div></header>'
        f"<div class=entry-content>{_paragraphs()}<p>转载请注明出处：柳溪网</p></div><footer>标签：茶叶</footer></article>"
    )


def phpcms() -> str:
    """As phpcms and dedecms do: title with br, info with labels, content between ads, prev and next."""
    return _page(
        f'<div class="crumbs">当前位置：<a href=/>首页</a> &gt; 正文</div><div id="Article"><h1>{TITLE}<br><span>2026-03-20 09:16:05　'
        f'来源：{MEDIA}　点击：<em id=hits>53</em></span></h1><div class="content"><div class=ad>广告</div>{_paragraphs()}'
        "<p class=f14>上一篇：<a href=1.html>河道清淤今天完工</a></p><p>下一篇：<a href=2.html>老街的灯会</a></p></div></div>"
    )


def county_table() -> str:
    """A county's page of 2006: title in a cell with a class, hits in the info row, bare lines with blanks."""
    text = "<br><br>".join(f"　　{one}" for one in STORY)
    return (
        f"<html><head><title>柳溪网</title></head><body><table><tr><td>今日柳溪</td><td>昨日回顾</td></tr></table><table><tr><td>您现在的位置："
        f"<a href=/>柳溪网</a> &gt;&gt; 乡镇</td></tr><tr><td class=ArticleTitle>{TITLE.replace(' ', '<br>')}</td></tr><tr><td "
        f"align=center>文章来源：{MEDIA} 查看：53次 更新时间：2026-3-20 9:16:05</td></tr><tr><td>[ 字体：大 中 小 ]</td></tr><tr><td><font "
        f"size=3><font face=宋体>{text}</font></font></td></tr><tr><td>文章录入：admin&nbsp;&nbsp;责任编辑：admin</td></tr><tr><td>【打印】【关闭】"
        "</td></tr></table><table><tr><td>主办：柳溪镇宣传办<br>备案号：ICP备00000000号<br>Copyright All Rights Reserved</td></tr></table></body></html>"
    )


def portal_of_a_forum() -> str:
    """As the articles of a forum's portal are: 来自, 原作者, 查看, a summary over the text, moods under it."""
    return _page(
        f"<div class=vw><div class=h><h1 class=ph>{TITLE}</h1><p class=xg1>2026-3-20 09:16<span>|</span>发布者: <a href=#>admin</a><span>|"
        f"</span>查看: <em>53</em><span>|</span>评论: 0<span>|</span>来自: {MEDIA}</p></div><div class=s><div><strong>摘要</strong>: 三月的柳溪镇，雨一停，"
        f"山上的茶园就热闹起来。</div></div><div class=d>{_paragraphs()}</div><table><tr><td>路过</td><td>鲜花</td></tr></table></div>"
    )


def short_years() -> str:
    """A page whose date has a year of two digits, behind a label."""
    return _page(
        f"<h1>{TITLE}</h1><div class=info>发布时间：26-03-20 09:16 | 来源：{MEDIA} | 查看：53次</div><div class=content>{_paragraphs()}</div>"
    )


def english_words() -> str:
    """A page whose labels are English."""
    return _page(
        f"<h1>{TITLE}</h1><div class=meta>Published: 2026-03-20 09:16 | Source: {MEDIA} | Views: 53</div><div class=entry>{_paragraphs()}</div>"
        "<div>Share: Facebook Twitter</div>"
    )


def account_on_a_phone() -> str:
    """A page for phones of an account that is called as many are."""
    return _page(
        f"<section><h1 class=t>{TITLE}</h1><p class=i><span>{MEDIA}</span><span>2026-03-20 09:16</span><span>阅读 1.2万+</span></p>"
        f"<div class=txt>{_paragraphs()}</div></section><div>打开APP阅读全文</div>"
    )


SHAPES: dict[str, Callable[[], str]] = {
    make.__name__.replace("_", " "): make
    for make in (
        plain, trs, founder_site, enorth, tables_of_2005, div_soup, sections_and_spans, mobile, inline_wrapper,
        two_containers, with_comments, wordpress, phpcms, county_table, portal_of_a_forum, short_years, english_words,
        account_on_a_phone,
    )
}  # fmt: skip
