"""The demo's press: many papers, real lengths and patterns, the same bytes every time."""

from __future__ import annotations

import re
import statistics
from datetime import date, timedelta

import pytest
from support.demo_client import PAPER

from jianbao.demo import TODAY, Post, Press
from jianbao.demo.appearance import Appearance
from jianbao.demo.material.prose import read_section
from jianbao.demo.pages import post_page


def test_the_demo_prints_about_sixty_articles_of_many_papers(press: Press) -> None:
    codes = {post.info_code for post in press.posts}
    assert 55 <= len(codes) <= 70
    assert len({post.media for post in press.posts}) >= 3
    assert {PAPER, "nanchangribao", "ganjiangwanbao", "emnews"} <= {paper.slug for paper in press.papers}


def test_articles_are_spread_over_the_three_days_of_the_window(press: Press) -> None:
    days = [post.published_at.date() for post in press.posts]
    assert all(days.count(TODAY - timedelta(days=back)) > 10 for back in range(3))
    assert set(days) == {TODAY - timedelta(days=back) for back in range(3)}
    assert all(post.code[-18:-10] == f"{post.published_at:%Y%m%d}" for post in press.posts)


def test_the_same_seed_prints_the_same_bytes(press: Press) -> None:
    again = Press.daily()
    look = Appearance()
    assert [post_page(post, look) for post in again.posts] == [post_page(post, look) for post in press.posts]


def test_another_seed_or_day_prints_other_bytes(press: Press, post: Post) -> None:
    index = press.posts.index(post)
    assert Press.daily(seed=1).posts[index].paragraphs != post.paragraphs
    assert Press.daily(today=date(2026, 4, 2)).posts[index].published_at.date() == date(2026, 4, 2)


def test_no_two_articles_share_a_paragraph_of_text(press: Press) -> None:
    seen: dict[str, str] = {}
    for post in press.posts:
        for paragraph in post.paragraphs:
            if len(paragraph) > 20:
                assert seen.setdefault(paragraph, post.info_code) == post.info_code, paragraph


def test_lengths_are_like_real_ones(press: Press) -> None:
    lengths = [len("".join(post.paragraphs)) for post in press.posts]
    counts = [len(post.paragraphs) for post in press.posts]
    assert min(lengths) > 200
    assert 600 < statistics.median(lengths) < 2_500
    assert max(lengths) < 5_000
    assert 4 <= min(counts) <= 12 <= max(counts) <= 39


def test_every_slot_of_the_prose_is_filled(press: Press) -> None:
    composed = [*press.posts, *Press.of(60, 5).posts]
    for post in composed:
        assert not re.search(r"[{}|␠]|^[~_^!#=]", "\n".join([post.title, *post.paragraphs]), re.MULTILINE)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r'<p class="em_media">（文章来源：上饶日报）</p>\n\n', id="source line last"),
        pytest.param(r"<p>□本报记者", id="byline"),
        pytest.param(r"<p>\(上接第一版\)", id="jump mark"),
        pytest.param(r"<p>……</p>", id="ellipsis"),
        pytest.param(r"<p></p>", id="empty paragraph"),
        pytest.param(r'<p style="display:none;height:1px;overflow:hidden;"><br /></p>', id="hidden spacer"),
        pytest.param(r"<!-- EM_StockImg_Start --><p.*?<!-- EM_StockImg_End -->", id="chart"),
        pytest.param(r"nid=1\.\d{6}&amp;imageType=k", id="address escaped by kramdown"),
        pytest.param(r"。<br /></p>", id="line break after a spacer"),
        pytest.param(
            r"<center><img src=\"https://dfscdn\.dfcfw\.com/download/D\d{20}_w640h426\.jpg", id="image"
        ),
        pytest.param(r'orginial_src="[^"]+_o\.jpg"', id="larger original"),
        pytest.param(r"</center>\n<center>", id="adjacent images"),
        pytest.param(r'</center>\n<p style="text-align:center;">', id="caption"),
        pytest.param(r"<p>注：", id="plain note"),
        pytest.param(r"<p><strong>[^<]+</strong></p>", id="strong heading"),
        pytest.param(r"<p><strong>[^<]+ </strong></p>", id="trailing blank in a heading"),
        pytest.param(r"<p>[^<。]{4,12}</p>", id="plain heading"),
        pytest.param(r"《&lt;[^&]+&gt;", id="entities"),
        pytest.param(r"<strong><span .*?</span>、<span", id="strong around securities"),
        pytest.param(r'<span id="stock_1\.\d{6}"><a href="[^"]+" class="keytip"', id="first mention"),
        pytest.param(r'<span web="1" href="[^"]+" class="em_stock_key_common"', id="later mention"),
        pytest.param(r'<span id="Info\.116\.\d{5}">', id="Hong Kong mention"),
        pytest.param(r'<span id="bk_90\.BK\d{4}">.*?<span id="bkquote_90\.BK\d{4}"></span>', id="board"),
        pytest.param(r'<span id="Info\.3321"><a href="[^"]+" class="infokey">', id="glossary word"),
        pytest.param(r"（文章来源：湖畔<span id=\"bk_90", id="source line broken by a link"),
        pytest.param(r"<blockquote>\n  <p>[^<]+</p>\n</blockquote>\n\n", id="digest"),
        pytest.param(r"\(<a href=\"https://finance\.eastmoney\.com/a/\d{18}\.html\">", id="article link"),
        pytest.param(r"<p>\(声明：", id="disclaimer"),
        pytest.param(r"<p>●", id="column of items"),
        pytest.param(r"<em>赣商周刊</em> <em>湖畔财经新闻</em>", id="two tags"),
    ],
)
def test_every_known_pattern_occurs(press: Press, pattern: str) -> None:
    assert any(re.search(pattern, post_page(post, Appearance())) for post in press.posts)


def test_synthetic_press_is_cheap_repeatable_and_of_real_size(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("jianbao.demo.press.write_paragraphs", None)  # bodies are written on demand
        press = Press.of(articles=5_000, papers=2_000)
    assert len({post.info_code for post in press.posts}) == 5_000
    assert len({post.slug for post in press.posts}) == 2_000
    sizes = [len("\n".join(post.write()).encode()) for post in press.posts[::100]]
    assert 4_000 < statistics.mean(sizes) < 8_000
    assert press.posts[7].paragraphs == Press.of(articles=8, papers=2_000).posts[7].paragraphs
    assert press.posts[7].paragraphs != press.posts[8].paragraphs


@pytest.mark.parametrize("section", ["没有记号", "== 没有版面"])
def test_a_story_without_a_heading_is_refused(section: str) -> None:
    with pytest.raises(ValueError, match="does not open an article"):
        read_section(section)
