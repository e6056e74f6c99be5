"""From the tree alone: what CONTRIBUTING says to live in a file is there, and so is what to touch."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    match = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert match, f"there is no heading {heading!r}"
    lines = [line for line in match[1].splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


HOMES = rows("Where does it live?")
CHANGES = rows("What to touch")


@pytest.mark.parametrize(("question", "file", "name"), HOMES, ids=[question for question, *_ in HOMES])
def test_what_is_looked_for_lives_where_the_tree_says(question: str, file: str, name: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    if file.endswith(".py"):
        assert re.search(rf"^(?: *(?:async )?def {name}\(|class {name}\b|{name}\b.*=)", text, re.MULTILINE)
    else:
        assert re.search(rf"\b{name}\b", text)


def test_the_tree_is_asked_at_least_twelve_questions() -> None:
    assert len({question for question, _, _ in HOMES}) >= 12
    assert len({file for _, file, _ in HOMES}) == len(HOMES)


@pytest.mark.parametrize(("change", "places"), CHANGES, ids=[change for change, _ in CHANGES])
def test_every_place_to_touch_is_there(change: str, places: str) -> None:
    named = re.findall(r"((?:jianbao|scheduler|spiders|pipelines|storage|docs|tests)/[\w/.-]*)", places)
    assert len(named) >= 3
    assert [place for place in named if not (ROOT / place).exists()] == []


BOOK_KEEPING = ("logbook", "books", "desk", "tally", "census", "holdings", "almanac", "chronicle")


def test_names_say_the_fields_words_and_ledger_is_the_only_one_of_book_keeping() -> None:
    rooms = ("jianbao", "scheduler", "spiders", "pipelines", "storage", "tests", "benchmarks")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    named = [
        (path.relative_to(ROOT), name)
        for path in files
        for name in [
            path.stem,
            *re.findall(r"^ *(?:async )?(?:def|class) (\w+)", path.read_text("utf-8"), re.MULTILINE),
        ]
        if set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower())) & set(BOOK_KEEPING)
    ]
    assert named == []


def test_every_room_of_the_product_is_in_the_drawing_of_the_house() -> None:
    drawing = TEXT.split("```")[3]
    rooms = {
        path.parent.name
        for top in ("jianbao", "scheduler", "spiders", "pipelines", "storage")
        for path in (ROOT / top).rglob("__init__.py")
    } - {"versions"}
    assert len(rooms) > 30
    assert sorted(room for room in rooms if f"{room}/" not in drawing) == []


def test_predicates_begin_alike() -> None:
    """What only tells whether something is so says it in its name, and the same way everywhere."""
    others = [
        f"{path.relative_to(ROOT)}: {found.name}"
        for top in ("jianbao", "scheduler", "spiders", "pipelines", "storage")
        for path in (ROOT / top).rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(found, ast.FunctionDef)
        and path.name != "env.py"  # Alembic's names
        and (ast.get_docstring(found) or "").startswith(("Tell whether", "Return whether"))
        and not re.match(r"_?_?(is|are|has|may|matches|contains)(_|$)", found.name)
    ]
    assert others == []
