"""What a re-parse came to, as people read it: sums, then each field with samples of old and new."""

from __future__ import annotations

from collections.abc import Sequence

from jianbao.documents.difference import compare_texts
from jianbao.reparse.finding import FIELDS, FieldChange
from jianbao.reparse.summary import FieldSum, Summary
from jianbao.terminal.output import print_line
from storage.records.saying import Language, read_saying, say

_KINDS = ("unchanged", "improved", "revised", "new", "refused", "waiting", "lost", "odd")
_MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
_IN_LINE = frozenset({"title", "text", "media", "author", "summary"})
"""Fields whose samples show what went and what came within the words."""


def print_summary(summary: Summary, language: Language, *, is_applied: bool) -> None:
    """Print the sums of a re-parse, with samples."""
    print_line(say("reparse.read", count=summary.read, captures=summary.captures).tell(language))
    for kind in _KINDS:
        if count := summary.counts[kind]:
            tense = "did" if is_applied else "would"
            key = f"reparse.{tense}_{kind}" if kind in ("improved", "revised", "new") else f"reparse.{kind}"
            print_line(f"  {say(key, count=count).tell(language)}")
    for name in FIELDS:
        if name in summary.fields:
            _print_field(name, summary.fields[name], language)
    for kind in ("new", "refused", "lost", "odd", "waiting"):
        _print_samples(kind, summary.samples.get(kind, ()), language)
    if summary.changed and not is_applied:
        print_line()
        print_line(say("reparse.not_applied").tell(language))


def _print_field(name: str, one: FieldSum, language: Language) -> None:
    said = say("reparse.field", field=name, count=one.articles, filled=one.filled, emptied=one.emptied)
    print_line()
    print_line(said.tell(language))
    for code, change in one.samples:
        print_line(f"  {code}")
        for line in _differences(name, change):
            print_line(f"    {line}")


def _differences(name: str, change: FieldChange) -> Sequence[str]:
    if name not in _IN_LINE or not (change.old and change.new):
        return [line for line in (f"- {change.old}", f"+ {change.new}") if len(line) > len("- ")]
    return [
        "".join(_MARKS[piece.change].format(piece.text) for piece in one.pieces)
        for one in compare_texts(change.old, change.new)
        if one.kind != "same"
    ]


def _print_samples(kind: str, samples: Sequence[tuple[str, str]], language: Language) -> None:
    if not samples:
        return
    print_line()
    print_line(say(f"reparse.samples_{kind}").tell(language))
    for code, reason in samples:
        print_line(f"  {code}  {read_saying(reason).tell(language)}".rstrip())
