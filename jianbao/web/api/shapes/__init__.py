"""What the JSON API answers, field by field: the shapes of `--json`, written down for OpenAPI.

A document may hold more keys than its shape; none of these ever goes.
"""

from jianbao.web.api.shapes.article import Article, ArticleItem
from jianbao.web.api.shapes.check import Check, Checks
from jianbao.web.api.shapes.coverage import CoverageStatement
from jianbao.web.api.shapes.crawl import Crawl, CrawlPage
from jianbao.web.api.shapes.event import Event, EventPage
from jianbao.web.api.shapes.lists import ArticlePage, FoundPage, Trend
from jianbao.web.api.shapes.source import Source, Sources
from jianbao.web.api.shapes.wording import Diff, Revisions

__all__ = [
    "Article",
    "ArticleItem",
    "ArticlePage",
    "Check",
    "Checks",
    "CoverageStatement",
    "Crawl",
    "CrawlPage",
    "Diff",
    "Event",
    "EventPage",
    "FoundPage",
    "Revisions",
    "Source",
    "Sources",
    "Trend",
]
