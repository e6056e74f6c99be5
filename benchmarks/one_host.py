"""Many sources on one host: ``python benchmarks/one_host.py [--quick]``, real processes on loopback.

The service polls 2,000 sources of one host by their own habit (``schedule = "auto"``) with two children, and
somebody crawls 100 further ones by hand meanwhile. The server counts how many requests are under way at once
and when each came. Prints one line of JSON; ends with status 1 when more came at once, or faster, than the
configuration allows, or a source was not polled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONCURRENCY = 3
ANSWERS_AFTER = 0.02  # seconds: so that requests do meet
PATIENCE = 1800.0  # seconds


@dataclass
class Count:
    """What the server saw. Times are those of the monotonic clock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    under_way: int = 0
    most: int = 0
    came: list[float] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    connections: set[int] = field(default_factory=set)


def serve(count: Count) -> ThreadingHTTPServer:
    """Start a server on loopback that has none of the pages it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with count.lock:
                count.under_way += 1
                count.most = max(count.most, count.under_way)
                count.came.append(time.monotonic())
                count.paths.add(self.path)
                count.connections.add(self.client_address[1])
            time.sleep(ANSWERS_AFTER)
            with count.lock:
                count.under_way -= 1  # before the answer: the next request may follow it at once
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def write_configuration(folder: Path, port: int, sources: int, by_hand: int, delay: float) -> Path:
    """Write a configuration with so many sources; those by hand have no schedule."""
    tables = [
        (
            f'[http]\ncontact = "mailto:archive@jianbao.cn"\nobey_robots = false\ndelay = {delay}\n'
            f"concurrency = {CONCURRENCY}\n[service]\nchildren = 2\njitter = 0\n"
        )
    ]
    for number in range(sources + by_hand):
        schedule = 'schedule = "auto"\n' if number < sources else ""
        tables.append(
            f'[[sources]]\nslug = "s{number:05}"\nname = "报{number}"\nkind = "category"\n'
            f'url = "http://127.0.0.1:{port}/category/s{number:05}.html"\n{schedule}'
        )
    file = folder / "jianbao.toml"
    file.write_text("\n".join(tables), "utf-8")
    return file


def run_all(file: Path, count: Count, sources: int, by_hand: int) -> None:
    """Run the service and a crawl beside it, until every source was asked for."""
    jianbao = [sys.executable, "-m", "jianbao", "--config", str(file)]
    subprocess.run([*jianbao, "init", "--archive-only"], check=True, capture_output=True)
    slugs = [f"s{number:05}" for number in range(sources, sources + by_hand)]
    service = begin([*jianbao, "run"])
    crawl = begin([*jianbao, "crawl", *slugs])
    deadline = time.monotonic() + PATIENCE
    while len(count.paths) < sources + by_hand and time.monotonic() < deadline and service.poll() is None:
        time.sleep(0.2)
    crawl.wait()
    service.send_signal(signal.SIGTERM)
    service.wait()


def begin(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process of which nothing need be heard."""
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    """Run the trial."""
    quick = "--quick" in sys.argv[1:]
    sources, by_hand, delay = (220, 20, 0.01) if quick else (2000, 100, 0.02)
    count = Count()
    server = serve(count)
    with tempfile.TemporaryDirectory() as folder:
        file = write_configuration(Path(folder), server.server_address[1], sources, by_hand, delay)
        os.environ.pop("JIANBAO_ARCHIVE", None)
        run_all(file, count, sources, by_hand)
    server.shutdown()
    span = count.came[-1] - count.came[0]
    found = {
        "sources": len(count.paths),
        "requests": len(count.came),
        "most_at_once": count.most,
        "seconds": round(span, 2),
        "shortest_seconds": round((len(count.came) - 1) * delay, 2),
        "connections": len(count.connections),
    }
    print(json.dumps(found))
    well = count.most <= CONCURRENCY and len(count.paths) == sources + by_hand
    return int(not well or span + 1.0 < found["shortest_seconds"])


if __name__ == "__main__":
    sys.exit(main())
