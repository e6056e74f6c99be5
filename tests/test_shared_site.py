"""The real site's pages, as Jekyll served them: four articles, equal to the posts they were made from."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.command_line import Command

pytestmark = pytest.mark.shared

CST = ZoneInfo("Asia/Shanghai")
SLUGS = ("shangraoribao", "nanchangribao")
PARAGRAPHS = re.compile(r"<p(?P<attributes>[^>]*)>(?P<text>.*?)</p>", re.DOTALL)
FRONT_MATTER = re.compile(
    r'title: "(?P<title>.*)"\ndate: (?P<time>[\d: -]+) \+0800\n.*\ntags: (?P<media>.*)新闻\n'
)
CODE = re.compile(r"infoCode=(NW\d{18})")


class Quiet(SimpleHTTPRequestHandler):
    """A static server that says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the pages on loopback; return the address."""
    shared = Path(__file__).parents[2] / "shared"
    if not (shared / "site").is_dir():
        pytest.skip("../shared is not beside the project")
    handler = functools.partial(Quiet, directory=str(shared / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def read_seed(text: str) -> tuple[str, dict[str, object]]:
    """Return the info code of a post's source, and what an archive must hold of it."""
    head = FRONT_MATTER.search(text)
    code = CODE.search(text)
    assert head
    assert code
    found = [(match["attributes"], match["text"].strip()) for match in PARAGRAPHS.finditer(text)]
    paragraphs = [line for attributes, line in found if line and "em_media" not in attributes]
    return code[1], {
        "title": head["title"],
        "media": head["media"],
        "published_at": datetime.fromisoformat(head["time"]).replace(tzinfo=CST).isoformat(),
        "paragraphs": paragraphs,
    }


def test_the_real_pages_make_four_articles_equal_to_their_posts(
    address: str, shared: Path, tmp_path: Path, command: Command
) -> None:
    config = tmp_path / "jianbao.toml"
    sources = (
        f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\n'
        f'url = "{address}/category/{slug}.html"\n'
        for slug in SLUGS
    )
    endpoint = f'[http]\ndelay = 0\n[infocode]\nurl = "{address}/json?id={{code}}"\n'
    config.write_text("\n".join((*sources, endpoint)), "utf-8")
    crawled = command("--config", config, "crawl", "--json")
    assert (crawled.status, sum(counts["new"] for counts in crawled.json["sources"])) == (0, 4)
    posts = dict(
        read_seed(text)
        for file in sorted((shared / "seeds").iterdir())
        if "layout: post" in (text := file.read_text("utf-8"))
    )
    shown = {
        item["info_code"]: command("--config", config, "show", item["info_code"], "--json").json
        for item in command("--config", config, "list", "--json").json["items"]
    }
    assert shown.keys() == posts.keys()
    for code, post in posts.items():
        assert {key: shown[code][key] for key in post} == post
        assert shown[code]["securities"] == []
    assert sorted(len(article["paragraphs"]) for article in shown.values()) == [12, 16, 16, 39]
    assert sorted(article["author"] or "" for article in shown.values()) == ["", "", "", "张平"]
    assert sum(article["continued"] for article in shown.values()) == 1
    assert "……" in {line for article in shown.values() for line in article["paragraphs"]}
    again = command("--config", config, "crawl", "--json")
    assert (again.status, again.json["requests"]) == (0, 2)
