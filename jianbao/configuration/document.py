"""The file: finding it, reading it, and telling on which line a key stands."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jianbao.configuration.problem import ConfigurationError, Location, key_at, show_part

FILE_NAME = "jianbao.toml"
MAX_BYTES = 10_000_000

_TABLE = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_TABLE_OF_LIST = re.compile(r"\s*\[\[\s*([\w.-]+)\s*\]\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")
_SYNTAX = re.compile(r"(?P<message>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. ``lines`` counts from 1; without a file all is empty."""

    file: Path | None = None
    tables: dict[str, Any] = field(default_factory=dict)
    lines: Mapping[Location, int] = field(default_factory=dict)

    def place(self, location: Location) -> str:
        """Return the file, and the line of the key or of the innermost table around it."""
        for end in range(len(location), 0, -1):
            if line := self.lines.get(location[:end]):
                return f"{self.file}, line {line}"
        return str(self.file)

    def name(self, location: Location) -> str:
        """Return the key with dots; a source is named by its slug, or else by its number from 1."""
        match location:
            case str(tables), int(index), *rest:
                label = str(index + 1) if rest == ["slug"] else self._label(index)
                return ".".join([f"{tables}[{label}]", *_name_parts(rest)])
        return ".".join(map(show_part, key_at(location)))

    def _label(self, index: int) -> str:
        source = self.tables["sources"][index]
        slug = source.get("slug") if isinstance(source, dict) else None
        return show_part(slug) if slug and isinstance(slug, str) else str(index + 1)


def _name_parts(rest: Sequence[str | int]) -> list[str]:
    """Return the parts of a key in a source: tables of a list by their number from 1, its values by no."""
    parts: list[str] = []
    for index, part in enumerate(rest):
        if isinstance(part, str):
            parts.append(show_part(part))
        elif index + 1 < len(rest):
            parts[-1] += f"[{part + 1}]"
    return parts


def find_document(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the file to read: the one named, else JIANBAO_CONFIG, else ./jianbao.toml; None without any."""
    named = path or (Path(environ["JIANBAO_CONFIG"]) if environ.get("JIANBAO_CONFIG") else None)
    if named:
        return Path.cwd() / named
    default = Path.cwd() / FILE_NAME
    return default if os.path.lexists(default) else None


_ENDLESS_KEY = re.compile(r"""^[ \t]*\[{0,2}[ \t]*(?:[A-Za-z0-9_"'-]+[ \t]*\.[ \t]*){32}""", re.MULTILINE)


def read_document(file: Path) -> Document:
    """Read a file; raise `ConfigurationError` when it can't be read, or is not TOML in UTF-8."""
    text = _decode(_read_bytes(file), file)
    try:
        if _ENDLESS_KEY.search(text):
            raise RecursionError  # noqa: TRY301 - tomllib would take the square of its length, and then find it
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigurationError(f"{file}: its values are nested too deeply; write plain tables") from error
    except ValueError as error:
        raise ConfigurationError(_describe_syntax(file, str(error))) from error
    return Document(file, tables, find_lines(text))


def find_lines(text: str) -> dict[Location, int]:
    """Return the line of each table and key of a TOML text, and nothing where that would need a parser."""
    if '"""' in text or "'''" in text:
        return {}
    lines: dict[Location, int] = {}
    table: Location = ()
    counts: dict[Location, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _TABLE_OF_LIST.match(line):
            tables = _locate(match[1], counts)
            counts[tables] = counts.get(tables, -1) + 1
            table = (*tables, counts[tables])
            lines[table] = number
        elif match := _TABLE.match(line):
            table = _locate(match[1], counts)
            lines[table] = number
        elif line.lstrip().startswith("["):
            table = (line,)  # a quoted header, or a value: whose keys follow, only a parser knows
        elif match := _KEY.match(line):
            lines[*table, *match[1].split(".")] = number
    return lines


def _locate(header: str, counts: Mapping[Location, int]) -> Location:
    """Return the place that a table's header names: inside of a list of tables, in the last one so far."""
    *outer, last = header.split(".")
    place: Location = ()
    for part in outer:
        place = (*place, part)
        if place in counts:
            place = (*place, counts[place])
    return (*place, last)


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{file}: there is no such file; run `jianbao init` to write one, or name another with --config"
        ) from error
    except IsADirectoryError as error:
        raise ConfigurationError(f"{file}: is a folder; name the file in it: {file / FILE_NAME}") from error
    except PermissionError as error:
        raise ConfigurationError(
            f"{file}: may not be read; give the user who runs jianbao the right to"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"{file}: can't be read ({reason}); name another with --config") from error
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{file}: is larger than {MAX_BYTES:,} bytes, so it is no configuration")
    return content


def _decode(content: bytes, file: Path) -> str:
    """Editors on Windows put a byte order mark before UTF-8; it says nothing, so it may stay."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise ConfigurationError(
            f"{file}, line {line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def _describe_syntax(file: Path, message: str) -> str:
    match = _SYNTAX.fullmatch(message)
    if not match:
        return f"{file}: is not valid TOML: {message}"
    return f"{file}, line {match['line']}, column {match['column']}: is not valid TOML: {match['message']}"
