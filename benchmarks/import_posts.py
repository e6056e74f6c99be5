"""Import synthetic posts and prove it: ``import_posts.py --posts 50000 --kills 20``.

Prints articles a second and the peak memory at a fifth of the posts and at all of them, then kills imports
with SIGKILL at random moments, imports again, and compares the archive with one that nobody interrupted.
Exit status 1 when anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.import_checks import compare_archives, prove_files
from support.post_files import synthetic


def main() -> int:
    """Run what was asked for, print it, and return the exit status."""
    options = _read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="jianbao-import-", dir=options.folder))
    problems: list[str] = []
    for count in (options.posts // 5, options.posts):
        measure(folder, count)
    problems += prove_files(folder / "archive", folder / "posts")
    if options.kills:
        problems += kill_imports(folder, options.kill_posts, options.kills, options.seed)
    for problem in problems:
        print(problem)
    shutil.rmtree(folder)
    return bool(problems)


def measure(folder: Path, count: int) -> None:
    """Import that many posts into an empty archive; print the rate and the peak memory."""
    write_files(folder / "posts", count)
    shutil.rmtree(folder / "archive", ignore_errors=True)
    report, seconds, peak, reader_peak = run_import(folder / "archive", folder / "posts")
    size = sum(path.stat().st_size for path in (folder / "archive").rglob("*") if path.is_file())
    articles = report["new"]
    print(
        f"{report['files']:,} files, {articles:,} articles in {seconds:.1f} s: "
        f"{report['files'] / seconds:,.0f} files/s, {articles / seconds:,.0f} articles/s; "
        f"peak memory {peak:.0f} MiB (largest reader {reader_peak:.0f} MiB); "
        f"archive {size / articles / 1024:.1f} KiB an article",
        flush=True,
    )
    again, seconds, *_ = run_import(folder / "archive", folder / "posts")
    print(
        f"  again: {again['known']:,} known, {again['new']} new in {seconds:.1f} s: "
        f"{again['files'] / seconds:,.0f} files/s",
        flush=True,
    )


def kill_imports(folder: Path, count: int, kills: int, seed: int) -> list[str]:
    """Kill imports of one archive at random moments, then import to the end; return what is wrong."""
    random = Random(seed)
    posts = folder / "few"
    write_files(posts, count)
    _, whole, *_ = run_import(folder / "whole", posts)
    killed = survived = 0
    while killed < kills:
        target = folder / "killed"
        process = start_import(target, posts)
        time.sleep(random.uniform(0, whole))
        process.kill()
        ended = process.wait() == -signal.SIGKILL
        killed, survived = killed + ended, survived + (not ended)
        if not ended:
            shutil.rmtree(target)
    report, *_ = run_import(folder / "killed", posts)
    print(
        f"{killed} kills ({survived} imports ended first); in the end {report['files']:,} files, "
        f"{report['known']:,} known, {report['new']} new",
        flush=True,
    )
    return [
        *compare_archives(folder / "whole", folder / "killed"),
        *prove_files(folder / "killed", posts),
    ]


def write_files(folder: Path, count: int) -> None:
    """Write a repository of about that many posts."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("_posts", "old_post"):
        (folder / part).mkdir(parents=True)
    for name, text in synthetic(count):
        (folder / name).write_bytes(text.encode())


def run_import(archive: Path, posts: Path) -> tuple[dict[str, int], float, float, float]:
    """Import to the end; return the report, seconds, and peak MiB of the process and of its readers."""
    began = time.monotonic()
    process = start_import(archive, posts, stdout=subprocess.PIPE)
    assert process.stdout is not None
    peak = reader_peak = 0.0
    while process.poll() is None and time.monotonic() - began < 7200:
        peak = max(peak, _peak(process.pid))
        reader_peak = max([reader_peak, *map(_peak, _children(process.pid))])
        time.sleep(0.1)
    seconds = time.monotonic() - began
    return json.loads(process.stdout.read()), seconds, peak, reader_peak


def start_import(archive: Path, posts: Path, **options: int) -> subprocess.Popen[bytes]:
    """Start an import as people do."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "jianbao",
        "--archive",
        archive,
        "import",
        "posts",
        posts,
        "--json",
    ]
    options.setdefault("stdout", subprocess.DEVNULL)
    return subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload, no-any-return]


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Import synthetic posts, and prove that nothing is lost.")
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--kill-posts", type=int, default=4_000, help="posts of the imports that are killed")
    parser.add_argument("--seed", type=int, default=1, help="the same seed kills at the same moments")
    parser.add_argument("--folder", type=Path, default=None, help="where to work (default: the system's)")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.pop("JIANBAO_CONFIG", None)
    sys.exit(main())
