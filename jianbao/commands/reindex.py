"""`jianbao reindex`: build the search index again."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.terminal.invocation import Invocation


def reindex(
    context: typer.Context,
    restart: Annotated[
        bool, typer.Option(help="Begin anew even where an earlier reindex was interrupted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Build the search index again; crawls may go on meanwhile."""
    from jianbao.terminal.output import print_json, print_line
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.index import describe_index, is_half_built, rebuild_index

    with Invocation.of(context).write_archive() as archive:
        goes_on = is_half_built(archive) and not restart
        done = 0
        with telling("building the search index") as tell:
            for part in rebuild_index(archive, anew=not goes_on):
                done += part
                if tell:
                    tell(f"{done:,} articles")
        state = describe_index(archive)
    if as_json:
        print_json({"indexed": done, "continued": goes_on, **state})
    else:
        begun = ", going on where it was interrupted" if goes_on else ""
        print_line(f"{done:,} articles indexed{begun}; the index takes {state['bytes'] / 1e6:,.1f} MB")
