"""How many listings each source has of each day: kept as the ledger changes, so that nobody counts them all.

Triggers of the connection count in the transaction that changes a listing, whoever writes. The days can be
counted anew from the ledger at any time; they are, where none is counted beside a ledger that is not empty.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Connection

from storage.records.info_code import info_code_day
from storage.records.listing import UNARCHIVED
from storage.records.press_days import press_day

_HOUR = len("2026-03-20 08")
_WATCHED = ("source", "info_code", "published_at", "first_listed_at", "state")


def add_day_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that tell the days of a listing."""
    connection.create_function("day_of_moment", 1, day_of_moment, deterministic=True)
    connection.create_function("day_of_code", 1, day_of_code, deterministic=True)


def keep_days(connection: sqlite3.Connection) -> None:
    """Have every change of a listing that a connection makes counted in the same transaction."""
    connection.executescript(_TRIGGERS)


def are_uncounted(connection: Connection) -> bool:
    """Tell whether there are listings and no day is counted: nobody has yet, or they came in bulk."""
    listings = connection.exec_driver_sql("SELECT 1 FROM listing LIMIT 1").first()
    return (
        listings is not None
        and connection.exec_driver_sql("SELECT 1 FROM ledger_day LIMIT 1").first() is None
    )


def count_days(connection: Connection) -> None:
    """Count the days anew from the whole ledger."""
    connection.exec_driver_sql("DELETE FROM ledger_day")
    connection.exec_driver_sql(f"INSERT INTO ledger_day {_COUNTED}")


def list_wrong_days(connection: Connection) -> list[tuple[str, str]]:
    """Return source and day of whatever counting the whole ledger gives otherwise than it is kept."""
    kept = connection.exec_driver_sql("SELECT * FROM ledger_day").all()
    wrong = {tuple(row) for row in connection.exec_driver_sql(_COUNTED)} ^ {tuple(row) for row in kept}
    return sorted({(source, published or coded or listed) for source, published, coded, listed, *_ in wrong})


def _count_listings() -> str:
    """Return the SQL that counts the listings as the table should have them."""
    columns = ", ".join(f"{value} AS {name}" for name, value in _key("listing").items())
    return f"SELECT {columns}, count(*) AS listings FROM listing GROUP BY 1, 2, 3, 4, 5"  # noqa: S608


@lru_cache(maxsize=512)
def _day_of_hour(hour: str) -> str:
    try:
        return press_day(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC)).isoformat()
    except ValueError:
        return ""


def day_of_moment(moment: str | None) -> str:
    """Return the day of an instant as the database has it, empty for anything else."""
    # The text of an instant begins with its hour, from which UTC+8 is whole hours away.
    return _day_of_hour(moment[:_HOUR]) if isinstance(moment, str) else ""


@lru_cache(maxsize=512)
def day_of_code(info_code: str) -> str:
    """Return the day that an info code tells, empty where it tells none."""
    day = info_code_day(info_code)
    return "" if day is None else day.isoformat()


def _key(row: str) -> dict[str, str]:
    """Return how the columns that tell which listings are alike are read from a row."""
    states = ", ".join(f"'{state}'" for state in UNARCHIVED)
    return {
        "source": f"{row}.source",
        "published": f"day_of_moment({row}.published_at)",
        "coded": f"day_of_code({row}.info_code)",
        "listed": (
            f"CASE WHEN {row}.published_at IS NULL OR {row}.state IN ({states}) "
            f"THEN day_of_moment({row}.first_listed_at) ELSE '' END"
        ),
        "state": f"{row}.state",
    }


def _more() -> str:
    key = _key("new")
    return (
        f"INSERT INTO ledger_day VALUES ({', '.join(key.values())}, 1) "  # noqa: S608 - our own names
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET listings = listings + 1;"
    )


def _less() -> str:
    there = " AND ".join(f"{name} = {value}" for name, value in _key("old").items())
    return (
        f"UPDATE ledger_day SET listings = listings - 1 WHERE {there}; "  # noqa: S608 - our own names
        f"DELETE FROM ledger_day WHERE {there} AND listings < 1;"
    )


_COUNTED = _count_listings()
_CHANGES = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _WATCHED)
_TRIGGERS = f"""BEGIN;
CREATE TEMP TRIGGER ledger_day_more AFTER INSERT ON main.listing BEGIN {_more()} END;
CREATE TEMP TRIGGER ledger_day_less AFTER DELETE ON main.listing BEGIN {_less()} END;
CREATE TEMP TRIGGER ledger_day_other AFTER UPDATE OF {", ".join(_WATCHED)} ON main.listing WHEN {_CHANGES}
BEGIN {_less()} {_more()} END;
COMMIT;"""
