"""Once means once: what a fetched article is to the archive, and what the archive keeps of both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.compare.fingerprint import body_hash, content_hash, fold
from pipelines.compare.witnesses import attribute, keep_names, settle_time
from pipelines.normalise.security_names import name_mentions
from storage.records import Article, Forms, Mention, Security, StoredArticle

Kind = Literal["new", "revised", "unchanged"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to do: the article to keep, the forms it has been seen in, and whether that is a new revision.

    ``differs`` tells that the row must be rewritten although no revision is due (a corrected time, a twin's
    securities). ``changed`` says what a revision changed.
    """

    kind: Kind
    article: Article
    forms: Forms
    content_hash: str
    differs: bool
    changed: dict[str, Any]


def compare(fetched: Article, stored: StoredArticle | None, fingerprint: str | None = None) -> Comparison:
    """Compare a fetched article with the archived one of the same info code.

    The leading form's title and media are kept, and only its changes make revisions. The
    time is whoever states it best (`pipelines.compare.witnesses`).
    Another form adds its linked securities and its summary (docs/upstream.md#twins), also to a later
    revision; what only an earlier text of the same form mentioned goes with that text. ``fingerprint`` is the
    fetched one's `content_hash`, where somebody has worked that out.
    """
    if stored is None:
        return Comparison(
            "new", fetched, Forms.of(fetched.form), fingerprint or content_hash(fetched), True, {}
        )
    whole = _whole(fetched, stored.article)
    found = _compare(whole, stored, fingerprint if whole is fetched else None)
    return replace(found, article=attribute(found.article, fetched, stored.article))


def _compare(fetched: Article, stored: StoredArticle, fingerprint: str | None) -> Comparison:
    forms = stored.forms.after(fetched.form)
    is_leading = stored.forms.are_led_by(fetched.form)
    fetched = settle_time(fetched, stored.article, leads=is_leading)
    if not is_leading:
        merged = _complete(stored.article, fetched)
        return Comparison(
            "unchanged", merged, forms, stored.content_hash, _is_changed(merged, forms, stored), {}
        )
    fingerprint = fingerprint or content_hash(fetched)
    is_upgrade = fetched.form not in stored.forms
    current = keep_names(fetched, stored.article, same_form=not is_upgrade)
    same = (
        body_hash(current) == body_hash(stored.article) if is_upgrade else fingerprint == stored.content_hash
    )
    merged = _enrich(current, stored.article) if same or forms != Forms.of(fetched.form) else current
    if not same:
        return Comparison(
            "revised", merged, forms, fingerprint, True, describe_change(stored.article, merged)
        )
    kept = _keep_pictures(merged, stored.article)
    kept = kept if is_upgrade else _keep_text(kept, stored.article)
    return Comparison(
        "unchanged", kept, forms, fingerprint, is_upgrade or _is_changed(kept, forms, stored), {}
    )


def _whole(fetched: Article, known: Article) -> Article:
    """Return the fetched article, with the archived text where it brings only the first part of that."""
    if fetched.incomplete is None or known.incomplete is not None:
        return fetched
    if not fold(known.text).startswith(fold(fetched.text)):
        return fetched
    return replace(
        fetched,
        paragraphs=known.paragraphs,
        body_html=known.body_html,
        images=known.images or fetched.images,
        incomplete=None,
    )


def supersede(fetched: Article, stored: StoredArticle) -> Comparison:
    """Return what takes the place of a text that another site gave: all of the fetched one, none of that."""
    fingerprint = content_hash(fetched)
    if fingerprint == stored.content_hash:
        return Comparison("unchanged", fetched, Forms.of(fetched.form), fingerprint, True, {})
    change = describe_change(stored.article, fetched)
    return Comparison("revised", fetched, Forms.of(fetched.form), fingerprint, True, change)


def describe_change(before: Article, after: Article) -> dict[str, Any]:
    """Return what a revision changed: the old title, and how many paragraphs came and went.

    A paragraph that only moved did neither.
    """
    old = Counter(paragraph.text for paragraph in before.paragraphs)
    new = Counter(paragraph.text for paragraph in after.paragraphs)
    change: dict[str, Any] = {
        "paragraphs_added": (new - old).total(),
        "paragraphs_removed": (old - new).total(),
    }
    if before.title != after.title:
        change["title_before"] = before.title
    return change


def _complete(leading: Article, twin: Article) -> Article:
    """Return the archived leading form with what another one knows besides, or better."""
    named = keep_names(leading, twin, same_form=False)
    if twin.images and not leading.images and body_hash(leading) == body_hash(twin):
        named = _keep_pictures(named, twin)
    timed = replace(named, published_at=twin.published_at, precision=twin.precision, witness=twin.witness)
    return _enrich(timed, twin)


def _keep_pictures(merged: Article, known: Article) -> Article:
    """Return the article with pictures, players and links that an answer of the same text left out."""
    return replace(
        merged,
        images=merged.images or known.images,
        players=merged.players or known.players,
        links=merged.links or known.links,
    )


def _keep_text(merged: Article, known: Article) -> Article:
    """Return the article with the archived wording: what differs only in folding is no change."""
    return replace(merged, title=known.title, paragraphs=known.paragraphs, continued=known.continued)


def _enrich(leading: Article, other: Article) -> Article:
    """Return the leading form with the summary, charts and links of the other.

    Its own text tells what the text mentions; a link is of words, and counts while the text has them.
    """
    mentions = {_mention(security): security for security in leading.securities}
    offered = [one for one in other.securities if one.mention != "text" and _mention(one) not in mentions]
    text = fold(leading.text) if offered or other.links else ""
    for security in offered:
        if security.mention == "chart" or fold(security.name) in text:
            mentions.setdefault(_mention(security), security)
    return replace(
        leading,
        summary=leading.summary or other.summary,
        securities=name_mentions(mentions.values()),
        links=leading.links or tuple(link for link in other.links if fold(link.text) in text),
    )


def _mention(security: Security) -> tuple[str, str, Mention]:
    return security.market, security.code, security.mention


def _is_changed(kept: Article, forms: Forms, stored: StoredArticle) -> bool:
    known = stored.article
    if forms != stored.forms or kept.witness != known.witness:
        return True
    return replace(kept, body_html="", form=known.form) != replace(known, body_html="")
