"""What the code cites of the design and of the sites stands in `docs/`, under the section that is named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("jianbao", "scheduler", "spiders", "pipelines", "storage", "tests", "benchmarks", "docs")
CITATION = re.compile(r"docs/(design|upstream)\.md(?:#([\w-]*))?")
OUTSIDE = re.compile(r"\b(?:DESIGN|UPSTREAM)\b")


def written(suffixes: tuple[str, ...] = (".py", ".md", ".toml")) -> dict[str, str]:
    """Return the repository's texts by path, without the change log, which tells of the past, and this."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in suffixes]
    files += [path for path in ROOT.iterdir() if path.suffix in suffixes and path.name != "CHANGELOG.md"]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files if path != Path(__file__)}


def anchors(document: Path) -> set[str]:
    """Return what a link may name of a document, as GitHub derives it from its headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def citations() -> list[tuple[str, str, str]]:
    return [
        (path, document, section)
        for path, text in written().items()
        for document, section in CITATION.findall(text)
        if path.endswith(".py")
    ]


def test_every_citation_names_a_section_that_is_there() -> None:
    found = citations()
    assert len(found) > 30
    known = {name: anchors(ROOT / "docs" / f"{name}.md") for name in ("design", "upstream")}
    assert [each for each in found if each[2] not in known[each[1]]] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/design.md", "docs/upstream.md"])
def test_sections_that_documents_link_to_are_there(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", path.read_text("utf-8"))
    targets = [((path.parent / name) if name else path, section) for name, section in links]
    ours = [(target, section) for target, section in targets if target.suffix == ".md"]
    assert [(target.name, s) for target, s in ours if s not in anchors(target)] == []


def test_nothing_cites_what_is_not_in_the_repository() -> None:
    assert [path for path, text in written().items() if OUTSIDE.search(text)] == []


def test_the_design_is_part_of_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: an unpacked release has no index to ask")
    listed = subprocess.run(
        ["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"docs/design.md", "docs/upstream.md"} <= set(listed)


@pytest.mark.parametrize("document", ["design", "upstream"])
def test_paths_that_the_design_names_are_there(document: str) -> None:
    text = (ROOT / "docs" / f"{document}.md").read_text("utf-8")
    named = re.findall(r"`((?:jianbao|scheduler|spiders|pipelines|storage|tests|benchmarks)/[\w/.]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
