"""The measure of a crawl: a bare Scrapy spider that downloads the same pages and does nothing with them.

``python bare.py [--pages-only] URL-FILE``, in Scrapy's default settings; ``--pages-only`` follows no link.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class BareSpider(Spider):
    """Downloads category pages, and the articles that they link."""

    name = "bare"
    urls: list[str]
    follows: bool

    async def start(self) -> AsyncIterator[Request]:
        """Yield the category pages."""
        for url in self.urls:
            yield Request(url, callback=self.parse_page)

    def parse_page(self, response: Response) -> Iterator[Request]:
        """Follow each linked article."""
        if self.follows:
            for href in response.css("li a::attr(href)").getall():
                yield response.follow(href, callback=self.parse_article)

    def parse_article(self, response: Response) -> None:
        """Do nothing with an article."""


def main() -> None:
    """Download."""
    parser = argparse.ArgumentParser()
    parser.add_argument("urls", type=Path)
    parser.add_argument("--pages-only", action="store_true")
    options = parser.parse_args()
    process = AsyncCrawlerProcess()
    process.crawl(BareSpider, urls=options.urls.read_text().split(), follows=not options.pages_only)
    process.start()


if __name__ == "__main__":
    main()
