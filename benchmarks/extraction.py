"""How well articles are read from pages of which nothing is declared: our reader and four libraries, scored.

    python benchmarks/extraction.py FOLDER [--only-ours] [--charset CHARSET] [--declared CHARSET] [--misses]

FOLDER holds ``labels.jsonl`` (one JSON object a line: file, kind, title, time, media, author, first, last,
paragraphs, disputed) and the pages. Each page goes through the whole chain of readers without declarations,
up to the article as it would be archived. The last line printed is one JSON object: reader → measure → rate.
docs/extraction.md says how each measure is taken and how the libraries are installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from extraction_labels import Label, read_labels
from extraction_readers import READERS, Reader, encoded, missing_library
from extraction_score import MEASURES, Score, interval, rates, score_page
from no_network import blocked_network


def main(arguments: Sequence[str] | None = None) -> int:
    """Score the readers on a folder of labelled pages, print a table and one JSON object."""
    options = _options(arguments)
    labels = read_labels(options.folder)
    if not labels:
        print(f"{options.folder} has no labels.jsonl with labels of pages", file=sys.stderr)
        return 2
    names = ["ours"] if options.only_ours else list(READERS)
    results: dict[str, dict[str, float | None]] = {}
    for name in names:
        if absent := missing_library(name):
            print(f"{name}: left out, {absent} is not installed (docs/extraction.md says how)")
            continue
        scores, attempts = _run(READERS[name], labels, options)
        results[name] = rates(scores) | {"network_attempts": attempts}
        _print_reader(name, scores, attempts, options.misses)
    print(json.dumps(results, ensure_ascii=False))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--only-ours", action="store_true", help="leave the libraries out")
    parser.add_argument("--charset", help="encode each page so before it is read: gb18030, big5")
    parser.add_argument("--declared", help="the charset that each page then names; none: it names none")
    parser.add_argument("--misses", action="store_true", help="print what was read wrongly")
    return parser.parse_args(arguments)


def _run(reader: Reader, labels: Sequence[Label], options: argparse.Namespace) -> tuple[list[Score], int]:
    """Return the score of each page, and how often the reader asked for the network."""
    scores: list[Score] = []
    with blocked_network() as attempts:
        for label in labels:
            page = (options.folder / label.file).read_bytes()
            scores.append(score_page(label, encoded(page, options.charset, options.declared), reader))
    return scores, len(attempts)


def _print_reader(name: str, scores: Sequence[Score], attempts: int, misses: bool) -> None:
    print(f"\n{name}: {len(scores)} pages, {attempts} attempts to reach the network")
    for measure in MEASURES:
        rate = rates(scores)[measure]
        if rate is not None:
            low, high = interval(scores, measure)
            print(f"  {measure:20} {rate:6.1%}   95 % of resampled sites: {low:.1%} to {high:.1%}")
    print(f"  {'ms a page':20} {rates(scores)['ms']:6.1f}   median of CPU time")
    if misses:
        for score in scores:
            for miss in score.misses:
                print(f"    {score.label.file}: {miss}")


if __name__ == "__main__":
    raise SystemExit(main())
