"""What becomes of a delivery is decided by pure functions: every outcome, with no database at all."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command_line import PYTHON

from pipelines.compare.fingerprint import content_hash
from pipelines.compare.precedence import FILE_SCHEME
from pipelines.decide import decide, give_up
from pipelines.decide_import import Believed, ImportedFile, decide_post, decide_text, pass_over_text
from pipelines.listings import FIRST_RETRY
from storage.records import (
    Article,
    Decision,
    Delivery,
    Draft,
    Exchange,
    Filed,
    Form,
    Forms,
    HeldText,
    KnownListing,
    ListingState,
    Owed,
    Paragraph,
    Resource,
    SetAside,
    Site,
    Snapshot,
    StoredArticle,
    TryLater,
    Vanished,
    Voices,
    Wanted,
)
from storage.records.saying import as_saying, quote

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
PUBLISHED = NOW - timedelta(days=2)
CODE = "NW202603182900000001"
URL = f"http://paper.example/2026/03/18/{CODE}.html"
FIRST, SECOND = "春水涨满了池塘。", "两岸的柳树都绿了。"


def article(*lines: str, form: Form = "media", url: str = URL, **stated: Any) -> Article:
    """Return an article as it came, its body the plain lines."""
    return replace(
        Article(
            info_code=CODE,
            url=url,
            form=form,
            title="春水满塘",
            published_at=PUBLISHED,
            precision="second",
            media="信江日报",
            author=None,
            summary=None,
            source_line=None,
            continued=False,
            paragraphs=tuple(Paragraph(line) for line in lines or (FIRST, SECOND)),
            body_html="".join(f"<p>{line}</p>" for line in lines or (FIRST, SECOND)),
        ),
        **stated,
    )


def stored(known: Article | None = None, **stated: Any) -> StoredArticle:
    """Return an article as it is archived."""
    known = replace(known or article(), body_html="")
    return replace(
        StoredArticle(
            id=4,
            article=known,
            forms=Forms.of(known.form),
            content_hash=content_hash(known),
            duplicate_of=None,
            first_seen_at=EARLIER,
            last_checked_at=EARLIER,
            parser_version=1,
            revision=1,
            status="archived",
            capture_id=7,
        ),
        **stated,
    )


def listing(state: ListingState = "owed", source: str = "paper", **stated: Any) -> KnownListing:
    """Return a listing that a page made."""
    due = state not in ("archived", "gone")
    return replace(KnownListing(source, "media", URL, state, is_due=due, is_of_page=True), **stated)


def known(*listings: KnownListing, of: StoredArticle | None = None, **stated: Any) -> Snapshot:
    """Return a snapshot."""
    return Snapshot(CODE, of, listings, **stated)


def owed(state: ListingState = "owed", attempts: int = 0, **stated: Any) -> Owed:
    return replace(Owed("paper", CODE, "media", URL, "春水满塘", state, attempts), **stated)


def answer(came: Article | None = None, trouble: Any = None, of: Owed | None = None) -> Delivery:
    """Return what a page brought: an article that is judged already, or trouble."""
    exchange = Exchange(came.url if came else URL, NOW, 200, (), (), b"<html>")
    draft = Draft(CODE, URL, "media") if came else None
    return Delivery(of or owed(), exchange, draft, trouble=trouble, article=came)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a decision says: its outcome, what is written of the article, the listings' states, the events."""

    outcome: str
    step: str | None = None
    listings: dict[str, str] = field(default_factory=dict)
    events: tuple[tuple[str, str], ...] = ()
    revision: str | None = None


def said(decision: Decision) -> Expected:
    """Return what a decision says."""
    change = decision.article
    return Expected(
        decision.outcome,
        change.step if change else None,
        {one.source: one.state for one in decision.listings},
        tuple((event.step, kind) for event in decision.events for kind in event.kinds),
        change.revision if change else None,
    )


GONE = Vanished("every address answered 404")
OVER = (("resolve", "quarantine"), ("resolve", "article_vanished"))
BACK = (("resolve", "page_gone"), ("record", "page_back"))
DIGEST = article("只有摘要。", form="rolling")
CASES: dict[str, tuple[Delivery, Snapshot, Expected]] = {
    "new": (answer(article()), known(listing()), Expected("new", "insert", {"paper": "archived"})),
    "new and never listed": (answer(article()), known(), Expected("new", "insert", {"paper": "archived"})),
    "new after failures": (
        answer(article(), of=owed("failed", 2)),
        known(listing("failed", attempts=2)),
        Expected("new", "insert", {"paper": "archived"}, OVER),
    ),
    "new for two sources": (
        answer(article()),
        known(listing(), listing(source="other")),
        Expected("new", "insert", {"paper": "archived", "other": "archived"}, OVER),
    ),
    "new in one form of two": (
        answer(article()),
        known(listing(), listing(source="news", form="rolling")),
        Expected("new", "insert", {"paper": "archived"}),
    ),
    "unchanged": (
        answer(article(), of=owed("archived")),
        known(listing("archived", is_due=True), of=stored()),
        Expected("unchanged", "touch", {"paper": "archived"}),
    ),
    "unchanged but for brackets and blanks": (
        answer(article(FIRST.replace("。", " 。"), SECOND), of=owed("archived")),
        known(listing("archived"), of=stored()),
        Expected("unchanged", "touch"),
    ),
    "unchanged with a better time": (
        answer(article(published_at=PUBLISHED + timedelta(hours=2))),
        known(listing(), of=stored()),
        Expected("unchanged", "update", {"paper": "archived"}),
    ),
    "revised": (
        answer(article(FIRST, "后来又下了一场雨。")),
        known(listing(), of=stored()),
        Expected("revised", "update", {"paper": "archived"}, revision="add"),
    ),
    "a better form of the same text": (
        answer(article()),
        known(listing(), of=stored(article(form="rolling", title="春水"))),
        Expected("unchanged", "update", {"paper": "archived"}, revision="replace"),
    ),
    "back": (
        answer(article(), of=owed("gone")),
        known(listing("gone", is_due=True), of=stored(status="gone")),
        Expected("unchanged", "touch", {"paper": "archived"}, BACK),
    ),
    "back with another text": (
        answer(article(FIRST), of=owed("gone")),
        known(listing("gone"), of=stored(status="gone")),
        Expected("revised", "update", {"paper": "archived"}, BACK, "add"),
    ),
    "set aside": (
        answer(trouble=SetAside("has no title")),
        known(listing()),
        Expected("quarantined", None, {"paper": "quarantined"}, (("open", "quarantine"),)),
    ),
    "set aside, and archived already": (
        answer(trouble=SetAside("has no title"), of=owed("archived")),
        known(listing("archived", is_due=True), listing(source="other"), of=stored()),
        Expected(
            "quarantined", None, {"paper": "archived", "other": "quarantined"}, (("open", "quarantine"),)
        ),
    ),
    "nothing came": (
        Delivery(owed(attempts=3), trouble=TryLater("answered 500")),
        known(listing(attempts=3)),
        Expected("failed", None, {"paper": "failed"}),
    ),
    "nothing came for what nobody lists": (
        Delivery(owed(), trouble=TryLater("answered 500")),
        known(),
        Expected("failed"),
    ),
    "never there": (
        Delivery(owed(), trouble=GONE),
        known(listing()),
        Expected("failed", None, {"paper": "failed"}, (("open", "article_vanished"),)),
    ),
    "never there, and only wished for": (
        Delivery(owed(), trouble=GONE),
        known(listing(is_of_page=False)),
        Expected("failed", None, {"paper": "failed"}),
    ),
    "gone": (
        Delivery(owed("archived"), trouble=GONE),
        known(listing("archived"), listing("archived", "other"), of=stored()),
        Expected("gone", "gone", {"paper": "gone", "other": "gone"}, (("open", "page_gone"),)),
    ),
    "gone in one form": (
        Delivery(owed("archived"), trouble=GONE),
        known(listing("archived"), listing("archived", "news", form="rolling"), of=stored()),
        Expected("gone", None, {"paper": "gone"}),
    ),
    "gone before": (
        Delivery(owed("gone"), trouble=GONE),
        known(listing("gone"), of=stored(status="gone")),
        Expected("gone", None, {"paper": "gone"}),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_a_delivery(case: str) -> None:
    delivery, snapshot, expected = CASES[case]
    decision = decide(delivery, snapshot, NOW)
    assert said(decision) == expected
    assert decision == decide(delivery, snapshot, NOW), "the same is always decided of the same"
    assert decision.is_back is case.startswith("back")
    assert (decision.enter is not None) is (case == "new and never listed")
    assert bool(decision.reason) is (decision.outcome in ("quarantined", "failed"))
    assert decision.keep == ((delivery.exchange,) if delivery.exchange else ())


def test_what_failed_is_tried_again_at_growing_distances_and_when_the_server_wishes() -> None:
    for attempts, after, wanted in ((0, None, FIRST_RETRY), (2, None, 4 * FIRST_RETRY), (0, 3600, None)):
        delivery = Delivery(owed(attempts=attempts), trouble=TryLater("answered 503", after))
        (change,) = decide(delivery, known(listing()), NOW).listings
        assert change.next_try_at == NOW + (wanted or timedelta(hours=1))
        assert change.attempts == attempts + 1


def test_what_could_not_be_written_is_tried_again() -> None:
    decision = give_up(owed(), known(listing()), NOW, ValueError("\udcff"))
    assert said(decision) == Expected("failed", None, {"paper": "failed"})
    assert decision.reason == f"{CODE} from paper: could not be stored (ValueError: \\udcff)"
    assert decision.keep == ()


def test_a_revision_tells_what_changed_and_the_article_keeps_its_beginning() -> None:
    change = decide(answer(article(FIRST, "又一段。")), known(listing(), of=stored()), NOW).article
    assert change is not None
    assert change.changed == {"paragraphs_added": 1, "paragraphs_removed": 1}
    assert (change.after.revision, change.after.first_seen_at, change.after.last_checked_at) == (
        2,
        EARLIER,
        NOW,
    )
    assert (change.is_owed_to_index, change.is_owed_to_stories, change.is_retimed) == (True, True, False)
    assert change.copies == (stored().content_hash, change.after.content_hash)


def test_a_corrected_time_is_told_and_its_copies_are_looked_at() -> None:
    later = PUBLISHED + timedelta(hours=2)
    change = decide(answer(article(published_at=later)), known(listing(), of=stored()), NOW).article
    assert change is not None
    assert change.time is not None
    assert (change.time.old, change.time.new, change.time.noticed_at) == (PUBLISHED, later, NOW)
    assert change.is_retimed
    assert change.copies == (change.after.content_hash,)


VOICES = Voices(
    [Site(frozenset({"paper.example"}), frozenset()), Site(frozenset({"forger.example"}), frozenset())],
    lambda url: url.split("/")[2],
)
FORGED = article("伪造的一段。", url=f"http://forger.example/{CODE}.html")


def test_a_site_that_does_not_speak_leaves_a_capture_and_an_event() -> None:
    delivery = answer(FORGED, of=owed(source="forger", url=FORGED.url))
    own = listing("archived")
    decision = decide(
        delivery, known(own, listing("owed", "forger", url=FORGED.url), of=stored()), NOW, VOICES
    )
    assert said(decision) == Expected(
        "quarantined", None, {"forger": "archived"}, (("open", "foreign_claim"),)
    )


def test_the_site_that_speaks_takes_the_place_of_anothers_text() -> None:
    snapshot = known(listing(), listing("archived", "forger", url=FORGED.url), of=stored(FORGED))
    decision = decide(answer(article()), snapshot, NOW, VOICES)
    assert said(decision) == Expected(
        "revised", "update", {"paper": "archived"}, (("open", "foreign_claim"),), "add"
    )


def test_of_two_sites_only_the_own_listings_are_settled() -> None:
    decision = decide(
        answer(article()), known(listing(), listing(source="forger", url=FORGED.url)), NOW, VOICES
    )
    assert said(decision) == Expected("new", "insert", {"paper": "archived"})


# Files.

POST_URI = f"{FILE_SCHEME}_posts/2026-03-18-{CODE}.md"


def post(came: Article | None = None, reason: str = "", draft: Draft | None = None) -> ImportedFile:
    """Return a post that was read."""
    resource = Resource(POST_URI, NOW, "text/markdown", b"---")
    believed = Believed(came, draft, as_saying(reason), content_hash(came) if came else None)
    of = owed(url=POST_URI, title="") if draft else owed()
    return ImportedFile(resource, of, "信江日报", believed)


CRAWLED = HeldText(article().body_html, 7, URL, EARLIER)
FILED = HeldText(article().body_html, 7, f"{FILE_SCHEME}old_post/a.md", EARLIER)
CHANGED = article(FIRST, "改过的第二段。")
GHOST = Draft(CODE, POST_URI, "media", body_html=article().body_html, partial=True)
POSTS: dict[str, tuple[ImportedFile, Snapshot, Expected]] = {
    "new": (post(article()), known(), Expected("new", "insert", {"paper": "archived"})),
    "known": (post(article()), known(filed=Filed(3, CODE)), Expected("known")),
    "unchanged": (
        post(article()),
        known(listing("archived"), of=stored(), held=CRAWLED),
        Expected("unchanged", "touch"),
    ),
    "older than what was crawled": (
        post(CHANGED),
        known(listing("archived"), of=stored(), held=CRAWLED),
        Expected("older"),
    ),
    "newer than an earlier file": (
        post(CHANGED),
        known(listing("archived"), of=stored(), held=FILED),
        Expected("revised", "update", {}, (), "add"),
    ),
    "older, but the listing waited": (
        post(CHANGED),
        known(listing("failed", attempts=1), of=stored(), held=CRAWLED),
        Expected("older", None, {"paper": "archived"}, (("resolve", "quarantine"),)),
    ),
    "of a page that is gone": (
        post(article()),
        known(listing("gone"), of=stored(status="gone"), held=CRAWLED),
        Expected("older"),
    ),
    "older, with a better time": (
        post(replace(CHANGED, witness="file", published_at=PUBLISHED + timedelta(hours=1))),
        known(listing("archived"), of=stored(), held=CRAWLED),
        Expected("older", "amend"),
    ),
    "damaged": (
        post(reason="has no title"),
        known(),
        Expected("quarantined", None, {"paper": "quarantined"}),
    ),
    "damaged, and archived": (
        post(reason="has no title"),
        known(listing("archived"), of=stored(), held=CRAWLED),
        Expected("quarantined"),
    ),
    "a ghost before its article": (
        post(draft=GHOST),
        known(),
        Expected("quarantined", None, {"paper": "quarantined"}),
    ),
    "a ghost that waited": (
        post(draft=GHOST),
        known(listing("quarantined", attempts=1), of=stored(), held=CRAWLED, filed=Filed(3, CODE)),
        Expected("unchanged", "touch", {"paper": "archived"}, OVER),
    ),
}


@pytest.mark.parametrize("case", POSTS)
def test_what_becomes_of_a_post(case: str) -> None:
    file, snapshot, expected = POSTS[case]
    decision = decide_post(file, snapshot, NOW)
    assert said(decision) == expected
    assert decision == decide_post(file, snapshot, NOW)
    if case == "known":
        assert (decision.keep, decision.kept) == ((), None)
    else:
        assert (decision.keep, decision.kept) == (((), 3) if snapshot.filed else ((file.resource,), None))


TEXT = owed(url="urn:jianbao:text:paper/1")


@pytest.mark.parametrize(
    ("snapshot", "is_named", "outcome"),
    [
        (known(), False, None),
        (known(filed=Filed(3, CODE)), False, "known"),
        (known(filed=Filed(3, "NW202603182900000002")), False, "known"),
        (known(filed=Filed(3, "NW202603182900000002")), True, None),
        (known(of=stored()), False, "failed"),
        (known(listing(source="other")), False, "failed"),
        (known(listing(url="urn:jianbao:text:paper/1"), of=stored()), False, None),
        (known(of=stored()), True, None),
    ],
)
def test_a_text_that_need_not_be_read(snapshot: Snapshot, is_named: bool, outcome: str | None) -> None:
    decision = pass_over_text(TEXT, snapshot, NOW, is_named=is_named)
    assert (decision.outcome if decision else None) == outcome


def test_a_text_that_is_no_article_leaves_nothing() -> None:
    decision = decide_text(post(reason="has no text"), known(), NOW)
    assert decision == Decision(CODE, NOW, "failed", quote("has no text"))


# Any sequence of deliveries.

LINES = st.lists(st.sampled_from([FIRST, SECOND, "第三段。", "第四段（补）。"]), min_size=1, max_size=3)
ARTICLES = st.builds(
    lambda lines, form, title, hours, summary: article(
        *lines, form=form, title=title, published_at=PUBLISHED + timedelta(hours=hours), summary=summary
    ),
    LINES,
    st.sampled_from(["media", "rolling"]),
    st.sampled_from(["春水满塘", "春水（补）满塘", "另一个题"]),
    st.integers(0, 2),
    st.sampled_from([None, "摘要。"]),
)
TROUBLES = st.sampled_from([SetAside("has no title"), TryLater("answered 500"), GONE])
DELIVERIES = st.lists(st.one_of(ARTICLES, TROUBLES), max_size=5)


def applied(snapshot: Snapshot, decision: Decision) -> Snapshot:
    """Return what is known after a decision, as the archive would have written it."""
    changes = {one.source: one for one in decision.listings}
    listings = list(snapshot.listings)
    if decision.enter is not None:
        listings.append(KnownListing(decision.enter.source, decision.enter.form, decision.enter.url))
    now = decision.article.after if decision.article else snapshot.stored
    return Snapshot(
        snapshot.info_code,
        replace(now, capture_id=1, article=replace(now.article, body_html="")) if now else None,
        tuple(
            replace(one, state=change.state, attempts=change.attempts, is_due=change.next_try_at is not None)
            if (change := changes.get(one.source))
            else one
            for one in listings
        ),
    )


def delivered(came: Article | Exception, snapshot: Snapshot) -> Delivery:
    own = snapshot.listing_of("paper")
    asked = owed(own.state if own else "owed", own.attempts if own else 0)
    if isinstance(came, Article):
        return answer(came, of=asked)
    if isinstance(came, SetAside):
        return answer(trouble=came, of=asked)
    return Delivery(asked, trouble=came)  # type: ignore[arg-type]


@given(DELIVERIES, ARTICLES)
def test_what_comes_again_changes_nothing(before: list[Article | Exception], last: Article) -> None:
    snapshot = known(listing(), listing(source="news", form="rolling"))
    for came in before:
        snapshot = applied(snapshot, decide(delivered(came, snapshot), snapshot, NOW))
    first = decide(delivered(last, snapshot), snapshot, NOW)
    settled = applied(snapshot, first)
    again = decide(delivered(last, settled), settled, NOW)
    assert again.outcome == "unchanged"
    assert again.article is not None
    assert again.article.step == "touch", "a second time nothing of the article is written anew"
    assert again.events == ()
    assert applied(settled, again).is_as(settled)


@given(DELIVERIES)
def test_nothing_is_lost_whatever_comes(sequence: list[Article | Exception]) -> None:
    snapshot, revisions = known(listing()), 0
    for came in sequence:
        decision = decide(delivered(came, snapshot), snapshot, NOW)
        assert decision == decide(delivered(came, snapshot), snapshot, NOW)
        after = applied(snapshot, decision)
        if snapshot.stored is not None:
            assert after.stored is not None
            assert after.stored.revision - snapshot.stored.revision == (decision.outcome == "revised")
        revisions += decision.outcome in ("new", "revised")
        own = after.listing_of("paper")
        assert own is not None
        assert own.is_due or own.state in ("archived", "gone"), "what is not settled has a next try"
        snapshot = after
    assert (snapshot.stored.revision if snapshot.stored else 0) == revisions


def test_a_snapshot_tells_another_witness_of_the_same_time() -> None:
    one, other = (known(of=stored(article(witness=witness))) for witness in ("page", "json"))
    assert one == other
    assert not one.is_as(other)
    assert Wanted(CODE) == Wanted(CODE)


def test_deciding_needs_no_database() -> None:
    program = (
        "import pipelines.decide, pipelines.decide_import, pipelines.compare.near_copies, sys; "
        "sys.exit(any(name.split('.')[0] in ('sqlalchemy', 'scrapy', 'sqlite3') for name in sys.modules) or "
        "any(name.startswith('storage.') and not name.startswith('storage.records') for name in sys.modules))"
    )
    assert subprocess.run([*PYTHON, "-c", program], check=False).returncode == 0
