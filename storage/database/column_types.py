"""What columns hold that the database itself has no type for: instants and sayings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, Text, TypeDecorator

from storage.records.saying import Saying, quote, read_saying


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, stored as UTC without a zone. A naive datetime is a defect and raises."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant in UTC without its zone; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: the archive stores instants only")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored instant as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class SayingText(TypeDecorator[Saying]):
    """A saying, stored as a text by key and values. A text of an earlier version is said as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text that is stored."""
        return None if value is None else _store(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Saying | None:  # noqa: ARG002
        """Return the saying that was stored."""
        return None if value is None else read_saying(value)


class SayingList(TypeDecorator[Sequence[Saying]]):
    """Some sayings, stored as a JSON list of texts."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        """Return the texts that are stored."""
        return None if value is None else [_store(one) for one in value]

    def process_result_value(self, value: Sequence[str] | None, dialect: Dialect) -> list[Saying] | None:  # noqa: ARG002
        """Return the sayings that were stored."""
        return None if value is None else [read_saying(one) for one in value]


def _store(said: str) -> str:
    return (said if isinstance(said, Saying) else quote(said)).store()
