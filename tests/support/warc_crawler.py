"""A crawl process that only writes: FOLDER SEED SIZE TIMES, and ``file end`` lines on stdin for known ends.

Prints place and digest of each capture once it is durable.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from storage.records import Exchange
from storage.warc import WarcWriter, payload_digest


def crawl(folder: Path, seed: int, size: int, times: int, ends: dict[str, str]) -> None:
    noise = random.Random(seed).randbytes(size)
    with WarcWriter(folder, software="t", level=0, known_end=lambda file: int(ends.get(file, 0))) as writer:
        for number in range(times):
            body = b"%d.%d" % (seed, number) + noise
            place = writer.write(Exchange("http://127.0.0.1/", datetime.now(UTC), 200, (), (), body))
            writer.sync()
            sys.stdout.write(f"{place.file} {place.offset} {place.length} {payload_digest(body)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    seed, size, times = map(int, numbers)
    crawl(Path(folder), seed, size, times, dict(line.split() for line in sys.stdin))
