"""The demo's digital newspapers: issues with pages, articles, image maps, pictures and PDF files."""

from __future__ import annotations

from datetime import date

from jianbao.demo.epaper.composing import Plan
from jianbao.demo.epaper.founder_classic import FounderClassic
from jianbao.demo.epaper.founder_new import FounderNew
from jianbao.demo.epaper.paper import EPaper
from jianbao.demo.epaper.printed import PrintedArticle, PrintedIssue, PrintedPage, PrintedPicture

__all__ = [
    "EPaper",
    "FounderClassic",
    "FounderNew",
    "Plan",
    "PrintedArticle",
    "PrintedIssue",
    "PrintedPage",
    "PrintedPicture",
    "daily_epapers",
]


def daily_epapers(today: date) -> tuple[EPaper, EPaper]:
    """Return the demo's two: 灵溪日报 is Founder classic, 云碧晚报 Founder new; forty days each."""
    return (
        EPaper("lxrb", FounderClassic("/lxrb/", "灵溪日报"), today, plan=Plan.of(seed=1)),
        EPaper("ybwb", FounderNew("/ybwb/", "云碧晚报"), today, plan=Plan.of(seed=2)),
    )
