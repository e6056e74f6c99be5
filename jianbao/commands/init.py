"""`jianbao init`: a first configuration, and the archive that it names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from jianbao.terminal.invocation import Invocation


def init(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where to write it.", metavar="DIR")] = Path(),
    archive_only: Annotated[
        bool, typer.Option("--archive-only", help="Write none: begin the archive of the one there is.")
    ] = False,
) -> None:
    """Write a commented jianbao.toml, and begin its archive."""
    from jianbao.configuration import load_configuration
    from jianbao.configuration.first_file import write_configuration
    from jianbao.terminal.output import print_line
    from storage.archive.folder import Archive

    invocation = Invocation.of(context)
    if archive_only:
        folder = invocation.configuration().archive
        Archive.open(folder).close()
        print_line(f"the archive {folder} is ready")
        return
    written = write_configuration(directory)
    Archive.open(load_configuration(written, invocation.archive, os.environ).archive).close()
    print_line(f"{written} is written. Put your own contact into it, then: jianbao --config {written} crawl")
