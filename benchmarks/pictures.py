"""What pictures cost: pictures a second and bytes of WARC files, and what a crawl without them costs.

``python benchmarks/pictures.py [--quick] [--repeat N]``: articles with two pictures each, and one that all of
them share, are crawled with ``images`` off and on; then all of them once more under other addresses, so that
each answer repeats one that is kept. Everything is on loopback; the site is another process. Prints a table
and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import Any

from child import PYTHON, Cost, run_child

SIZE = 120_000
"""Bytes of one picture: what a newspaper's photograph has on its pages."""
_BODY = "<p>　　湖水退了三尺，渔户把船拖上了岸。乡里的学堂改在祠堂里上课，先生把黑板挂在柱子上。</p>" * 12


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many articles are crawled, and how often."""

    articles: int = 400
    repeat: int = 3


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What pictures cost.")
    parser.add_argument("--quick", action="store_true", help="a few articles, to see that it works")
    parser.add_argument("--repeat", type=int, default=3, help="measure each side so often (default 3)")
    options = parser.parse_args()
    sizes = Sizes(12, 1) if options.quick else Sizes(repeat=options.repeat)
    with TemporaryDirectory(prefix="jianbao-bench-") as folder, serve(sizes.articles) as address:
        found = measure(Path(folder), address, sizes)
    for name, value in found.items():
        sys.stdout.write(f"{name:32} {value:>14,.2f}\n")
    sys.stdout.write(json.dumps(found) + "\n")


def measure(folder: Path, address: str, sizes: Sizes) -> dict[str, Any]:
    """Return milliseconds of CPU and what was kept, medians of alternating crawls."""
    cpu: dict[str, list[float]] = {"off": [], "on": [], "again": []}
    wall: dict[str, list[float]] = {"off": [], "on": [], "again": []}
    kept: dict[str, int] = {}
    for number in range(sizes.repeat):
        for images in ("off", "on"):
            place = folder / f"{images}-{number}"
            cost = crawl(place, address, images=images == "on")
            cpu[images].append(cost.cpu)
            wall[images].append(cost.wall)
            kept[images] = warc_bytes(place)
        cost = crawl(folder / f"on-{number}", f"{address}/again", images=True)
        cpu["again"].append(cost.cpu)
        wall["again"].append(cost.wall)
        kept["again"] = warc_bytes(folder / f"on-{number}") - kept["on"]
    pictures = 2 * sizes.articles + 1
    if count(folder / "on-0") != 2 * pictures:
        raise SystemExit(f"{count(folder / 'on-0')} pictures were kept instead of {2 * pictures}")
    off, on, again = (median(cpu[name]) for name in ("off", "on", "again"))
    seconds = max(median(wall["on"]) - median(wall["off"]), 0.001)
    return {
        "articles": sizes.articles,
        "pictures": pictures,
        "cpu_ms_per_article_off": 1000 * off / sizes.articles,
        "cpu_ms_per_picture": 1000 * (on - off) / pictures,
        "cpu_ms_per_repeated_picture": 1000 * (again - off) / pictures,
        "pictures_per_second": pictures / seconds,
        "picture_bytes": pictures * SIZE,
        "warc_bytes_off": kept["off"],
        "warc_bytes_on": kept["on"],
        "warc_bytes_per_picture": (kept["on"] - kept["off"]) / pictures,
        "warc_bytes_per_repeat": (kept["again"] - kept["off"]) / pictures,
    }


def crawl(folder: Path, address: str, *, images: bool) -> Cost:
    """Crawl the paper once into the archive in a folder."""
    paper = "again" if address.endswith("/again") else "lake"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "jianbao.toml"
    config.write_text(
        "[http]\ndelay = 0\nconcurrency = 8\nobey_robots = false\n"
        "[pictures]\nmax_time = 3600.0\n"
        f'[[sources]]\nslug = "{paper}"\nname = "湖畔日报"\nkind = "page"\n'
        f'site = "{paper}"\nlist = "{address}/list.html"\n'
        "link = '/a/(?P<id>[0-9]+)[.]html$'\n"
        f"images = {str(images).lower()}\n"
        '[[sources.layout]]\ntitle = "h1"\nbody = "#body"\ntime = "#time"\n',
        "utf-8",
    )
    command = [PYTHON, "-P", "-m", "jianbao", "--config", str(config), "crawl", "--json"]
    return run_child(command, log=folder / "log")


def count(folder: Path) -> int:
    """Return how many addresses of pictures are archived."""
    with closing(sqlite3.connect(folder / "archive" / "archive.db")) as connection:
        query = "SELECT count(DISTINCT url) FROM picture WHERE state = 'archived'"
        return int(connection.execute(query).fetchone()[0])


def warc_bytes(folder: Path) -> int:
    """Return the bytes of all WARC files."""
    return sum(file.stat().st_size for file in (folder / "archive" / "warc").glob("*.warc.gz"))


@contextmanager
def serve(articles: int) -> Iterator[str]:
    """Serve the paper in a process of its own, whose CPU is not ours; return its address."""
    with Popen([PYTHON, __file__, "serve", str(articles)], stdin=PIPE, stdout=PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def draw(number: int) -> bytes:
    """Return a picture of `SIZE` bytes, different for each number: a JPEG's head and end around noise."""
    head = b"\xff\xd8\xff\xc0\x00\x0b\x08\x01\x90\x02\x58\x01\x01\x11\x00"
    head += b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    noise = random.Random(number).randbytes(SIZE - len(head) - 2).replace(b"\xff", b"\xfe")
    return head + noise + b"\xff\xd9"


def run_site(articles: int) -> None:
    """Answer for ever: a list, articles, and their pictures."""
    drawn = [draw(number) for number in range(2 * articles + 1)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, kind = _answer(self.path, articles, drawn)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


def _answer(path: str, articles: int, drawn: list[bytes]) -> tuple[bytes, str]:
    base = "/again" if path.startswith("/again/") else ""
    name = path.rpartition("/")[2].partition(".")[0]
    if path.endswith("/list.html"):
        links = (
            f'<li><a href="{base}/a/{number}.html">湖水退了三尺，第{number}回</a>'
            for number in range(1, articles + 1)
        )
        return f"<html><meta charset=utf-8><ul>{''.join(links)}</ul></html>".encode(), "text/html"
    if "/a/" in path:
        number = int(name)
        shown = "".join(f'<p><img src="{base}/p/{one}.jpg"></p>' for one in (0, 2 * number - 1, 2 * number))
        page = (
            f"<html><meta charset=utf-8><h1>湖水退了三尺，第{number}回</h1>"
            f"<p id=time>2026-03-20 08:{number % 60:02}</p>"
            f"<div id=body><p>第{number}回。</p>{_BODY}{shown}</div></html>"
        )
        return page.encode(), "text/html"
    return (drawn[int(name)], "image/jpeg") if "/p/" in path else (b"", "text/plain")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        run_site(int(sys.argv[2]))
    else:
        main()
