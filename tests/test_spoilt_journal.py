"""A journal record that is spoilt, or a stranger's, is named and left out; what the others say stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.fuzzing.archives_of_others import Rebuilding


@pytest.fixture(scope="module", name="rebuilding")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rebuilding:
    """Return an archive that is rebuilt again and again."""
    return Rebuilding(tmp_path_factory.mktemp("journal"))


def a_listing(said: dict[str, Any], column: str, value: Any) -> None:
    """Put a value into a listing that the record has in the open."""
    said["rows"]["listing"][0][said["columns"]["listing"].index(column)] = value


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a date that is none": lambda said: a_listing(said, "first_listed_at", "2026-02-31 00:00:00.000000"),
    "a number for a text": lambda said: a_listing(said, "title", 7),
    "a text for a number": lambda said: a_listing(said, "attempts", "many"),
    "a number without end": lambda said: a_listing(said, "attempts", 10**30),
    "half a character": lambda said: a_listing(said, "title", "\ud800"),
    "nothing where something must be": lambda said: a_listing(said, "state", None),
    "a list for a text": lambda said: a_listing(said, "url", ["a"]),
    "bytes that are none": lambda said: a_listing(said, "url", {"base64": "?"}),
    "an object of others": lambda said: a_listing(said, "url", {"a": 1}),
    "a short row": lambda said: said["rows"]["listing"][0].pop(),
    "rows without columns": lambda said: said["columns"].pop("listing"),
    "columns that are no list": lambda said: said["columns"].update(listing="url"),
    "a table that is no list": lambda said: said["rows"].update(listing=1),
    "rows that are no lists": lambda said: said["rows"].update(listing=["row"]),
    "tables that are no object": lambda said: said.update(rows=[]),
    "a key that is too long": lambda said: said["gone"].update(listing=[["a", "b", "c"]]),
    "a look at nothing": lambda said: said["looks"].update(listing=[[["a"], "2026-03-20"]]),
    "an article of two parts": lambda said: said["articles"].append(["NW202603202900000000", 1]),
    "a negative start": lambda said: said["articles"].append(["NW202603202900000000", None, -1, ""]),
    "another format": lambda said: said.update(format=99),
    "a capture of no file": lambda said: said["rows"].update(capture=[[1]]),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_record_is_named_and_left_out(rebuilding: Rebuilding, spoil: Callable[[Any], Any]) -> None:
    said = json.loads(rebuilding.block)
    spoil(said)
    damages, titles = rebuilding.rebuild(json.dumps(said).encode())
    assert len(damages) == 1
    assert damages[0].startswith(("cannot be ", "has "))
    assert len(titles) == 2


def test_nesting_without_end_is_a_damage(rebuilding: Rebuilding) -> None:
    block = rebuilding.block[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    damages, titles = rebuilding.rebuild(block)
    assert (len(damages), len(titles)) == (1, 2)


def test_a_table_that_is_not_of_the_journal_is_not_touched(rebuilding: Rebuilding, tmp_path: Path) -> None:
    said = json.loads(rebuilding.block)
    said["columns"]["sqlite_master"] = ["name", "sql"]
    said["rows"]["sqlite_master"] = [["x", "CREATE TABLE x (a)"]]
    said["gone"]["alembic_version"] = [["0016"]]
    damages, titles = rebuilding.rebuild(json.dumps(said).encode())
    assert (damages, len(titles)) == ([], 4)


def test_what_nobody_spoilt_comes_back(rebuilding: Rebuilding) -> None:
    damages, titles = rebuilding.rebuild(rebuilding.block)
    assert (damages, len(titles)) == ([], 4)
