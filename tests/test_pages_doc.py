"""docs/pages.md: every example loads, and every key of the vocabulary has one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support.configuration_file import write_file

from jianbao.configuration import load_configuration
from spiders.declared.field_rule import FieldRule
from spiders.declared.layout import Layout
from spiders.declared.list_words import JsonWords, ListWords
from spiders.declared.sample import ListSample, Sample

TEXT = (Path(__file__).parent.parent / "docs" / "pages.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def keys_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return {key for inner in value for key in keys_in(inner)}
    if not isinstance(value, dict):
        return set()
    return value.keys() | {key for inner in value.values() for key in keys_in(inner)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads(example: str, tmp_path: Path) -> None:
    configuration = load_configuration(write_file(tmp_path, example), None, {})
    assert len(configuration.sources) == 1
    assert not configuration.sources[0].list_rules().lacks_link


@pytest.mark.parametrize("table", [ListWords, Layout, FieldRule, JsonWords, Sample, ListSample])
def test_every_key_has_an_example(table: type[Any]) -> None:
    shown = {key for example in EXAMPLES for key in keys_in(tomllib.loads(example))}
    assert sorted(table.model_fields.keys() - shown - {"full"}) == []  # docs/feeds.md has that
