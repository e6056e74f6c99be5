"""Each line of the threat model names its test, and each test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = [
    line
    for line in (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| threat")
]
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)` \|$")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2:40])
def test_a_line_names_a_test_that_is_there(line: str) -> None:
    named = _NAMED.search(line)
    assert named is not None
    assert f"def {named[2]}(" in (ROOT / "tests" / named[1]).read_text("utf-8")


def test_the_model_has_its_lines() -> None:
    assert len(LINES) >= 40
