"""A real browser in tests: the system's chromium, with all that a page did while it was looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Route, sync_playwright
from playwright.sync_api import Page as Tab

from support.browsed_archive import Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'
_LOCALES = {"en": "en-GB", "zh": "zh-CN"}
_LONGEST = 60_000.0  # milliseconds
WIDTHS = {"phone": 375, "desktop": 1280}
Language = Literal["en", "zh"]


def find_browser() -> str:
    """Return the path of a browser; skip the test where there is none, or no font that has Chinese."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("no chromium on this machine (Debian: apt install chromium)")
    if not shutil.which("fc-list") or not _list_fonts():
        pytest.skip("no Chinese font on this machine (Debian: apt install fonts-noto-cjk)")
    return path


def _list_fonts() -> str:
    command = ["fc-list", ":lang=zh", "family"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser that can reach nothing but this machine."""
    path = find_browser()
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")  # chromium's own does not work for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Looker:
    """A tab that remembers what its pages complained of, and which other hosts they asked."""

    tab: Tab
    origin: str
    complaints: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    referrers: set[str] = field(default_factory=set)

    def go(self, page: Page) -> None:
        """Open a page, what was remembered of the one before forgotten; it answers as it should."""
        self.complaints.clear()
        self.outside.clear()
        answer = self.tab.goto(self.origin + page.path)
        assert answer is not None
        assert answer.status == page.status, page.path
        if page.status != 200:
            self.complaints = [said for said in self.complaints if f"status of {page.status}" not in said]

    def dismiss(self, dialog: Dialog) -> None:
        """Remember a dialog as a complaint and close it."""
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def ask(self, expression: str) -> Any:
        """Return what an expression in JavaScript has for a value on the page."""
        return self.tab.evaluate(expression)


@contextmanager
def look(
    browser: Browser, origin: str, width: int = 1280, language: Language = "en", **options: Any
) -> Iterator[Looker]:
    """Open a tab that records; pictures of other hosts are answered here."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale=_LOCALES[language],
        reduced_motion="reduce",
        **options,
    )
    context.set_default_navigation_timeout(_LONGEST)
    try:
        yield _record(context, origin)
    finally:
        context.close()


def _record(context: BrowserContext, origin: str) -> Looker:
    looker = Looker(context.new_page(), origin)

    def answer(route: Route) -> None:
        looker.outside.add(urlsplit(route.request.url).hostname or route.request.url)
        looker.referrers |= {route.request.headers[name] for name in {"referer"} & {*route.request.headers}}
        route.fulfill(content_type="image/svg+xml", body=_PICTURE)

    context.route(lambda url: not url.startswith(f"{origin}/"), answer)
    tab = looker.tab
    tab.on(
        "console", lambda message: looker.complaints.append(message.text) if _is_bad(message.type) else None
    )
    tab.on("pageerror", lambda error: looker.complaints.append(str(error)))
    tab.on("dialog", looker.dismiss)
    context.on("page", lambda other: looker.complaints.append(f"opened {other.url}"))
    return looker


def _is_bad(kind: str) -> bool:
    return kind in {"error", "warning", "assert"}
