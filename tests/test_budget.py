"""The budget of requests to a host: a poll that it does not reach for is put off, and has not failed."""

from __future__ import annotations

from collections.abc import Callable

from support.newsroom import Newsroom


def test_a_poll_for_which_nothing_is_left_is_put_off_and_told_once(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(slugs=("yizhoubao",))
    newsroom.configure(budget=1000)
    newsroom.crawl()
    newsroom.configure(budget=1)
    for _ in range(2):
        put_off = newsroom.crawl()
        assert put_off.sources["yizhoubao"]["poll"] is None
        assert "polls of 127.0.0.1" in put_off.errors
        assert newsroom.events() == ["page_missing", "budget_short"]
    newsroom.configure(budget=1000)
    newsroom.crawl()
    assert newsroom.events() == ["page_missing"]
