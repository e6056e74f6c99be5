"""The documentation is part of the product: every command, option, table, column, event and kind is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import typer.main

from jianbao.cli import app
from spiders.kinds import registry
from spiders.kinds.registry import KindEntry, list_kinds
from storage.database.schema import metadata
from storage.events.event import KINDS
from storage.records import ListingState

ROOT = Path(__file__).parent.parent
DOCS = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
GROUP = typer.main.get_command(app)
COMMANDS = GROUP.commands  # type: ignore[attr-defined]


def section(document: str, heading: str) -> str:
    """Return the text under a heading, up to the next one of any level."""
    match = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", document, re.MULTILINE | re.DOTALL)
    assert match, f"there is no heading {heading!r}"
    return match[1]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = section(DOCS["commands"], name)
    options = [
        parameter.opts[0]
        for parameter in COMMANDS[name].params
        if parameter.param_type_name == "option" and not parameter.hidden and parameter.name != "help"
    ]
    assert [option for option in options if option not in text and option != "--json"] == []


def test_the_documentation_names_no_command_that_is_not_there() -> None:
    headings = set(re.findall(r"^## (\S+)$", DOCS["commands"], re.MULTILINE))
    assert headings == set(COMMANDS)


@pytest.mark.parametrize("document", ["README.md", "README.zh.md", "docs/service.md", "docs/commands.md"])
def test_commands_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    used = set(re.findall(r"jianbao (?:--\S+ \S+ )*([a-z]+)\b(?=[^\n]*`|[^\n]*$)", text, re.MULTILINE))
    spoken = {word for word in used if f"`jianbao {word}" in text or f"$ jianbao {word}" in text}
    assert spoken
    assert spoken - set(COMMANDS) == set()


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_documented(table: str) -> None:
    assert f"`{table}`" in section(DOCS["archive"], "Tables")  # its columns: see test_data_dictionary


def test_every_event_kind_state_and_source_kind_is_documented() -> None:
    assert [kind for kind in KINDS if f"| `{kind}` |" not in DOCS["archive"]] == []
    assert [state for state in get_args(ListingState) if f"| `{state}` |" not in DOCS["sources"]] == []
    assert undocumented_kinds() == []


def undocumented_kinds() -> list[str]:
    """Return the kinds that one of the documents does not describe."""
    return [
        kind.name
        for kind in list_kinds()
        if f"| `{kind.name}` |" not in DOCS["sources"]
        or f"| `{kind.name}` |" not in DOCS["kinds"]
        or f"`{kind.name}`: {kind.told}" not in DOCS["configuration"]
    ]


def test_a_kind_that_is_registered_must_be_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._KINDS, "gazette", KindEntry("gazette", "nowhere:Nothing", "a gazette"))
    assert undocumented_kinds() == ["gazette"]


@pytest.mark.parametrize(
    "document", ["README.md", "README.zh.md", "CONTRIBUTING.md", *map("docs/{}.md".format, DOCS)]
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_paths_named_for_contributors_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`((?:jianbao|scheduler|spiders|pipelines|storage|tests)/[\w/.]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
