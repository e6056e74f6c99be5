"""The contracts between the packages can break: each one does, by name, with one import planted in a copy."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("jianbao", "scheduler", "spiders", "pipelines", "storage")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]

# Contract, file, what is imported there: in a function, since a planted import is none less for being late.
PLANTED = (
    ("Imports point down", "storage/sql/statement.py", "scheduler.cron.line"),
    ("Imports point down", "spiders/turns.py", "pipelines.compare.fingerprint"),
    ("No room imports what imports it", "pipelines/normalise/lines.py", "pipelines.compare.deduplicate"),
    ("No room imports what imports it", "spiders/readers/listing_page.py", "spiders.kinds"),
    ("The application has layers", "jianbao/documents/status.py", "jianbao.crawl.run"),
    ("The application has layers", "jianbao/crawl/run.py", "jianbao.exporting.formats"),
    ("The reader has layers", "jianbao/web/text/language.py", "jianbao.web.answers"),
    ("The reader has layers", "jianbao/web/api/routes.py", "jianbao.web.pages"),
    ("The reader only reads", "jianbao/web/server.py", "typer"),
    ("The reader only reads", "jianbao/documents/sources.py", "pipelines.compare.fingerprint"),
    ("The scheduler knows no archive", "scheduler/service.py", "storage.records"),
    ("The scheduler knows no archive", "scheduler/backlog.py", "sqlalchemy.exc"),
    ("The scheduler knows no archive", "scheduler/batch.py", "spiders.settings"),
    ("Spiders know only the shared vocabulary", "spiders/archive_spider.py", "storage.ledger.listing"),
    (
        "Kinds and readers know no network, clock or database",
        "spiders/readers/article_page.py",
        "scrapy.http",
    ),
    ("Kinds and readers know no network, clock or database", "spiders/readers/printed_time.py", "time"),
    ("Kinds and readers know no network, clock or database", "spiders/kinds/category.py", "scrapy"),
    ("Kinds and readers know no network, clock or database", "storage/records/info_code.py", "socket"),
    ("Pipelines are pure", "pipelines/compare/deduplicate.py", "sqlalchemy"),
    ("Pipelines are pure", "pipelines/compare/fingerprint.py", "storage.articles.article"),
    ("Pipelines are pure", "pipelines/normalise/article.py", "socket"),
    ("Pipelines are pure", "pipelines/doubt/belief.py", "scrapy"),
    ("Storage knows no crawling, jobs or web", "storage/sql/statement.py", "scrapy"),
    ("Storage knows no crawling, jobs or web", "storage/articles/lists.py", "fastapi"),
    (
        "Storage knows no crawling, jobs or web",
        "storage/ledger/crawl.py",
        "apscheduler",
    ),
    ("The archive has layers", "storage/database/opening.py", "storage.search"),
    ("The archive has layers", "storage/captures/capture.py", "storage.ledger.listing"),
    ("The shared vocabulary imports nothing of ours", "storage/records/article.py", "storage.warc"),
    ("The shared vocabulary imports nothing of ours", "storage/records/instants.py", "sqlalchemy"),
)

# Plants each import by itself, and prints for each which contracts are then broken; those of no import first.
PLANTER = """
import json, sys
from pathlib import Path
from importlinter import configuration
from importlinter.application import use_cases
configuration.configure()
use_cases._register_contract_types(options := use_cases.read_user_options("pyproject.toml"))

def broken():
    report = use_cases.create_report(options, cache_dir="cache")
    return [contract.name for contract, check in report.get_contracts_and_checks() if not check.kept]

said, sys.stdout = sys.stdout, sys.stderr
found = [broken()]
for place, module in json.load(sys.stdin):
    file, whole = Path(place), Path(place).read_text("utf-8")
    file.write_text(f"{whole}\\n\\ndef _planted() -> None:\\n    import {module}\\n", "utf-8")
    found.append(broken())
    file.write_text(whole, "utf-8")
json.dump(found, said)
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Return which contracts are broken in a copy of the tree: as it is, and with each planted import."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=_all_but_python)
    shutil.copy(ROOT / "pyproject.toml", copy)
    planted = json.dumps([plant[1:] for plant in PLANTED])
    ended = subprocess.run(
        [sys.executable, "-c", PLANTER],
        cwd=copy,
        env={"PYTHONPATH": str(copy)},
        input=planted,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: list[list[str]] = json.loads(ended.stdout)
    return found


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if (Path(folder) / name).is_file() and not name.endswith(".py")}


def test_every_contract_holds(broken: list[list[str]]) -> None:
    assert broken[0] == []


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=[f"{plant[1]}-{plant[2]}" for plant in PLANTED])
def test_a_planted_import_breaks_its_contract(broken: list[list[str]], number: int) -> None:
    assert PLANTED[number][0] in broken[number + 1]


def test_every_contract_is_broken_here() -> None:
    assert {plant[0] for plant in PLANTED} == {contract["name"] for contract in CONTRACTS}


# -- what import-linter cannot see -------------------------------------------------------------------------

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "localtime", "gmtime"}


def imports_of(program: str) -> Iterator[str]:
    """Yield the full names of what a program imports, wherever in it."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def clocks_of(program: str) -> list[str]:
    """Return what a program calls to know what time it is."""
    calls = [node.func for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS]


def find_folder_cycle(imports: dict[str, list[str]]) -> list[str]:
    """Return folders that import each other in a circle, of files with what they import; none if none do."""
    folders: dict[str, set[str]] = {}
    for module, imported in imports.items():
        owner = _folder(module, imports)
        known = [name if name in imports else name.rpartition(".")[0] for name in imported]
        needed = {_folder(name, imports) for name in known if name in imports and name not in PACKAGES}
        folders.setdefault(owner, set()).update(needed - {owner})
    try:
        TopologicalSorter(folders).prepare()
    except CycleError as cycle:
        return [str(folder) for folder in cycle.args[1]]
    return []


def _folder(module: str, modules: dict[str, list[str]]) -> str:
    is_package = any(other.startswith(f"{module}.") for other in modules)
    return module if is_package else module.rpartition(".")[0]


def read_modules() -> dict[str, str]:
    """Return the programs of the packages by module."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    named = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}
    return {name.removesuffix(".__init__"): file.read_text("utf-8") for name, file in named.items()}


def test_no_folders_import_each_other_in_a_circle() -> None:
    imports = {name: list(imports_of(program)) for name, program in read_modules().items()}
    assert len(imports) > 400
    assert find_folder_cycle(imports) == []
    imports["storage.records.article"].append("storage.database.schema.article")
    assert {"storage.records", "storage.database"} <= set(find_folder_cycle(imports))


def test_migrations_import_nothing_of_ours() -> None:
    versions = ROOT / "storage" / "database" / "migrations" / "versions"
    programs = [file.read_text("utf-8") for file in versions.glob("*.py")]
    assert len(programs) > 11
    named = {name.partition(".")[0] for program in programs for name in imports_of(program)}
    assert named & {*PACKAGES} == set()
    planted = "def upgrade() -> None:\n    from storage.search.index import create_index\n"
    assert [*imports_of(planted)] == ["storage.search.index.create_index"]


@pytest.mark.parametrize("package", ["pipelines", "spiders.readers", "storage.records"])
def test_what_is_pure_never_asks_for_the_time(package: str) -> None:
    programs = {name: text for name, text in read_modules().items() if name.startswith(package)}
    assert len(programs) > 10
    assert {name: clocks for name, text in programs.items() if (clocks := clocks_of(text))} == {}
    assert {
        name for name, text in programs.items() if "urllib.request" in " ".join(imports_of(text))
    } == set()


@pytest.mark.parametrize(
    "planted", ["datetime.now(UTC)", "date.today()", "time.time()", "f(time.monotonic())"]
)
def test_a_planted_clock_is_found(planted: str) -> None:
    assert len(clocks_of(planted)) == 1
