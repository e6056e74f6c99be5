"""No secret of configuration or environment is anywhere but where its owner put it, whatever fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.alert_targets import serve_webhook
from support.configuration_file import load_error, source_table, write_file
from support.newsroom import Newsroom
from support.planted_secrets import Planted, environment, plant_alerts
from support.raw_server import refused_address
from support.web_client import open_reader

from jianbao.configuration import load_configuration
from storage.archive.folder import Archive
from storage.events.event import open_event
from storage.records.saying import quote

WORKING = (
    "crawl",
    "notify send --json",
    "notify list --json",
    "backup {folder}/backup --json",
    "rebuild --to {folder}/again --json",
)
READING = ("status --json", "status", "sources --json", "doctor --json", "doctor", "sql SELECT/*/FROM/event")
PAGES = ("/", "/events", "/sources", "/crawls", "/metrics", "/healthz", "/api/v1/events", "/api/v1/sources")


@pytest.fixture(name="planted")
def made() -> Planted:
    """Return secrets, none so far."""
    return Planted()


def run_all(newsroom: Newsroom, planted: Planted, lines: tuple[str, ...]) -> dict[str, int]:
    """Run commands, and hear what they print; return how each ended."""
    ends = {}
    for line in lines:
        words = line.replace("{folder}", str(newsroom.folder)).split()
        ended = newsroom.run(
            *(word.replace("/", " ") if word.startswith("SELECT") else word for word in words)
        )
        planted.heard[line] = ended.stdout + ended.stderr
        ends[line] = ended.status
    return ends


def find_all(newsroom: Newsroom, planted: Planted) -> Iterator[str]:
    """Yield where secrets are, but for the two files that the owner wrote them into."""
    own = frozenset({newsroom.config, newsroom.folder / "channel"})
    yield from planted.find_in_heard()
    yield from planted.find_in_files(newsroom.folder, own)


@pytest.mark.parametrize("proxy", ["none", "out of reach", "no address"])
def test_no_secret_is_anywhere_else(newsroom: Newsroom, planted: Planted, proxy: str) -> None:
    """Channels answer 401, or nothing, the proxy is none, away or nonsense; then everything is searched."""
    with serve_webhook() as hook, refused_address() as nobody:
        hook.status = 401
        tables = plant_alerts(planted, newsroom.folder, hook.address.rpartition("/")[0], nobody)
        newsroom.config.write_text(newsroom.config.read_text("utf-8") + tables, "utf-8")
        variables = dict(environment(planted, hook.address, nobody))
        if proxy == "none":
            variables = {name: value for name, value in variables.items() if "proxy" not in name.lower()}
        elif proxy == "no address":
            variables["http_proxy"] = f"http://crawler@127.0.0.1:{planted.make('a port')}"
            del variables["HTTP_PROXY"]
        newsroom.prelude = f"import os; os.environ.update({variables!r})"
        with Archive.open(newsroom.archive_folder) as archive, archive.writing() as connection:
            open_event(connection, "poll_failed", quote("503"), datetime.now(UTC))
        ends = run_all(newsroom, planted, WORKING if proxy == "none" else ("crawl",))
        ends |= run_all(newsroom, planted, READING if proxy == "none" else READING[-1:])
    assert ends["crawl"] == {"none": 0, "out of reach": 1, "no address": 2}[proxy]
    assert ends["sql SELECT/*/FROM/event"] == 0
    assert all(status < 2 for line, status in ends.items() if line != "crawl"), ends
    with open_reader(newsroom.archive_folder) as client:
        planted.heard |= {page: client.get(page).text for page in PAGES}
    assert "poll_failed" in planted.heard["/api/v1/events"]
    assert list(find_all(newsroom, planted)) == []


def test_a_secret_that_stands_somewhere_is_found(tmp_path: Path, planted: Planted) -> None:
    """The search itself finds: as it is, in base64 behind a user's name, in a packed file."""
    secret = planted.make("a proxy")
    import base64
    import gzip

    for number, user in enumerate(("", "a", "ab", "abc", "crawler:")):
        (tmp_path / f"{number}").write_bytes(b"x" + base64.b64encode(f"{user}{secret}".encode()))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(secret.encode()))
    planted.heard["status"] = f"… {secret} …"
    assert len(list(planted.find_in_files(tmp_path))) == 6
    assert len(list(planted.find_in_heard())) == 1


def test_errors_of_configuration_and_environment_name_no_secret(tmp_path: Path, planted: Planted) -> None:
    url = f'"http://editor:{planted.make("a source")}@news.example.org/"'
    reader = f'[alerts]\nreader = "https://editor:{planted.make("the reader")}@news.example.org"\n'
    wrong: tuple[str, ...] = (source_table(url=url), source_table(hosts=f"[{url}]"), source_table() + reader)
    wrong += (
        source_table() + f'[infocode]\nurl = "http://a:{planted.make("infocode")}@b.example/{{code}}"\n',
    )
    for number, text in enumerate(wrong):
        planted.heard[f"configuration {number}"] = load_error(write_file(tmp_path, text))
    file = write_file(tmp_path, source_table())
    for name in ("JIANBAO_TOKEN", "JIANBAO_ALERTS__PNIG", "JIANBAO_ALERTS__READER"):
        value = f"u:{planted.make(name)}@x"
        planted.heard[name] = load_error(file, None, **{name: value})
    assert list(planted.find_in_heard()) == []
    secret = planted.make("the ping of a variable")
    loaded = load_configuration(file, None, {"JIANBAO_ALERTS__PING": f"http://a/{secret}"})
    planted.heard["a configuration as it is printed"] = f"{loaded!r}{loaded.alerts}"
    assert list(planted.find_in_heard()) == []
