"""Saved advisories: which versions of a package are known to be unsafe, read from a folder or a ZIP file.

Two shapes are read, as they come: OSV's (JSON; https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip,
packed or unpacked) and a checkout of https://github.com/pypa/advisory-database (the same fields as YAML).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_SUFFIXES = (".json", ".yaml", ".yml")
_ECOSYSTEM = "pypi"


class DatabaseUnusable(Exception):
    """There are no advisories where they were said to be, or some cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """What is known of one package; ``fixed`` are the versions in which it is mended."""

    id: str
    aliases: Sequence[str]
    package: str
    summary: str
    modified: datetime
    versions: frozenset[Version]
    ranges: Sequence[Sequence[tuple[str, str]]]

    @property
    def fixed(self) -> list[str]:
        """Return the versions that mend it."""
        return [said for events in self.ranges for event, said in events if event == "fixed"]

    def concerns(self, version: Version) -> bool:
        """Return whether a version is unsafe; a bound that is no version is taken for the worst."""
        return version in self.versions or any(_is_within(version, events) for events in self.ranges)


def load_advisories(place: Path) -> list[Advisory]:
    """Return the advisories of Python packages in a folder or a ZIP file; raise `DatabaseUnusable`."""
    found = [one for name, text in _list_texts(place) for one in _read(name, text)]
    if not found:
        raise DatabaseUnusable(f"{place} holds no advisory of a Python package (OSV's JSON, or YAML like it)")
    return found


def _list_texts(place: Path) -> Iterator[tuple[str, str]]:
    try:
        if place.is_dir():
            for file in sorted(place.rglob("*")):
                if file.suffix in _SUFFIXES and not _is_hidden(file.relative_to(place)):
                    yield str(file), file.read_text("utf-8")
        else:
            with ZipFile(place) as packed:
                for name in packed.namelist():
                    if name.endswith(_SUFFIXES):
                        yield f"{place}:{name}", packed.read(name).decode("utf-8")
    except (OSError, BadZipFile, UnicodeDecodeError) as error:
        raise DatabaseUnusable(f"{place} cannot be read: {error}") from error


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(name: str, text: str) -> Iterator[Advisory]:
    """Yield an advisory for each package that a file speaks of; files of other things speak of none."""
    try:
        said = json.loads(text) if name.endswith(".json") else yaml.load(text, yaml.CSafeLoader)
        if not isinstance(said, dict) or "affected" not in said or said.get("withdrawn"):
            return
        modified = datetime.fromisoformat(str(said["modified"]))
        summary = " ".join(str(said.get("summary") or said.get("details") or "").split())
        for affected in said["affected"]:
            package = affected.get("package") or {}
            if str(package.get("ecosystem", "")).partition(":")[0].casefold() == _ECOSYSTEM:
                yield Advisory(
                    str(said["id"]),
                    [str(one) for one in said.get("aliases") or ()],
                    canonicalize_name(str(package["name"])),
                    summary,
                    modified if modified.tzinfo else modified.replace(tzinfo=UTC),
                    frozenset(_versions(affected.get("versions") or ())),
                    [_events(one) for one in affected.get("ranges") or () if one.get("type") != "GIT"],
                )
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise DatabaseUnusable(f"{name} is no advisory that can be read: {error!r}") from error


def _versions(listed: Sequence[Any]) -> Iterator[Version]:
    for one in listed:
        if (version := _version(str(one))) is not None:
            yield version


def _events(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(event, str(said)) for pair in one.get("events") or () for event, said in pair.items()]


def _version(said: str) -> Version | None:
    try:
        return Version(said)
    except InvalidVersion:
        return None


def _is_within(version: Version, events: Sequence[tuple[str, str]]) -> bool:
    """Go through the events of a range in the order of their versions, as OSV says."""
    ordered = [(_version(said), event) for event, said in events]
    within = any(event == "introduced" and at is None for at, event in ordered)
    for at, event in sorted((at, event) for at, event in ordered if at is not None):
        if event == "introduced" and version >= at:
            within = True
        elif (event == "fixed" and version >= at) or (event == "last_affected" and version > at):
            within = False
    return within
