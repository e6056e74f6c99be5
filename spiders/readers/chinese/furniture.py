"""Lines of a page that belong to no article's text: who edited it, how to share it, what else to read."""

from __future__ import annotations

import re

_OPEN, _CLOSE = r"[\[【(（〔「『<《\s]{0,3}", r"[\]】)）〕」』>》\s]{0,3}"
_EDITORS = (
    "文章录入|信息录入|责任编辑|责任编审|责任校对|责任审核|责编|值班编辑|值班编委|值班主任|值班主编|本期编辑|本版编辑|图文编辑|网站编辑|网络编辑|新媒体编辑|编辑|编审|编校|一审|二审|三审|初审"
    r"|复审|终审|审核|审校|审读|校对|校审|监制|总监制|监\s{1,3}制|审\s{1,3}读|编\s{1,3}辑|责\s{1,3}编|校\s{1,3}对|美\s{1,3}编|审读|排版|主编|执行主编|副主编|美编|选稿|版式|录入|编发|签发|上传|责任人"
)
_ORIGINS = (
    "本文来源|文章来源|新闻来源|稿件来源|信息来源|原文来源|内容来源|图文来源|来源于|来源自|来源|稿源|出处"
    "|原文链接|原文地址|原载|转载自|转自|本文转自|文章转自|本文转载自"
)
_FIGURE = re.compile(r"[。！？；]")
_CREDIT = re.compile(
    rf"{_OPEN}(?:{_EDITORS})[^。！？；，：:|｜]{{0,6}}\s{{0,3}}[:：|｜/／丨\s]\s{{0,3}}\S.{{0,80}}|{_OPEN}(?:{_EDITORS})\s?[:：]?{_CLOSE}"
)
_SOURCE = re.compile(rf"{_OPEN}(?:{_ORIGINS})\s{{0,3}}[:：|｜/／丨]\s{{0,3}}(?P<name>.{{0,60}}?){_CLOSE}")
_OF_PAPER = re.compile(
    r"[(（\s]{0,2}《\s?[^《》]{2,20}\s?》\s{0,4}[(（\[]\s?\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日.{0,24}[)）\]]\s?"
)
_ORIGINAL_TITLE = re.compile(
    rf"{_OPEN}(?:本文|文章|稿件)?原(?:标题|题|文标题)(?:[为是是]?\s?[:：|｜]|[为是]《).{{1,120}}"
)
_CORRECT = re.compile(rf"{_OPEN}(?:我要)?(?:纠错|报错|举报|挑错){_CLOSE}.{{0,40}}")
_FORWARD = re.compile(
    r"[\s>》▶►●■◆☞👉\[【(（]{0,3}(?:更多(?:内容|精彩|新闻|资讯|详情|报道|猛料|好文|阅读|热点)?.{0,40}(?:点击|请关注|请查看|请下载|敬请|关注|查看|下载|[>》]{1,2}).{0,40}|正文(?:已)?结束.{0,40}|本文来自.{2,20}[，,].{0,24}(?:APP|客户端|公众号|微信).{0,10}"
    r"|(?:发送|发)邮件(?:至|到)\S{4,60}(?:申请|加入|投稿).{0,30}|[^。！？]{0,14}(?:点|戳|点亮)[一个下]{0,3}[【“「](?:在看|赞|好看)[】”」][^。！？]{0,12}"
    r"|(?:请)?点击.{0,6}菜单栏.{0,40}|(?:请)?点击(?:进入|查看|阅读|下载|此处|这里|加载|关注|图片|右上角|上方|下方|蓝字|观看|播放).{0,40}"
    r"|(?:进入|查看|关注|参与)【.{1,24}】.{0,24}|(?:返回|回到)(?:.{0,8}(?:首页|顶部|列表|上一页|频道)|.{2,6}[，,]查看更多).{0,10}"
    r"|(?:点击)?(?:阅读|查看|展开|显示|浏览)(?:原文|全文|更多|剩余.{0,8})[\s>》]{0,3}|阅读更多.{0,20}"
    r"|关注(?:公众号|微信|我们|本报|官方).{0,40}|(?:时长|片长)\s?[:：]\s?\d.{0,40}|(?:欢迎|敬请|请)(?:关注|扫码|扫描|订阅|添加|搜索|下载|登录).{0,60}|(?:长按|扫描|扫一扫|扫码|识别|微信扫).{0,50}"
    r"|(?:打开|下载|安装|使用).{0,12}(?:APP|App|app|客户端|微信|手机版|浏览器).{0,40}|.{0,12}(?:APP|App|app|客户端)(?:内打开|内查看|下载|扫码).{0,30}"
    r"|分享(?:到|至|让更多人看到|给|本文)?.{0,24}|(?:收藏|点赞|打印|关闭|复制|推荐|转发|举报|评论|赞|踩|喜欢|字号|字体|打赏|在看|阅读|浏览|点击)(?:本页|窗口|链接|本文|量|数|次数)?"
    r"(?:[\s:：(（]{0,3}\d{1,9}(?:\.\d)?[万+次)）]{0,3})?"
    r"|(?:我要|发表|查看|网友|全部|热门|最新|精彩|精选|文明上网|已有|共)(?:评论|跟帖|留言|点评|回复|理性发言|\d{1,7}(?:人|条)).{0,40})\s{0,3}"
)
_RULE = re.compile(
    r"一切内容.{0,60}版权|版权(?:所有|归|声明|说明)|免责(?:声明|条款)|特别(?:声明|提示)[:：]|未经.{0,16}(?:授权|许可|同意|允许).{0,16}(?:转载|使用|复制|不得|禁止|严禁)"
    r"|(?:转载|引用).{0,6}(?:请|须|需|务必|时).{0,10}(?:注明|标注|联系)|(?:谢绝|禁止|严禁)(?:任何.{0,8})?转载|凡.{0,12}(?:注明|来源).{0,30}(?:作品|文章|稿件|均)"
    r"|不代表.{0,16}(?:观点|立场)|(?:仅供|供).{0,6}参考.{0,10}(?:不构成|投资|风险自)|不构成.{0,10}投资建议|投资者据此操作|如(?:有|涉及|发现).{0,16}(?:侵权|版权|问题).{0,20}(?:联系|删除|告知)"
    r"|Copyright|All\s?Rights?\s?Reserved|ICP备|备案号|许可证|违法和不良信息|举报(?:电话|邮箱)|(?:上传|发布)者?.{0,12}(?:并)?(?:发布|上传).{0,20}(?:仅代表|平台)"
    r"|以上内容(?:由|均|仅|为).{0,30}(?:上传|自媒体|发布|用户|AI|生成|参考)|内容由AI|AI(?:智能)?(?:生成|摘要|总结)|(?:文中|文章|稿件)?(?:图片|图文|素材|内容|部分).{0,6}来(?:自|源)(?:于)?网络.{0,6}(?:侵|如)",
    re.IGNORECASE,
)
_OF_RULES = re.compile(
    r"(?:郑重|特别|免责|版权|重要|风险)?(?:声明|提示|提醒)|(?:本(?:文|网|站|公众号|平台|报))|以上|文章|凡|海量|未经|【|（|\(|\*|※|注|转载"
)
_STOP = re.compile(
    r"[\s\[【(（〖▼↓●■◆▍丨|｜—=-]{0,4}(?:相關(?:新聞|文章|閱讀|報道)|相关(?:新闻|阅读|链接|文章|报道|资讯|推荐|专题|内容|热词|话题|稿件|文件|附件|视频|评论|标签|搜索)|你可能[还還]?[会會]?(?:想看|喜欢|喜歡|感兴趣)|其他人[也還还]在看|[还還]想看|(?:推荐|推薦|延伸|拓展|扩展|热门|熱門|更多|精彩|猜你)(?:阅读|閱讀|新聞|推荐|新闻|文章|资讯|喜欢|内容)|延伸·推荐|猜你喜欢"
    r"|为您推荐|为你推荐|热门评论|网友评论|最新评论|精彩评论|全部评论|用户评论|热点(?:推荐|新闻|排行|聚焦)|(?:今日|图片|新闻|资讯|视频|编辑|精彩|热文|热点|本周|24小时)(?:推荐|排行|热点|头条|热文|图集)|新闻排行|点击排行|大家都在看|大家还在看|看了又看|还看了"
    r"|上一[篇条则]|下一[篇条则]|前一[篇条]|后一[篇条]|文章关键词|关键[词字]|标签[:：]|责任编辑|网友留言|发表评论|我要评论|我有话说|评论区|往期(?:回顾|推荐|精彩)|友情链接|分享到)[^。！？]{0,40}"
)
_TOOL_WORDS = re.compile(
    r"展开|收起|播报文章|图集|语音播报|释放双眼|点击播放|字号|字体|大号|中号|小号|[大中小]|加大|减小|打印|收藏|分享到?|评论|转发|复制链接|微信|微博|朋友圈|QQ空间|QQ好友|QQ|手机看新闻|手机阅读|二维码|投稿|关注|订阅|\+关注|＋关注|举报|语音|播报|听新闻|朗读|小字号|大字号|中字号|添加喜爱|[增减]大?小?字体|缩小字体|放大字体"
    r"|点赞|点击|阅读|浏览|次|人气|纠错|我要|参与|人|条|返回|关闭|窗口|保存|邮件|推荐|繁体|简体|缩小|放大|默认|无障碍|赞|A|T|[\ue000-\uf8ff]|\d{1,9}|[-+＋:：|｜/()（）\[\]【】、,，·\s>»…<«]"
)
_PLAYER = re.compile(
    r"(?:加载中|正在加载|视频加载|播放器|倍速|清晰度|全屏|静音|重播|弹幕|自动播放|音量|流畅|标清|高清|超清|蓝光|当前设备|您的浏览器|Flash|flash|浏览器不支持|点击重试|刷新试试|请升级)"
    r"[^。！？]{0,60}|\d{1,2}:\d{2}(?:\s?/\s?\d{1,2}:\d{2}(?::\d{2})?)?|广告|AD|ad|video"
    r"|视频[：:-].{0,40}|Video Player is loading.{0,40}|\d(?:\.\d{1,2})?x"
)
_PAGES = re.compile(
    r"(?:共\d{1,3}页|第\d{1,3}页|首页|上一页|下一页|尾页|末页|上一期|下一期|上一版|下一版|返回(?:首页|目录|列表)|全文阅读|余下全文|\d{1,3}|[\[\]<>《》…\s|.·])+"
)
_TAG_LINE = re.compile(r"(?:关键[词字]|标签|TAG|Tags?|tags)\s?[:：].{0,120}")
_NUMBER = re.compile(r"\d{1,3}[.、]?")


def is_editors(text: str) -> bool:
    """Tell whether a line only says who edited, checked or chose an article."""
    return len(text) <= 120 and bool(_CREDIT.fullmatch(text)) and not _FIGURE.search(text[:-1])


def source_named(text: str) -> str | None:
    """Return the name in a line that only says where an article comes from, empty if it names nobody."""
    match = _SOURCE.fullmatch(text) if len(text) <= 100 else None
    return match["name"].strip(" 　：:") if match and not re.search("[。！？，]", match["name"]) else None


def is_of_printed_page(text: str) -> bool:
    """Tell whether a line only says in which paper, on which page an article was printed."""
    return len(text) <= 80 and bool(_OF_PAPER.fullmatch(text))


def is_rule(text: str) -> bool:
    """Tell whether a line is what a site says of all its articles: copyright, disclaimer, warning."""
    if len(text) > 800 or not _RULE.search(text):
        return False
    if len(text) > 400:
        return len(_RULE.findall(text)) > 2
    return len(text) <= 60 or bool(_OF_RULES.match(text)) or len(_RULE.findall(text)) > 1


def is_stop(text: str) -> bool:
    """Tell whether a line heads what follows an article: related news, comments, the next article."""
    return len(text) <= 60 and bool(_STOP.fullmatch(text))


def is_tools(text: str) -> bool:
    """Tell whether a line is nothing but what a page offers to do: fonts, sharing, counts."""
    return len(text) <= 80 and not _NUMBER.fullmatch(text) and not _TOOL_WORDS.sub("", text)


def is_pager(text: str) -> bool:
    """Tell whether a line leads from page to page."""
    return len(text) <= 80 and ("页" in text or "期" in text) and bool(_PAGES.fullmatch(text))


def is_furniture(text: str) -> bool:
    """Tell whether a line is none of an article's own, by its words alone."""
    if len(text) <= 120 and (
        _ORIGINAL_TITLE.fullmatch(text)
        or _CORRECT.fullmatch(text)
        or _FORWARD.fullmatch(text)
        or _PLAYER.fullmatch(text)
        or _TAG_LINE.fullmatch(text)
    ):
        return True
    return (
        is_editors(text)
        or source_named(text) is not None
        or is_of_printed_page(text)
        or is_tools(text)
        or is_pager(text)
        or is_rule(text)
    )
