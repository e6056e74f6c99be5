"""Month files: which days of a month have an issue, as Founder's two kinds of client read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

PeriodPath = Callable[[date], str]


def write_periods(days: Iterable[date], front_page: PeriodPath | None) -> str:
    """Return ``period.xml``; without ``front_page`` it names no page, as the oldest ones do not."""
    return _document("periodlist", (_period(day, front_page) for day in days))


def write_calendar(days: Iterable[date]) -> str:
    """Return ``navi.xml``, which names days only."""
    return _document(
        "navi",
        (
            f"<calendar><date>{day}</date><rmp_exe_path>{day:%Y-%m/%d}/rmp.exe</rmp_exe_path></calendar>"
            for day in days
        ),
    )


def _period(day: date, front_page: PeriodPath | None) -> str:
    front = f"<front_page>{front_page(day)}</front_page>" if front_page else ""
    return (
        f'<period id="{day.toordinal()}"><period_name>{day}</period_name><paper_id>186</paper_id>'
        f"<period_date>{day}</period_date>{front}<rmp_exe_path></rmp_exe_path><rmp_pic_path></rmp_pic_path>"
        f"<rmp_build_time>{day} 05:40:12</rmp_build_time></period>"
    )


def _document(root: str, entries: Iterable[str]) -> str:
    lines = "".join(f"{entry}\n" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{lines}</{root}>\n'
