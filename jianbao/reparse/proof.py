"""The proof that every article can be made again from its captures, as it stands; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jianbao.configuration import Configuration
from jianbao.reparse.run import reparse_archive
from jianbao.reparse.summary import Summary
from jianbao.reparse.wish import ReparseWish
from pipelines.judge import PARSER_VERSION
from storage.archive.folder import Archive
from storage.archive.material import MaterialFilter
from storage.records.problem import Problem
from storage.records.saying import say

_FAULTS = ("lost", "refused", "odd")


@dataclass(slots=True)
class Proof:
    """How many articles were read again, and what came out otherwise."""

    read: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def prove_reproducible(
    configuration: Configuration, archive: Archive, tell: Callable[[str], None], processes: int = 2
) -> Proof:
    """Read every archived article again; what only an earlier reader read otherwise is a note.

    Raises KeyboardInterrupt, and what `reparse_archive` raises.
    """

    def read(**asked: int) -> Summary:
        wish = ReparseWish(MaterialFilter(states=("archived", "gone"), **asked))  # type: ignore[arg-type]
        summary = reparse_archive(
            configuration,
            archive,
            wish,
            watch=lambda come, of: tell(f"{come.read:,} of {of:,} articles read again"),
            processes=processes,
        )
        if summary.interrupted:
            raise KeyboardInterrupt
        return summary

    present, earlier = read(parser_version=PARSER_VERSION), read(older_than=PARSER_VERSION)
    proof = Proof(present.read + earlier.read)
    proof.problems += _tell_changed(present, "not_reproduced")
    proof.notes += _tell_changed(earlier, "read_otherwise")
    for summary in (present, earlier):
        proof.problems += _tell_faults(summary)
    return proof


def _tell_changed(summary: Summary, kind: str) -> list[Problem]:
    if not summary.changed:
        return []
    codes = dict.fromkeys(code for one in summary.fields.values() for code, _ in one.samples)
    said = say(f"custody.{kind}", count=summary.changed, fields=list(summary.fields), codes=list(codes)[:5])
    code = next(iter(codes), None)
    one = f"--code {code} " if summary.changed == 1 and code is not None else ""
    return [Problem(kind, said, f"jianbao reparse {one}--apply", info_code=code, count=summary.changed)]


def _tell_faults(summary: Summary) -> list[Problem]:
    problems = []
    for kind in _FAULTS:
        if count := summary.counts[kind]:
            code, reason = next(iter(summary.samples[kind]), ("", ""))
            said = say(f"custody.reread_{kind}", count=count, code=code, reason=reason)
            problems.append(Problem(f"reread_{kind}", said, _mend(code, reason), info_code=code, count=count))
    return problems


def _mend(code: str, reason: str) -> str:
    """Return what mends an article that cannot be read again: a listing, or another look at its page."""
    if reason == str(say("page.unlisted")):
        return f"jianbao gaps --repair --kind unlisted --code {code}"
    return f"jianbao recrawl --code {code}"
