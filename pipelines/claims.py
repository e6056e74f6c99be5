"""What becomes of a text where sources of several sites list articles: a site speaks only for its own."""

from __future__ import annotations

from dataclasses import replace

from pipelines.case import Case
from pipelines.compare.deduplicate import compare, supersede
from pipelines.keep import keep_article
from pipelines.listings import settle_archived
from storage.records import Article, Claim, Decision, EventChange, Voices
from storage.records.saying import Saying, say


def decide_claim(case: Case, voices: Voices, article: Article, url: str) -> Decision:
    """Decide that an article is kept, unless another site speaks for it. ``url`` answered with it.

    A text of the site that speaks takes the place of another's, with a revision. Either way an event tells of
    two sites that say different things; saying the same is no news. Listings of other sites stay owed.
    """
    stored, only = case.stored, _own_listings(case, voices, article)
    comparison = compare(article, stored)
    if stored is None or not voices.are_apart(article.url, stored.article.url):
        return keep_article(case, article, comparison, only)
    claim, known = Claim(article.url, article.media), Claim(stored.article.url, stored.article.media)
    differs = comparison.kind == "revised"
    if voices.is_preferred(claim, known):
        kept = keep_article(case, article, supersede(article, stored), only)
        told = _tell(case, say("article.gave_way", before=stored.article.url, url=url))
        return replace(kept, events=(*kept.events, told)) if differs else kept
    settled = settle_archived(case.listings, {case.owed.form, article.form}, [case.owed.source])
    if not differs:
        return case.decide("unchanged", listings=settled, brought=article)
    told = _tell(case, say("article.only_capture", url=url, speaker=stored.article.url))
    return case.decide("quarantined", told.message, listings=settled, events=(told,), brought=article)


def _own_listings(case: Case, voices: Voices, article: Article) -> list[str]:
    """Return the sources that listed an article at its text's site, or at one that nobody asks any more."""
    return [
        one.source
        for one in case.listings
        if voices.is_former(one.url) or not voices.are_apart(one.url, article.url)
    ]


def _tell(case: Case, said: Saying) -> EventChange:
    return EventChange("open", ("foreign_claim",), case.tell(said), source=case.owed.source)
