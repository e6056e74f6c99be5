"""The pages that people read: one module for each, one router for each."""

from __future__ import annotations

from jianbao.web.pages import (
    about,
    article,
    crawls,
    days,
    events,
    front,
    gaps,
    gone,
    issues,
    pictures,
    search,
    sources,
    trend,
)

ROUTERS = tuple(
    page.router
    for page in (
        front,
        search,
        trend,
        article,
        sources,
        issues,
        pictures,
        days,
        crawls,
        events,
        gaps,
        gone,
        about,
    )
)
