"""The demo's other newspapers: one with list pages in GBK, one with feeds, one whose list is JSON."""

from __future__ import annotations

from datetime import date

from jianbao.demo.lists.feed_site import FeedSite
from jianbao.demo.lists.json_site import JsonSite
from jianbao.demo.lists.portal import Portal
from jianbao.demo.lists.story import Story
from jianbao.demo.lists.story_site import StorySite

__all__ = ["FeedSite", "JsonSite", "Portal", "Story", "StorySite", "daily_lists"]


def daily_lists(today: date) -> tuple[Portal, FeedSite, JsonSite]:
    """Return the demo's three: with list pages in GBK, with feeds, and with a list in JSON."""
    return (
        Portal("lxw", "灵溪网", today),
        FeedSite("ybxw", "云碧新闻网", today),
        JsonSite("lqzx", "罗桥在线", today),
    )
