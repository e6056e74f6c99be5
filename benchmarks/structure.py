"""How a checkout is built, measured the same way in each: ``structure.py [CHECKOUT…]``, this one by default.

Prints one column for each checkout, for a before and after: ``git worktree add /tmp/before COMMIT``. The last
line is all of it as JSON. ``--files`` lists what was counted. ``--quick`` is as good: it takes seconds.

What is counted (the product is the five packages; its files are those that end in ``.py``):

- *loose*: files that stand in a package's own folder and in no room of it, without ``__init__`` and
  ``__main__``; for the tests, helpers beside the tests.
- *spine*: the demo site serves one newspaper with one article, and the first crawl runs under `way.py`. A
  file is on the spine when it is on the stack, ``__main__`` and what runs a statement that it is given
  (``storage/database``) apart, as the newspaper's page is asked for, its
  listing entered, the article asked for, read (a ``Draft``), normalised (an ``Article``), its capture
  entered, its row, and what its index owes. What these merely ask and hear from is not on the stack.
- *into storage*: calls into ``storage`` (without its records) from outside, between the draft and the row of
  the article; *from judging to SQL*: those of them that come from ``pipelines``.
- *rooms*: folders in which something ran between the draft and the row, and calls that crossed from one into
  another (each returns). More folders have more borders, so the calls between packages are counted beside.
- *run*: files of which a function ran in that crawl.
- *web*: modules of the product that ``import jianbao.web.application`` loads, packages included.
- *places*: files that name one of a sort, as an identifier or as a whole string (the demo site, migrations,
  docstrings and comments apart): the column ``players``, the format ``parquet``, the event ``page_gone``,
  what the one channel reads that there is (``read_troubles``), whatever says SQLite, ``PRAGMA``, ``fts5`` or
  ``rowid``; and the kind ``category``, as a string alone, since many things are called so (Atom's element
  counts in both of its files).
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from way import ROOMS

HERE = Path(__file__).resolve().parent
SPINE = (
    "ask page", "insert listing", "ask article", "make Draft", "make Article", "insert capture",
    "insert article", "insert search_owed",
)  # fmt: skip
CHANGES = {
    "a column": "players",
    "an export format": "parquet",
    "an event kind": "page_gone",
    "a notification channel": "read_troubles",
}
_DATABASE = re.compile(r"(?i:sqlite|fts5|\browid\b)|\bPRAGMA\b")
_CONFIGURATION = """archive = "archive"
[[sources]]
slug = "di1xianribao"
name = "第1县日报"
kind = "category"
url = "{site}/category/di1xianribao.html"
[http]
contact = "mailto:measure@example.org"
delay = 0
[infocode]
url = "{site}/NewsData/GetNewsText.do?id={{code}}"
"""

_RECORDS = "storage/records/"

Counted = dict[str, list[str]]
"""What was counted, by the name of the measure; a measure's number is the length of its list."""


def measure(checkout: Path) -> Counted:
    """Return everything that is counted of a checkout."""
    counted = {f"loose files in {room}/": _loose(checkout / room) for room in ROOMS}
    counted["loose helpers in tests/"] = [
        name for name in _loose(checkout / "tests") if not name.startswith(("test_", "conftest"))
    ]
    counted |= _measure_way(_watch_crawl(checkout))
    counted["modules that the web application loads"] = _loaded(checkout)
    kind = re.compile(r"\Acategory\Z")
    counted["places of a kind ('category')"] = find_places(checkout, kind, strings_alone=True)
    for change, word in CHANGES.items():
        counted[f"places of {change} ({word})"] = find_places(checkout, re.compile(rf"\A{word}\Z"))
    counted["places of a second database"] = find_places(checkout, _DATABASE)
    return counted


def find_places(checkout: Path, pattern: re.Pattern[str], *, strings_alone: bool = False) -> list[str]:
    """Return the product's files with an identifier or a string, not a docstring, that the pattern is in."""
    kinds = ast.Constant if strings_alone else ast.AST
    return [
        str(path.relative_to(checkout))
        for path in _product(checkout)
        if any(map(pattern.search, _names(path, kinds)))
    ]


def _loose(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.py") if path.stem not in {"__init__", "__main__"})


def _measure_way(seen: dict[str, Any]) -> Counted:
    stacks = [seen["moments"][moment]["stack"] for moment in SPINE if moment in seen["moments"]]
    begin, end = (seen["moments"][moment]["after"] for moment in ("make Draft", "insert article"))
    calls = [(caller, file) for caller, file in seen["calls"][begin:end] if caller]
    entered = [(caller, file) for caller, file in calls if _in_storage(file) and not _in_storage(caller)]
    crossed = [(caller, file) for caller, file in calls if _room(caller) != _room(file)]
    return {
        "files on the spine": [
            file
            for file in dict.fromkeys(file for stack in stacks for file in stack)
            if not file.endswith("/__main__.py") and not file.startswith("storage/database")
        ],
        "calls into storage for one article": [f"{caller} > {file}" for caller, file in entered],
        "of them from judging to SQL": [
            f"{caller} > {file}" for caller, file in entered if caller.startswith("pipelines/")
        ],
        "rooms that one article's way enters": sorted({_room(file) for _, file in calls}),
        "times it crosses from one into another": [f"{caller} > {file}" for caller, file in crossed],
        "of them between the five packages, records apart": [
            f"{caller} > {file}"
            for caller, file in crossed
            if caller.partition("/")[0] != file.partition("/")[0] and not file.startswith(_RECORDS)
        ],
        "files that run in a first crawl": seen["files"],
    }


def _in_storage(file: str) -> bool:
    return file.startswith("storage/") and not file.startswith(_RECORDS)


def _room(file: str) -> str:
    return file.rpartition("/")[0]


def _watch_crawl(checkout: Path) -> dict[str, Any]:
    """Crawl one newspaper with one article by the checkout's own code, and return what `way.py` saw."""
    with tempfile.TemporaryDirectory(prefix="jianbao-way-") as name, _serve(checkout) as site:
        folder = Path(name)
        (folder / "jianbao.toml").write_text(_CONFIGURATION.format(site=site), "utf-8")
        command = ["--config", str(folder / "jianbao.toml"), "crawl", "--json"]
        ended = subprocess.run(
            [sys.executable, HERE / "way.py", checkout, folder / "seen.json", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        report = json.loads(ended.stdout) if ended.returncode == 0 else None
        if report is None or report["sources"][0]["new"] != 1:
            raise RuntimeError(f"the crawl of {checkout} stored no article: {ended.stdout}{ended.stderr}")
        seen: dict[str, Any] = json.loads((folder / "seen.json").read_text("utf-8"))
        return seen


@contextmanager
def _serve(checkout: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "jianbao.demo", "--articles", "1", "--papers", "1"]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _loaded(checkout: Path) -> list[str]:
    code = "import json, sys, jianbao.web.application; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, check=True)
    return [name for name in json.loads(ended.stdout) if name.split(".")[0] in ROOMS]


def _product(checkout: Path) -> list[Path]:
    files = (path for room in ROOMS for path in sorted((checkout / room).rglob("*.py")))
    return [path for path in files if not {"demo", "versions"} & set(path.relative_to(checkout).parts)]


def _names(path: Path, kinds: type[ast.AST]) -> set[str]:
    """Return the identifiers of a file and its strings, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = (node for node in ast.walk(tree) if isinstance(node, kinds) and id(node) not in said)
    return {name for node in nodes if (name := _name(node))}


def _name(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return name
        case ast.FunctionDef(name=name) | ast.alias(name=name) | ast.Constant(value=str(name)):
            return name
        case _:
            return None


def main() -> int:
    """Measure each checkout and print the table."""
    options = _read_arguments()
    checkouts = [path.resolve() for path in options.checkout] or [HERE.parent]
    columns = [measure(checkout) for checkout in checkouts]
    width = max(map(len, columns[0]))
    print(" " * width, *(f"{checkout.name[-12:]:>12}" for checkout in checkouts))
    for name in columns[0]:
        print(f"{name:<{width}}", *(f"{len(column[name]):12}" for column in columns))
        for what in dict.fromkeys(what for column in columns for what in column[name] if options.files):
            print(f"    {what:<{width}}", *(f"{column[name].count(what) or '':>8}" for column in columns))
    figures = [{name: len(found) for name, found in column.items()} for column in columns]
    print(json.dumps(dict(zip(map(str, checkouts), figures, strict=True))))
    return 0


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkout", type=Path, nargs="*", help="folders with a checkout of jianbao each")
    parser.add_argument("--files", action="store_true", help="list what was counted")
    parser.add_argument("--quick", action="store_true", help="as the other benchmarks have it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
