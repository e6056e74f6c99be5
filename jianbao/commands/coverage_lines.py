"""Coverage statements below what a command answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jianbao.terminal.output import print_json, print_line

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from jianbao.terminal.invocation import Invocation


def print_answer(found: Document, invocation: Invocation) -> None:
    """Print an answer as one JSON document, its sayings in the wanted language."""
    from jianbao.documents.said import tell_document

    print_json(tell_document(found, invocation.language(for_programs=True)))


def print_coverage(found: Document, invocation: Invocation) -> None:
    """Print in a line what days of what sources an answer rests on, if it says so."""
    if "coverage" in found:
        print_line(found["coverage"]["statement"].tell(invocation.language()))
