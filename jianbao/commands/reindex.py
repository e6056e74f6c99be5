"""`jianbao reindex`: build the search index again, after shrinking what earlier versions wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from storage.archive.folder import Archive

_WORTH_SAYING = 10.0
"""Seconds of shrinking that are said beforehand, also where stderr is no terminal."""


def reindex(
    context: typer.Context,
    restart: Annotated[
        bool, typer.Option(help="Begin anew even where an earlier reindex was interrupted.")
    ] = False,
    compact: Annotated[
        bool,
        typer.Option("--compact", help="Give free room in the database back to the disk; writers wait."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Build the search index again; crawls may go on meanwhile."""
    from jianbao.terminal.output import print_json, print_line
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.index import count_days_anew, describe_index, is_half_built, rebuild_index

    with Invocation.of(context).write_archive() as archive:
        count_days_anew(archive)
        shrunk = _shrink(archive)
        goes_on = is_half_built(archive) and not restart
        done = 0
        with telling("building the search index") as tell:
            for part in rebuild_index(archive, anew=not goes_on):
                done += part
                if tell:
                    tell(f"{done:,} articles")
        state = describe_index(archive)
        room = _give_back(archive, asked=compact) if shrunk or compact else None
    if as_json:
        print_json({"indexed": done, "continued": goes_on, **state, "shrunk": shrunk, "room": room})
    else:
        begun = ", going on where it was interrupted" if goes_on else ""
        print_line(f"{done:,} articles indexed{begun}; the index takes {state['bytes'] / 1e6:,.1f} MB")
        if room:
            print_line(room)


def _shrink(archive: Archive) -> int:
    """Shrink what earlier versions wrote, saying how long it takes; return how many articles that were."""
    from jianbao.terminal.output import print_note
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.texts import describe_shrinking, shrink_texts

    done, is_said = 0, False
    with telling("keeping texts once") as tell:
        for come in shrink_texts(archive):
            done = come.done
            if tell:
                tell(describe_shrinking(come))
            elif not is_said and come.seconds > _WORTH_SAYING:
                print_note(
                    f"keeping texts once: {describe_shrinking(come)}; it may be interrupted, and goes on"
                )
                is_said = True
    return done


def _give_back(archive: Archive, *, asked: bool) -> str | None:
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.texts import give_back_room

    with telling("giving room back to the disk") as tell:
        return give_back_room(archive, asked=asked, watch=tell)
