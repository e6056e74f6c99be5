"""Loading: file, environment and command line become one checked configuration, or one clear error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jianbao.configuration.document import FILE_NAME, Document, find_document, read_document
from jianbao.configuration.environment import find_unknown_variables, name_variable, read_variables
from jianbao.configuration.kind_keys import find_foreign_keys
from jianbao.configuration.model import Configuration, Key, Origin
from jianbao.configuration.problem import ConfigurationError, describe_problem, key_at, show_value


def load_configuration(path: Path | None, archive: Path | None, environ: Mapping[str, str]) -> Configuration:
    """Return the configuration of a file (see `find_document`), the environment and ``--archive``.

    The later of the three wins. An archive that is named needs no file; then everything has its default.
    Raises `ConfigurationError`, which names every problem found.
    """
    problems = list(find_unknown_variables(environ))
    overrides = read_variables(environ)
    origins = {key: f"environment variable {name_variable(key)}" for key in overrides}
    if archive:
        overrides["archive",] = archive
        origins["archive",] = "--archive"
    document = _read_any_document(find_document(path, environ), overrides)
    base = Path.cwd() if ("archive",) in overrides or not document.file else document.file.parent
    context = {"file": document.file, "base": base, "origin": _find_origin(document, archive, environ)}
    try:
        configuration = Configuration.model_validate(override(document.tables, overrides), context=context)
    except ValidationError as error:
        problems += _describe_problems(error, document, origins)
    problems += find_foreign_keys(document)
    problems += _find_same_slugs(document)
    if problems:
        raise ConfigurationError(*problems)
    return configuration


def _find_origin(document: Document, archive: Path | None, environ: Mapping[str, str]) -> Origin:
    """Return who says that a file's sources belong to the archive that is used (`Configuration.origin`)."""
    of_file = document.tables.get("archive", "archive")
    of_environment = environ.get(name_variable(("archive",))) or None
    named = str(archive or "") or of_environment
    if named is None or document.file is None or not isinstance(of_file, str):
        return "file"
    used = _real_path(named, Path.cwd())
    if used == _real_path(of_file, document.file.parent):
        return "file"
    return "environment" if of_environment and used == _real_path(of_environment, Path.cwd()) else "command"


def _real_path(path: str, base: Path) -> str:
    return os.path.realpath(base / os.path.expanduser(path))  # noqa: PTH111 - it never raises


def override(tables: Mapping[str, Any], values: Mapping[Key, object]) -> dict[str, Any]:
    """Return the tables of a file with other values for some keys; the originals stay as they are."""
    result = {name: dict(table) if isinstance(table, dict) else table for name, table in tables.items()}
    for (first, *rest), value in values.items():
        if not rest:
            result[first] = value
        elif isinstance(table := result.setdefault(first, {}), dict):
            table[rest[0]] = value
    return result


def _read_any_document(file: Path | None, overrides: Mapping[Key, object]) -> Document:
    if file:
        return read_document(file)
    if ("archive",) in overrides:
        return Document()
    raise ConfigurationError(
        f"no configuration: there is no {FILE_NAME} in {Path.cwd()}; run `jianbao init` to write one, "
        "or name a file with --config or JIANBAO_CONFIG"
    )


def _describe_problems(
    error: ValidationError, document: Document, origins: Mapping[Key, str]
) -> Iterator[str]:
    for details in error.errors(include_url=False):
        location = details["loc"]
        place = origins.get(key_at(location)) or document.place(location)
        yield f"{place}: {describe_problem(details, document.name(location))}"


def _find_same_slugs(document: Document) -> Iterator[str]:
    """Slugs that differ only by case are different: upstream has both Techweb and TechWeb."""
    sources = document.tables.get("sources")
    seen: dict[str, int] = {}
    for number, source in enumerate(sources if isinstance(sources, list) else [], start=1):
        slug = source.get("slug") if isinstance(source, dict) else None
        if isinstance(slug, str) and seen.setdefault(slug, number) != number:
            location = ("sources", number - 1, "slug")
            yield (
                f"{document.place(location)}: {document.name(location)} is {show_value(slug)}"
                f", the slug of source {seen[slug]} too; expected another for each source"
            )
