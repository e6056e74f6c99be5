"""What stands around the pages: names, methods, headers, languages, ETags; and the process."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from support.command_line import PYTHON, Command
from support.delivered_articles import DeliveredArticles
from support.web_client import READER, TestClient, open_reader

from jianbao.web.middleware.gate import host_name
from jianbao.web.server import ExtraMissing, check_extra
from jianbao.web.text.language import LANGUAGES, prefer, read_phrases
from storage.events.event import open_event
from storage.records import saying as sayings

CONTENT = files("jianbao.web")
CRAWL_STATUSES = ["running", "ok", "partial", "failed", "interrupted", "missed", "overlapped", "killed"]
SAID = re.compile(r"""say\(\s*["']([a-z_]+\.[a-z_0-9]*[a-z0-9])["']""")


@pytest.mark.parametrize("path", ["/", "/nothing", "/search?q=%22", "/static/reader.css", "/api/v1/crawls"])
def test_every_answer_is_locked_down(reader: TestClient, path: str) -> None:
    headers = reader.get(path).headers
    policy = headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "welcome"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8765", True),
        ("localhost:1", True),
        ("LOCALHOST", True),
        ("[::1]:8765", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_answered(reader: TestClient, host: str, *, welcome: bool) -> None:
    answer = reader.get("/about", headers={"host": host})
    assert answer.status_code == (200 if welcome else 400)
    if not welcome:
        assert "does not answer to that name" in answer.text


@pytest.mark.parametrize(
    ("header", "name"),
    [("a.example.", "a.example"), ("[::1]", "::1"), ("[::1", "::1"), ("a:b:c", "a"), (" A ", "a")],
)
def test_names_in_host_headers(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_the_reader_only_reads(reader: TestClient, method: str) -> None:
    answer = reader.request(method, "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(reader: TestClient) -> None:
    got, head = reader.get("/about"), reader.head("/about")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == got.headers["etag"]


def test_a_page_that_has_not_changed_is_not_sent_again(
    delivered: DeliveredArticles, reader: TestClient
) -> None:
    tag = reader.get("/events").headers["etag"]
    assert tag.startswith('W/"')
    again = reader.get("/events", headers={"if-none-match": f'"other", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == "private, no-cache"
    assert "content-security-policy" in again.headers
    with delivered.archive.writing() as connection:
        open_event(connection, "quarantine", "something new", delivered.now, info_code="NW202603200000000001")
    fresh = reader.get("/events", headers={"if-none-match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != tag


def test_the_language_is_part_of_what_a_page_is(reader: TestClient) -> None:
    tag = reader.get("/about").headers["etag"]
    other = reader.get("/about", headers={"accept-language": "zh-CN", "if-none-match": tag})
    assert other.status_code == 200
    assert {"accept-language", "cookie"} <= {
        name.strip().lower() for name in other.headers["vary"].split(",")
    }


def test_pages_are_compressed(reader: TestClient) -> None:
    with reader.stream("GET", "/about", headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert b"jianbao" in gzip.decompress(b"".join(answer.iter_raw()))


def test_static_files_are_kept_and_versioned(reader: TestClient) -> None:
    page = reader.get("/about").text
    addresses = re.findall(r'href="(/static/[^"]*)"', page)
    assert len(addresses) == 2
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer = reader.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert reader.get("/static/nothing.css").status_code == 404
    assert "immutable" not in reader.get("/static/nothing.css").headers["cache-control"]
    assert reader.get("/static/../application.py").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de, zh;q=0.5", "zh"),
        ("fr", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=nonsense", "en"),
        ("ZH-hant", "zh"),
    ],
)
def test_the_browser_says_which_language(accepted: str, language: str) -> None:
    assert prefer(accepted) == language


def test_the_switch_remembers_the_language_and_comes_back(delivered: DeliveredArticles) -> None:
    with open_reader(delivered.archive.folder) as reader:
        answer = reader.get("/search?q=茶&lang=zh&from=2026")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/search?q=%E8%8C%B6&from=2026"
        cookie = answer.headers["set-cookie"].lower()
        assert "samesite=lax" in cookie
        assert "httponly" in cookie
        assert '<html lang="zh-CN">' in reader.get("/about").text
        assert reader.get("/about?lang=en").headers["location"] == "/about"
        assert '<html lang="en">' in reader.get("/about").text
        assert reader.get("/about?lang=xx").status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/?lang=zh", "/\\evil.example/?lang=zh", "/%5Cevil.example/?lang=zh"]
)
def test_the_switch_leads_nowhere_else(reader: TestClient, path: str) -> None:
    location = reader.get(f"{READER}{path}").headers["location"]
    assert re.match(r"/[^/\\]", location)


def test_both_languages_have_every_phrase() -> None:
    phrases = {language: read_phrases(language) for language in LANGUAGES}
    assert phrases["en"].keys() == phrases["zh"].keys()
    for key, phrase in phrases["en"].items():
        other = phrases["zh"][key]
        assert type(phrase) is type(other), key
        assert _fields(phrase) == _fields(other), key


def _fields(phrase: str | dict[str, str]) -> set[str]:
    text = phrase if isinstance(phrase, str) else phrase["other"]
    return set(re.findall(r"\{(\w+)", text))


def test_every_phrase_that_is_said_is_written() -> None:
    said: set[str] = set()
    for folder in ("templates", ".", "pages"):
        for file in (CONTENT / folder).iterdir():
            if file.name.endswith((".html", ".py")):
                said |= set(SAID.findall(file.read_text("utf-8")))
    assert len(said) > 100
    assert said - read_phrases("en").keys() - sayings.read_phrases("en").keys() == set()


def test_every_kind_has_a_name() -> None:
    from typing import get_args

    from storage.records import ListingState, PollOutcome
    from storage.records.asking import ORDERS, UNITS

    phrases = read_phrases("en")
    wanted = (
        [f"state.{state}" for state in get_args(ListingState)]
        + [f"poll.{outcome}" for outcome in get_args(PollOutcome)]
        + [f"search.{order}" for order in ORDERS]
        + [f"trend.{unit}" for unit in UNITS]
        + [f"crawl_status.{status}" for status in CRAWL_STATUSES]
    )
    assert [key for key in wanted if key not in phrases] == []


def test_the_style_has_enough_contrast() -> None:
    style = (CONTENT / "static" / "reader.css").read_text("utf-8")
    light, dark = (
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", part)) for part in style.split("@media", 2)[:2]
    )
    for colours in (light, dark):
        for ground in ("paper", "sheet"):
            for ink in ("ink", "soft", "accent"):
                assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
            assert _contrast(colours["control"], colours[ground]) >= 3, ground
        for ground in ("mark", "added", "removed"):
            assert _contrast(colours["ink"], colours[ground]) >= 4.5, ground


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_wheel_brings_what_the_reader_needs() -> None:
    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
    assert "jianbao" in settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    for name in ("templates/page.html", "static/reader.css", "static/icon.svg", "translations/zh.toml"):
        assert (CONTENT / name).is_file()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["interrupt", "terminate"]
)
def test_serving_ends_when_told_to(delivered: DeliveredArticles, number: signal.Signals, status: int) -> None:
    arguments = ["--archive", str(delivered.archive.folder), "serve", "--port", "0"]
    with subprocess.Popen(
        [*PYTHON, "-m", "jianbao", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stderr is not None
        said = serving.stderr.readline()
        match = re.fullmatch(r"reading at (http://127\.0\.0\.1:\d+/); Ctrl-C ends it\n", said)
        assert match, said
        with urlopen(match[1], timeout=120) as answer:
            assert answer.status == 200
            assert "Server" not in answer.headers
        serving.send_signal(number)
        out, err = serving.communicate(timeout=120)
    assert serving.returncode == status
    assert (out, err) == ("", "")


def test_a_port_that_is_taken_is_one_sentence(command: Command, delivered: DeliveredArticles) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("--archive", delivered.archive.folder, "serve", "--port", str(port))
    assert ended.status == 3
    assert ended.stderr == (
        f"jianbao: something listens at 127.0.0.1 port {port} already: stop it, or name another --port\n"
    )


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.name.invalid"])
def test_an_address_that_is_not_ours_is_one_sentence(
    command: Command, delivered: DeliveredArticles, host: str
) -> None:
    ended = command("--archive", delivered.archive.folder, "serve", "--host", host, "--port", "0")
    assert ended.status == 1
    assert len(ended.stderr.splitlines()) == 1
    assert host in ended.stderr


def test_no_archive_is_one_sentence(command: Command, tmp_path: Path) -> None:
    ended = command("--archive", tmp_path / "none", "serve")
    assert ended.status == 1
    assert "there is no archive in" in ended.stderr
    assert not os.path.lexists(tmp_path / "none")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jianbao.web.server.find_spec", lambda name: None if name == "fastapi" else object())
    with pytest.raises(ExtraMissing, match=r"needs fastapi: pip install '\.\[web\]'"):
        check_extra()


def test_a_reader_opened_to_the_network_answers_to_addresses_and_given_names(
    delivered: DeliveredArticles,
) -> None:
    from jianbao.web.application import create_app

    application: FastAPI = create_app(delivered.archive.folder, ["0.0.0.0", "Press.example"])
    with TestClient(application, base_url="http://127.0.0.1") as reader:
        for host, status in (
            ("192.0.2.1:8765", 200),
            ("[2001:db8::1]", 200),
            ("press.example", 200),
            ("x.example", 400),
        ):
            assert reader.get("/about", headers={"host": host}).status_code == status
