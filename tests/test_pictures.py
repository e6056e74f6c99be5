"""Pictures and players: the address that a reader's browser would load in the end, and no stand-in for it."""

from __future__ import annotations

import pytest

from pipelines.compare.deduplicate import compare
from pipelines.normalise.article import normalise
from pipelines.normalise.body import read_body
from storage.records import Article, Draft, Player

URL = "http://paper.example/2022/a.html"
HOST = "http://paper.example"


def pictures(markup: str) -> list[str]:
    return [picture.url for picture in read_body(markup, URL).pictures]


def players(markup: str) -> list[tuple[str, str, str | None]]:
    return [(player.kind, player.url, player.poster) for player in read_body(markup, URL).players]


BLANK = "/img/blank.gif"
PICTURES = {
    "<img src='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-lazy-src='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' _src='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-original='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-original-src='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-src='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-lazyload='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-actualsrc='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' data-echo='/a.jpg'>": "/a.jpg",
    f"<img src='{BLANK}' file='/a.jpg' zoomfile='/b.jpg'>": "/b.jpg",
    "<img src='data:image/gif;base64,R0lGOD' data-src='/a.jpg'>": "/a.jpg",
    "<img src='/s.jpg' data-src='/a.jpg' data-original='/b.jpg'>": "/b.jpg",
    **{
        f"<img src='{BLANK}' {name}='/a.jpg'>": "/a.jpg"
        for name in ("lazy-src", "lazysrc", "data-ll-src", "original", "real_src", "data-img", "src2")
    },
    "<img src='/s.jpg' data-hi-res-src='/a.jpg'>": "/a.jpg",
    "<img src='/a.jpg' data-thumb-src='/t.jpg' data-error='/e.png'>": "/a.jpg",
    "<img src='/a.jpg' data-source='wire' data-original-title='x'>": "/a.jpg",
    "<img src='/i/gray.jpg'>": "/i/gray.jpg",
    "<img src='/a.jpg' style='width:100px;height:1px'>": "/a.jpg",
    "<image src='/a.jpg'>": "/a.jpg",
    "<img src='/s.jpg' orginial_src='/o.jpg' data-original='/b.jpg'>": "/o.jpg",
    "<img src='/s.jpg' srcset='/m.jpg 640w, /l.jpg 1280w, /k.jpg 320w'>": "/l.jpg",
    "<img src='/s.jpg' srcset='/s.jpg 1x,/d.jpg 2x'>": "/d.jpg",
    "<img srcset='/s.jpg, /d.jpg 1.5x'>": "/d.jpg",
    "<img srcset='/s.jpg'>": "/s.jpg",
    "<img src='/a.jpg' srcset='/s.jpg'>": "/a.jpg",
    "<img srcset='http://i.example/a,w_100.jpg 100w, http://i.example/a,w_900.jpg 900w'>": "http://i.example/a,w_900.jpg",
    "<img src='/s.jpg' data-srcset='/l.jpg 900w'>": "/l.jpg",
    "<picture><source srcset='/l.webp 1600w'><img src='/s.jpg'></picture>": "/l.webp",
    "<picture><source srcset='/l.webp' type='image/webp'><img src='/s.jpg'></picture>": "/s.jpg",
    f"<picture><source srcset='/l.webp'><img src='{BLANK}'></picture>": "/l.webp",
    "<picture><source srcset='/s.jpg 1x'><source data-srcset='/l.jpg 3x'><img></picture>": "/l.jpg",
    "<picture><source srcset='/l.webp 9w'></picture><img src='/a.jpg'>": "/a.jpg",
    "<source srcset='/l.webp 9w'><img src='/a.jpg'>": "/a.jpg",
    "<noscript><img src='/a.jpg'></noscript>": "/a.jpg",
    f"<img src='{BLANK}'><noscript><img src='/a.jpg'></noscript>": "/a.jpg",
    "<img data-src='/a.jpg'><noscript><img src='/a.jpg'></noscript>": "/a.jpg",
    "<div style='font-size:0'><img src='/a.jpg'></div>": "/a.jpg",
    "<img src='/a.jpg' style='opacity:0'>": "/a.jpg",
    "<img src='/loading-dock.jpg'>": "/loading-dock.jpg",
    "<img src='/spacex.jpg'>": "/spacex.jpg",
    "<img src='/blankenberge.jpg'>": "/blankenberge.jpg",
    "<img src='/a.jpg' width=1 height=300>": "/a.jpg",
    "<amp-img src='/a.jpg' width=600 height=400></amp-img>": "/a.jpg",
}  # fmt: skip


@pytest.mark.parametrize(("markup", "address"), PICTURES.items(), ids=PICTURES)
def test_a_picture_is_where_it_is_loaded_from_in_the_end(markup: str, address: str) -> None:
    assert pictures(f"<div>{markup}</div>") == [address if "://" in address else HOST + address]


STAND_INS = [
    "<img src='/img/blank.gif'>", "<img src='/loading.gif'>", "<img src='/img/loading.svg?v=2'>",
    "<img src='/lazy.png'>", "<img src='/lazyload.png'>", "<img src='/lazy-load.gif'>",
    "<img src='/lazy_loading.gif'>", "<img src='/placeholder.png'>", "<img src='/img_placeholder.png'>",
    "<img src='/placeholder_600x400.png'>", "<img src='/1x1.gif'>", "<img src='/pixel.gif'>",
    "<img src='/spacer.gif'>", "<img src='/transparent.png'>", "<img src='/grey.gif'>",
    "<img src='/nopic.jpg'>", "<img src='data:image/png;base64,AAAA'>", "<img src='about:blank'>",
    "<img src=''>", "<img>", "<img src='/count.php' width=1 height=1>",
    "<img src='/count.php' width='0' height='0px'>", "<img src='/a.jpg' style='display:none'>",
    "<div style='visibility:hidden'><img src='/a.jpg'></div>",
    "<img src='/count.png' style='width:1px;height:1px'>", "<img src='/gray.png'>",
    "<img alt='/a.jpg' title='/a.jpg'>", "<img src='/blank.gif' data-error-src='/e.jpg'>",
]  # fmt: skip


@pytest.mark.parametrize("markup", STAND_INS)
def test_a_stand_in_is_no_picture(markup: str) -> None:
    assert pictures(f"<p>甲{markup}乙</p>") == []


PLAYED = {
    "<video src='/a.mp4' poster='/a.jpg'></video>": ("video", "/a.mp4", "/a.jpg"),
    "<video poster='/a.jpg'><source src='/a.webm'><source src='/a.mp4'></video>": (
        "video", "/a.webm", "/a.jpg",
    ),
    "<video data-src='/a.m3u8'>您的浏览器不支持 video 标签。</video>": ("video", "/a.m3u8", None),
    "<video src='blob:http://a/b'><source src='/a.mp4'></video>": ("video", "/a.mp4", None),
    "<audio controls><source src='/a.mp3'></audio>": ("audio", "/a.mp3", None),
    "<audio src='/a.mp3'></audio>": ("audio", "/a.mp3", None),
    "<iframe src='//player.example/?v=1'></iframe>": ("frame", "http://player.example/?v=1", None),
    "<iframe src='about:blank' data-src='/p.html'></iframe>": ("frame", "/p.html", None),
    "<embed src='/a.swf'>": ("object", "/a.swf", None),
    "<object data='/a.swf'></object>": ("object", "/a.swf", None),
    "<object><param name='movie' value='/a.swf'><embed src='/a.swf'></object>": ("object", "/a.swf", None),
    "<div style='height:0;padding-bottom:56%;overflow:hidden'><iframe src='/p.html'></iframe></div>": (
        "frame", "/p.html", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "played"), PLAYED.items(), ids=PLAYED)
def test_what_plays_is_recorded_and_its_words_are_no_text(
    markup: str, played: tuple[str, str, str | None]
) -> None:
    kind, url, poster = played
    whole = (kind, url if "://" in url else HOST + url, poster and HOST + poster)
    body = read_body(f"<p>甲</p>{markup}<p>乙</p>", URL)
    assert [(one.kind, one.url, one.poster) for one in body.players] == [whole]
    assert [line.text for line in body.lines] == ["甲", "乙"]
    assert body.players[0].position == 1


PLAYED_BY_NOBODY = [
    "<video></video>", "<video src='blob:x'></video>", "<iframe></iframe>",
    "<iframe src='about:blank'></iframe>",
    "<iframe src='javascript:0'></iframe>", "<iframe src='/c' width=0 height=0></iframe>",
    "<iframe src='/c' style='display:none'></iframe>",
    "<noscript><iframe src='/c' style='display:none'></iframe></noscript>",
    "<div style='visibility:hidden'><iframe src='/c'></iframe></div>",
    "<div class='ad_context3'><iframe src='/c'></iframe></div>",
    "<audio src='data:audio/mp3;base64,AA'></audio>", "<iframe src='http://['></iframe>",
]  # fmt: skip


@pytest.mark.parametrize("markup", PLAYED_BY_NOBODY)
def test_what_plays_nothing_is_not_recorded(markup: str) -> None:
    assert players(f"<p>甲</p>{markup}") == []


def article(*lines: str) -> Article:
    draft = Draft("NW202203112301200001", URL, "media", title="春茶", body_html="".join(lines))
    return normalise(draft)


PLAYER_LINES = [
    "视频加载中…", "视频加载中...", "视频加载中……", "加载中", "正在加载", "正在加载中，请稍候",
    "音频加载中…", "播放器加载中...", "视频正在缓冲", "您的浏览器不支持video标签。",
    "您的浏览器不支持 HTML5 播放", "您的浏览器暂不支持音频播放",
    "Your browser does not support the video tag.", "请安装最新版Flash播放器", "点击播放", "播放视频",
    "Play Video", "00:00 / 03:21", "00:00/1:03:21", "Video Player is loading.",
]  # fmt: skip
PROSE = [
    "视频加载中断了三次，观众很着急。", "加载中心城区的新车", "播放厅里坐满了人",
    "他说，浏览器的缓存要清。", "3月1日/2日", "Video killed the radio star",
]  # fmt: skip


@pytest.mark.parametrize("line", PLAYER_LINES)
def test_what_a_player_prints_is_no_text(line: str) -> None:
    assert article(f"<p>甲。</p><p>{line}</p><p>乙。</p>").text == "甲。\n乙。"


@pytest.mark.parametrize("line", PROSE)
def test_prose_about_players_is_text(line: str) -> None:
    assert article(f"<p>甲。</p><p>{line}</p><p>乙。</p>").text == f"甲。\n{line}\n乙。"


def test_positions_count_the_lines_that_are_kept() -> None:
    read = article(
        "<p>视频加载中…</p><video src='/a.mp4'></video><p>甲。</p><p>责编：李琬</p>",
        "<audio src='/b.mp3'></audio>",
    )
    assert read.players == (
        Player("video", f"{HOST}/a.mp4", None, 0),
        Player("audio", f"{HOST}/b.mp3", None, 1),
    )


def test_an_article_with_a_film_is_new_once() -> None:
    assert compare(article("<video src='/a.mp4'></video><p>甲。</p>"), None).article.players
