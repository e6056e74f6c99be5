"""`jianbao serve`: the reader."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.terminal.invocation import Invocation


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8765,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A further host name to answer to, any number of times.", metavar="HOST"),
    ] = None,
) -> None:
    """Read the archive in a browser, on this machine.

    Read-only, and until interrupted; --host lets other machines in.
    """
    from jianbao.terminal.output import print_note
    from jianbao.web.server import check_extra, serve_archive

    check_extra()
    serve_archive(Invocation.of(context).configuration().archive, host, port, name or [], tell=print_note)
