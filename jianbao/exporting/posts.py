"""Exporting posts: the file that was imported where there is one, upstream's template filled in elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from jianbao.documents.document import Document
from jianbao.exporting.deliveries import Delivered, find_deliveries
from jianbao.exporting.destination import check_destination, refuse_archive_file, writing_whole
from jianbao.exporting.manifest import WrittenFile, describe_export, format_manifest, manifest_path
from jianbao.exporting.post_folder import PostFolder, is_post_name
from jianbao.exporting.post_template import post_name, render_post
from jianbao.exporting.selection import Selection, Watch
from pipelines.compare.fingerprint import body_hash, content_hash
from pipelines.compare.precedence import FILE_SCHEME, is_current
from pipelines.normalise.article import normalise
from spiders.readers.encoding import decode_page
from spiders.readers.post_file import NoArticle, read_post_file
from storage.archive.folder import Archive
from storage.captures.capture import list_captures_under
from storage.captures.imported_files import read_held_text
from storage.records import (
    MEDIA,
    ROLLING,
    Article,
    BadInfoCode,
    Capture,
    Form,
    Forms,
    HeldText,
    SetAside,
    WholeArticle,
    find_info_code,
)
from storage.search import Query
from storage.warc import CaptureUnreadable, read_payload

POSTS_FOLDER = "_posts"
POST_FIELDS = ("layout", "title", "date", "categories", "tags")


@dataclass(frozen=True, slots=True)
class _Original:
    """An imported file of an article, under the name that it came with."""

    name: str
    form: Form
    capture: Capture


def export_posts(
    archive: Archive,
    query: Query,
    dest: Path,
    now: datetime,
    *,
    force: bool = False,
    watch: Watch | None = None,
) -> Document:
    """Write the articles that answer a query as posts into ``DEST/_posts``; return the manifest beside it.

    A post that was imported comes out as it came in, byte for byte, while its text is the archive's; both
    forms of twins do. All else is rendered. ``now`` is aware. Raises `DestinationUnusable` and OSError.
    """
    refuse_archive_file(dest / POSTS_FOLDER, archive.folder)
    folder = PostFolder(dest / POSTS_FOLDER, force=force)
    beside = manifest_path(folder.path)
    check_destination(beside, force=force, archive=archive.folder)
    with archive.reading() as connection:
        chosen = Selection(connection, archive.warc_folder, query, now, watch)
        for whole in chosen.whole():
            for name, content in _posts_of(chosen, whole):
                folder.write(name, content)
        written = WrittenFile(POSTS_FOLDER, "posts", folder.bytes, folder.sha256, POST_FIELDS)
        manifest = describe_export(connection, query, written, chosen.counts, chosen.missing, now)
    manifest["files"] = folder.files
    with writing_whole(beside, force=True, archive=archive.folder) as out:
        out.write(format_manifest(manifest))
    return manifest


def _posts_of(chosen: Selection, whole: WholeArticle) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every post that an article makes, each name once: one for each of its forms."""
    stored = whole.stored
    forms: list[Form] = sorted(stored.forms.seen)  # the leading one first
    held = read_held_text(chosen.connection, stored.article.info_code, stored.revision)
    own = list_captures_under(chosen.connection, stored.article.info_code, FILE_SCHEME)
    originals = list(_originals(own, stored.article.info_code))
    posts: dict[str, bytes] = {}
    there: set[Form] = set()
    for original in _best(originals, held):
        content = _read(chosen, original.capture)
        if content is not None:
            posts[original.name] = content
            there.add(original.form)
    if not any(
        _is_as_archived(chosen, each, held, whole, forms[0]) for each in originals if each.form in there
    ):
        there.discard(forms[0])
    missing = [form for form in forms if form not in there]
    if missing:
        posts |= _rendered(chosen, whole, held, missing)
    yield from posts.items()


def _is_as_archived(
    chosen: Selection, original: _Original, held: HeldText, whole: WholeArticle, leading: Form
) -> bool:
    """Tell whether an imported file says what the archive says, or is where that came from."""
    if original.capture.id == held.capture_id:
        return True
    if original.form != leading:
        return False
    content = _read(chosen, original.capture)
    return content is not None and _has_archived_text(original.name, content, whole)


def _originals(captures: Iterable[Capture], info_code: str) -> Iterator[_Original]:
    """Yield the imported files that are posts by name: a ghost's would be nobody's."""
    for capture in captures:
        name = unquote(capture.url.rpartition("/")[2].rpartition(":")[2])
        identity = find_info_code(name)
        if identity is not None and identity[0] == info_code and is_post_name(name):
            yield _Original(name, identity[1], capture)


def _best(originals: Iterable[_Original], held: HeldText) -> list[_Original]:
    """Return one file for each name: that of ``_posts``, else that the text came from, else the latest."""
    best: dict[str, _Original] = {}
    for original in sorted(originals, key=lambda each: _preference(each, held)):
        best[original.name] = original
    return list(best.values())


def _preference(original: _Original, held: HeldText) -> tuple[bool, bool, int]:
    identity = original.capture.id or 0
    return is_current(original.capture.url), identity == held.capture_id, identity


def _read(chosen: Selection, capture: Capture) -> bytes | None:
    try:
        return read_payload(chosen.warc_folder, capture.place, digest=capture.payload_digest).body
    except CaptureUnreadable as error:
        chosen.missing.append(f"{capture.url}: {error}")
        return None


def _has_archived_text(name: str, content: bytes, whole: WholeArticle) -> bool:
    """Tell whether a file says what the archive says, which may have come from elsewhere since."""
    try:
        draft = read_post_file(decode_page(content, None), name).draft
        return content_hash(normalise(draft)) == whole.stored.content_hash
    except (SetAside, NoArticle):
        return False


def _rendered(
    chosen: Selection, whole: WholeArticle, held: HeldText, forms: Sequence[Form]
) -> dict[str, bytes]:
    """Return the posts of some forms, as upstream's fetcher would have written what each delivered."""
    deliveries = find_deliveries(chosen, whole)
    posts: dict[str, bytes] = {}
    for form in forms:
        if form != whole.stored.article.form and form not in deliveries.found:
            chosen.missing.extend(deliveries.unreadable)  # else it is known by a ghost alone
            continue
        article, body, shared = _as_delivered(whole, held, form, deliveries.found)
        try:
            text = render_post(article, body, form, whole.sources, shared)
            posts[post_name(article, form)] = text.encode("utf-8", "replace")
        except BadInfoCode as error:
            chosen.missing.append(f"{article.info_code}: {error}")
    return posts


def _as_delivered(
    whole: WholeArticle, held: HeldText, form: Form, deliveries: Mapping[Form, Delivered]
) -> tuple[Article, str, str | None]:
    """Return article, body and shared address of one form; of the leading one, what the archive holds."""
    article = whole.stored.article
    delivered = deliveries.get(form)
    if form != article.form and delivered is not None:
        return _told_by(delivered, article), delivered.draft.body_html, delivered.shared
    expected = body_hash(article)
    # The body with links, where no other post will carry them: the article was listed in this form only.
    alone = whole.stored.forms == Forms.of(MEDIA)
    for each in (deliveries.get(ROLLING) if alone else None, delivered):
        if each is not None and body_hash(normalise(each.draft)) == expected:
            return article, each.draft.body_html, delivered.shared if delivered else None
    return article, held.body_html, delivered.shared if delivered else None


def _told_by(delivered: Delivered, article: Article) -> Article:
    """Return the article under the title and time that its other form gives it."""
    draft = delivered.draft
    if not draft.title or not draft.published_at or draft.precision != "second":
        return article
    title = " ".join(draft.title.split())
    return replace(article, title=title, published_at=draft.published_at, precision="second")
