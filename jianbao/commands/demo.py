"""`jianbao demo`: the whole product in half a minute, on a newspaper site of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus


def demo(
    directory: Annotated[Path, typer.Argument(help="Where to leave the archive.", metavar="DIR")] = Path(
        "jianbao-demo"
    ),
) -> None:
    """Crawl a bundled newspaper site twice, and show what arrived.

    The site is served on loopback, and nothing leaves this machine.
    """
    from jianbao.demo.printing import print_result
    from jianbao.demo.run import run_demo

    result = run_demo(directory)
    print_result(result)
    raise typer.Exit(ExitStatus.OK if result.is_proved else ExitStatus.FAILED)
