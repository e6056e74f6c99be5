"""Limits are arguments: no test patches a constant, of whose value nobody else would then know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+")
_SET_IN_PROGRAM = re.compile(r"\b\w+\.(_?[A-Z][A-Z0-9_]+) *=(?!=)")
"""Programs that a test gives to another process are texts here."""


def find_patched(program: str) -> list[str]:
    """Return the names of the constants that a program sets in something that is not its own."""
    return [name for node in ast.walk(ast.parse(program)) for name in _patched_by(node)]


def _patched_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="setattr") | ast.Name(id="setattr")):
            texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            yield from filter(_CONSTANT.fullmatch, (str(text).rpartition(".")[2] for text in texts))
        case ast.Attribute(attr=name, ctx=ast.Store()) if _CONSTANT.fullmatch(name):
            yield name
        case ast.Constant(value=str(text)):
            yield from _SET_IN_PROGRAM.findall(text)


@pytest.mark.parametrize(
    "program",
    [
        'monkeypatch.setattr("storage.search.way._FEW", 3)',
        'monkeypatch.setattr(way, "_FEW", 3)',
        'setattr(way, "FEW", 3)',
        "way._FEW = 3",
        "way.FEW: int = 3",
        "PRELUDE = 'from storage.search import way; way._FEW = 3'",
    ],
)
def test_a_patched_constant_is_found(program: str) -> None:
    assert len(find_patched(program)) == 1


@pytest.mark.parametrize(
    "program",
    [
        "_FEW = 3",
        "assert way._FEW == 3",
        "QUERY = 'SELECT * FROM T WHERE a.ID == 3'",
        'monkeypatch.setattr(way, "choose", 3)',
    ],
)
def test_a_constant_of_its_own_may_be_set_and_others_be_asked(program: str) -> None:
    assert find_patched(program) == []


def test_no_test_patches_a_constant() -> None:
    programs = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]
    assert len(programs) > 100
    assert {path.name: names for path in programs if (names := find_patched(path.read_text("utf-8")))} == {}
