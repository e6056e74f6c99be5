"""Sketches: what is kept of each article's text so that its near copies are found without reading them all.

Keys are filed by the period in which their article was published: what a crawl brings goes to few pages of
the database, and a search for copies reads two periods at most.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from storage.database.batches import batches
from storage.database.opening import find_numbers, insert_numbers
from storage.database.schema import article, story_key, story_owed, story_sketch

REPRINT_WINDOW = timedelta(days=7)
"""How far apart in time two articles may be published to be near copies of each other."""

_PERIOD = timedelta(days=16)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_DELETE_KEY = delete(story_key).where(
    story_key.c.period == bindparam("its_period"),
    story_key.c.key == bindparam("its_key"),
    story_key.c.sketch == bindparam("its_sketch"),
)
_DELETE_SKETCH = delete(story_sketch).where(story_sketch.c.number == bindparam("its_number"))
_LAST_NUMBER = select(func.coalesce(func.max(story_sketch.c.number), 0))


@dataclass(frozen=True, slots=True)
class StoredSketch:
    """An article's sketch as it is filed: under its own number, since article ids change."""

    number: int
    info_code: str
    published_at: datetime
    keys: tuple[int, ...]
    signature: bytes

    @property
    def period(self) -> int:
        """The period that its keys are filed under."""
        return period_of(self.published_at)

    @property
    def periods(self) -> tuple[int, ...]:
        """The periods in which its copies can have been published."""
        first, last = (period_of(self.published_at + way * REPRINT_WINDOW) for way in (-1, 1))
        return tuple(range(first, last + 1))


def period_of(published_at: datetime) -> int:
    """Return the number of the 16 days, counted from 2000, in which something was published."""
    return (published_at - _EPOCH) // _PERIOD


def next_number(connection: Connection) -> int:
    """Return the number of the next sketch; only who holds the write lock may use it."""
    return int(connection.execute(_LAST_NUMBER).scalar_one()) + 1


def insert_sketches(connection: Connection, sketches: Sequence[StoredSketch]) -> None:
    """File new sketches, without their keys."""
    rows = [
        {
            "number": one.number,
            "info_code": one.info_code,
            "published_at": one.published_at,
            "keys": struct.pack(f"<{len(one.keys)}i", *one.keys),
            "signature": one.signature,
        }
        for one in sketches
    ]
    if rows:
        connection.execute(insert(story_sketch), rows)


def insert_keys(connection: Connection, keys: Iterable[tuple[int, int, int]]) -> None:
    """File keys: each with its period and the number of the sketch that it leads to."""
    insert_numbers(connection, story_key, sorted(keys))


def list_unsketched(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield code and text of the articles that have no sketch and wait for none."""
    has_sketch = exists().where(story_sketch.c.info_code == article.c.info_code)
    waits = exists().where(story_owed.c.info_code == article.c.info_code)
    asked = select(article.c.info_code, article.c.text).where(~has_sketch, ~waits)
    for row in connection.execute(asked.order_by(article.c.info_code)).yield_per(200):
        yield row.info_code, row.text


def find_keys(connection: Connection, period: int, keys: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Yield (period, key, number of a sketch) for each of these keys that is filed under a period."""
    return find_numbers(connection, story_key.c.key, keys, period=period)


def find_signatures(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    """Return the signatures of the sketches of these numbers."""
    found: dict[int, bytes] = {}
    for some in batches(sorted(numbers)):
        wanted = select(story_sketch.c.number, story_sketch.c.signature)
        found.update(connection.execute(wanted.where(story_sketch.c.number.in_(some))).all())
    return found


def find_sketches(connection: Connection, numbers: Iterable[int]) -> dict[int, StoredSketch]:
    """Return the sketches of these numbers."""
    found: dict[int, StoredSketch] = {}
    for some in batches(sorted(numbers)):
        rows = connection.execute(select(story_sketch).where(story_sketch.c.number.in_(some)))
        found.update((row.number, _stored(row)) for row in rows)
    return found


def delete_sketches(connection: Connection, info_codes: Sequence[str]) -> int:
    """Remove the sketches of these articles with all their keys; return how many there were."""
    rows = connection.execute(select(story_sketch).where(story_sketch.c.info_code.in_(info_codes)))
    sketches = [_stored(row) for row in rows]
    keys = [
        {"its_period": one.period, "its_key": key, "its_sketch": one.number}
        for one in sketches
        for key in one.keys
    ]
    if sketches:
        connection.execute(_DELETE_KEY, keys)
        connection.execute(_DELETE_SKETCH, [{"its_number": one.number} for one in sketches])
    return len(sketches)


def delete_stray_keys(connection: Connection) -> int:
    """Remove the keys that lead to no sketch; return how many there were."""
    stray = story_key.c.sketch.not_in(select(story_sketch.c.number))
    return connection.execute(delete(story_key).where(stray)).rowcount


def find_sketch_numbers(connection: Connection, info_codes: Iterable[str]) -> set[int]:
    """Return the numbers of the sketches of these articles."""
    found: set[int] = set()
    for codes in batches(info_codes):
        numbers = select(story_sketch.c.number).where(story_sketch.c.info_code.in_(codes))
        found.update(connection.execute(numbers).scalars())
    return found


def _stored(row: object) -> StoredSketch:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    keys = values.pop("keys")
    return StoredSketch(keys=struct.unpack(f"<{len(keys) // 4}i", keys), **values)
