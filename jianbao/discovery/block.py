"""The block of a new source in the configuration: written behind the rest, which stays byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Item

from jianbao.configuration.document import read_document
from jianbao.configuration.loading import load_configuration
from jianbao.configuration.problem import ConfigurationError

_COMMENTS = {
    "slug": "its name in commands and in the archive; never change it",
    "name": "its name for people",
    "site": "in the codes of its articles; never change it",
    "kind": "how it is read (docs/kinds.md)",
    "url": "what is polled",
    "family": "how its addresses are made",
    "calendar": "which file lists a month's issues",
    "hosts": "further hosts that have its articles",
    "until_known": "known articles after which a poll goes no further",
    "issue": "where an issue begins, if no month file tells",
    "link": "which links are articles",
    "id": "what an article is called in its code",
    "item_date": "the day beside each link",
    "next": "where the list goes on",
    "pages": "pages of it that a poll looks at, if all is new",
    "json_list": "where its articles are in the JSON",
    "full": "the feed has whole articles",
    "extends": "the profile by which its pages are read",
    "schedule": "when: standard cron",
    "images": "pictures are kept too",
}


def write_block(keys: Mapping[str, Any], reasons: tuple[str, ...]) -> str:
    """Return the TOML of a source: reasons as comments, then its keys in order, each with what it is for."""
    table = tomlkit.table()
    for key, value in keys.items():
        item = _item(value)
        if key in _COMMENTS:
            item.comment(_COMMENTS[key])
        table.add(key, item)
    several = tomlkit.aot()
    several.append(table)
    document = tomlkit.document()
    document.append("sources", several)
    lines = [f"# {line}" for reason in reasons for line in reason.splitlines()]
    return "\n".join([*lines, tomlkit.dumps(document).strip()]) + "\n"


def append_block(file: Path, block: str) -> None:
    """Append a block to a configuration's file, in one step; raise `ConfigurationError` where that fails.

    All that the file has stays as it is, byte for byte. The whole is checked before: a file that could not be
    read with the block is not written.
    """
    target = file.resolve()
    old = target.read_bytes()
    newline = b"\r\n" if b"\r\n" in old else b"\n"
    added = block.encode().replace(b"\n", newline)
    gap = b"" if not old or old.endswith(b"\n") else newline
    draft = target.with_name(f".{target.name}.{os.getpid()}.toml")
    try:
        draft.write_bytes(old + gap + newline + added)
        shutil.copymode(target, draft)
        _check(draft, target)
        draft.replace(target)
    except OSError as error:
        raise ConfigurationError(f"{target}: can't be written ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)


def _check(draft: Path, target: Path) -> None:
    """Raise `ConfigurationError` where a file with a new block is none, in the name of the file it is for."""
    try:
        load_configuration(draft, None, {})
    except ConfigurationError as error:
        told = [problem.replace(str(draft), str(target)) for problem in error.problems]
        is_inline = not isinstance(read_tables(target).get("sources", []), list)
        hint = ["write its sources as [[sources]] tables first"] if is_inline else []
        raise ConfigurationError(*told, *hint) from error


def read_tables(file: Path) -> dict[str, Any]:
    """Return the tables of a configuration's file."""
    return read_document(file).tables


def _item(value: Any) -> Item:
    if isinstance(value, str):
        is_literal = "\\" in value and "'" not in value and "\n" not in value
        return tomlkit.string(value, literal=is_literal)
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table.append(key, _item(inner))
        return table
    item: Item = tomlkit.item(value)
    return item
