"""Articles: the current text of each info code, its revisions and its securities."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Row,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy import text as sql_text

from storage.articles.article_row import article_values, read_stored
from storage.articles.security_names import count_names, name_securities
from storage.articles.wording import Wording, insert_wording, replace_wording
from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.prepared import Prepared, among
from storage.database.schema import article, security
from storage.records import (
    Article,
    Cause,
    Missing,
    Security,
    StoredArticle,
)


class NotArchived(Missing):
    """The archive has no such article, or no such revision of it: the message says what there is."""


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SLOTS_PER_MINUTE = 4

# What runs for every article is put together once: building a statement costs more than running it.
_code: BindParameter[str] = bindparam("code")
_after = article.alias("after")
_FIND_ARTICLE = select(article).where(article.c.info_code == _code)
_FIND_ARCHIVED = Prepared(select(article.c.info_code).where(among(article.c.info_code, "codes")))
_FIND_SECURITIES = select(security).where(security.c.info_code == _code).order_by(sql_text("rowid"))
_FIND_MANY_SECURITIES = Prepared(
    select(security.c.info_code, security.c.market, security.c.code, security.c.name, security.c.mention)
    .where(among(security.c.info_code, "codes"))
    .order_by(sql_text("security.rowid"))
)
_INSERT_ARTICLE = Prepared(insert(article))
_TOUCH_ARTICLE = (
    update(article)
    .where(article.c.info_code == _code)
    .values(last_checked_at=bindparam("checked_at"), capture_id=bindparam("capture"), status="archived")
)
_DELETE_SECURITIES = delete(security).where(security.c.info_code == _code)
_INSERT_SECURITIES = upsert(security).on_conflict_do_nothing()
_FIND_SAME_CONTENT = Prepared(
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
_FREE_ID = Prepared(
    select(
        case(
            (exists().where(article.c.id == bindparam("wanted")), _FIRST_GAP.scalar_subquery()),
            else_=bindparam("wanted", type_=Integer),
        )
    )
)


def find_article(connection: Connection, info_code: str) -> StoredArticle | None:
    """Return an article, its securities named as the archive knows them; None when it has no such code."""
    found = find_delivered(connection, info_code)
    if found is None or not found.article.securities:
        return found
    named = name_securities(connection, found.article.securities)
    return replace(found, article=replace(found.article, securities=named))


def find_delivered(connection: Connection, info_code: str) -> StoredArticle | None:
    """Return an article as its own answers brought it, for what compares and stores."""
    row = connection.execute(_FIND_ARTICLE, {"code": info_code}).first()
    if row is None:
        return None
    return read_stored(row, _read_securities(connection, info_code))


def find_many_delivered(connection: Connection, info_codes: Iterable[str]) -> dict[str, StoredArticle]:
    """Return those of these articles that are archived, as their own answers brought them."""
    archived = _FIND_ARCHIVED.run(connection, {"codes": json.dumps([*info_codes])}).fetchall()
    found: dict[str, Row[Any]] = {}
    for codes in batches(code for (code,) in archived):
        rows = connection.execute(select(article).where(article.c.info_code.in_(codes)))
        found |= {row.info_code: row for row in rows}
    securities = _read_many_securities(connection, found)
    return {code: read_stored(row, tuple(securities.get(code, ()))) for code, row in found.items()}


def insert_article(connection: Connection, stored: StoredArticle) -> None:
    """Enter a new article, its first revision and its securities."""
    _INSERT_ARTICLE.run(connection, article_values(stored))
    insert_revision(connection, stored, changed={})
    _insert_securities(connection, stored.article, ())


def update_article(connection: Connection, stored: StoredArticle) -> None:
    """Replace an article by what is now known of it; another publication time gives it another id."""
    connection.execute(
        update(article).where(article.c.info_code == stored.article.info_code).values(article_values(stored))
    )
    save_securities(connection, stored.article)


def touch_article(
    connection: Connection, stored: StoredArticle, checked_at: datetime, capture_id: int
) -> None:
    """Record that an article was fetched again and had not changed."""
    connection.execute(
        _TOUCH_ARTICLE, {"code": stored.article.info_code, "checked_at": checked_at, "capture": capture_id}
    )


def insert_revision(
    connection: Connection, stored: StoredArticle, changed: Mapping[str, Any], cause: Cause = "newspaper"
) -> None:
    """Enter an article's current text as its revision of that number."""
    origin = {
        "capture_id": stored.capture_id,
        "seen_at": stored.last_checked_at,
        "changed": dict(changed),
        "cause": cause,
    }
    insert_wording(connection, stored.article.info_code, stored.revision, _said(stored), origin)


def replace_revision(connection: Connection, stored: StoredArticle) -> None:
    """Replace the wording of an article's current revision by that of a better form of the same text."""
    code = stored.article.info_code
    replace_wording(connection, code, stored.revision, _said(stored), stored.capture_id)


def save_securities(connection: Connection, current: Article) -> None:
    """Replace the securities that an article mentions."""
    gone = _read_securities(connection, current.info_code)
    if gone == current.securities:
        return
    connection.execute(_DELETE_SECURITIES, {"code": current.info_code})
    _insert_securities(connection, current, gone)


def link_duplicates(connection: Connection, content_hash: str) -> int:
    """Point the articles of one content to the one published first; return how many pointers changed."""
    rows = _FIND_SAME_CONTENT.run(connection, {"hash": content_hash}).fetchall()
    first = rows[0][0] if rows else None
    changes = 0
    for info_code, duplicate_of in rows:
        wanted = None if info_code == first else first
        if duplicate_of != wanted:
            connection.execute(
                update(article).where(article.c.info_code == info_code).values(duplicate_of=wanted)
            )
            changes += 1
    return changes


def mend_duplicates(connection: Connection) -> int:
    """Point copies of an article that is not there to another one; return how many contents that touched."""
    first = article.alias()
    lost = article.c.duplicate_of.not_in(select(first.c.info_code))
    contents = connection.execute(select(article.c.content_hash).where(lost).distinct()).scalars().all()
    for content_hash in contents:
        link_duplicates(connection, content_hash)
    return len(contents)


def set_status(connection: Connection, info_code: str, status: str, checked_at: datetime) -> int:
    """Set an article's status (``archived`` or ``gone``); return 1 if that changed it, else 0."""
    return connection.execute(
        update(article)
        .where(article.c.info_code == info_code, article.c.status != status)
        .values(status=status, last_checked_at=checked_at)
    ).rowcount


def note_seen(connection: Connection, info_code: str, checked_at: datetime) -> int:
    """Record that an article's page was looked at and had not changed; return how many articles that is."""
    seen = update(article).where(article.c.info_code == info_code).values(last_checked_at=checked_at)
    return connection.execute(seen).rowcount


def free_id(connection: Connection, published_at: datetime) -> int:
    """Return the first free article id for a publication time, from its minute's first one upward.

    Ids order by publication time and stay dense, since the search index stores their differences.
    """
    return int(_FREE_ID.run(connection, {"wanted": first_id(published_at)}).fetchone()[0])


def first_id(published_at: datetime) -> int:
    """Return the first id of a publication minute: minutes since 2000 (UTC) times 4."""
    return (published_at - _EPOCH) // timedelta(minutes=1) * _SLOTS_PER_MINUTE


def _read_securities(connection: Connection, info_code: str) -> tuple[Security, ...]:
    found = connection.execute(_FIND_SECURITIES, {"code": info_code})
    return tuple(Security(s.market, s.code, s.name, s.mention) for s in found)


def _read_many_securities(connection: Connection, info_codes: Iterable[str]) -> dict[str, list[Security]]:
    rows = _FIND_MANY_SECURITIES.run(connection, {"codes": json.dumps([*info_codes])})
    found: dict[str, list[Security]] = {}
    for info_code, market, code, name, mention in rows:
        found.setdefault(info_code, []).append(Security(market, code, name, mention))
    return found


def _insert_securities(connection: Connection, current: Article, gone: Sequence[Security]) -> None:
    if current.securities:
        rows = [{"info_code": current.info_code, **asdict(mention)} for mention in current.securities]
        connection.execute(_INSERT_SECURITIES, rows)
    if current.securities or gone:
        count_names(connection, gone, current.securities)


def _said(stored: StoredArticle) -> Wording:
    said = stored.article
    return Wording(said.title, said.text, said.body_html, stored.content_hash)
