"""Every reader of what comes from outside, given spoilt inputs: ``benchmarks/fuzz.py --inputs 100000``.

Pages, lists, feeds, files and questions of the tests are cut, nested, doubled, crowded, mixed, flipped and
declared to be in other charsets. Whatever comes of one must be no article that is rubbish, no error without a
remedy, and take time that its size bounds. The inputs are the same for a ``--seed``. The last line is JSON;
it ends with 1 when there are findings, whose inputs ``--keep`` writes into a folder.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.fuzzing.archives_of_others import open_archives
from support.fuzzing.papers import list_papers
from support.fuzzing.reader_pages import open_pages
from support.fuzzing.readers import list_readers
from support.fuzzing.trial import Outcome, Target, try_target

_FEW = 3  # findings of one target that are printed


def main() -> int:
    """Try what was asked for, print it, and return the exit status."""
    options = _read_arguments()
    warnings.simplefilter("ignore")
    with open_pages() as pages, open_archives() as archives:
        every = (*list_papers(), *list_readers(), *pages, *archives)
        targets = [one for one in every if options.only in one.name]
        outcomes = _try_all(targets, options.inputs, options.seed, options.keep)
    findings = sum(len(one.findings) for one in outcomes.values())
    total = {
        "inputs": sum(one.inputs for one in outcomes.values()),
        "bytes": sum(one.size for one in outcomes.values()),
        "cpu_s": round(sum(one.seconds for one in outcomes.values()), 1),
        "worst_s": round(max(one.worst for one in outcomes.values()), 3),
        "worst_of": max(outcomes, key=lambda name: outcomes[name].worst),
        "articles": sum(one.kinds["article"] for one in outcomes.values()),
        "findings": findings,
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(total))
    return int(findings > 0)


def _try_all(targets: Sequence[Target], inputs: int, seed: int, keep: Path | None) -> dict[str, Outcome]:
    outcomes = {}
    for target in targets:
        outcome = outcomes[target.name] = try_target(target, -(-inputs // len(targets)), seed)
        average = outcome.seconds / outcome.inputs * 1000
        print(
            f"{target.name:<26} {outcome.inputs:>7} inputs, {average:>7.2f} ms each, worst "
            f"{outcome.worst:.3f} s of {outcome.worst_bytes:,} bytes; {dict(outcome.kinds.most_common(4))}",
            flush=True,
        )
        for number, (trouble, data) in enumerate(outcome.findings):
            if number < _FEW:
                print(f"    {trouble}", flush=True)
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{target.name.replace(' ', '-')}-{seed}-{number}").write_bytes(data)
    return outcomes


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=2_000, help="in all, the same number for each reader")
    parser.add_argument("--seed", type=int, default=0, help="other inputs for another seed")
    parser.add_argument("--only", default="", help="readers whose name has this")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs of findings")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
