"""Kill crawls with SIGKILL at random moments, crawl again, and prove the archive: ``kills.py --kills 1000``.

Every 25 kills are a trial of their own, with its own archive and site. Exit status 1 when anything was lost,
doubled, torn or untrue; the archive of such a trial is kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from shutil import rmtree

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.crawl_processes import Launch, launch_command
from support.kill_trial import Casualties, KillTrial
from support.processes import Nursery

_KILLS_PER_ARCHIVE = 25
_FORKED_STARTUP = 0.5  # seconds
_COLD_STARTUP = 2.0


def main() -> int:
    """Run the trials, print how they go, and return the exit status."""
    options = _read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="jianbao-kills-"))
    if options.cold:
        counts = run_trials(folder, options.kills, options.seed, launch_command, _COLD_STARTUP)
    else:
        nursery = Nursery()
        counts = run_trials(folder, options.kills, options.seed, nursery.launch, _FORKED_STARTUP)
        nursery.close()
    print(f"seed {options.seed}: {counts.describe()}")
    if counts.problems:
        print(f"the archives with problems are in {folder}")
        return 1
    rmtree(folder)
    return 0


def run_trials(folder: Path, kills: int, seed: int, launch: Launch, startup: float) -> Casualties:
    """Kill that many crawls, 25 to an archive, and return what came of all."""
    counts, began = Casualties(), time.monotonic()
    for number in count():
        left = kills - counts.kills
        if left <= 0:
            return counts
        archive = folder / str(number)
        trial = KillTrial(archive, f"{seed}/{number}", launch, startup).run(min(left, _KILLS_PER_ARCHIVE))
        counts.add(trial)
        for problem in trial.problems:
            print(f"{archive}: {problem}", flush=True)
        if not trial.problems:
            rmtree(archive)
        print(
            f"{time.monotonic() - began:6.0f} s  {counts.kills:5} kills, {len(counts.problems)} problems",
            flush=True,
        )
    return counts


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Kill crawls at random moments and prove that nothing is lost."
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the same seed takes the same decisions")
    parser.add_argument(
        "--cold", action="store_true", help="start a new interpreter for each crawl instead of a fork"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
