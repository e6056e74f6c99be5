"""The shipped catalogue of digital newspapers: their names, their families, and where they stood in 2023."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from spiders.families.dated_address import fill_day
from storage.search.folding import fold

_NO_FAMILY = "-"
AS_OF = "2023"
"""The year in which the catalogue's facts were last true, as far as is known."""


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """One newspaper of the catalogue: its name, other spellings, family (None: unknown), and a dated address.

    ``issue`` is a first page's address with the day as ``{Y}``, ``{m}`` and ``{d}``.
    """

    name: str
    others: tuple[str, ...]
    family: str | None
    issue: str

    @property
    def base(self) -> str:
        """The paper's own folder: its address up to the day."""
        return self.issue[: self.issue.index("{Y}")].rpartition("/")[0] + "/"

    def front(self, day: date) -> str:
        """Return where the first page of a day's issue stood."""
        return fill_day(self.issue, day)

    def fronts(self, today: date) -> tuple[str, ...]:
        """Return where the first pages of the last two days stood: today's issue may not be out yet."""
        return self.front(today), self.front(today - timedelta(1))


@cache
def list_papers() -> tuple[KnownPaper, ...]:
    """Return all newspapers of the catalogue, in the order of its file."""
    text = files("jianbao.discovery").joinpath("papers.tsv").read_text("utf-8")
    return tuple(_papers(text))


def find_papers(words: str) -> tuple[KnownPaper, ...]:
    """Return the newspapers of a name, or else those whose names have all of its words in them.

    Names are compared without width, case and the difference of traditional and simplified characters.
    """
    wanted = [_fold(word) for word in words.split()]
    whole = "".join(wanted)
    if not whole:
        return ()
    papers = [(paper, [_fold(name) for name in (paper.name, *paper.others)]) for paper in list_papers()]
    exact = tuple(paper for paper, names in papers if whole in names)
    return exact or tuple(
        paper for paper, names in papers if any(all(word in name for word in wanted) for name in names)
    )


def suggest_names(words: str) -> tuple[str, ...]:
    """Return names of newspapers that are written nearly so."""
    names = {_fold(paper.name): paper.name for paper in list_papers()}
    return tuple(names[name] for name in get_close_matches(_fold(words), names, n=5, cutoff=0.5))


def _fold(name: str) -> str:
    return "".join(fold(name).split())


def _papers(text: str) -> Iterator[KnownPaper]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            names, family, issue = line.split("\t")
            name, *others = names.split("|")
            yield KnownPaper(name, tuple(others), None if family == _NO_FAMILY else family, issue)
