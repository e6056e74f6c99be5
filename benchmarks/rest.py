"""What the service costs at rest: ``python benchmarks/rest.py [--quick] [--sources N] [--seconds S]``.

Starts `jianbao run` with sources that are all due in about twelve hours, lets it settle, and reads its memory
and its CPU from /proc before and after a while. Prints a line and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from tempfile import TemporaryDirectory

from child import PYTHON

_TICKS = os.sysconf("SC_CLK_TCK")
_LOAD = 15.0  # seconds until everything has been imported and the first heartbeats are over


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What the service costs at rest.")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    settle, seconds = (3.0, 2.0) if options.quick else (_LOAD, options.seconds)
    with TemporaryDirectory(prefix="jianbao-rest-") as folder:
        found = measure(Path(folder), options.sources, settle, seconds)
    print(
        f"{options.sources} sources, {seconds:.0f} s at rest: {found['memory_mb']:.1f} MB, "
        f"{found['cpu_s'] * 1000:.0f} ms of CPU ({found['cpu_percent']:.3f} %)"
    )
    sys.stdout.write(json.dumps(found) + "\n")


def measure(folder: Path, sources: int, settle: float, seconds: float) -> dict[str, float]:
    """Run the service and return what it used between two looks."""
    config = folder / "jianbao.toml"
    config.write_text(_configuration(sources), "utf-8")
    jianbao = [PYTHON, "-P", "-m", "jianbao", "--config", str(config)]
    run([*jianbao, "init", "--archive-only"], check=True, stdout=DEVNULL)
    service = Popen([*jianbao, "run"], stderr=DEVNULL)
    try:
        time.sleep(settle)
        before = read_cpu(service.pid)
        time.sleep(seconds)
        used = read_cpu(service.pid) - before
        memory = read_memory(service.pid)
        if service.poll() is not None:
            raise SystemExit(f"the service ended with status {service.returncode}")
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()
    return {
        "sources": sources,
        "seconds": seconds,
        "memory_mb": memory,
        "cpu_s": used,
        "cpu_percent": used / seconds * 100,
    }


def read_cpu(pid: int) -> float:
    """Return the user and system seconds that a process has used, to a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def read_memory(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _configuration(sources: int) -> str:
    later = datetime.now(UTC) + timedelta(hours=12)
    head = 'archive = "archive"\n[http]\ncontact = "mailto:delivered@example.org"\n'
    return head + "".join(
        f'[[sources]]\nslug = "paper{number}"\nname = "paper{number}"\nkind = "category"\ntimezone = "UTC"\n'
        f'url = "http://127.0.0.1:9/{number}.html"\nschedule = "{later.minute} {later.hour} * * *"\n'
        for number in range(sources)
    )


if __name__ == "__main__":
    main()
