"""How long hostile texts of a million characters keep each reader busy: ``python benchmarks/linear.py``.

Prints for each reader the fillings that take it longest, in CPU seconds. The last line is all of it as JSON,
with the fillings for which four times the text takes far more than four times as long: then it ends with 1.
``--quick`` takes 20,000 characters and a few fillings.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.hostile_readers import READERS, Read, measure
from support.hostile_texts import FILLINGS

TIMES, AT_MOST = 4, 10
_SURE = 0.5  # seconds that a text must take to tell anything


def main() -> int:
    """Measure what was asked for, print it, and return the exit status."""
    options = _read_arguments()
    warnings.simplefilter("ignore")
    size = 20_000 if options.quick else options.size
    names = list(FILLINGS)[:: 40 if options.quick else 1]
    worst: dict[str, dict[str, float]] = {}
    slow: list[list[str]] = []
    for reader, read in READERS.items():
        if options.reader not in (None, reader):
            continue
        spent = {name: round(measure(read, FILLINGS[name](size)), 3) for name in names}
        worst[reader] = dict(sorted(spent.items(), key=lambda one: -one[1])[:5])
        slow += [[reader, name] for name in worst[reader] if is_slow(read, name, size, spent[name])]
        told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in worst[reader].items())
        print(f"{reader:<16} {told}", flush=True)
    print(json.dumps({"characters": size, "fillings": len(names), "worst": worst, "slow": slow}))
    return int(bool(slow))


def is_slow(read: Read, name: str, size: int, spent: float) -> bool:
    """Tell whether a text takes far more time than one of a quarter of its length would make one expect."""
    return spent > _SURE and spent > AT_MOST * measure(read, FILLINGS[name](size // TIMES))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 characters, a few fillings")
    parser.add_argument("--size", type=int, default=1_000_000, help="characters")
    parser.add_argument("--reader", help="this reader alone")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
