"""Opening the configured archive for writing, with the configured sources entered."""

from __future__ import annotations

from jianbao import __version__
from jianbao.configuration import Configuration
from jianbao.configuration.declared import list_declared
from storage.archive.folder import Archive
from storage.ledger.source import save_sources


def open_archive(configuration: Configuration, *, polls: bool, begin: bool = True) -> Archive:
    """Open the configured archive for writing, with the configured sources entered and its captures checked.

    Without ``begin`` there must be one: what runs by itself raises `NoArchive` rather than begin another in
    the place of one whose disk is not mounted.

    Sources that the configuration does not name are switched off only when it is the archive's own: its file
    names the archive, or, for a command that ``polls``, the environment does. A configuration that is used
    with another archive on the command line enters what it polls, and says nothing of any other source.
    """
    opening = Archive.open if begin else Archive.open_existing
    archive = opening(configuration.archive, software=f"jianbao/{__version__}")
    try:
        _prepare(configuration, archive, polls=polls)
    except BaseException:
        archive.close()
        raise
    return archive


def _prepare(configuration: Configuration, archive: Archive, *, polls: bool) -> None:
    own = configuration.origin == "file" or (polls and configuration.origin == "environment")
    if own or (polls and configuration.sources):
        with archive.writing() as connection:
            save_sources(connection, list_declared(configuration), alone=own)
    archive.check_captures()
