"""The configuration that the demo writes: one paper of each kind, declared as anybody would declare it."""

from __future__ import annotations

import json

from jianbao.demo.epaper import EPaper
from jianbao.demo.lists import FeedSite, JsonSite, Portal
from jianbao.demo.offer import Offer

_EPAPER = """\
[[sources]]                             # a digital newspaper: {told}
slug = {slug}
name = {name}
kind = "epaper"
site = {slug}                           # begins the codes of its articles: {slug_bare}-20260320.ID
url = {url}
calendar = "{calendar}"     # tells the days of a month
{pictures}
since = {since}                         # how far back `jianbao backfill {slug_bare}` goes
"""

_DETAILS = {
    "classic": {
        "told": "Founder classic",
        "calendar": "html/{Y}-{m}/period.xml",
        "pictures": 'facsimile = "image"                     # the pictures of its pages are kept too',
    },
    "new": {
        "told": "Founder new",
        "calendar": "pc/layout/{Y}{m}/period.xml",
        "pictures": "images = true                           # the pictures of its articles are kept too",
    },
}

_PAGE = """\
[[sources]]                             # a list page in GBK that goes on page by page
slug = {slug}
name = {name}
kind = "page"
site = {slug}
list = {url}
link = '/\\d{{6}}/t(?P<date>\\d{{8}})_(?P<id>\\d+)\\.html$'
item = "ul.newslist li"
item_date = "span.date"
title_attr = "title"                    # the list cuts its titles short
pages = 10
until_known = 10                        # articles in a row that are known end a poll
next = "a:contains('下一页')"
encoding = "gbk"

[[sources.layout]]                      # how its articles are set; some go on on a second page
body = "div.TRS_Editor"
parts = "div.page a:contains('下一页')"

[[sources.layout]]                      # how they were set before
title = "td.bt"
body = "#zoom"
"""

_JSON = """\
[[sources]]                             # a list in JSON
slug = {slug}
name = {name}
kind = "page"
site = {slug}
list = {url}
link = '/p/(?P<id>\\d+)\\.html$'
pages = 10
until_known = 10                        # articles in a row that are known end a poll
next = "?page={{n:2}}"

[sources.json_list]
items = "data.list[]"
url = "url"
title = "title"
time = "publishTime"
media = "source"
author = "author"
"""

_FEED = """\
[[sources]]                             # a feed
slug = {slug}
name = {name}
kind = "feed"
site = {slug}
list = {url}
link = '/a/(?P<id>\\d+)\\.html$'
"""


def declare_rooms(site: Offer, origin: str) -> str:
    """Return the tables of the digital newspapers and the web newspapers of a site, in TOML."""
    tables = []
    for room in site.rooms:
        match room:
            case EPaper():
                details = _DETAILS["classic" if room.slug == "lxrb" else "new"]
                tables.append(_fill(_EPAPER, room, origin + room.base, since=f"{room.first}", **details))
            case Portal():
                tables.append(_fill(_PAGE, room, origin + room.list_path))
            case JsonSite():
                tables.append(_fill(_JSON, room, origin + room.list_path))
            case FeedSite():
                tables.append(_fill(_FEED, room, f"{origin}{room.base}rss.xml"))
    return "\n".join(tables)


def _fill(template: str, room: EPaper | Portal | JsonSite | FeedSite, url: str, **others: str) -> str:
    name = json.dumps(room.name, ensure_ascii=False)
    return template.format(
        slug=json.dumps(room.slug), slug_bare=room.slug, name=name, url=json.dumps(url), **others
    )
