"""Articles taken to the archive without a server: real pages of the demo site, settled as a crawl does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.demo import Post, Press
from jianbao.demo.offer import Offer
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.articles.article import find_article
from storage.articles.revision import list_revisions
from storage.ledger.owed import find_listings
from storage.ledger.poll import record_listings
from storage.ledger.source import save_sources
from storage.records import Decision, Delivery, Exchange, Listed, Owed, Source, StoredArticle

ORIGIN = "http://127.0.0.1"


@dataclass
class DeliveredArticles:
    """An offer of the demo site and an archive; each delivery is read from the page as it is now."""

    offer: Offer
    archive: Archive
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def open(cls, folder: Path, press: Press | None = None) -> Self:
        """Open an archive with a source for every paper."""
        offer = Offer(press)
        archive = Archive.open(folder)
        with archive.writing() as connection:
            save_sources(
                connection,
                [
                    Source(slug, slug, "category", None, "Asia/Shanghai", None, enabled=True)
                    for slug in offer.slugs
                ],
            )
        return cls(offer, archive)

    def list_post(self, post: Post) -> Owed:
        """List a post on its paper's page; return what is owed for it."""
        listed = Listed(
            post.info_code, "rolling" if post.rolling else "media", ORIGIN + post.dated_path, post.title
        )
        with self.archive.writing() as connection:
            record_listings(connection, post.slug, [listed], self.now)
        return self.owed(post)

    def owed(self, post: Post) -> Owed:
        """Return the listing of a post."""
        with self.archive.reading() as connection:
            found = find_listings(connection, post.info_code)
        return next(owed for owed in found if owed.source == post.slug)

    def deliver(self, post: Post, *, as_json: bool = False) -> Decision:
        """Fetch a post from where it stands, as its page or as JSON, and settle what came."""
        return settle(self.archive, [self.pending(post, as_json=as_json)])[0]

    def pending(self, post: Post, *, as_json: bool = False) -> PendingDelivery:
        """Fetch a post from where it stands, as its page or as JSON; return what came, to be settled."""
        owed = self.list_post(post)
        target = f"/NewsData/GetNewsText.do?id={post.code}" if as_json else self._path(post)
        answer = self.offer.answer(target)
        assert answer.status == 200, target
        url, text = ORIGIN + target, answer.body.decode()
        exchange = Exchange(
            url=url,
            fetched_at=self.now,
            status=200,
            request_headers=(),
            response_headers=(("Content-Type", answer.content_type),),
            body=answer.body,
        )
        draft = read_article_json(text, url, owed.info_code) if as_json else read_article(text, url)
        return PendingDelivery(Delivery(owed, exchange, draft), self.now)

    def stored(self, post: Post) -> StoredArticle:
        """Return a post's article as it is archived."""
        with self.archive.reading() as connection:
            found = find_article(connection, post.info_code)
        assert found is not None
        return found

    def revisions(self, post: Post) -> list[dict[str, object]]:
        """Return what each revision of a post's article changed."""
        with self.archive.reading() as connection:
            return [dict(row.changed) for row in list_revisions(connection, post.info_code)]

    def _path(self, post: Post) -> str:
        return self.offer.article_path(post.code, post.slug)
