"""How large an archive's database is: ``size.py --posts 3000``, or ``size.py --archive DIR`` for any.

Imports synthetic posts of 6.3 KB of text and prints the bytes an article of every table and index, with what
its pages have free. ``--base PATH`` is a checkout of an earlier version, which writes the archive and is
measured first: then this version shrinks it, and must say the same of every revision. Exit status 1 when it
does not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from import_posts import write_files

_HERE = Path(__file__).parent.parent
_SHOWN = 16
_SAID = (
    "SELECT info_code, number, title, text, body_html, content_hash, capture_id, seen_at, changed"
    " FROM revision ORDER BY info_code, number"
)


def main() -> int:
    """Measure what was asked for, print it, and return the exit status."""
    options = _read_arguments()
    if options.archive:
        show(options.archive / "archive.db")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="jianbao-size-", dir=options.folder))
    write_files(folder / "posts", options.posts)
    run(options.base or _HERE, folder, "import", "posts", str(folder / "posts"))
    show(folder / "archive" / "archive.db")
    problems = list(shrink(folder)) if options.base else []
    print(*problems, sep="\n", end="")
    shutil.rmtree(folder)
    return bool(problems)


def shrink(folder: Path) -> Iterator[str]:
    """Bring the other version's archive to this one; yield what became different."""
    database = folder / "archive" / "archive.db"
    before = list(read_revisions(database))
    began = time.monotonic()
    run(_HERE, folder, "reindex")
    print(f"\nshrunk and indexed anew in {time.monotonic() - began:.1f} s:")
    show(database)
    if before != list(read_revisions(database)):
        yield "revisions are not what they were\n"


def run(version: Path, folder: Path, *words: str) -> None:
    """Run a command of one version on the archive in a folder."""
    command = [sys.executable, "-m", "jianbao", "--archive", str(folder / "archive"), *words, "--json"]
    environment = {**os.environ, "PYTHONPATH": str(version)}
    subprocess.run(command, check=True, cwd=version, env=environment, stdout=subprocess.DEVNULL)


def show(database: Path) -> None:
    """Print the bytes an article of a database's tables and indexes, the largest first."""
    sizes, articles, text = measure(database)
    whole = sum(sizes.values())
    print(f"{articles:,} articles of {text:,.0f} bytes of text; database {whole:,.0f} bytes an article")
    for name, size in list(sizes.items())[:_SHOWN]:
        print(f"  {name:36}{size:10,.0f}")
    print(f"  {'all else':36}{sum(list(sizes.values())[_SHOWN:]):10,.0f}")


def measure(database: Path) -> tuple[dict[str, float], int, float]:
    """Return bytes an article by table or index, the number of articles, and the mean bytes of a text."""
    with closing(sqlite3.connect(database)) as connection:
        asked = "SELECT count(*), avg(length(CAST(text AS BLOB))) FROM article"
        articles, text = connection.execute(asked).fetchone()
        pages = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")
        return {name: size / articles for name, size in pages}, articles, text


def read_revisions(database: Path) -> Iterator[tuple[object, ...]]:
    """Yield all that SQL says of revisions."""
    with closing(sqlite3.connect(database)) as connection:
        yield from connection.execute(_SAID)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure an archive's database, table by table.")
    parser.add_argument("--posts", type=int, default=3_000)
    parser.add_argument("--archive", type=Path, default=None, help="only measure this archive")
    parser.add_argument("--base", type=Path, default=None, help="a checkout of an earlier version")
    parser.add_argument("--folder", type=Path, default=None, help="where to work (default: the system's)")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.pop("JIANBAO_CONFIG", None)
    sys.exit(main())
