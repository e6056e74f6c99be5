"""What becomes of a text where sources of several sites list articles: a site speaks only for its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from pipelines.deduplicate import compare
from pipelines.prepare import Prepared
from pipelines.store import store_article
from storage.events.event import open_event
from storage.ledger.counts import Outcome
from storage.ledger.owed import find_listings
from storage.ledger.settlement import settle_archived
from storage.records import Article, Capture, Claim, Owed, StoredArticle, Voices


def settle_claim(  # noqa: PLR0913, PLR0917 - a claim has that many sides
    connection: Connection,
    voices: Voices,
    article: Article,
    owed: Owed,
    stored: StoredArticle | None,
    capture: Capture,
    now: datetime,
    prepared: Prepared | None = None,
) -> tuple[Outcome, str | None]:
    """Store an article, unless another site speaks for it; return how it ended, and why it is only a capture.

    A text of the site that speaks takes the place of another's, with a revision. Either way an event tells of
    two sites that say different things; saying the same is no news. Listings of other sites stay owed.
    """
    assert capture.id is not None
    only = _own_listings(connection, voices, article, owed)
    if stored is None or not voices.are_apart(article.url, stored.article.url):
        return store_article(connection, article, owed, stored, capture.id, now, prepared, only=only), None
    claim, known = Claim(article.url, article.media), Claim(stored.article.url, stored.article.media)
    is_ready = prepared is not None and prepared.is_of(article, stored)
    comparison = prepared.comparison if prepared and is_ready else compare(article, stored)
    differs = comparison.kind == "revised"
    if voices.prefers(claim, known):
        kind = store_article(
            connection, article, owed, stored, capture.id, now, prepared, only=only, supersedes=True
        )
        if differs:
            _tell(connection, owed, f"the text from {stored.article.url} gave way to {capture.url}", now)
        return kind, None
    settle_archived(connection, owed.info_code, f"{owed.form} {article.form}", capture.id, [owed.source])
    if not differs:
        return "unchanged", None
    said = f"the text from {capture.url} is only kept as a capture: {stored.article.url} speaks for it"
    return "quarantined", _tell(connection, owed, said, now)


def _own_listings(connection: Connection, voices: Voices, article: Article, owed: Owed) -> list[str]:
    """Return the sources that listed an article at its text's site, or at one that nobody asks any more."""
    listings = find_listings(connection, owed.info_code)
    return [
        one.source
        for one in listings
        if voices.is_former(one.url) or not voices.are_apart(one.url, article.url)
    ]


def _tell(connection: Connection, owed: Owed, said: str, now: datetime) -> str:
    message = f"{owed.info_code} from {owed.source}: {said}"
    open_event(connection, "foreign_claim", message, now, source=owed.source)
    return message
