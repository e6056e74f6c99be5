"""Reading a body: paragraphs of nothing but text are read without a tree, and read the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.normalise import body as normalise_body
from pipelines.normalise.body import Body, read_body

# fmt: off
PIECES = (
    "<p>", "</p>", "<p>春耕</p>", "<p> \u3000开海 </p>", "<p></p>", "<P>山</P>", "<p >水</p>", "\ufeff",
    "<b>", "</b>", "<blockquote>", "</blockquote>", "<td>", "</td>", "<table>", "</table>", "<li>", "<div>",
    "<p>见<a href='/a'>链</a>接</p>", "<img src='a.png'>", "<script>", "</script>", "<!-- 注 -->", "<?xml?>",
    "<head>", "<html>", "<title>", "</body>", "<p>\x01甲</p>", "<p>乙\r丙</p>", "<p>\x85丁\u2028戊</p>",
    "云湾", "&amp;", "&nbsp", "\n", " ", "\u3000", "<p>A&lt;B</p>", "<div style='display:none'>", "</div>",
    '<p class="em_media">（来源：云湾日报）</p>', '<p class="em_media"></p>', '<p class="em_media"> 丁 <b>',
)
# fmt: on


def read_by_tree(markup: str) -> Body:
    """Read a body with the parser alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(normalise_body, "_read_plain", lambda markup, reading: markup)
        return read_body(markup, "http://127.0.0.1/a.html")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join))
@example("<p>春耕</p>\n<p>开海</p>\n")
@example("<p>春耕</p>云湾")
@example("<p>春耕</p></p><b>山</p>")
@example('<p>春耕</p>\n<p class="em_media">（来源：云湾日报）</p>\n')
def test_plain_paragraphs_read_as_the_tree_reads_them(markup: str) -> None:
    assert read_body(markup, "http://127.0.0.1/a.html") == read_by_tree(markup)


def test_a_body_of_plain_paragraphs_needs_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalise_body, "BeautifulSoup", None)
    markup = '<p>\u3000\u3000春耕</p>\n <p>开海</p>\n<p class="em_media">（来源：云湾日报）</p>'
    body = read_body(markup, "http://127.0.0.1/a.html")
    assert [(line.text, line.is_source) for line in body.lines] == [
        ("春耕", False),
        ("开海", False),
        ("（来源：云湾日报）", True),
    ]
