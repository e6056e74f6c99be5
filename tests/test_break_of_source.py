"""A source breaks in a crawl: one event, its articles wait and no other source's do; the reader is mended."""

from __future__ import annotations

from collections.abc import Callable

from support.newsroom import Newsroom, small_press

BREAKING, WHOLE = "di1xianribao", "di2xianribao"
STUMPS = """
import spiders.kinds.infocode as infocode
from dataclasses import replace
whole = infocode.read_article
def read_article(html, url):
    draft = whole(html, url)
    if "第1县" not in (draft.tag or ""):
        return draft
    return replace(draft, body_html="<p>敬请关注。</p>", linked_html=None)
infocode.read_article = read_article
"""


def test_a_source_breaks_alone_and_comes_back(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(articles=90, papers=2))
    assert newsroom.crawl().total("new") == 90
    for _ in range(5):
        newsroom.site.publish(slug=BREAKING)
        newsroom.site.publish(slug=WHOLE)
    newsroom.command("--config", newsroom.config, "crawl", prelude=STUMPS)
    states = newsroom.rows("SELECT source, state, count(*) AS count FROM listing GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in states] == [
        (BREAKING, "archived", 45),
        (BREAKING, "quarantined", 5),
        (WHOLE, "archived", 50),
    ]
    (event,) = [one for one in newsroom.ask("status")["events"] if one["kind"] == "contract_broken"]
    waiting = newsroom.rows("SELECT info_code FROM listing WHERE state = 'quarantined'")
    assert event["source"] == BREAKING
    assert {*event["examples"]} <= {*waiting}
    assert len(event["examples"]) > 2
    told = newsroom.ask("reparse", "--state", "quarantined", "--apply")
    assert (told["new"], newsroom.states()) == (5, {"archived": 100})
    assert newsroom.events() == []
