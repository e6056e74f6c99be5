"""A simulated year of six newspapers, with faults throughout: ``soak.py [--days N] [--seed S] [--json]``.

The demo site prints as real newspapers do; the clock of every command is set to the simulated time, and
twice a day a real crawl polls over HTTP on loopback. Meanwhile the site fails, changes its layout, answers
with other pages, deletes and edits; crawls are killed, disks are full, not mounted and damaged, clocks jump,
nobody polls for up to ten days. At the end everything that the site ever listed has to be archived or
accounted for, once; no revision that the newspaper did not make; every fault must have had its event at the
next poll and every event its end; the archive, its backup and its database rebuilt must be whole and equal
(docs/soak.md). Prints totals; exit status 1 names whatever was otherwise.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from simulated_year.faults import FAULTS, Fault
from simulated_year.outages import Outage
from simulated_year.proof import prove_articles, prove_custody, prove_events, prove_flatness, prove_ledger
from simulated_year.year import FIRST, HOURS, Year

_QUICK = ("Killed", "LostFile")


def main() -> int:
    """Live through the days, prove the archive, print totals, and return the exit status."""
    options = _read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="jianbao-soak-"))
    kinds: list[Callable[[], Fault]] = [
        kind for kind in FAULTS if not options.faults or kind.name() in options.faults
    ]
    if not options.faults or Outage.name() in options.faults:
        kinds += Outage.lengths(options.days, len(options.hours))
    until = monotonic() + options.minutes * 60
    found = soak(Year(folder, options.days, options.seed, kinds, options.hours, until))
    print(json.dumps(found, ensure_ascii=False) if options.json or options.quick else tell(found))
    for violation in found["violations"]:
        print(violation, file=sys.stderr)
    if found["violations"]:
        print(f"the archive is kept in {folder}", file=sys.stderr)
        return 1
    rmtree(folder)
    return 0


def soak(year: Year) -> dict[str, Any]:
    """Live through the days; return totals, months, faults and violations."""
    began = monotonic()
    stage = year.run()
    stage.must("gaps", "--repair", status=None)
    stage.crawl()
    for prove in (prove_ledger, prove_articles, prove_events, prove_custody, prove_flatness):
        prove(stage)
    stage.press.site.close()
    stage.archive.close()
    return {
        "days": (stage.now.date() - FIRST).days + 1,
        "seed": year.seed,
        "seconds": round(monotonic() - began),
        "counts": dict(sorted(stage.counts.items())),
        "months": {month: spent.sum_up() for month, spent in stage.months.items()},
        "faults": year.faults,
        "violations": stage.violations,
    }


def tell(found: dict[str, Any]) -> str:
    """Return the totals for people."""
    kinds = Counter(fault["fault"] for fault in found["faults"])
    lines = [f"{found['days']} days, seed {found['seed']}, {found['seconds']:,} s"]
    lines += [f"{name:<40} {count:>10,}" for name, count in found["counts"].items()]
    lines += [f"fault {name:<34} {count:>10,}" for name, count in sorted(kinds.items())]
    lines.append("month     polls  processor s a poll  seconds a poll  most memory MB  requests a poll")
    lines += [
        f"{month} {spent['polls']:>7} {spent['processor']:>19.2f} {spent['seconds']:>15.2f} "
        f"{spent['memory_mb']:>15.0f} {spent['requests']:>16.1f}"
        for month, spent in found["months"].items()
    ]
    return "\n".join((*lines, f"violations: {len(found['violations'])}"))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end the year early, after so long")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument(
        "--hours", nargs="*", type=int, default=HOURS, help="of the polls (default: %(default)s)"
    )
    parser.add_argument("--faults", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--json", action="store_true", help="one line of JSON in place of the table")
    parser.add_argument(
        "--quick", action="store_true", help="three days with some faults, as the tests have it"
    )
    options = parser.parse_args()
    if options.quick:
        options.days, options.faults = 3, _QUICK
    return options


if __name__ == "__main__":
    sys.exit(main())
