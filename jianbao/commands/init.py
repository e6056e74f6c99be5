"""`jianbao init`: a first configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    directory: Annotated[Path, typer.Argument(help="Where to write it.", metavar="DIR")] = Path(),
) -> None:
    """Write a commented jianbao.toml with 上饶日报 and 南昌日报."""
    from jianbao.configuration.first_file import write_configuration
    from jianbao.output import print_line

    written = write_configuration(directory)
    print_line(f"{written} is written. Put your own contact into it, then: jianbao --config {written} crawl")
