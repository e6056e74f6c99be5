"""Once means once: what a fetched article is to the archive, and what the archive keeps of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from pipelines.fingerprint import body_hash, content_hash
from storage.articles import StoredArticle
from storage.records import Article, Security

Kind = Literal["new", "revised", "unchanged"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to do: the article to keep, the forms it has been seen in, and whether that is a new revision.

    ``differs`` tells that the row must be rewritten although no revision is due (a corrected time, a twin's
    securities). ``changed`` says what a revision changed.
    """

    kind: Kind
    article: Article
    forms: str
    content_hash: str
    differs: bool
    changed: dict[str, Any]


def compare(fetched: Article, stored: StoredArticle | None) -> Comparison:
    """Compare a fetched article with the archived one of the same info code.

    The form of the newspaper leads: its title, media and time are kept, and only its changes make revisions.
    The rolling-news twin adds its linked securities and its summary (UPSTREAM, 4.2).
    """
    if stored is None:
        return Comparison("new", fetched, fetched.form, content_hash(fetched), True, {})
    forms = " ".join(sorted({*stored.forms.split(), fetched.form}))
    if fetched.form == "rolling" and "media" in stored.forms.split():
        merged = _enrich(stored.article, fetched)
        return Comparison(
            "unchanged", merged, forms, stored.content_hash, _differs(merged, forms, stored), {}
        )
    merged = _enrich(_keep_known(fetched, stored.article), stored.article)
    fingerprint = content_hash(merged)
    is_upgrade = fetched.form not in stored.forms.split()
    same = (
        body_hash(merged) == body_hash(stored.article) if is_upgrade else fingerprint == stored.content_hash
    )
    if not same:
        return Comparison(
            "revised", merged, forms, fingerprint, True, describe_change(stored.article, merged)
        )
    kept = merged if is_upgrade else _keep_text(merged, stored.article)
    return Comparison("unchanged", kept, forms, fingerprint, is_upgrade or _differs(kept, forms, stored), {})


def describe_change(before: Article, after: Article) -> dict[str, Any]:
    """Return what a revision changed: the old title, and how many paragraphs came and went."""
    old = [paragraph.text for paragraph in before.paragraphs]
    new = [paragraph.text for paragraph in after.paragraphs]
    removed = added = 0
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += last - first
            added += end - start
    change: dict[str, Any] = {"paragraphs_added": added, "paragraphs_removed": removed}
    if before.title != after.title:
        change["title_before"] = before.title
    return change


def _keep_known(fetched: Article, known: Article) -> Article:
    """Return the fetched article with the time and names that only the archived one knows."""
    vague = fetched.published_at is None or (fetched.precision == "day" and known.precision != "day")
    return replace(
        fetched,
        media=fetched.media or known.media,
        author=fetched.author or known.author,
        source_line=fetched.source_line or known.source_line,
        published_at=known.published_at if vague else fetched.published_at,
        precision=known.precision if vague else fetched.precision,
    )


def _keep_text(merged: Article, known: Article) -> Article:
    """Return the article with the archived wording: what differs only in folding is no change."""
    return replace(merged, title=known.title, paragraphs=known.paragraphs, continued=known.continued)


def _enrich(leading: Article, other: Article) -> Article:
    mentions: dict[tuple[str, str, str], Security] = {}
    for security in (*leading.securities, *other.securities):
        mentions.setdefault((security.market, security.code, security.mention), security)
    return replace(leading, summary=leading.summary or other.summary, securities=tuple(mentions.values()))


def _differs(kept: Article, forms: str, stored: StoredArticle) -> bool:
    known = stored.article
    return forms != stored.forms or replace(kept, body_html="", form=known.form) != replace(
        known, body_html=""
    )
