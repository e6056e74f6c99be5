"""The installation: versions, packages, zones, and whether our packages are ours."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

from jianbao.doctor.finding import Finding, ill, well

OWN_PACKAGES = ("jianbao", "scheduler", "spiders", "pipelines", "storage")
"""Our top-level packages: another distribution may have one of the same name."""
_PYTHON = (3, 11)
_SQLITE = (3, 37)
_EXTRA = re.compile(r"extra == ['\"](\w+)['\"]")
_ZONE = "Asia/Shanghai"


def examine_installation() -> Iterator[Finding]:
    """Yield how Python, SQLite, the packages and the zones are."""
    yield _python()
    yield _sqlite()
    yield _packages()
    yield from _extras()
    yield _owners()
    yield _zones()


def find_foreign(packages: tuple[str, ...] = OWN_PACKAGES) -> dict[str, str]:
    """Return those of our packages that come from elsewhere than jianbao itself, each with where from."""
    home = Path(__file__).parent.parent.parent.resolve()
    foreign = {}
    for name in packages:
        spec = find_spec(name)
        places = [] if spec is None else [*(spec.submodule_search_locations or []), spec.origin or ""]
        if not any(place and Path(place).resolve().is_relative_to(home) for place in places):
            foreign[name] = next((place for place in places if place), "nowhere")
    return foreign


def _python() -> Finding:
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _PYTHON:
        return ill("python", "old", "fail", version=running, least=".".join(map(str, _PYTHON)))
    return well("python", version=running)


def _sqlite() -> Finding:
    running = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _SQLITE:
        return ill("sqlite", "old", "fail", version=running, least=".".join(map(str, _SQLITE)))
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        return ill("sqlite", "without_fts5", "fail", version=running)
    return well("sqlite", version=running)


def _packages() -> Finding:
    wrong = []
    for requirement in _requirements():
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = _version_of(requirement.name)
        if found is None or not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found or '-'} ({requirement.specifier})")
    if wrong:
        return ill("packages", "wrong", "fail", packages=", ".join(wrong))
    return well("packages")


def _extras() -> Iterator[Finding]:
    by_extra: dict[str, list[str]] = {}
    for requirement in _requirements():
        if requirement.marker is not None and (named := _EXTRA.search(str(requirement.marker))):
            by_extra.setdefault(named[1], []).append(requirement.name)
    for extra, names in by_extra.items():
        lacking = [name for name in names if _version_of(name) is None]
        if lacking:
            yield ill("extra", "missing", "warn", extra=extra, packages=", ".join(lacking))
        else:
            yield well("extra", extra=extra)


def _owners() -> Finding:
    foreign = find_foreign()
    if foreign:
        told = ", ".join(f"{name} ({place})" for name, place in foreign.items())
        return ill("packages_own", "foreign", "fail", packages=told)
    return well("packages_own")


def _zones() -> Finding:
    try:
        ZoneInfo(_ZONE)
    except (ZoneInfoNotFoundError, OSError):
        return ill("zones", "missing", "fail", zone=_ZONE)
    return well("zones")


def _requirements() -> list[Requirement]:
    try:
        return [Requirement(line) for line in requires("jianbao") or ()]
    except PackageNotFoundError:
        return []


def _version_of(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
