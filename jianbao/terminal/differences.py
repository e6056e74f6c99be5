"""A difference between two texts as a terminal shows it: in colour, or with marks where there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from jianbao.terminal.output import print_line, print_styled
from storage.records.saying import say

_MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
_STYLES = {"same": "", "removed": "red strike", "added": "green underline"}
_AROUND = 1  # paragraphs shown on either side of a change


def print_difference(difference: Mapping[str, Any]) -> None:
    """Print what changed; of what stayed only the paragraphs beside a change."""
    ours = f" ({say('reparse.ours')})" if difference["cause"] == "reader" else ""
    print_line(f"revision {difference['from']} → {difference['to']}{ours}")
    for change in difference["title"]:
        _print_pieces("", change["pieces"])
    print_line()
    for change in _shorten(difference["paragraphs"]):
        if isinstance(change, int):
            print_line(f"… {change} unchanged paragraph{'' if change == 1 else 's'} …")
        else:
            _print_pieces("　　", change["pieces"])


def _shorten(changes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any] | int]:
    """Yield the changes, and how many paragraphs stayed between two that are far apart."""
    runs = [(stayed, list(run)) for stayed, run in groupby(changes, lambda change: change["kind"] == "same")]
    for place, (stayed, run) in enumerate(runs):
        head = _AROUND if place else 0
        tail = _AROUND if place < len(runs) - 1 else 0
        if not stayed or len(run) <= head + tail + 1:
            yield from run
            continue
        yield from run[:head]
        yield len(run) - head - tail
        yield from run[len(run) - tail :]


def _print_pieces(indent: str, pieces: Iterable[Mapping[str, str]]) -> None:
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        print_styled([(indent, ""), *((piece["text"], _STYLES[piece["change"]]) for piece in pieces)])
    else:
        marked = "".join(_MARKS[piece["change"]].format(piece["text"]) for piece in pieces)
        print_line(f"{indent}{marked}")
