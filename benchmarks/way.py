"""One article's way through a checkout: ``way.py CHECKOUT RESULT ARGUMENT…`` runs jianbao and watches it.

Every call of a function of the product is noted, with the product's file that it came from, and at some
moments (a request is made, a row inserted, a record made) the product's files on the stack. Written as JSON
into RESULT, see `Watch.found`. The checkout need not be this one, so nothing of the product is imported here.
"""

from __future__ import annotations

import inspect
import json
import runpy
import sqlite3
import sqlite3.dbapi2
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOMS = ("jianbao", "scheduler", "spiders", "pipelines", "storage")
_RECORDS = ("Draft", "Article")


class Watch:
    """What was seen. A file is named from the checkout on; code that runs while a module loads is no call."""

    def __init__(self, checkout: Path) -> None:
        self._root = f"{checkout}/"
        self._files: dict[CodeType, str | None] = {}
        self.calls: list[tuple[str | None, str]] = []
        self.moments: dict[str, dict[str, Any]] = {}

    def see(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take note of one call: what `sys.setprofile` asks for."""
        if event != "call":
            return
        if file := self._file_of(frame.f_code):
            if frame.f_code.co_name != "<module>":
                self.calls.append((self._caller(frame), file))
        elif name := _moment(frame):
            self._mark(name, frame)

    def see_statement(self, statement: str) -> None:
        """Take note of a statement that SQLite runs: what a connection's ``set_trace_callback`` asks for."""
        words = statement.split(maxsplit=6)
        here = inspect.currentframe()
        if words[:1] == ["INSERT"] and "INTO" in words and here is not None:
            self._mark(f"insert {words[words.index('INTO') + 1]}", here)

    def _mark(self, name: str, frame: FrameType) -> None:
        self.moments.setdefault(name, {"after": len(self.calls), "stack": self._stack(frame)})

    def found(self) -> dict[str, Any]:
        """Return the calls as (from, to), the moments with what was called before them, and the files run."""
        files = sorted({file for _, file in self.calls})
        return {"files": files, "calls": self.calls, "moments": self.moments}

    def _file_of(self, code: CodeType) -> str | None:
        if code not in self._files:
            name = code.co_filename.removeprefix(self._root)
            self._files[code] = name if name.split("/", 1)[0] in ROOMS else None
        return self._files[code]

    def _caller(self, frame: FrameType) -> str | None:
        behind = frame.f_back
        while behind is not None and self._file_of(behind.f_code) is None:
            behind = behind.f_back
        return behind and self._file_of(behind.f_code)

    def _stack(self, frame: FrameType) -> list[str]:
        files: list[str] = []
        behind: FrameType | None = frame
        while behind is not None:
            file = self._file_of(behind.f_code)
            files += [file] if file else []
            behind = behind.f_back
        return list(dict.fromkeys(reversed(files)))


def _moment(frame: FrameType) -> str | None:
    """Return the name of the moment that a call of somebody else's function marks, if it does."""
    file = frame.f_code.co_filename
    if frame.f_code.co_name != "__init__":
        return None
    if file.endswith("scrapy/http/request/__init__.py"):
        url = str(frame.f_locals.get("url", ""))
        return None if url.endswith("/robots.txt") else f"ask {'page' if '/category/' in url else 'article'}"
    made = type(frame.f_locals.get("self")).__name__ if file == "<string>" else ""
    return f"make {made}" if made in _RECORDS else None


def _traced(connect: Callable[..., sqlite3.Connection], watch: Watch) -> Callable[..., sqlite3.Connection]:
    def connect_traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(watch.see_statement)
        return connection

    return connect_traced


def main(checkout: Path, result: Path, arguments: list[str]) -> None:
    """Run the checkout's ``python -m jianbao`` with these arguments, here, and write what was seen."""
    sys.path[0] = str(checkout)
    sys.argv = ["jianbao", *arguments]
    watch = Watch(checkout)
    sqlite3.dbapi2.connect = _traced(sqlite3.dbapi2.connect, watch)  # type: ignore[assignment]
    threading.setprofile(watch.see)
    sys.setprofile(watch.see)
    try:
        runpy.run_module("jianbao", run_name="__main__", alter_sys=True)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        result.write_text(json.dumps(watch.found()), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute(), sys.argv[3:])
