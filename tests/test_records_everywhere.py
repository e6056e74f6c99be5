"""What storage returns are records, and what goes out of the archive has a type."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW_TYPES = ("Row", "RowMapping", "dict[str, Any]", "dict[str, object]")
TYPED = ("jianbao/documents", "jianbao/web", "jianbao/exporting", "jianbao/crawl/port.py")
LOOSE = {"jianbao/documents/document.py"}
"""Where the one loosely typed thing is declared: a document, as loose as JSON."""
VALUES = {"article_values", "told_values"}
"""What makes a row of a record returns what the database takes."""


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the functions and methods of a module that others may call."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def loose_returns(path: Path) -> list[str]:
    """Return the functions of a module that say they return rows, or dictionaries of anything."""
    return [
        f"{path}: {function.name}"
        for function in functions(path)
        if function.returns is not None and function.name not in VALUES and is_loose(function.returns)
    ]


def is_loose(annotation: ast.expr) -> bool:
    """Return whether an annotation has a row in it, or a dictionary of anything."""
    return any(
        (isinstance(part, ast.Name) and part.id in ROW_TYPES) or ast.unparse(part) in ROW_TYPES
        for part in ast.walk(annotation)
        if isinstance(part, ast.expr)
    )


def uses_any(source: str) -> bool:
    """Return whether a module names `Any`."""
    tree = ast.parse(source)
    return any(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))


def storage_modules() -> list[Path]:
    """Return the modules of storage whose public functions speak to the rest of the house.

    The database's own and `sql`, which answers with whatever was asked, do not count; nor does the sweep
    through rows inside the search.
    """
    inside = {ROOT / "storage" / "search" / "sweep.py"}
    apart = {ROOT / "storage" / "database", ROOT / "storage" / "sql"}
    return [
        path
        for path in sorted((ROOT / "storage").rglob("*.py"))
        if path not in inside and not apart & set(path.parents)
    ]


def typed_modules() -> list[Path]:
    """Return the modules that name no `Any`."""
    found = (
        path
        for name in TYPED
        for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    )
    return sorted(path for path in found if str(path.relative_to(ROOT)) not in LOOSE)


def test_storage_returns_records() -> None:
    assert len(storage_modules()) > 60
    assert [said for path in storage_modules() for said in loose_returns(path)] == []


def test_what_goes_out_is_typed() -> None:
    assert len(typed_modules()) > 60
    assert [str(path) for path in typed_modules() if uses_any(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "returns", ["list[Row[Any]]", "Row | None", "dict[str, Any]", "list[dict[str, object]]", "RowMapping"]
)
def test_a_row_that_is_returned_is_seen(tmp_path: Path, returns: str) -> None:
    module = tmp_path / "planted.py"
    module.write_text(f"def list_things() -> {returns}: ...\ndef _inner() -> Row: ...\n")
    assert loose_returns(module) == [f"{module}: list_things"]


def test_an_any_is_seen() -> None:
    assert uses_any("def show(thing: list[Any]) -> None: ...")
    assert not uses_any('def show(thing: object) -> None: "Any of them."')
