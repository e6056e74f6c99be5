"""`make audit`: what is known of the packages that users install is found, and silence is never good news."""

from __future__ import annotations

import json
import runpy
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.version import Version
from support.raw_server import refused_address

ROOT = Path(__file__).parent.parent
GOOD, FOUND, UNKNOWN = 0, 1, 3
LOCK = "".join(
    f"{pinned} \\\n    --hash=sha256:{'0' * 64}\n"
    for pinned in ("tea==1.2.0", "green-tea==3.0 ; python_version < '4'")
)
VERSIONS = ("0.1", "1.0", "1.5", "1.9.9", "2.0", "3.9", "4.0", "9")
TODAY = datetime.now(UTC).isoformat()


def advisory(package: str = "tea", events: list[dict[str, str]] | None = None, **said: Any) -> dict[str, Any]:
    """Return an advisory as OSV writes it."""
    affected: dict[str, Any] = {"package": {"name": package, "ecosystem": "PyPI"}}
    affected["ranges"] = [
        {"type": "ECOSYSTEM", "events": events or [{"introduced": "0"}, {"fixed": "1.2.1"}]}
    ]
    return {"id": "PYSEC-1", "modified": TODAY, "summary": "spills", "affected": [affected], **said}


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what looks up two packages, with its arguments."""
    (tmp_path / "lock.txt").write_text(LOCK, "utf-8")
    main = runpy.run_path(str(ROOT / "benchmarks" / "audit.py"))["main"]

    def run(*arguments: str) -> int:
        lock = str(tmp_path / "lock.txt")
        monkeypatch.setattr(sys, "argv", ["audit.py", "--lock", lock, "--timeout", "5", *arguments])
        return int(main())

    return run


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "other.json").write_text(json.dumps(advisory("coffee", id="PYSEC-2")), "utf-8")
    return folder


def test_a_planted_advisory_is_found(
    audit: Callable[..., int], saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (saved / "planted.json").write_text(json.dumps(advisory("Green.Tea", [{"introduced": "2"}])), "utf-8")
    assert audit("--advisories", str(saved)) == FOUND
    said = capsys.readouterr().out
    assert said.startswith("green-tea 3.0: PYSEC-1 (mended in no version) spills\n")
    assert "1 advisories concern the 2 packages of lock.txt" in said


def test_advisories_of_other_versions_and_packages_are_none_of_ours(
    audit: Callable[..., int], saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (saved / "mended.json").write_text(json.dumps(advisory(events=[{"introduced": "0"}, {"fixed": "1.2"}])))
    (saved / "withdrawn.json").write_text(json.dumps(advisory(withdrawn=TODAY)))
    assert audit("--advisories", str(saved)) == GOOD
    assert "no advisory concerns the 2 packages of lock.txt, by 2 saved advisories" in capsys.readouterr().out


@pytest.mark.parametrize("shape", ["yaml", "zip"])
def test_other_shapes_of_a_database(audit: Callable[..., int], saved: Path, shape: str) -> None:
    text = json.dumps(advisory())  # JSON is YAML too
    (saved / "tea.yaml").write_text(text, "utf-8")
    with ZipFile(saved / "all.zip", "w") as packed:
        packed.writestr("PYSEC-1.json", text)
    assert audit("--advisories", str(saved if shape == "yaml" else saved / "all.zip")) == FOUND


def test_what_was_accepted_is_printed_with_its_reason(
    audit: Callable[..., int], saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (saved / "planted.json").write_text(json.dumps(advisory(aliases=["CVE-1"])), "utf-8")
    (tmp_path / "accepted.toml").write_text('CVE-1 = "no tea is spilt here"', "utf-8")
    assert audit("--advisories", str(saved), "--accepted", str(tmp_path / "accepted.toml")) == GOOD
    assert "accepted: no tea is spilt here" in capsys.readouterr().out


@pytest.mark.parametrize("lack", ["old", "broken", "empty", "absent"])
def test_a_database_that_cannot_say_is_no_good_news(
    audit: Callable[..., int], saved: Path, lack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    (saved / "other.json").write_text(json.dumps(advisory("coffee", modified=old)), "utf-8")
    if lack == "broken":
        (saved / "other.json").write_text('{"affected": [{', "utf-8")
    elif lack != "old":
        (saved / "other.json").unlink()
    if lack == "absent":
        saved.rmdir()
    assert audit("--advisories", str(saved)) == UNKNOWN
    assert "audit: cannot say whether anything is known of these packages: " in capsys.readouterr().err


@contextmanager
def serve_answers(answers: dict[str, Any] | None) -> Iterator[str]:
    """Run a service of advisories that answers each question alike; 404 where it has nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answers).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_service_is_asked_where_nothing_is_saved(
    audit: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    with serve_answers({"vulns": [advisory()]}) as address:
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", address)
        assert audit() == FOUND
    assert "tea 1.2.0: PYSEC-1 (mended in 1.2.1)" in capsys.readouterr().out


def test_a_service_out_of_reach_is_said(
    audit: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    with refused_address() as nobody:
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", nobody)
        assert audit() == UNKNOWN
    said = capsys.readouterr().err
    assert "pip-audit ended with 1: " in said
    assert "make audit ADVISORIES=FOLDER" in said


@pytest.mark.parametrize(
    ("events", "within"),
    [
        ([("introduced", "0")], VERSIONS),
        ([("introduced", "1.0"), ("fixed", "2.0")], ["1.0", "1.5", "1.9.9"]),
        ([("fixed", "2.0"), ("introduced", "1.0")], ["1.0", "1.5", "1.9.9"]),
        ([("introduced", "1.0"), ("last_affected", "2.0")], ["1.0", "1.5", "1.9.9", "2.0"]),
        ([("introduced", "1.1"), ("fixed", "1.9"), ("introduced", "3"), ("fixed", "4")], ["1.5", "3.9"]),
        ([("introduced", "none"), ("fixed", "1.5")], ["0.1", "1.0"]),
        ([("introduced", "3"), ("fixed", "none")], ["3.9", "4.0", "9"]),
    ],
)
def test_ranges_of_versions(events: list[tuple[str, str]], within: list[str]) -> None:
    is_within = runpy.run_path(str(ROOT / "benchmarks" / "advisories.py"))["_is_within"]
    assert [one for one in VERSIONS if is_within(Version(one), events)] == list(within)


def test_packages_we_install_are_all_looked_up() -> None:
    lock = (ROOT / "requirements-run.lock").read_text("utf-8")
    packages = runpy.run_path(str(ROOT / "benchmarks" / "audit.py"))["list_packages"](lock)
    assert len(packages) == lock.count("==") - lock.count("'==") - lock.count("== '") > 90
