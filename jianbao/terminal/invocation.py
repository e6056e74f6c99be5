"""One invocation of the command line: which configuration, which archive."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from jianbao.terminal.language import language_of_locale

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from storage.archive.folder import Archive
    from storage.records.saying import Language


@dataclass(frozen=True)
class Invocation:
    """What was given before the command: the configuration's file, a folder that replaces its archive, and
    the language of messages.
    """

    config: Path | None
    archive: Path | None
    chosen: Language | None = None

    @classmethod
    def of(cls, context: typer.Context) -> Invocation:
        """Return the invocation that a command belongs to."""
        return cast(Invocation, context.obj)

    def configuration(self) -> Configuration:
        """Return the configuration, read once; raise `ConfigurationError`."""
        return self._configuration

    @cached_property
    def _configuration(self) -> Configuration:
        from jianbao.configuration import load_configuration  # noqa: PLC0415 - pydantic takes 0.1 s

        return load_configuration(self.config, self.archive, os.environ)

    def language(self, *, for_programs: bool = False) -> Language:
        """Return in which language this command says sentences: the chosen one, else the terminal's.

        ``for_programs``: in JSON. Where nobody chose, that is English, whatever the terminal speaks.
        """
        chosen = self.chosen or self.configuration().language
        return chosen or ("en" if for_programs else language_of_locale(os.environ))

    def read_archive(self) -> Archive:
        """Open the archive for a command that only reads; raise `NoArchive` where there is none."""
        from storage.archive.folder import Archive  # noqa: PLC0415 - SQLAlchemy takes 0.1 s

        return Archive.open_reading(self.configuration().archive)

    def write_archive(self) -> Archive:
        """Open the archive for a command that changes it; raise `NoArchive` where there is none."""
        from storage.archive.folder import Archive  # noqa: PLC0415

        return Archive.open_existing(self.configuration().archive)
