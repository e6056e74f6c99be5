"""Articles: the current text of each info code, its revisions and its securities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import text as sql_text

from storage.database import upsert
from storage.records import Article, Image, Link, Paragraph, Security
from storage.schema import article, listing, revision, security

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SLOTS_PER_MINUTE = 4

# What runs for every article is put together once: building a statement costs more than running it.
_code: BindParameter[str] = bindparam("code")
_after = article.alias("after")
_FIND_ARTICLE = select(article).where(article.c.info_code == _code)
_FIND_SECURITIES = select(security).where(security.c.info_code == _code).order_by(sql_text("rowid"))
_INSERT_ARTICLE = insert(article)
_INSERT_REVISION = insert(revision)
_TOUCH_ARTICLE = (
    update(article)
    .where(article.c.info_code == _code)
    .values(last_checked_at=bindparam("checked_at"), capture_id=bindparam("capture"), status="archived")
)
_DELETE_SECURITIES = delete(security).where(security.c.info_code == _code)
_INSERT_SECURITIES = upsert(security).on_conflict_do_nothing()
_FIND_SAME_CONTENT = (
    select(article.c.info_code, article.c.duplicate_of)
    .where(article.c.content_hash == bindparam("hash"))
    .order_by(article.c.published_at, article.c.info_code)
)
_FIRST_GAP = (
    select(article.c.id + 1)
    .where(article.c.id >= bindparam("wanted"), ~exists().where(_after.c.id == article.c.id + 1))
    .order_by(article.c.id)
    .limit(1)
)
_FREE_ID = select(
    case(
        (exists().where(article.c.id == bindparam("wanted")), _FIRST_GAP.scalar_subquery()),
        else_=bindparam("wanted", type_=Integer),
    )
)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it is archived: the text, and what the archive knows about it.

    ``forms`` holds the forms it was fetched in (``media``, ``rolling``), separated by a space.
    ``status`` is ``archived`` or ``gone``.
    """

    id: int
    article: Article
    forms: str
    content_hash: str
    duplicate_of: str | None
    first_seen_at: datetime
    last_checked_at: datetime
    parser_version: int
    revision: int
    status: str
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles a list holds; None asks for nothing. ``since`` is included, ``until`` is not."""

    source: str | None = None
    media: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_duplicates: bool = False


def find_article(connection: Connection, info_code: str) -> StoredArticle | None:
    """Return an article with its securities, None when the archive has none of that info code."""
    row = connection.execute(_FIND_ARTICLE, {"code": info_code}).first()
    if row is None:
        return None
    found = connection.execute(_FIND_SECURITIES, {"code": info_code})
    return _stored(row, tuple(Security(s.market, s.code, s.name, s.mention) for s in found))


def insert_article(connection: Connection, stored: StoredArticle) -> None:
    """Enter a new article, its first revision and its securities."""
    connection.execute(_INSERT_ARTICLE, _values(stored))
    insert_revision(connection, stored, changed={})
    _insert_securities(connection, stored.article)


def update_article(connection: Connection, stored: StoredArticle) -> None:
    """Replace an article by what is now known of it; another publication time gives it another id."""
    connection.execute(
        update(article).where(article.c.info_code == stored.article.info_code).values(_values(stored))
    )
    save_securities(connection, stored.article)


def touch_article(
    connection: Connection, stored: StoredArticle, checked_at: datetime, capture_id: int
) -> None:
    """Record that an article was fetched again and had not changed."""
    connection.execute(
        _TOUCH_ARTICLE, {"code": stored.article.info_code, "checked_at": checked_at, "capture": capture_id}
    )


def insert_revision(connection: Connection, stored: StoredArticle, changed: Mapping[str, Any]) -> None:
    """Enter an article's current text as its revision of that number."""
    connection.execute(
        _INSERT_REVISION,
        {
            "info_code": stored.article.info_code,
            "number": stored.revision,
            "title": stored.article.title,
            "text": stored.article.text,
            "body_html": stored.article.body_html,
            "content_hash": stored.content_hash,
            "capture_id": stored.capture_id,
            "seen_at": stored.last_checked_at,
            "changed": dict(changed),
        },
    )


def replace_revision(connection: Connection, stored: StoredArticle) -> None:
    """Replace the wording of an article's current revision by that of a better form of the same text."""
    connection.execute(
        update(revision)
        .where(revision.c.info_code == stored.article.info_code, revision.c.number == stored.revision)
        .values(
            title=stored.article.title,
            text=stored.article.text,
            body_html=stored.article.body_html,
            content_hash=stored.content_hash,
            capture_id=stored.capture_id,
        )
    )


def save_securities(connection: Connection, current: Article) -> None:
    """Replace the securities that an article mentions."""
    connection.execute(_DELETE_SECURITIES, {"code": current.info_code})
    _insert_securities(connection, current)


def link_duplicates(connection: Connection, content_hash: str) -> int:
    """Point the articles of one content to the one published first; return how many pointers changed."""
    rows = connection.execute(_FIND_SAME_CONTENT, {"hash": content_hash}).all()
    first = rows[0].info_code if rows else None
    changes = 0
    for row in rows:
        wanted = None if row.info_code == first else first
        if row.duplicate_of != wanted:
            connection.execute(
                update(article).where(article.c.info_code == row.info_code).values(duplicate_of=wanted)
            )
            changes += 1
    return changes


def set_status(connection: Connection, info_code: str, status: str, checked_at: datetime) -> int:
    """Set an article's status (``archived`` or ``gone``); return 1 if that changed it, else 0."""
    return connection.execute(
        update(article)
        .where(article.c.info_code == info_code, article.c.status != status)
        .values(status=status, last_checked_at=checked_at)
    ).rowcount


def free_id(connection: Connection, published_at: datetime) -> int:
    """Return the first free article id for a publication time: minutes since 2000 times 4, then upward.

    Ids order by publication time and stay dense, since the search index stores their differences.
    """
    wanted: int = (published_at - _EPOCH) // timedelta(minutes=1) * _SLOTS_PER_MINUTE
    return int(connection.execute(_FREE_ID, {"wanted": wanted}).scalar_one())


def count_articles(connection: Connection, wanted: ArticleFilter | None = None) -> int:
    """Return how many articles match."""
    counted = _filtered(
        select(func.count()).select_from(article), wanted or ArticleFilter(with_duplicates=True)
    )
    return int(connection.execute(counted).scalar_one())


def list_articles(
    connection: Connection, wanted: ArticleFilter, limit: int = 20, offset: int = 0
) -> list[StoredArticle]:
    """Return the matching articles without their securities, the newest first."""
    rows = connection.execute(
        _filtered(select(article), wanted)
        .order_by(article.c.published_at.desc(), article.c.info_code.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_stored(row, ()) for row in rows]


def list_article_sources(connection: Connection, info_codes: Iterable[str]) -> dict[str, list[str]]:
    """Return for each info code the sources that listed it, the first to list it first."""
    rows = connection.execute(
        select(listing.c.info_code, listing.c.source)
        .where(listing.c.info_code.in_(list(info_codes)))
        .order_by(listing.c.first_listed_at, listing.c.source)
    )
    sources: dict[str, list[str]] = {}
    for code, slug in rows:
        sources.setdefault(code, []).append(slug)
    return sources


def list_revisions(connection: Connection, info_code: str) -> list[Row[tuple[Any, ...]]]:
    """Return every revision of an article, the first one first."""
    return list(
        connection.execute(
            select(revision).where(revision.c.info_code == info_code).order_by(revision.c.number)
        )
    )


def _insert_securities(connection: Connection, current: Article) -> None:
    if current.securities:
        rows = [{"info_code": current.info_code, **asdict(mention)} for mention in current.securities]
        connection.execute(_INSERT_SECURITIES, rows)


def _filtered(query: Select[Any], wanted: ArticleFilter) -> Select[Any]:
    if wanted.source is not None:
        query = query.where(
            exists().where(
                and_(listing.c.source == wanted.source, listing.c.info_code == article.c.info_code)
            )
        )
    if wanted.media is not None:
        query = query.where(article.c.media == wanted.media)
    if wanted.since is not None:
        query = query.where(article.c.published_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(article.c.published_at < wanted.until)
    if not wanted.with_duplicates:
        query = query.where(article.c.duplicate_of.is_(None))
    return query


def _values(stored: StoredArticle) -> dict[str, Any]:
    current = stored.article
    return {
        "id": stored.id,
        "info_code": current.info_code,
        "forms": stored.forms,
        "title": current.title,
        "media": current.media,
        "author": current.author,
        "published_at": current.published_at,
        "precision": current.precision,
        "url": current.url,
        "summary": current.summary,
        "source_line": current.source_line,
        "continued": current.continued,
        "text": current.text,
        "paragraphs": [paragraph.kind for paragraph in current.paragraphs],
        "images": [asdict(image) for image in current.images],
        "links": [asdict(link) for link in current.links],
        "content_hash": stored.content_hash,
        "first_seen_at": stored.first_seen_at,
        "last_checked_at": stored.last_checked_at,
        "parser_version": stored.parser_version,
        "revision": stored.revision,
        "status": stored.status,
        "capture_id": stored.capture_id,
    }


def _stored(row: Row[tuple[Any, ...]], securities: tuple[Security, ...]) -> StoredArticle:
    lines = row.text.split("\n")
    return StoredArticle(
        id=row.id,
        article=Article(
            info_code=row.info_code,
            url=row.url,
            form="media" if "media" in row.forms.split() else "rolling",
            title=row.title,
            published_at=row.published_at,
            precision=row.precision,
            media=row.media,
            author=row.author,
            summary=row.summary,
            source_line=row.source_line,
            continued=row.continued,
            paragraphs=tuple(Paragraph(line, kind) for line, kind in zip(lines, row.paragraphs, strict=True)),
            images=tuple(Image(**image) for image in row.images),
            securities=securities,
            links=tuple(Link(**link) for link in row.links),
        ),
        forms=row.forms,
        content_hash=row.content_hash,
        duplicate_of=row.duplicate_of,
        first_seen_at=row.first_seen_at,
        last_checked_at=row.last_checked_at,
        parser_version=row.parser_version,
        revision=row.revision,
        status=row.status,
        capture_id=row.capture_id,
    )
