"""`jianbao stories`: link near copies now, or all of them anew."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.terminal.invocation import Invocation


def stories(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Forget every story, and look at all articles again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Link near copies of what is new, as crawls do when they end."""
    from jianbao.terminal.output import print_json, print_line
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.stories import describe_stories, link_news, rebuild_stories

    with Invocation.of(context).write_archive() as archive:
        if rebuild:
            rebuild_stories(archive)
        with telling("looking for near copies") as tell:
            done = link_news(archive, limit=None, watch=tell)
        found = describe_stories(archive)
    if as_json:
        print_json({**done, **found})
    else:
        print_line(
            f"{done['articles']:,} articles looked at, {done['links']:,} links between near copies made"
        )
        print_line(f"{found['members']:,} articles are in {found['stories']:,} stories")
