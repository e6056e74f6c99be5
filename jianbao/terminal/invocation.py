"""One invocation of the command line: which configuration, which archive."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from storage.archive.folder import Archive


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was given before the command: the configuration's file, and a folder that replaces its archive."""

    config: Path | None
    archive: Path | None

    @classmethod
    def of(cls, context: typer.Context) -> Invocation:
        """Return the invocation that a command belongs to."""
        return cast(Invocation, context.obj)

    def configuration(self) -> Configuration:
        """Read the configuration; raise `ConfigurationError`."""
        from jianbao.configuration import load_configuration  # noqa: PLC0415 - pydantic takes 0.1 s

        return load_configuration(self.config, self.archive, os.environ)

    def read_archive(self) -> Archive:
        """Open the archive for a command that only reads; raise `NoArchive` where there is none."""
        from storage.archive.folder import Archive  # noqa: PLC0415 - SQLAlchemy takes 0.1 s

        return Archive.open_reading(self.configuration().archive)

    def write_archive(self) -> Archive:
        """Open the archive for a command that changes it; raise `NoArchive` where there is none."""
        from storage.archive.folder import Archive  # noqa: PLC0415

        return Archive.open_existing(self.configuration().archive)
