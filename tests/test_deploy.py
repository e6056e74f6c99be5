"""The deployment files: they parse, and what they name exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer.main

from jianbao.cli import app
from scheduler.cron.line import parse_schedule

PROJECT = Path(__file__).parent.parent
DEPLOY = PROJECT / "docs" / "deploy"
UNITS = ["jianbao.service", "jianbao-user.service", "jianbao-reader.service"]


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def commands_named(text: str) -> set[str]:
    """Return the commands that stand after the program's name in lines that run something."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    shell = re.findall(r"bin/jianbao ([a-z]+)", lines)
    exec_form = re.findall(r'CMD \[(?:"jianbao", )?"([a-z]+)"', lines) + re.findall(
        r'command: \["([a-z]+)"', lines
    )
    return {*shell, *exec_form}


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_the_unit(unit: str, tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / unit  # with a program that exists here
    text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", read(unit), flags=re.MULTILINE)
    copy.write_text(text, "utf-8")
    found = subprocess.run(
        [systemd, "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=120, check=False
    )
    assert [line for line in found.stderr.splitlines() if unit in line] == []


@pytest.mark.parametrize("name", [*UNITS, "crontab", "Dockerfile", "compose.yaml"])
def test_the_commands_exist(name: str) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = commands_named(read(name))
    assert named
    assert named <= set(known)


def test_the_crontab_line_is_one() -> None:
    (line,) = [line for line in read("crontab").splitlines() if re.match(r"[*0-9@]", line)]
    *fields, command = line.split(maxsplit=5)
    assert parse_schedule(" ".join(fields), ZoneInfo("UTC")).describe() == "every 5 minutes (UTC)"
    _, name, *options = shlex.split(command.split(">")[0])
    crawl = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert set(options) <= {option for parameter in crawl.params for option in parameter.opts}


def test_the_image_copies_only_what_is_there_and_sent() -> None:
    sent = {line[1:] for line in read("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", read("Dockerfile"), re.MULTILINE)
    copied = {name for line in lines for name in line.split()}
    assert copied == sent
    assert all((PROJECT / name).exists() for name in copied)


def test_the_image_checks_digests_and_drops_root() -> None:
    text = read("Dockerfile")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert text.rindex("USER jianbao") > text.rindex("RUN ")


def test_the_reader_is_offered_to_its_own_machine_only() -> None:
    compose = read("compose.yaml")
    assert re.findall(r'ports: \["([\d.]+):(\d+):(\d+)"\]', compose) == [("127.0.0.1", "8765", "8765")]
    assert re.findall(r"http://([\d.:]+)/healthz", compose) == ["127.0.0.1:8765"]
    assert "ExecStart=/opt/jianbao/bin/jianbao serve\n" in read("jianbao-reader.service")
    image_installs = (PROJECT / "requirements-run.lock").read_text("utf-8")
    assert {"fastapi==", "uvicorn=="} <= set(re.findall(r"^[a-z]+==", image_installs, re.MULTILINE))


def test_the_settings_named_in_the_documentation_exist() -> None:
    from jianbao.configuration.model import Service

    text = (PROJECT / "docs" / "service.md").read_text("utf-8")
    assert set(re.findall(r"`service\.([a-z_]+)`", text)) <= {*Service.model_fields, "json", "lock"}
    assert set(re.findall(r"\]\((deploy/[^)]+)\)", text)) == {
        f"deploy/{name}" for name in [*UNITS, "crontab", "Dockerfile", "compose.yaml"]
    }
